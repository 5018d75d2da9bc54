//! `decisions.export`: decisions with what they rested on, and what became of them, as columns for whoever develops or watches a
//! policy. Nothing is seen before its day.

use super::decisions_read::{DECISIONS, DecisionEntry, entry};
use super::outcomes::{KnownOutcome, OUTCOMES, OutcomeStatus};
use super::records::{PAGE_MAX, from_cursor, read_of, whole};
use super::{Call, Done, Interrupt, Operate, instant, reading};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::policy::Outcome;
use crate::store::{Held, Query, RowKey};
use crate::time::{Date, Instant, UtcOffset};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::{BTreeMap, BTreeSet};

/// Decisions of one answer, at most.
const EXPORT_MAX: u32 = 10_000;

/// Asks for decisions as columns.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionsExportRequest {
    /// Who asks: a name of yours.
    pub actor: Option<Id>,
    /// The instant of the export; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// `next_cursor` of the answer before.
    pub cursor: Option<String>,
    /// Decisions of an answer, 1 to 10,000; default 1,000.
    pub limit: Option<u32>,
    /// Days from the decision after which what is known then counts as its outcome, 1 to 36,500; without it only loans that are
    /// paid, in default or written off are mature.
    pub mature_after_days: Option<u32>,
    /// The last day whose knowledge is used; default the civil date of `as_of` in UTC, and never a later one.
    pub outcomes_until: Option<Date>,
    /// `id` or `id@version` of the policy that decided.
    pub policy: Option<String>,
    /// The first recorded instant.
    pub since: Option<Instant>,
    /// The first recorded instant that is too late.
    pub until: Option<Instant>,
}

/// Decisions as columns of equal length, the oldest first; null where a decision has no such value.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionsExportResponse {
    /// The columns by name: `decision_id`, `applicant_id`, `decided_at`, `as_of`, `outcome`, `approved_amount_minor`, `currency`,
    /// `policy_id`, `policy_version`, `arm`, `reasons` (codes with `|` between), `confidence`, `is_declined`, `is_overridden`,
    /// `is_mature`, `status`, `known_on`, `days_past_due_max`, `paid_minor`, `written_off_minor`; each input of the request as
    /// `input.NAME`, each feature as `feature.NAME`, and each result of a step that has points as `points.STEP`.
    pub columns: BTreeMap<String, Vec<JsonValue>>,
    /// Where the next answer begins; absent at the end.
    pub next_cursor: Option<String>,
    /// Decisions of this answer.
    pub rows: u64,
}

impl Operate for DecisionsExportRequest {
    const NAME: &'static str = "decisions.export";
    type Response = DecisionsExportResponse;
    reading!();

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<DecisionsExportResponse>, Interrupt> {
        let as_of = instant(self.as_of)?;
        let today = as_of.date_at(UtcOffset::UTC);
        let until = self.outcomes_until.map_or(today, |until| until.min(today));
        let most = self.check()?;
        let query = Query {
            from_seq: from_cursor(self.cursor.as_deref())?,
            operation: Some(DECISIONS.to_owned()),
            since: self.since,
            until: self.until,
            ..Query::default()
        };
        let (mut rows, mut next_cursor) = (Vec::new(), None);
        call.visit(query, |held| {
            let own = entry(&held)?;
            if own.refused.is_some() || !self.policy.as_ref().is_none_or(|it| own.is_by(it)) {
                return Ok(true);
            }
            if rows.len() == most {
                next_cursor = Some(held.record.seq.to_string());
                return Ok(false);
            }
            rows.push((own, values(call, &held)?));
            Ok(true)
        })?;
        let mut table = Table::default();
        let key = |own: &DecisionEntry| RowKey { key: own.decision_id.clone(), table: OUTCOMES.to_owned() };
        let keys: Vec<RowKey> = rows.iter().map(|(own, _)| key(own)).collect();
        for ((own, values), row) in rows.iter().zip(call.rows(&keys)?) {
            let known: Vec<KnownOutcome> = match row {
                Some(row) => row.value.read(&whole(call.limits()))?,
                None => Vec::new(),
            };
            self.row(&mut table, (own, values), &known, until);
        }
        let recorded_response = Some(read_of(rows.iter().map(|(own, _)| own.decision_id.clone())));
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let response = DecisionsExportResponse { columns: table.columns, next_cursor, rows: count };
        Ok(Done { recorded_response, ..Done::new(response, Vec::new()) })
    }
}

