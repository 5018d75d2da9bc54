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
    /// Days from `features_as_of` to the civil day of `as_of`, of the account that reaches furthest.
    pub age_days: i32,
    /// The instant up to which rows count; horizons begin here.
    pub as_of: Instant,
    /// The one currency of all accounts, or `None` when they differ or there is no account.
    pub currency: Option<Currency>,
    /// The applicant did not choose where the data end: it is the day on which a provider was read, or the last day of
    /// a month.
    pub end_is_given: bool,
    /// The last civil day of every window: the latest covered day of any account, or the day of `as_of` without one.
    pub features_as_of: Date,
    /// The same ledger with disputed credits in and disputed debits out; `None` where nothing is disputed.
    pub other_reading: Option<Box<Self>>,
}

/// One account's rows in ledger order.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountLedger {
    /// Source that brought the account.
    pub source: SourceKey,
    /// Index of the account in `/data/SOURCE/accounts`; of the first upload where there are several.
    pub index: usize,
    /// Further uploads of the account: index in `/data/SOURCE/accounts`, and the number of the first of its rows.
    pub uploads: Vec<(usize, u32)>,
    /// What the account is.
    pub kind: AccountKind,
    /// Currency of every amount.
    pub currency: Currency,
    /// Offset of its civil days.
    pub utc_offset: UtcOffset,
    /// The last civil day of every window: the ledger's `features_as_of`.
    pub last_day: Date,
    /// First and last day covered, of the latest stretch of rows; `None` without rows and period.
    pub covered: Option<(Date, Date)>,
    /// At least half of the rows are another account's too, so that its balance, where above zero, is not counted.
    pub balance_disputed: bool,
    /// Rows on or before `as_of` that took effect; of disputed ones those that this reading takes.
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
    /// Index in the request's `transactions`; rows of further uploads are numbered on.
    pub input: u32,
    /// Civil day at the account's offset.
    pub date: Date,
    /// Amount in minor units, credit above zero.
    pub amount_minor: i64,
    /// Balance after the row in minor units: stated, else carried from the neighbours; `None` when the account
    /// states no balance at all, or none after a break in its rows that nothing bridges.
    pub balance_minor: Option<i64>,
    /// Number of the counterparty within the applicant (same text after trimming and case folding = same
    /// number); `None` when not named.
    pub counterparty: Option<u32>,
    /// A credit that counts as income: its category is not `own_transfer`, `loan` or `reversal`, and it is no transfer
    /// and gives no payment back.
    pub income: bool,
    /// A leg of a transfer between accounts of the applicant, by its category, because the other leg is there, or because it
    /// is a credit of a loan or card account.
    pub transfer: bool,
    /// Whether the row took effect is in doubt, as a finding says.
    pub disputed: bool,
}

impl AccountLedger {
    /// Returns the index in `/data/SOURCE/accounts` and the row in its `transactions` of a row number of this ledger.
    ///
    /// ```
    /// use kapix_core::{Limits, ledger::{Data, Ledger}, time::Instant};
    ///
    /// // Two uploads of one account: the second row is the first of the second upload.
    /// let data: Data = serde_json::from_str(
    ///     r#"{"bank": {"accounts": [
    ///         {"account_id": "a", "kind": "current", "currency": "KES",
    ///          "transactions": [{"at": "2026-03-28", "amount_minor": -20000}]},
    ///         {"account_id": "a", "kind": "current", "currency": "KES",
    ///          "transactions": [{"at": "2026-03-29", "amount_minor": -10000}]}
    ///     ]}}"#,
    /// )?;
    /// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
    /// assert_eq!(ledger.accounts[0].place(1), (1, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn place(&self, input: u32) -> (usize, u32) {
        let upload = self.uploads.iter().rev().find(|(_, first)| *first <= input);
        upload.map_or((self.index, input), |(index, first)| (*index, input - first))
    }
}
