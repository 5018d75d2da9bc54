//! Files that are no documents this reader knows, told by their first bytes.

use crate::error::{Cause, Error, Result};

/// How a file of another kind begins, what it is, and what to do.
const KINDS: &[(&[u8], &str, &str)] = &[
    (b"PK\x03\x04", "an XLSX workbook or another ZIP archive", "save its sheet as CSV, or unpack it"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an XLS workbook", "save its sheet as CSV"),
    (b"%PDF", "a PDF", "ask for the statement as CSV, or read its table with a tool for PDF"),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"{\\rtf", "a text in RTF", "save its table as CSV"),
    (b"OFXHEADER", "a file in OFX", "ask for the statement as CSV"),
];

/// Beginnings of a text in HTML or XML, in lower case.
const MARKUP: &[(&str, &str)] =
    &[("<?xml", "XML"), ("<!doctype", "HTML"), ("<html", "HTML"), ("<table", "HTML"), ("<ofx", "OFX")];

/// Returns an error that says what a file of another kind looks like and what to do.
pub(super) fn refuse(document: &[u8]) -> Result<()> {
    let text = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document).trim_ascii_start();
    let begins =
        |start: &str| text.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start.as_bytes()));
    let markup = MARKUP.iter().find(|(start, _)| begins(start));
    let (what, fix) = if let Some((_, what, fix)) = KINDS.iter().find(|(start, ..)| text.starts_with(start)) {
        ((*what).to_owned(), *fix)
    } else if let Some((_, what)) = markup {
        (format!("a file in {what}"), "save its table as CSV")
    } else {
        return Ok(());
    };
    let message = format!("the document looks like {what}; it must be delimited text (CSV) or JSON: {fix}");
    Err(Error::new(Cause::StatementForm, message).at("/document"))
}
