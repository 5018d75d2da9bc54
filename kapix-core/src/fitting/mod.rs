//! The development of a scorecard from rows with known outcomes: binning, regression, selection, points,
//! validation, calibration. Functions from columns to numbers; nothing here knows a card.

mod binning;
mod calibration;
mod optimal;
mod points;
mod regression;
mod run;
mod selection;
mod target;
mod validation;

pub(crate) use binning::bin;
pub use binning::{
    BinKind, BinRule, Binning, BinningFinding, BinningFindingKind, BinningOptions, BinningRow,
    BinningSettings, BinningStatus, BinningTable, PrebinningMethod, PrebinningOptions, PrebinningSettings,
    RowKind, TableTest,
};
pub(crate) use calibration::calibrate;
pub use calibration::{
    BetaCurve, CalibrationCurve, CalibrationMethod, CalibrationRefusal, CalibrationReport,
    CalibrationSettings, IsotonicCurve, Knot, LogitCurve,
};
pub use optimal::{Objective, PValueTest, Trend};
pub(crate) use points::{DevelopmentRows, Model as PointsModel, ScaledPoints, ScalingLaw, scale};
pub use points::{InterceptPlace, RoundingReport, ScalingMethod, ScalingSettings};
pub use regression::{
    ChiSquareTest, Coefficient, Regression, RegressionSettings, Separation, SeparationKind,
};
pub(crate) use regression::{Design, Fit, Predictor, Prepared, Values as PredictorValues};
pub use run::Run;
pub(crate) use selection::{Candidate as SelectionCandidate, select};
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
pub(crate) use validation::{ValidationSample, bands, cutoffs, folds, split, validate};
