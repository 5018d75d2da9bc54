//! Reads a request from Python objects without JSON between them.
//!
//! Only objects that the interpreter stores itself are read here (dict, list, tuple, str, int, float, bool, None and
//! their subclasses, by their stored value), so no code of the caller runs while a dict is walked. The core makes the
//! checks of the wire. What is refused, here or there, the caller writes as JSON text, and the core reads that: it gives
//! the value or the error that every language gives.

use pyo3::prelude::*;
use pyo3::types::dict::BoundDictIterator;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde::de::value::Error;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// Says that the objects must be read as JSON.
fn unreadable<T>(_: T) -> Error {
    de::Error::custom("unreadable")
}

type Result<T> = core::result::Result<T, Error>;

/// A Python object.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'r, 'py>(pub(crate) &'r Bound<'py, PyAny>);

impl<'de> Deserializer<'de> for Reader<'_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Self(value) = self;
        // The exact classes come first: to compare a class is cheaper than to ask for its flags.
        if let Ok(number) = value.cast_exact::<PyFloat>() {
            return visitor.visit_f64(number.value());
        }
        if let Ok(text) = value.cast::<PyString>() {
            return visitor.visit_str(text.to_str().map_err(unreadable)?);
        }
        if value.is_none() {
            return visitor.visit_unit();
        }
        if let Ok(flag) = value.cast_exact::<PyBool>() {
            return visitor.visit_bool(flag.is_true());
        }
        if let Ok(number) = value.cast::<PyInt>() {
            return visitor.visit_i64(number.extract().map_err(unreadable)?);
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            return visitor.visit_map(Members { entries: dict.iter(), value: None });
        }
        if let Ok(list) = value.cast::<PyList>() {
            return visitor.visit_seq(Items(list.iter()));
        }
        if let Ok(tuple) = value.cast::<PyTuple>() {
            return visitor.visit_seq(Items(tuple.iter()));
        }
        visitor.visit_f64(value.cast::<PyFloat>().map_err(unreadable)?.value())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.0.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The members of a dict.
struct Members<'py> {
    entries: BoundDictIterator<'py>,
    value: Option<Bound<'py, PyAny>>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Reader(&key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let value = self.value.take().ok_or_else(|| unreadable(()))?;
        seed.deserialize(Reader(&value))
    }
}

/// The items of a list or tuple.
struct Items<I>(I);

impl<'de, 'py, I: Iterator<Item = Bound<'py, PyAny>>> SeqAccess<'de> for Items<I> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(item) = self.0.next() else { return Ok(None) };
        seed.deserialize(Reader(&item)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint().1
    }
}
