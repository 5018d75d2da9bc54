//! `decisions.get` and `decisions.list`: decisions as they stand.

use super::records::{find, from_cursor, gone, page_size, read_of, whole};
use super::{Call, Done, Interrupt, Operate, instant, reading};
use crate::audit::{ArtefactRef, Leaf, Part};
use crate::canonical::{self, Hash};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::Outcome;
use crate::store::{Held, Query};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::{BTreeMap, BTreeSet};

/// The operation whose records are decisions.
pub(super) const DECISIONS: &str = "decisions.run";
/// Decisions of a sample, at most.
const SAMPLE_MAX: u32 = 10_000;

/// Asks for a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionsGetRequest {
    /// The instant of the reading; the engine's clock fills it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// The `audit_id` of the decision, or its `request_id`.
    pub decision_id: Id,
}

/// A decision as it stands.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionsGetResponse {
    /// The answer of `decisions.run`, without its envelope.
    pub decision: JsonValue,
    /// Its `audit_id`.
    pub decision_id: String,
    /// When it was recorded.
    pub decided_at: Instant,
    /// Parts of its record that are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Part>,
    /// Until when a person may decide otherwise: `override_window_s` after it was recorded.
    pub override_until: Option<Instant>,
    /// Its `request_id`.
    pub decision_request_id: String,
    /// Whether its record is the one that was sealed, and the one of the log where there is one.
    pub verifies: bool,
}

/// Asks for decisions.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionsListRequest {
    /// Who asked for them.
    pub actor: Option<Id>,
    /// Whom they are about.
    pub applicant_id: Option<Id>,
    /// `champion` or `challenger`.
    pub arm: Option<String>,
    /// The instant of the reading; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Decisions of a page, 1 to 1,000; default 100.
    pub limit: Option<u32>,
    /// `approve`, `refer` or `decline`.
    pub outcome: Option<Outcome>,
    /// `id` or `id@version` of the policy that decided.
    pub policy: Option<String>,
    /// Code of a reason for the outcome.
    pub reason: Option<String>,
    /// A sample in place of a page.
    pub sample: Option<DecisionSample>,
    /// The first recorded instant.
    pub since: Option<Instant>,
    /// The first recorded instant that is too late.
    pub until: Option<Instant>,
}

/// So many decisions of each stratum, drawn by the seed: the same of the same decisions, whoever draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionSample {
    /// What makes a stratum; default `outcome` alone.
    #[serde(default = "by_outcome")]
    pub by: BTreeSet<SampleBy>,
    /// Decisions of each stratum, 1 to 10,000, where it has so many.
    pub each: u32,
    /// The seed.
    #[serde(default)]
    pub seed: i64,
}

fn by_outcome() -> BTreeSet<SampleBy> {
    BTreeSet::from([SampleBy::Outcome])
}

/// What makes a stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SampleBy {
    /// Champion or challenger.
    Arm,
    /// The outcome.
    Outcome,
    /// The policy and its version.
    Policy,
    /// The first reason for the outcome.
    Reason,
}

/// Decisions, the oldest first.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionsListResponse {
    /// The decisions.
    pub decisions: Vec<DecisionEntry>,
    /// Where the next page begins; absent at the end, and of a sample.
    pub next_cursor: Option<String>,
    /// Decisions that a sample was drawn from.
    pub population: Option<u64>,
}

/// One decision.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionEntry {
    /// Who asked for it.
    pub actor: Option<String>,
    /// Whom it is about.
    pub applicant_id: Option<String>,
    /// The amount that an approval grants, in minor units.
    pub approved_amount_minor: Option<i64>,
    /// `champion` or `challenger`, where it was split.
    pub arm: Option<String>,
    /// The instant that was judged.
    pub as_of: Instant,
    /// Currency of the amount.
    pub currency: Option<String>,
    /// When it was recorded.
    pub decided_at: Instant,
    /// Its `audit_id`.
    pub decision_id: String,
    /// Code of the error, where the request was refused.
    pub refused: Option<String>,
    /// `approve`, `refer` or `decline`; absent where it was refused, or the answer is gone.
    pub outcome: Option<Outcome>,
    /// Until when a person may decide otherwise.
    pub override_until: Option<Instant>,
    /// The policy that decided.
    pub policy: Option<ArtefactRef>,
    /// Codes of the reasons for the outcome.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

