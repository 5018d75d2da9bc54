//! `credit.score_batch`: many applicants as columns. A bad row has its status and never fails the others.

use super::table::Operation;
use super::{Call, Done, Interrupt, Operate, instant, recorded};
use crate::canonical::Hash;
use crate::domain::{Column, Frame, Values};
use crate::engine::door::{Columns, Control};
use crate::engine::registry::{ArtefactRef, Chosen, RouteKey};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json::{self, Scalar};
use crate::parallel;
use crate::scorecard::{
    BatchOutput, Card, CharacteristicKind, Decision, EntityType, Minimum, PdBasis, RowStatus, occurrences,
};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows of one job: about a millisecond of work.
const JOB_ROWS: usize = 32_768;

/// Asks for the scores of many applicants, given as columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditScoreBatchRequest {
    /// The instant that is scored; the Desk's clock fills it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// `id` or `id@version` of a card; default by the routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// Inputs by name, one value a row, when no frame is given.
    #[serde(default, deserialize_with = "json::map_option", skip_serializing_if = "Option::is_none")]
    pub columns: Option<BTreeMap<String, Vec<Scalar>>>,
    /// Whom the card must score.
    pub entity_type: EntityType,
    /// The same key and request give the stored answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// Seed of simulations; a score uses none and echoes it.
    #[serde(default, deserialize_with = "json::integer")]
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
    /// The columns, when the inputs came as JSON; otherwise they come beside this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<BatchColumns>,
    /// Number of rows by decision.
    pub decisions: BTreeMap<&'static str, u64>,
    /// Cause of each null, by JSON pointer.
    pub null_reasons: BTreeMap<&'static str, &'static str>,
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

/// The result columns in JSON, one entry a row; null where the row is not scored.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchColumns {
    /// Outcome under the cut-offs.
    pub decision: Vec<Option<Decision>>,
    /// Probability of default; null unless calibrated.
    pub pd: Vec<Option<f64>>,
    /// Total points.
    pub points: Vec<Option<i32>>,
    /// Band of the total.
    pub risk_band: Vec<Option<Arc<str>>>,
    /// 1 - PD; only a rank unless calibrated.
    pub score: Vec<Option<f64>>,
    /// `scored`, or the cause.
    pub status: Vec<&'static str>,
}

impl Operate for CreditScoreBatchRequest {
    const NAME: &'static str = "credit.score_batch";
    const COLUMNAR: bool = true;
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
            let columns = score(self, &card, frame, call.control)?;
            let mut response = answer(self, &card, frame, &columns)?;
            if call.frame.is_none() {
                response.columns = Some(columns_in_answer(&card, &columns));
                return Ok(Done::new(response, vec![card.reference()]));
            }
            let columns_sha256 = call.control.draft.then(|| columns_hash(&card, frame, &columns));
            Ok(Done { columns, columns_sha256, ..Done::new(response, vec![card.reference()]) })
        })
        .map_err(Interrupt::Failed)
    }
}

