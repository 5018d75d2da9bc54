//! The records of a delimited text, with their lines. Quotes are checked by RFC 4180 before: the reader of `csv` lets a
//! quote that never closes run to the end of the text.

use super::parts::Part;
use super::place;
use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};
use crate::statement::profile::{Quotes, Separator};
use csv::{Reader, ReaderBuilder, StringRecord};
use memchr::{memchr, memchr_iter, memchr3_iter};

/// How values are separated and enclosed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) separator: Separator,
    pub(super) quotes: Quotes,
}

impl Separator {
    pub(super) const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// The records of a text one after the other.
pub(super) struct Records<'t> {
    part: Part<'t>,
    reader: Reader<&'t [u8]>,
    record: StringRecord,
}

/// One record.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    cells: &'r StringRecord,
    /// Its first line, from 1.
    pub(super) line: u64,
    /// The place of its first byte in its part.
    pub(super) start: usize,
}

impl<'t> Records<'t> {
    pub(super) fn new(part: Part<'t>, marks: Marks) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(marks.separator.byte())
            .quoting(marks.quotes == Quotes::Double)
            .from_reader(part.text.as_bytes());
        Self { part, reader, record: StringRecord::new() }
    }

    /// Returns what follows the records so far.
    pub(super) fn rest(&self) -> Part<'t> {
        let position = self.reader.position();
        let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let text = self.part.text.get(start..).unwrap_or_default();
        Part { text, line: self.part.line + position.line() - 1 }
    }

    /// Returns the next record that is no empty line.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>> {
        let read = self.reader.read_record(&mut self.record);
        let more =
            read.map_err(|_| Error::new(Cause::TransactionCsv, "the text cannot be read as records"))?;
        let (line, start) = self.record.position().map_or((1, 0), |it| (it.line(), it.byte()));
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        // The position of a record is the end of the one before; line ends and empty lines may lie between.
        let rest = self.part.text.as_bytes().get(start..).unwrap_or_default();
        let between = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let (bytes, lines) =
            between.fold((0, 0), |(bytes, lines), byte| (bytes + 1, lines + u64::from(*byte == b'\n')));
        let line = self.part.line - 1 + line + lines;
        Ok(more.then_some(Record { cells: &self.record, line, start: start + bytes }))
    }
}

impl<'r> Record<'r> {
    /// Returns a value without the white space around it; empty where the record is shorter.
    pub(super) fn cell(&self, place: usize) -> &'r str {
        let text = self.cells.get(place).unwrap_or_default();
        match text.as_bytes() {
            // Nothing to trim, which most values show by their ends.
            [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
            _ => text.trim(),
        }
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &'r str> + use<'r> {
        let own = *self;
        (0..own.len()).map(move |place| own.cell(place))
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns whether no value has more than white space.
    pub(super) fn is_blank(&self) -> bool {
        self.cells().all(str::is_empty)
    }
}

/// Returns how quotes are used: they enclose values, and then each follows RFC 4180; or no value begins with one, and
/// then they are characters like any other. Checks the length of enclosed values.
pub(super) fn quotes(
    text: &str,
    separator: Separator,
    stated: Option<Quotes>,
    limits: &Limits,
) -> Result<Quotes> {
    let bytes = text.as_bytes();
    if stated == Some(Quotes::None) || memchr(b'"', bytes).is_none() {
        return Ok(stated.unwrap_or(Quotes::Double));
    }
    let mut scan = Scan { bytes, at: 0, separator: separator.byte(), enclosed: false, bare: None };
    while scan.at < bytes.len() {
        scan.value(limits)?;
    }
    match scan.bare {
        Some(_) if !scan.enclosed && stated.is_none() => Ok(Quotes::None),
        Some(at) => Err(scan.error(at, "a quote must open its value, or be doubled inside a quoted value")),
        None => Ok(Quotes::Double),
    }
}

/// Returns an error at a line that is too long.
pub(super) fn check_lines(text: &str, limits: &Limits) -> Result<()> {
    let bytes = text.as_bytes();
    let (mut start, mut line) = (0, 1);
    for end in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        limits::check("document_line_bytes", limits.document_line_bytes, end - start)
            .map_err(|error| place(error.cause, line, None, &error.message))?;
        (start, line) = (end + 1, line + 1);
    }
    Ok(())
}

/// A walk over the values of a text.
struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    separator: u8,
    /// Whether a value was enclosed in quotes.
    enclosed: bool,
    /// The first quote inside a value that is not.
    bare: Option<usize>,
}

impl Scan<'_> {
    /// Passes a value and the separator or line end after it.
    fn value(&mut self, limits: &Limits) -> Result<()> {
        let start = self.at;
        if self.bytes.get(start) == Some(&b'"') {
            self.enclosed = true;
            let end = self.closing(start)?;
            limits::check("string_bytes", limits.string_bytes, end - start)
                .map_err(|error| place(error.cause, self.line(start), None, &error.message))?;
            self.at = end + 2;
            return match self.bytes.get(end + 1) {
                Some(byte) if *byte == self.separator || matches!(byte, b'\r' | b'\n') => Ok(()),
                None => Ok(()),
                Some(_) => {
                    let message = "after a closing quote must come a separator or the end of the line";
                    Err(self.error(end, message))
                }
            };
        }
        let rest = self.bytes.get(start..).unwrap_or_default();
        for found in memchr3_iter(self.separator, b'\n', b'"', rest) {
            self.at = start + found + 1;
            if rest.get(found) != Some(&b'"') {
                return Ok(());
            }
            self.bare.get_or_insert(start + found);
        }
        self.at = self.bytes.len();
        Ok(())
    }

    /// Returns the place of the quote that closes the one at `start`.
    fn closing(&self, start: usize) -> Result<usize> {
        let mut at = start + 1;
        while let Some(found) = memchr(b'"', self.bytes.get(at..).unwrap_or_default()) {
            if self.bytes.get(at + found + 1) != Some(&b'"') {
                return Ok(at + found);
            }
            at += found + 2;
        }
        Err(self.error(start, "a quote opens here and never closes"))
    }

    fn line(&self, at: usize) -> u64 {
        let before = self.bytes.get(..at).unwrap_or_default();
        u64::try_from(1 + memchr_iter(b'\n', before).count()).unwrap_or(u64::MAX)
    }

    #[cold]
    fn error(&self, at: usize, message: &str) -> Error {
        let message = format!("{message}; where quotes enclose nothing, state `profile.quotes` as `none`");
        place(Cause::TransactionCsv, self.line(at), None, &message)
    }
}
