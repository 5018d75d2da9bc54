//! Logistic regression of a binary outcome by Newton steps.
//!
//! The columns are standardised, so that one tolerance fits all units; the log-likelihood, its gradient and its
//! information are sums over fixed chunks of rows, added in their order: equal on any number of threads. Rows are
//! read through slots where the columns are coded, and products run over four columns at once without changing the
//! order of the rows. A factor of the information serves as long as the steps contract; long data start from a
//! systematic sample. P. McCullagh, J. A. Nelder, Generalized Linear Models, 2nd edition, 1989, sections 2.5 and 4.4.

mod collinear;
mod design;
mod evaluate;
mod fit;
mod newton;
mod report;
mod separation;
#[cfg(test)]
mod tests;

pub(super) use collinear::first_dependency;
pub use design::{Design, Predictor, Prepared, Values};
pub use fit::{Fit, fit, fit_prepared};
pub(super) use fit::{correlations, deviance, submatrix, without};
pub use newton::Start;
pub use report::{ChiSquareTest, Coefficient, Regression, RegressionSettings, Separation, SeparationKind};
