//! What the engine gives back for a request.

use super::record::Draft;
use super::response::{ArtefactRef, Response};
use crate::domain::ResultColumns;
use crate::id::Id;
use crate::scorecard::Decision;
use serde::Serialize;
use std::sync::Arc;

/// The reply to one request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer.
    pub response: Response,
    /// What a record of the call holds; `None` unless asked for and the operation is recorded.
    pub draft: Option<Draft>,
    /// What a host may want to tell others.
    pub events: Vec<Event>,
}

/// The reply to one request with columns.
#[derive(Clone, Debug)]
pub struct ColumnsReply {
    /// The answer, its draft and events.
    pub reply: Reply,
    /// The result columns; none where the operation returns none.
    pub columns: ResultColumns,
}

/// Something that happened, as a value; nothing is sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// What it says, small.
    pub data: EventData,
    /// What happened, such as `credit.score.completed`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum EventData {
    /// Of `credit.score.completed`.
    CreditScoreCompleted(CreditScoreCompleted),
}

/// A score that was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreditScoreCompleted {
    /// The card that answered.
    pub card: ArtefactRef,
    /// The outcome.
    pub decision: Decision,
    /// The host's id of the applicant.
    pub entity_id: Id,
    /// Total points.
    pub points: i32,
    /// Band of the total.
    pub risk_band: Arc<str>,
    /// 1 - PD, or a rank.
    pub score: f64,
}

impl Reply {
    /// Returns the reply of an operation that leaves no record.
    pub(super) fn unrecorded(response: Response) -> Self {
        Self { response, draft: None, events: Vec::new() }
    }
}
