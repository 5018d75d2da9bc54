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

use super::number::{check_magnitude, whole};
use super::reading::{Reading, Step};
use super::shape::Fault;
use core::fmt;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

/// Whatever takes part in a reading: a deserializer that makes every check of the wire, a seed, or the elements of an
/// array.
pub(super) struct Strict<'r, T, const FIRST: bool>(pub(super) T, pub(super) &'r Reading<'r, FIRST>);

/// A visitor, and what the value must be.
struct Inside<'r, V, const FIRST: bool>(V, Form, &'r Reading<'r, FIRST>);

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Any,
    /// An object whose names are known to the type, which finds a name that comes twice.
    Struct,
    /// An object.
    Map,
    /// A string, or an object of one member.
    Enum,
    /// A document: a string as long as a request, or any other value.
    Document,
}

type Text = &'static str;

impl<'de, D: Deserializer<'de>, const FIRST: bool> Strict<'_, D, FIRST> {
    fn read<V: Visitor<'de>>(self, visitor: V, form: Form) -> Result<V::Value, Fault> {
        self.0.deserialize_any(Inside(visitor, form, self.1)).map_err(|error| self.1.broken(error))
    }
}

impl<'de, D: Deserializer<'de>, const FIRST: bool> Deserializer<'de> for Strict<'_, D, FIRST> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.read(visitor, Form::Any)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let visitor = Inside(visitor, Form::Any, self.1);
        self.0.deserialize_option(visitor).map_err(|error| self.1.broken(error))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.read(visitor, Form::Map)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: Text, _: &[Text], visitor: V) -> Result<V::Value, Fault> {
        self.read(visitor, Form::Struct)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: Text, _: &[Text], visitor: V) -> Result<V::Value, Fault> {
        self.read(visitor, Form::Enum)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.read(visitor, Form::Document)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: Text, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    // What a type ignores is checked too.
    serde::forward_to_deserialize_any! {
        <V: Visitor<'de>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes unit unit_struct seq
        tuple tuple_struct identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>, const FIRST: bool> Inside<'_, V, FIRST> {
    fn elements<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, Fault> {
        let Self(visitor, form, reading) = self;
        if matches!(form, Form::Struct | Form::Map) {
            return Err(Fault::invalid_type(Unexpected::Seq, &"an object"));
        }
        reading.step(Step::Enter)?;
        let mut elements = Strict(elements, reading);
        let value = visitor.visit_seq(&mut elements)?;
        if elements.next_element::<IgnoredAny>()?.is_some() {
            reading.step(Step::Next)?;
            return Err(Fault::custom("the array has more elements than expected"));
        }
        reading.step(Step::Leave)?;
        Ok(value)
    }

    fn members<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, Fault> {
        let Self(visitor, form, reading) = self;
        reading.step(Step::Enter)?;
        let names = || Names { text: String::with_capacity(512), ends: Vec::with_capacity(32) };
        let names = matches!(form, Form::Any | Form::Map | Form::Document).then(names);
        let mut members = Members { rest: members, names, reading };
        let value = match form {
            Form::Enum => visitor.visit_enum(MapAccessDeserializer::new(&mut members))?,
            _ => visitor.visit_map(&mut members)?,
        };
        if form == Form::Enum && members.next_key::<IgnoredAny>()?.is_some() {
            reading.step(Step::Next)?;
            return Err(Fault::invalid_type(Unexpected::Map, &"an object with one member"));
        }
        if members.names.is_some_and(Names::repeat) {
            return Err(Fault::name_twice());
        }
        reading.step(Step::Leave)?;
        Ok(value)
    }
}

impl<'de, V: Visitor<'de>, const FIRST: bool> Visitor<'de> for Inside<'_, V, FIRST> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        self.2.keep(self.0.visit_bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.2.keep(check_magnitude(value.unsigned_abs()).map_err(Fault::from))?;
        self.2.keep(self.0.visit_i64(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.2.keep(check_magnitude(value).map_err(Fault::from))?;
        self.2.keep(self.0.visit_u64(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        // A whole number is an integer however it is written: `100.0` and `1e2` are 100.
        match self.2.keep(self.2.float(value))?.map_or(Ok(0), |value| whole(value).ok_or(value)) {
            Ok(value) => self.2.keep(self.0.visit_i64(value)),
            Err(value) => self.2.keep(self.0.visit_f64(value)),
        }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<V::Value, E> {
        let is_document = self.1 == Form::Document;
        let step = if is_document { Step::Document(value.len()) } else { Step::Text(value.len()) };
        self.2.keep(self.2.step(step))?;
        self.2.keep(match self.1 {
            Form::Enum => self.0.visit_enum(StrDeserializer::new(value)),
            _ => self.0.visit_str(value),
        })
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.2.keep(self.0.visit_none())
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.2.keep(self.0.visit_unit())
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> Result<V::Value, D::Error> {
        self.2.keep(self.0.visit_some(Strict(source, self.2)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        self.2.keep(self.elements(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.2.keep(self.members(members))
    }
}

impl<'de, S: DeserializeSeed<'de>, const FIRST: bool> DeserializeSeed<'de> for Strict<'_, S, FIRST> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<S::Value, D::Error> {
        self.1.keep(self.1.step(Step::Value))?;
        self.1.keep(self.0.deserialize(Strict(source, self.1)))
    }
}

impl<'de, A: SeqAccess<'de>, const FIRST: bool> SeqAccess<'de> for Strict<'_, A, FIRST> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.1.step(Step::Next)?;
        self.0.next_element_seed(Strict(seed, self.1)).map_err(|error| self.1.broken(error))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

/// The members of an object.
struct Members<'r, A, const FIRST: bool> {
    rest: A,
    /// The names so far, where the type does not compare them.
    names: Option<Names>,
    reading: &'r Reading<'r, FIRST>,
}

impl<'de, A: MapAccess<'de>, const FIRST: bool> MapAccess<'de> for Members<'_, A, FIRST> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.reading.step(Step::Next)?;
        let name = Name { seed, names: self.names.as_mut(), reading: self.reading };
        self.rest.next_key_seed(name).map_err(|error| self.reading.broken(error))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let value = self.rest.next_value_seed(Strict(seed, self.reading));
        value.map_err(|error| self.reading.broken(error))
    }
}

/// The seed of a name, which is text in every object.
struct Name<'n, S, const FIRST: bool> {
    seed: S,
    names: Option<&'n mut Names>,
    reading: &'n Reading<'n, FIRST>,
}

impl<'de, S: DeserializeSeed<'de>, const FIRST: bool> DeserializeSeed<'de> for Name<'_, S, FIRST> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<S::Value, D::Error> {
        source.deserialize_str(self)
    }
}

impl<'de, S: DeserializeSeed<'de>, const FIRST: bool> Visitor<'de> for Name<'_, S, FIRST> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<S::Value, E> {
        self.reading.keep(self.reading.step(Step::Name(name)))?;
        self.names.into_iter().for_each(|names| names.push(name));
        self.reading.keep(self.seed.deserialize(StrDeserializer::new(name)))
    }
}

/// Names in a row, compared once all are there.
struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    /// Returns whether two of the names are equal.
    fn repeat(self) -> bool {
        let mut start = 0;
        let cut = |end: usize| self.text.get(core::mem::replace(&mut start, end)..end);
        let mut names: Vec<_> = self.ends.iter().copied().map(cut).collect();
        names.sort_unstable();
        names.iter().zip(names.iter().skip(1)).any(|(name, next)| name == next)
    }
}
