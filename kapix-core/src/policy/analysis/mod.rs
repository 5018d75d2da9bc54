//! What is wrong with a table although it loads: values that no row covers, rows that meet or hide each other. Exact:
//! cells of constants are intervals, so rows are boxes, and boxes are intersected and subtracted.

mod applicant;
mod beside;
mod both;
mod boxes;
mod cells;
mod difference;
mod find;
mod grounds;
mod meaning;
mod pairs;
mod ranges;
mod together;
mod variables;
mod witness;

pub use difference::{DocumentDifference, RuleDifference, RuleGives, TableDifference};
pub use find::{RuleFinding, RuleFindingKind, RuleFindingLevel, TableAnalysis};
