//! The checks of every reading, whatever the type and whoever reads: a deserializer around another one.
//!
//! - A name stands once in an object.
//! - A struct is an object and nothing else. Serde's derived types would also take an array, field by field in the
//!   order of their declaration: a request whose meaning rests on that order is refused.
//! - Strings, names and nesting keep within their limits.
//! - Integers lie within +-(2^53 - 1), and so does every number whose canonical text is an integer.
//!
//! A derived struct finds its own fields twice; members that it ignores are not compared, so types of the wire
//! deny unknown fields.

use super::number::check_magnitude;
use super::watch::{Number, Rules, Watch};
use crate::error::{Cause, Error};
use crate::limits;
use core::fmt;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A deserializer that makes every check of the wire.
pub(crate) struct Strict<D, W>(D, Place<W>);

/// Where a value stands, and what it must be.
#[derive(Clone, Copy)]
struct Place<W> {
    watch: W,
    /// Arrays and objects around it.
    depth: u64,
    form: Form,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Any,
    /// An object whose names are known to the type, which finds a name that comes twice.
    Struct,
    /// An object.
    Map,
    /// A string, or an object of one member.
    Enum,
}

impl<D> Strict<D, Rules> {
    /// Returns a deserializer over data whose source keeps its own limits.
    pub(crate) fn new(source: D) -> Self {
        Self::watched(source, Rules::unlimited())
    }
}

impl<D, W: Watch> Strict<D, W> {
    /// Returns a deserializer whose reading is followed by `watch`.
    pub(super) fn watched(source: D, watch: W) -> Self {
        Self(source, Place { watch, depth: 0, form: Form::Any })
    }
}

impl<W: Watch> Place<W> {
    fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// Returns the place of what an array or object holds.
    fn enter<E: de::Error>(self, is_array: bool) -> Result<Self, E> {
        let (depth, most) = (self.depth + 1, self.watch.rules().depth);
        if depth > most {
            self.check(limits::check("json_depth", most, self.watch.depth()))?;
        }
        self.watch.enter(is_array);
        Ok(Self { depth, ..self })
    }

    fn check<T, E: de::Error>(self, result: crate::error::Result<T>) -> Result<T, E> {
        result.map_err(|error| self.watch.refuse(error))
    }
}

impl<'de, D: Deserializer<'de>, W: Watch> Deserializer<'de> for Strict<D, W> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(Inside(visitor, self.1.form(Form::Any)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(Inside(visitor, self.1.form(Form::Any)))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Inside(visitor, self.1.form(Form::Map)))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Inside(visitor, self.1.form(Form::Struct)))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(Inside(visitor, self.1.form(Form::Enum)))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    // What a type ignores is checked too.
    serde::forward_to_deserialize_any! {
        <V: Visitor<'de>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct identifier ignored_any
    }
}

/// A visitor, a seed or the elements of an array, and the place of the values.
struct Inside<T, W>(T, Place<W>);

impl<'de, V: Visitor<'de>, W: Watch> Visitor<'de> for Inside<V, W> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        self.0.visit_bool(value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.1.check(check_magnitude(value.unsigned_abs()))?;
        self.0.visit_i64(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.1.check(check_magnitude(value))?;
        self.0.visit_u64(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        match self.1.check(self.1.watch.float(value))? {
            Number::Float(value) => self.0.visit_f64(value),
            Number::Zero => self.0.visit_u64(0),
        }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<V::Value, E> {
        self.1.check(self.1.watch.rules().check_length(value.len()))?;
        if self.1.form == Form::Enum {
            return self.0.visit_enum(StrDeserializer::new(value));
        }
        self.0.visit_str(value)
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Strict(source, self.1))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        if matches!(self.1.form, Form::Struct | Form::Map) {
            return Err(A::Error::invalid_type(Unexpected::Seq, &"an object"));
        }
        let value = self.0.visit_seq(Inside(elements, self.1.enter(true)?))?;
        self.1.watch.leave();
        Ok(value)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        let names = (self.1.form != Form::Struct).then(BTreeSet::new);
        let mut members = Members { members, names, place: self.1.enter(false)? };
        let value = if self.1.form == Form::Enum {
            let value = self.0.visit_enum(MapAccessDeserializer::new(&mut members))?;
            if members.next_key::<IgnoredAny>()?.is_some() {
                members.place.watch.next();
                return Err(A::Error::invalid_type(Unexpected::Map, &"an object with one member"));
            }
            value
        } else {
            self.0.visit_map(members)?
        };
        self.1.watch.leave();
        Ok(value)
    }
}

impl<'de, S: DeserializeSeed<'de>, W: Watch> DeserializeSeed<'de> for Inside<S, W> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<S::Value, D::Error> {
        self.1.watch.value();
        self.0.deserialize(Strict(source, self.1))
    }
}

impl<'de, A: SeqAccess<'de>, W: Watch> SeqAccess<'de> for Inside<A, W> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.1.watch.next();
        self.0.next_element_seed(Inside(seed, self.1))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

/// The members of an object.
struct Members<'de, A, W> {
    members: A,
    /// The names so far, where the type does not compare them.
    names: Option<BTreeSet<Cow<'de, str>>>,
    place: Place<W>,
}

impl<'de, A: MapAccess<'de>, W: Watch> MapAccess<'de> for Members<'de, A, W> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.place.watch.next();
        self.members.next_key_seed(Name { seed, names: self.names.as_mut(), place: self.place })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.members.next_value_seed(Inside(seed, self.place))
    }

    fn size_hint(&self) -> Option<usize> {
        self.members.size_hint()
    }
}

/// The seed of a name, which is text in every object.
struct Name<'n, 'de, S, W> {
    seed: S,
    names: Option<&'n mut BTreeSet<Cow<'de, str>>>,
    place: Place<W>,
}

impl<'de, S, W: Watch> Name<'_, 'de, S, W> {
    /// Refuses a name that is too long or comes again; `keep` returns it for the set of names.
    fn check<'a>(&mut self, name: &'a str, keep: fn(&'a str) -> Cow<'de, str>) -> crate::error::Result<()> {
        let watch = self.place.watch;
        watch.rules().check_length(name.len())?;
        watch.member(name);
        if self.names.as_mut().is_none_or(|names| names.insert(keep(name))) {
            return Ok(());
        }
        Err(Error::new(Cause::JsonDuplicateKey, "a name occurs twice in one object"))
    }
}

impl<'de, S: DeserializeSeed<'de>, W: Watch> DeserializeSeed<'de> for Name<'_, 'de, S, W> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<S::Value, D::Error> {
        source.deserialize_str(self)
    }
}

impl<'de, S: DeserializeSeed<'de>, W: Watch> Visitor<'de> for Name<'_, 'de, S, W> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: de::Error>(mut self, name: &str) -> Result<S::Value, E> {
        self.place.check(self.check(name, |name| Cow::Owned(name.to_owned())))?;
        self.seed.deserialize(StrDeserializer::new(name))
    }

    fn visit_borrowed_str<E: de::Error>(mut self, name: &'de str) -> Result<S::Value, E> {
        self.place.check(self.check(name, Cow::Borrowed))?;
        self.seed.deserialize(BorrowedStrDeserializer::new(name))
    }
}
