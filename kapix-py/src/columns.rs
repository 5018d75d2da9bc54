//! Result columns: Arrow arrays that the other libraries read where they lie.

use crate::arrow::{has_numpy, numpy_bytes};
use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, RecordBatch, RecordBatchIterator, StringArray};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use kapix_core::frame::ResultColumns;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyList, PyString, PyType};
use std::fmt::Display;

/// What Python makes a column of: the name of its type, its values, its validity, and the names of codes.
type Parts<'py> = (String, Bound<'py, PyAny>, Option<Bound<'py, PyBytes>>, Option<Vec<String>>);

/// The result columns of one call, by name.
#[pyclass(frozen, eq, module = "kapix._kapix")]
#[derive(PartialEq)]
pub(crate) struct Batch {
    columns: RecordBatch,
}

fn broken(why: impl Display) -> PyErr {
    PyValueError::new_err(format!("no result columns: {why}"))
}

/// Texts of a column that are at hand to be given again, 2^12: those of statements repeat.
const KEPT_BITS: u32 = 12;

/// Returns texts as a list, in which most equal ones are one object.
fn list<'py>(py: Python<'py>, texts: &StringArray) -> PyResult<Bound<'py, PyList>> {
    let mut kept: Vec<Option<(&str, Bound<'py, PyString>)>> = vec![None; 1 << KEPT_BITS];
    let object = |text: &'_ str| PyString::new(py, text);
    let objects = texts.iter().map(|text| {
        let text = text?;
        let Some(slot) = kept.get_mut(slot(text)) else { return Some(object(text)) };
        match slot {
            Some((own, known)) if *own == text => Some(known.clone()),
            _ => Some(slot.insert((text, object(text))).1.clone()),
        }
    });
    PyList::new(py, objects.collect::<Vec<_>>())
}

/// Returns the place of a text among those at hand, by its ends and its length.
fn slot(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29),
        _ => bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)),
    };
    let length = u64::try_from(bytes.len()).unwrap_or_default();
    // Fibonacci hashing: Knuth, The Art of Computer Programming, volume 3, section 6.4.
    let mixed = (ends ^ length).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> (u64::BITS - KEPT_BITS)).unwrap_or_default()
}

impl Batch {
    /// Returns a batch; `None` where the operation returns no columns.
    pub(crate) fn new(py: Python<'_>, columns: ResultColumns) -> PyResult<Option<Py<Self>>> {
        if columns.is_empty() {
            return Ok(None);
        }
        let columns = kapix_core::frame::arrow::struct_array(columns).map_err(broken)?.into();
        Py::new(py, Self { columns }).map(Some)
    }
}

#[pymethods]
impl Batch {
    /// Returns the columns that [`Self::__reduce__`] wrote.
    #[new]
    fn read(ipc: &[u8]) -> PyResult<Self> {
        let mut reader = StreamReader::try_new(ipc, None).map_err(broken)?;
        let columns = reader.next().ok_or_else(|| broken("the stream is empty"))?;
        Ok(Self { columns: columns.map_err(broken)? })
    }

    /// Returns what pickle keeps: the columns in Arrow's IPC format.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyType>, (Bound<'py, PyBytes>,))> {
        let columns = &slf.get().columns;
        let mut writer = StreamWriter::try_new(Vec::new(), &columns.schema()).map_err(broken)?;
        writer.write(columns).map_err(broken)?;
        let ipc = writer.into_inner().map_err(broken)?;
        Ok((slf.get_type(), (PyBytes::new(slf.py(), &ipc),)))
    }

    /// Returns the columns as a table of Arrow's PyCapsule protocol, without copying.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A producer may give its own types, whatever is asked for.
        drop(requested_schema);
        let rows = RecordBatchIterator::new([Ok(self.columns.clone())], self.columns.schema());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(rows)), c"arrow_array_stream")
    }

    /// Returns the names of the columns, in their order.
    fn names(&self) -> Vec<String> {
        self.columns.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Returns a column: its bytes as a numpy array on this memory where numpy is imported, else a copy; text as a list.
    fn parts<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Parts<'py>> {
        let (py, batch) = (slf.py(), slf.get());
        let array = batch.columns.column_by_name(name).ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        let valid = |bits: &arrow_array::BooleanArray| {
            bits.iter().map(|it| u8::from(it == Some(true))).collect::<Vec<u8>>()
        };
        let validity = array.nulls().map(|it| PyBytes::new(py, &valid(&it.inner().clone().into())));
        let coded = array.as_any_dictionary_opt();
        let names = coded.and_then(|it| it.values().as_string_opt::<i32>());
        let names = names.map(|it| it.iter().map(|name| name.unwrap_or_default().to_owned()).collect());
        let kind = coded.map_or(array.data_type(), |it| it.keys().data_type()).to_string();
        if let Some(texts) = array.as_string_opt::<i32>() {
            return Ok((kind, list(py, texts)?.into_any(), validity, None));
        }
        if let Some(bits) = array.as_boolean_opt() {
            return Ok((kind, PyBytes::new(py, &valid(bits)).into_any(), validity, None));
        }
        let data = coded.map_or_else(|| array.to_data(), |it| it.keys().to_data());
        let bytes = data.buffers().first().map_or(&[][..], |buffer| buffer.as_slice());
        let width = data.data_type().primitive_width().unwrap_or(1);
        let bytes = bytes.get(..data.len() * width).unwrap_or_default();
        let values = if has_numpy(py)? {
            numpy_bytes(bytes, slf.clone().into_any())?
        } else {
            PyBytes::new(py, bytes).into_any()
        };
        Ok((kind, values, validity, names))
    }
}
