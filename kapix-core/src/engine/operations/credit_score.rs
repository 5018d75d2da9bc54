//! `credit.score`: one applicant, from request to answer.

mod answer;
mod context;
mod explanation;
mod inputs;
mod null_reason;
mod referral;
mod request;
mod second_reading;
mod unread;

pub use answer::{
    CharacteristicView, CounterfactualView, CreditScoreResponse, Effect, Explanation, MoveView, PointsRange,
    ReasonView, ReferralCode, ReferralReason, TopFeature,
};
pub use explanation::Explained;
pub(super) use inputs::{check_named, check_sources, ledger, needed};
pub use null_reason::{InputNullReason, RequestNullReason, ScoreNullReason};
pub use request::{Audience, Context, CreditScoreRequest};

use super::operate::Twin;
use super::table::Operation;
use super::{Call, Done, Interrupt, Operate, columns_as_rows, entity, instant, recorded};
use crate::audit::ArtefactRef;
use crate::domain::Frame;
use crate::engine::door::{Event, EventData};
use crate::engine::registry::{Chosen, RouteKey};
use crate::error::Result;
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::{self, Limits};
use crate::scorecard::{Card, Decision, MissingEffect, Slots};
use explanation::Scored;
use inputs::Evidence;
use referral::Doubts;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use unread::Unread;

/// A score that was given: the event `credit.score.completed`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreditScoreCompleted {
    /// The card that answered.
    pub card: ArtefactRef,
    /// The outcome.
    pub decision: Decision,
    /// The host's id of the applicant.
    pub entity_id: Id,
    /// Total points.
    pub points: i32,
    /// Band of the total.
    pub risk_band: Arc<str>,
    /// 1 - PD, or a rank.
    pub score: f64,
}

impl Operate for CreditScoreRequest {
    const NAME: &'static str = "credit.score";
    const TAKES_ROWS: bool = true;
    const JUDGES: bool = true;
    const APPLICANT: &'static [&'static str] =
        &["akiba", "context", "data", "data_sources", "entity_type", "features"];
    const ANSWERS: &'static [&'static str] = &[
        "as_of",
        "card",
        "confidence",
        "data_completeness",
        "decision",
        "entity_id",
        "entity_type",
        "explanation",
        "features_as_of",
        "findings",
        "missing_inputs",
        "null_reasons",
        "pd",
        "pd_basis",
        "points",
        "points_range",
        "referral_reasons",
        "risk_band",
        "score",
        "seed",
        "unused",
    ];
    const TWIN: Option<Twin> = Some(super::credit_score_batch::twin);
    type Response = CreditScoreResponse;
    recorded!();

    fn subject(&self) -> Option<&str> {
        Some(self.entity_id.as_str())
    }

    fn refers(answer: &JsonValue) -> bool {
        answer.member("decision").and_then(JsonValue::as_str) == Some(Decision::Refer.as_str())
    }

    fn completed(&self, call: &Call<'_, '_>) -> core::result::Result<Option<Self>, Interrupt> {
        let brings = self.data.is_some() || self.features.is_some() || self.akiba.is_some();
        if brings || self.data_sources.is_empty() {
            return Ok(None);
        }
        let data = entity::named(call, &self.entity_id, &self.data_sources)?;
        Ok(data.map(|data| Self { data: Some(data), ..self.clone() }))
    }

    fn absorb(&mut self, frame: &Frame<'_>, limits: &Limits) -> Result<bool> {
        columns_as_rows::fill(self.data.as_mut(), frame, limits).map(|()| true)
    }

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<CreditScoreResponse>, Interrupt> {
        let limits = call.limits();
        let as_of = instant(self.as_of)?;
        limits::check("id_bytes", limits.id_bytes, self.entity_id.as_str().len())
            .map_err(|error| error.at("/entity_id"))?;
        context::check(self.context.as_ref())?;
        let key = RouteKey::Entity(self.entity_type);
        let card = call.registry.choose::<Card>(Operation::CreditScore, key, self.card.as_deref())?;
        let evidence = Evidence::gather(self, as_of, limits)?;
        let (response, computed) = score(self, &card, &evidence, call)?;
        let event = completed(&response);
        Ok(Done { computed, events: vec![event], ..Done::new(response, vec![card.reference()]) })
    }
}

