//! The records of a delimited text, with their lines, where they lie: only a value with doubled quotes is copied. Quotes
//! are checked by RFC 4180 before; here, as in the crate `csv`, one that never closes runs to the end of the text.

use super::parts::Part;
use super::place;
use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};
use crate::statement::profile::{Quotes, Separator};
use memchr::{memchr, memchr_iter, memchr3, memchr3_iter, memrchr};
use std::borrow::Cow;

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
    marks: Marks,
    /// The end of the record before, or the beginning of the text, and its line.
    at: usize,
    line: u64,
    /// The values of the last record, without the white space around them.
    cells: Vec<Cow<'t, str>>,
}

/// One record.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    cells: &'r [Cow<'r, str>],
    /// Its first line, from 1.
    pub(super) line: u64,
    /// The place of its first byte in its part.
    pub(super) start: usize,
    /// Whether a value holds the end of a line.
    pub(super) has_line_ends: bool,
    /// Whether an empty line stands before it in its part.
    pub(super) is_behind_blank: bool,
}

impl<'t> Records<'t> {
    pub(super) fn new(part: Part<'t>, marks: Marks) -> Self {
        Self { part, marks, at: 0, line: part.line, cells: Vec::new() }
    }

    /// Returns what follows the records so far.
    pub(super) fn rest(&self) -> Part<'t> {
        Part { text: self.text(), line: self.line }
    }

    fn text(&self) -> &'t str {
        self.part.text.get(self.at..).unwrap_or_default()
    }

    /// Returns the next record that is no empty line.
    pub(super) fn next(&mut self) -> Option<Record<'_>> {
        let ends = self.text().bytes().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let (bytes, lines) =
            ends.fold((0, 0), |(bytes, lines), byte| (bytes + 1, lines + u64::from(byte == b'\n')));
        let is_behind_blank = lines > 1;
        self.at += bytes;
        self.line += lines;
        if self.text().is_empty() {
            return None;
        }
        let (start, line) = (self.at, self.line);
        self.cells.clear();
        loop {
            let value = self.value();
            self.cells.push(trimmed(value));
            if self.text().as_bytes().first() != Some(&self.marks.separator.byte()) {
                let has_line_ends = self.line > line;
                return Some(Record { cells: &self.cells, line, start, has_line_ends, is_behind_blank });
            }
            self.at += 1;
        }
    }

    /// Passes a value up to the separator or the end of the line behind it.
    fn value(&mut self) -> Cow<'t, str> {
        let text = self.text();
        let to_end = |text: &'t str| {
            let end = end_of_value(text.as_bytes(), self.marks.separator.byte());
            end.and_then(|end| text.get(..end)).unwrap_or(text)
        };
        if self.marks.quotes == Quotes::None || !text.starts_with('"') {
            let value = to_end(text);
            self.at += value.len();
            return Cow::Borrowed(value);
        }
        let close = closing(text.as_bytes(), 0).unwrap_or(text.len());
        let inner = text.get(1..close).unwrap_or_default();
        // Where quotes are not checked yet, text may follow them.
        let tail = to_end(text.get(close + 1..).unwrap_or_default());
        self.at += (close + 1).min(text.len()) + tail.len();
        let lines = memchr_iter(b'\n', inner.as_bytes()).count();
        self.line += u64::try_from(lines).unwrap_or_default();
        if tail.is_empty() && memchr(b'"', inner.as_bytes()).is_none() {
            return Cow::Borrowed(inner);
        }
        Cow::Owned(inner.replace("\"\"", "\"") + tail)
    }
}

/// Returns the place of the first separator or end of a line. Most values are a few bytes long: those are looked at eight at
/// a time, which costs less than to begin a search in long texts.
fn end_of_value(bytes: &[u8], separator: u8) -> Option<usize> {
    let marks = [separator, b'\n', b'\r'];
    let words = marks.map(|mark| u64::from_le_bytes([mark; 8]));
    let mut rest = bytes;
    for passed in (0..).step_by(8).take(SHORT_WORDS) {
        let Some((chunk, behind)) = rest.split_first_chunk() else {
            return Some(passed + rest.iter().position(|byte| marks.contains(byte))?);
        };
        let chunk = u64::from_le_bytes(*chunk);
        // A byte that equals a mark is zero in the difference. One is borrowed from the bits above where it is taken from a
        // zero byte: so the lowest byte whose highest bit comes up, and was not up, is the first such one.
        let found = words.iter().fold(0, |found, word| {
            let differs = chunk ^ word;
            found | differs.wrapping_sub(LOWS) & !differs & HIGHS
        });
        if found != 0 {
            return Some(passed + (found.trailing_zeros() / 8) as usize);
        }
        rest = behind;
    }
    Some(bytes.len() - rest.len() + memchr3(separator, b'\n', b'\r', rest)?)
}