fn score(
    request: &CreditScoreBatchRequest,
    card: &Card,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<Columns> {
    instant(request.as_of)?;
    let rows = frame.rows();
    let mut columns = Columns::with_rows(rows);
    let total = u64::try_from(rows).unwrap_or(u64::MAX);
    let done = AtomicU64::new(0);
    let minimum = MinimumColumns::find(card.body.minimum, frame)?;
    let threads = if rows > 2 * JOB_ROWS { control.threads } else { 1 };
    parallel::run(columns.output().split(JOB_ROWS), threads, |number, mut output| {
        control.check()?;
        let first = number * JOB_ROWS;
        let count = output.points.len();
        card.score_rows(frame, first, &mut output)?;
        minimum.apply(first, &mut output);
        let before = done.fetch_add(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
        if let Some(progress) = control.progress {
            progress(before + u64::try_from(count).unwrap_or_default(), total);
        }
        Ok(())
    })?;
    // A frame without rows has no job that would find a missing column.
    card.score_rows(frame, rows, &mut Columns::with_rows(0).output())?;
    Ok(columns)
}

/// The columns that a card's stated minimum is about.
struct MinimumColumns<'f, 'a> {
    rules: Vec<(&'f Column<'a>, f64)>,
    age: Option<(&'f Column<'a>, f64)>,
}

impl<'f, 'a> MinimumColumns<'f, 'a> {
    fn find(minimum: Minimum, frame: &'f Frame<'a>) -> Result<Self> {
        let numbers = |name: &str| match frame.column(name) {
            Some(column) if !matches!(column.values, Values::Dictionary { .. }) => Ok(column),
            Some(_) => Err(Error::new(Cause::FrameColumnType, "the card expects numbers; got text")
                .at(format!("/columns/{name}"))),
            None => {
                let message = format!("the card's minimum needs column `{name}`");
                Err(Error::new(Cause::FrameColumnMissing, message).at(format!("/columns/{name}")))
            }
        };
        let mut rules = Vec::new();
        for (name, least) in
            [("history_days", minimum.history_days), ("history_transactions", minimum.transactions)]
        {
            if least > 0 {
                rules.push((numbers(name)?, f64::from(least)));
            }
        }
        let age = match minimum.age_days_max {
            Some(most) => Some((numbers("coverage_age_days")?, f64::from(most))),
            None => None,
        };
        Ok(Self { rules, age })
    }

    fn apply(&self, first: usize, output: &mut BatchOutput<'_>) {
        if self.rules.is_empty() && self.age.is_none() {
            return;
        }
        for offset in 0..output.points.len() {
            let row = first + offset;
            let short =
                self.rules.iter().any(|(column, least)| column.number(row).is_none_or(|it| it < *least));
            let unknown_age = self.age.is_some_and(|(column, _)| column.number(row).is_none());
            if short || unknown_age {
                output.refuse(offset, RowStatus::HistoryShort);
            } else if self.age.is_some_and(|(column, _)| column.number(row).is_some_and(|age| age < 0.0)) {
                output.refuse(offset, RowStatus::OutOfRange);
            } else if self.age.is_some_and(|(column, most)| column.number(row).is_some_and(|it| it > most)) {
                output.refer(offset);
            }
        }
    }
}

fn answer(
    request: &CreditScoreBatchRequest,
    card: &Chosen<'_, Card>,
    frame: &Frame<'_>,
    columns: &Columns,
) -> Result<CreditScoreBatchResponse> {
    let statuses = RowStatus::ALL.map(|own| (own.as_str(), occurrences(&columns.status, own as u8)));
    let decisions = (1..=3)
        .filter_map(|number| Some((decision(number)?.as_str(), occurrences(&columns.decision, number))));
    let (statuses, decisions) = (present(statuses.into_iter()), present(decisions));
    let used: BTreeSet<&str> = card
        .inputs()
        .map(|(name, _, _)| name)
        .chain(["history_days", "history_transactions", "coverage_age_days"])
        .collect();
    let unused = frame.columns().map(|(name, _)| name).filter(|name| !used.contains(name));
    let mut null_reasons = BTreeMap::new();
    if !card.is_calibrated() {
        null_reasons.insert("/columns/pd", "pd_assumed");
    }
    Ok(CreditScoreBatchResponse {
        as_of: instant(request.as_of)?,
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
    })
}

/// Returns what occurs.
fn present(counts: impl Iterator<Item = (&'static str, u64)>) -> BTreeMap<&'static str, u64> {
    counts.filter(|(_, count)| *count > 0).collect()
}

const fn decision(number: u8) -> Option<Decision> {
    match number {
        1 => Some(Decision::Decline),
        2 => Some(Decision::Refer),
        3 => Some(Decision::Approve),
        _ => None,
    }
}

fn columns_in_answer(card: &Card, columns: &Columns) -> BatchColumns {
    let scored = |row: usize| columns.status.get(row).is_some_and(|status| *status == 0);
    let finite =
        |values: &[f64]| values.iter().map(|value| Some(*value).filter(|it| it.is_finite())).collect();
    let points = columns.points.iter().enumerate();
    let bands = columns.risk_band.iter().enumerate();
    BatchColumns {
        decision: columns.decision.iter().map(|number| decision(*number)).collect(),
        pd: finite(&columns.pd),
        points: points.map(|(row, points)| Some(*points).filter(|_| scored(row))).collect(),
        risk_band: bands
            .map(|(row, band)| card.band_name(usize::from(*band)).filter(|_| scored(row)).cloned())
            .collect(),
        score: finite(&columns.score),
        status: columns
            .status
            .iter()
            .map(|status| RowStatus::ALL.get(usize::from(*status)).map_or("", |status| status.as_str()))
            .collect(),
    }
}

/// SHA-256 over the values of the columns that the card reads, in the order of their names, then the results.
fn columns_hash(card: &Card, frame: &Frame<'_>, columns: &Columns) -> Hash {
    let mut bytes = Vec::new();
    for (name, _) in card.inputs_by_name() {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
        let Some(column) = frame.column(name) else { continue };
        for row in 0..frame.rows() {
            match column.text(row) {
                Some(text) => {
                    bytes.extend_from_slice(text.as_bytes());
                    bytes.push(0);
                }
                None => bytes.extend_from_slice(&column.number(row).unwrap_or(f64::NAN).to_le_bytes()),
            }
        }
    }
    let input = Hash::of(&bytes);
    bytes.clear();
    bytes.extend(columns.points.iter().flat_map(|points| points.to_le_bytes()));
    bytes.extend(columns.decision.iter().chain(&columns.status));
    Hash::of(format!("{input}{}", Hash::of(&bytes)).as_bytes())
}
