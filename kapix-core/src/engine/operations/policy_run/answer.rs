//! The answer of `policy.run`, as it is on the wire.

use super::{Asked, PolicyArm, PolicyRunRequest, ShadowView, Steps};
use crate::audit::ArtefactRef;
use crate::engine::operations::call::Fulfilled;
use crate::engine::operations::credit_score::Audience;
use crate::engine::registry::Chosen;
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::money::Currency;
use crate::policy::{
    Because, CounterfactualNull, InputChange, Outcome, Policy, PolicyDoubt, ReasonAudience, ReasonCode,
    TableTrace, Verdict,
};
use crate::time::Instant;
use serde::Serialize;
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reasons of a decline that an applicant is told: four, and a fifth where one is about inquiries
/// (12 CFR 1002 Supp. I, 9(b)(2)-1; Fair Credit Reporting Act, section 609(f)(1)(C) and (9)).
const PRINCIPAL_MAX: usize = 4;

/// What became of an application.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyRunResponse {
    /// The amount that an approval grants, in minor units.
    pub approved_amount_minor: Option<i64>,
    /// Which policy of the split decided, where the request has one.
    pub arm: Option<PolicyArm>,
    /// The instant of the application.
    pub as_of: Instant,
    /// Inputs that are missing and have a value of the policy instead.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub assumed: BTreeMap<Arc<str>, JsonValue>,
    /// The largest amount of the policy's grid at which the whole policy approves.
    pub counter_offer: Option<CounterOffer>,
    /// The least change at which the whole policy approves, where the request asks for it.
    pub counterfactual: Option<PolicyCounterfactual>,
    /// Currency of the amounts.
    pub currency: Option<Currency>,
    /// Your id of the applicant.
    pub entity_id: Id,
    /// The decision in sentences, in the language of the request.
    pub explanation: String,
    /// The language of the texts: that of the request, or `en` where neither the engine nor the policy has it.
    pub language: String,
    /// The rows that matched, in the order of the steps.
    pub matched_rules: Vec<PolicyRule>,
    /// Why `counterfactual` has no value, by the JSON pointer of the field, where the request asks for it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub null_reasons: BTreeMap<&'static str, CounterfactualNull>,
    /// `approve`, `refer` or `decline`.
    pub outcome: Outcome,
    /// Whether and until when a person may decide otherwise.
    #[serde(rename = "override")]
    pub overriding: Option<OverrideView>,
    /// The policy that decided.
    pub policy: ArtefactRef,
    /// Codes of the reasons that a declined applicant is told: of the first step that declines, at most four, and a fifth
    /// about inquiries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub principal_reasons: Vec<Arc<str>>,
    /// Why, in the order of the steps.
    pub reasons: Vec<PolicyReason>,
    /// The request's seed.
    pub seed: i64,
    /// What the shadow policies would decide, in the order of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shadows: Vec<ShadowView>,
    /// What came of the operations that the policy asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<PolicyStep>,
    /// What an approval states beside the amount.
    pub terms: Option<BTreeMap<String, JsonValue>>,
    /// What became of every row, where the request asks for it.
    pub trace: Option<Vec<TableTrace>>,
    /// What was sent and not read: names in `inputs`, and JSON pointers below `/applicant`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unused: Vec<String>,
    /// Until when an approval is valid.
    pub valid_until: Option<Instant>,
}

/// An amount at which the whole policy approves.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CounterOffer {
    /// The amount, in minor units.
    pub amount_minor: i64,
    /// What the offer states beside it.
    pub terms: BTreeMap<String, JsonValue>,
}

/// The least change of the application at which the whole policy, run again, approves.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyCounterfactual {
    /// The amount that the approval would grant, in minor units.
    pub approved_amount_minor: Option<i64>,
    /// The inputs that change, fewest first, then by the smallest sum of relative changes.
    pub changes: Vec<InputChange>,
    /// Whether no change of fewer inputs, and no smaller one, exists: cells read every input that can change as it is, and
    /// all were tried.
    pub exact: bool,
    /// Names of the steps whose results were held as they are; a change of what they read could change them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
}

/// Until when a person may decide otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OverrideView {
    /// Whether a second person must agree.
    pub four_eyes: bool,
    /// The last instant.
    pub until: Instant,
}

/// A row that matched.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyRule {
    /// Name of the row in its table.
    pub rule: String,
    /// Name of the table.
    pub table: String,
}

/// Where a reason comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ReasonSource {
    /// The policy says so.
    Policy,
    /// The engine refers: what it would need is missing, too old, or in doubt.
    Engine,
}

