//! The door: limits, the fast reading, and the strict one that judges what the fast one refuses.

use super::objects::Objects;
use super::parse::{parse, place, pointer_at};
use super::scan::{Scan, scan};
use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};
use serde::Deserialize;

/// The deepest nesting that any limit allows: serde_json's own bound, below which its recursion and that of a
/// type fit a stack of 2 MiB.
const DEPTH_MAX: u64 = 127;

/// Returns `T` read from JSON text, one document without anything after it.
///
/// Refused: text beyond `request_bytes`, `json_depth` (at most 127, whatever the limit says) or `string_bytes`
/// (of a string without its escapes); text that is not UTF-8 or not RFC 8259; an integer literal outside
/// +-(2^53 - 1), whatever the type; and what `T` refuses. A name that occurs twice is refused in structs and
/// in fields read by [`map`](super::map), not where `T` ignores a value.
///
/// `T` must not hold `serde_json::value::RawValue`: only serde_json reads it, so its errors would have no place.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a [u8], limits: &Limits) -> Result<T> {
    limits::check("request_bytes", limits.request_bytes, text.len())?;
    let text = core::str::from_utf8(text).map_err(|error| not_utf8(text, error.valid_up_to()))?;
    let depth_max = limits.json_depth.min(DEPTH_MAX);
    let scan = scan(text.as_bytes(), to_usize(depth_max), to_usize(limits.string_bytes));
    check_scan(text, &scan, depth_max, limits.string_bytes)?;
    if !scan.wide_integer
        && let Ok(value) = quickly(text)
    {
        return Ok(value);
    }
    parse(text)?.deserialize()
}

fn quickly<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Objects(&mut deserializer))?;
    deserializer.end().map(|()| value)
}

fn to_usize(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn not_utf8(text: &[u8], at: usize) -> Error {
    Error::new(Cause::JsonSyntax, format!("the text is not UTF-8 ({})", place(text, at)))
}

fn check_scan(text: &str, scan: &Scan, depth_max: u64, string_bytes: u64) -> Result<()> {
    let at = |error: Error, offset: usize| match pointer_at(text, offset) {
        Some(pointer) => error.at(pointer),
        None => error,
    };
    if let Some(offset) = scan.too_deep_at {
        limits::check("json_depth", depth_max, scan.depth).map_err(|error| at(error, offset))?;
    }
    if let Some((length, offset)) = scan.long_string {
        limits::check("string_bytes", string_bytes, length).map_err(|error| at(error, offset))?;
    }
    Ok(())
}
