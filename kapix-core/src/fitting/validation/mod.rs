//! How well a score ranks and a PD is calibrated, where to cut the score, and on which rows to judge it. Everything starts
//! from one sort: rows of one value are one cell, and every statistic takes the cells in ascending order. A score is
//! higher for safer rows.

mod accuracy;
mod backtest;
mod bands;
mod cutoffs;
mod discrimination;
mod gains;
mod report;
mod resample;
#[cfg(test)]
mod tests;
mod validate;

pub use bands::bands;
pub use bands::{BandReport, BandSettings, ScoreBand};
pub use cutoffs::cutoffs;
pub use cutoffs::{AccountProfit, CutoffPoint, CutoffReport, CutoffSettings};
pub use discrimination::auc_difference;
pub use report::{
    AucDifference, AucEstimate, Brier, CalibrationMeasures, Estimate, GainsRow, HosmerLemeshow, Interval,
    KolmogorovSmirnov, RocPoint, ScoreBin, TestedGroup, ValidationNull, ValidationReport, ValidationSettings,
};
pub use resample::{bootstrap, folds, split};
pub use validate::{ValidationSample, validate};
