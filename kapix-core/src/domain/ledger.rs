//! The ledger: rows by civil day, each day in an order in which balances chain, and what was found on the way.

use super::account::AccountKind;
use super::finding::Finding;
use super::source::SourceKey;
use crate::money::Currency;
use crate::time::{Date, Instant, UtcOffset};

/// Every account of an applicant up to `as_of`.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// Accounts in the order of the request, sources by wire name.
    pub accounts: Vec<AccountLedger>,
    /// What was found, account by account.
    pub findings: Vec<Finding>,
    /// The instant that the ledger ends at.
    pub as_of: Instant,
    /// The one currency of all accounts, or `None` when they differ or there is no account.
    pub currency: Option<Currency>,
}

/// One account's rows in ledger order.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountLedger {
    /// Source that brought the account.
    pub source: SourceKey,
    /// Index of the account in `/data/SOURCE/accounts`.
    pub index: usize,
    /// What the account is.
    pub kind: AccountKind,
    /// Currency of every amount.
    pub currency: Currency,
    /// Offset of its civil days.
    pub utc_offset: UtcOffset,
    /// Civil date of `as_of` at the offset: the last day of every window.
    pub last_day: Date,
    /// First and last day covered: the stated period cut at `last_day`, else first and last row; `None` without
    /// rows and period.
    pub covered: Option<(Date, Date)>,
    /// Rows on or before `as_of` that took effect.
    pub rows: Vec<Row>,
    /// Balance before the first row in minor units: stated, or derived from the first row that states one.
    pub opening_minor: Option<i64>,
    /// Days with rows.
    pub days: u32,
    /// Days whose stated balances chain, from the close of the day before.
    pub days_chained: u32,
}

/// One row of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Index in the request's `transactions`.
    pub input: u32,
    /// Civil day at the account's offset.
    pub date: Date,
    /// Amount in minor units, credit above zero.
    pub amount_minor: i64,
    /// Balance after the row in minor units: stated, else carried from the neighbours; `None` when the account
    /// states no balance at all.
    pub balance_minor: Option<i64>,
    /// Number of the counterparty within the applicant (same text after trimming and case folding = same
    /// number); `None` when not named.
    pub counterparty: Option<u32>,
    /// A credit that counts as income: its category is not `own_transfer`, `loan` or `reversal`.
    pub income: bool,
}
