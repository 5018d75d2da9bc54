//! Which reader a document goes to.

use super::profile::Format;
use super::reading::{ColumnReading, Reading};
use super::request::TransactionsReadRequest;
use super::{aggregator, delimited, other};
use crate::domain::Severity;
use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};

/// Returns what a document holds: delimited text (CSV and kin), or an aggregator's answer in JSON.
///
/// Each part of the form of the document is stated in the request or found; what the document leaves open is an error
/// that says what to state. Amounts come back in minor units, a credit above zero, the oldest row first.
///
/// Errors: `statement.form` where the document has no form that can be read; `statement.unstated` and
/// `money.precision` where it leaves open how it is meant; `transaction.csv` at a line and a column;
/// `statement.empty`; `limit.exceeded` with the name of the limit.
///
/// ```
/// use kapix_core::{Limits, statement::{self, DateOrder, TransactionsReadRequest}};
///
/// let document = b"Date,Details,Money out,Money in,Balance (KES)\n\
///     28/03/2026,\"Rent, March\",\"1,250.50\",,\"3,749.50\"\n\
///     29/03/2026,Salary,,\"40,000.00\",\"43,749.50\"\n";
/// let reading = statement::read(document, &TransactionsReadRequest::default(), &Limits::default())?;
/// let rows = &reading.accounts[0].account.transactions;
/// assert_eq!((rows[0].amount_minor, rows[1].amount_minor), (-125_050, 4_000_000));
/// // 28 is no month, and the second balance is the first plus the amount.
/// assert_eq!(reading.profile.date_order, Some(DateOrder::Dmy));
/// assert_eq!((reading.proof.balances_chained, reading.proof.balances_checked), (1, 1));
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn read(document: &[u8], request: &TransactionsReadRequest, limits: &Limits) -> Result<Reading> {
    read_pages(&[document], request, limits)
}

/// Returns what several pages of an aggregator hold as one list of rows, the earlier pull first; or what one document
/// holds, as [`read`].
///
/// A row that stands on two pages counts once, a later form of it replaces the earlier, and rows that the provider
/// removed leave; each is counted in `left_out`.
///
/// Errors: those of [`read`], with the JSON pointer of what cannot be read; `statement.form` for several documents that
/// are no JSON.
///
/// ```
/// use kapix_core::{Limits, statement::{self, LeftOutReason, TransactionsReadRequest}};
///
/// let first = br#"{"has_more": true, "added": [{"transaction_id": "a", "account_id": "A", "date": "2026-03-01",
///     "amount": 12.5, "iso_currency_code": "USD", "pending": true}]}"#;
/// let second = br#"{"has_more": false, "removed": [{"transaction_id": "a"}], "added": [{"transaction_id": "b",
///     "pending_transaction_id": "a", "account_id": "A", "date": "2026-03-03", "amount": 12.5,
///     "iso_currency_code": "USD", "pending": false}]}"#;
/// let request = TransactionsReadRequest::default();
/// let reading = statement::read_pages(&[first, second], &request, &Limits::default())?;
/// assert_eq!(reading.profile.preset.as_deref(), Some("plaid"));
/// assert_eq!(reading.accounts[0].account.transactions[0].amount_minor, -1_250);
/// assert_eq!(reading.left_out.counts[&LeftOutReason::Removed], 1);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn read_pages(
    documents: &[&[u8]],
    request: &TransactionsReadRequest,
    limits: &Limits,
) -> Result<Reading> {
    read_on(documents, request, limits, 0).map(ColumnReading::with_rows)
}

/// Returns what documents hold, as [`read_pages`], with the rows as columns, on so many threads; 0 takes all of the
/// machine.
pub(crate) fn read_on(
    documents: &[&[u8]],
    request: &TransactionsReadRequest,
    limits: &Limits,
    threads: usize,
) -> Result<ColumnReading> {
    limits::check("documents", limits.documents, documents.len()).map_err(|error| error.at("/documents"))?;
    let bytes = documents.iter().map(|document| document.len()).sum();
    limits::check("document_bytes", limits.document_bytes, bytes).map_err(|error| error.at("/document"))?;
    documents.iter().try_for_each(|document| other::refuse(document))?;
    let first = documents.first().copied().unwrap_or_default();
    let format = request.profile.format.unwrap_or_else(|| format_of(first));
    let read = match (format, documents) {
        (Format::Delimited, [] | [_]) => delimited::read(first, request, limits, threads),
        (Format::Delimited, _) => {
            let message = "several documents must be pages in JSON; read delimited documents one by one";
            Err(Error::new(Cause::StatementForm, message).at("/documents"))
        }
        (Format::Json, _) => aggregator::read(documents, request, limits).map(ColumnReading::from),
    };
    read.map(|read| ColumnReading { reading: with_doubts(read.reading), ..read })
}

/// States on each account what the document says against its rows, so that a score of them is told.
fn with_doubts(mut reading: Reading) -> Reading {
    let contradictions = reading.findings.iter().filter(|found| found.severity == Severity::Refer).count();
    let contradictions = u64::try_from(contradictions).unwrap_or(u64::MAX);
    reading.accounts.iter_mut().for_each(|read| read.doubt(contradictions));
    reading
}

/// JSON begins with a brace or a bracket; no header of a table does.
fn format_of(document: &[u8]) -> Format {
    let text = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    match text.trim_ascii_start() {
        [b'{' | b'[', ..] => Format::Json,
        _ => Format::Delimited,
    }
}
