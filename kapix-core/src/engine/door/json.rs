//! Calls by JSON: a request in and an answer out, with columns beside them or without. A panic becomes an error here.

use super::control::Control;
use crate::canonical;
use crate::domain::{Frame, ResultColumns};
use crate::engine::desk::Desk;
use crate::engine::operations::{Operation, Request};
use crate::error::{Cause, Error, Result};
use serde::Serialize;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a call by JSON gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorReply {
    /// 0, or the HTTP status of the error.
    pub status: u16,
    /// The answer, or `{"error": ...}`, in canonical form.
    pub body: Vec<u8>,
}

/// The error as JSON carries it.
#[derive(Serialize)]
struct ErrorBody<'e> {
    error: NamedError<'e>,
}

/// An error and the id of its call.
#[derive(Serialize)]
struct NamedError<'e> {
    #[serde(flatten)]
    error: &'e Error,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl DoorReply {
    /// Returns an error in JSON where there is no Desk, so without the id of a call.
    pub fn refusal(error: &Error) -> Self {
        Self::named_refusal(error, None)
    }

    fn named_refusal(error: &Error, request_id: Option<String>) -> Self {
        let body = canonical::to_vec(&ErrorBody { error: NamedError { error, request_id } });
        Self { status: error.code().http_status(), body: body.unwrap_or_default() }
    }
}

impl Desk {
    /// Answers `operation` for a request in JSON.
    pub fn call(&self, operation: &str, request: &[u8], control: &Control<'_>) -> DoorReply {
        self.guard(|| {
            let request = Request::read(Operation::parse(operation)?, request, self.engine().limits())?;
            self.run(request, control)?.to_json()
        })
    }

    /// Answers `operation` for a request in JSON with columns beside it; columns come back with status 0.
    pub fn call_columns(
        &self,
        operation: &str,
        request: &[u8],
        frame: &Frame<'_>,
        control: &Control<'_>,
    ) -> (DoorReply, Option<ResultColumns>) {
        let mut columns = None;
        let reply = self.guard(|| {
            let request = Request::read(Operation::parse(operation)?, request, self.engine().limits())?;
            let mut answer = self.run_columns(request, frame, control)?;
            columns = Some(core::mem::take(&mut answer.columns));
            answer.to_json()
        });
        let columns = if reply.status == 0 { columns } else { None };
        (reply, columns)
    }

    /// Returns an error in JSON, with an id for the call.
    pub fn refusal(&self, error: &Error) -> DoorReply {
        DoorReply::named_refusal(error, self.request_id())
    }

    fn guard(&self, answer: impl FnOnce() -> Result<Vec<u8>>) -> DoorReply {
        let caught = catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|_| {
            Err(Error::new(
                Cause::Panic,
                "a defect of the engine was caught; please report the request's shape",
            ))
        });
        match caught {
            Ok(body) => DoorReply { status: 0, body },
            Err(error) => self.refusal(&error),
        }
    }
}
