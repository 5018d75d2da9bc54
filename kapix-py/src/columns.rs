//! Result columns: read-only memory that numpy maps without copying.

use kapix_core::{ResultColumns, ResultValues, RowStatus};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::sync::Arc;

/// Returns the name of each status, in the order of its number.
#[pyfunction]
pub(crate) fn row_statuses() -> Vec<&'static str> {
    RowStatus::ALL.iter().map(|status| status.as_str()).collect()
}

/// One result column.
#[pyclass(frozen, module = "kapix._kapix")]
pub(crate) struct Column {
    columns: Arc<ResultColumns>,
    name: String,
}

/// The values of a result column.
enum Values<'c> {
    Integer(&'c [i32]),
    Number(&'c [f64]),
}

impl Column {
    /// Returns the column of this name.
    pub(crate) fn of(columns: &Arc<ResultColumns>, name: &str) -> PyResult<Self> {
        let column = Self { columns: Arc::clone(columns), name: name.to_owned() };
        column.values().map(|_| ())?;
        Ok(column)
    }

    fn values(&self) -> PyResult<Values<'_>> {
        match self.columns.get(&self.name).map(|column| &column.values) {
            Some(ResultValues::Float(it)) => Ok(Values::Number(it)),
            Some(ResultValues::Integer32(codes) | ResultValues::Dictionary { codes, .. }) => {
                Ok(Values::Integer(codes))
            }
            _ => Err(PyKeyError::new_err(self.name.clone())),
        }
    }
}

#[pymethods]
impl Column {
    /// Type, place and length in numpy's array interface, version 3; read-only.
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let order = if cfg!(target_endian = "little") { '<' } else { '>' };
        let (kind, address, rows) = match self.values()? {
            Values::Integer(it) => ("i4", it.as_ptr().addr(), it.len()),
            Values::Number(it) => ("f8", it.as_ptr().addr(), it.len()),
        };
        let interface = PyDict::new(py);
        interface.set_item("version", 3)?;
        interface.set_item("typestr", format!("{order}{kind}"))?;
        interface.set_item("shape", (rows,))?;
        interface.set_item("data", (address, true))?;
        Ok(interface)
    }

    /// Returns the type in the words of `struct`, and the bytes of the column, copied.
    fn copy<'py>(&self, py: Python<'py>) -> PyResult<(&'static str, Bound<'py, PyBytes>)> {
        let (format, bytes): (_, Vec<u8>) = match self.values()? {
            Values::Integer(it) => ("i", it.iter().flat_map(|it| it.to_ne_bytes()).collect()),
            Values::Number(it) => ("d", it.iter().flat_map(|it| it.to_ne_bytes()).collect()),
        };
        Ok((format, PyBytes::new(py, &bytes)))
    }
}