fn score(
    request: &CreditScoreRequest,
    card: &Chosen<'_, Card>,
    evidence: &Evidence<'_>,
    call: &Call<'_, '_>,
) -> Result<(CreditScoreResponse, Option<JsonValue>)> {
    let features = evidence.features();
    let mut inputs = evidence.read(card, features.as_ref());
    context::fill(request, card, (evidence, features.as_ref()), &mut inputs)?;
    let unread = Unread::find(request, (evidence, &inputs), card, call.registry)?;
    let inputs = evidence.check_minimum(card, features.as_ref(), inputs)?;
    let slots = card.place(&inputs.values, |position, feature| {
        evidence.pointer(feature, card.inputs().nth(position).map(|(_, _, source)| source))
    })?;
    let findings = [evidence.findings(), &unread.findings].concat();
    let judged = card.judge(&slots);
    let by_points = card.decision(slots.points).unwrap_or(Decision::Refer);
    let is_disputed = second_reading::differs(request, card, (evidence, &findings), judged.decide(by_points));
    let doubts = Doubts {
        card,
        findings: &findings,
        meant: &unread.meant,
        inputs: &inputs,
        judged: &judged,
        is_disputed,
    };
    let referral_reasons = doubts.reasons();
    let decision = doubts.decide(by_points, &referral_reasons);
    let missing_inputs = referral::inputs(card, card.missing(&slots));
    let mut null_reasons = BTreeMap::new();
    let confidence = confidence(card, &slots, decision == by_points, &mut null_reasons);
    let pd = card.pd(slots.points);
    if !card.is_calibrated() {
        null_reasons.insert("/pd", ScoreNullReason::PdAssumed);
    }
    let scored = Scored {
        card,
        slots: &slots,
        inputs: &inputs,
        features: features.as_ref(),
        origin: evidence.origin(),
        // Where something else forbids an approval, no change of the inputs would make one.
        by_points: decision == by_points
            && card.body.cutoffs.is_some()
            && (referral_reasons.is_empty() || decision == Decision::Decline),
        is_open: judged.effect == MissingEffect::Refers,
    };
    let explanation = if request.explain { Some(scored.explain(request)?) } else { None };
    let computed =
        if call.control.draft { evidence.computed(card, &inputs, features.as_ref()) } else { None };
    let (min, max) = card.points_range();
    let response = CreditScoreResponse {
        as_of: instant(request.as_of)?,
        card: card.reference(),
        confidence,
        data_completeness: card.data_completeness(&slots),
        decision,
        entity_id: request.entity_id.clone(),
        entity_type: request.entity_type,
        explanation,
        features_as_of: evidence.features_as_of(),
        findings,
        missing_inputs,
        null_reasons,
        pd: card.is_calibrated().then_some(pd),
        pd_basis: Arc::clone(card.pd_basis()),
        points: slots.points,
        points_range: PointsRange { max, min },
        referral_reasons,
        risk_band: card.band_name(card.band(slots.points)).cloned().unwrap_or_default(),
        score: 1.0 - pd,
        seed: request.seed,
        unused: unread.pointers,
    };
    Ok((response, computed))
}

fn confidence(
    card: &Card,
    slots: &Slots,
    by_points: bool,
    null_reasons: &mut BTreeMap<&'static str, ScoreNullReason>,
) -> Option<f64> {
    let found = if by_points { card.confidence(slots) } else { None };
    if found.is_none() {
        let reason = match &card.body.development {
            _ if !by_points => ScoreNullReason::ReferredByRule,
            None => ScoreNullReason::ExpertCard,
            Some(_) if card.body.cutoffs.is_none() => ScoreNullReason::NoCutoffs,
            Some(_) => ScoreNullReason::NoCoefficientCovariance,
        };
        null_reasons.insert("/confidence", reason);
    }
    found
}

fn completed(response: &CreditScoreResponse) -> Event {
    let data = CreditScoreCompleted {
        card: response.card.clone(),
        decision: response.decision,
        entity_id: response.entity_id.clone(),
        points: response.points,
        risk_band: Arc::clone(&response.risk_band),
        score: response.score,
    };
    Event { data: EventData::CreditScoreCompleted(data), kind: "credit.score.completed" }
}

#[cfg(test)]
mod tests;
