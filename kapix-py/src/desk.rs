//! The object behind `kapix.Engine`: a Desk of the core. It converts, calls and converts.

use crate::answer::Answer;
use crate::arrow::{Given, Imported};
use crate::read::Reader;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use kapix_core::{
    CancelFlag, Cause, Control, Error, Operation, Request, Response, audit::Record, caught::caught,
    frame::Frame, operations::DoorReply,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyBytes;
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

/// How often a long call looks for Ctrl-C and tells its progress.
const POLL: Duration = Duration::from_millis(50);

pyo3::create_exception!(kapix._kapix, Unreadable, pyo3::exceptions::PyException);

/// An engine with a store and a clock.
#[pyclass(frozen, module = "kapix._kapix")]
pub(crate) struct Desk {
    desk: kapix_core::Desk,
}

/// Returns the exception for a reply of a door.
fn refuse(py: Python<'_>, reply: &DoorReply) -> PyErr {
    static FROM_REPLY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let exception = FROM_REPLY
        .import(py, "kapix._errors", "from_reply")
        .and_then(|make| make.call1((reply.status, PyBytes::new(py, &reply.body))));
    exception.map_or_else(|error| error, PyErr::from_value)
}

/// Returns the exception for an error that met no Desk.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    refuse(py, &DoorReply::refusal(error))
}

/// Returns what `work` returns; a panic becomes an error, as at the JSON door.
pub(crate) fn guard<T>(work: impl FnOnce() -> kapix_core::Result<T>) -> kapix_core::Result<T> {
    let message = "a defect of the engine was caught; please report the request's shape";
    caught(work).unwrap_or_else(|| Err(Error::new(Cause::Panic, message)))
}

impl Desk {
    fn raise(&self, py: Python<'_>, error: &Error) -> PyErr {
        refuse(py, &self.desk.refusal(error))
    }

    fn answer(&self, py: Python<'_>, request: Request) -> PyResult<Answer> {
        let answer = if request.operation().is_long() {
            Self::watch(py, (None, 0), |control| self.desk.run(request, control))?
        } else {
            py.detach(|| guard(|| self.desk.run(request, &Control::default())))
        };
        Answer::new(py, answer.map_err(|error| self.raise(py, &error))?, None)
    }

    /// Runs `work` on a thread of its own, while this one looks for signals and tells the progress.
    fn watch<T: Send>(
        py: Python<'_>,
        (progress, threads): (Option<Py<PyAny>>, usize),
        work: impl FnOnce(&Control<'_>) -> kapix_core::Result<T> + Send,
    ) -> PyResult<kapix_core::Result<T>> {
        let (cancelled, done, total) = (CancelFlag::default(), AtomicU64::new(0), AtomicU64::new(0));
        let note = |now: u64, of: u64| {
            done.fetch_max(now, Ordering::Relaxed);
            total.store(of, Ordering::Relaxed);
        };
        let control =
            Control { progress: Some(&note), cancelled: Some(cancelled.clone()), threads, draft: false };
        let tell = |py: Python<'_>| match &progress {
            Some(progress) => {
                progress.call1(py, (done.load(Ordering::Relaxed), total.load(Ordering::Relaxed))).map(drop)
            }
            None => Ok(()),
        };
        let look = |py: Python<'_>| py.check_signals().and_then(|()| tell(py));
        let mut stopped = None;
        let result = py.detach(|| {
            let (sender, receiver) = channel();
            let waiting = Mutex::new(Some(work));
            let run = || {
                let work = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
                work.map(|work| sender.send(guard(|| work(&control))))
            };
            std::thread::scope(|scope| {
                // Where no thread can start, the call runs on this one.
                if Builder::new().spawn_scoped(scope, run).is_err() {
                    run();
                }
                loop {
                    // `run` keeps the sender: what ends the wait is a result, or its time.
                    if let Ok(result) = receiver.recv_timeout(POLL) {
                        return result;
                    }
                    if stopped.is_none() {
                        stopped = Python::attach(look).err();
                        if stopped.is_some() {
                            cancelled.cancel();
                        }
                    }
                }
            })
        });
        match stopped {
            Some(error) => Err(error),
            None => look(py).map(|()| result),
        }
    }
}

/// A record as Python keeps it: its JSON and its leaf, the names of its parts, and request, response and findings, as far
/// as they are held.
type Kept<'py> = ([Bound<'py, PyBytes>; 2], Vec<&'static str>, [Option<Bound<'py, PyBytes>>; 3]);

/// Returns the record in JSON.
#[pyfunction]
pub(crate) fn record<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Kept<'py>> {
    let record = guard(|| Record::from_json(text)).map_err(|error| raise(py, &error))?;
    let names = record.parts.keys().map(|part| part.as_str()).collect();
    let documents = [record.request(), record.response(), record.found()];
    let documents = documents.map(|document| document.map(|document| PyBytes::new(py, &document)));
    Ok(([PyBytes::new(py, &record.to_json()), PyBytes::new(py, &record.leaf)], names, documents))
}

