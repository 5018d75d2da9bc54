//! An answer with its envelope.

use crate::canonical;
use crate::domain::ResultColumns;
use crate::engine::door::Event;
use crate::engine::operations::Response;
use crate::error::Result;
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

/// An answer with its envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer.
    pub response: Arc<Response>,
    /// The result columns that go beside it; none unless columns came beside the request.
    pub columns: ResultColumns,
    /// The envelope, when the options ask for one.
    pub envelope: Option<Envelope>,
    /// What a host may want to tell others.
    pub events: Vec<Event>,
    /// The answer in canonical form, when a record needed it.
    pub(super) written: Option<Arc<[u8]>>,
}

impl Answer {
    /// Returns an answer that a durable store gave back: the envelope is among its members.
    #[cfg_attr(not(test), expect(dead_code, reason = "the store in memory gives back what it was given"))]
    pub(crate) fn stored(response: Response) -> Self {
        Self {
            response: Arc::new(response),
            columns: ResultColumns::default(),
            envelope: None,
            events: Vec::new(),
            written: None,
        }
    }

    /// Returns the answer with its envelope in canonical JSON.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let fresh;
        let response: &[u8] = if let Some(written) = &self.written {
            written
        } else {
            fresh = canonical::to_vec(&*self.response)?;
            &fresh
        };
        let Some(envelope) = &self.envelope else { return Ok(response.to_vec()) };
        let latency = canonical::to_vec(&envelope.latency_ms)?;
        let request_id = canonical::to_vec(&envelope.request_id)?;
        let audit_id = envelope.audit_id.as_ref().map(canonical::to_vec).transpose()?;
        let recorded_at = envelope.recorded_at.as_ref().map(canonical::to_vec).transpose()?;
        let members: Vec<(&str, &[u8])> = [
            ("audit_id", audit_id.as_deref()),
            ("latency_ms", Some(latency.as_slice())),
            ("recorded_at", recorded_at.as_deref()),
            ("request_id", Some(request_id.as_slice())),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect();
        canonical::merge_members(response, &members)
    }
}
