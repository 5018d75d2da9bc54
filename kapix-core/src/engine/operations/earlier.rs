//! A result of an earlier call that an application brings by its id: what a decision reads of its record, and whether it may
//! stand for a step.

use super::call::Fulfilled;
use super::table::Operation;
use super::{Call, Interrupt};
use crate::audit::{ArtefactRef, Leaf};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::{ByIdBody, CallNeed, PolicyDoubt};
use crate::store::{Held, RECORDS, RowKey};
use crate::time::{Date, Instant, UtcOffset};
use serde::{Deserialize, Serialize};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// How far a record may lie in the future: clocks of two machines differ.
const AHEAD: i64 = 300_000_000;
/// Members of a request that change no result.
const PRESENTATION: [&str; 4] = ["audience", "explain", "idempotency_key", "language"];
/// The feature that says how old the data are that named features were made of.
const AGE: &str = "coverage_age_days";

/// What a decision reads of the record of an earlier result. It stands in the record of the decision, under `found`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::engine) struct Earlier {
    answer: Option<JsonValue>,
    as_of: Instant,
    artefacts: Vec<ArtefactRef>,
    pub(super) audit_id: String,
    operation: String,
    /// When the decision read it; none without a clock.
    read_at: Option<Instant>,
    recorded_at: Instant,
    refused: bool,
    /// Whether it is about somebody else: then nothing of it is kept here.
    is_of_another: bool,
    /// The request without rows.
    request: Option<JsonValue>,
    /// Whether parts and leaf are those that were sealed, and stand in the log.
    verifies: bool,
}

impl Earlier {
    /// Returns what is read of a record, as the document that a row holds.
    pub(in crate::engine) fn of(
        held: &Held,
        leaf: Result<Leaf>,
        (entity_id, read_at): (&str, Option<Instant>),
        limits: &Limits,
    ) -> Result<JsonValue> {
        let record = &held.record;
        let verifies = leaf.is_ok();
        let Ok(leaf) = leaf else {
            let gone = Self {
                answer: None,
                as_of: read_at.unwrap_or(Instant::MAX),
                artefacts: Vec::new(),
                audit_id: record.audit_id.clone(),
                operation: String::new(),
                read_at,
                recorded_at: read_at.unwrap_or(Instant::MAX),
                refused: false,
                is_of_another: false,
                request: None,
                verifies,
            };
            return gone.to_json(limits);
        };
        let limits = &Limits { request_bytes: u64::MAX, ..limits.clone() };
        let document = |text: Option<Vec<u8>>| text.map(|it| JsonValue::read_text(&it, limits)).transpose();
        let without_rows = |mut request: JsonValue| {
            if let JsonValue::Object(members) = &mut request {
                members.retain(|name, _| name != "data" && name != "akiba");
            }
            request
        };
        let answer = document(record.response())?;
        let owner = answer.as_ref().and_then(|answer| answer.member("entity_id")?.as_str());
        // What is about somebody else does not enter the record of this applicant.
        let is_of_another = answer.is_some() && owner != Some(entity_id);
        let earlier = Self {
            is_of_another,
            answer: answer.filter(|_| !is_of_another),
            as_of: leaf.as_of,
            artefacts: leaf.artefacts,
            audit_id: leaf.audit_id,
            operation: leaf.operation,
            read_at,
            recorded_at: leaf.recorded_at,
            refused: leaf.refused.is_some(),
            request: document(record.request())?.filter(|_| !is_of_another).map(without_rows),
            verifies,
        };
        earlier.to_json(limits)
    }

    fn to_json(&self, limits: &Limits) -> Result<JsonValue> {
        JsonValue::read_text(&crate::canonical::to_vec(self)?, limits)
    }

    /// Returns the result as it stands for a step, or why it may not.
    pub(super) fn stand_for(
        self,
        need: &CallNeed,
        operation: Operation,
        (entity_id, by_id): (&Id, Option<&ByIdBody>),
    ) -> (Fulfilled, Option<PolicyDoubt>) {
        let doubt = match by_id {
            None => Some(PolicyDoubt::InputMismatch),
            Some(by_id) if self.is_other(need, operation, entity_id, by_id) => {
                Some(PolicyDoubt::InputMismatch)
            }
            Some(by_id) => self.is_old(by_id.max_age_days).then_some(PolicyDoubt::InputStale),
        };
        (Fulfilled::Answer(self.answer.unwrap_or(JsonValue::Null)), doubt)
    }

