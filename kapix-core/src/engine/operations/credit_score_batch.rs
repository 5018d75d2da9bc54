//! `credit.score_batch`: many applicants as columns. A bad row has its status and never fails the others.

use super::credit_score::{ScoreNullReason, needed};
use super::names::{self, Likeness, Misspelt};
use super::operate::{Columnar, ColumnarAnswer};
use super::table::Operation;
use super::{Call, Done, Interrupt, Operate, instant, recorded};
use crate::audit::ArtefactRef;
use crate::canonical::Hash;
use crate::domain::{Finding, Frame, ResultColumns};
use crate::engine::door::Control;
use crate::engine::registry::{Chosen, Registry, RouteKey};
use crate::error::{Cause, Detail, Error, Result, escape_segment};
use crate::id::Id;
use crate::json::Scalar;
use crate::json_value::JsonValue;
use crate::scorecard::{
    self, Card, CharacteristicKind, Decision, EntityType, Misnamed, PdBasis, ScoreInclude,
};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
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
    /// What the names of the columns say of the data.
    pub findings: Vec<Finding>,
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
    pub unused: Vec<String>,
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
            let (mut response, columns) = score(self, &card, frame, (call.control, call.registry))?;
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

/// Scores a portfolio for a step of a policy.
pub(super) fn twin(asked: &Columnar<'_>, frame: &Frame<'_>, call: &Call<'_, '_>) -> Result<ColumnarAnswer> {
    let text = |name: &str| asked.arguments.get(name).and_then(JsonValue::as_str);
    let entity_type = match text("entity_type") {
        Some(name) => JsonValue::Text(name.to_owned()).read(call.limits())?,
        None => asked.entity_type.ok_or_else(|| {
            Error::new(Cause::JsonShape, "state whom the card scores, `entity_type`").at("/entity_type")
        })?,
    };
    let request = CreditScoreBatchRequest {
        as_of: Some(asked.as_of),
        card: text("card").map(str::to_owned),
        columns: None,
        entity_type,
        idempotency_key: None,
        include: Vec::new(),
        seed: 0,
    };
    let key = RouteKey::Entity(entity_type);
    let card = call.registry.choose::<Card>(Operation::CreditScoreBatch, key, request.card.as_deref())?;
    let (_, columns) = score(&request, &card, frame, (call.control, call.registry))?;
    let refers = |row| {
        let decision = columns.get("decision").and_then(|column| column.name_of(row));
        decision.is_some_and(|it| **it == *Decision::Refer.as_str())
    };
    let referred = (0..frame.rows()).map(refers).collect();
    let read = frame.columns().map(|(name, _)| name).filter(|name| card.reads_column(name));
    let read = read.map(str::to_owned).collect();
    Ok(ColumnarAnswer { artefact: card.reference(), columns, read, referred })
}

/// Returns the answer without its columns, and the columns.
fn score(
    request: &CreditScoreBatchRequest,
    card: &Chosen<'_, Card>,
    frame: &Frame<'_>,
    (control, registry): (&Control<'_>, &Registry),
) -> Result<(CreditScoreBatchResponse, ResultColumns)> {
    let as_of = instant(request.as_of)?;
    let minimum = Some(card.body.minimum);
    let unused = unread(card, frame);
    let misspelt = misspelt(card, frame, &unused, registry)?;
    let scored = control.run(|run| scorecard::score_frame(card, frame, minimum, &request.include, run));
    let mut scores = scored.map_err(|error| match error.cause {
        Cause::FrameColumnMissing => absent(card, frame, &unused, registry).unwrap_or(error),
        _ => error,
    })?;
    let misnamed: Vec<Misnamed<'_>> = misspelt
        .iter()
        .map(|it| Misnamed { input: it.input, is_refused: it.likeness == Likeness::Same })
        .collect();
    let counts = scores.doubt(card, frame, &misnamed)?;
    let findings = misspelt
        .iter()
        .zip(counts)
        .filter(|(it, rows)| it.likeness == Likeness::Near && *rows > 0)
        .map(|(it, rows)| names::finding(column(it.given), rows))
        .collect();
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
        findings,
        null_reasons,
        pd_basis: Arc::clone(card.pd_basis()),
        rows: u64::try_from(frame.rows()).unwrap_or(u64::MAX),
        seed: request.seed,
        statuses,
        unused: unused.into_iter().map(str::to_owned).collect(),
    };
    Ok((response, scores.into_columns(card)))
}

/// Returns the names of the columns that the card does not read.
fn unread<'f>(card: &Card, frame: &'f Frame<'_>) -> Vec<&'f str> {
    frame.columns().map(|(name, _)| name).filter(|name| !card.reads_column(name)).collect()
}

/// Returns the unread columns that were probably meant as inputs.
///
/// Error `data.input_unknown` where the input has no column at all and an unread one has its name but for case, spaces,
/// hyphens and underscores.
fn misspelt<'n>(
    card: &'n Card,
    frame: &Frame<'_>,
    unused: &[&'n str],
    registry: &Registry,
) -> Result<Vec<Misspelt<'n>>> {
    if unused.is_empty() {
        return Ok(Vec::new());
    }
    let found = names::misspelt(unused.iter().copied(), card.inputs().map(|(name, ..)| name));
    let unknown: Vec<Misspelt<'n>> =
        found.into_iter().filter(|it| !names::is_known(it.given, registry)).collect();
    let refused =
        unknown.iter().filter(|it| it.likeness == Likeness::Same && frame.column(it.input).is_none());
    let details = refused.map(|it| Detail {
        cause: Cause::DataInputUnknown,
        message: names::refusal(it.input),
        field: column(it.given),
    });
    Error::from_details(details.collect()).map_or(Ok(unknown), Err)
}

/// Returns the error `frame.column_missing` with every column that the frame lacks, and what may stand in its place.
fn absent(card: &Card, frame: &Frame<'_>, unused: &[&str], registry: &Registry) -> Option<Error> {
    let inputs = card.inputs().map(|(name, ..)| name);
    let mut seen = BTreeSet::new();
    let lacking: Vec<&str> = inputs
        .chain(needed(card).map(|name| -> &str { name }))
        .filter(|name| frame.column(name).is_none() && seen.insert(*name))
        .collect();
    let meant = names::misspelt(unused.iter().copied(), lacking.iter().copied());
    let meant = meant.iter().filter(|it| !names::is_known(it.given, registry));
    let meant: BTreeMap<&str, &str> = meant.map(|it| (it.input, it.given)).collect();
    let details = lacking.iter().map(|name| Detail {
        cause: Cause::FrameColumnMissing,
        message: meant.get(name).map_or("the card needs this column".to_owned(), |given| {
            format!("the card needs this column; rename `{given}` if it is meant")
        }),
        field: column(name),
    });
    Error::from_details(details.collect())
}

/// Returns the JSON pointer to a column.
fn column(name: &str) -> String {
    format!("/columns/{}", escape_segment(name))
}

/// Returns the SHA-256 of the columns that the card reads and of the result columns.
fn columns_hash(card: &Card, frame: &Frame<'_>, columns: &ResultColumns) -> Hash {
    Hash::of(format!("{}{}", scorecard::inputs_hash(card, frame), columns.hash()).as_bytes())
}
