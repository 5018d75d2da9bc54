//! `transactions.read`: a document in, accounts and result columns out. Its request stands with the reader.

use super::{Call, Done, Interrupt, Operate};
use crate::domain::{
    Account, Codes, Direction, ResultColumn, ResultColumns, ResultValues, TransactionStatus, Values,
};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::limits;
use crate::statement::{
    self, AccountRead, LeftOutRows, Profile, Proof, Reading, ReadingFinding, TransactionsReadRequest,
};
use crate::time::At;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The transactions of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransactionsReadResponse {
    /// The accounts with their first rows, `rows` of the request in all; as `data` takes them.
    pub accounts: Vec<Account>,
    /// What reading shows of the data.
    pub findings: Vec<ReadingFinding>,
    /// Rows that became no transaction.
    pub left_out: LeftOutRows,
    /// The form of the document, whole: stated in a request it reads the next document in the same way.
    pub profile: Profile,
    /// What the profile rests on.
    pub proof: Proof,
    /// Transactions that were read; all of them are in the columns.
    pub rows: u64,
    /// Transactions that `accounts` does not list.
    pub rows_not_listed: u64,
}

impl Operate for TransactionsReadRequest {
    const NAME: &'static str = "transactions.read";
    const COLUMNAR: bool = true;
    const RETURNS_COLUMNS: bool = true;
    type Response = TransactionsReadResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<TransactionsReadResponse>, Interrupt> {
        let documents = documents(self, call)?;
        let reading = statement::read_pages(&documents, self, call.limits())?;
        let Reading { mut accounts, findings, left_out, profile, proof } = reading;
        let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let rows = accounts.iter().map(|it| it.account.transactions.len()).sum();
        let listed = usize::try_from(self.rows).unwrap_or(usize::MAX).min(rows);
        let columns = call.frame.map(|_| columns(&accounts)).unwrap_or_default();
        let mut left = listed;
        for it in &mut accounts {
            it.account.transactions.truncate(left);
            left -= it.account.transactions.len();
        }
        let response = TransactionsReadResponse {
            accounts: accounts.into_iter().map(|it| it.account).collect(),
            findings,
            left_out,
            profile,
            proof,
            rows: count(rows),
            rows_not_listed: count(rows - listed),
        };
        Ok(Done { columns, ..Done::new(response, Vec::new()) })
    }
}

/// Returns the bytes of the documents: of the column beside the request, or of its fields.
fn documents<'c>(request: &'c TransactionsReadRequest, call: &Call<'c, '_>) -> Result<Vec<&'c [u8]>> {
    let form = "one of the column `document` (binary), the field `document` (base64) and the field `documents` must be given";
    let given: Vec<&[u8]> = request.document.iter().chain(&request.documents).map(|it| &*it.0).collect();
    let twice = request.document.is_some() && !request.documents.is_empty();
    let Some(frame) = call.frame.filter(|_| given.is_empty()) else {
        if twice || call.frame.is_some() {
            return Err(Error::new(Cause::DataExclusive, format!("{form}; got both")).at("/document"));
        }
        if given.is_empty() {
            return Err(Error::new(Cause::DataMissing, form).at("/document"));
        }
        return Ok(given);
    };
    let mut columns = frame.columns();
    let (Some(("document", column)), None, 1..) = (columns.next(), columns.next(), frame.rows()) else {
        let message = "columns must be one binary column `document` of one row, or of one row a page";
        return Err(Error::new(Cause::FrameShape, message).at("/columns"));
    };
    let rows = frame.rows();
    limits::check("documents", call.limits().documents, rows)
        .map_err(|error| error.at("/columns/document"))?;
    match &column.values {
        Values::Binary(bytes) if (0..rows).all(|row| column.is_valid(row)) => {
            Ok((0..rows).map(|row| bytes.get(row).unwrap_or_default()).collect())
        }
        _ => {
            let message = format!("column `document` must hold bytes; it holds {}", column.kind_name());
            Err(Error::new(Cause::FrameColumnType, message).at("/columns/document"))
        }
    }
}

