//! Result columns: Arrow arrays that the other libraries read where they lie.

use crate::arrow::{has_numpy, numpy_view};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Float64Type, Int32Type, UInt8Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, Float64Array, Int32Array, RecordBatch, RecordBatchIterator, UInt8Array, UInt16Array,
};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use kapix_core::{Columns, RowStatus};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyType};
use std::fmt::Display;
use std::sync::Arc;

/// Returns the name of each status, in the order of its number.
#[pyfunction]
pub(crate) fn row_statuses() -> Vec<&'static str> {
    RowStatus::ALL.iter().map(|status| status.as_str()).collect()
}

/// The result columns of one call, by name.
#[pyclass(frozen, eq, module = "kapix._kapix")]
#[derive(PartialEq)]
pub(crate) struct Batch {
    columns: RecordBatch,
}

fn broken(why: impl Display) -> PyErr {
    PyValueError::new_err(format!("no result columns: {why}"))
}

impl Batch {
    pub(crate) fn new(columns: Columns) -> PyResult<Self> {
        let columns = RecordBatch::try_from_iter([
            ("points", Arc::new(Int32Array::from(columns.points)) as ArrayRef),
            ("pd", Arc::new(Float64Array::from(columns.pd))),
            ("score", Arc::new(Float64Array::from(columns.score))),
            ("decision", Arc::new(UInt8Array::from(columns.decision))),
            ("risk_band", Arc::new(UInt16Array::from(columns.risk_band))),
            ("status", Arc::new(UInt8Array::from(columns.status))),
        ]);
        Ok(Self { columns: columns.map_err(broken)? })
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

    /// Returns a column: a numpy array on this memory where numpy is imported, else a memoryview on a copy.
    fn column<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let (py, owner) = (slf.py(), slf.as_any());
        let array = slf.get().columns.column_by_name(name);
        let array = array.ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        if has_numpy(py)? {
            let views = [
                numpy_view::<Float64Type>,
                numpy_view::<Int32Type>,
                numpy_view::<UInt8Type>,
                numpy_view::<UInt16Type>,
            ];
            for view in views {
                if let Some(view) = view(array, owner)? {
                    return Ok(view);
                }
            }
        }
        let data = array.to_data();
        let format = match array.data_type().primitive_width() {
            Some(1) => "B",
            Some(2) => "H",
            Some(4) => "i",
            _ => "d",
        };
        let bytes = PyBytes::new(py, data.buffers().first().map_or(&[], |buffer| buffer.as_slice()));
        py.import("builtins")?.call_method1("memoryview", (bytes,))?.call_method1("cast", (format,))
    }
}
