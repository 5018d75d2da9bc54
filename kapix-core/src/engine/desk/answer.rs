//! An answer with its envelope.

use crate::canonical::{self, Joinable};
use crate::domain::ResultColumns;
use crate::engine::door::Event;
use crate::engine::operations::Response;
use crate::error::Result;
use crate::json_value::JsonValue;
use crate::time::Instant;
use serde::Serialize;
use std::sync::Arc;

/// The fields around an answer that no hash covers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Envelope {
    /// Id of the record; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_id: Option<String>,
    /// Milliseconds from request to answer.
    pub latency_ms: f64,
    /// When the Desk answered; absent without a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Instant>,
    /// Id of the call.
    pub request_id: String,
}

impl Envelope {
    /// The names of its members.
    pub(crate) const NAMES: [&str; 4] = ["audit_id", "latency_ms", "recorded_at", "request_id"];

    /// Returns the values of its members in canonical form.
    fn values(&self) -> Result<[Option<Vec<u8>>; 4]> {
        Ok([
            self.audit_id.as_ref().map(canonical::to_vec).transpose()?,
            Some(canonical::to_vec(&self.latency_ms)?),
            self.recorded_at.as_ref().map(canonical::to_vec).transpose()?,
            Some(canonical::to_vec(&self.request_id)?),
        ])
    }
}

/// An answer with its envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer.
    pub response: Arc<Response>,
    /// The result columns that go beside it; none unless columns came beside the request.
    pub columns: ResultColumns,
    /// The envelope, when the options ask for one.
    pub envelope: Option<Envelope>,
    /// What a host may pass on.
    pub events: Vec<Event>,
    /// The answer in canonical form, when a record needed it.
    pub(super) written: Option<Joinable<4>>,
}

impl Answer {
    /// Returns an answer that a durable store gave back: the envelope is among its members.
    #[cfg_attr(
        not(any(test, feature = "sqlite")),
        expect(dead_code, reason = "the store in memory gives back what it was given")
    )]
    pub(crate) fn stored(response: Response) -> Self {
        Self {
            response: Arc::new(response),
            columns: ResultColumns::default(),
            envelope: None,
            events: Vec::new(),
            written: None,
        }
    }

    /// Returns the id of its record.
    pub(crate) fn audit_id(&self) -> Option<&str> {
        match (&self.envelope, &*self.response) {
            (Some(envelope), _) => envelope.audit_id.as_deref(),
            (None, Response::Stored(stored)) => stored.member("audit_id").and_then(JsonValue::as_str),
            (None, _) => None,
        }
    }

    /// Returns about the bytes that the answer takes in memory: those of its text where that is held, and as many for
    /// its values, which take no more. A key goes with no result columns.
    pub(crate) fn size(&self) -> Result<usize> {
        match &self.written {
            Some(written) => Ok(2 * written.text().len()),
            None => canonical::to_vec(&*self.response).map(|text| text.len()),
        }
    }

    /// Returns the answer with its envelope in canonical JSON.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, Operation, Request, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    /// let request = Request::read(Operation::EngineDescribe, b"{}", desk.engine().limits())?;
    /// let json = String::from_utf8(desk.run(request, &Control::default())?.to_json()?).unwrap();
    /// assert!(json.contains(r#""recorded_at":"2026-03-31T12:00:00Z","request_id":"req_"#));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn to_json(&self) -> Result<Vec<u8>> {
        match (&self.written, &self.envelope) {
            (None, None) => canonical::to_vec(&*self.response),
            (None, Some(envelope)) => {
                Ok(Joinable::of(&*self.response, Envelope::NAMES)?.with(envelope.values()?))
            }
            (Some(written), None) => Ok(written.text().to_vec()),
            (Some(written), Some(envelope)) => Ok(written.with(envelope.values()?)),
        }
    }
}
