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

pub use binning::{
    BinKind, BinRule, Binning, BinningFinding, BinningFindingKind, BinningOptions, BinningRow,
    BinningSettings, BinningStatus, BinningTable, ChiSquareTest, PrebinningMethod, PrebinningOptions,
    PrebinningSettings, RowKind,
};
pub use target::Target;