/// Returns every row as columns, in the order of the accounts.
fn columns(accounts: &[AccountRead]) -> ResultColumns {
    let rows = || accounts.iter().flat_map(|it| &it.account.transactions);
    let names = accounts.iter().map(|it| Arc::from(it.account.account_id.as_str())).collect();
    let account = accounts.iter().enumerate().flat_map(|(index, it)| {
        core::iter::repeat_n(i32::try_from(index).unwrap_or(-1), it.account.transactions.len())
    });
    let account = ResultValues::Dictionary { codes: Codes::Wide(account.collect()), names };
    let lines = accounts.iter().flat_map(|it| &it.lines);
    let lines = lines.map(|line| i64::try_from(*line).unwrap_or(i64::MAX)).collect();
    let amounts = rows().map(|row| row.amount_minor).collect();
    let balances = rows().map(|row| row.balance_minor.unwrap_or_default()).collect();
    let with_balance = validity(rows().map(|row| row.balance_minor.is_some()));
    let status = rows().map(|row| match row.status {
        TransactionStatus::Posted => Some("posted"),
        TransactionStatus::Pending => Some("pending"),
        TransactionStatus::Failed => Some("failed"),
    });
    let direction = rows().map(|row| match row.direction {
        Some(Direction::Credit) => Some("credit"),
        Some(Direction::Debit) => Some("debit"),
        None => None,
    });
    ResultColumns::from_iter([
        ResultColumn::new("account", account, None),
        ResultColumn::new("amount_minor", ResultValues::Integer(amounts), None),
        at(rows().map(|row| row.at)),
        ResultColumn::new("balance_minor", ResultValues::Integer(balances), with_balance),
        few("category", rows().map(|row| row.category.as_deref())),
        texts("counterparty", rows().map(|row| row.counterparty.as_deref())),
        texts("description", rows().map(|row| row.description.as_deref())),
        texts("id", rows().map(|row| row.id.as_ref().map(Id::as_str))),
        ResultColumn::new("line", ResultValues::Integer(lines), None),
        texts("pending_id", rows().map(|row| row.pending_id.as_ref().map(Id::as_str))),
        few("status", status),
        few("type", direction),
    ])
}

/// Returns the column of days or of instants; of text where the document has both.
fn at(rows: impl Iterator<Item = At> + Clone) -> ResultColumn {
    let dates: Option<Vec<i32>> = rows
        .clone()
        .map(|at| match at {
            At::Date(date) => Some(date.epoch_days()),
            At::Instant(_) => None,
        })
        .collect();
    let instants = || -> Option<Vec<i64>> {
        let instant = |at| match at {
            At::Date(_) => None,
            At::Instant(instant) => Some(instant.epoch_microseconds()),
        };
        rows.clone().map(instant).collect()
    };
    let values = dates.map(ResultValues::Date).or_else(|| instants().map(ResultValues::Instant));
    let values = values.unwrap_or_else(|| ResultValues::Text(rows.map(|at| at.to_string()).collect()));
    ResultColumn::new("at", values, None)
}

/// Returns a column of text.
fn texts<'t>(name: &'static str, rows: impl Iterator<Item = Option<&'t str>> + Clone) -> ResultColumn {
    let validity = validity(rows.clone().map(|text| text.is_some()));
    let values = rows.map(|text| text.unwrap_or_default().to_owned()).collect();
    ResultColumn::new(name, ResultValues::Text(values), validity)
}

/// Returns a column of few texts, in the order in which they occur.
fn few<'t>(name: &'static str, rows: impl Iterator<Item = Option<&'t str>> + Clone) -> ResultColumn {
    let validity = validity(rows.clone().map(|text| text.is_some()));
    let (mut codes, mut names) = (Vec::new(), Vec::new());
    let mut known = BTreeMap::new();
    for text in rows {
        codes.push(text.map_or(-1, |text| {
            *known.entry(text).or_insert_with(|| {
                names.push(Arc::from(text));
                i32::try_from(names.len() - 1).unwrap_or(-1)
            })
        }));
    }
    ResultColumn::new(name, ResultValues::Dictionary { codes: Codes::Wide(codes), names }, validity)
}

/// Returns the bits of the rows that hold a value; `None` where all do.
fn validity(rows: impl Iterator<Item = bool> + Clone) -> Option<Vec<u8>> {
    if rows.clone().all(|valid| valid) {
        return None;
    }
    let mut bits = Vec::new();
    for (row, valid) in rows.enumerate() {
        if row % 8 == 0 {
            bits.push(0);
        }
        if let Some(byte) = bits.last_mut() {
            *byte |= u8::from(valid) << (row % 8);
        }
    }
    Some(bits)
}

#[cfg(test)]
mod tests;
