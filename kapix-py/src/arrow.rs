//! Columns that Python libraries own, borrowed for one call, and result columns as numpy sees them.
//!
//! This is the only file with unsafe code. Foreign memory is trusted as far as its format promises (Arrow C Data
//! Interface, "Structure definitions" and "Memory management"; Arrow Columnar Format, "Physical Memory Layout"): a
//! buffer has the length that the array's length, offset and type imply, and nobody writes to it while it is
//! borrowed.
//!
//! numpy's C interface is asked for only where numpy is imported already, since the crate panics without it.

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::ArrayStreamReader;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, new_empty_array};
use kapix_core::{Cause, Column, Error, Result, Validity, Values};
use numpy::ndarray::ArrayView1;
use numpy::{Element, PyArray1, PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};
use std::fmt::Display;

/// Name, values, and categories where the values are codes.
pub(crate) type Given<'py> = (String, Bound<'py, PyAny>, Option<Vec<String>>);

/// One column as Python gave it.
pub(crate) struct Imported<'a, 'py> {
    name: &'a str,
    categories: Option<&'a [String]>,
    source: Source<'py>,
}

enum Source<'py> {
    Arrow(ArrayRef),
    Floats(PyReadonlyArray1<'py, f64>),
    Integers(PyReadonlyArray1<'py, i64>),
    Codes(PyReadonlyArray1<'py, i32>),
    /// A list, copied.
    Numbers(Vec<f64>),
    /// A list of codes, copied.
    Labels(Vec<i32>),
}

impl<'a, 'py> Imported<'a, 'py> {
    /// Borrows a numpy array or a stream of Arrow, or copies a list; with categories it holds codes.
    pub(crate) fn new((name, object, categories): &'a Given<'py>) -> PyResult<Self> {
        let source = if let Ok(list) = object.cast::<PyList>() {
            match categories {
                Some(_) => Source::Labels(list.extract()?),
                None => Source::Numbers(list.extract()?),
            }
        } else if object.hasattr("__arrow_c_stream__")? {
            Source::Arrow(read_stream(&object.call_method0("__arrow_c_stream__")?)?)
        } else {
            read_numpy(object)?
        };
        Ok(Self { name, categories: categories.as_deref(), source })
    }

    /// Returns name and column for a frame.
    pub(crate) fn column(&self) -> Result<(String, Column<'_>)> {
        let categories = || self.categories.unwrap_or_default().iter().map(String::as_str).collect();
        let coded = |codes| Values::Dictionary { codes, categories: categories() };
        let (values, validity) = match &self.source {
            Source::Floats(it) => (Values::Float(it.as_array()), None),
            Source::Integers(it) => (Values::Integer(it.as_array()), None),
            Source::Codes(it) => (coded(it.as_array()), None),
            Source::Numbers(it) => (Values::Float(ArrayView1::from(it)), None),
            Source::Labels(it) => (coded(ArrayView1::from(it)), None),
            Source::Arrow(array) => {
                let floats = || numbers::<Float64Type>(array).map(Values::Float);
                let integers = || numbers::<Int64Type>(array).map(Values::Integer);
                let codes = || numbers::<Int32Type>(array).map(coded);
                let validity = array.nulls().map(|it| Validity { bits: it.validity(), offset: it.offset() });
                (floats().or_else(integers).or_else(codes).ok_or_else(wrong_type)?, validity)
            }
        };
        if self.categories.is_some() != matches!(values, Values::Dictionary { .. }) {
            return Err(wrong_type());
        }
        Ok((self.name.to_owned(), Column { values, validity }))
    }
}

/// Returns where the values of each column lie: by this the tests see that they are borrowed.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "an extracted argument is a value")]
pub(crate) fn addresses(columns: Vec<Given<'_>>) -> PyResult<Vec<usize>> {
    let mut places = Vec::new();
    for given in &columns {
        let imported = Imported::new(given)?;
        let (_, column) = imported.column().map_err(|error| PyTypeError::new_err(error.message))?;
        places.push(match column.values {
            Values::Float(values) => values.as_ptr().addr(),
            Values::Integer(values) => values.as_ptr().addr(),
            Values::Dictionary { codes, .. } => codes.as_ptr().addr(),
        });
    }
    Ok(places)
}

/// Returns the rows of a stream that comes in one chunk.
fn read_stream(capsule: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let broken = |why: &dyn Display| PyTypeError::new_err(format!("the Arrow stream is not readable: {why}"));
    let place = capsule.cast::<PyCapsule>()?.pointer_checked(Some(c"arrow_array_stream"))?;
    // SAFETY: the name of the capsule says that it holds a stream, which is moved out and leaves a released one; the
    // interpreter is attached, so nobody else moves it at the same time.
    let stream = unsafe { ArrayStreamReader::from_raw(place.as_ptr().cast()) };
    let mut reader = stream.map_err(|error| broken(&error))?;
    let mut only = None;
    for chunk in reader.by_ref() {
        let chunk = chunk.map_err(|error| broken(&error))?;
        chunk.to_data().validate().map_err(|error| broken(&error))?;
        if !chunk.is_empty() && only.replace(chunk).is_some() {
            return Err(broken(&"it has several chunks; join them first"));
        }
    }
    Ok(only.unwrap_or_else(|| new_empty_array(arrow_array::ArrayReader::field(&reader).data_type())))
}

/// Borrows a one-dimensional numpy array.
fn read_numpy<'py>(array: &Bound<'py, PyAny>) -> PyResult<Source<'py>> {
    if !has_numpy(array.py())? {
        return Err(PyTypeError::new_err("a column must be a list, a numpy array or a stream of Arrow"));
    }
    if let Ok(array) = array.cast::<PyArray1<f64>>() {
        borrow(array).map(Source::Floats)
    } else if let Ok(array) = array.cast::<PyArray1<i64>>() {
        borrow(array).map(Source::Integers)
    } else if let Ok(array) = array.cast::<PyArray1<i32>>() {
        borrow(array).map(Source::Codes)
    } else {
        Err(PyTypeError::new_err("a numpy column must hold native float64, int64 or int32 in one dimension"))
    }
}

