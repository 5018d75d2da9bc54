//! An account and its transactions in the native form: integer minor units, credit above zero.

use crate::id::Id;
use crate::money::Currency;
use crate::time::{At, Date, UtcOffset};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// One account of an applicant with its rows in the order of the document.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Account {
    /// Id of the account at its provider; opaque, up to 128 bytes.
    pub account_id: Id,
    /// Largest difference, in minor units, between a stated balance and the chained one that is still
    /// rounding, 0..=1,000,000; default 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub chain_tolerance_minor: i64,
    /// Balance after the last row as the document states it, in minor units. Where it is the balance after the last row,
    /// the days from that row to the end of `period` are proved to be quiet.
    pub closing_balance_minor: Option<i64>,
    /// Currency of every amount of the account, ISO 4217.
    pub currency: Currency,
    /// What the account is.
    pub kind: AccountKind,
    /// Balance before the first row, in minor units.
    pub opening_balance_minor: Option<i64>,
    /// Days that the document covers; without it, from the first to the last row.
    pub period: Option<Period>,
    /// Bank or operator.
    pub provider: Option<String>,
    /// What in the document contradicts the rows, as `transactions.read` counts it: dated rows without an amount that no
    /// balance explains, totals that differ, pages that are missing. Above 0 an approval is referred.
    pub reading_doubts: Option<u32>,
    /// Rows, in the order of the document.
    pub transactions: Vec<Transaction>,
    /// Offset whose civil days are the account's days; default `Z`.
    #[serde(default)]
    pub utc_offset: UtcOffset,
}

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum AccountKind {
    /// A current or checking account.
    Current,
    /// A savings account.
    Savings,
    /// A mobile money wallet.
    MobileMoney,
    /// A till or merchant wallet.
    Till,
    /// A point-of-sale settlement account.
    Pos,
    /// A card account.
    Card,
    /// A loan account.
    Loan,
    /// Any other account.
    Other,
}

impl AccountKind {
    /// Returns whether the balance of the account is what its holder owes: it is no cash, and money in repays a debt.
    pub(crate) const fn is_owed(self) -> bool {
        matches!(self, Self::Card | Self::Loan)
    }
}

/// One row of an account.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transaction {
    /// Amount in minor units; a credit is above zero, a debit below.
    pub amount_minor: i64,
    /// When: an instant, or a civil date where the document gives no time.
    pub at: At,
    /// Balance after the row as the document states it, in minor units.
    pub balance_minor: Option<i64>,
    /// The caller's category; `own_transfer`, `loan` and `reversal` credits are not income, whatever their case, spaces,
    /// hyphens and underscores.
    pub category: Option<String>,
    /// The other side, as the document names it.
    pub counterparty: Option<String>,
    /// Free text of the document.
    pub description: Option<String>,
    /// Id of the row at its provider; a shared id is a warning, not a duplicate.
    pub id: Option<Id>,
    /// Id of the pending row that this booked row replaces, where the provider states it.
    pub pending_id: Option<Id>,
    /// Whether the row took effect; default `posted`.
    #[serde(default, skip_serializing_if = "is_posted")]
    pub status: TransactionStatus,
    /// `credit` or `debit`; where given it must agree with the sign of the amount.
    #[serde(default, rename = "type")]
    pub direction: Option<Direction>,
}

/// The direction of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Direction {
    /// Money in: the amount is above zero.
    Credit,
    /// Money out: the amount is below zero.
    Debit,
}

/// Whether a row took effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TransactionStatus {
    /// The row is booked.
    #[default]
    Posted,
    /// The row is reserved and moves the available balance.
    Pending,
    /// The row was refused and moved nothing; it is counted, and left out of every sum.
    Failed,
}

/// A range of civil dates, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks of skip_serializing_if")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks of skip_serializing_if")]
fn is_posted(value: &TransactionStatus) -> bool {
    *value == TransactionStatus::Posted
}
