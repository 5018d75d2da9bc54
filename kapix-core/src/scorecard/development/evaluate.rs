//! A loaded card beside rows with known outcomes.

use super::super::batch::{BatchOutput, RowStatus, occurrences};
use super::super::body::Decision;
use super::super::card::Card;
use super::measure::floors;
use super::outcome::{self, Outcome, OutcomeColumn};
use super::request::ScorecardEvaluateRequest;
use super::response::Evaluation;
use crate::canonical::{Hash, Hasher};
use crate::domain::Frame;
use crate::error::{Cause, Error, Result};
use crate::fitting::{self, Run, ValidationSample};
use crate::parallel;
use std::collections::BTreeMap;

/// Rows of one job.
const JOB_ROWS: usize = 32_768;

/// Returns how well the card ranks and is calibrated on the rows of a frame.
///
/// The card's `minimum` is not looked at: rows with outcomes have the history that they were judged on.
///
/// Errors: those of `credit.score_batch`, `fitting.target` and `fitting.weight`, and INSUFFICIENT_DATA when no row is
/// both scored and of known outcome.
pub(crate) fn evaluate(
    card: &Card,
    request: &ScorecardEvaluateRequest,
    frame: &Frame<'_>,
    run: &Run<'_>,
) -> Result<Evaluation> {
    let outcomes = OutcomeColumn::read(frame, request)?;
    let weights = request.weight.as_deref().map(|name| outcome::weights(frame, name)).transpose()?;
    let results = Results::of(card, frame, run)?;
    let known = |row: &usize| results.status.get(*row) == Some(&0) && outcomes.of(*row).is_some();
    let rows: Vec<usize> = (0..frame.rows()).filter(known).collect();
    if rows.is_empty() {
        let message = "no row is both scored and of known outcome";
        return Err(Error::new(Cause::DataInsufficient, message).at("/target"));
    }
    let pick = |values: &[f64]| rows.iter().filter_map(|row| values.get(*row).copied()).collect::<Vec<f64>>();
    let bad: Vec<u8> = rows.iter().map(|row| u8::from(outcomes.of(*row) == Some(Outcome::Bad))).collect();
    let score: Vec<f64> =
        rows.iter().filter_map(|row| results.points.get(*row)).map(|points| f64::from(*points)).collect();
    let pd = card.is_calibrated().then(|| pick(&results.pd));
    let weight = weights.as_deref().map(pick);
    let floors = floors(&card.body.bands);
    let sample = ValidationSample {
        bad: &bad,
        band_floors: &floors,
        development: false,
        pd: pd.as_deref(),
        score: &score,
        weight: weight.as_deref(),
    };
    let validation =
        fitting::validate(&sample, &request.validation).map_err(|error| error.under("/validation"))?;
    Ok(Evaluation {
        decisions: results.decisions(),
        sha256: results.sha256(&bad),
        statuses: results.statuses(),
        validation,
    })
}

/// The results of every row.
struct Results {
    points: Vec<i32>,
    pd: Vec<f64>,
    score: Vec<f64>,
    decision: Vec<u8>,
    band: Vec<u16>,
    status: Vec<u8>,
}

impl Results {
    fn of(card: &Card, frame: &Frame<'_>, run: &Run<'_>) -> Result<Self> {
        let rows = frame.rows();
        let mut results = Self {
            points: vec![0; rows],
            pd: vec![0.0; rows],
            score: vec![0.0; rows],
            decision: vec![0; rows],
            band: vec![0; rows],
            status: vec![0; rows],
        };
        let output = BatchOutput {
            points: &mut results.points,
            pd: &mut results.pd,
            score: &mut results.score,
            decision: &mut results.decision,
            band: &mut results.band,
            status: &mut results.status,
        };
        parallel::run(output.split(JOB_ROWS), run.threads, |number, mut output| {
            (run.check)()?;
            card.score_rows(frame, number * JOB_ROWS, &mut output)
        })?;
        Ok(results)
    }

    fn decisions(&self) -> BTreeMap<&'static str, u64> {
        let known = [(1, Decision::Decline), (2, Decision::Refer), (3, Decision::Approve)];
        let counts = known.map(|(number, own)| (own.as_str(), occurrences(&self.decision, number)));
        counts.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    fn statuses(&self) -> BTreeMap<&'static str, u64> {
        let counts = RowStatus::ALL.map(|own| (own.as_str(), occurrences(&self.status, own as u8)));
        counts.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    /// Returns the SHA-256 over points, statuses and outcomes: what the figures were worked out from.
    fn sha256(&self, bad: &[u8]) -> Hash {
        let mut hasher = Hasher::new();
        self.points.iter().for_each(|points| hasher.update(&points.to_le_bytes()));
        hasher.update(&self.status);
        hasher.update(bad);
        hasher.finish()
    }
}
