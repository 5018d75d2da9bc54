//! The accounts of a sample, and the one way in which a row enters them: each balance is the one before it plus the
//! amount.

use super::truth::Label;
use super::wording::Words;
use crate::domain::{Account, AccountKind, Period, Transaction, TransactionStatus};
use crate::error::Result;
use crate::id::Id;
use crate::money::Currency;
use crate::time::{At, Date, Instant, UtcOffset};

/// One account while its rows are made.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) id: Id,
    kind: AccountKind,
    provider: &'static str,
    currency: Currency,
    offset: UtcOffset,
    opening_minor: i64,
    pub(super) balance_minor: i64,
    /// Local time of the latest row, in seconds from 1970-01-01T00:00 of the account's clock.
    latest_second: i64,
    pub(super) rows: Vec<Posted>,
}

/// A row and what it is.
#[derive(Debug)]
pub(super) struct Posted {
    pub(super) transaction: Transaction,
    pub(super) label: Label,
    pub(super) date: Date,
}

/// What an account is made of.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) id: &'static str,
    pub(super) kind: AccountKind,
    pub(super) provider: &'static str,
    pub(super) currency: Currency,
    pub(super) offset: UtcOffset,
    pub(super) balance_minor: i64,
}

/// A row before it is booked.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) amount_minor: i64,
    pub(super) label: Label,
    pub(super) words: Words,
}

/// Seconds of a day.
pub(super) const DAY_SECONDS: i64 = 86_400;

impl Book {
    pub(super) fn open(opening: &Opening) -> Result<Self> {
        Ok(Self {
            id: Id::parse(opening.id)?,
            kind: opening.kind,
            provider: opening.provider,
            currency: opening.currency,
            offset: opening.offset,
            opening_minor: opening.balance_minor,
            balance_minor: opening.balance_minor,
            latest_second: i64::MIN,
            rows: Vec::new(),
        })
    }

    /// Books a row at a second of a day, or at the time of the row before it if that is later.
    pub(super) fn post(&mut self, date: Date, second: i64, entry: Entry) -> Result<()> {
        let midnight = i64::from(date.epoch_days()) * DAY_SECONDS;
        let local = (midnight + second.clamp(0, DAY_SECONDS - 1)).max(self.latest_second);
        self.latest_second = local;
        self.balance_minor += entry.amount_minor;
        let instant = Instant::from_epoch_seconds(local - 60 * i64::from(self.offset.minutes()))?;
        let category = match entry.label {
            Label::OwnTransfer => Some("own_transfer"),
            Label::LoanIn | Label::OverdraftIn => Some("loan"),
            Label::Reversal => Some("reversal"),
            _ => None,
        };
        let transaction = Transaction {
            amount_minor: entry.amount_minor,
            at: At::Instant(instant),
            balance_minor: Some(self.balance_minor),
            category: category.map(str::to_owned),
            counterparty: entry.words.counterparty,
            description: Some(entry.words.description),
            id: Some(Id::parse(&entry.id)?),
            pending_id: None,
            status: TransactionStatus::Posted,
            direction: None,
        };
        self.rows.push(Posted { transaction, label: entry.label, date });
        Ok(())
    }

    /// Returns the account with its rows of the period.
    pub(super) fn deliver(&self, period: Period) -> Account {
        let rows = self.rows.iter().take_while(|row| row.date <= period.to);
        Account {
            account_id: self.id.clone(),
            chain_tolerance_minor: 0,
            closing_balance_minor: None,
            currency: self.currency,
            kind: self.kind,
            opening_balance_minor: Some(self.opening_minor),
            period: Some(period),
            provider: Some(self.provider.to_owned()),
            reading_doubts: None,
            transactions: rows.map(|row| row.transaction.clone()).collect(),
            utc_offset: self.offset,
        }
    }
}
