//! Columns that Python libraries own, borrowed for one call, and result columns as numpy sees them.
//!
//! With `fork.rs` this is the only file with unsafe code. Foreign memory is trusted as far as its format promises (Arrow
//! C Data Interface, "Structure definitions" and "Memory management"; Arrow Columnar Format, "Physical Memory Layout"): a
//! buffer has the length that the array's length, offset and type imply, and nobody writes to it while it is
//! borrowed.
//!
//! numpy's C interface is asked for only where numpy is imported already, since the crate panics without it.

use crate::desk::{guard, raise};
use arrow_array::ffi::from_ffi;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, ArrayRef, make_array};
use kapix_arrow::{Foreign, chunks};
use kapix_core::error::escape_segment;
use kapix_core::frame::{Bitmap, Column, Slices, Truths, Values};
use kapix_core::{Cause, Error};
use numpy::ndarray::ArrayView1;
use numpy::{Element, PyArray1, PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyCapsule, PyDict, PyInt, PyList};
use std::fmt::Display;

/// Name and values; what the values are where it is not plain (`codes`, `booleans`, `dates` in days, `instants` in microseconds,
/// `unsigned` integers by their bits, `bytes`, or the name of a type that is not read); the categories of codes; and a bitmap of the rows with a value.
pub(crate) type Given<'py> =
    (String, Bound<'py, PyAny>, Option<String>, Option<Vec<String>>, Option<Vec<u8>>);

/// One column as Python gave it.
pub(crate) struct Imported<'a, 'py> {
    given: &'a Given<'py>,
    source: Source<'py>,
}

enum Source<'py> {
    Arrow(ArrayRef),
    Floats(PyReadonlyArray1<'py, f64>),
    Integers(PyReadonlyArray1<'py, i64>),
    Shorts(PyReadonlyArray1<'py, i32>),
    /// A list, copied.
    Numbers(Vec<f64>),
    /// A list of codes or days, copied.
    Codes(Vec<i32>),
    /// A list of instants, copied.
    Times(Vec<i64>),
    /// A list of bytes, borrowed.
    Bytes(Vec<PyBackedBytes>),
    Truths(Truths),
    /// A number of rows that are not read.
    Rows(usize),
}

impl<'a, 'py> Imported<'a, 'py> {
    /// Borrows a numpy array or a stream of Arrow, or copies a list.
    pub(crate) fn new(given: &'a Given<'py>) -> PyResult<Self> {
        let (name, object, kind, ..) = given;
        let source = if let Ok(list) = object.cast::<PyList>() {
            match kind.as_deref() {
                Some("instants") => Source::Times(list.extract()?),
                Some("bytes") => Source::Bytes(list.extract()?),
                Some(_) => Source::Codes(list.extract()?),
                None => Source::Numbers(list.extract()?),
            }
        } else if let Ok(rows) = object.cast::<PyInt>() {
            Source::Rows(rows.extract()?)
        } else if object.hasattr("__arrow_c_stream__")? {
            let stream = stream_of(object)?;
            // The reader panics on some contradictions.
            let array = guard(|| read_stream(stream));
            let place = || format!("/columns/{}", escape_segment(name));
            Source::Arrow(array.map_err(|error| raise(object.py(), &error.at(place())))?)
        } else {
            read_numpy(object)?
        };
        let source = match (source, kind.as_deref()) {
            (Source::Shorts(it), Some("booleans")) => {
                Source::Truths(Truths::of_codes(it.as_array().iter().copied()))
            }
            (Source::Codes(it), Some("booleans")) => Source::Truths(Truths::of_codes(it)),
            (source, _) => source,
        };
        Ok(Self { given, source })
    }

    /// Returns name and column for a frame.
    pub(crate) fn column(&self) -> (String, Column<'_>) {
        let (name, _, kind, _, validity) = self.given;
        let values = match &self.source {
            Source::Arrow(array) => {
                let Column { values, validity } = kapix_core::frame::arrow::column(array);
                let values = match values {
                    Values::Integer32(codes) if kind.is_some() => self.short(&codes),
                    values => values,
                };
                return (name.clone(), Column { values, validity });
            }
            Source::Truths(it) => return (name.clone(), it.column()),
            Source::Floats(it) => Values::Float(it.as_array()),
            Source::Integers(it) if matches!(kind.as_deref(), Some("instants")) => {
                Values::Instant(it.as_array())
            }
            Source::Integers(it) => Values::Integer(it.as_array()),
            Source::Shorts(it) => self.short(&it.as_array()),
            Source::Numbers(it) => Values::Float(ArrayView1::from(it)),
            Source::Codes(it) => self.short(&ArrayView1::from(it)),
            Source::Times(it) => Values::Instant(ArrayView1::from(it)),
            Source::Bytes(it) => Values::Binary(Slices::each(it.iter().map(|bytes| &**bytes).collect())),
            Source::Rows(rows) => Values::Other { name: kind.clone().unwrap_or_default(), rows: *rows },
        };
        let validity = validity.as_ref().map(|bits| Bitmap { bits, offset: 0 });
        let column = Column { values, validity };
        (name.clone(), if kind.as_deref() == Some("unsigned") { column.unsigned() } else { column })
    }

    fn short<'v>(&'v self, values: &ArrayView1<'v, i32>) -> Values<'v> {
        match (&self.given.2, &self.given.3) {
            (_, Some(categories)) => {
                let categories = categories.iter().map(String::as_str).collect();
                Values::Dictionary { codes: *values, categories }
            }
            (Some(_), None) => Values::Date(*values),
            (None, None) => Values::Integer32(*values),
        }
    }
}

/// Returns where the values of each column lie: by this the tests see that they are borrowed.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "an extracted argument is a value")]
pub(crate) fn addresses(columns: Vec<Given<'_>>) -> PyResult<Vec<usize>> {
    let place = |given| {
        let imported = Imported::new(given)?;
        Ok(match imported.column().1.values {
            Values::Float(values) => values.as_ptr().addr(),
            Values::Integer(values) | Values::Instant(values) => values.as_ptr().addr(),
            Values::Integer32(codes) | Values::Date(codes) | Values::Dictionary { codes, .. } => {
                codes.as_ptr().addr()
            }
            _ => 0,
        })
    };
    columns.iter().map(place).collect()
}

fn broken(why: impl Display) -> Error {
    Error::new(Cause::FrameShape, format!("the Arrow stream is not readable: {why}"))
}

/// Returns the rows of a stream that comes in one chunk.
fn read_stream(stream: FFI_ArrowArrayStream) -> kapix_core::Result<ArrayRef> {
    let mut only = None;
    // SAFETY: the capsule of the stream says what it is; what its arrays hold is validated.
    for (array, schema) in unsafe { chunks(stream) }? {
        // SAFETY: as above.
        let data = unsafe { from_ffi(array, &schema) }.map_err(broken)?;
        data.validate_full().map_err(broken)?;
        let array = make_array(data);
        if only.as_ref().is_none_or(|it: &ArrayRef| it.is_empty()) {
            only = Some(array);
        } else if !array.is_empty() {
            return Err(broken("it has several chunks; join them first"));
        }
    }
    let only = only.ok_or_else(|| broken("it has no chunk"))?;
    Ok(kapix_core::frame::arrow::declared(only))
}

/// Returns the stream of an object, moved out of its capsule.
fn stream_of(object: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowArrayStream> {
    let capsule = object.call_method0("__arrow_c_stream__")?;
    let place = capsule.cast::<PyCapsule>()?.pointer_checked(Some(c"arrow_array_stream"))?;
    // SAFETY: the name of the capsule says that it holds a stream, which is moved out and leaves a released one; the
    // interpreter is attached, so nobody else moves it at the same time.
    Ok(unsafe { FFI_ArrowArrayStream::from_raw(place.as_ptr().cast()) })
}

/// Returns the arrays of a producer, settled, as capsules of type and array, before another library looks at them:
/// pyarrow believes counts, lengths and offsets, and ends the process at a dictionary that was released.
#[pyfunction]
pub(crate) fn settled<'py>(object: &Bound<'py, PyAny>, place: &str) -> PyResult<Vec<[Bound<'py, PyAny>; 2]>> {
    let py = object.py();
    let refuse = |error: Error| raise(py, &error.at(place));
    if object.hasattr("__arrow_c_stream__")? {
        let stream = stream_of(object)?;
        // SAFETY: the capsule of the stream says what it is.
        let chunks = guard(|| unsafe { chunks(stream) }).map_err(refuse)?;
        let capsules = chunks.into_iter().map(|(array, schema)| {
            let schema = PyCapsule::new_with_value(py, schema, c"arrow_schema")?;
            Ok([schema, PyCapsule::new_with_value(py, array, c"arrow_array")?].map(Bound::into_any))
        });
        return capsules.collect();
    }
    let pair: (Bound<'_, PyAny>, Bound<'_, PyCapsule>) =
        object.call_method0("__arrow_c_array__")?.extract()?;
    let place = pair.1.pointer_checked(Some(c"arrow_array"))?;
    // SAFETY: the name of the capsule says that it holds an array, which nobody else uses while this thread is attached.
    match unsafe { Foreign::of(&mut *place.as_ptr().cast()).settle_nulls() } {
        Some(why) => Err(refuse(broken(why))),
        None => Ok(vec![[pair.0, pair.1.into_any()]]),
    }
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
        borrow(array).map(Source::Shorts)
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

/// Returns the first buffer of an array, which `owner` keeps, as a numpy array of bytes that cannot be written to.
pub(crate) fn numpy_bytes<'py>(bytes: &[u8], owner: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: nobody writes to an Arrow array or moves its bytes, and `owner` holds it for as long as it lives.
    let view = unsafe { PyArray1::borrow_from_array(&ArrayView1::from(bytes), owner) };
    view.getattr("flags")?.setattr("writeable", false)?;
    Ok(view.into_any())
}
