//! Benchmarks of Kapix; each binary prints its figures with ratios.

pub mod berka;
