//! The door: a quick reading of what is good, and a second one that says what is wrong and where.

use super::reading::Reading;
use super::strict::Strict;
use super::syntax::line_and_column;
use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Deserializer;
use serde_json::de::Read;

/// Returns `T` read from JSON text, one document without anything after it.
///
/// Refused: text beyond `request_bytes`, `json_depth` (at most 127, whatever the limit says) or `string_bytes`
/// (of a string or name without its escapes); text that is not UTF-8 or not RFC 8259; an integer literal outside
/// +-(2^53 - 1), or a number whose canonical text would be one; a name that occurs twice in an object; and what `T`
/// refuses.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8], limits: &Limits) -> Result<T> {
    limits::check("request_bytes", limits.request_bytes, text.len())?;
    let text = core::str::from_utf8(text).map_err(|error| not_utf8(text, error.valid_up_to()))?;
    quickly(text, limits).or_else(|_| again(text, limits))
}

/// Returns `T` read from values that are no text, with the same checks, or an error without its place; request bytes
/// are those that the values take as JSON at least.
pub(crate) fn read_values<'de, T, D>(source: D, limits: &Limits) -> Result<T>
where
    T: DeserializeOwned,
    D: serde::Deserializer<'de>,
{
    let reading = Reading::<false>::new(None, limits);
    let read = reading.finish(T::deserialize(Strict(source, &reading)));
    read.map_err(|error| Error { fields: Vec::new(), ..error })
}

/// Returns `T` read once, or an error without its place.
pub(super) fn quickly<T: DeserializeOwned>(text: &str, limits: &Limits) -> Result<T> {
    whole(Deserializer::from_str(text), &Reading::<true>::new(None, limits))
}

/// Returns `T` of a text that was refused, or what is wrong with it and where: first with the text as a document, then
/// with what it says.
pub(super) fn again<T: DeserializeOwned>(text: &str, limits: &Limits) -> Result<T> {
    let (document, value) = (Reading::new(Some(text), limits), Reading::new(Some(text), limits));
    whole::<IgnoredAny, _, _>(Deserializer::from_reader(&document), &document)?;
    whole(Deserializer::from_reader(&value), &value)
}

fn whole<'t, T, R, const FIRST: bool>(mut source: Deserializer<R>, reading: &Reading<FIRST>) -> Result<T>
where
    T: DeserializeOwned,
    R: Read<'t>,
{
    let read = T::deserialize(Strict(&mut source, reading));
    let end = |value| source.end().map(|()| value).map_err(|error| reading.broken(error));
    reading.finish(read.and_then(end))
}

fn not_utf8(text: &[u8], at: usize) -> Error {
    Error::new(Cause::JsonSyntax, format!("the text is not UTF-8 ({})", line_and_column(text, at)))
}
