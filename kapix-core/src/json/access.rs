//! What serde asks arrays, objects, names and enums for.

use super::cursor::{Cursor, Outcome};
use super::shape::ShapeError;
use super::tape::{Kind, Tape};
use crate::error::Cause;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};
use std::borrow::Cow;

/// The elements of an array that are still to come.
pub(super) struct Elements<'t, 'a> {
    rest: Cursor<'t, 'a>,
    end: u32,
    taken: usize,
}

impl<'t, 'a> Elements<'t, 'a> {
    pub(super) fn new(tape: &'t Tape<'a>, array: u32) -> Self {
        Self { rest: Cursor { tape, node: array + 1 }, end: tape.node(array).next, taken: 0 }
    }

    /// Refuses elements that nobody took.
    pub(super) fn finish(mut self) -> Outcome<()> {
        let wanted = self.taken;
        while self.rest.node < self.end {
            self.step();
        }
        if self.taken == wanted {
            return Ok(());
        }
        let message = format!("expected an array of {wanted} elements; got {} elements", self.taken);
        Err(ShapeError::new(Cause::JsonShape, message))
    }

    /// Goes to the next element and returns this one.
    fn step(&mut self) -> Cursor<'t, 'a> {
        let element = self.rest;
        self.rest.node = element.tape.node(element.node).next;
        self.taken += 1;
        element
    }
}

impl<'a> SeqAccess<'a> for &mut Elements<'_, 'a> {
    type Error = ShapeError;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Outcome<Option<T::Value>> {
        if self.rest.node >= self.end {
            return Ok(None);
        }
        let element = self.step();
        seed.deserialize(element).map(Some).map_err(|error| error.locate(element.node))
    }
}

/// The members of an object that are still to come.
pub(super) struct Members<'t, 'a> {
    /// The next name, or the value of the name given out last.
    rest: Cursor<'t, 'a>,
    end: u32,
}

impl<'t, 'a> Members<'t, 'a> {
    pub(super) fn new(tape: &'t Tape<'a>, object: u32) -> Self {
        Self { rest: Cursor { tape, node: object + 1 }, end: tape.node(object).next }
    }

    /// Refuses a member that nobody took.
    pub(super) fn finish(self) -> Outcome<()> {
        if self.rest.node >= self.end {
            return Ok(());
        }
        Err(ShapeError::new(Cause::JsonShape, "expected no further member").locate_member(self.rest.node))
    }
}

impl<'a> MapAccess<'a> for &mut Members<'_, 'a> {
    type Error = ShapeError;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Outcome<Option<K::Value>> {
        if self.rest.node >= self.end {
            return Ok(None);
        }
        let name = self.rest;
        self.rest.node += 1;
        seed.deserialize(Name(name)).map(Some).map_err(|error| error.locate_member(name.node))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Outcome<V::Value> {
        let value = self.rest;
        self.rest.node = value.tape.node(value.node).next;
        seed.deserialize(value).map_err(|error| error.locate(value.node))
    }
}

/// The name of a member, or of a variant: text that may stand for an integer where a map has such keys.
#[derive(Clone, Copy)]
struct Name<'t, 'a>(Cursor<'t, 'a>);

impl<'a> Name<'_, 'a> {
    fn text(self) -> Cow<'a, str> {
        self.0.tape.string(self.0.tape.node(self.0.node))
    }
}

macro_rules! integer_names {
    ($($method:ident: $visit:ident)+) => { $(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Outcome<V::Value> {
            match self.text().parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => self.deserialize_any(visitor),
            }
        }
    )+ };
}

impl<'a> Deserializer<'a> for Name<'_, 'a> {
    type Error = ShapeError;

    integer_names! {
        deserialize_i8: visit_i8 deserialize_i16: visit_i16 deserialize_i32: visit_i32 deserialize_i64: visit_i64
        deserialize_u8: visit_u8 deserialize_u16: visit_u16 deserialize_u32: visit_u32 deserialize_u64: visit_u64
    }

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Outcome<V::Value> {
        match self.text() {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Outcome<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Outcome<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Outcome<V::Value> {
        visitor.visit_enum(EnumParts { name: self, content: None })
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// A variant: its name, and its content unless it is text alone.
pub(super) struct EnumParts<'t, 'a> {
    name: Name<'t, 'a>,
    content: Option<Cursor<'t, 'a>>,
}

impl<'t, 'a> EnumParts<'t, 'a> {
    /// Returns the variant that a string names.
    pub(super) fn unit(text: Cursor<'t, 'a>) -> Self {
        Self { name: Name(text), content: None }
    }

    /// Returns the variant that an object of one member is.
    pub(super) fn with_content(object: Cursor<'t, 'a>) -> Self {
        let at = |node| Cursor { tape: object.tape, node };
        Self { name: Name(at(object.node + 1)), content: Some(at(object.node + 2)) }
    }

    /// Returns the content, or an error that says what the variant holds.
    fn content(self, expected: &str) -> Outcome<Cursor<'t, 'a>> {
        self.content.ok_or_else(|| {
            let got = self.name.text().len();
            let message =
                format!("expected an object whose member holds {expected}; got a string of {got} bytes");
            ShapeError::new(Cause::JsonShape, message)
        })
    }
}

impl<'a> EnumAccess<'a> for EnumParts<'_, 'a> {
    type Error = ShapeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Outcome<(V::Value, Self)> {
        let name = self.name;
        match seed.deserialize(name) {
            Ok(variant) => Ok((variant, self)),
            Err(error) => Err(error.locate(name.0.node)),
        }
    }
}

impl<'a> VariantAccess<'a> for EnumParts<'_, 'a> {
    type Error = ShapeError;

    fn unit_variant(self) -> Outcome<()> {
        match self.content {
            Some(content) if content.tape.node(content.node).kind != Kind::Null => {
                Err(ShapeError::invalid_value(Unexpected::Map, &"a string").locate(content.node))
            }
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Outcome<T::Value> {
        let content = self.content("a value")?;
        seed.deserialize(content).map_err(|error| error.locate(content.node))
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, visitor: V) -> Outcome<V::Value> {
        self.content("an array")?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'a>>(self, _: &'static [&'static str], visitor: V) -> Outcome<V::Value> {
        self.content("an object")?.deserialize_map(visitor)
    }
}
