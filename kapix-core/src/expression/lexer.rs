//! A text as tokens, each with its place.

use super::hints::FOREIGN;
use super::syntax::Span;
use crate::error::{Cause, Error, Result};

/// Bytes of one expression or cell.
pub(super) const TEXT_BYTES_MAX: usize = 65_536;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// A name, or a word of the language.
    Word(String),
    /// A sign of one or two characters.
    Sign(&'static str),
    End,
}

/// Signs, the longer ones first.
const SIGNS: [&str; 22] = [
    "**", "!=", "<=", ">=", "..", "=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",", ".", "?", "@",
    "{", "}",
];

/// Returns the tokens of a text with their spans; the last one is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Span)>> {
    if text.len() > TEXT_BYTES_MAX {
        let message =
            format!("an expression must have at most `{TEXT_BYTES_MAX}` bytes; got `{}`", text.len());
        return Err(Error::new(Cause::LimitExceeded, message));
    }
    // There are no more tokens than bytes: 3 MiB for the longest text, where a vector that grows would hold 9 MiB.
    let mut tokens = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else { break };
        let (token, length) = match first {
            '"' => quoted(text, at)?,
            '0'..='9' => number(text, at)?,
            '.' if trimmed.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => number(text, at)?,
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let end = trimmed.find(|it: char| !it.is_ascii_alphanumeric() && it != '_');
                let word = trimmed.get(..end.unwrap_or(trimmed.len())).unwrap_or_default();
                (Token::Word(word.to_owned()), word.len())
            }
            _ => {
                if let Some((sign, instead)) = FOREIGN.iter().find(|(it, _)| trimmed.starts_with(it)) {
                    return Err(wrong(text, at, &format!("`{sign}` is not in the language: {instead}")));
                }
                let Some(sign) = SIGNS.iter().find(|sign| trimmed.starts_with(**sign)) else {
                    return Err(wrong(text, at, "a character that the language does not have"));
                };
                (Token::Sign(sign), sign.len())
            }
        };
        tokens.push((token, Span { start: at, end: at + length }));
        at += length;
    }
    tokens.push((Token::End, Span { start: text.len(), end: text.len() }));
    Ok(tokens)
}

/// Returns an error of syntax with its place.
pub(super) fn wrong(text: &str, at: usize, message: &str) -> Error {
    Error::new(Cause::ExpressionSyntax, format!("{message}, {}", place(text, at)))
}

/// Returns line and column, both from 1, of a byte.
pub(super) fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line `{line}`, column `{column}`")
}

fn number(text: &str, at: usize) -> Result<(Token, usize)> {
    let rest = text.get(at..).unwrap_or_default();
    let digits = |from: usize| {
        let rest = rest.get(from..).unwrap_or_default();
        rest.bytes().take_while(u8::is_ascii_digit).count()
    };
    let whole = digits(0);
    let fraction = if rest.as_bytes().get(whole) == Some(&b'.') { digits(whole + 1) } else { 0 };
    // The two dots of `1..5` are no decimal mark.
    let length = if fraction > 0 { whole + 1 + fraction } else { whole };
    if rest.get(length..).unwrap_or_default().starts_with(|it: char| it.is_ascii_alphabetic() || it == '_') {
        return Err(wrong(text, at + length, "a number must end before a letter"));
    }
    if whole > 1 && rest.starts_with('0') {
        return Err(wrong(text, at, "a number has no leading zero; a code of digits is a text in quotes"));
    }
    let value: f64 = rest.get(..length).unwrap_or_default().parse().unwrap_or(f64::INFINITY);
    if value.is_finite() {
        return Ok((Token::Number(value), length));
    }
    Err(wrong(text, at, "a number must be finite"))
}

fn quoted(text: &str, at: usize) -> Result<(Token, usize)> {
    let mut value = String::new();
    let mut characters = text.get(at + 1..).unwrap_or_default().char_indices();
    while let Some((offset, character)) = characters.next() {
        let escaped = match character {
            '"' => return Ok((Token::Text(value), offset + 2)),
            '\\' => match characters.next().map(|(_, it)| it) {
                Some(it @ ('"' | '\\' | '/')) => it,
                Some('n') => '\n',
                Some('t') => '\t',
                _ => {
                    return Err(wrong(
                        text,
                        at + 1 + offset,
                        "an escape must be one of `\\\"`, `\\\\`, `\\n`, `\\t`",
                    ));
                }
            },
            other => other,
        };
        value.push(escaped);
    }
    Err(wrong(text, at, "a text has no closing quote"))
}
