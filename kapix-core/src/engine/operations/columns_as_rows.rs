//! Columns of transactions that came beside a request for one applicant: they become the rows of its accounts before
//! anything else is done, so that records, replays and keys are those of the same request in JSON.

use crate::domain::{Column, Data, Direction, Frame, Kind, Transaction, TransactionStatus, Values};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::id::Id;
use crate::limits::{self, Limits, WIRE_MAX};
use crate::time::{At, Date, Instant};
use std::collections::BTreeMap;

/// The columns that are read; `line`, which `transactions.read` gives too, says nothing of a row.
const NAMES: [&str; 12] = [
    "account",
    "amount_minor",
    "at",
    "balance_minor",
    "category",
    "counterparty",
    "description",
    "id",
    "line",
    "pending_id",
    "status",
    "type",
];

/// Puts the rows of the columns into the accounts of the data, which stand there without rows.
pub(super) fn fill(data: Option<&mut Data>, frame: &Frame<'_>, limits: &Limits) -> Result<()> {
    let Some(data) = data else {
        let message = "columns of transactions need `data` with their accounts";
        return Err(Error::new(Cause::DataMissing, message).at("/data"));
    };
    limits::check("rows", limits.rows, frame.rows()).map_err(|error| error.at("/columns"))?;
    let rows = Rows::new(frame)?;
    let sources = [&mut data.bank, &mut data.mobile_money, &mut data.transaction_history];
    let mut accounts: Vec<_> =
        sources.into_iter().flatten().flat_map(|source| &mut source.accounts).collect();
    if accounts.iter().any(|account| !account.transactions.is_empty()) {
        let message =
            "columns of transactions came beside the request; its accounts must have no `transactions`";
        return Err(Error::new(Cause::DataExclusive, message).at("/data"));
    }
    let mut places = BTreeMap::new();
    for (place, account) in accounts.iter().enumerate() {
        places.entry(account.account_id.as_str().to_owned()).or_insert_with(Vec::new).push(place);
    }
    let count = accounts.len();
    for row in 0..frame.rows() {
        let place = match (rows.account, count) {
            (None, 1) => 0,
            (None, _) => {
                let message = format!("column `account` must be given: the request has `{count}` accounts");
                return Err(Error::new(Cause::FrameColumnMissing, message).at("/columns/account"));
            }
            (Some(column), _) => {
                let name = column.text(row).ok_or_else(|| refuse("account", row, "a value must be given"))?;
                match places.get(name).map(Vec::as_slice) {
                    Some([place]) => *place,
                    Some(_) => return Err(refuse("account", row, "two sources have an account of this id")),
                    None => return Err(refuse("account", row, "no account of the request has this id")),
                }
            }
        };
        let transaction = rows.transaction(row)?;
        if let Some(account) = accounts.get_mut(place) {
            account.transactions.push(transaction);
        }
    }
    Ok(())
}

/// The columns of a frame by their names.
struct Rows<'f, 'a> {
    account: Option<&'f Column<'a>>,
    amount_minor: &'f Column<'a>,
    at: &'f Column<'a>,
    frame: &'f Frame<'a>,
}

impl<'f, 'a> Rows<'f, 'a> {
    fn new(frame: &'f Frame<'a>) -> Result<Self> {
        for (name, column) in frame.columns() {
            let place = || format!("/columns/{}", escape_segment(name));
            if !NAMES.contains(&name) {
                let message = format!("a column of transactions must be one of `{}`", NAMES.join("`, `"));
                return Err(Error::new(Cause::DataInputUnknown, message).at(place()));
            }
            // A truth value is no text.
            let is_truth = matches!(column.values, Values::Bool { .. });
            let fits = match name {
                _ if is_truth => false,
                "amount_minor" | "balance_minor" | "line" => column.kind() == Kind::Numbers,
                "at" => matches!(column.kind(), Kind::Dates | Kind::Instants | Kind::Text),
                _ => column.kind() == Kind::Text,
            };
            if !fits && !column.is_void() {
                let message = format!("column `{name}` must not hold {}", column.kind_name());
                return Err(Error::new(Cause::FrameColumnType, message).at(place()));
            }
        }
        let needed = |name: &str| {
            frame.column(name).ok_or_else(|| {
                let message = format!("column `{name}` of transactions is missing");
                Error::new(Cause::FrameColumnMissing, message).at(format!("/columns/{name}"))
            })
        };
        let (amount_minor, at) = (needed("amount_minor")?, needed("at")?);
        Ok(Self { account: frame.column("account"), amount_minor, at, frame })
    }

