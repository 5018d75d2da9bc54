//! The second reading: the values.

use super::place::Place;
use super::walk::{DEPTH_MAX, NODES_MAX, Walk, no_document};
use crate::error::{Cause, Error, Result};
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::{self, Limits};
use serde_saphyr::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy, Options};

/// Returns the document in a text, which begins on a line of a larger one, with the limits of one in JSON.
///
/// Errors: `yaml.syntax` for what is not YAML, `yaml.left_out` for what documents may not have, and those of JSON;
/// each with line and column, at the JSON pointer to its place.
pub(crate) fn read((text, first_line): (&[u8], usize), limits: &Limits) -> Result<JsonValue> {
    limits::check("request_bytes", limits.request_bytes, text.len())?;
    let text = core::str::from_utf8(text).map_err(|error| not_utf8(text, first_line, error.valid_up_to()))?;
    let mut walk = Walk::new((text, first_line), limits);
    if walk.next_value()?.is_none() {
        return Err(no_document());
    }
    while walk.next_value()?.is_some() {}
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options(text), |source| {
        Ok(json::read_values(source, limits))
    });
    read.unwrap_or_else(|error| {
        let line =
            error.location().and_then(|it| usize::try_from(it.line()).ok()).unwrap_or(1) + first_line - 1;
        Err(Error::new(Cause::YamlSyntax, format!("the text is not YAML that can be read (line {line})")))
    })
}

/// Returns how values are read; what the first reading refuses has no budget here either.
fn options(text: &str) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_aliases: 0,
            max_anchors: 0,
            max_depth: usize::try_from(DEPTH_MAX).unwrap_or(usize::MAX),
            max_documents: 1,
            max_events: 3 * NODES_MAX,
            max_merge_keys: 0,
            max_nodes: NODES_MAX,
            max_total_scalar_bytes: text.len(),
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        leading_zero_numbers_as_strings: true,
        merge_keys: MergeKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::Reject,
        reject_unsupported_tags: true,
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    }
}

fn not_utf8(text: &[u8], first_line: usize, at: usize) -> Error {
    let before = text.get(..at).unwrap_or_default();
    let place = Place::after(&String::from_utf8_lossy(before), first_line);
    Error::new(Cause::YamlSyntax, format!("the text is not UTF-8 ({place})"))
}
