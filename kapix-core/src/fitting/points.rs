//! From coefficients to integer points.
