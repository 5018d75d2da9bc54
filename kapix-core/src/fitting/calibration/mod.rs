//! From a score to a probability: curves measured on rows that the card was not fitted on, in the forms in
//! which a card holds them.

mod cells;
mod curve;
mod fit;
mod isotonic;
mod newton;
#[cfg(test)]
mod tests;

pub(in crate::fitting) use cells::{Cell, Cells, order, total};
pub use curve::{BetaCurve, CalibrationCurve, IsotonicCurve, Knot, LogitCurve};
pub use fit::calibrate;
pub use fit::{CalibrationMethod, CalibrationRefusal, CalibrationReport, CalibrationSettings};
pub(in crate::fitting) use fit::{line, separates};
pub(in crate::fitting) use newton::{Term, fit as logit_fit};
