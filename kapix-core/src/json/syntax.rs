//! Faults of a text that is no JSON. serde_json finds them; here they get cause, words where its own would not do, line
//! and column.

use super::number::wide_integer;
use super::reading::DEPTH_MAX;
use crate::error::{Cause, Error};

/// Returns the error for what serde_json says, which ends in the line and column where it stopped.
pub(super) fn fault(text: &str, said: &str) -> Error {
    let (said, place) = said.rsplit_once(" at line ").unwrap_or((said, ""));
    let (line, column) = place.split_once(" column ").unwrap_or_default();
    let before = line.parse().unwrap_or(1_usize).saturating_sub(1);
    let line_start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let read = line_start + column.parse().unwrap_or(0_usize);
    // The last byte that was read is the wrong one, unless the text ended there.
    let last = if said.starts_with("EOF") { read } else { read.saturating_sub(1) };
    let (cause, message, at) = match said {
        "number out of range" => return not_finite(number_before(text, read)),
        "recursion limit exceeded" => {
            let message = format!("json_depth must be at most `{DEPTH_MAX}`; got `{}`", DEPTH_MAX + 1);
            return Error::new(Cause::LimitExceeded, message);
        }
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
            let message = "a surrogate without its pair has no UTF-8 form";
            (Cause::JsonUnpairedSurrogate, message, surrogate_before(text, read))
        }
        _ => (Cause::JsonSyntax, in_other_words(said, text.trim_ascii().is_empty()), last),
    };
    Error::new(cause, format!("{message} ({})", line_and_column(text.as_bytes(), at)))
}

fn in_other_words(said: &str, is_empty: bool) -> &str {
    match said {
        "EOF while parsing a list" => "expected `,` or `]`; the text ends inside an array",
        "EOF while parsing an object" => "expected `,` or `}`; the text ends inside an object",
        "EOF while parsing a string" => "the text ends inside a string",
        "EOF while parsing a value" if is_empty => "expected a value; the text is empty",
        "EOF while parsing a value" => "expected a value; the text ends",
        "expected value" | "expected ident" => "expected a value",
        "key must be a string" => "expected a name in quotes",
        "trailing characters" => "expected the end of the text",
        said => said,
    }
}

fn not_finite(literal: &str) -> Error {
    match integer_digits(literal) {
        Some(digits) => wide_integer(digits),
        None => Error::new(Cause::JsonNumber, "a number must lie within the range of a 64-bit float"),
    }
}

/// Returns how many digits an integer literal has, or `None` for any other text.
pub(super) fn integer_digits(literal: &str) -> Option<usize> {
    let digits = literal.trim_start_matches('-');
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits.len())
}

/// Returns the number that the first `read` bytes of a text end in; the last byte may follow the number.
pub(super) fn number_before(text: &str, read: usize) -> &str {
    let in_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
    let before = text.get(..read.saturating_sub(1)).unwrap_or_default();
    let start = before.trim_end_matches(in_number).len();
    let rest = text.get(start..).unwrap_or_default();
    rest.split(|c| !in_number(c)).next().unwrap_or_default()
}

/// Returns the place of the first escape of the surrogate that the first `read` bytes end in.
fn surrogate_before(text: &str, read: usize) -> usize {
    let escape_before = |end: usize| text.get(..end).and_then(|text| text.rfind("\\u")).unwrap_or_default();
    let second = escape_before(read);
    let first = escape_before(second);
    let high = text.get(first + 2..second).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    if matches!(high, Some(0xd800..=0xdbff)) { first } else { second }
}

/// Returns line and column of an offset, both from 1, the column in characters.
pub(super) fn line_and_column(bytes: &[u8], at: usize) -> String {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.split(|byte| *byte == b'\n').count();
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = last.iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
    format!("line {line}, column {column}")
}
