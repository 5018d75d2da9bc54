//! What a reader of a developed card must know.

use super::super::body::DevelopmentFinding;
use strum::IntoStaticStr;

/// The codes of findings, in the order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Code {
    Bands,
    Binning,
    ColumnType,
    IdLike,
    Immature,
    Leaking,
    MissingTogether,
    NoOutsideRows,
    NotBinned,
    PdAssumed,
    PointsLowered,
    Protected,
    RanksNothing,
    RareCategories,
    ReasonTexts,
    Rounding,
    Separation,
    WrongSign,
}

/// Returns a finding; `feature` is absent when it is about the fit.
pub(super) fn finding(code: Code, feature: Option<&str>, message: impl Into<String>) -> DevelopmentFinding {
    DevelopmentFinding {
        code: <&str>::from(code).to_owned(),
        feature: feature.map(str::to_owned),
        message: message.into(),
    }
}
