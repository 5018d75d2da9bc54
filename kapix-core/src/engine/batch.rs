//! `credit.score_batch`: many applicants as columns. A bad row has its status and never fails the others.

use super::artefact::Loaded;
use super::control::Control;
use super::operation::Operation;
use super::owned::Owned;
use super::record::Draft;
use super::registry::Registry;
use super::reply::{Columns, ColumnsReply, Reply};
use super::request::{self, CreditScoreBatchRequest};
use super::response::{BatchColumns, CreditScoreBatchResponse, Response};
use crate::canonical::Hash;
use crate::domain::{Column, Frame, Values};
use crate::error::{Cause, Error, Result};
use crate::parallel;
use crate::scorecard::{BatchOutput, Card, CharacteristicKind, Decision, Minimum, RowStatus, occurrences};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows of one job: about a millisecond of work.
const JOB_ROWS: usize = 32_768;

/// Scores the columns of the request itself.
pub(super) fn score_json(
    registry: &Registry,
    request: &CreditScoreBatchRequest,
    control: &Control<'_>,
) -> Result<Reply> {
    let loaded =
        registry.choose(Operation::CreditScoreBatch, request.entity_type, request.card.as_deref())?;
    let categorical = |name: &str| {
        let mut inputs = loaded.card.inputs();
        inputs.any(|(own, kind, _)| own == name && kind == CharacteristicKind::Categorical)
    };
    let limits = registry.limits();
    let owned = Owned::all(request.columns.as_ref(), limits, categorical)?;
    let frame = Frame::new(owned.iter().map(Owned::column).collect(), limits)?;
    let (loaded, found) = run(registry, request, &frame, control)?;
    let mut response = answer(request, loaded, &frame, &found)?;
    response.columns = Some(in_json(&loaded.card, &found));
    let draft = if control.draft { Some(draft(request, &response, loaded)?) } else { None };
    Ok(Reply { response: Response::CreditScoreBatch(Box::new(response)), draft, events: Vec::new() })
}

/// Scores borrowed columns.
pub(super) fn score(
    registry: &Registry,
    request: &CreditScoreBatchRequest,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<ColumnsReply> {
    if request.columns.is_some() {
        let message = "columns came beside the request; `columns` must not be in it too";
        return Err(Error::new(Cause::DataExclusive, message).at("/columns"));
    }
    let (loaded, columns) = run(registry, request, frame, control)?;
    let response = answer(request, loaded, frame, &columns)?;
    let mut draft = if control.draft { Some(draft(request, &response, loaded)?) } else { None };
    if let Some(draft) = &mut draft {
        draft.columns_sha256 = Some(columns_hash(loaded, frame, &columns));
    }
    let response = Response::CreditScoreBatch(Box::new(response));
    Ok(ColumnsReply { reply: Reply { response, draft, events: Vec::new() }, columns })
}

fn run<'e>(
    registry: &'e Registry,
    request: &CreditScoreBatchRequest,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<(&'e Loaded, Columns)> {
    request::instant(request.as_of)?;
    let loaded =
        registry.choose(Operation::CreditScoreBatch, request.entity_type, request.card.as_deref())?;
    let card = &*loaded.card;
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
    Ok((loaded, columns))
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
    loaded: &Loaded,
    frame: &Frame<'_>,
    columns: &Columns,
) -> Result<CreditScoreBatchResponse> {
    let card = &*loaded.card;
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
        as_of: request::instant(request.as_of)?,
        bands: card
            .body
            .bands
            .iter()
            .enumerate()
            .filter_map(|(band, _)| card.band_name(band).cloned())
            .collect(),
        card: loaded.reference(),
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

fn draft(
    request: &CreditScoreBatchRequest,
    response: &CreditScoreBatchResponse,
    loaded: &Loaded,
) -> Result<Draft> {
    let when = (response.as_of, request.seed);
    Draft::new(Operation::CreditScoreBatch, when, request, response, vec![loaded.reference()])
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

fn in_json(card: &Card, columns: &Columns) -> BatchColumns {
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
fn columns_hash(loaded: &Loaded, frame: &Frame<'_>, columns: &Columns) -> Hash {
    let mut bytes = Vec::new();
    for (name, _) in loaded.card.inputs_by_name() {
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
