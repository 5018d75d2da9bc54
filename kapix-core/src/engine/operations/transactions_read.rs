//! `transactions.read`: a document in, accounts and result columns out. Its request stands with the reader.

use super::{Call, Done, Interrupt, Operate};
use crate::domain::{Account, Values};
use crate::error::{Cause, Error, Result};
use crate::limits;
use crate::statement::{
    self, ColumnReading, LeftOutRows, Profile, Proof, Reading, ReadingFinding, RowColumns,
    TransactionsReadRequest,
};
use serde::Serialize;

mod columns;

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
        let read = statement::read_on(&documents, self, call.limits(), call.control.threads)?;
        let ColumnReading { reading, rows: columns } = read;
        let Reading { mut accounts, findings, left_out, profile, proof } = reading;
        let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let rows = columns.iter().map(RowColumns::len).sum();
        let listed = usize::try_from(self.rows).unwrap_or(usize::MAX).min(rows);
        let mut left = listed;
        for (it, columns) in accounts.iter_mut().zip(&columns) {
            it.account.transactions = columns.transactions(left);
            left -= it.account.transactions.len();
        }
        let columns = call.frame.map(|_| columns::columns(&accounts, columns)).unwrap_or_default();
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

#[cfg(test)]
mod tests;