    /// Returns whether it is not what the policy may take: of another applicant, operation or artefact, asked otherwise, or a
    /// record that does not verify.
    fn is_other(&self, need: &CallNeed, operation: Operation, entity_id: &Id, by_id: &ByIdBody) -> bool {
        let is_listed = |own: &ArtefactRef| {
            let pinned = format!("{}@{}", own.id, own.version);
            by_id.artefacts.iter().any(|listed| **listed == *own.id || **listed == pinned)
        };
        let owner = self.answer.as_ref().and_then(|answer| answer.member("entity_id")?.as_str());
        let has = |tokens: &[String], value: &JsonValue| {
            let asked = self.request.as_ref();
            tokens.iter().try_fold(asked?, |found, token| found.member(token)).map(|it| it == value)
        };
        let arguments = need.arguments.iter().filter(|(name, _)| !PRESENTATION.contains(&name.as_str()));
        let same_arguments = arguments.into_iter().all(|(name, value)| self.is_asked_with(name, value, &has));
        let same_values = need.values.iter().all(|(tokens, value)| has(tokens, value) == Some(true));
        let fits = self.verifies
            && !self.is_of_another
            && !self.refused
            && self.operation == operation.as_str()
            && owner == Some(entity_id.as_str())
            && !self.artefacts.is_empty()
            && self.artefacts.iter().all(is_listed)
            && same_arguments
            && same_values;
        !fits
    }

    /// Returns whether the request had an argument of the step; the artefact is one of the list, by whatever name it was asked.
    fn is_asked_with(
        &self,
        name: &str,
        value: &JsonValue,
        has: &impl Fn(&[String], &JsonValue) -> Option<bool>,
    ) -> bool {
        let is_named =
            |own: &ArtefactRef, text: &str| *own.id == *text || format!("{}@{}", own.id, own.version) == text;
        let names_artefact = name == "card"
            && value.as_str().is_some_and(|text| self.artefacts.iter().any(|own| is_named(own, text)));
        names_artefact || has(&[name.to_owned()], value) == Some(true)
    }

    /// Returns whether record or data are older than this many days, or nobody can say.
    fn is_old(&self, days_max: u32) -> bool {
        let Some(read_at) = self.read_at else { return true };
        let age = read_at.epoch_microseconds() - self.recorded_at.epoch_microseconds();
        let is_recent = (-AHEAD..=i64::from(days_max) * DAY).contains(&age);
        let data_age = self
            .data_end()
            .map(|end| i64::from(read_at.date_at(UtcOffset::UTC).epoch_days()) - i64::from(end.epoch_days()));
        // What was judged as of a later day, or rests on days that have not come, is of no age.
        let is_ahead = self.as_of.epoch_microseconds() - read_at.epoch_microseconds() > AHEAD;
        !is_recent || is_ahead || data_age.is_none_or(|days| !(-1..=i64::from(days_max)).contains(&days))
    }

    /// Returns the last day of the data.
    fn data_end(&self) -> Option<Date> {
        let stated = self.answer.as_ref()?.member("features_as_of").and_then(JsonValue::as_str);
        if let Some(date) = stated {
            return Date::parse(date).ok();
        }
        // Of named features: the age that they state, from the instant that was judged; a later one makes nothing younger.
        let age = self.request.as_ref()?.member("features")?.member(AGE)?.as_f64()?;
        let from = self.as_of.min(self.recorded_at).date_at(UtcOffset::UTC);
        #[expect(clippy::cast_possible_truncation, reason = "days far beyond the calendar end there")]
        from.add_days(-(age.ceil().max(0.0) as i32)).ok()
    }
}

/// Returns the earlier result with this id, which an application brings under this name of its inputs.
pub(super) fn read(
    call: &Call<'_, '_>,
    (name, id): (&str, &str),
    entity_id: &Id,
) -> core::result::Result<Earlier, Interrupt> {
    // Ids have no control characters.
    let key = RowKey { key: format!("{id}\n{}", entity_id.as_str()), table: RECORDS.to_owned() };
    let Some(row) = call.row(&key)? else {
        let message = format!("no record has this id of `{}` bytes", id.len());
        return Err(Error::new(Cause::RecordNotFound, message).at(format!("/inputs/{name}")).into());
    };
    let limits = Limits { request_bytes: u64::MAX, ..call.limits().clone() };
    let earlier: Earlier = row.value.read(&limits)?;
    if earlier.answer.is_none() && earlier.verifies && !earlier.is_of_another {
        let message = "the answer of this record was erased, or has lapsed";
        return Err(Error::new(Cause::RecordBodyErased, message).at(format!("/inputs/{name}")).into());
    }
    Ok(earlier)
}
