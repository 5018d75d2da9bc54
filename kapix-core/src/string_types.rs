//! Types that are one string on the wire: read in place without a copy, and described for schemas.

use crate::error::Result;
use crate::json;
use core::fmt;
use serde::de::{self, Visitor};

/// Reads one string and hands it to the type's own parser, which names the cause when it refuses.
pub(crate) struct TextVisitor<T> {
    /// What the string must look like, for the error when the value is no string at all.
    pub(crate) expecting: &'static str,
    /// The parser of the type.
    pub(crate) parse: fn(&str) -> Result<T>,
}

impl<T> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> core::result::Result<T, E> {
        (self.parse)(text).map_err(json::fail)
    }
}

/// Reads `$type` from one string through `$type::parse`, and gives its JSON Schema under feature `schema`.
macro_rules! reads_text {
    ($type:ident, $expecting:literal, $schema:tt) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> core::result::Result<Self, D::Error> {
                let visitor = crate::string_types::TextVisitor { expecting: $expecting, parse: Self::parse };
                deserializer.deserialize_str(visitor)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

pub(crate) use reads_text;
