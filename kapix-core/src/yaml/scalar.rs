//! Scalars without quotes: a number, `true`, `false` and `null` are what they are exactly where JSON would read them so.

use super::walk::left_out;
use crate::error::{Cause, Error, Result};
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::Limits;

/// Words of JSON; with a capital letter some tools read them as the word and others as a text.
const WORDS: [&str; 3] = ["false", "null", "true"];

/// Refuses a scalar without quotes that some tools read as a number, a truth value or nothing, and others as a text.
///
/// What is left is `null` (`~`), `true` and `false`, a number as JSON writes it, or a text: `yes`, `no`, `on`, `off` and
/// `2026-01-31` are texts.
pub(super) fn check_plain(text: &str, limits: &Limits) -> Result<()> {
    if let Some(word) = WORDS.into_iter().find(|word| *word != text && word.eq_ignore_ascii_case(text)) {
        let message = format!("write `{word}` in small letters; a text that looks like it stands in quotes");
        return Err(left_out(&message));
    }
    if !is_numeric(text) {
        return Ok(());
    }
    match json::read::<JsonValue>(text.as_bytes(), limits) {
        Ok(_) => Ok(()),
        Err(error) if error.cause == Cause::JsonSyntax => Err(left_out(
            "a number must be written as in JSON, such as `8`, `0.08` or `1e6`; a text that looks like one stands in quotes",
        )),
        Err(error) => Err(Error { fields: Vec::new(), ..error }),
    }
}

/// Returns whether some version of YAML takes a text for a number.
fn is_numeric(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return false;
    }
    let plain = unsigned.replace('_', "").to_ascii_lowercase();
    let is_based = ["0x", "0o", "0b"].iter().any(|base| {
        plain
            .strip_prefix(base)
            .is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_hexdigit()))
    });
    is_based || matches!(&*plain, ".inf" | ".nan") || plain.parse::<f64>().is_ok()
}
