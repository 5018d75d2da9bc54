//! A row, and the rows of an account, a column for each of its parts.

use super::{Validity, Written};
use crate::domain::{Direction, Transaction, TransactionStatus};
use crate::id::Id;
use crate::time::At;

/// A row whose texts lie elsewhere: in its document, or in columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'r> {
    pub(crate) amount_minor: i64,
    pub(crate) at: At,
    pub(crate) balance_minor: Option<i64>,
    pub(crate) category: Option<&'r str>,
    pub(crate) counterparty: Option<&'r str>,
    pub(crate) description: Option<&'r str>,
    pub(crate) id: Option<&'r str>,
    pub(crate) pending_id: Option<&'r str>,
    pub(crate) status: TransactionStatus,
    pub(crate) direction: Option<Direction>,
}

/// The rows of an account, and where each begins in the document.
#[derive(Debug, Default)]
pub(crate) struct RowColumns {
    pub(crate) amounts: Vec<i64>,
    pub(crate) at: Vec<At>,
    /// Balances; 0 where a row has none.
    pub(crate) balances: Vec<i64>,
    pub(crate) with_balance: Validity,
    pub(crate) category: Written,
    pub(crate) counterparty: Written,
    pub(crate) description: Written,
    pub(crate) id: Written,
    pub(crate) lines: Vec<u64>,
    pub(crate) pending_id: Written,
    pub(crate) statuses: Vec<TransactionStatus>,
    pub(crate) directions: Vec<Option<Direction>>,
}

impl<'r> From<&'r Transaction> for Row<'r> {
    fn from(row: &'r Transaction) -> Self {
        Self {
            amount_minor: row.amount_minor,
            at: row.at,
            balance_minor: row.balance_minor,
            category: row.category.as_deref(),
            counterparty: row.counterparty.as_deref(),
            description: row.description.as_deref(),
            id: row.id.as_ref().map(Id::as_str),
            pending_id: row.pending_id.as_ref().map(Id::as_str),
            status: row.status,
            direction: row.direction,
        }
    }
}

impl From<Row<'_>> for Transaction {
    fn from(row: Row<'_>) -> Self {
        // The ids of a row were ids before.
        let id = |text: Option<&str>| text.and_then(|text| Id::parse(text).ok());
        Self {
            amount_minor: row.amount_minor,
            at: row.at,
            balance_minor: row.balance_minor,
            category: row.category.map(str::to_owned),
            counterparty: row.counterparty.map(str::to_owned),
            description: row.description.map(str::to_owned),
            id: id(row.id),
            pending_id: id(row.pending_id),
            status: row.status,
            direction: row.direction,
        }
    }
}

impl RowColumns {
    /// Asks once for the memory of so many more rows, for the columns that every row fills.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.amounts.reserve(rows);
        self.at.reserve(rows);
        self.balances.reserve(rows);
        self.lines.reserve(rows);
        self.statuses.reserve(rows);
        self.directions.reserve(rows);
    }

    pub(crate) fn push(&mut self, row: &Row<'_>, line: u64) {
        self.amounts.push(row.amount_minor);
        self.at.push(row.at);
        self.balances.push(row.balance_minor.unwrap_or_default());
        self.with_balance.push(row.balance_minor.is_some());
        self.category.push(row.category);
        self.counterparty.push(row.counterparty);
        self.description.push(row.description);
        self.id.push(row.id);
        self.lines.push(line);
        self.pending_id.push(row.pending_id);
        self.statuses.push(row.status);
        self.directions.push(row.direction);
    }

    pub(crate) fn len(&self) -> usize {
        self.amounts.len()
    }

    /// Returns a row; `None` beyond the end.
    pub(crate) fn get(&self, row: usize) -> Option<Row<'_>> {
        Some(Row {
            amount_minor: *self.amounts.get(row)?,
            at: *self.at.get(row)?,
            balance_minor: self.balance(row),
            category: self.category.get(row),
            counterparty: self.counterparty.get(row),
            description: self.description.get(row),
            id: self.id.get(row),
            pending_id: self.pending_id.get(row),
            status: *self.statuses.get(row)?,
            direction: *self.directions.get(row)?,
        })
    }

    /// Returns the balance after a row, where it states one.
    pub(crate) fn balance(&self, row: usize) -> Option<i64> {
        self.balances.get(row).copied().filter(|_| self.with_balance.is_valid(row))
    }

    /// Returns the amounts, each with the balance after it.
    pub(crate) fn moves(&self) -> impl DoubleEndedIterator<Item = (i64, Option<i64>)> {
        let amounts = self.amounts.iter().zip(&self.balances).enumerate();
        amounts.map(|(row, (amount, balance))| {
            (*amount, Some(*balance).filter(|_| self.with_balance.is_valid(row)))
        })
    }

    /// Returns the first rows, so many at most.
    pub(crate) fn transactions(&self, most: usize) -> Vec<Transaction> {
        (0..self.len().min(most)).filter_map(|row| self.get(row)).map(Transaction::from).collect()
    }

    /// Joins a text to the description of the last row, and returns its bytes; `None` without rows.
    pub(crate) fn extend_description(&mut self, text: &str) -> Option<usize> {
        (self.len() > 0).then(|| self.description.extend_last(text))
    }

    /// Adds the rows behind, which are left as memory for others.
    pub(crate) fn append(&mut self, next: &mut Self) {
        if self.len() == 0 {
            core::mem::swap(self, next);
            return;
        }
        self.amounts.append(&mut next.amounts);
        self.at.append(&mut next.at);
        self.balances.append(&mut next.balances);
        self.with_balance.append(&next.with_balance);
        next.with_balance.clear();
        self.category.append(&mut next.category);
        self.counterparty.append(&mut next.counterparty);
        self.description.append(&mut next.description);
        self.id.append(&mut next.id);
        self.lines.append(&mut next.lines);
        self.pending_id.append(&mut next.pending_id);
        self.statuses.append(&mut next.statuses);
        self.directions.append(&mut next.directions);
    }

    pub(crate) fn reverse(&mut self) {
        self.amounts.reverse();
        self.at.reverse();
        self.balances.reverse();
        self.with_balance.reverse();
        let Self { category, counterparty, description, id, pending_id, .. } = self;
        [category, counterparty, description, id, pending_id].into_iter().for_each(Written::reverse);
        self.lines.reverse();
        self.statuses.reverse();
        self.directions.reverse();
    }
}
