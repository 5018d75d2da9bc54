//! What is wrong with a table although it loads: values that no row covers, rows that meet or hide each other. Exact:
//! cells of constants are intervals, so rows are boxes, and boxes are intersected and subtracted.

mod applicant;
mod beside;
mod both;
mod boxes;
mod cells;
mod cover;
mod difference;
mod find;
mod grounds;
mod meaning;
mod pairs;
mod ranges;
mod scores;
mod steps;
mod together;
mod tree;
mod variables;
mod witness;

#[cfg(test)]
pub(super) use difference::PolicyDifference;
pub use difference::{DocumentDifference, RuleDifference, RuleGives, TableDifference};
pub use find::{RuleFinding, RuleFindingKind, RuleFindingLevel, TableAnalysis};
pub(super) use steps::{STEPS_MAX, Steps};
#[cfg(test)]
pub(super) use tree::{Tree, meets};
