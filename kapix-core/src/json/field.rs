//! Readers for the fields of typed requests, for `#[serde(deserialize_with = "...")]`.
//!
//! Integers and numbers are read so that what is accepted has one canonical text, and that text is accepted again
//! with the same value: this is what makes a stored request replay.

use super::literal::INTEGER_MAX;
use super::shape::fail;
use crate::error::{Cause, Error};
use core::fmt;
use core::marker::PhantomData;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Unexpected, Visitor};
use std::collections::BTreeMap;

/// From here on ECMAScript, and so RFC 8785, writes a number with an exponent, so that its text is no integer
/// literal (ECMA-262, Number::toString, step 5).
const EXPONENT_FORM_MIN: f64 = 1e21;

/// The first whole number that a 64-bit float shares with another one, 2^53.
const AMBIGUOUS_MIN: f64 = 9_007_199_254_740_992.0;

/// Returns an integer within +-(2^53 - 1); `1.0` and `1e3` are refused, they are not integer literals.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_i64(IntegerVisitor)
}

/// Returns what [`integer`] returns, or `None` for null.
pub(crate) fn integer_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    struct Field(i64);
    impl<'de> Deserialize<'de> for Field {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            integer(deserializer).map(Self)
        }
    }
    Ok(Option::<Field>::deserialize(deserializer)?.map(|field| field.0))
}

/// Returns a finite number; zero is never negative.
///
/// A whole number from 2^53 up to 1e21 is refused however it is written: its canonical text would be an integer
/// literal beyond 2^53 - 1. From 1e21 on that text has an exponent, and such a number is accepted.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    deserializer.deserialize_f64(NumberVisitor)
}

/// Returns what [`number`] returns, or `None` for null.
pub(crate) fn number_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    struct Field(f64);
    impl<'de> Deserialize<'de> for Field {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            number(deserializer).map(Self)
        }
    }
    Ok(Option::<Field>::deserialize(deserializer)?.map(|field| field.0))
}

/// Returns a map; a name that occurs twice is refused, where serde would keep the last value.
pub(crate) fn map<'de, D, V>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct Entries<V>(PhantomData<V>);
    impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some((name, value)) = access.next_entry()? {
                if entries.insert(name, value).is_some() {
                    return Err(fail(Error::new(
                        Cause::JsonDuplicateKey,
                        "a name occurs twice in one object",
                    )));
                }
            }
            Ok(entries)
        }
    }
    deserializer.deserialize_map(Entries(PhantomData))
}

/// Returns what [`map`] returns, or `None` for null.
pub(crate) fn map_option<'de, D, V>(deserializer: D) -> Result<Option<BTreeMap<String, V>>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct Field<V>(BTreeMap<String, V>);
    impl<'de, V: Deserialize<'de>> Deserialize<'de> for Field<V> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            map(deserializer).map(Self)
        }
    }
    Ok(Option::<Field<V>>::deserialize(deserializer)?.map(|field| field.0))
}

/// Returns `value` if every language reads it exactly.
fn checked_integer<T: TryInto<i64>, E: de::Error>(value: T) -> Result<i64, E> {
    let value: Option<i64> = value.try_into().ok();
    value.filter(|value| value.unsigned_abs() <= INTEGER_MAX.unsigned_abs()).ok_or_else(|| {
        fail(Error::new(
            Cause::JsonInteger,
            format!("an integer must be within +-(2^53 - 1), `{INTEGER_MAX}`"),
        ))
    })
}

/// Returns `value` under the rule of [`number`].
pub(crate) fn checked_number<E: de::Error>(value: f64) -> Result<f64, E> {
    if !value.is_finite() {
        return Err(fail(Error::new(Cause::JsonNumber, "a number must be finite")));
    }
    if (AMBIGUOUS_MIN..EXPONENT_FORM_MIN).contains(&value.abs()) {
        let message = format!(
            "a whole number must be within +-(2^53 - 1), `{INTEGER_MAX}`, or have a magnitude from `1e21` on"
        );
        return Err(fail(Error::new(Cause::JsonInteger, message)));
    }
    // Minus zero has no canonical text of its own.
    Ok(value + 0.0)
}

/// Returns the number that an integer literal is.
pub(crate) fn number_of_integer<T: TryInto<i64>, E: de::Error>(value: T) -> Result<f64, E> {
    #[expect(clippy::cast_precision_loss, reason = "exact within +-(2^53 - 1)")]
    checked_integer(value).map(|value| value as f64)
}

struct IntegerVisitor;

impl Visitor<'_> for IntegerVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer within +-(2^53 - 1)")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
        checked_integer(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        checked_integer(value)
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<i64, E> {
        checked_integer(value)
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<i64, E> {
        checked_integer(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        Err(E::invalid_type(Unexpected::Float(value), &self))
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<f64, E> {
        number_of_integer(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<f64, E> {
        number_of_integer(value)
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<f64, E> {
        number_of_integer(value)
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<f64, E> {
        number_of_integer(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<f64, E> {
        checked_number(value)
    }
}
