//! Which reader a document goes to.

use super::profile::Format;
use super::reading::Reading;
use super::request::TransactionsReadRequest;
use super::{aggregator, delimited};
use crate::error::Result;
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
    limits::check("document_bytes", limits.document_bytes, document.len())
        .map_err(|error| error.at("/document"))?;
    let format = request.profile.format.unwrap_or_else(|| format_of(document));
    match format {
        Format::Delimited => delimited::read(document, request, limits),
        Format::Json => aggregator::read(document, request, limits),
    }
}

/// JSON begins with a brace or a bracket; no header of a table does.
fn format_of(document: &[u8]) -> Format {
    let text = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    match text.trim_ascii_start() {
        [b'{' | b'[', ..] => Format::Json,
        _ => Format::Delimited,
    }
}
