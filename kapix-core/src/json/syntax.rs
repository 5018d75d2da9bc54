//! Faults of a text that is no JSON: serde_json finds them, this page names them in the words of the crate, with line
//! and column.

use super::number::wide_integer;
use super::watch::DEPTH_MAX;
use crate::error::{Cause, Error};

/// What was read when the reading ended.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Inside {
    Nothing,
    Array,
    Object,
}

/// Where the reading ended.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) inside: Inside,
    /// Whether an element or a name was to come, or the end of the array or object.
    pub(super) is_between: bool,
    /// Whether the array or object has no element or name yet.
    pub(super) is_empty: bool,
}

/// Returns the error for what serde_json says, and whether it belongs to the element or name that was to come
/// instead of the value that was read last.
pub(super) fn fault(text: &str, error: &serde_json::Error, end: End) -> (Error, bool) {
    let read = line_start(text, error.line()) + error.column();
    // The last byte that was read is the wrong one, unless the text ended there.
    let last = if error.is_eof() { read } else { read.saturating_sub(1) };
    let said = error.to_string();
    let said = said.split_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    match said {
        "number out of range" => return (not_finite(number_before(text, read)), false),
        "recursion limit exceeded" => return (too_deep(text), false),
        _ => {}
    }
    let (message, at) = match said {
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            ("a control character in a string must be escaped", last)
        }
        "EOF while parsing a string" => ("the text ends inside a string", last),
        "invalid escape" => ("a backslash must begin one of the escapes of JSON", escape_before(text, read)),
        "invalid number" => ("a number must have the form `-12.5e3`, without leading zeros", last),
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
            ("a surrogate without its pair has no UTF-8 form", surrogate_before(text, read))
        }
        "trailing characters" => ("expected the end of the text", last),
        "expected ident" => ("expected a value", word_before(text, last)),
        "expected value" if last == 0 && text.starts_with('\u{feff}') => {
            ("the text must not begin with a byte order mark", last)
        }
        _ => (wanted(said, end), last),
    };
    let cause =
        if message.starts_with("a surrogate") { Cause::JsonUnpairedSurrogate } else { Cause::JsonSyntax };
    let ends = match end.inside {
        _ if !error.is_eof() || said == "EOF while parsing a string" => "",
        Inside::Nothing if text.trim_ascii().is_empty() => "; the text is empty",
        Inside::Nothing => "; the text ends",
        Inside::Array => "; the text ends inside an array",
        Inside::Object => "; the text ends inside an object",
    };
    let is_next = end.is_between && !message.starts_with("expected `,`");
    (Error::new(cause, format!("{message}{ends} ({})", line_and_column(text.as_bytes(), at))), is_next)
}

/// Returns what JSON would have had at the end of the reading.
fn wanted(said: &str, end: End) -> &'static str {
    match said {
        "expected `:`" => "expected `:`",
        "EOF while parsing an object" if !end.is_between => "expected `:`",
        "expected `,` or `]`" => "expected `,` or `]`",
        "EOF while parsing a list" if !end.is_empty => "expected `,` or `]`",
        "expected `,` or `}`" => "expected `,` or `}`",
        "EOF while parsing an object" if !end.is_empty => "expected `,` or `}`",
        _ if end.is_between && end.inside == Inside::Object => "expected a name in quotes",
        _ => "expected a value",
    }
}

fn not_finite(literal: &str) -> Error {
    match integer_digits(literal) {
        Some(digits) => wide_integer(digits),
        None => Error::new(Cause::JsonNumber, "a number must lie within the range of a 64-bit float"),
    }
}

/// Returns the error of a text deeper than serde_json reads.
fn too_deep(text: &str) -> Error {
    let message = format!("json_depth must be at most `{DEPTH_MAX}`; got `{}`", depth(text));
    Error::new(Cause::LimitExceeded, message)
}

/// Returns how many digits an integer literal has, or `None` for a number with a fraction or an exponent.
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

/// Returns the place of the backslash of the escape that the first `read` bytes end in.
fn escape_before(text: &str, read: usize) -> usize {
    text.as_bytes().iter().take(read).rposition(|byte| *byte == b'\\').unwrap_or_default()
}

/// Returns the place of the first escape of a surrogate without its pair.
fn surrogate_before(text: &str, read: usize) -> usize {
    let second = escape_before(text, read);
    let first = second.saturating_sub(6);
    let is_high = text.get(first..second).is_some_and(|escape| {
        escape.starts_with("\\u")
            && matches!(escape.as_bytes(), [_, _, b'd' | b'D', b'8' | b'9' | b'a'..=b'b' | b'A'..=b'B', ..])
    });
    if is_high { first } else { second }
}

/// Returns where the letters before `at` begin.
fn word_before(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len()
}

fn line_start(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
}

/// Returns line and column of an offset, both from 1, the column in characters.
pub(super) fn line_and_column(bytes: &[u8], at: usize) -> String {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.split(|byte| *byte == b'\n').count();
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = last.iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
    format!("line {line}, column {column}")
}

/// Returns the depth of the deepest array or object, also of a text that is no JSON.
pub(super) fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
