//! Transactions from CSV text with the field names of the wire.

use super::account::{Direction, Transaction, TransactionStatus};
use super::validate::{on_wire, sign_problem};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::limits::{self, Limits, WIRE_MAX};
use crate::money::{Currency, Money};
use crate::time::At;
use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};
use strum::{IntoStaticStr, VariantArray};

/// Returns the transactions of a CSV text, in its order.
///
/// The first line names the columns, in any order: `at`; `amount_minor`, or `amount` in major units, exact at the
/// exponent of `currency`; and, where wanted, `type`, `balance_minor` or `balance`, `description`, `counterparty`,
/// `category`, `id`, `status`. Values are separated by commas and quoted as in RFC 4180; an empty value is absent.
/// An amount has its sign: a debit is below zero, and a `type` that says otherwise is an error. UTF-8, with or
/// without a byte order mark.
///
/// Errors: `transaction.csv` with row and column, at `/rows/R/COLUMN` (R from 0, the header not counted);
/// `transaction.sign`; `limit.exceeded` for `request_bytes`, `rows` and `string_bytes`.
///
/// ```
/// use kapix_core::{Limits, ledger::transactions_from_csv, money::Currency};
///
/// let text = b"at,amount,type,description\n2026-03-28,-1250.50,debit,\"Rent, March\"\n";
/// let rows = transactions_from_csv(text, Currency::parse("KES")?, &Limits::default())?;
/// assert_eq!(rows[0].amount_minor, -125_050);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn transactions_from_csv(text: &[u8], currency: Currency, limits: &Limits) -> Result<Vec<Transaction>> {
    limits::check("request_bytes", limits.request_bytes, text.len())?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(text);
    let mut record = StringRecord::new();
    if !read(&mut reader, &mut record, None)? {
        return Err(Error::new(Cause::TransactionCsv, "the text has no header line").at("/rows"));
    }
    let columns = columns(&record)?;
    let mut transactions = Vec::new();
    while read(&mut reader, &mut record, Some(transactions.len()))? {
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row { columns: &columns, record: &record, number: transactions.len(), line, limits };
        limits::check("rows", limits.rows, transactions.len() + 1).map_err(|error| error.at("/rows"))?;
        transactions.push(row.transaction(currency)?);
    }
    Ok(transactions)
}

/// Reads the next record; `row` is its number, or `None` for the header.
fn read(reader: &mut Reader<&[u8]>, record: &mut StringRecord, row: Option<usize>) -> Result<bool> {
    reader.read_record(record).map_err(|error| {
        let place = row.map_or_else(|| "the header".to_owned(), |row| format!("row `{row}`"));
        let message = match error.kind() {
            ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("{place} must have as many values as the header, `{expected_len}`; got `{len}`")
            }
            ErrorKind::Utf8 { .. } => format!("{place} is not UTF-8"),
            _ => format!("{place} cannot be read as CSV"),
        };
        let pointer = row.map_or_else(|| "/rows".to_owned(), |row| format!("/rows/{row}"));
        Error::new(Cause::TransactionCsv, message).at(pointer)
    })
}

/// A column of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
enum Column {
    At,
    AmountMinor,
    Amount,
    Type,
    BalanceMinor,
    Balance,
    Description,
    Counterparty,
    Category,
    Id,
    Status,
}

impl Column {
    fn name(self) -> &'static str {
        self.into()
    }
}

/// Returns the columns that the header names. An unknown name is not echoed: the text may have no header.
fn columns(header: &StringRecord) -> Result<Vec<Column>> {
    let wrong = |message: String| Error::new(Cause::TransactionCsv, message).at("/rows");
    let mut columns = Vec::with_capacity(header.len());
    for (number, name) in header.iter().enumerate() {
        let Some(&column) = Column::VARIANTS.iter().find(|column| column.name() == name) else {
            let known: Vec<&str> = Column::VARIANTS.iter().map(|column| column.name()).collect();
            let known = known.join("`, `");
            let bytes = name.len();
            return Err(wrong(format!(
                "column `{number}` must be one of `{known}`; got a name of `{bytes}` bytes"
            )));
        };
        if columns.contains(&column) {
            return Err(wrong(format!("column `{}` must be given once", column.name())));
        }
        columns.push(column);
    }
    let has = |column| columns.contains(&column);
    if !has(Column::At) {
        return Err(wrong("column `at` must be given".into()));
    }
    if has(Column::AmountMinor) == has(Column::Amount) {
        return Err(wrong("one of the columns `amount_minor` and `amount` must be given".into()));
    }
    if has(Column::BalanceMinor) && has(Column::Balance) {
        return Err(wrong("only one of the columns `balance_minor` and `balance` may be given".into()));
    }
    Ok(columns)
}