/// Raises unless the parts of a record in JSON are those that its leaf was sealed over.
#[pyfunction]
pub(crate) fn verify(py: Python<'_>, text: &[u8]) -> PyResult<()> {
    let proved = guard(|| Record::from_json(text)?.verify());
    proved.map(drop).map_err(|error| raise(py, &error))
}

#[pymethods]
#[expect(clippy::needless_pass_by_value, reason = "an extracted argument is a value")]
impl Desk {
    /// Returns a Desk of these documents; the options are JSON.
    #[new]
    fn new(py: Python<'_>, documents: Vec<Vec<u8>>, options: &[u8]) -> PyResult<Self> {
        crate::fork::expect();
        let load = || kapix_core::Desk::load_documents(&documents, options);
        py.detach(|| guard(load)).map(|desk| Self { desk }).map_err(|error| raise(py, &error))
    }

    /// Puts other artefacts in place; calls under way end with those that they began with.
    fn swap(&self, py: Python<'_>, documents: Vec<Vec<u8>>) -> PyResult<()> {
        guard(|| self.desk.swap_documents(&documents)).map_err(|error| self.raise(py, &error))
    }

    /// Answers a request in JSON with status and JSON.
    fn call<'py>(&self, py: Python<'py>, operation: &str, request: &[u8]) -> (u16, Bound<'py, PyBytes>) {
        let reply = py.detach(|| self.desk.call(operation, request, &Control::default()));
        (reply.status, PyBytes::new(py, &reply.body))
    }

    /// Answers a request of Python objects; raises `Unreadable` when it must come as JSON.
    fn run(&self, py: Python<'_>, operation: &str, request: &Bound<'_, PyAny>) -> PyResult<Answer> {
        let operation = Operation::parse(operation).map_err(|error| self.raise(py, &error))?;
        let request = Request::deserialize(operation, Reader(request), self.desk.engine().limits());
        self.answer(py, request.map_err(|_| Unreadable::new_err(()))?)
    }

    /// Answers a request in JSON.
    fn run_json(&self, py: Python<'_>, operation: &str, request: &[u8]) -> PyResult<Answer> {
        let read = || Request::read(Operation::parse(operation)?, request, self.desk.engine().limits());
        let request = guard(read).map_err(|error| self.raise(py, &error))?;
        self.answer(py, request)
    }

    /// Returns the places of what a request of `credit.score` gives and its card does not read, without a record of it.
    fn unused(&self, py: Python<'_>, request: &[u8]) -> PyResult<Vec<String>> {
        let engine = self.desk.engine();
        let score = || {
            let request = Request::read(Operation::CreditScore, request, engine.limits())?;
            let Response::CreditScore(score) = engine.run(&request, &Control::default())?.response else {
                return Ok(Vec::new());
            };
            Ok(score.unused)
        };
        guard(score).map_err(|error| self.raise(py, &error))
    }

    /// Answers a request in JSON with columns beside it, with result columns.
    fn run_columns(
        &self,
        py: Python<'_>,
        call: (String, Vec<u8>),
        columns: Vec<Given<'_>>,
        control: (Option<Py<PyAny>>, usize),
    ) -> PyResult<Answer> {
        let columns: Vec<Imported<'_, '_>> = columns.iter().map(Imported::new).collect::<PyResult<_>>()?;
        let engine = self.desk.engine();
        let read = || {
            let frame = columns.iter().map(Imported::column).collect();
            let request = Request::read(Operation::parse(&call.0)?, &call.1, engine.limits())?;
            Ok((request, Frame::new(frame, engine.limits())?))
        };
        let (request, frame) = guard(read).map_err(|error| self.raise(py, &error))?;
        let work = |control: &Control<'_>| self.desk.run_columns(request, &frame, control);
        let mut answer = Self::watch(py, control, work)?.map_err(|error| self.raise(py, &error))?;
        let columns = std::mem::take(&mut answer.columns);
        Answer::new(py, answer, Some(columns))
    }

    /// Returns a record in JSON.
    fn record<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Bound<'py, PyBytes>> {
        let record = py.detach(|| guard(|| self.desk.record(id))).map_err(|error| self.raise(py, &error))?;
        Ok(PyBytes::new(py, &record.to_json()))
    }

    /// Returns the exception of a cause.
    fn refusal(&self, py: Python<'_>, cause: &str, message: &str, field: Option<&str>) -> PyErr {
        let cause = Cause::ALL.iter().find(|it| it.as_str() == cause).copied().unwrap_or(Cause::JsonShape);
        let error = Error::new(cause, message);
        self.raise(py, &field.map_or(error.clone(), |field| error.at(field)))
    }
}
