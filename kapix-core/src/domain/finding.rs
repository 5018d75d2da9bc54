//! What is found in the data that a ledger is built from.

use crate::time::Date;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// What was found.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
    EnumMessage,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
pub enum FindingKind {
    /// A stated balance is not the balance before it plus the amount. Amounts: expected and stated balance of each row.
    #[strum(message = "Ask for the original document: a row may be missing, added or changed.")]
    ChainBreak,
    /// The first stated balance does not follow from the stated opening balance. Amounts: expected and stated balance.
    #[strum(message = "Compare the opening balance with the document.")]
    OpeningBalanceMismatch,
    /// Two rows of a day agree in time, amount, description, counterparty, id and balance, and the balances do not show
    /// that both took effect. Rows: the first and the other of each pair; amounts: theirs.
    #[strum(message = "Compare with the document; send a row once.")]
    LikelyDuplicate,
    /// Two different rows carry the same id. Rows: the first and the other of each pair.
    #[strum(message = "Check the ids of the rows.")]
    SharedId,
    /// Rows after `as_of`: left out and counted.
    #[strum(message = "Nothing where `as_of` is right.")]
    AfterAsOf,
    /// A row lies after the day on which its source was read, whether or not it lies after `as_of`.
    #[strum(message = "Ask for the original document: a source cannot hold a later row.")]
    FutureDate,
    /// A row lies outside the period that the document states.
    #[strum(message = "Check the dates and the stated `period`.")]
    OutsidePeriod,
    /// More than thirty days from one row to the next, or from the last to `as_of`. Rows: those at its ends.
    #[strum(message = "Ask whether rows are missing.")]
    Gap,
    /// Rows were not in date order, or rows of a day were put in the order in which balances chain. Rows: those that come
    /// after a row that the document has later.
    #[strum(message = "Nothing; send rows in the order of the document.")]
    Reordered,
    /// Rows that did not take effect: left out and counted.
    #[strum(message = "Nothing.")]
    FailedRows,
    /// Accounts of more than one currency; `count` is the number of currencies.
    #[strum(message = "Send accounts of one currency; a score is refused until then.")]
    MixedCurrencies,
    /// Another account of the applicant holds the same rows, five or more, in date, amount, balance and currency. Each
    /// of them is reported; `count` is the number of others.
    #[strum(message = "Ask whether one document was sent for two accounts.")]
    SharedRows,
    /// A name that the card does not read is within two edits of an input that is missing; `count` is the number of
    /// rows.
    #[strum(message = "Correct the name, or state the input.")]
    MisspeltInput,
}

/// What a finding does to a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Severity {
    /// For information only.
    Info,
    /// The data contradict themselves: an approval becomes a referral, unless the artefact accepts the finding.
    Refer,
}

impl FindingKind {
    /// Returns what the finding does to a decision.
    ///
    /// ```
    /// use kapix_core::ledger::{FindingKind, Severity};
    ///
    /// assert_eq!(FindingKind::ChainBreak.severity(), Severity::Refer);
    /// assert_eq!(FindingKind::Gap.severity(), Severity::Info);
    /// ```
    pub const fn severity(self) -> Severity {
        match self {
            Self::ChainBreak
            | Self::OpeningBalanceMismatch
            | Self::LikelyDuplicate
            | Self::FutureDate
            | Self::MixedCurrencies
            | Self::SharedRows
            | Self::MisspeltInput => Severity::Refer,
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
    /// Amounts concerned, in minor units, in the order of `rows`; the kind says what they are.
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
