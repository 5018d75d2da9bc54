//! A deserializer over one value of a [`Tape`]. It gives serde what serde_json gives it, and says of each error
//! which value it belongs to.

use super::access::{Elements, EnumParts, Members};
use super::literal::{self, INTEGER_MAX};
use super::shape::ShapeError;
use super::tape::{Kind, Tape};
use crate::error::Cause;
use serde::de::{Deserialize, Deserializer, Error as _, Unexpected, Visitor};
use std::borrow::Cow;

pub(super) type Outcome<T> = Result<T, ShapeError>;

/// A value to be deserialized.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t, 'a> {
    pub(super) tape: &'t Tape<'a>,
    pub(super) node: u32,
}

impl<'a> Tape<'a> {
    /// Returns `T` read from the whole document, or the first place where the document has another shape.
    pub(crate) fn deserialize<T: Deserialize<'a>>(&self) -> crate::error::Result<T> {
        T::deserialize(Cursor { tape: self, node: 0 }).map_err(|error| error.into_error(self))
    }
}

impl<'a> Cursor<'_, 'a> {
    fn visit<V: Visitor<'a>>(self, visitor: V) -> Outcome<V::Value> {
        let node = self.tape.node(self.node);
        match node.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::False => visitor.visit_bool(false),
            Kind::True => visitor.visit_bool(true),
            Kind::Integer => match literal::integer(self.tape.raw(node)) {
                Some(value) => match u64::try_from(value) {
                    Ok(value) => visitor.visit_u64(value),
                    Err(_) => visitor.visit_i64(value),
                },
                None => Err(wide_integer(self.tape.raw(node))),
            },
            Kind::Float => match self.tape.raw(node).parse::<f64>() {
                Ok(value) if value.is_finite() => visitor.visit_f64(value),
                _ => Err(ShapeError::new(
                    Cause::JsonNumber,
                    "a number must lie within the range of a 64-bit float",
                )),
            },
            Kind::Text => match self.tape.string(node) {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            Kind::Array => {
                let mut elements = Elements::new(self.tape, self.node);
                let value = visitor.visit_seq(&mut elements)?;
                elements.finish()?;
                Ok(value)
            }
            Kind::Object => {
                let mut members = Members::new(self.tape, self.node);
                let value = visitor.visit_map(&mut members)?;
                members.finish()?;
                Ok(value)
            }
        }
    }

    fn is_null(self) -> bool {
        self.tape.node(self.node).kind == Kind::Null
    }
}

/// Returns the kind of a value as serde names it; the values in it are never shown.
fn unexpected(kind: Kind) -> Unexpected<'static> {
    match kind {
        Kind::Null => Unexpected::Unit,
        Kind::False => Unexpected::Bool(false),
        Kind::True => Unexpected::Bool(true),
        Kind::Integer => Unexpected::Signed(0),
        Kind::Float => Unexpected::Float(0.0),
        Kind::Text => Unexpected::Other("a string"),
        Kind::Array => Unexpected::Seq,
        Kind::Object => Unexpected::Map,
    }
}

fn wide_integer(raw: &str) -> ShapeError {
    let digits = raw.trim_start_matches('-').len();
    let message =
        format!("an integer must be within +-(2^53 - 1), `{INTEGER_MAX}`; got an integer of {digits} digits");
    ShapeError::new(Cause::JsonInteger, message)
}

macro_rules! any {
    ($($method:ident)+) => { $(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Outcome<V::Value> {
            self.deserialize_any(visitor)
        }
    )+ };
}

impl<'a> Deserializer<'a> for Cursor<'_, 'a> {
    type Error = ShapeError;

    any! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_unit deserialize_seq deserialize_map deserialize_identifier
    }

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Outcome<V::Value> {
        self.visit(visitor).map_err(|error| error.locate(self.node))
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Outcome<V::Value> {
        let value = if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) };
        value.map_err(|error: ShapeError| error.locate(self.node))
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Outcome<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Outcome<V::Value> {
        visitor.visit_newtype_struct(self).map_err(|error: ShapeError| error.locate(self.node))
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, _: usize, visitor: V) -> Outcome<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Outcome<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Outcome<V::Value> {
        if self.tape.node(self.node).kind == Kind::Array {
            // A derived struct would take the elements as its fields, in the order of their declaration.
            let error = ShapeError::invalid_type(Unexpected::Seq, &"an object");
            return Err(error.locate(self.node));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Outcome<V::Value> {
        let node = self.tape.node(self.node);
        let value = match node.kind {
            Kind::Text => visitor.visit_enum(EnumParts::unit(self)),
            Kind::Object if self.tape.node(self.node + 2).next == node.next && node.next > self.node + 1 => {
                visitor.visit_enum(EnumParts::with_content(self))
            }
            Kind::Object => Err(ShapeError::invalid_value(Unexpected::Map, &"an object with one member")),
            kind => Err(ShapeError::invalid_type(unexpected(kind), &visitor)),
        };
        value.map_err(|error| error.locate(self.node))
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Outcome<V::Value> {
        visitor.visit_unit()
    }
}
