//! The object behind `Engine`: a Desk of the core. It converts, calls and converts.
#![expect(clippy::needless_pass_by_value, reason = "what comes from JavaScript is owned")]

use crate::columns::{self, Given, Job, Reply, Task};
use crate::threads;
use kapix_core::{Cause, Control, Error, audit::Record, caught::caught, operations::DoorReply};
use napi::Env;
use napi::bindgen_prelude::{Either, Object, Uint8Array};
use napi_derive::napi;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An error on its way to JavaScript: the HTTP status, and the body as a door writes it.
type Thrown = napi::Error<String>;

/// What a call that may throw returns.
type Result<T> = core::result::Result<T, Thrown>;

/// An engine with a store and a clock, until it is closed.
#[napi]
pub struct Desk {
    desk: Mutex<Option<Arc<kapix_core::Desk>>>,
}

/// The record of a call: canonical JSON, absent where it is not held.
#[napi(object, object_from_js = false)]
pub struct AuditRecord {
    /// What the call found beside its request.
    pub found: Option<String>,
    /// The whole record.
    pub json: String,
    /// What stays of a record for ever.
    pub leaf: String,
    /// Names of the parts of its body that are held.
    pub parts: Vec<&'static str>,
    /// The request.
    pub request: Option<String>,
    /// The response.
    pub response: Option<String>,
}

/// One document: JSON as text or as UTF-8.
type Document = Either<Uint8Array, String>;

fn bytes(document: &Document) -> &[u8] {
    match document {
        Either::A(bytes) => bytes,
        Either::B(text) => text.as_bytes(),
    }
}

fn throw(reply: &DoorReply) -> Thrown {
    Thrown::new(reply.status.to_string(), columns::text(reply.body.clone()))
}

/// Returns what JavaScript itself refused, such as memory.
fn failed(error: napi::Error) -> Thrown {
    Thrown::new(error.status.to_string(), error.reason)
}

/// Returns an error that met no Desk.
fn bare(error: &Error) -> Thrown {
    throw(&DoorReply::refusal(error))
}

fn thrown(desk: &kapix_core::Desk, error: &Error) -> Thrown {
    throw(&desk.refusal(error))
}

fn named(cause: &str, message: String, field: Option<String>) -> Error {
    let cause = Cause::ALL.iter().find(|it| it.as_str() == cause).copied().unwrap_or(Cause::JsonShape);
    let error = Error::new(cause, message);
    field.map_or(error.clone(), |field| error.at(field))
}

/// Returns what `work` makes of documents; a panic becomes an error, as at the doors.
fn loading<T>(
    documents: &[Document],
    work: impl Fn(&[&[u8]]) -> kapix_core::Result<T>,
) -> kapix_core::Result<T> {
    let documents: Vec<&[u8]> = documents.iter().map(bytes).collect();
    let message = "a defect of the engine was caught; please report the artefact's shape";
    caught(|| work(&documents)).unwrap_or_else(|| Err(Error::new(Cause::Panic, message)))
}

/// Throws an error that the JavaScript half found before there was a Desk.
#[napi]
pub fn refuse(cause: String, message: String, field: Option<String>) -> Result<()> {
    Err(bare(&named(&cause, message, field)))
}

/// Returns the record in JSON.
#[napi]
pub fn record(json: Document) -> Result<AuditRecord> {
    let record = Record::from_json(bytes(&json)).map_err(|error| bare(&error))?;
    Ok(AuditRecord {
        found: record.found().map(columns::text),
        json: columns::text(record.to_json()),
        leaf: columns::text(record.leaf.clone()),
        parts: record.parts.keys().map(|part| part.as_str()).collect(),
        request: record.request().map(columns::text),
        response: record.response().map(columns::text),
    })
}

/// Throws unless the parts of a record in JSON are those that its leaf was sealed over.
#[napi]
pub fn verify(json: String) -> Result<()> {
    let proved = Record::from_json(json.as_bytes()).and_then(|record| record.verify());
    proved.map(drop).map_err(|error| bare(&error))
}

