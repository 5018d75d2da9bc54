//! From a score to a probability.
