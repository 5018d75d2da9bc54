//! Result columns: read-only memory that numpy maps without copying.

use crate::arrow::{has_numpy, numpy_view};
use arrow_array::types::{Float64Type, Int32Type, UInt8Type, UInt16Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int32Array, UInt8Array, UInt16Array};
use kapix_core::{Columns, RowStatus};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::Arc;

/// Returns the name of each status, in the order of its number.
#[pyfunction]
pub(crate) fn row_statuses() -> Vec<&'static str> {
    RowStatus::ALL.iter().map(|status| status.as_str()).collect()
}

/// The result columns of one call, by name.
#[pyclass(frozen, module = "kapix._kapix")]
pub(crate) struct Batch {
    columns: [(&'static str, ArrayRef); 6],
}

impl Batch {
    pub(crate) fn new(columns: Columns) -> Self {
        Self {
            columns: [
                ("points", Arc::new(Int32Array::from(columns.points)) as ArrayRef),
                ("pd", Arc::new(Float64Array::from(columns.pd))),
                ("score", Arc::new(Float64Array::from(columns.score))),
                ("decision", Arc::new(UInt8Array::from(columns.decision))),
                ("risk_band", Arc::new(UInt16Array::from(columns.risk_band))),
                ("status", Arc::new(UInt8Array::from(columns.status))),
            ],
        }
    }
}

#[pymethods]
impl Batch {
    /// Returns a column: a numpy array on this memory where numpy is imported, else a memoryview on a copy.
    fn column<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let (py, owner) = (slf.py(), slf.as_any());
        let found = slf.get().columns.iter().find(|(own, _)| *own == name);
        let (_, array) = found.ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
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
