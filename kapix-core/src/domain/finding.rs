//! What a ledger says of the data that it was built from.

use crate::time::Date;
use serde::Serialize;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FindingKind {
    /// A stated balance is not the balance before it plus the amount.
    ChainBreak,
    /// The first stated balance does not follow from the stated opening balance.
    OpeningBalanceMismatch,
    /// Two rows of a day agree in time, amount, text, id and balance.
    LikelyDuplicate,
    /// Two different rows carry the same id.
    SharedId,
    /// Rows after `as_of`: left out and counted.
    AfterAsOf,
    /// A row lies after the day on which its source was read.
    FutureDate,
    /// A row lies outside the period that the document states.
    OutsidePeriod,
    /// No row for more than thirty days between two rows.
    Gap,
    /// Rows were not in date order, or rows of a day were put in the order in which balances chain.
    Reordered,
    /// Rows that did not take effect: left out and counted.
    FailedRows,
    /// Accounts of more than one currency.
    MixedCurrencies,
    /// Two accounts of the applicant hold the same rows.
    SharedRows,
}

/// What a finding does to a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Severity {
    /// Told, no more.
    Info,
    /// The data contradict themselves: an approval becomes a referral, unless the artefact accepts the finding.
    Refer,
}

impl FindingKind {
    /// Returns what the finding does to a decision.
    pub const fn severity(self) -> Severity {
        match self {
            Self::ChainBreak
            | Self::OpeningBalanceMismatch
            | Self::LikelyDuplicate
            | Self::FutureDate
            | Self::MixedCurrencies
            | Self::SharedRows => Severity::Refer,
            Self::SharedId
            | Self::AfterAsOf
            | Self::OutsidePeriod
            | Self::Gap
            | Self::Reordered
            | Self::FailedRows => Severity::Info,
        }
    }
}

/// One finding, with its rows and amounts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// Amounts concerned, in minor units, in the order of `rows`; what each means is told by the kind: for
    /// `chain_break` the expected and the stated balance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amounts_minor: Vec<i64>,
    /// How many cases of the kind the account has; `rows` shows the first ones.
    pub count: u64,
    /// First day concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// What was found.
    pub kind: FindingKind,
    /// JSON pointer to the account, or `/data` for the applicant.
    pub pointer: String,
    /// Row numbers in the request's `transactions`, from 0; at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<u32>,
    /// What it does to a decision.
    pub severity: Severity,
    /// Last day concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
}
