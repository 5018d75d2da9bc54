//! A document whose type is not known yet: held whole, read later as what it turns out to be.

use crate::canonical;
use crate::error::Result;
use crate::json::{self, check_number, fail, number_of_integer};
use crate::limits::{Limits, WIRE_MAX};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Any JSON value, without duplicate keys and with integers within +-(2^53 - 1).
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Tree>),
    /// An object.
    Object(BTreeMap<String, Tree>),
}

impl Tree {
    /// Returns the document in a text.
    pub fn read_text(text: &[u8], limits: &Limits) -> Result<Self> {
        json::read(text, limits)
    }

    /// Returns the document as a type; pointers of errors start at it.
    pub(crate) fn read<T: DeserializeOwned>(&self, limits: &Limits) -> Result<T> {
        json::read(&canonical::to_vec(self)?, limits)
    }

    /// Returns a member of an object.
    pub fn member(&self, name: &str) -> Option<&Self> {
        if let Self::Object(members) = self { members.get(name) } else { None }
    }

    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the value of a number.
    pub fn as_f64(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            // A whole number is an integer in languages that tell the two apart; its JSON is the same.
            Self::Number(value) => match whole(*value) {
                Some(integer) => serializer.serialize_i64(integer),
                None => serializer.serialize_f64(*value),
            },
            Self::Text(value) => serializer.serialize_str(value),
            Self::Array(values) => values.serialize(serializer),
            Self::Object(members) => members.serialize(serializer),
        }
    }
}

/// Returns the integer that a number within +-(2^53 - 1) is.
fn whole(value: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "exact within the range; 0 for NaN")]
    let integer = value as i64;
    #[expect(clippy::cast_precision_loss, reason = "exact within the range")]
    let back = integer as f64;
    ((-WIRE_MAX..=WIRE_MAX).contains(&integer) && back.to_bits() == value.to_bits()).then_some(integer)
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> core::result::Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> core::result::Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> core::result::Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> core::result::Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> core::result::Result<Tree, E> {
        number_of_integer(value).map(Tree::Number).map_err(fail)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> core::result::Result<Tree, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> core::result::Result<Tree, E> {
        check_number(value).map(Tree::Number).map_err(fail)
    }

    fn visit_str<E>(self, value: &str) -> core::result::Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> core::result::Result<Tree, E> {
        Ok(Tree::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> core::result::Result<Tree, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element()? {
            values.push(value);
        }
        Ok(Tree::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> core::result::Result<Tree, A::Error> {
        BTreeMap::deserialize(MapAccessDeserializer::new(members)).map(Tree::Object)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Tree {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Tree".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "Any JSON value." })
    }
}
