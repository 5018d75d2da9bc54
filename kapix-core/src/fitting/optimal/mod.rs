//! Exact optimal partitions of ordered pre-bins by dynamic programming.
