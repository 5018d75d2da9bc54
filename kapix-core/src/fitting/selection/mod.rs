//! Which characteristics enter the card: filters, correlation, collinearity, signs, stepwise search. Every step is
//! recorded with the number that decided it.
//!
//! The default removes little: leaks, characteristics with next to no information, copies, and coefficients whose sign
//! contradicts the weight of evidence; it searches no subset. Stepwise search chooses among correlated characteristics
//! by the noise of the sample: it shortens a card, it does not make it rank better (F. E. Harrell, Regression Modeling
//! Strategies, 2nd edition, 2015, section 4.3). For a shorter card choose `backward`.

mod correlation;
mod quadratic;
mod select;
mod settings;
mod stepwise;
#[cfg(test)]
mod tests;

pub use select::{Candidate, Selected, select};
pub use settings::{
    Cluster, Criterion, SelectionAction, SelectionMethod, SelectionReason, SelectionReport,
    SelectionSettings, SelectionStep,
};
