//! Answers, whose fields become Python objects when they are read: a struct or a map becomes a dict, a sequence a tuple.

use crate::columns::Batch;
use crate::desk::raise;
use kapix_core::{Answer as Answered, JsonValue, Response, frame::ResultColumns};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use pythonize::{PythonizeError, PythonizeTypes, PythonizeUnnamedMappingAdapter, Pythonizer};
use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeMap, SerializeStruct, Serializer};

/// What an operation answered, with its result columns.
#[pyclass(frozen, module = "kapix._kapix")]
pub(crate) struct Answer {
    answer: Answered,
    batch: Option<Py<Batch>>,
}

impl Answer {
    pub(crate) fn new(py: Python<'_>, answer: Answered, columns: Option<ResultColumns>) -> PyResult<Self> {
        Ok(Self { answer, batch: Batch::new(py, columns.unwrap_or_default())? })
    }

    /// Hands the fields, or the only one that is wanted, to `take`.
    fn read<'py>(&self, py: Python<'py>, only: Option<&str>, take: &mut Take<'_, 'py>) -> PyResult<()> {
        if let Response::Stored(JsonValue::Object(members)) = &*self.answer.response {
            for (name, value) in members.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
                take(name, value.serialize(Pythonizer::custom::<Plain>(py))?)?;
            }
            return Ok(());
        }
        self.answer.response.serialize(Pick { py, only, take })?;
        if let Some(envelope) = &self.answer.envelope {
            envelope.serialize(Pick { py, only, take })?;
        }
        Ok(())
    }
}

#[pymethods]
impl Answer {
    /// Returns one field, or None where the answer does not have it.
    fn field<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut found = None;
        self.read(py, Some(name), &mut |_, value| {
            found = Some(value);
            Ok(())
        })?;
        Ok(found)
    }

    /// Returns every field.
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let fields = PyDict::new(py);
        self.read(py, None, &mut |name, value| fields.set_item(PyString::intern(py, name), value))?;
        Ok(fields)
    }

    /// Returns the answer in canonical JSON.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let text = self.answer.to_json().map_err(|error| raise(py, &error))?;
        Ok(PyBytes::new(py, &text))
    }

    /// The result columns; None for an operation that has none.
    #[getter]
    fn batch(&self, py: Python<'_>) -> Option<Py<Batch>> {
        self.batch.as_ref().map(|batch| batch.clone_ref(py))
    }
}

/// What nested values become.
struct Plain;

impl PythonizeTypes for Plain {
    type Map = PyDict;
    type NamedMap = PythonizeUnnamedMappingAdapter<PyDict>;
    type List = PyTuple;
}

type Result<T> = core::result::Result<T, PythonizeError>;
type Never = Impossible<(), PythonizeError>;

/// Takes a field.
type Take<'t, 'py> = dyn FnMut(&str, Bound<'py, PyAny>) -> PyResult<()> + 't;

/// Makes Python objects of the fields of a struct, or of the one that is wanted. Nothing but a struct is an answer.
struct Pick<'p, 't, 'py> {
    py: Python<'py>,
    only: Option<&'p str>,
    take: &'p mut Take<'t, 'py>,
}

fn no_struct<T>() -> Result<T> {
    Err(PythonizeError::custom("an answer is a struct"))
}

macro_rules! no_struct {
    ($($name:ident($($given:ty),*) -> $made:ty;)+) => {
        $(fn $name(self, $(_: $given),*) -> Result<$made> { no_struct() })+
    };
}

impl<'p, 't, 'py> Serializer for Pick<'p, 't, 'py> {
    type Ok = ();
    type Error = PythonizeError;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Pick<'p, 't, 'py>;
    type SerializeStruct = Pick<'p, 't, 'py>;
    type SerializeStructVariant = Never;

    no_struct! {
        serialize_bool(bool) -> (); serialize_char(char) -> (); serialize_str(&str) -> (); serialize_bytes(&[u8]) -> ();
        serialize_i8(i8) -> (); serialize_i16(i16) -> (); serialize_i32(i32) -> (); serialize_i64(i64) -> ();
        serialize_u8(u8) -> (); serialize_u16(u16) -> (); serialize_u32(u32) -> (); serialize_u64(u64) -> ();
        serialize_f32(f32) -> (); serialize_f64(f64) -> (); serialize_none() -> (); serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> (); serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Never; serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self> {
        Ok(self)
    }
}

impl SerializeStruct for Pick<'_, '_, '_> {
    type Ok = ();
    type Error = PythonizeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        if self.only.is_none_or(|only| only == name) {
            (self.take)(name, value.serialize(Pythonizer::custom::<Plain>(self.py))?)?;
        }
        Ok(())
    }

    fn end(self) -> Result<()> {
        Ok(())
    }
}

/// An answer that holds another one flat is a map of both.
impl SerializeMap for Pick<'_, '_, '_> {
    type Ok = ();
    type Error = PythonizeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<()> {
        no_struct()
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<()> {
        no_struct()
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<()> {
        let name = key.serialize(Pythonizer::custom::<Plain>(self.py))?;
        let name: String = name.extract().or_else(|_| no_struct())?;
        if self.only.is_none_or(|only| only == name) {
            (self.take)(&name, value.serialize(Pythonizer::custom::<Plain>(self.py))?)?;
        }
        Ok(())
    }

    fn end(self) -> Result<()> {
        Ok(())
    }
}
