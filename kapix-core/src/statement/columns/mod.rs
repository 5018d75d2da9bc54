//! The rows of an account as columns: a million rows ask for memory a few times, not a few million times.

mod rows;
mod texts;
mod validity;

pub(crate) use rows::{Row, RowColumns};
pub(crate) use texts::Written;
pub(crate) use validity::Validity;