impl DecisionsExportRequest {
    fn check(&self) -> Result<usize> {
        let most = self.limit.unwrap_or(PAGE_MAX);
        for (name, value, most) in
            [("limit", most, EXPORT_MAX), ("mature_after_days", self.mature_after_days.unwrap_or(1), 36_500)]
        {
            if !(1..=most).contains(&value) {
                let message = format!("{name} must be in `1..={most}`; got `{value}`");
                return Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/{name}")));
            }
        }
        Ok(usize::try_from(most).unwrap_or(1))
    }

    /// Adds a decision, with what was known of it until a day.
    fn row(
        &self,
        table: &mut Table,
        (own, values): (&DecisionEntry, &BTreeMap<String, JsonValue>),
        known: &[KnownOutcome],
        until: Date,
    ) {
        let text = |value: &str| JsonValue::Text(value.to_owned());
        let known: Vec<&KnownOutcome> = known.iter().filter(|it| it.known_on <= until).collect();
        let decided_on = own.decided_at.date_at(UtcOffset::UTC);
        let ends =
            self.mature_after_days.and_then(|days| decided_on.add_days(i32::try_from(days).ok()?).ok());
        // What is known when the window ends is the outcome; a later word changes nothing.
        let of_window: Vec<&KnownOutcome> =
            known.iter().copied().filter(|it| ends.is_none_or(|ends| it.known_on <= ends)).collect();
        let last = of_window.last();
        let is_final =
            last.is_some_and(|it| !matches!(it.status, OutcomeStatus::Open | OutcomeStatus::NotTaken));
        let is_mature = is_final || (last.is_some() && ends.is_some_and(|ends| ends <= until));
        let mut cells = values.clone();
        cells.extend(last.filter(|_| is_mature).into_iter().flat_map(|last| last.cells(&of_window)));
        for (name, value) in [
            ("applicant_id", own.applicant_id.as_deref()),
            ("arm", own.arm.as_deref()),
            ("currency", own.currency.as_deref()),
            ("decision_id", Some(&*own.decision_id)),
            ("outcome", own.outcome.map(Outcome::as_str)),
            ("policy_id", own.policy.as_ref().map(|it| &*it.id)),
            ("policy_version", own.policy.as_ref().map(|it| &*it.version)),
        ] {
            cells.insert(name.to_owned(), value.map_or(JsonValue::Null, text));
        }
        let is_declined = own.outcome.map_or(JsonValue::Null, |it| JsonValue::Bool(it == Outcome::Decline));
        cells.insert("is_declined".to_owned(), is_declined);
        for (name, value) in [("is_mature", is_mature), ("is_overridden", false)] {
            cells.insert(name.to_owned(), JsonValue::Bool(value));
        }
        for name in ["days_past_due_max", "known_on", "paid_minor", "status", "written_off_minor"] {
            cells.entry(name.to_owned()).or_insert(JsonValue::Null);
        }
        cells.insert("as_of".to_owned(), text(&own.as_of.to_string()));
        cells.insert("decided_at".to_owned(), text(&own.decided_at.to_string()));
        cells.insert("reasons".to_owned(), text(&own.reasons.join("|")));
        table.add(cells);
    }
}

impl DecisionEntry {
    /// Returns whether a policy of this name decided.
    pub(super) fn is_by(&self, name: &str) -> bool {
        self.policy
            .as_ref()
            .is_some_and(|own| *own.id == *name || format!("{}@{}", own.id, own.version) == *name)
    }
}

impl KnownOutcome {
    /// Returns what is told of the outcome that a decision had at last, with those before it.
    fn cells(&self, known: &[&Self]) -> BTreeMap<String, JsonValue> {
        #[expect(clippy::cast_precision_loss, reason = "integers of the wire are within 2^53")]
        let amount = |value: Option<i64>| value.map_or(JsonValue::Null, |it| JsonValue::Number(it as f64));
        let days = known.iter().filter_map(|it| it.days_past_due).max();
        let status = serde_json::to_value(self.status).ok();
        let status = status.as_ref().and_then(|it| it.as_str()).unwrap_or_default();
        BTreeMap::from([
            ("days_past_due_max".to_owned(), days.map_or(JsonValue::Null, |it| JsonValue::Number(it.into()))),
            ("known_on".to_owned(), JsonValue::Text(self.known_on.to_string())),
            ("paid_minor".to_owned(), amount(self.paid_minor)),
            ("status".to_owned(), JsonValue::Text(status.to_owned())),
            ("written_off_minor".to_owned(), amount(self.written_off_minor)),
        ])
    }
}

/// Columns as they grow: every one has a value for every row.
#[derive(Default)]
struct Table {
    columns: BTreeMap<String, Vec<JsonValue>>,
    rows: usize,
}

