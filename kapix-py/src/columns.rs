//! Result columns: read-only memory that numpy maps without copying.

use kapix_core::{Columns, RowStatus};
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
    columns: Arc<Columns>,
    pick: fn(&Columns) -> Values<'_>,
}

/// The values of a result column.
enum Values<'c> {
    Small(&'c [u8]),
    Short(&'c [u16]),
    Integer(&'c [i32]),
    Number(&'c [f64]),
}

impl Column {
    /// Returns the column of this name.
    pub(crate) fn of(columns: &Arc<Columns>, name: &str) -> PyResult<Self> {
        let pick: fn(&Columns) -> Values<'_> = match name {
            "points" => |it| Values::Integer(&it.points),
            "pd" => |it| Values::Number(&it.pd),
            "score" => |it| Values::Number(&it.score),
            "decision" => |it| Values::Small(&it.decision),
            "risk_band" => |it| Values::Short(&it.risk_band),
            "status" => |it| Values::Small(&it.status),
            _ => return Err(PyKeyError::new_err(name.to_owned())),
        };
        Ok(Self { columns: Arc::clone(columns), pick })
    }

    fn values(&self) -> Values<'_> {
        (self.pick)(&self.columns)
    }
}

#[pymethods]
impl Column {
    /// Type, place and length in numpy's array interface, version 3; read-only.
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let order = if cfg!(target_endian = "little") { '<' } else { '>' };
        let (kind, address, rows) = match self.values() {
            Values::Small(it) => ("u1", it.as_ptr().addr(), it.len()),
            Values::Short(it) => ("u2", it.as_ptr().addr(), it.len()),
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
    fn copy<'py>(&self, py: Python<'py>) -> (&'static str, Bound<'py, PyBytes>) {
        let (format, bytes) = match self.values() {
            Values::Small(it) => ("B", it.to_vec()),
            Values::Short(it) => ("H", it.iter().flat_map(|it| it.to_ne_bytes()).collect()),
            Values::Integer(it) => ("i", it.iter().flat_map(|it| it.to_ne_bytes()).collect()),
            Values::Number(it) => ("d", it.iter().flat_map(|it| it.to_ne_bytes()).collect()),
        };
        (format, PyBytes::new(py, &bytes))
    }
}
