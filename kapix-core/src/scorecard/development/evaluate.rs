//! A loaded card beside rows with known outcomes.

use super::super::batch::{BatchOutput, RowStatus};
use super::super::body::Decision;
use super::super::card::Card;
use super::outcome::{self, Outcome, OutcomeColumn};
use super::request::EvaluateRequest;
use super::response::Evaluation;
use crate::domain::Frame;
use crate::error::{Cause, Error, Result};
use crate::fitting::{Run, Scored, validate};
use crate::parallel;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows of one job.
const JOB_ROWS: usize = 32_768;

/// The results of every row.
struct Results {
    points: Vec<i32>,
    pd: Vec<f64>,
    score: Vec<f64>,
    decision: Vec<u8>,
    band: Vec<u16>,
    status: Vec<u8>,
}

/// Returns how well the card ranks and is calibrated on the rows of a frame.
pub fn evaluate(
    card: &Card,
    request: &EvaluateRequest,
    frame: &Frame<'_>,
    run: &Run<'_>,
) -> Result<Evaluation> {
    let outcomes = OutcomeColumn::read(frame, request)?;
    let weights = request.weight.as_deref().map(|name| outcome::weights(frame, name)).transpose()?;
    let results = Results::of(card, frame, run)?;
    let mut scored = Measured::default();
    for row in 0..frame.rows() {
        let is_scored = results.status.get(row) == Some(&0);
        if let Some(outcome) = outcomes.of(row).filter(|_| is_scored) {
            scored.push(&results, row, outcome, weights.as_deref());
        }
    }
    todo(scored)
}
