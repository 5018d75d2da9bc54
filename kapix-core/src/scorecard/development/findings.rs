//! What a reader of a developed card must know.

use super::super::body::DevelopmentFinding;

/// The codes of findings, in the order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Code {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Bands => "bands",
            Self::Binning => "binning",
            Self::ColumnType => "column_type",
            Self::IdLike => "id_like",
            Self::Immature => "immature",
            Self::Leaking => "leaking",
            Self::MissingTogether => "missing_together",
            Self::NoOutsideRows => "no_outside_rows",
            Self::NotBinned => "not_binned",
            Self::PdAssumed => "pd_assumed",
            Self::PointsLowered => "points_lowered",
            Self::Protected => "protected",
            Self::RanksNothing => "ranks_nothing",
            Self::RareCategories => "rare_categories",
            Self::ReasonTexts => "reason_texts",
            Self::Rounding => "rounding",
            Self::Separation => "separation",
            Self::WrongSign => "wrong_sign",
        }
    }
}

/// Returns a finding; `feature` is absent when it is about the fit.
pub(super) fn finding(code: Code, feature: Option<&str>, message: impl Into<String>) -> DevelopmentFinding {
    DevelopmentFinding {
        code: code.as_str().to_owned(),
        feature: feature.map(str::to_owned),
        message: message.into(),
    }
}
