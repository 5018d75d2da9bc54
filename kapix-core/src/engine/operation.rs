//! The operations: one name in every language.

use crate::error::{Cause, Error, Result};

/// An operation that this engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Proves an artefact before it is used.
    ArtefactCheck,
    /// Features with their transactions.
    CashflowAnalyze,
    /// Points, score, PD where calibrated, band, decision, confidence, reasons.
    CreditScore,
    /// The same for columns of applicants.
    CreditScoreBatch,
    /// Versions, artefacts, limits, operations.
    EngineDescribe,
    /// A card from rows with known outcomes.
    ScorecardDevelop,
    /// How well a card ranks and is calibrated on rows with known outcomes.
    ScorecardEvaluate,
}

impl Operation {
    /// Every operation, in the order of its name.
    pub const ALL: [Self; 7] = [
        Self::ArtefactCheck,
        Self::CashflowAnalyze,
        Self::CreditScore,
        Self::CreditScoreBatch,
        Self::EngineDescribe,
        Self::ScorecardDevelop,
        Self::ScorecardEvaluate,
    ];

    /// Returns the name, `area.verb`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ArtefactCheck => "artefact.check",
            Self::CashflowAnalyze => "cashflow.analyze",
            Self::CreditScore => "credit.score",
            Self::CreditScoreBatch => "credit.score_batch",
            Self::EngineDescribe => "engine.describe",
            Self::ScorecardDevelop => "scorecard.develop",
            Self::ScorecardEvaluate => "scorecard.evaluate",
        }
    }

    /// Returns the operation of this name.
    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|operation| operation.as_str() == name).ok_or_else(|| {
            let message =
                format!("no operation has this name of `{}` bytes; see engine.describe", name.len());
            Error::new(Cause::OperationUnknown, message)
        })
    }

    /// Returns whether the operation takes columns by the second door.
    pub const fn is_columnar(self) -> bool {
        matches!(self, Self::CreditScoreBatch | Self::ScorecardDevelop | Self::ScorecardEvaluate)
    }

    /// Returns whether a call leaves a record.
    pub const fn is_recorded(self) -> bool {
        !matches!(self, Self::ArtefactCheck | Self::EngineDescribe)
    }
}
