//! Answers of aggregators in JSON: a preset says where the parts of a transaction stand, pages and repeated pulls become
//! one list of rows.
//!
//! A document is read where it lies ([`document`]): its numbers stay the text that they are, so that an amount never goes
//! through a float. What cannot be read is an error with its JSON pointer.

mod balances;
mod decimal;
mod document;
mod groups;
mod join;
mod moment;
mod pages;
mod pointer;
mod preset;
mod read;
mod row;
#[cfg(test)]
mod tests;

pub(crate) use preset::category;
pub use preset::{AggregatorPreset, AmountUnit, aggregator_presets};
pub(crate) use read::read;
