//! How well a score ranks and a PD is calibrated. Everything starts from one sort: rows of one value are one cell, and
//! every statistic walks the cells in ascending order. Ranks take a score, higher for safer rows.

mod accuracy;
mod backtest;
mod discrimination;
mod gains;
mod report;
#[cfg(test)]
mod tests;
mod validate;

pub(crate) use discrimination::auc_difference;
pub use report::{
    AucDifference, AucEstimate, Brier, CalibrationMeasures, Coefficient, GainsRow, HosmerLemeshow, Interval,
    KolmogorovSmirnov, RocPoint, ScoreBin, TestedGroup, ValidationNull, ValidationReport, ValidationSettings,
};
pub(crate) use validate::{ValidationSample, validate};