/// One reason.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyReason {
    /// Its code: of the policy's `reasons`, or of the engine (`docs/CODES.md`).
    pub code: Arc<str>,
    /// Inputs that are missing or cannot be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Arc<str>>,
    /// The outcome that it asks for.
    pub outcome: Outcome,
    /// Where a referral goes.
    pub queue: Option<Arc<str>>,
    /// Rows of the step's table that gave it, or that hang on what is unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Where it comes from.
    pub source: ReasonSource,
    /// Name of the step that gave it.
    pub step: Option<String>,
    /// The text, in the language of the request.
    pub text: String,
}

/// What came of an operation that the policy asked.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyStep {
    /// The record of the earlier result that stands for the step.
    pub audit_id: Option<String>,
    /// The confidence that its answer states, where it states one.
    pub confidence: Option<f64>,
    /// Why that earlier result may not stand for the step: `INPUT_MISMATCH` or `INPUT_STALE`.
    pub doubt: Option<PolicyDoubt>,
    /// Its error, where it refused.
    pub error: Option<JsonValue>,
    /// JSON pointers to results that the policy reads and its answer does not have, or has as null or as another type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Name of the step.
    pub name: String,
    /// The operation.
    pub operation: &'static str,
    /// Whether it referred the application itself.
    pub referred: bool,
}

/// What a run found, before it is written.
pub(super) struct Found<'f> {
    pub(super) request: &'f PolicyRunRequest,
    pub(super) policy: &'f Chosen<'f, Policy>,
    pub(super) as_of: Instant,
    pub(super) verdict: Verdict,
    pub(super) steps: Steps,
    pub(super) trace: Option<Vec<TableTrace>>,
    pub(super) arm: Option<PolicyArm>,
    pub(super) counter_offer: Option<CounterOffer>,
    pub(super) shadows: Vec<ShadowView>,
    pub(super) counterfactual: Option<Result<PolicyCounterfactual, CounterfactualNull>>,
    pub(super) unused: Vec<String>,
}