/// Words of eight bytes that a short value has at most.
const SHORT_WORDS: usize = 4;
/// The lowest and the highest bit of each byte.
const LOWS: u64 = u64::from_le_bytes([1; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

fn trimmed(value: Cow<'_, str>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(trim(text)),
        Cow::Owned(text) => Cow::Owned(trim(&text).to_owned()),
    }
}

/// Returns a text without the white space around it; most show by their ends that they have none.
fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [] | [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// Returns the place of the quote that closes the one at `start`.
fn closing(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        let found = at + memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(found + 1) != Some(&b'"') {
            return Some(found);
        }
        at = found + 2;
    }
}

impl<'r> Record<'r> {
    /// Returns a value without the white space around it; empty where the record is shorter.
    pub(super) fn cell(&self, place: usize) -> &'r str {
        self.cells.get(place).map_or("", |cell| &**cell)
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &'r str> + use<'r> {
        self.cells.iter().map(|cell| &**cell)
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
/// then they are characters like any other; and whether one occurs. Checks the length of enclosed values.
pub(super) fn quotes(
    text: &str,
    separator: Separator,
    stated: Option<Quotes>,
    limits: &Limits,
) -> Result<(Quotes, bool)> {
    let bytes = text.as_bytes();
    let occurs = memchr(b'"', bytes).is_some();
    if stated == Some(Quotes::None) || !occurs {
        return Ok((stated.unwrap_or(Quotes::Double), occurs));
    }
    let mut scan = Scan { bytes, at: 0, separator: separator.byte(), enclosed: false, bare: None };
    while scan.at < bytes.len() {
        scan.value(limits)?;
    }
    match scan.bare {
        Some(_) if !scan.enclosed && stated.is_none() => Ok((Quotes::None, occurs)),
        Some(at) => Err(scan.error(at, "a quote must open its value, or be doubled inside a quoted value")),
        None => Ok((Quotes::Double, occurs)),
    }
}

/// Returns an error at a line that is too long. Lines are looked at as many at a time as one may have bytes.
pub(super) fn check_lines(text: &str, limits: &Limits) -> Result<()> {
    let bytes = text.as_bytes();
    let most = usize::try_from(limits.document_line_bytes).unwrap_or(usize::MAX);
    let mut start = 0_usize;
    while let Some(ahead) = bytes.get(start..start.saturating_add(most).saturating_add(1)) {
        let Some(last) = memrchr(b'\n', ahead) else {
            let rest = bytes.get(start..).unwrap_or_default();
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            return limits::check("document_line_bytes", limits.document_line_bytes, length)
                .map_err(|error| place(error.cause, line(bytes, start), None, &error.message));
        };
        start += last + 1;
    }
    Ok(())
}

/// Returns the line of a place, from 1.
fn line(bytes: &[u8], at: usize) -> u64 {
    let before = bytes.get(..at).unwrap_or_default();
    u64::try_from(1 + memchr_iter(b'\n', before).count()).unwrap_or(u64::MAX)
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
            let end = closing(self.bytes, start)
                .ok_or_else(|| self.error(start, "a quote opens here and never closes"))?;
            limits::check("string_bytes", limits.string_bytes, end - start)
                .map_err(|error| place(error.cause, line(self.bytes, start), None, &error.message))?;
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

    #[cold]
    fn error(&self, at: usize, message: &str) -> Error {
        let message = format!("{message}; where quotes enclose nothing, state `profile.quotes` as `none`");
        place(Cause::TransactionCsv, line(self.bytes, at), None, &message)
    }
}

#[cfg(test)]
mod tests {
    use super::{Marks, Part, Records, check_lines};
    use crate::limits::Limits;
    use crate::statement::profile::{Quotes, Separator};
    use proptest::prelude::{any, proptest};

    /// Oracle: the crate `csv`, whose records begin behind the line ends that it passes.
    fn by_csv(text: &str, quoting: bool) -> Vec<(Vec<String>, u64, usize)> {
        let mut reader = csv::ReaderBuilder::new();
        reader.has_headers(false).flexible(true).delimiter(b';').quoting(quoting);
        let mut found = Vec::new();
        for record in reader.from_reader(text.as_bytes()).records() {
            let record = record.unwrap();
            let at = record.position().unwrap();
            let start = usize::try_from(at.byte()).unwrap();
            let ends: String = text[start..].chars().take_while(|char| matches!(char, '\r' | '\n')).collect();
            let line = 5 + at.line() + u64::try_from(ends.matches('\n').count()).unwrap();
            found.push((
                record.iter().map(|cell| cell.trim().to_owned()).collect(),
                line,
                start + ends.len(),
            ));
        }
        found
    }

    proptest! {
        #[test]
        fn records_are_those_of_the_crate_csv_with_their_lines(
            text in "[ab; \\r\\n\"é\u{a0}]{0,40}",
            quoting in any::<bool>(),
        ) {
            let quotes = if quoting { Quotes::Double } else { Quotes::None };
            let marks = Marks { separator: Separator::Semicolon, quotes };
            let mut records = Records::new(Part { text: &text, line: 6 }, marks);
            for (cells, line, start) in by_csv(&text, quoting) {
                let record = records.next().unwrap();
                let own: Vec<&str> = record.cells().collect();
                assert_eq!((own, record.line, record.start), (cells.iter().map(String::as_str).collect(), line, start));
            }
            assert!(records.next().is_none());
            assert_eq!(records.rest().text, "");
        }

        #[test]
        fn the_first_line_beyond_the_limit_is_refused_wherever_it_stands(text in "[ab\\n]{0,60}", most in 0..9_u64) {
            let limits = Limits { document_line_bytes: most, ..Limits::default() };
            let is_long = |line: &str| u64::try_from(line.len()).unwrap() > most;
            let long = text.split('\n').enumerate().find(|(_, line)| is_long(line));
            let expected = long.map(|(index, line)| (format!("/document/{}", index + 1), line.len()));
            let found = check_lines(&text, &limits).err();
            let found = found.map(|error| (error.fields[0].clone(), error.message));
            match (expected, found) {
                (None, None) => {}
                (Some((field, bytes)), Some((own, message))) => {
                    assert_eq!(own, field);
                    assert!(message.contains(&format!("got `{bytes}`")), "{message}");
                }
                (expected, found) => panic!("{expected:?}, {found:?}"),
            }
        }
    }
}
