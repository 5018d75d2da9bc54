//! Documents with transactions: from the bytes of a file, or of an aggregator's answer, to accounts and their rows.
//!
//! A document is read by a [`Profile`]. Each part of it is stated in the request or found in the document; the answer
//! echoes the whole profile with its proof, and counts every row that was left out with its line and reason.

mod aggregator;
mod delimited;
mod profile;
mod reading;
mod request;

pub use aggregator::{AggregatorPreset, AmountUnit, aggregator_presets};
pub use profile::{
    Column, DateOrder, DebitSign, DecimalMark, Encoding, Format, Profile, Quotes, Separator, Sign,
};
pub(crate) use reading::{AccountRead, Reading};
pub use reading::{
    Choice, LeftOutReason, LeftOutRow, LeftOutRows, Proof, ReadingFinding, ReadingFindingKind, TotalCheck,
    TotalKind,
};
pub use request::{StatedAccount, TransactionsReadRequest};

use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};

/// Returns what a document holds: by the aggregator's reader where it is JSON, else as delimited text.
pub(crate) fn read(
    documents: &[&[u8]],
    request: &TransactionsReadRequest,
    limits: &Limits,
) -> Result<Reading> {
    limits::check("documents", limits.documents, documents.len()).map_err(|error| error.at("/documents"))?;
    let bytes = documents.iter().map(|document| document.len()).sum();
    limits::check("document_bytes", limits.document_bytes, bytes).map_err(|error| error.at("/document"))?;
    let first = documents.first().copied().unwrap_or_default();
    let format = request.profile.format.unwrap_or_else(|| format_of(first));
    match (format, documents) {
        (Format::Delimited, [document]) => delimited::read(document, request, limits),
        (Format::Delimited, _) => {
            let message = "several documents must be pages in JSON; read delimited documents one by one";
            Err(Error::new(Cause::StatementForm, message).at("/documents"))
        }
        (Format::Json, _) => aggregator::read(documents, request, limits),
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
