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
    #[serde(skip_serializing_if = "Option::is_none")]
    audit_id: Option<&'e str>,
    #[serde(flatten)]
    error: &'e Error,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl DoorReply {
    /// Returns an error in JSON where there is no Desk, so without the id of a call.
    ///
    /// ```
    /// use kapix_core::{Cause, Error, operations::DoorReply};
    ///
    /// let reply = DoorReply::refusal(&Error::new(Cause::EngineClosed, "the engine was closed"));
    /// assert_eq!(reply.status, 400);
    /// assert!(reply.body.starts_with(br#"{"error":{"cause":"engine.closed","code":"VALIDATION_ERROR""#));
    /// ```
    pub fn refusal(error: &Error) -> Self {
        Self::named_refusal(error, None)
    }

    fn named_refusal(error: &Error, request_id: Option<String>) -> Self {
        let recorded = error.recorded.as_deref();
        let audit_id = recorded.map(|it| &*it.audit_id);
        let request_id = recorded.map(|it| it.request_id.clone()).or(request_id);
        let body = canonical::to_vec(&ErrorBody { error: NamedError { audit_id, error, request_id } });
        Self { status: error.code().http_status(), body: body.unwrap_or_default() }
    }
}

impl Desk {
    /// Answers `operation` for a request in JSON.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    /// let request = br#"{
    ///     "entity_id": "a-1", "entity_type": "individual",
    ///     "features": {"coverage_age_days": 2, "history_days": 200, "history_transactions": 120}
    /// }"#;
    /// let reply = desk.call("credit.score", request, &Control::default());
    /// assert_eq!(reply.status, 0);
    /// // 400 points of every applicant, and 10 for 200 days of history.
    /// assert!(String::from_utf8_lossy(&reply.body).contains(r#""points":410"#));
    ///
    /// assert_eq!(desk.call("credit.scores", request, &Control::default()).status, 404);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn call(&self, operation: &str, request: &[u8], control: &Control<'_>) -> DoorReply {
        self.guard(|| {
            let request = Request::read(Operation::parse(operation)?, request, self.engine().limits())?;
            self.run(request, control)?.to_json()
        })
    }

    /// Answers `operation` for a request in JSON with columns beside it; columns come back with status 0.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, artefact::EXPERT_CARDS, cashflow::DEFINITIONS};
    /// use kapix_core::frame::{Column, Frame, ResultValues};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    /// // One applicant: 200 days and rows of history, 1 for every other feature.
    /// let columns = DEFINITIONS.iter().map(|feature| {
    ///     let values = if feature.name.starts_with("history") { &[200.0] } else { &[1.0] };
    ///     (feature.name.to_owned(), Column::float(values))
    /// });
    /// let frame = Frame::new(columns.collect(), desk.engine().limits())?;
    /// let request = br#"{"entity_type": "individual"}"#;
    /// let (reply, results) = desk.call_columns("credit.score_batch", request, &frame, &Control::default());
    ///
    /// assert_eq!(reply.status, 0);
    /// let points = results.as_ref().and_then(|results| results.get("points")).map(|points| &points.values);
    /// assert_eq!(points, Some(&ResultValues::Integer32(vec![583])));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
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
    ///
    /// ```
    /// use kapix_core::{Cause, Desk, Error, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), b"{}")?;
    /// let reply = desk.refusal(&Error::new(Cause::JsonSyntax, "line 1, column 2"));
    /// assert_eq!(reply.status, 400);
    /// assert!(String::from_utf8_lossy(&reply.body).contains(r#""request_id":"req_"#));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
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
