//! The development of a scorecard from rows with known outcomes: binning, regression, selection, points,
//! validation, calibration. Functions from columns to numbers; none of them depends on a card.
//!
//! The operation `scorecard.develop` runs them in one go, in every language; from Rust each can be called alone.
//!
//! ```
//! use kapix_core::fitting::{BinningOptions, BinningSettings, Target, bin};
//! use kapix_core::frame::Column;
//!
//! let income = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
//! let bad = [1, 1, 1, 0, 1, 0, 0, 0];
//! let settings = BinningSettings { size_min: Some(0.25), p_value_max: Some(1.0), ..BinningSettings::default() };
//! let target = Target::Binary { bad: &bad, weight: None };
//! let rows: Vec<u32> = (0..8).collect();
//! let binning = bin(&Column::float(&income), &rows, target, &BinningOptions::new(&settings)?)?;
//! assert_eq!(binning.cuts, [4.0, 6.0]);
//! assert_eq!(binning.table.bads, Some(4.0));
//! # Ok::<(), kapix_core::Error>(())
//! ```

mod binning;
mod calibration;
mod optimal;
mod points;
mod regression;
mod run;
mod selection;
mod target;
mod validation;

pub use binning::{
    BinKind, BinRule, Binning, BinningFinding, BinningFindingKind, BinningOptions, BinningRow,
    BinningSettings, BinningStatus, BinningTable, PrebinningMethod, PrebinningOptions, PrebinningSettings,
    RowKind, TableTest, bin,
};
pub(crate) use binning::{is_same_value, special_numbers, special_texts};
pub use calibration::{
    BetaCurve, CalibrationCurve, CalibrationMethod, CalibrationRefusal, CalibrationReport,
    CalibrationSettings, IsotonicCurve, Knot, LogitCurve, calibrate,
};
pub use optimal::{Objective, PValueTest, Trend};
pub use points::{DevelopmentRows, Model as PointsModel, PointsToOdds, ScaledPoints, scale};
pub use points::{InterceptPlace, RoundingReport, ScalingMethod, ScalingSettings};
pub use regression::{
    ChiSquareTest, Coefficient, Regression, RegressionSettings, Separation, SeparationKind,
};
pub use regression::{Design, Fit, Predictor, Prepared, Start, Values as PredictorValues, fit, fit_prepared};
pub use run::Run;
pub use selection::{Candidate as SelectionCandidate, Selected, select};
pub use selection::{
    Cluster, Criterion, SelectionAction, SelectionMethod, SelectionReason, SelectionReport,
    SelectionSettings, SelectionStep,
};
pub use target::Target;
pub use validation::{
    AccountProfit, AucDifference, AucEstimate, BandReport, BandSettings, Brier, CalibrationMeasures,
    CutoffPoint, CutoffReport, CutoffSettings, Estimate, GainsRow, HosmerLemeshow, Interval,
    KolmogorovSmirnov, RocPoint, ScoreBand, ScoreBin, TestedGroup, ValidationNull, ValidationReport,
    ValidationSettings,
};
pub use validation::{ValidationSample, auc_difference, bands, bootstrap, cutoffs, folds, split, validate};
