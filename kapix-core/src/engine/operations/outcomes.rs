//! `outcomes.record`: what became of a decision, and since when it is known.

use super::decisions_read::{DECISIONS, decision};
use super::{Call, Done, Interrupt, Operate, instant, recorded};
use crate::canonical;
use crate::error::{Cause, Error};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::store::{RowKey, Write};
use crate::time::{Date, Instant, UtcOffset};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// The table of outcomes: one row a decision, with all that became known of it in time.
pub(super) const OUTCOMES: &str = "outcome";
/// Outcomes of one decision, at most.
const OUTCOMES_MAX: usize = 1_000;

/// Says what became of a decision.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomesRecordRequest {
    /// The instant of the call; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// Days past due on `known_on`, 0 and above.
    pub days_past_due: Option<u32>,
    /// The `audit_id` of the decision, or its `request_id`.
    pub decision_id: Id,
    /// The same key and request give the stored answer.
    pub idempotency_key: Option<Id>,
    /// The day from which it was known: nothing before it may see it. Not in the future.
    pub known_on: Date,
    /// What was paid until then, in minor units.
    pub paid_minor: Option<i64>,
    /// Seed; nothing uses it.
    #[serde(default)]
    pub seed: i64,
    /// How the loan stands.
    pub status: OutcomeStatus,
    /// What was written off until then, in minor units.
    pub written_off_minor: Option<i64>,
}

/// How a loan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum OutcomeStatus {
    /// It is in default, by the definition of the lender.
    Default,
    /// It runs, due or past due.
    Open,
    /// It is paid in full.
    Paid,
    /// The applicant did not take it.
    NotTaken,
    /// It is written off.
    WrittenOff,
}

/// What is known of a decision now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomesRecordResponse {
    /// Its `audit_id`.
    pub decision_id: String,
    /// All that became known, in the order of their days, then of their records.
    pub outcomes: Vec<KnownOutcome>,
}

/// What became known of a decision.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KnownOutcome {
    /// Days past due on that day.
    pub days_past_due: Option<u32>,
    /// The day from which it was known.
    pub known_on: Date,
    /// What was paid until then, in minor units.
    pub paid_minor: Option<i64>,
    /// When it was recorded.
    pub stated_at: Instant,
    /// How the loan stood.
    pub status: OutcomeStatus,
    /// What was written off until then, in minor units.
    pub written_off_minor: Option<i64>,
}

impl Operate for OutcomesRecordRequest {
    const NAME: &'static str = "outcomes.record";
    type Response = OutcomesRecordResponse;
    recorded!();

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<OutcomesRecordResponse>, Interrupt> {
        let as_of = instant(self.as_of)?;
        let now = call.archive()?.now().unwrap_or(as_of);
        let wrong = |name: &str, message: String| {
            Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/{name}")).into())
        };
        if self.known_on > now.date_at(UtcOffset::UTC).add_days(1).unwrap_or(Date::MAX) {
            return wrong("known_on", "an outcome is known from a day that has come".to_owned());
        }
        for (name, amount) in [("paid_minor", self.paid_minor), ("written_off_minor", self.written_off_minor)]
        {
            if amount.is_some_and(|it| it < 0) {
                return wrong(name, format!("{name} is 0 or above"));
            }
        }
        let (held, leaf) = decision(call, &self.decision_id, "/decision_id")?;
        if leaf.refused.is_some() {
            let message = format!("the call of `{DECISIONS}` was refused: nothing was decided");
            return Err(Error::new(Cause::RecordNotFound, message).at("/decision_id").into());
        }
        if self.known_on < leaf.recorded_at.date_at(UtcOffset::UTC).add_days(-1).unwrap_or(Date::MIN)
            && self.known_on < leaf.as_of.date_at(UtcOffset::UTC)
        {
            return wrong("known_on", "nothing was known of a decision before it was made".to_owned());
        }
        let key = RowKey { key: leaf.audit_id.clone(), table: OUTCOMES.to_owned() };
        let mut outcomes = read(call, &key)?;
        if outcomes.len() >= OUTCOMES_MAX {
            let message = format!("a decision has at most `{OUTCOMES_MAX}` outcomes");
            return Err(Error::new(Cause::LimitExceeded, message).at("/decision_id").into());
        }
        outcomes.push(KnownOutcome {
            days_past_due: self.days_past_due,
            known_on: self.known_on,
            paid_minor: self.paid_minor,
            stated_at: now,
            status: self.status,
            written_off_minor: self.written_off_minor,
        });
        outcomes.sort_by_key(|it| (it.known_on, it.stated_at));
        let value = JsonValue::read_text(&canonical::to_vec(&outcomes)?, call.limits())?;
        let writes = vec![Write { key, value: Some(value) }];
        let response = OutcomesRecordResponse { decision_id: leaf.audit_id, outcomes };
        Ok(Done { about: held.entity_id, writes, ..Done::new(response, Vec::new()) })
    }
}

fn read(call: &Call<'_, '_>, key: &RowKey) -> Result<Vec<KnownOutcome>, Interrupt> {
    match call.row(key)? {
        Some(row) => Ok(row.value.read(&Limits { request_bytes: u64::MAX, ..call.limits().clone() })?),
        None => Ok(Vec::new()),
    }
}
