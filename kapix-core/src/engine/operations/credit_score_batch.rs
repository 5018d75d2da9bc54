//! `credit.score_batch`: many applicants as columns. A bad row has its status and never fails the others.

use super::credit_score::ScoreNullReason;
use super::table::Operation;
use super::{Call, Done, Interrupt, Operate, instant, recorded};
use crate::canonical::Hash;
use crate::domain::{Frame, ResultColumns};
use crate::engine::door::Control;
use crate::engine::registry::{ArtefactRef, Chosen, RouteKey};
use crate::error::Result;
use crate::id::Id;
use crate::json::Scalar;
use crate::scorecard::{self, Card, CharacteristicKind, EntityType, PdBasis, ScoreInclude};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Asks for the scores of many applicants, given as columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditScoreBatchRequest {
    /// The instant that is scored; the engine's clock fills it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// `id` or `id@version` of a card; default by the routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// Inputs by name, one value a row, when no columns come beside the request. A column holds numbers or text, not
    /// both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<BTreeMap<String, Vec<Scalar>>>,
    /// Whom the card must score.
    pub entity_type: EntityType,
    /// The same key and request give the stored answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// Columns beside the score: `completeness` (it becomes `data_completeness`), `points_by_characteristic`, `reasons`,
    /// `referral_causes`; default none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<ScoreInclude>,
    /// Seed of simulations; a score uses none and echoes it.
    #[serde(default)]
    pub seed: i64,
}

/// The scores of many applicants.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditScoreBatchResponse {
    /// The instant that was scored.
    pub as_of: Instant,
    /// Names of the bands, in the order of their numbers.
    pub bands: Vec<Arc<str>>,
    /// The card that answered.
    pub card: ArtefactRef,
    /// The result columns, when the inputs came as JSON: one entry a row, null where the row is not scored; otherwise
    /// they come beside this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<ResultColumns>,
    /// Number of rows by decision.
    pub decisions: BTreeMap<&'static str, u64>,
    /// Cause of each null, by JSON pointer.
    pub null_reasons: BTreeMap<&'static str, ScoreNullReason>,
    /// What the PD means.
    pub pd_basis: Arc<PdBasis>,
    /// Number of rows.
    pub rows: u64,
    /// The request's seed.
    pub seed: i64,
    /// Number of rows by status: `scored`, or the cause.
    pub statuses: BTreeMap<&'static str, u64>,
    /// Columns that the card did not read.
    pub unused_columns: Vec<String>,
}

impl Operate for CreditScoreBatchRequest {
    const NAME: &'static str = "credit.score_batch";
    const COLUMNAR: bool = true;
    const RETURNS_COLUMNS: bool = true;
    type Response = CreditScoreBatchResponse;
    recorded!();

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<CreditScoreBatchResponse>, Interrupt> {
        let key = RouteKey::Entity(self.entity_type);
        let card = call.registry.choose::<Card>(Operation::CreditScoreBatch, key, self.card.as_deref())?;
        let categorical = |name: &str| {
            let mut inputs = card.inputs();
            inputs.any(|(own, kind, _)| own == name && kind == CharacteristicKind::Categorical)
        };
        call.with_frame(self.columns.as_ref(), categorical, |frame| {
            let (mut response, columns) = score(self, &card, frame, call.control)?;
            if call.frame.is_none() {
                response.columns = Some(columns);
                return Ok(Done::new(response, vec![card.reference()]));
            }
            let columns_sha256 = call.control.draft.then(|| columns_hash(&card, frame, &columns));
            Ok(Done { columns, columns_sha256, ..Done::new(response, vec![card.reference()]) })
        })
        .map_err(Interrupt::Failed)
    }
}

/// Returns the answer without its columns, and the columns.
fn score(
    request: &CreditScoreBatchRequest,
    card: &Chosen<'_, Card>,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<(CreditScoreBatchResponse, ResultColumns)> {
    let as_of = instant(request.as_of)?;
    let minimum = Some(card.body.minimum);
    let scores = control.run(|run| scorecard::score_frame(card, frame, minimum, &request.include, run))?;
    let read = scorecard::columns_read(card);
    let unused = frame.columns().map(|(name, _)| name).filter(|name| !read.contains(name));
    let [statuses, decisions] = scores.rows.counts();
    let mut null_reasons = BTreeMap::new();
    if !card.is_calibrated() {
        null_reasons.insert("/columns/pd", ScoreNullReason::PdAssumed);
    }
    let response = CreditScoreBatchResponse {
        as_of,
        bands: card
            .body
            .bands
            .iter()
            .enumerate()
            .filter_map(|(band, _)| card.band_name(band).cloned())
            .collect(),
        card: card.reference(),
        columns: None,
        decisions,
        null_reasons,
        pd_basis: Arc::clone(card.pd_basis()),
        rows: u64::try_from(frame.rows()).unwrap_or(u64::MAX),
        seed: request.seed,
        statuses,
        unused_columns: unused.map(str::to_owned).collect(),
    };
    Ok((response, scores.into_columns(card)))
}

/// Returns the SHA-256 of the columns that the card reads and of the result columns.
fn columns_hash(card: &Card, frame: &Frame<'_>, columns: &ResultColumns) -> Hash {
    Hash::of(format!("{}{}", scorecard::inputs_hash(card, frame), columns.hash()).as_bytes())
}
