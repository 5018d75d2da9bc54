//! `credit.score_batch`: many applicants as columns. A bad row has its status and never fails the others.

use super::artefact::Loaded;
use super::control::Control;

use super::operation::Operation;
use super::record::Draft;
use super::registry::Registry;
use super::reply::{Columns, ColumnsReply, Reply};
use super::request::{self, CreditScoreBatchRequest};
use super::response::{BatchColumns, CreditScoreBatchResponse, Response};
use crate::canonical::Hash;
use crate::domain::{Column, Frame, Values};
use crate::error::{Cause, Error, Result};
use crate::json::Scalar;
use crate::limits::{self, Limits};
use crate::parallel;
use crate::scorecard::{BatchOutput, Card, CharacteristicKind, Decision, Minimum, RowStatus};
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
    let Some(columns) = &request.columns else {
        let message = "give `columns`, or call by columns";
        return Err(Error::new(Cause::OperationColumnsMissing, message).at("/columns"));
    };
    let loaded =
        registry.choose(Operation::CreditScoreBatch, request.entity_type, request.card.as_deref())?;
    let categorical = |name: &str| {
        let mut inputs = loaded.card.inputs();
        inputs.any(|(own, kind, _)| own == name && kind == CharacteristicKind::Categorical)
    };
    let limits = registry.limits();
    let owned = columns.iter().map(|(name, values)| Owned::new(name, values, limits, categorical(name)));
    let owned: Vec<Owned<'_>> = owned.collect::<Result<_>>()?;
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
    let mut statuses: BTreeMap<&'static str, u64> = BTreeMap::new();
    for status in &columns.status {
        let name = RowStatus::ALL.get(usize::from(*status)).map_or("", |status| status.as_str());
        *statuses.entry(name).or_default() += 1;
    }
    let mut decisions: BTreeMap<&'static str, u64> = BTreeMap::new();
    for decision in columns.decision.iter().filter_map(|number| decision(*number)) {
        *decisions.entry(decision.as_str()).or_default() += 1;
    }
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

/// A column that came as JSON, in the layout of a frame.
struct Owned<'r> {
    name: &'r str,
    text: bool,
    numbers: Vec<f64>,
    codes: Vec<i32>,
    categories: Vec<&'r str>,
}

impl<'r> Owned<'r> {
    /// Returns the column; one that holds nothing but nulls is text where the card reads a category.
    fn new(name: &'r str, values: &'r [Scalar], limits: &Limits, categorical: bool) -> Result<Self> {
        let place = || format!("/columns/{}", name.replace('~', "~0").replace('/', "~1"));
        limits::check("rows", limits.rows, values.len()).map_err(|error| error.at(place()))?;
        let first = values.iter().find(|value| **value != Scalar::Null);
        let text = first.map_or(categorical, |value| matches!(value, Scalar::Text(_) | Scalar::Bool(_)));
        let mut owned = Self { name, text, numbers: Vec::new(), codes: Vec::new(), categories: Vec::new() };
        if text {
            let text = |value: &'r Scalar| match value {
                Scalar::Text(text) => Some(text.as_str()),
                Scalar::Bool(true) => Some("true"),
                Scalar::Bool(false) => Some("false"),
                Scalar::Null | Scalar::Number(_) => None,
            };
            owned.categories = values.iter().filter_map(text).collect::<BTreeSet<_>>().into_iter().collect();
            for (row, value) in values.iter().enumerate() {
                owned.codes.push(match value {
                    Scalar::Null => -1,
                    Scalar::Number(_) => return Err(mixed().at(format!("{}/{row}", place()))),
                    _ => text(value)
                        .and_then(|text| owned.categories.binary_search(&text).ok())
                        .and_then(|code| i32::try_from(code).ok())
                        .unwrap_or(-1),
                });
            }
            return Ok(owned);
        }
        for (row, value) in values.iter().enumerate() {
            owned.numbers.push(match value {
                Scalar::Null => f64::NAN,
                Scalar::Number(number) => *number,
                Scalar::Text(_) | Scalar::Bool(_) => return Err(mixed().at(format!("{}/{row}", place()))),
            });
        }
        Ok(owned)
    }

    fn column(&self) -> (String, Column<'_>) {
        let column = if self.text {
            Column::dictionary(&self.codes, self.categories.clone())
        } else {
            Column::float(&self.numbers)
        };
        (self.name.to_owned(), column)
    }
}

fn mixed() -> Error {
    Error::new(Cause::FrameColumnType, "a column holds numbers or text, not both")
}
