//! How well a score ranks and a PD is calibrated.
