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
    /// A stated balance is not the balance before it plus the amount, or not that of the same row in an account of which half
    /// the rows are these. Amounts: expected and stated balance of each row.
    #[strum(message = "Ask for the original document: a row may be missing, added or changed.")]
    ChainBreak,
    /// The first stated balance does not follow from the stated opening balance, or the opening balance of a later upload is
    /// not the balance that the earlier ones lead to. Amounts: expected and stated balance.
    #[strum(message = "Compare the opening balance with the document.")]
    OpeningBalanceMismatch,
    /// The stated closing balance of an upload is not the balance after its last row, rows after `as_of` included. Amounts: the
    /// latter, and the stated one.
    #[strum(message = "Ask for the whole document: rows may be missing at its end.")]
    ClosingBalanceMismatch,
    /// Two rows of a day agree in time, amount, status, balance and text, and in id and counterparty where both state them,
    /// and balances do not prove both. Rows: the first and the other of each pair; amounts: theirs.
    #[strum(message = "Compare with the document; send a row once.")]
    LikelyDuplicate,
    /// Two different rows carry the same id: a payment and its charge, or a reversal under its original receipt. Rows: the
    /// first and the other of each pair.
    #[strum(message = "Check the ids of the rows.")]
    SharedId,
    /// Two rows of one id and amount, and the balances do not show that both took effect. Rows: the first and the other of
    /// each pair; the other is disputed.
    #[strum(message = "Compare with the document; send a row once.")]
    RepeatedId,
    /// Pending rows whose booked row is there too; each pair counts once, as the booked row. Rows: the pending and the booked
    /// one of each pair.
    #[strum(message = "Nothing.")]
    PendingSettled,
    /// Pending rows that the provider's link joins to a booked row of another amount, which counts. Rows: the pending and the
    /// booked one of each pair; amounts: theirs.
    #[strum(message = "Nothing where holds and tips explain the difference.")]
    PendingAmountDiffers,
    /// Pending rows without a booked one. A credit is no income until it is booked, a debit counts as spent.
    #[strum(message = "Score again when the rows are booked.")]
    PendingOpen,
    /// Rows of an earlier stretch of fewer than five, more than 45 days from the next row without balances that chain. They
    /// count for no minimum and open no window.
    #[strum(message = "Check the dates of the rows; bring what lies between, or leave them out.")]
    IsolatedRows,
    /// Rows of amount 0: they moved no money, and count for no minimum and no activity.
    #[strum(message = "Nothing.")]
    ZeroRows,
    /// The legs of transfers between accounts of the applicant: no income and no spending. Payments into a card account are some
    /// as far as purchases by the card reach them. Rows: those of this account.
    #[strum(message = "Nothing; a `category` of the row goes before.")]
    OwnTransfers,
    /// Equal amounts of opposite sign in two accounts, at most three days apart, whose texts name no transfer. They count as
    /// income and as spending. Rows: those of this account.
    #[strum(message = "State their `category`; if it is `own_transfer`, income was counted twice.")]
    PossibleTransfers,
    /// Balances chain only where every amount has the other sign.
    #[strum(
        message = "A credit is above zero; where money out is positive, read with `sign: debit_positive` or turn the signs."
    )]
    SignReversed,
    /// The document that the rows were read from contradicts them; `count` is the number of its doubts.
    #[strum(
        message = "Read `left_out` and the findings of `transactions.read`; state how the document is meant."
    )]
    ReadingDoubts,
    /// Rows that several uploads of one account hold; they count once.
    #[strum(message = "Nothing.")]
    OverlapMerged,
    /// Rows on days that two uploads of one account cover, which only one of them holds.
    #[strum(message = "Ask for the original document: an upload may have been changed.")]
    OverlapDisputed,
    /// Rows after `as_of`: left out and counted.
    #[strum(message = "Nothing where `as_of` is right.")]
    AfterAsOf,
    /// A row lies after the day on which its source was read, whether or not it lies after `as_of`.
    #[strum(message = "Ask for the original document: a source cannot hold a later row.")]
    FutureDate,
    /// A row lies outside the period that the document states.
    #[strum(message = "Check the dates and the stated `period`.")]
    OutsidePeriod,
    /// Days from the last covered day of the data, `features_as_of`, to the day of `as_of`; `count` is their number.
    #[strum(message = "Bring newer data where the age matters; a card states how old they may be.")]
    DataAge,
    /// The cover of the account ends more than seven days before that of another account; `count` is the number of days.
    #[strum(
        message = "Bring the account up to the same day, or state `closing_balance_minor` or `retrieved_at`."
    )]
    EndsEarly,
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
    /// Rows of another account too: same amount and id or balance, at most a day apart; in half of the account on any days,
    /// by text, or by amount alone; or by text in all of few rows. `share` is their part of those that moved money.
    #[strum(message = "Ask whether one account was sent twice.")]
    SharedRows,
    /// An account that moved no money states the opening or the last balance of another account. Amounts: the balance, which
    /// counts once.
    #[strum(message = "Ask whether one account was sent twice.")]
    SharedBalance,
    /// Credits whose text begins with a word of reversal, with an equal debit at most 30 days before; and credits that such a
    /// debit, by its text or category, takes back: no income. Rows: the earlier and the later one of each pair; amounts: theirs.
    #[strum(message = "Nothing.")]
    Reversals,
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
    /// The rows are read cautiously in every feature: disputed credits out, disputed debits in. Where a second reading, the
    /// other way round, decides otherwise or cannot score, the case is referred.
    Disputed,
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
            | Self::ClosingBalanceMismatch
            | Self::FutureDate
            | Self::EndsEarly
            | Self::MixedCurrencies
            | Self::ReadingDoubts
            | Self::SignReversed
            | Self::MisspeltInput => Severity::Refer,
            Self::LikelyDuplicate
            | Self::RepeatedId
            | Self::PendingOpen
            | Self::IsolatedRows
            | Self::OverlapDisputed
            | Self::SharedBalance
            | Self::SharedRows => Severity::Disputed,
            Self::SharedId
            | Self::PendingSettled
            | Self::PendingAmountDiffers
            | Self::ZeroRows
            | Self::OwnTransfers
            | Self::PossibleTransfers
            | Self::Reversals
            | Self::OverlapMerged
            | Self::DataAge
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
    /// Of disputed rows: their sum in minor units as features read it, the debits.
    pub cautious_minor: Option<i64>,
    /// How many cases of the kind the account has; `rows` shows the first ones.
    pub count: u64,
    /// First day concerned.
    pub from: Option<Date>,
    /// What was found.
    pub kind: FindingKind,
    /// Of disputed rows: their sum in minor units as the second reading takes it, the credits.
    pub other_minor: Option<i64>,
    /// JSON pointer to the account, or `/data` for the applicant.
    pub pointer: String,
    /// Row numbers in the request's `transactions`, from 0: the first of all cases, at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<u32>,
    /// What it does to a decision.
    pub severity: Severity,
    /// Part of the rows that is concerned, where the kind states one, 0..=1.
    pub share: Option<f64>,
    /// Last day concerned.
    pub to: Option<Date>,
}

impl Finding {
    /// Returns a finding about the applicant or an account, without rows.
    pub(crate) fn of_applicant(kind: FindingKind, count: u64, days: Option<(Date, Date)>) -> Self {
        Self {
            amounts_minor: Vec::new(),
            cautious_minor: None,
            count,
            from: days.map(|(from, _)| from),
            kind,
            other_minor: None,
            pointer: "/data".to_owned(),
            rows: Vec::new(),
            severity: kind.severity(),
            share: None,
            to: days.map(|(_, to)| to),
        }
    }
}