impl Operate for DecisionsGetRequest {
    const NAME: &'static str = "decisions.get";
    type Response = DecisionsGetResponse;
    reading!();

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<DecisionsGetResponse>, Interrupt> {
        instant(self.as_of)?;
        let (held, leaf) = decision(call, &self.decision_id, "/decision_id")?;
        let limits = whole(call.limits());
        let Some(response) = held.record.response() else {
            let message = "the answer of this decision was erased, or has lapsed; its leaf stays in the log";
            return Err(Error::new(Cause::RecordBodyErased, message).at("/decision_id").into());
        };
        let decision = JsonValue::read_text(&response, &limits)?;
        let response = DecisionsGetResponse {
            decided_at: leaf.recorded_at,
            decision_id: leaf.audit_id.clone(),
            gone: gone(&held, &leaf),
            override_until: override_until(&decision, leaf.recorded_at),
            decision_request_id: leaf.request_id,
            verifies: call.archive()?.proved(&held).is_ok(),
            decision,
        };
        let recorded_response = Some(read_of([leaf.audit_id]));
        Ok(Done { about: held.entity_id, recorded_response, ..Done::new(response, Vec::new()) })
    }
}

impl Operate for DecisionsListRequest {
    const NAME: &'static str = "decisions.list";
    type Response = DecisionsListResponse;
    reading!();

    fn subject(&self) -> Option<&str> {
        self.applicant_id.as_ref().map(Id::as_str)
    }

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<DecisionsListResponse>, Interrupt> {
        instant(self.as_of)?;
        let response = match &self.sample {
            Some(sample) => self.sampled(call, sample)?,
            None => self.listed(call)?,
        };
        let ids = response.decisions.iter().map(|it| it.decision_id.clone());
        let recorded_response = Some(read_of(ids));
        Ok(Done { recorded_response, ..Done::new(response, Vec::new()) })
    }
}

impl DecisionsListRequest {
    fn query(&self) -> Result<Query> {
        Ok(Query {
            entity_id: self.applicant_id.as_ref().map(|id| id.as_str().to_owned()),
            from_seq: from_cursor(self.cursor.as_deref())?,
            operation: Some(DECISIONS.to_owned()),
            since: self.since,
            until: self.until,
            most: 0,
        })
    }

    fn listed(&self, call: &Call<'_, '_>) -> Result<DecisionsListResponse> {
        let most = page_size(self.limit)?;
        let (mut decisions, mut next_cursor) = (Vec::new(), None);
        call.visit(self.query()?, |held| {
            let entry = entry(&held)?;
            if !self.asks_for(&entry) {
                return Ok(true);
            }
            if decisions.len() == most {
                next_cursor = Some(held.record.seq.to_string());
                return Ok(false);
            }
            decisions.push(entry);
            Ok(true)
        })?;
        Ok(DecisionsListResponse { decisions, next_cursor, population: None })
    }

    /// Returns the decisions of each stratum whose hash with the seed is least.
    fn sampled(&self, call: &Call<'_, '_>, sample: &DecisionSample) -> Result<DecisionsListResponse> {
        if !(1..=SAMPLE_MAX).contains(&sample.each) || self.cursor.is_some() || self.limit.is_some() {
            let message =
                format!("a sample has `each` in `1..={SAMPLE_MAX}`, and neither `cursor` nor `limit`");
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/sample"));
        }
        let each = usize::try_from(sample.each).unwrap_or(1);
        let mut strata: BTreeMap<Vec<String>, BTreeMap<Hash, (u64, DecisionEntry)>> = BTreeMap::new();
        let mut population = 0;
        call.visit(self.query()?, |held| {
            let entry = entry(&held)?;
            if self.asks_for(&entry) {
                population += 1;
                let rank = canonical::hash(&(sample.seed, &entry.decision_id))?;
                let stratum = strata.entry(sample.stratum(&entry)).or_default();
                stratum.insert(rank, (held.record.seq, entry));
                if stratum.len() > each {
                    stratum.pop_last();
                }
            }
            Ok(true)
        })?;
        let drawn: BTreeMap<u64, DecisionEntry> =
            strata.into_values().flat_map(BTreeMap::into_values).collect();
        let decisions = drawn.into_values().collect();
        Ok(DecisionsListResponse { decisions, next_cursor: None, population: Some(population) })
    }

