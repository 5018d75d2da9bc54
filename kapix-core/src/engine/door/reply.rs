//! What the engine gives back for a request.

use crate::audit::ArtefactRef;
use crate::domain::ResultColumns;
use crate::engine::desk::Draft;
use crate::engine::operations::{CreditScoreCompleted, DecisionMade, Response};
use crate::store::Write;
use serde::Serialize;

/// The reply to one request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer.
    pub response: Response,
    /// The result columns that go beside it; none unless columns came beside the request.
    pub columns: ResultColumns,
    /// What a record of the call holds; `None` unless asked for and the operation is recorded.
    pub draft: Option<Draft>,
    /// What a host may pass on.
    pub events: Vec<Event>,
    /// What changes in the store of a Desk.
    pub(in crate::engine) writes: Vec<Write>,
    /// The person whom the call forgets, and below which number it saw their records.
    pub(in crate::engine) forgets: Option<(String, u64)>,
    /// Artefacts that took part.
    pub(in crate::engine) artefacts: Vec<ArtefactRef>,
}

/// Something that happened, as a value; nothing is sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// What a receiver needs of it.
    pub data: EventData,
    /// What happened, such as `credit.score.completed`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// The data of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum EventData {
    /// Of `decision.made`.
    DecisionMade(DecisionMade),
    /// Of `credit.score.completed`.
    CreditScoreCompleted(CreditScoreCompleted),
}
