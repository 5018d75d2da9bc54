//! What the engine gives back for a request.

use crate::engine::desk::Draft;
use crate::engine::operations::{CreditScoreCompleted, Response};
use crate::engine::registry::ArtefactRef;
use crate::scorecard::BatchOutput;
use crate::store::Write;
use serde::Serialize;

/// The reply to one request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer.
    pub response: Response,
    /// The result columns that go beside it; none unless columns came beside the request.
    pub columns: Columns,
    /// What a record of the call holds; `None` unless asked for and the operation is recorded.
    pub draft: Option<Draft>,
    /// What a host may want to tell others.
    pub events: Vec<Event>,
    /// What changes in the store of a Desk.
    pub(in crate::engine) writes: Vec<Write>,
    /// Artefacts that took part.
    pub(in crate::engine) artefacts: Vec<ArtefactRef>,
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

/// The result columns, one entry a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Total points; 0 where the status is not 0.
    pub points: Vec<i32>,
    /// PD of a calibrated card, NaN otherwise and where the status is not 0.
    pub pd: Vec<f64>,
    /// 1 - PD, a rank unless calibrated; NaN where the status is not 0.
    pub score: Vec<f64>,
    /// 0 none, 1 decline, 2 refer, 3 approve.
    pub decision: Vec<u8>,
    /// Index in the card's bands; 0 where the status is not 0.
    pub risk_band: Vec<u16>,
    /// A [`RowStatus`](crate::RowStatus) as its number; 0 is scored.
    pub status: Vec<u8>,
}

impl Columns {
    /// Returns columns of this length, not yet scored.
    pub fn with_rows(rows: usize) -> Self {
        Self {
            points: vec![0; rows],
            pd: vec![0.0; rows],
            score: vec![0.0; rows],
            decision: vec![0; rows],
            risk_band: vec![0; rows],
            status: vec![0; rows],
        }
    }

    /// Returns the columns to write to.
    pub fn output(&mut self) -> BatchOutput<'_> {
        BatchOutput {
            points: &mut self.points,
            pd: &mut self.pd,
            score: &mut self.score,
            decision: &mut self.decision,
            band: &mut self.risk_band,
            status: &mut self.status,
        }
    }
}