impl Table {
    fn add(&mut self, cells: BTreeMap<String, JsonValue>) {
        for (name, value) in cells {
            let column = self.columns.entry(name).or_default();
            column.resize(self.rows, JsonValue::Null);
            column.push(value);
        }
        self.rows += 1;
        for column in self.columns.values_mut() {
            column.resize(self.rows, JsonValue::Null);
        }
    }
}

/// Returns what a decision rested on: inputs, features and points as its record holds them.
fn values(call: &Call<'_, '_>, held: &Held) -> Result<BTreeMap<String, JsonValue>> {
    let limits = whole(call.limits());
    let read = |text: Option<Vec<u8>>| text.map(|it| JsonValue::read_text(&it, &limits)).transpose();
    let (request, response) = (read(held.record.request())?, read(held.record.response())?);
    let found = read(held.record.found())?;
    let mut values = BTreeMap::new();
    let plain = |value: &JsonValue| !matches!(value, JsonValue::Object(_) | JsonValue::Array(_));
    let mut take = |prefix: &str, from: Option<&JsonValue>| {
        if let Some(JsonValue::Object(members)) = from {
            let own = members.iter().filter(|(_, value)| plain(value));
            values.extend(own.map(|(name, value)| (format!("{prefix}{name}"), value.clone())));
        }
    };
    take("input.", request.as_ref().and_then(|it| it.member("inputs")));
    take("feature.", request.as_ref().and_then(|it| it.member("applicant")?.member("features")));
    for features in features_by_id(found.as_ref()) {
        let own = features.into_iter().filter(|(_, value)| plain(value));
        values.extend(own.map(|(name, value)| (format!("feature.{name}"), value)));
    }
    for (name, points) in steps(found.as_ref(), response.as_ref()) {
        values.insert(format!("points.{name}"), points);
    }
    let confidence = response.as_ref().and_then(|it| it.member("confidence")).cloned();
    let amount = response.as_ref().and_then(|it| it.member("approved_amount_minor")).cloned();
    values.insert("confidence".to_owned(), confidence.unwrap_or(JsonValue::Null));
    values.insert("approved_amount_minor".to_owned(), amount.unwrap_or(JsonValue::Null));
    Ok(values)
}

/// Returns the features of the requests of earlier results.
fn features_by_id(found: Option<&JsonValue>) -> Vec<BTreeMap<String, JsonValue>> {
    let Some(JsonValue::Array(rows)) = found.and_then(|it| it.member("rows")) else { return Vec::new() };
    let of_row = |row: &JsonValue| {
        let JsonValue::Array(pair) = row else { return None };
        match pair.get(1)?.member("value")?.member("request")?.member("features")? {
            JsonValue::Object(features) => Some(features.clone()),
            _ => None,
        }
    };
    rows.iter().filter_map(of_row).collect()
}

/// Returns the points of the results that the steps of a decision had, in the order of the steps.
fn steps(found: Option<&JsonValue>, response: Option<&JsonValue>) -> Vec<(String, JsonValue)> {
    let items = |value: Option<&JsonValue>| match value {
        Some(JsonValue::Array(items)) => items.clone(),
        _ => Vec::new(),
    };
    let named = items(response.and_then(|it| it.member("steps")));
    let mut points = Vec::new();
    let mut taken = BTreeSet::new();
    let results = items(found.and_then(|it| it.member("results")));
    let rows = items(found.and_then(|it| it.member("rows")));
    for step in &named {
        let (Some(name), Some(operation)) = (
            step.member("name").and_then(JsonValue::as_str),
            step.member("operation").and_then(JsonValue::as_str),
        ) else {
            continue;
        };
        // What may not stand for the step was counted for nothing.
        if step.member("doubt").is_some() {
            continue;
        }
        let by_id = step.member("audit_id").and_then(JsonValue::as_str);
        let answer = match by_id {
            Some(id) => rows.iter().find_map(|row| {
                let JsonValue::Array(pair) = row else { return None };
                let value = pair.get(1)?.member("value")?;
                (value.member("audit_id")?.as_str()? == id).then(|| value.member("answer").cloned())?
            }),
            None => results.iter().enumerate().find_map(|(number, result)| {
                let JsonValue::Array(pair) = result else { return None };
                let is_its =
                    pair.first()?.member("operation")?.as_str()? == operation && !taken.contains(&number);
                let answer = pair.get(1)?.member("answer")?;
                is_its.then(|| {
                    taken.insert(number);
                    answer.clone()
                })
            }),
        };
        points.extend(answer.and_then(|it| it.member("points").cloned()).map(|it| (name.to_owned(), it)));
    }
    points
}