    fn transaction(&self, row: usize) -> Result<Transaction> {
        let needed = |name| refuse(name, row, "a value must be given");
        let text = |name| self.frame.column(name).and_then(|column| column.text(row));
        let id = |name| {
            let own = text(name).map(Id::parse).transpose();
            own.map_err(|error| refuse(name, row, &error.message))
        };
        let word = |name, words: &[&str]| match text(name) {
            None => Ok(None),
            Some(text) => words.iter().position(|word| *word == text).map(Some).ok_or_else(|| {
                refuse(name, row, &format!("the value must be one of `{}`", words.join("`, `")))
            }),
        };
        let balance = self.frame.column("balance_minor");
        Ok(Transaction {
            amount_minor: minor(self.amount_minor, "amount_minor", row)?
                .ok_or_else(|| needed("amount_minor"))?,
            at: self.at(row)?.ok_or_else(|| needed("at"))?,
            balance_minor: balance.map(|column| minor(column, "balance_minor", row)).transpose()?.flatten(),
            category: text("category").map(str::to_owned),
            counterparty: text("counterparty").map(str::to_owned),
            description: text("description").map(str::to_owned),
            id: id("id")?,
            pending_id: id("pending_id")?,
            status: match word("status", &["posted", "pending", "failed"])? {
                Some(1) => TransactionStatus::Pending,
                Some(2) => TransactionStatus::Failed,
                _ => TransactionStatus::Posted,
            },
            direction: match word("type", &["credit", "debit"])? {
                Some(0) => Some(Direction::Credit),
                Some(_) => Some(Direction::Debit),
                None => None,
            },
        })
    }

    fn at(&self, row: usize) -> Result<Option<At>> {
        if !self.at.is_valid(row) {
            return Ok(None);
        }
        let at = match &self.at.values {
            Values::Date(days) => days.get(row).map(|day| Date::from_epoch_days(*day).map(At::Date)),
            Values::Instant(instants) => {
                instants.get(row).map(|it| Instant::from_epoch_microseconds(*it).map(At::Instant))
            }
            _ => self.at.text(row).map(At::parse),
        };
        at.transpose()
            .map_err(|error| Error::new(error.cause, error.message).at(format!("/columns/at/{row}")))
    }
}

/// Returns the whole number of a row within the wire's range.
fn minor(column: &Column<'_>, name: &'static str, row: usize) -> Result<Option<i64>> {
    let Some(number) = column.number(row) else { return Ok(None) };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number beyond i64 saturates, and is refused as one of the wire"
    )]
    let minor = number as i64;
    #[expect(clippy::cast_precision_loss, reason = "a whole number of the wire is exact in f64")]
    let is_whole =
        (-WIRE_MAX..=WIRE_MAX).contains(&minor) && (minor as f64 - number).abs() < f64::MIN_POSITIVE;
    if is_whole {
        return Ok(Some(minor));
    }
    Err(refuse(name, row, &format!("the value must be a whole number within `+-{WIRE_MAX}`")))
}

#[cold]
fn refuse(name: &'static str, row: usize, message: &str) -> Error {
    let message = format!("row `{row}`, column `{name}`: {message}");
    Error::new(Cause::ValueOutOfRange, message).at(format!("/columns/{name}/{row}"))
}

#[cfg(test)]
mod tests;
