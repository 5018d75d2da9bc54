//! Frozen answers whose fields become Python objects when they are read.

use crate::columns::Column;
use crate::desk::{Desk, raise};
use crate::write;
use kapix_core::{Answer, ResultColumns};
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyMappingProxy, PyString, PyType};
use std::sync::Arc;

/// The typed class of each struct, by its name in the schema.
static SHAPES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

/// Tells which class a nested struct becomes.
#[pyfunction]
pub(crate) fn register_shapes(py: Python<'_>, shapes: Bound<'_, PyDict>) {
    // A second import of the package registers the same classes.
    let _ = SHAPES.set(py, shapes.unbind());
}

/// An answer, or a struct inside one.
#[pyclass(frozen, subclass, module = "kapix._kapix")]
pub(crate) struct Record {
    /// None for a struct inside an answer.
    answer: Option<Arc<Answer>>,
    /// Result columns beside the answer.
    columns: Option<Arc<ResultColumns>>,
    /// Fields that were read before; all of them for a struct inside an answer.
    known: PyOnceLock<Py<PyDict>>,
}

/// Returns a struct inside an answer.
pub(crate) fn part<'py>(known: Bound<'py, PyDict>, shape: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = known.py();
    let class = SHAPES.get(py).map(|shapes| shapes.bind(py).get_item(shape)).transpose()?.flatten();
    let bare = Bound::new(py, Record { answer: None, columns: None, known: filled(known) })?.into_any();
    class.map_or(Ok(bare.clone()), |class| class.cast_into::<PyType>()?.call1((bare,)))
}

fn filled(known: Bound<'_, PyDict>) -> PyOnceLock<Py<PyDict>> {
    let lock = PyOnceLock::new();
    // An empty lock can be set.
    let _ = lock.set(known.py(), known.unbind());
    lock
}

impl Record {
    pub(crate) fn new(answer: Answer, columns: Option<ResultColumns>) -> Self {
        Self { answer: Some(Arc::new(answer)), columns: columns.map(Arc::new), known: PyOnceLock::new() }
    }

    fn known<'py>(&self, py: Python<'py>) -> &Bound<'py, PyDict> {
        self.known.get_or_init(py, || PyDict::new(py).unbind()).bind(py)
    }

    fn read(&self, py: Python<'_>, only: Option<&str>) -> PyResult<()> {
        let Some(answer) = &self.answer else { return Ok(()) };
        let known = self.known(py);
        known.update(write::fields(py, &*answer.response, only)?.as_mapping())?;
        if let Some(envelope) = &answer.envelope {
            known.update(write::fields(py, envelope, only)?.as_mapping())?;
        }
        Ok(())
    }
}

#[pymethods]
impl Record {
    /// Returns the same answer as an object of this class, or the answer of a Desk to a request.
    #[new]
    #[pyo3(signature = (source, operation = None, request = None))]
    fn of(
        source: &Bound<'_, PyAny>,
        operation: Option<&str>,
        request: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        if let (Some(operation), Some(request)) = (operation, request) {
            return source.cast::<Desk>()?.get().run(source.py(), operation, request);
        }
        let own = source.cast::<Self>()?.get();
        let known = filled(own.known(source.py()).clone());
        Ok(Self { answer: own.answer.clone(), columns: own.columns.clone(), known })
    }

    /// Returns one field, or None where the answer does not have it.
    fn _field<'py>(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = name.py();
        let known = self.known(py);
        if let Some(value) = known.get_item(name)? {
            return Ok(Some(value));
        }
        self.read(py, Some(&name.to_cow()?))?;
        known.get_item(name)
    }

    /// Returns every field, read-only.
    fn _fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyMappingProxy>> {
        self.read(py, None)?;
        Ok(PyMappingProxy::new(py, self.known(py).as_mapping()))
    }

    /// Returns the answer in canonical JSON; None for a struct inside an answer.
    fn _json<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let Some(answer) = &self.answer else { return Ok(None) };
        let text = answer.to_json().map_err(|error| raise(py, &error))?;
        Ok(Some(PyBytes::new(py, &text)))
    }

    /// Returns a result column.
    fn _column(&self, name: &str) -> PyResult<Column> {
        let columns =
            self.columns.as_ref().ok_or_else(|| PyAttributeError::new_err("no columns came back"))?;
        Column::of(columns, name)
    }
}
