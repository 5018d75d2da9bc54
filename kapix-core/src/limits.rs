//! The limits on untrusted input, in one table. Each can be configured, and an error names the limit that was broken.

use crate::error::{Cause, Error, Result};
use serde::{Deserialize, Serialize};

/// The largest magnitude of an integer on the wire, 2^53 - 1: the range in which JavaScript and RFC 8785 (section
/// 3.2.2.3, which follows ECMA-262) keep integers apart; RFC 7493, section 2.2 asks the same of every sender.
pub const WIRE_MAX: i64 = (1 << 53) - 1;

macro_rules! limits {
    ($($field:ident: $default:literal, $meaning:literal;)+) => {
        /// The limits of an engine; `Limits::default()` is the documented table.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct Limits { $(#[doc = $meaning] pub $field: u64,)+ }

        impl Default for Limits {
            fn default() -> Self { Self::DEFAULT }
        }

        impl Limits {
            /// The documented limits.
            pub(crate) const DEFAULT: Self = Self { $($field: $default,)+ };

            /// Returns name, default and meaning of every limit, for documents and `engine.describe`.
            pub const TABLE: &'static [(&'static str, u64, &'static str)] =
                &[$((stringify!($field), $default, $meaning),)+];
        }
    };
}

limits! {
    request_bytes: 33_554_432, "Bytes of one request or artefact document.";
    document_bytes: 268_435_456, "Bytes of one document beside a request.";
    documents: 1_000, "Documents of one reading: pages of an aggregator.";
    document_columns: 1_000, "Columns of a delimited document.";
    document_line_bytes: 1_048_576, "Bytes of one line of a delimited document.";
    json_depth: 64, "Depth of nested arrays and objects.";
    string_bytes: 65_536, "Bytes of one string.";
    id_bytes: 128, "Bytes of an id.";
    rows: 1_000_000, "Transactions of one request, or rows of a JSON `columns` table.";
    frame_rows: 1_000_000_000, "Rows of a borrowed frame.";
    frame_columns: 10_000, "Columns of a frame.";
    accounts: 1_000, "Accounts of one applicant.";
    features: 10_000, "Named values in `features` or in one flat source.";
    artefacts: 1_000, "Artefacts of one engine.";
    characteristics: 1_000, "Characteristics of a card.";
    attributes: 10_000, "Attributes of a characteristic, and categories of an attribute.";
    store_record_bytes: 67_108_864, "Bytes of all records in memory; the oldest leave first.";
    store_key_bytes: 67_108_864, "Bytes of all answers under idempotency keys in memory; the oldest leave first.";
    store_entity_bytes: 67_108_864, "Bytes of all data that `entity.put` keeps in memory; the oldest leave first.";
}

/// Returns an error that names the limit when `value` is above it.
#[inline]
pub(crate) fn check(name: &'static str, limit: u64, value: usize) -> Result<()> {
    let value = u64::try_from(value).unwrap_or(u64::MAX);
    if value <= limit { Ok(()) } else { Err(beyond(name, limit, value)) }
}

#[cold]
fn beyond(name: &str, limit: u64, value: u64) -> Error {
    Error::new(Cause::LimitExceeded, format!("{name} must be at most `{limit}`; got `{value}`"))
}
