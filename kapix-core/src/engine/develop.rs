//! `scorecard.develop` and `scorecard.evaluate`: a card from rows with known outcomes, and a card beside them.

use super::artefact;
use super::control::Control;
use super::operation::Operation;
use super::owned::Owned;
use super::record::Draft;
use super::registry::Registry;
use super::reply::{ColumnsReply, Reply};
use super::request;
use super::response::{ArtefactRef, Response};
use crate::domain::{Frame, ResultColumns};
use crate::error::{Cause, Error, Result};
use crate::fitting::{
    BandReport, CalibrationReport, CutoffReport, Regression, RoundingReport, SelectionReport,
    ValidationReport,
};
use crate::scorecard::DevelopmentFinding;
use crate::scorecard::development::{
    self, BinnedColumn, DevelopRequest, DevelopmentValidation, EvaluateRequest, SampleReport,
};
use crate::time::{Instant, UtcOffset};
use crate::tree::Tree;
use serde::Serialize;
use std::collections::BTreeMap;

/// A developed card, and everything that was measured on the way to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevelopResponse {
    /// The card, whole and with status `draft`: load it as it is. Absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artefact: Option<Tree>,
    /// The instant of the development.
    pub as_of: Instant,
    /// The bands, from the riskiest to the safest; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bands: Option<BandReport>,
    /// Bins and table of every column that was looked at, in the order of their names.
    pub binning: Vec<BinnedColumn>,
    /// From the score to a probability; absent at stage `binning` and without rows outside the fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationReport>,
    /// Cut-offs and profit by total; absent without `cutoffs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cutoffs: Option<CutoffReport>,
    /// What a reader must know before the card is used.
    pub findings: Vec<DevelopmentFinding>,
    /// The coefficients of the card; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regression: Option<Regression>,
    /// What rounding the points changed; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingReport>,
    /// What became of the rows.
    pub sample: SampleReport,
    /// The request's seed.
    pub seed: i64,
    /// How the characteristics were chosen; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<SelectionReport>,
    /// How the card ranks and is calibrated; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<DevelopmentValidation>,
}

/// How well a card ranks and is calibrated on rows with known outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EvaluateResponse {
    /// The instant of the evaluation.
    pub as_of: Instant,
    /// The card that was evaluated.
    pub card: ArtefactRef,
    /// Decisions by kind.
    pub decisions: BTreeMap<&'static str, u64>,
    /// The request's seed.
    pub seed: i64,
    /// Rows by status; only scored rows with a known outcome are measured.
    pub statuses: BTreeMap<&'static str, u64>,
    /// What was measured.
    pub validation: ValidationReport,
}

/// Develops from the columns of the request itself.
pub(super) fn develop_json(
    registry: &Registry,
    request: &DevelopRequest,
    control: &Control<'_>,
) -> Result<Reply> {
    let owned = Owned::all(request.columns.as_ref(), registry.limits(), |_| false)?;
    let frame = Frame::new(owned.iter().map(Owned::column).collect(), registry.limits())?;
    develop_frame(registry, request, &frame, control)
}

/// Develops from borrowed columns.
pub(super) fn develop(
    registry: &Registry,
    request: &DevelopRequest,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<ColumnsReply> {
    refuse_columns(request.columns.is_some())?;
    let reply = develop_frame(registry, request, frame, control)?;
    Ok(ColumnsReply { reply, columns: ResultColumns::default() })
}

/// Evaluates on the columns of the request itself.
pub(super) fn evaluate_json(
    registry: &Registry,
    request: &EvaluateRequest,
    control: &Control<'_>,
) -> Result<Reply> {
    let owned = Owned::all(request.columns.as_ref(), registry.limits(), |_| false)?;
    let frame = Frame::new(owned.iter().map(Owned::column).collect(), registry.limits())?;
    evaluate_frame(registry, request, &frame, control)
}

/// Evaluates on borrowed columns.
pub(super) fn evaluate(
    registry: &Registry,
    request: &EvaluateRequest,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<ColumnsReply> {
    refuse_columns(request.columns.is_some())?;
    let reply = evaluate_frame(registry, request, frame, control)?;
    Ok(ColumnsReply { reply, columns: ResultColumns::default() })
}

fn develop_frame(
    registry: &Registry,
    request: &DevelopRequest,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<Reply> {
    let as_of = request::instant(request.as_of)?;
    let limits = registry.limits();
    let made = control
        .run(|run| development::develop(request, frame, as_of.date_at(UtcOffset::UTC), limits, run))?;
    let artefact = made.card.as_ref().map(|body| artefact::draft(&request.card, body, limits)).transpose()?;
    let sha256 = made.sample.sha256;
    let response = DevelopResponse {
        artefact,
        as_of,
        bands: made.bands,
        binning: made.binning,
        calibration: made.calibration,
        cutoffs: made.cutoffs,
        findings: made.findings,
        regression: made.regression,
        rounding: made.rounding,
        sample: made.sample,
        seed: request.seed,
        selection: made.selection,
        validation: made.validation,
    };
    let draft = if control.draft {
        let when = (as_of, request.seed);
        let mut draft = Draft::new(Operation::ScorecardDevelop, when, request, &response, Vec::new())?;
        draft.columns_sha256 = sha256;
        Some(draft)
    } else {
        None
    };
    Ok(Reply { response: Response::ScorecardDevelop(Box::new(response)), draft, events: Vec::new() })
}

fn evaluate_frame(
    registry: &Registry,
    request: &EvaluateRequest,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<Reply> {
    let as_of = request::instant(request.as_of)?;
    let loaded =
        registry.choose(Operation::ScorecardEvaluate, request.entity_type, request.card.as_deref())?;
    let found = control.run(|run| development::evaluate(&loaded.card, request, frame, run))?;
    let response = EvaluateResponse {
        as_of,
        card: loaded.reference(),
        decisions: found.decisions,
        seed: request.seed,
        statuses: found.statuses,
        validation: found.validation,
    };
    let draft = if control.draft {
        let when = (as_of, request.seed);
        let artefacts = vec![loaded.reference()];
        let mut draft = Draft::new(Operation::ScorecardEvaluate, when, request, &response, artefacts)?;
        draft.columns_sha256 = Some(found.sha256);
        Some(draft)
    } else {
        None
    };
    Ok(Reply { response: Response::ScorecardEvaluate(Box::new(response)), draft, events: Vec::new() })
}

fn refuse_columns(present: bool) -> Result<()> {
    if present {
        let message = "columns came beside the request; `columns` must not be in it too";
        return Err(Error::new(Cause::DataExclusive, message).at("/columns"));
    }
    Ok(())
}
