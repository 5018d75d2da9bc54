//! The door: a quick reading of what is good, and a second one that says what is wrong and where.

use super::reading::Reading;
use super::strict::Strict;
use super::syntax::line_and_column;
use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};
use core::marker::PhantomData;
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
    read_seed(text, PhantomData, limits)
}

/// What makes a value as it is read: a type, or something that holds what the type alone does not know.
pub(crate) trait Seed: Copy {
    /// What it makes.
    type Value;

    /// Reads it.
    fn read<'de, D: serde::Deserializer<'de>>(self, source: D)
    -> core::result::Result<Self::Value, D::Error>;
}

impl<T: DeserializeOwned> Seed for PhantomData<T> {
    type Value = T;

    fn read<'de, D: serde::Deserializer<'de>>(self, source: D) -> core::result::Result<T, D::Error> {
        T::deserialize(source)
    }
}

/// Returns what a seed makes of JSON text, with the checks of [`read`].
pub(crate) fn read_seed<S: Seed>(text: &[u8], seed: S, limits: &Limits) -> Result<S::Value> {
    limits::check("request_bytes", limits.request_bytes, text.len())?;
    let text = core::str::from_utf8(text).map_err(|error| not_utf8(text, error.valid_up_to()))?;
    quickly(text, seed, limits).or_else(|_| again(text, seed, limits))
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

/// Returns what a seed makes in one reading, or an error without its place.
pub(super) fn quickly<S: Seed>(text: &str, seed: S, limits: &Limits) -> Result<S::Value> {
    whole(Deserializer::from_str(text), seed, &Reading::<true>::new(None, limits))
}

/// Returns what a seed makes of a text that was refused, or what is wrong with it and where: first with the text as a
/// document, then with what it says.
pub(super) fn again<S: Seed>(text: &str, seed: S, limits: &Limits) -> Result<S::Value> {
    // How long a string may be is for the type to say.
    let loose = Limits { string_bytes: limits.request_bytes, ..limits.clone() };
    let (document, value) = (Reading::new(Some(text), &loose), Reading::new(Some(text), limits));
    whole(Deserializer::from_reader(&document), PhantomData::<IgnoredAny>, &document)?;
    whole(Deserializer::from_reader(&value), seed, &value)
}

fn whole<'t, S, R, const FIRST: bool>(
    mut source: Deserializer<R>,
    seed: S,
    reading: &Reading<FIRST>,
) -> Result<S::Value>
where
    S: Seed,
    R: Read<'t>,
{
    let read = seed.read(Strict(&mut source, reading));
    let end = |value| source.end().map(|()| value).map_err(|error| reading.broken(error));
    reading.finish(read.and_then(end))
}

fn not_utf8(text: &[u8], at: usize) -> Error {
    Error::new(Cause::JsonSyntax, format!("the text is not UTF-8 ({})", line_and_column(text, at)))
}
