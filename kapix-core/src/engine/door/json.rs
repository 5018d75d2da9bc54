//! The doors: JSON in and out, and JSON with columns. Panics end here.

use super::control::Control;
use crate::canonical;
use crate::domain::{Frame, ResultColumns};
use crate::engine::desk::Desk;
use crate::engine::operations::{Operation, Request};
use crate::error::{Cause, Error, Result};
use serde::Serialize;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a door gives back: always JSON.
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
    error: &'e Error,
}

impl DoorReply {
    /// Returns an error as a door without a Desk writes it: it has no request id.
    pub fn refusal(error: &Error) -> Self {
        let body = canonical::to_vec(&ErrorBody { error }).unwrap_or_default();
        Self { status: error.code().http_status(), body }
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

    /// Returns the error as a door writes it.
    pub fn refusal(&self, error: &Error) -> DoorReply {
        let body = self.request_id().and_then(|id| {
            let inner = canonical::to_vec(error).ok()?;
            let id = canonical::to_vec(&id).ok()?;
            let inner = canonical::merge_members(&inner, &[("request_id", &id)]).ok()?;
            Some([b"{\"error\":", inner.as_slice(), b"}"].concat())
        });
        let bare = DoorReply::refusal(error);
        DoorReply { body: body.unwrap_or(bare.body), ..bare }
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
