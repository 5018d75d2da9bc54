//! Cash-flow features: income, spending and balances over all accounts of an applicant.
//!
//! One table, [`DEFINITIONS`], holds every feature with its unit, window, formula and the reasons for which it
//! is null. [`features`] walks the ledger once into facts by day and by month; each feature is a short formula
//! over these facts. The transactions behind a feature are worked out only when they are asked for.
//!
//! Day windows end at the last day of each account, the civil date of `as_of` at its offset. The applicant's
//! day k is the day k days before the last day of each account; amounts and balances of accounts add up by day.

mod analysis;
mod calendar;
mod definition;
mod facts;
mod feature;
mod formula;
mod parties;
mod selection;
mod table;
#[cfg(test)]
mod tests;

pub use analysis::{Analysis, FeatureEntry, SelectedRows};
pub use definition::{Definition, NullReason, Unit};
pub use feature::{Feature, FeatureId, Features, definition, features};
pub use selection::{RowRanges, Selection};
pub use table::DEFINITIONS;