fn borrow<'py, T: Element>(array: &Bound<'py, PyArray1<T>>) -> PyResult<PyReadonlyArray1<'py, T>> {
    let is_whole = |bytes: &isize| usize::try_from(*bytes).is_ok_and(|it| it.is_multiple_of(size_of::<T>()));
    if !array.data().is_aligned() || !array.strides().iter().all(is_whole) {
        return Err(PyTypeError::new_err("a numpy column must be aligned and stand in whole strides"));
    }
    Ok(array.try_readonly()?)
}

/// Returns whether numpy is imported.
pub(crate) fn has_numpy(py: Python<'_>) -> PyResult<bool> {
    let modules = py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    Ok(modules.get_item("numpy")?.is_some_and(|module| !module.is_none()))
}

/// Returns the numbers of an array, which `owner` keeps, as a numpy array that cannot be written to.
pub(crate) fn numpy_view<'py, T: ArrowPrimitiveType<Native: Element>>(
    array: &ArrayRef,
    owner: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(values) = numbers::<T>(array) else { return Ok(None) };
    // SAFETY: nobody writes to an Arrow array or moves its numbers, and `owner` holds one for as long as it lives.
    let view = unsafe { PyArray1::borrow_from_array(&values, owner.clone()) };
    view.getattr("flags")?.setattr("writeable", false)?;
    Ok(Some(view.into_any()))
}

fn wrong_type() -> Error {
    Error::new(
        Cause::FrameColumnType,
        "a column must hold float64 or int64, or codes of 32 bits with categories",
    )
}

fn numbers<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<ArrayView1<'_, T::Native>> {
    array.as_primitive_opt::<T>().map(|it| ArrayView1::from(&**it.values()))
}
