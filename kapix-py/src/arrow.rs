//! Columns that Python libraries own: the Arrow C Data Interface and numpy's array interface, by hand.
//!
//! This is the only file with unsafe code. Foreign memory is trusted as far as its format promises (Arrow C Data
//! Interface, "Structure definitions" and "Memory management"; Arrow Columnar Format, "Physical Memory Layout"): a
//! buffer has the length that the array's length, offset and type imply, and nobody writes to it while it is
//! borrowed. Null pointers, negative lengths and misaligned buffers are refused.
//!
//! Three types are borrowed: f64, i64, and i32 as the codes of a dictionary. `python/kapix/_frame.py` brings every
//! other type to one of them.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use kapix_core::{Bitmap, Cause, Column, Error, Result, Values};
use ndarray::{ArrayView1, ShapeBuilder};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// Arrow's `struct ArrowSchema`.
#[repr(C)]
struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut Schema,
    dictionary: *mut Schema,
    release: Option<unsafe extern "C" fn(*mut Schema)>,
    private_data: *mut c_void,
}

/// Arrow's `struct ArrowArray`.
#[repr(C)]
struct Array {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut Array,
    dictionary: *mut Array,
    release: Option<unsafe extern "C" fn(*mut Array)>,
    private_data: *mut c_void,
}

/// Arrow's `struct ArrowArrayStream`.
#[repr(C)]
struct Stream {
    get_schema: Option<unsafe extern "C" fn(*mut Stream, *mut Schema) -> c_int>,
    get_next: Option<unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int>,
    get_last_error: Option<unsafe extern "C" fn(*mut Stream) -> *const c_char>,
    release: Option<unsafe extern "C" fn(*mut Stream)>,
    private_data: *mut c_void,
}

/// A structure of Arrow whose last member but one says how it is given back.
trait Foreign: Sized {
    /// Name of the capsule that carries it.
    const CAPSULE: &'static CStr;
    /// How it is given back; `None` when it was.
    fn release(&mut self) -> &mut Option<unsafe extern "C" fn(*mut Self)>;
}

macro_rules! foreign {
    ($($kind:ident: $capsule:literal,)+) => {
        $(impl Foreign for $kind {
            const CAPSULE: &'static CStr = $capsule;

            fn release(&mut self) -> &mut Option<unsafe extern "C" fn(*mut Self)> {
                &mut self.release
            }
        })+
    };
}

foreign! { Schema: c"arrow_schema", Array: c"arrow_array", Stream: c"arrow_array_stream", }

/// A structure that is given back once, when it is dropped.
struct Owned<T: Foreign>(T);

impl<T: Foreign> Owned<T> {
    /// Moves the structure out of its capsule, which then holds a released one.
    fn take(capsule: &Bound<'_, PyAny>) -> PyResult<Self> {
        let place = capsule.cast::<PyCapsule>()?.pointer_checked(Some(T::CAPSULE))?.cast::<T>();
        // SAFETY: the name of the capsule says that it holds an initialised T, and the interpreter is attached, so
        // nobody else moves it at the same time. Marking the source as released is how the specification moves.
        let mut owned = unsafe {
            let owned = Self(ptr::read(place.as_ptr()));
            *(*place.as_ptr()).release() = None;
            owned
        };
        if owned.0.release().is_none() {
            return Err(PyTypeError::new_err("the Arrow capsule was used before"));
        }
        Ok(owned)
    }

    /// Returns what `fill` writes into an empty structure, or its error number.
    fn filled(fill: impl FnOnce(*mut T) -> c_int) -> core::result::Result<Self, c_int> {
        // SAFETY: all-zero bytes are a valid T: null pointers, zero lengths, no function.
        let mut owned = Self(unsafe { core::mem::zeroed() });
        match fill(&raw mut owned.0) {
            0 => Ok(owned),
            error => Err(error),
        }
    }
}

impl<T: Foreign> Drop for Owned<T> {
    fn drop(&mut self) {
        if let Some(release) = self.0.release().take() {
            // `release` checks and clears the member itself.
            *self.0.release() = Some(release);
            // SAFETY: the structure was not released and this owner is the only one.
            unsafe { release(&raw mut self.0) };
        }
    }
}

/// Name, values, and categories where the values are codes.
pub(crate) type Given<'py> = (String, Bound<'py, PyAny>, Option<Vec<String>>);

/// One column as Python gave it.
pub(crate) struct Imported<'a> {
    name: &'a str,
    categories: Option<&'a [String]>,
    source: Source<'a>,
}

