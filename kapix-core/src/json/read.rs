//! The door: a quick reading of what is good, a second one that says what is wrong and where.

use super::place::{document, typed};
use super::strict::Strict;
use super::syntax::line_and_column;
use super::watch::Rules;
use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};
use serde::de::DeserializeOwned;

/// Returns `T` read from JSON text, one document without anything after it.
///
/// Refused: text beyond `request_bytes`, `json_depth` (at most 127, whatever the limit says) or `string_bytes`
/// (of a string or name without its escapes); text that is not UTF-8 or not RFC 8259; an integer literal outside
/// +-(2^53 - 1), or a number whose canonical text would be one; a name that occurs twice in an object; and what `T`
/// refuses.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8], limits: &Limits) -> Result<T> {
    limits::check("request_bytes", limits.request_bytes, text.len())?;
    let text = core::str::from_utf8(text).map_err(|error| not_utf8(text, error.valid_up_to()))?;
    let rules = Rules::within(limits);
    match quickly(text, rules) {
        Ok(value) => Ok(value),
        Err(_) => typed(&document(text, rules)?),
    }
}

/// Returns `T` read once, or an error that says nothing.
pub(super) fn quickly<T: DeserializeOwned>(text: &str, rules: Rules) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Strict::watched(&mut deserializer, Rules { is_first: true, ..rules }))?;
    deserializer.end().map(|()| value)
}

fn not_utf8(text: &[u8], at: usize) -> Error {
    Error::new(Cause::JsonSyntax, format!("the text is not UTF-8 ({})", line_and_column(text, at)))
}
