//! Readers that fields of the engine still name; the deserializer around serde_json makes their checks now.

use serde::de::{Deserialize, Deserializer};

pub(crate) fn integer<'de, T: Deserialize<'de>, D: Deserializer<'de>>(source: D) -> Result<T, D::Error> {
    T::deserialize(source)
}

pub(crate) use integer as integer_option;
pub(crate) use integer as map;
pub(crate) use integer as map_option;
