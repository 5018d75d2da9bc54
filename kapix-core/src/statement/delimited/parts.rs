//! The parts of a text that are read at the same time. Each begins at a record that is a row whatever stands before it,
//! so that the answer is that of one walk.

use super::cut::Cut;
use super::layout::Places;
use super::records::{Marks, Records};
use crate::statement::profile::{ColumnRole, Quotes};
use memchr::{memchr_iter, memchr2_iter};

/// Records that are looked at for one that may begin a part.
const BORDER_MAX: usize = 64;

/// A text from the beginning of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'t> {
    pub(super) text: &'t str,
    /// The line of its first byte, from 1.
    pub(super) line: u64,
}

/// Bytes at the beginning of a part whose lines show how many it has.
const SHOWN: usize = 4_096;

impl Part<'_> {
    /// Returns about how many lines the part has, rather too many.
    pub(super) fn lines(&self) -> usize {
        let bytes = self.text.as_bytes();
        let shown = bytes.get(..SHOWN).unwrap_or(bytes);
        let lines = memchr_iter(b'\n', shown).count() + 1;
        bytes.len().div_ceil(shown.len().max(1)) * lines
    }
}

/// Returns the parts of a text, of about so many bytes each.
pub(super) fn parts<'t>(whole: Part<'t>, marks: Marks, places: &Places, part_bytes: usize) -> Vec<Part<'t>> {
    let mut parts = vec![whole];
    // The rows of several accounts hang together, and so do the kinds of an account.
    if places.has(ColumnRole::Account) || places.has(ColumnRole::Kind) {
        return parts;
    }
    let mut rest = whole;
    let mut after = 0;
    while let Some(end) = line_end(rest.text, after + part_bytes, marks.quotes) {
        after = end;
        let Some(border) = border(rest, end, marks, places) else { continue };
        let (text, tail) = rest.text.split_at(border);
        let lines = memchr_iter(b'\n', text.as_bytes()).count();
        rest = Part { text: tail, line: rest.line + u64::try_from(lines).unwrap_or_default() };
        after = 0;
        if let Some(last) = parts.last_mut() {
            last.text = text;
        }
        parts.push(rest);
    }
    parts
}

/// Returns the first place at or after `from` behind the end of a line that no quotes enclose.
fn line_end(text: &str, from: usize, quotes: Quotes) -> Option<usize> {
    let bytes = text.as_bytes();
    let (before, after) = bytes.split_at_checked(from)?;
    let mut enclosed = quotes == Quotes::Double && !memchr_iter(b'"', before).count().is_multiple_of(2);
    for place in memchr2_iter(b'\n', b'"', after) {
        match after.get(place) {
            Some(b'\n') if !enclosed => return Some(from + place + 1),
            Some(b'"') => enclosed = quotes == Quotes::Double && !enclosed,
            _ => {}
        }
    }
    None
}

/// Returns the beginning of the first record after a place that is a row.
fn border(part: Part<'_>, from: usize, marks: Marks, places: &Places) -> Option<usize> {
    let text = part.text.get(from..)?;
    let mut records = Records::new(Part { text, line: 1 }, marks);
    for _ in 0..BORDER_MAX {
        let record = records.next()?;
        let start = record.start;
        if Cut::new(record, places).is_row(places) {
            return Some(from + start);
        }
    }
    None
}
