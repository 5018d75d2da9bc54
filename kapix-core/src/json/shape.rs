//! The error of the strict deserializer: it keeps cause, place and what was expected, and has no room for the
//! text of a string.

use crate::error::{Cause, Error, escape_segment};
use core::fmt::Display;
use serde::de::{self, Expected, Unexpected};

/// Separates the parts of an [`Error`] that travels as text; JSON text cannot hold it unescaped.
const SEPARATOR: &str = "\u{1}";

/// Longest part of a JSON pointer in bytes; a name in a request may be long, an error should not be.
pub(super) const SEGMENT_BYTES: usize = 128;

/// The same for a name that the engine does not know.
pub(super) const UNKNOWN_SEGMENT_BYTES: usize = 64;

/// Longest message in bytes that a type of another crate may contribute.
const FOREIGN_MESSAGE_BYTES: usize = 256;

/// Returns `error` as an error of any deserializer, its cause and message coded as text. The strict reading
/// decodes them, so a typed field (money, time, ids) reports its own cause at its own place.
///
/// `error.fields` must be empty or relative to the value; `error.details` do not travel.
pub(crate) fn fail<E: de::Error>(error: Error) -> E {
    let parts = [error.cause.as_str().to_owned(), error.message].into_iter().chain(error.fields);
    E::custom(parts.flat_map(|part| [SEPARATOR.to_owned(), part]).collect::<String>())
}

/// Returns the error that [`fail`] coded.
fn decode(message: &str) -> Option<Error> {
    let mut parts = message.strip_prefix(SEPARATOR)?.split(SEPARATOR);
    let name = parts.next()?;
    let cause = *Cause::ALL.iter().find(|cause| cause.as_str() == name)?;
    let error = Error::new(cause, parts.next()?);
    Some(Error { fields: parts.map(str::to_owned).collect(), ..error })
}

/// What a reading refuses, with pointers that start at the value; boxed, because it travels through the result of
/// every value.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Fault(pub(super) Box<Error>);

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(Box::new(error))
    }
}

impl Fault {
    fn new(cause: Cause, message: impl Into<String>) -> Self {
        Error::new(cause, message).into()
    }

    fn member(cause: Cause, message: impl Into<String>, name: &str) -> Self {
        Error::new(cause, message).at(segment(name, UNKNOWN_SEGMENT_BYTES)).into()
    }

    /// Returns the fault of a name that occurs twice.
    pub(super) fn name_twice() -> Self {
        Self::new(Cause::JsonDuplicateKey, "a name occurs twice in one object")
    }
}

/// Returns `/` and a name, cut at `limit` bytes, as a part of a JSON pointer.
pub(super) fn segment(name: &str, limit: usize) -> String {
    let ends = name.char_indices().map(|(at, character)| at + character.len_utf8());
    let end = ends.take_while(|end| *end <= limit).last().unwrap_or(0);
    format!("/{}", escape_segment(name.get(..end).unwrap_or_default()))
}

impl de::Error for Fault {
    fn custom<M: Display>(message: M) -> Self {
        let message = message.to_string();
        let short = || message.chars().take(FOREIGN_MESSAGE_BYTES).collect::<String>();
        decode(&message).unwrap_or_else(|| Error::new(Cause::JsonShape, short())).into()
    }

    fn invalid_type(got: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Cause::JsonShape, format!("expected {}; got {}", wanted(expected), kind_of(got)))
    }

    fn invalid_value(got: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let (cause, got) = match got {
            Unexpected::Signed(value) => (Cause::ValueOutOfRange, format!("`{value}`")),
            Unexpected::Unsigned(value) => (Cause::ValueOutOfRange, format!("`{value}`")),
            other => (Cause::JsonShape, kind_of(other)),
        };
        Self::new(cause, format!("expected {}; got {got}", wanted(expected)))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(Cause::JsonShape, format!("expected {}; got {length} elements", wanted(expected)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let message = format!("expected {}; got a string of {} bytes", one_of(expected), variant.len());
        Self::new(Cause::JsonShape, message)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::member(Cause::JsonUnknownField, format!("unknown field; expected {}", one_of(expected)), field)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::member(Cause::JsonShape, format!("missing field `{field}`"), field)
    }
}

fn one_of(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [name] => format!("`{name}`"),
        names => format!("one of `{}`", names.join("`, `")),
    }
}

/// Returns what a value is in the words of JSON, without its text.
fn kind_of(value: Unexpected<'_>) -> String {
    let plain = match value {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a number with a fraction or exponent",
        Unexpected::Str(string) => return format!("a string of {} bytes", string.len()),
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map => "an object",
        Unexpected::UnitVariant => "a string",
        _ => "another value",
    };
    plain.to_owned()
}

/// Returns what a type expects, in the words of JSON where serde names types of Rust.
fn wanted(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    let plain = match text.as_str() {
        "u8" => "an integer in 0..=255",
        "u16" => "an integer in 0..=65535",
        "i32" => "an integer in -2147483648..=2147483647",
        "u32" => "an integer in 0..=4294967295",
        "u64" | "u128" | "usize" => "an integer of 0 or more",
        "i64" | "i128" | "isize" => "an integer within +-(2^53 - 1)",
        "f32" | "f64" => "a number",
        "unit" => "null",
        "a sequence" => "an array",
        "a map" => "an object",
        "string or map" => "a string or an object",
        "enum" | "newtype variant" | "struct variant" | "tuple variant" => "an object with one member",
        text if text.starts_with("struct ") && !text.contains(" with ") => "an object",
        text if text.starts_with("enum ") => "a string",
        text => match text.strip_suffix(" elements in sequence") {
            Some(count) => return format!("an array of {count} elements"),
            None => text,
        },
    };
    plain.to_owned()
}
