//! What a ledger says of the data that it was built from.

use crate::time::Date;
use serde::{Deserialize, Serialize};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FindingKind {
    /// A stated balance is not the balance before it plus the amount. Amounts: expected and stated balance of each row.
    ChainBreak,
    /// The first stated balance does not follow from the stated opening balance. Amounts: expected and stated balance.
    OpeningBalanceMismatch,
    /// Two rows of a day agree in time, amount, description, counterparty, id and balance, and the balances do not show
    /// that both took effect. Rows: the first and the other of each case; amounts: theirs.
    LikelyDuplicate,
    /// Two different rows carry the same id. Rows: the first and the other of each case.
    SharedId,
    /// Rows after `as_of`: left out and counted.
    AfterAsOf,
    /// A row lies after the day on which its source was read, whether or not it lies after `as_of`.
    FutureDate,
    /// A row lies outside the period that the document states.
    OutsidePeriod,
    /// More than thirty days from one row to the next, or from the last to `as_of`. Rows: those at its ends.
    Gap,
    /// Rows were not in date order, or rows of a day were put in the order in which balances chain. Rows: those that come
    /// after a row that the document has later.
    Reordered,
    /// Rows that did not take effect: left out and counted.
    FailedRows,
    /// Accounts of more than one currency; `count` is the number of currencies.
    MixedCurrencies,
    /// Another account of the applicant holds the same rows, five or more, in date, amount, balance and currency: told at
    /// each of them; `count` is the number of others.
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
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// Amounts concerned, in minor units, in the order of `rows`; the kind tells what they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amounts_minor: Vec<i64>,
    /// How many cases of the kind the account has; `rows` shows the first ones.
    pub count: u64,
    /// First day concerned.
    pub from: Option<Date>,
    /// What was found.
    pub kind: FindingKind,
    /// JSON pointer to the account, or `/data` for the applicant.
    pub pointer: String,
    /// Row numbers in the request's `transactions`, from 0: the first of all cases, at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<u32>,
    /// What it does to a decision.
    pub severity: Severity,
    /// Last day concerned.
    pub to: Option<Date>,
}
