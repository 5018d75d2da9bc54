//! A JSON document whose type is not known yet. It is held whole, and read as its type once that is known.

use crate::canonical;
use crate::error::Result;
use crate::json;
use crate::limits::Limits;
use core::fmt;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::collections::BTreeMap;

/// Any JSON value, without duplicate keys and with integers within +-(2^53 - 1).
#[derive(Clone, Debug, PartialEq)]
pub enum JsonValue {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<JsonValue>),
    /// An object.
    Object(BTreeMap<String, JsonValue>),
}

impl JsonValue {
    /// Returns the document in a text.
    ///
    /// ```
    /// use kapix_core::{Cause, JsonValue, Limits};
    ///
    /// let value = JsonValue::read_text(b"[20, null]", &Limits::default())?;
    /// assert_eq!(value, JsonValue::Array(vec![JsonValue::Number(20.0), JsonValue::Null]));
    /// let twice = JsonValue::read_text(br#"{"a": 1, "a": 2}"#, &Limits::default());
    /// assert_eq!(twice.map_err(|error| error.cause), Err(Cause::JsonDuplicateKey));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn read_text(text: &[u8], limits: &Limits) -> Result<Self> {
        json::read(text, limits)
    }

    /// Returns the document as a type; pointers of errors start at it.
    pub(crate) fn read<T: DeserializeOwned>(&self, limits: &Limits) -> Result<T> {
        json::read(&canonical::to_vec(self)?, limits)
    }

    /// Returns a member of an object.
    ///
    /// ```
    /// use kapix_core::{JsonValue, Limits};
    ///
    /// let card = JsonValue::read_text(br#"{"id": "sme", "pdo": 20}"#, &Limits::default())?;
    /// assert_eq!(card.member("pdo"), Some(&JsonValue::Number(20.0)));
    /// assert_eq!(card.member("odds0"), None);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn member(&self, name: &str) -> Option<&Self> {
        if let Self::Object(members) = self { members.get(name) } else { None }
    }

    /// Puts a value at the tokens of a JSON pointer; objects that are not there are made.
    pub(crate) fn put(&mut self, tokens: &[String], value: Self) {
        let Some((first, rest)) = tokens.split_first() else {
            *self = value;
            return;
        };
        if !matches!(self, Self::Object(_)) {
            *self = Self::Object(BTreeMap::new());
        }
        if let Self::Object(members) = self {
            members.entry(first.clone()).or_insert(Self::Null).put(rest, value);
        }
    }

    /// Returns the text of a string.
    ///
    /// ```
    /// use kapix_core::{JsonValue, Limits};
    ///
    /// let card = JsonValue::read_text(br#"{"id": "sme", "pdo": 20}"#, &Limits::default())?;
    /// assert_eq!(card.member("id").and_then(JsonValue::as_str), Some("sme"));
    /// assert_eq!(card.as_str(), None);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the value of a number.
    ///
    /// ```
    /// use kapix_core::{JsonValue, Limits};
    ///
    /// let card = JsonValue::read_text(br#"{"id": "sme", "pdo": 20}"#, &Limits::default())?;
    /// assert_eq!(card.member("pdo").and_then(JsonValue::as_f64), Some(20.0));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn as_f64(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

impl Serialize for JsonValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            // Languages that have integers get a whole number as one. Its JSON is the same.
            Self::Number(value) => match json::whole(*value) {
                Some(integer) => serializer.serialize_i64(integer),
                None => serializer.serialize_f64(*value),
            },
            Self::Text(value) => serializer.serialize_str(value),
            Self::Array(values) => values.serialize(serializer),
            Self::Object(members) => members.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for JsonValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// A document, or its text, which may be as long as a request: longer than `string_bytes`.
pub(crate) struct Document(pub(crate) JsonValue);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        // Asked for as bytes, a string is a document to whoever reads.
        deserializer.deserialize_byte_buf(AnyValue).map(Self)
    }
}

/// Builds a value as it is read.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = JsonValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> core::result::Result<JsonValue, E> {
        Ok(JsonValue::Null)
    }

    fn visit_none<E>(self) -> core::result::Result<JsonValue, E> {
        Ok(JsonValue::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> core::result::Result<JsonValue, D::Error> {
        JsonValue::deserialize(source)
    }

    fn visit_bool<E>(self, value: bool) -> core::result::Result<JsonValue, E> {
        Ok(JsonValue::Bool(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "an integer lies within +-(2^53 - 1)")]
    fn visit_i64<E>(self, value: i64) -> core::result::Result<JsonValue, E> {
        Ok(JsonValue::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "an integer lies within +-(2^53 - 1)")]
    fn visit_u64<E>(self, value: u64) -> core::result::Result<JsonValue, E> {
        Ok(JsonValue::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> core::result::Result<JsonValue, E> {
        Ok(JsonValue::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> core::result::Result<JsonValue, E> {
        Ok(JsonValue::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> core::result::Result<JsonValue, E> {
        Ok(JsonValue::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> core::result::Result<JsonValue, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element()? {
            values.push(value);
        }
        Ok(JsonValue::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> core::result::Result<JsonValue, A::Error> {
        let mut object = BTreeMap::new();
        while let Some((name, value)) = members.next_entry()? {
            object.insert(name, value);
        }
        Ok(JsonValue::Object(object))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for JsonValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JsonValue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "Any JSON value." })
    }
}