/// One record under its columns.
struct Row<'a> {
    columns: &'a [Column],
    record: &'a StringRecord,
    /// Number of the row, from 0, and its line in the text, from 1.
    number: usize,
    line: u64,
    limits: &'a Limits,
}

impl Row<'_> {
    fn transaction(&self, currency: Currency) -> Result<Transaction> {
        let at = self.required(Column::At)?;
        let (amount_column, balance_column) = (self.amount_column(), self.balance_column());
        let amount_minor = self.amount(amount_column, self.required(amount_column)?, currency)?;
        let balance = self.value(balance_column).map(|text| self.amount(balance_column, text, currency));
        let direction =
            self.word(Column::Type, &[("credit", Direction::Credit), ("debit", Direction::Debit)])?;
        if let Some(message) = sign_problem(amount_minor, direction) {
            return Err(self.error(Cause::TransactionSign, amount_column, &message));
        }
        let status = [
            ("posted", TransactionStatus::Posted),
            ("pending", TransactionStatus::Pending),
            ("failed", TransactionStatus::Failed),
        ];
        let id =
            self.value(Column::Id).map(|text| Id::parse(text).map_err(|error| self.wrap(Column::Id, &error)));
        Ok(Transaction {
            amount_minor,
            at: At::parse(at).map_err(|error| self.wrap(Column::At, &error))?,
            balance_minor: balance.transpose()?,
            category: self.text(Column::Category)?,
            counterparty: self.text(Column::Counterparty)?,
            description: self.text(Column::Description)?,
            id: id.transpose()?,
            pending_id: None,
            status: self.word(Column::Status, &status)?.unwrap_or_default(),
            direction,
        })
    }

    fn amount_column(&self) -> Column {
        if self.columns.contains(&Column::Amount) { Column::Amount } else { Column::AmountMinor }
    }

    fn balance_column(&self) -> Column {
        if self.columns.contains(&Column::Balance) { Column::Balance } else { Column::BalanceMinor }
    }

    /// Returns the value of a column unless it is empty.
    fn value(&self, column: Column) -> Option<&str> {
        let place = self.columns.iter().position(|&other| other == column)?;
        self.record.get(place).filter(|text| !text.is_empty())
    }

    fn required(&self, column: Column) -> Result<&str> {
        self.value(column).ok_or_else(|| self.error(Cause::TransactionCsv, column, "a value must be given"))
    }

    fn text(&self, column: Column) -> Result<Option<String>> {
        let Some(text) = self.value(column) else { return Ok(None) };
        limits::check("string_bytes", self.limits.string_bytes, text.len())
            .map_err(|error| self.error(Cause::LimitExceeded, column, &error.message))?;
        Ok(Some(text.to_owned()))
    }

    /// Returns an amount in minor units, from major units in the columns that hold those.
    fn amount(&self, column: Column, text: &str, currency: Currency) -> Result<i64> {
        if matches!(column, Column::Amount | Column::Balance) {
            let money = Money::from_decimal_str(text, currency).map_err(|error| self.wrap(column, &error))?;
            return Ok(money.minor);
        }
        let amount = text.parse::<i64>().ok().filter(|&amount| on_wire(amount));
        amount.ok_or_else(|| {
            let message =
                format!("the value must be an integer within `+-{WIRE_MAX}`; got `{}` bytes", text.len());
            self.error(Cause::TransactionCsv, column, &message)
        })
    }

    fn word<T: Copy>(&self, column: Column, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.value(column) else { return Ok(None) };
        if let Some((_, word)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(Some(*word));
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message =
            format!("the value must be one of `{}`; got `{}` bytes", known.join("`, `"), text.len());
        Err(self.error(Cause::TransactionCsv, column, &message))
    }

    fn wrap(&self, column: Column, error: &Error) -> Error {
        self.error(Cause::TransactionCsv, column, &error.message)
    }

    fn error(&self, cause: Cause, column: Column, message: &str) -> Error {
        let (number, line, name) = (self.number, self.line, column.name());
        let message = format!("row `{number}` (line `{line}`), column `{name}`: {message}");
        Error::new(cause, message).at(format!("/rows/{number}/{name}"))
    }
}

#[cfg(test)]
mod tests;
