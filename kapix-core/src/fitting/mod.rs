//! The development of a scorecard from rows with known outcomes: binning, regression, selection, points,
//! validation, calibration. Functions from columns to numbers; nothing here knows a card.

mod binning;
mod calibration;
mod optimal;
mod points;
mod regression;
mod selection;
mod target;
mod validation;

pub use calibration::{
    BetaCurve, CalibrationCurve, CalibrationMethod, CalibrationRefusal, CalibrationReport,
    CalibrationSettings, IsotonicCurve, Knot, LogitCurve,
};
pub use target::Target;
pub use validation::{
    AccountProfit, AucDifference, AucEstimate, BandReport, BandSettings, Brier, CalibrationMeasures,
    Coefficient, CutoffPoint, CutoffReport, CutoffSettings, GainsRow, HosmerLemeshow, Interval,
    KolmogorovSmirnov, RocPoint, ScoreBand, ScoreBin, TestedGroup, ValidationNull, ValidationReport,
    ValidationSettings,
};
