//! `credit.score`: one applicant, from request to answer.

mod answer;
mod explanation;
mod inputs;
mod null_reason;
mod request;

pub use answer::{
    CharacteristicView, CounterfactualView, CreditScoreResponse, Effect, Explanation, MoveView, PointsRange,
    ReasonView, ReferralCode, ReferralReason, TopFeature,
};
pub use explanation::Explained;
pub(super) use inputs::ledger;
pub use null_reason::{InputNullReason, RequestNullReason, ScoreNullReason};
pub use request::{Audience, Context, CreditScoreRequest};

use super::table::Operation;
use super::{Call, Done, Interrupt, Operate, columns_as_rows, instant, recorded};
use crate::domain::{Finding, Frame, Severity};
use crate::engine::door::{Event, EventData};
use crate::engine::registry::{ArtefactRef, Chosen, RouteKey};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::limits::{self, Limits};
use crate::scorecard::{Card, Decision, Slots};
use explanation::Scored;
use inputs::{Evidence, Inputs};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

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
    type Response = CreditScoreResponse;
    recorded!();

    fn absorb(&mut self, frame: &Frame<'_>, limits: &Limits) -> Result<bool> {
        columns_as_rows::fill(self.data.as_mut(), frame, limits).map(|()| true)
    }

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<CreditScoreResponse>, Interrupt> {
        let limits = call.limits();
        let as_of = instant(self.as_of)?;
        limits::check("id_bytes", limits.id_bytes, self.entity_id.as_str().len())
            .map_err(|error| error.at("/entity_id"))?;
        check_context(self.context.as_ref())?;
        let key = RouteKey::Entity(self.entity_type);
        let card = call.registry.choose::<Card>(Operation::CreditScore, key, self.card.as_deref())?;
        let evidence = Evidence::gather(self, as_of, limits)?;
        let response = score(self, &card, &evidence)?;
        let event = completed(&response);
        Ok(Done { events: vec![event], ..Done::new(response, vec![card.reference()]) })
    }
}

fn score(
    request: &CreditScoreRequest,
    card: &Chosen<'_, Card>,
    evidence: &Evidence<'_>,
) -> Result<CreditScoreResponse> {
    let features = evidence.features();
    let inputs = evidence.inputs(card, features.as_ref())?;
    let slots = card.place(&inputs.values, |position, feature| {
        evidence.pointer(feature, card.inputs().nth(position).map(|(_, _, source)| source))
    })?;
    let findings = evidence.findings();
    let referral_reasons = referral_reasons(card, &slots, &inputs, findings);
    let by_points = card.decision(slots.points).unwrap_or(Decision::Refer);
    let decision = if referral_reasons.is_empty() { by_points } else { by_points.min(Decision::Refer) };
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
        by_points: decision == by_points && card.body.cutoffs.is_some(),
    };
    let explanation = if request.explain { Some(scored.explain(request)?) } else { None };
    let (min, max) = card.points_range();
    Ok(CreditScoreResponse {
        as_of: instant(request.as_of)?,
        card: card.reference(),
        confidence,
        data_completeness: card.data_completeness(&slots),
        decision,
        entity_id: request.entity_id.clone(),
        entity_type: request.entity_type,
        explanation,
        findings: findings.to_vec(),
        null_reasons,
        pd: card.is_calibrated().then_some(pd),
        pd_basis: Arc::clone(card.pd_basis()),
        points: slots.points,
        points_range: PointsRange { max, min },
        referral_reasons,
        risk_band: card.band_name(card.band(slots.points)).cloned().unwrap_or_default(),
        score: 1.0 - pd,
        seed: request.seed,
    })
}

fn check_context(context: Option<&Context>) -> Result<()> {
    let Some(context) = context else { return Ok(()) };
    if context.loan_amount.is_some_and(|amount| amount <= 0) {
        let message = "loan_amount must be above `0` minor units";
        return Err(Error::new(Cause::ValueOutOfRange, message).at("/context/loan_amount"));
    }
    if context.tenure_days.is_some_and(|days| !(1..=36_500).contains(&days)) {
        let message = "tenure_days must be within `1`..=`36500`";
        return Err(Error::new(Cause::ValueOutOfRange, message).at("/context/tenure_days"));
    }
    Ok(())
}

/// Whatever forbids an approval, with its places. It is reported even where the points decline.
fn referral_reasons(
    card: &Card,
    slots: &Slots,
    inputs: &Inputs<'_>,
    findings: &[Finding],
) -> Vec<ReferralReason> {
    let mut reasons = Vec::new();
    let doubtful: Vec<String> = findings
        .iter()
        .enumerate()
        .filter(|(_, it)| it.severity == Severity::Refer && !card.body.accepts.contains(&it.kind))
        .map(|(index, _)| format!("/findings/{index}"))
        .collect();
    if !doubtful.is_empty() {
        reasons.push(ReferralReason { code: ReferralCode::DataQuality, fields: doubtful });
    }
    if let (Some(most), Some(age)) = (card.body.minimum.age_days_max, inputs.age_days)
        && age > f64::from(most)
    {
        let fields = vec!["/as_of".to_owned()];
        reasons.push(ReferralReason { code: ReferralCode::InputStale, fields });
    }
    let forbidding = card.referring(slots);
    if !forbidding.is_empty() {
        let fields = forbidding
            .into_iter()
            .map(|position| format!("/explanation/characteristics/{position}"))
            .collect();
        reasons.push(ReferralReason { code: ReferralCode::MissingInput, fields });
    }
    if card.body.cutoffs.is_none() {
        reasons.push(ReferralReason { code: ReferralCode::NoCutoffs, fields: Vec::new() });
    }
    reasons
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
