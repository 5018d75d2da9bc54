//! stub
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Scalar {
    Number(f64),
    Text(String),
    Bool(bool),
}
pub(crate) fn integer<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
    i64::deserialize(d)
}
pub(crate) fn integer_option<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    Option::deserialize(d)
}
pub(crate) fn map<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    d: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    BTreeMap::deserialize(d)
}
pub(crate) fn fail<E: serde::de::Error>(error: crate::Error) -> E {
    E::custom(format!("\u{1}{}\u{1}{}", error.cause.as_str(), error.message))
}