impl Found<'_> {
    pub(super) fn response(self, policy: ArtefactRef) -> PolicyRunResponse {
        let body = &self.policy.body;
        let reasons: Vec<PolicyReason> =
            self.verdict.because.iter().filter(|it| self.is_told(it)).map(|it| self.reason(it)).collect();
        let explanation = self.explanation(&reasons);
        let is_approved = self.verdict.outcome == Outcome::Approve;
        let valid_days = body.offer.as_ref().and_then(|offer| offer.valid_days).filter(|_| is_approved);
        let valid_until = valid_days.map(|days| later(self.as_of, i64::from(days) * 86_400));
        let overriding = match &body.overriding {
            Some(it) if !is_approved && self.may_override(&it.never) => Some(OverrideView {
                four_eyes: it.four_eyes,
                until: later(self.as_of, i64::from(it.window_s)),
            }),
            _ => None,
        };
        let principal_reasons = self.principal();
        let assumed = self.verdict.assumed.iter().map(|name| (Arc::clone(name), self.policy.assumed(name)));
        let matched = self.verdict.matched.iter().map(|it| PolicyRule {
            rule: self.policy.rule_name(it.step, it.row),
            table: self.policy.step_name(it.step).to_owned(),
        });
        let steps: Vec<_> = self.steps.iter().map(|(step, asked)| self.step(*step, asked)).collect();
        let terms = self.verdict.terms.as_ref();
        let (counterfactual, null_reason) = match self.counterfactual {
            Some(Ok(found)) => (Some(found), None),
            Some(Err(why)) => (None, Some(("/counterfactual", why))),
            None => (None, None),
        };
        PolicyRunResponse {
            approved_amount_minor: terms.map(|terms| terms.amount_minor),
            as_of: self.as_of,
            assumed: assumed.collect(),
            currency: self.policy.offer_currency(),
            entity_id: self.request.entity_id.clone(),
            explanation,
            language: self.request.language.clone(),
            matched_rules: matched.collect(),
            outcome: self.verdict.outcome,
            overriding,
            policy,
            principal_reasons,
            reasons,
            seed: self.request.seed,
            steps,
            terms: terms.map(|terms| terms.stated.clone()),
            valid_until,
            arm: self.arm,
            counter_offer: self.counter_offer,
            shadows: self.shadows,
            counterfactual,
            null_reasons: null_reason.into_iter().collect(),
            trace: self.trace,
            unused: self.unused,
        }
    }

    fn step(&self, step: u32, asked: &Asked) -> PolicyStep {
        let Asked { operation, fulfilled, audit_id, doubt } = asked;
        let answer = if let Fulfilled::Answer(answer) = fulfilled { Some(answer) } else { None };
        PolicyStep {
            audit_id: audit_id.clone(),
            confidence: answer.and_then(|it| it.member("confidence")?.as_f64()),
            doubt: *doubt,
            error: if let Fulfilled::Refusal(error) = fulfilled { Some(error.clone()) } else { None },
            missing: answer.map(|answer| self.policy.lacks(step, answer)).unwrap_or_default(),
            name: self.policy.step_name(step).to_owned(),
            operation: operation.as_str(),
            referred: answer.is_some_and(|answer| operation.refers(answer)),
        }
    }

    /// Returns whether the reader of the answer is told a reason.
    fn is_told(&self, because: &Because) -> bool {
        let ReasonCode::Policy(code) = &because.code else { return true };
        let audience = self.policy.body.reasons.get(&**code).map(|reason| reason.audience);
        self.request.audience == Audience::Internal || audience != Some(ReasonAudience::Internal)
    }

    fn reason(&self, because: &Because) -> PolicyReason {
        let language = &*self.request.language;
        let (code, source, text): (Arc<str>, _, _) = match &because.code {
            ReasonCode::Doubt(doubt) => {
                (<&str>::from(*doubt).into(), ReasonSource::Engine, doubt.text(language).to_owned())
            }
            ReasonCode::Policy(code) => {
                let texts = self.policy.body.reasons.get(&**code).map(|reason| &reason.texts);
                let text = texts.and_then(|texts| texts.get(language).or_else(|| texts.get("en")));
                (Arc::clone(code), ReasonSource::Policy, text.cloned().unwrap_or_default())
            }
        };
        let rules = because
            .rows
            .iter()
            .map(|row| because.step.map(|step| self.policy.rule_name(step, *row)).unwrap_or_default());
        PolicyReason {
            code,
            inputs: because.inputs.clone(),
            outcome: because.outcome,
            queue: because.queue.clone(),
            rules: rules.collect(),
            source,
            step: because.step.map(|step| self.policy.step_name(step).to_owned()),
            text,
        }
    }

    /// Returns the codes that a declined applicant is told: of the first step that declines.
    fn principal(&self) -> Vec<Arc<str>> {
        let declines = |it: &&Because| it.outcome == Outcome::Decline && self.is_told(it);
        if self.verdict.outcome != Outcome::Decline {
            return Vec::new();
        }
        let first = self.verdict.because.iter().find(declines).map(|it| it.step);
        let mut codes: Vec<Arc<str>> = Vec::new();
        for because in self.verdict.because.iter().filter(declines).filter(|it| Some(it.step) == first) {
            if let ReasonCode::Policy(code) = &because.code
                && !codes.contains(code)
            {
                codes.push(Arc::clone(code));
            }
        }
        let inquiries =
            |code: &Arc<str>| self.policy.body.reasons.get(&**code).is_some_and(|it| it.inquiries);
        let fifth = codes.iter().skip(PRINCIPAL_MAX).find(|code| inquiries(code)).cloned();
        codes.truncate(PRINCIPAL_MAX);
        codes.extend(fifth);
        codes
    }

    fn may_override(&self, never: &[String]) -> bool {
        let is_fixed = |it: &Because| matches!(&it.code, ReasonCode::Policy(code) if never.iter().any(|never| **never == **code));
        !self.verdict.because.iter().any(is_fixed)
    }

    fn explanation(&self, reasons: &[PolicyReason]) -> String {
        let words = match (&*self.request.language, self.verdict.outcome) {
            ("fr", Outcome::Approve) => "La demande est approuvée.",
            ("fr", Outcome::Refer) => "Une personne examinera la demande.",
            ("fr", Outcome::Decline) => "La demande est refusée.",
            ("sw", Outcome::Approve) => "Ombi limeidhinishwa.",
            ("sw", Outcome::Refer) => "Ombi litakaguliwa na mtu.",
            ("sw", Outcome::Decline) => "Ombi limekataliwa.",
            (_, Outcome::Approve) => "The application is approved.",
            (_, Outcome::Refer) => "The application is referred to a person.",
            (_, Outcome::Decline) => "The application is declined.",
        };
        let mut sentences = vec![words];
        for reason in reasons.iter().filter(|it| it.outcome == self.verdict.outcome) {
            if !sentences.contains(&&*reason.text) {
                sentences.push(&reason.text);
            }
        }
        sentences.join(" ")
    }
}

/// Returns an instant some seconds later; the last one that can be written where it would lie behind that.
fn later(instant: Instant, seconds: i64) -> Instant {
    let moved = instant.epoch_microseconds().saturating_add(seconds.saturating_mul(1_000_000));
    Instant::from_epoch_microseconds(moved).unwrap_or(Instant::MAX)
}
