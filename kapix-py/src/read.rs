//! Reads a request from Python objects without JSON between them.
//!
//! Only objects that the interpreter stores itself are read here (dict, list, tuple, str, int, float, bool, None and
//! their subclasses, by their stored value), so no code of the caller runs while a dict is walked. Anything else, and
//! anything that the JSON door would refuse, is refused: the caller then writes the objects as JSON text and
//! the core reads that, which gives the value or the error that every language gives.

use core::cell::Cell;
use kapix_core::Limits;
use pyo3::prelude::*;
use pyo3::types::dict::BoundDictIterator;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde::de::value::Error;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::borrow::Cow;

/// Deepest nesting; the JSON door's own bound.
const DEPTH_MAX: u64 = 127;

/// Says that the objects must be read as JSON.
fn unreadable<T>(_: T) -> Error {
    de::Error::custom("unreadable")
}

type Result<T> = core::result::Result<T, Error>;

/// What is left of the limits of a request.
pub(crate) struct Budget {
    string_bytes: u64,
    /// A lower bound of what the request takes as JSON; beyond it the JSON door refuses.
    bytes: Cell<u64>,
}

/// How deep objects may still lie, and what they may take.
#[derive(Clone, Copy)]
struct Room<'r> {
    depth: u64,
    budget: &'r Budget,
}

/// A Python object and the room that it has.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'r, 'py> {
    value: &'r Bound<'py, PyAny>,
    room: Room<'r>,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { string_bytes: limits.string_bytes, bytes: Cell::new(limits.request_bytes) }
    }

    fn take(&self, bytes: usize) -> Result<()> {
        let bytes = u64::try_from(bytes).map_err(unreadable)?;
        self.bytes.set(self.bytes.get().checked_sub(bytes).ok_or_else(|| unreadable(()))?);
        Ok(())
    }

    fn text<'a>(&self, text: &'a Bound<'_, PyString>) -> Result<Cow<'a, str>> {
        let text = text.to_cow().map_err(unreadable)?;
        if u64::try_from(text.len()).map_err(unreadable)? > self.string_bytes {
            return Err(unreadable(()));
        }
        self.take(text.len() + 2)?;
        Ok(text)
    }
}

impl Room<'_> {
    fn inside(self) -> Result<Self> {
        self.budget.take(2)?;
        Ok(Self { depth: self.depth.checked_sub(1).ok_or_else(|| unreadable(()))?, ..self })
    }
}

impl<'r, 'py> Reader<'r, 'py> {
    pub(crate) fn new(value: &'r Bound<'py, PyAny>, limits: &Limits, budget: &'r Budget) -> Self {
        Self { value, room: Room { depth: limits.json_depth.min(DEPTH_MAX), budget } }
    }

    fn text<'de, V: Visitor<'de>>(self, text: &Bound<'py, PyString>, visitor: V) -> Result<V::Value> {
        match self.room.budget.text(text)? {
            Cow::Borrowed(text) => visitor.visit_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn number<'de, V: Visitor<'de>>(self, number: &Bound<'py, PyFloat>, visitor: V) -> Result<V::Value> {
        self.room.budget.take(1)?;
        let number = Some(number.value()).filter(|it| it.is_finite());
        visitor.visit_f64(number.ok_or_else(|| unreadable(()))?)
    }
}

impl<'de> Deserializer<'de> for Reader<'_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Self { value, room } = self;
        // The exact classes come first: to compare a class is cheaper than to ask for its flags.
        if let Ok(number) = value.cast_exact::<PyFloat>() {
            return self.number(number, visitor);
        }
        if let Ok(text) = value.cast::<PyString>() {
            return self.text(text, visitor);
        }
        if value.is_none() {
            return visitor.visit_unit();
        }
        if let Ok(flag) = value.cast_exact::<PyBool>() {
            return visitor.visit_bool(flag.is_true());
        }
        if let Ok(number) = value.cast::<PyInt>() {
            room.budget.take(1)?;
            return visitor.visit_i64(number.extract().map_err(unreadable)?);
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            return visitor.visit_map(Members { entries: dict.iter(), value: None, room: room.inside()? });
        }
        if let Ok(list) = value.cast::<PyList>() {
            return visitor.visit_seq(Items { items: list.iter(), room: room.inside()? });
        }
        if let Ok(tuple) = value.cast::<PyTuple>() {
            return visitor.visit_seq(Items { items: tuple.iter(), room: room.inside()? });
        }
        self.number(value.cast::<PyFloat>().map_err(unreadable)?, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.value.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// Structs are read as maps; a list is none.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.value.is_instance_of::<PyList>() || self.value.is_instance_of::<PyTuple>() {
            return Err(unreadable(()));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let text = self.value.cast::<PyString>().map_err(unreadable)?;
        visitor.visit_enum(self.room.budget.text(text)?.into_deserializer())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct struct identifier ignored_any
    }
}

/// The members of a dict.
struct Members<'r, 'py> {
    entries: BoundDictIterator<'py>,
    value: Option<Bound<'py, PyAny>>,
    room: Room<'r>,
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        if !key.is_instance_of::<PyString>() {
            return Err(unreadable(()));
        }
        seed.deserialize(Reader { value: &key, room: self.room }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let value = self.value.take().ok_or_else(|| unreadable(()))?;
        seed.deserialize(Reader { value: &value, room: self.room })
    }
}

/// The items of a list or tuple.
struct Items<'r, I> {
    items: I,
    room: Room<'r>,
}

impl<'de, 'py, I: Iterator<Item = Bound<'py, PyAny>>> SeqAccess<'de> for Items<'_, I> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(item) = self.items.next() else { return Ok(None) };
        seed.deserialize(Reader { value: &item, room: self.room }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        self.items.size_hint().1
    }
}