    fn asks_for(&self, entry: &DecisionEntry) -> bool {
        self.actor.as_ref().is_none_or(|it| entry.actor.as_deref() == Some(it.as_str()))
            && self.arm.as_ref().is_none_or(|it| entry.arm.as_ref() == Some(it))
            && self.outcome.is_none_or(|it| entry.outcome == Some(it))
            && self.policy.as_ref().is_none_or(|it| entry.is_by(it))
            && self.reason.as_ref().is_none_or(|it| entry.reasons.contains(it))
    }
}

impl DecisionSample {
    fn stratum(&self, entry: &DecisionEntry) -> Vec<String> {
        let name = |by: &SampleBy| match by {
            SampleBy::Arm => entry.arm.clone(),
            SampleBy::Outcome => entry.outcome.map(|it| it.as_str().to_owned()),
            SampleBy::Policy => entry.policy.as_ref().map(|it| format!("{}@{}", it.id, it.version)),
            SampleBy::Reason => entry.reasons.first().cloned(),
        };
        self.by.iter().map(|by| name(by).unwrap_or_default()).collect()
    }
}

/// Returns the record of a decision, by either id.
pub(super) fn decision(call: &Call<'_, '_>, id: &Id, field: &str) -> Result<(Held, Leaf)> {
    let held = find(call, id.as_str(), field)?;
    let leaf: Leaf = json::read(&held.record.leaf, &whole(call.limits()))?;
    if leaf.operation != DECISIONS {
        let message = format!("this id is that of a call of `{}`, and of no decision", leaf.operation);
        return Err(Error::new(Cause::RecordNotFound, message).at(field));
    }
    Ok((held, leaf))
}

/// Returns the last instant at which a person may decide otherwise.
pub(super) fn override_until(decision: &JsonValue, recorded_at: Instant) -> Option<Instant> {
    let seconds = decision.member("override_window_s")?.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "it was read from 32 bits")]
    let micros = recorded_at.epoch_microseconds().saturating_add((seconds as i64).saturating_mul(1_000_000));
    Some(Instant::from_epoch_microseconds(micros).unwrap_or(Instant::MAX))
}

/// Returns what a list says of a decision.
pub(super) fn entry(held: &Held) -> Result<DecisionEntry> {
    let limits = whole(&Limits::DEFAULT);
    let leaf: Leaf = json::read(&held.record.leaf, &limits)?;
    let response = held.record.response().map(|text| JsonValue::read_text(&text, &limits)).transpose()?;
    let response = response.unwrap_or(JsonValue::Null);
    let text = |name: &str| response.member(name).and_then(JsonValue::as_str).map(str::to_owned);
    let outcome: Option<Outcome> = response.member("outcome").map(|it| it.read(&limits)).transpose()?;
    let reasons = match (response.member("reasons"), outcome) {
        (Some(JsonValue::Array(reasons)), Some(outcome)) => {
            let is_for =
                |it: &&JsonValue| it.member("outcome").and_then(JsonValue::as_str) == Some(outcome.as_str());
            let codes = reasons.iter().filter(is_for).filter_map(|it| it.member("code")?.as_str());
            let mut codes: Vec<String> = codes.map(str::to_owned).collect();
            codes.dedup();
            codes
        }
        _ => Vec::new(),
    };
    #[expect(clippy::cast_possible_truncation, reason = "whole numbers of the wire are within 2^53")]
    let amount = response.member("approved_amount_minor").and_then(JsonValue::as_f64).map(|it| it as i64);
    Ok(DecisionEntry {
        actor: text("actor"),
        applicant_id: held.entity_id.clone(),
        approved_amount_minor: amount,
        arm: response.member("arm").and_then(|arm| arm.member("role")?.as_str()).map(str::to_owned),
        as_of: leaf.as_of,
        currency: text("currency"),
        decided_at: leaf.recorded_at,
        decision_id: leaf.audit_id,
        refused: leaf.refused,
        outcome,
        override_until: override_until(&response, leaf.recorded_at),
        policy: response.member("policy").map(|it| it.read(&limits)).transpose()?,
        reasons,
    })
}