enum Source<'a> {
    Arrow(Owned<Schema>, Option<Owned<Array>>),
    Numpy(Values<'a>),
}

impl<'a> Imported<'a> {
    /// Borrows a numpy array, or whatever speaks Arrow's PyCapsule protocol; with categories it holds codes.
    pub(crate) fn new((name, object, categories): &'a Given<'_>) -> PyResult<Self> {
        let source = if object.hasattr("__arrow_c_array__")? {
            let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
                object.call_method0("__arrow_c_array__")?.extract()?;
            Source::Arrow(Owned::take(&schema)?, Some(Owned::take(&array)?))
        } else if object.hasattr("__arrow_c_stream__")? {
            let (schema, array) = read_stream(&object.call_method0("__arrow_c_stream__")?)?;
            Source::Arrow(schema, array)
        } else {
            Source::Numpy(read_numpy(object)?)
        };
        Ok(Self { name, categories: categories.as_deref(), source })
    }

    /// Returns name and column for a frame.
    pub(crate) fn column(&self) -> Result<(String, Column<'_>)> {
        let (values, validity) = match &self.source {
            Source::Numpy(Values::Float(values)) => (Values::Float(values.view()), None),
            Source::Numpy(Values::Integer(values)) => (Values::Integer(values.view()), None),
            Source::Numpy(Values::Dictionary { codes, .. }) => {
                (Values::Dictionary { codes: codes.view(), categories: Vec::new() }, None)
            }
            // `read_numpy` returns no others.
            Source::Numpy(_) => return Err(wrong_type()),
            Source::Arrow(schema, array) => {
                let view = View::new(&schema.0, array.as_ref().map(|array| &array.0))?;
                (view.values()?, view.validity()?)
            }
        };
        let values = match (values, self.categories) {
            (Values::Dictionary { codes, .. }, Some(categories)) => {
                Values::Dictionary { codes, categories: categories.iter().map(String::as_str).collect() }
            }
            (values @ (Values::Float(_) | Values::Integer(_)), None) => values,
            _ => return Err(wrong_type()),
        };
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
            _ => return Err(PyTypeError::new_err("the column is of another type")),
        });
    }
    Ok(places)
}

/// Returns schema and rows of a stream that comes in one chunk.
fn read_stream(capsule: &Bound<'_, PyAny>) -> PyResult<(Owned<Schema>, Option<Owned<Array>>)> {
    let mut stream = Owned::<Stream>::take(capsule)?;
    let failed = |_: c_int| PyTypeError::new_err("the Arrow stream ended with an error");
    let (Some(get_schema), Some(get_next)) = (stream.0.get_schema, stream.0.get_next) else {
        return Err(failed(0));
    };
    let place = &raw mut stream.0;
    // SAFETY: the stream is not released; the place to fill is an empty structure.
    let schema = Owned::filled(|schema| unsafe { get_schema(place, schema) }).map_err(failed)?;
    let mut only = None;
    loop {
        // SAFETY: as above.
        let mut chunk = Owned::<Array>::filled(|array| unsafe { get_next(place, array) }).map_err(failed)?;
        if chunk.0.release().is_none() {
            return Ok((schema, only));
        }
        if chunk.0.length > 0 && only.replace(chunk).is_some() {
            return Err(PyTypeError::new_err("the Arrow stream has several chunks; join them first"));
        }
    }
}

/// Borrows a one-dimensional numpy array.
fn read_numpy<'a>(array: &'a Bound<'_, PyAny>) -> PyResult<Values<'a>> {
    // Only numpy's own class is known to tell the truth about its memory.
    if !array.get_type().is(array.py().import("numpy")?.getattr("ndarray")?) {
        return Err(PyTypeError::new_err(
            "a column must be a numpy array, or speak Arrow's PyCapsule protocol",
        ));
    }
    let interface = array.getattr("__array_interface__")?;
    let kind: String = interface.get_item("typestr")?.extract()?;
    let order = if cfg!(target_endian = "little") { '<' } else { '>' };
    match kind.strip_prefix(order) {
        Some("f8") => Ok(Values::Float(strided(&interface, array)?)),
        Some("i8") => Ok(Values::Integer(strided(&interface, array)?)),
        Some("i4") => Ok(Values::Dictionary { codes: strided(&interface, array)?, categories: Vec::new() }),
        _ => Err(PyTypeError::new_err("a numpy column must hold native float64, int64 or int32")),
    }
}

