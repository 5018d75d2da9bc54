//! A value that is neither array nor object, as inputs of cards and policies are.

use super::number::{check_magnitude, check_number};
use super::shape::fail;
use core::fmt;
use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer, Visitor};

/// A scalar input: null, a boolean, a number or text.
///
/// As JSON it is itself. A number is finite, never minus zero, and no whole number from 2^53 up to 1e21 in
/// magnitude, where an integer on the wire would not be exact.
///
/// ```
/// use kapix_core::Scalar;
/// let read: Vec<Scalar> = serde_json::from_str(r#"[null, true, 2, "urban"]"#).unwrap();
/// assert_eq!(read, [Scalar::Null, Scalar::Bool(true), Scalar::Number(2.0), Scalar::Text("urban".into())]);
/// assert!(serde_json::from_str::<Scalar>("9007199254740993").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// Text.
    Text(String),
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a string, a boolean or null")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
        check_magnitude(value.unsigned_abs()).map_err(fail)?;
        #[expect(clippy::cast_precision_loss, reason = "exact within +-(2^53 - 1)")]
        Ok(Scalar::Number(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
        check_number(value).map(Scalar::Number).map_err(fail)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Scalar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A scalar input: null, a boolean, a number or text.",
            "type": ["null", "boolean", "number", "string"],
        })
    }
}
