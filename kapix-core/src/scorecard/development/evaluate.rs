//! A loaded card beside rows with known outcomes.

use super::super::batch::{ScoredRows, score_frame};
use super::super::card::Card;
use super::findings::{mostly_bad, ranks_backwards};
use super::measure::floors;
use super::outcome::{Outcome, OutcomeColumn};
use super::request::ScorecardEvaluateRequest;
use super::response::Evaluation;
use super::weights::{self, Scale};
use crate::canonical::{Hash, Hasher};
use crate::domain::Frame;
use crate::error::{Cause, Error, Result};
use crate::fitting::{self, Run, ValidationSample};

/// Returns how well the card ranks and is calibrated on the rows of a frame.
///
/// The card's `minimum` is not applied: rows with outcomes are measured with the history that they have.
///
/// Errors: those of `credit.score_batch`, `fitting.target` and `fitting.weight`, and INSUFFICIENT_DATA when no row is
/// both scored and of known outcome.
pub(crate) fn evaluate(
    card: &Card,
    request: &ScorecardEvaluateRequest,
    frame: &Frame<'_>,
    run: &Run<'_>,
) -> Result<Evaluation> {
    let encoded = frame.encode();
    let frame = &frame.with_codes(&encoded);
    let outcomes = OutcomeColumn::read(frame, (request, card))?;
    let weights = request.weight.as_deref().map(|name| weights::read(frame, name)).transpose()?;
    let quiet = Run { progress: &|_, _| (), ..*run };
    let results = score_frame(card, frame, None, &[], &quiet)?.rows;
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
    let mut weight = weights.as_deref().map(pick);
    if let Some(own) = weight.as_deref_mut()
        && let Some(scale) = Scale::of(own)
    {
        scale.apply(own)?;
    }
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
    let mut findings = Vec::new();
    mostly_bad(&bad, weight.as_deref(), &mut findings);
    ranks_backwards("measured", &validation, &mut findings);
    let [statuses, decisions] = results.counts();
    Ok(Evaluation { decisions, findings, sha256: sha256(&results, &bad), statuses, validation })
}

/// Returns the SHA-256 over points, statuses and outcomes: what the figures were computed from.
fn sha256(scored: &ScoredRows, bad: &[u8]) -> Hash {
    let mut hasher = Hasher::new();
    scored.points.iter().for_each(|points| hasher.update(&points.to_le_bytes()));
    let status = |status: &i8| status.cast_unsigned();
    hasher.update(&scored.status.iter().map(status).collect::<Vec<u8>>());
    hasher.update(bad);
    hasher.finish()
}
