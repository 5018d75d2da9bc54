//! Writes an answer as Python objects: structs as frozen records, sequences as tuples, maps as read-only mappings.

use core::fmt;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMappingProxy, PyString, PyTuple};
use serde::ser::{self, Impossible, Serialize, Serializer};

use crate::record::part;

/// Why an answer cannot be written: an error of the interpreter, such as a lack of memory.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failed(#[from] pub(crate) PyErr);

impl ser::Error for Failed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(pyo3::exceptions::PyTypeError::new_err(message.to_string()))
    }
}

type Result<T> = core::result::Result<T, Failed>;
type Object<'py> = Bound<'py, PyAny>;

/// Writes one value.
#[derive(Clone, Copy)]
struct Writer<'w, 'py> {
    py: Python<'py>,
    /// Whether the value is the answer itself, which is given as the dict of its fields.
    root: bool,
    /// The one field of the answer that is wanted.
    only: Option<&'w str>,
}

/// Returns the fields of an answer, or the one that is wanted where it is present.
pub(crate) fn fields<'py>(
    py: Python<'py>,
    answer: &impl Serialize,
    only: Option<&str>,
) -> PyResult<Bound<'py, PyDict>> {
    let fields = answer.serialize(Writer { py, root: true, only }).map_err(|failed| failed.0)?;
    Ok(fields.cast_into()?)
}

impl<'w, 'py> Writer<'w, 'py> {
    fn give<T: IntoPyObjectExt<'py>>(self, value: T) -> Result<Object<'py>> {
        Ok(value.into_bound_py_any(self.py)?)
    }

    fn entries(self, shape: Option<&'static str>) -> Entries<'w, 'py> {
        Entries { writer: self, dict: PyDict::new(self.py), key: None, shape }
    }
}

macro_rules! give {
    ($($name:ident: $type:ty,)+) => {
        $(fn $name(self, value: $type) -> Result<Object<'py>> { self.give(value) })+
    };
}

impl<'w, 'py> Serializer for Writer<'w, 'py> {
    type Ok = Object<'py>;
    type Error = Failed;
    type SerializeSeq = Sequence<'py>;
    type SerializeTuple = Sequence<'py>;
    type SerializeTupleStruct = Sequence<'py>;
    type SerializeTupleVariant = Impossible<Object<'py>, Failed>;
    type SerializeMap = Entries<'w, 'py>;
    type SerializeStruct = Entries<'w, 'py>;
    type SerializeStructVariant = Impossible<Object<'py>, Failed>;

    give! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
    }

    fn serialize_none(self) -> Result<Object<'py>> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Object<'py>> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Object<'py>> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Object<'py>> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Object<'py>> {
        Ok(PyString::intern(self.py, variant).into_any())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Object<'py>> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Object<'py>> {
        let mut entries = self.entries(None);
        entries.put(&PyString::intern(self.py, variant).into_any(), value)?;
        entries.finish()
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Sequence<'py>> {
        Ok(Sequence { py: self.py, items: Vec::with_capacity(length.unwrap_or_default()) })
    }

    fn serialize_tuple(self, length: usize) -> Result<Sequence<'py>> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Sequence<'py>> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Err(ser::Error::custom("no answer holds a tuple variant"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'w, 'py>> {
        Ok(self.entries(None))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Entries<'w, 'py>> {
        Ok(self.entries(Some(name)))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant> {
        Err(ser::Error::custom("no answer holds a struct variant"))
    }
}

/// The items of a sequence.
struct Sequence<'py> {
    py: Python<'py>,
    items: Vec<Object<'py>>,
}

impl<'py> Sequence<'py> {
    fn put<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.items.push(value.serialize(Writer { py: self.py, root: false, only: None })?);
        Ok(())
    }

    fn finish(self) -> Result<Object<'py>> {
        Ok(PyTuple::new(self.py, self.items)?.into_any())
    }
}

/// The fields of a struct or the members of a map.
struct Entries<'w, 'py> {
    writer: Writer<'w, 'py>,
    dict: Bound<'py, PyDict>,
    key: Option<Object<'py>>,
    shape: Option<&'static str>,
}

impl<'py> Entries<'_, 'py> {
    fn put<T: Serialize + ?Sized>(&mut self, key: &Object<'py>, value: &T) -> Result<()> {
        let value = value.serialize(Writer { py: self.writer.py, root: false, only: None })?;
        Ok(self.dict.set_item(key, value)?)
    }

    fn finish(self) -> Result<Object<'py>> {
        match self.shape {
            _ if self.writer.root => Ok(self.dict.into_any()),
            Some(shape) => Ok(part(self.dict, shape)?),
            None => Ok(PyMappingProxy::new(self.writer.py, self.dict.as_mapping()).into_any()),
        }
    }
}

macro_rules! sequences {
    ($($kind:ident: $put:ident,)+) => {
        $(impl<'py> ser::$kind for Sequence<'py> {
            type Ok = Object<'py>;
            type Error = Failed;

            fn $put<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.put(value)
            }

            fn end(self) -> Result<Object<'py>> {
                self.finish()
            }
        })+
    };
}

sequences! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
}

impl<'py> ser::SerializeStruct for Entries<'_, 'py> {
    type Ok = Object<'py>;
    type Error = Failed;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        if self.writer.only.is_some_and(|only| only != name) {
            return Ok(());
        }
        self.put(&PyString::intern(self.writer.py, name).into_any(), value)
    }

    fn end(self) -> Result<Object<'py>> {
        self.finish()
    }
}

impl<'py> ser::SerializeMap for Entries<'_, 'py> {
    type Ok = Object<'py>;
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key = Some(key.serialize(Writer { py: self.writer.py, root: false, only: None })?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let key = self.key.take().ok_or_else(|| <Failed as ser::Error>::custom("a value has no key"))?;
        self.put(&key, value)
    }

    fn end(self) -> Result<Object<'py>> {
        self.finish()
    }
}