#[napi]
impl Desk {
    /// Returns a Desk of these documents; the options are JSON.
    #[napi(constructor)]
    pub fn new(documents: Vec<Document>, options: String) -> Result<Self> {
        let load = |documents: &[&[u8]]| kapix_core::Desk::load_documents(documents, options.as_bytes());
        let desk = loading(&documents, load).map_err(|error| bare(&error))?;
        Ok(Self { desk: Mutex::new(Some(Arc::new(desk))) })
    }

    /// Lets the engine go; calls under way end on it. A second time does nothing.
    #[napi]
    pub fn close(&self) {
        *self.held() = None;
    }

    /// Returns the most bytes that a request may have.
    #[napi(getter)]
    pub fn request_bytes(&self) -> Result<f64> {
        let bytes = self.open()?.engine().limits().request_bytes;
        Ok(u32::try_from(bytes).map_or(f64::INFINITY, f64::from))
    }

    /// Puts other artefacts in place; calls under way end with those that they began with.
    #[napi]
    pub fn swap(&self, documents: Vec<Document>) -> Result<()> {
        let desk = self.open()?;
        loading(&documents, |documents| desk.swap_documents(documents)).map_err(|error| thrown(&desk, &error))
    }

    /// Answers a request in JSON with JSON, errors too.
    #[napi]
    pub fn call(&self, operation: String, request: Document) -> Result<String> {
        Ok(columns::text(self.open()?.call(&operation, bytes(&request), &Control::default()).body))
    }

    /// Answers a request in JSON with JSON; throws errors.
    #[napi]
    pub fn run(&self, operation: String, request: String) -> Result<String> {
        let reply = self.open()?.call(&operation, request.as_bytes(), &Control::default());
        if reply.status == 0 { Ok(columns::text(reply.body)) } else { Err(throw(&reply)) }
    }

    /// Answers a request in JSON with columns beside it.
    #[napi]
    pub fn run_columns<'e>(
        &self,
        env: &'e Env,
        (operation, request): (String, String),
        columns: Vec<Given>,
        threads: u32,
    ) -> Result<Reply<'e>> {
        let task = Task { desk: self.open()?, operation, request, job: Job::new(threads) };
        let columns: Vec<_> = columns.iter().map(Given::lend).collect();
        columns::reply(*env, task.answer(Some(&columns))).map_err(failed)
    }

    /// Answers a request in JSON on another thread, which reads copies of the columns beside it, where there are any.
    #[napi(ts_return_type = "Promise<Reply>")]
    pub fn run_columns_async<'e>(
        &self,
        env: &'e Env,
        (operation, request): (String, String),
        columns: Option<Vec<Given>>,
        job: &Job,
    ) -> Result<Object<'e>> {
        let task = Task { desk: self.open()?, operation, request, job: job.clone() };
        let copy = |columns: Vec<Given>| columns.iter().map(|it| it.lend().copy()).collect::<Vec<_>>();
        let copies = columns.map(copy);
        let (deferred, promise) = env.create_deferred().map_err(failed)?;
        threads::start(move || {
            let answer = task.answer(copies.as_deref());
            drop((copies, task));
            deferred.resolve(move |env| columns::reply(env, answer));
        });
        Ok(promise)
    }

    /// Returns the record of a call, in JSON.
    #[napi]
    pub fn record(&self, id: String) -> Result<String> {
        let desk = self.open()?;
        let record = desk.record(&id).map_err(|error| thrown(&desk, &error))?;
        Ok(columns::text(record.to_json()))
    }

    /// Throws an error that the JavaScript half found.
    #[napi]
    pub fn refuse(&self, cause: String, message: String, field: Option<String>) -> Result<()> {
        Err(thrown(&*self.open()?, &named(&cause, message, field)))
    }

    fn held(&self) -> MutexGuard<'_, Option<Arc<kapix_core::Desk>>> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<Arc<kapix_core::Desk>> {
        let closed = || bare(&Error::new(Cause::EngineClosed, "the engine was closed; load another"));
        self.held().clone().ok_or_else(closed)
    }
}
