//! Benchmarks of Kapix; each binary prints its figures with ratios.

pub mod batch;
pub mod berka;
pub mod cards;
pub mod ledgers;
pub mod naive;
pub mod population;
pub mod reliability;
pub mod report;
pub mod rows;
pub mod single;
pub mod timing;
