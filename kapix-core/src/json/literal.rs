//! Strings and numbers of RFC 8259, sections 6 and 7: checked where they stand, decoded when asked for.

use std::borrow::Cow;

/// The largest magnitude of an integer on the wire, 2^53 - 1.
pub(super) const INTEGER_MAX: i64 = (1 << 53) - 1;

/// What is wrong with a string, and how many bytes after its opening quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Unterminated(usize),
    Control(usize),
    Escape(usize),
    Surrogate(usize),
}

/// Returns the length of a string between its quotes; `text` starts after the opening quote.
pub(super) fn string_length(text: &[u8]) -> Result<usize, Flaw> {
    let mut at = 0;
    loop {
        let tail = text.get(at..).unwrap_or_default();
        at += tail
            .iter()
            .position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'))
            .ok_or(Flaw::Unterminated(text.len()))?;
        match text.get(at) {
            Some(b'"') => return Ok(at),
            Some(b'\\') => at += escape_length(text.get(at + 1..).unwrap_or_default(), at)?,
            _ => return Err(Flaw::Control(at)),
        }
    }
}

/// Returns the length of an escape with its backslash; `text` starts after the backslash, which is at `at`.
fn escape_length(text: &[u8], at: usize) -> Result<usize, Flaw> {
    match text.first() {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => match hex4(text, 1).ok_or(Flaw::Escape(at))? {
            0xd800..=0xdbff => {
                let low = (text.get(5..7) == Some(br"\u")).then(|| hex4(text, 7)).flatten();
                if matches!(low, Some(0xdc00..=0xdfff)) { Ok(12) } else { Err(Flaw::Surrogate(at)) }
            }
            0xdc00..=0xdfff => Err(Flaw::Surrogate(at)),
            _ => Ok(6),
        },
        Some(_) => Err(Flaw::Escape(at)),
        None => Err(Flaw::Unterminated(at + 1)),
    }
}

fn hex4(text: &[u8], at: usize) -> Option<u16> {
    text.get(at..at + 4)?.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some((unit << 4) | u16::try_from(digit).ok()?)
    })
}

/// Returns the characters that the text of a string, found right by [`string_length`], stands for.
pub(super) fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut decoded = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escape)) = rest.split_once('\\') {
        decoded.push_str(plain);
        let mut characters = escape.chars();
        match characters.next() {
            Some('u') => {
                let bytes = escape.as_bytes();
                let high = hex4(bytes, 1).unwrap_or_default();
                let pair = [high, hex4(bytes, 7).unwrap_or_default()];
                let units = if matches!(high, 0xd800..=0xdbff) { pair.as_slice() } else { &pair[..1] };
                decoded
                    .extend(char::decode_utf16(units.iter().copied()).map(|unit| unit.unwrap_or('\u{fffd}')));
                rest = escape.get(units.len() * 6 - 1..).unwrap_or_default();
                continue;
            }
            Some('b') => decoded.push('\u{8}'),
            Some('f') => decoded.push('\u{c}'),
            Some('n') => decoded.push('\n'),
            Some('r') => decoded.push('\r'),
            Some('t') => decoded.push('\t'),
            Some(other) => decoded.push(other),
            None => {}
        }
        rest = characters.as_str();
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// Returns the length of the number that `text` starts with, and whether it has a fraction or an exponent; an
/// error is the length of what is right.
pub(super) fn number_length(text: &[u8]) -> Result<(usize, bool), usize> {
    let mut at = usize::from(text.first() == Some(&b'-'));
    let mut float = false;
    let whole = digits(text, at);
    if whole == 0 || (whole > 1 && text.get(at) == Some(&b'0')) {
        return Err(at + usize::from(whole > 1));
    }
    at += whole;
    if text.get(at) == Some(&b'.') {
        float = true;
        at += 1 + some_digits(text, at + 1)?;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        float = true;
        at += 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        at += some_digits(text, at)?;
    }
    Ok((at, float))
}

fn digits(text: &[u8], at: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn some_digits(text: &[u8], at: usize) -> Result<usize, usize> {
    match digits(text, at) {
        0 => Err(at),
        count => Ok(count),
    }
}

/// Returns the integer that a literal is, or `None` outside +-(2^53 - 1).
pub(super) fn integer(raw: &str) -> Option<i64> {
    raw.parse().ok().filter(|value: &i64| value.unsigned_abs() <= INTEGER_MAX.unsigned_abs())
}