/// Returns the view that an array interface states; `_owner` keeps the memory.
fn strided<'a, T>(interface: &Bound<'_, PyAny>, _owner: &'a Bound<'_, PyAny>) -> PyResult<ArrayView1<'a, T>> {
    let (rows,): (usize,) = interface.get_item("shape")?.extract()?;
    let (address, _): (usize, bool) = interface.get_item("data")?.extract()?;
    let strides: Option<(isize,)> = interface.get_item("strides")?.extract()?;
    let bytes = strides.map_or(Some(size_of::<T>()), |(bytes,)| usize::try_from(bytes).ok()).unwrap_or(1);
    let place = ptr::with_exposed_provenance::<T>(address);
    if !bytes.is_multiple_of(size_of::<T>()) || place.is_null() || !place.is_aligned() {
        return Err(PyTypeError::new_err("a numpy column must be aligned and stand in whole strides"));
    }
    // SAFETY: numpy states that `rows` values of this type lie at `place` with this stride, and the caller looked
    // at the type; `_owner` keeps the array alive. Alignment and the sign of the stride are checked above.
    Ok(unsafe { ArrayView1::from_shape_ptr((rows,).strides((bytes / size_of::<T>(),)), place) })
}

fn broken(message: &str) -> Error {
    Error::new(Cause::FrameShape, message)
}

fn wrong_type() -> Error {
    Error::new(
        Cause::FrameColumnType,
        "a column must hold float64 or int64, or codes of 32 bits with categories",
    )
}

fn unsigned(value: i64) -> Result<usize> {
    usize::try_from(value).map_err(|_| broken("an Arrow length or offset is negative"))
}

/// One Arrow array with its schema; without an array there are no rows.
#[derive(Clone, Copy)]
struct View<'a> {
    schema: &'a Schema,
    array: Option<&'a Array>,
    offset: usize,
    /// Offset plus rows.
    end: usize,
}

impl<'a> View<'a> {
    fn new(schema: &'a Schema, array: Option<&'a Array>) -> Result<Self> {
        let offset = array.map_or(Ok(0), |array| unsigned(array.offset))?;
        let rows = array.map_or(Ok(0), |array| unsigned(array.length))?;
        let end = offset.checked_add(rows).ok_or_else(|| broken("an Arrow offset is beyond all memory"))?;
        Ok(Self { schema, array, offset, end })
    }

    /// Returns the first `count` values of a buffer.
    fn buffer<T: Copy>(&self, index: usize, count: usize) -> Result<&'a [T]> {
        let Some(array) = self.array.filter(|_| count > 0) else { return Ok(&[]) };
        if index >= unsigned(array.n_buffers)? || array.buffers.is_null() {
            return Err(broken("an Arrow array has too few buffers"));
        }
        // SAFETY: the array has more than `index` buffers.
        let buffer: *const T = unsafe { *array.buffers.add(index) }.cast();
        if buffer.is_null() || !buffer.is_aligned() {
            return Err(broken("an Arrow buffer is absent or not aligned"));
        }
        // SAFETY: callers ask for as many values as the format promises; T is a number or a byte, for which every
        // pattern of bits is a value; the owner of the array outlives 'a.
        Ok(unsafe { core::slice::from_raw_parts(buffer, count) })
    }

    /// Returns the values of the rows.
    fn rows<T: Copy>(&self) -> Result<ArrayView1<'a, T>> {
        Ok(ArrayView1::from(self.buffer(1, self.end)?.get(self.offset..).unwrap_or_default()))
    }

    fn values(&self) -> Result<Values<'a>> {
        if self.schema.format.is_null() || !self.schema.dictionary.is_null() {
            return Err(wrong_type());
        }
        // SAFETY: the format of a schema is a C string that lives as long as the schema.
        match unsafe { CStr::from_ptr(self.schema.format) }.to_bytes() {
            b"g" => Ok(Values::Float(self.rows()?)),
            b"l" => Ok(Values::Integer(self.rows()?)),
            b"i" => Ok(Values::Dictionary { codes: self.rows()?, categories: Vec::new() }),
            _ => Err(wrong_type()),
        }
    }

    fn validity(&self) -> Result<Option<Bitmap<'a>>> {
        let Some(array) = self.array.filter(|array| array.null_count != 0 && array.n_buffers > 0) else {
            return Ok(None);
        };
        // SAFETY: the array has a first buffer; without nulls it may be absent.
        if array.buffers.is_null() || unsafe { *array.buffers }.is_null() {
            return Ok(None);
        }
        Ok(Some(Bitmap { bits: self.buffer(0, self.end.div_ceil(8))?, offset: self.offset }))
    }
}
