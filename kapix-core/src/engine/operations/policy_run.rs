//! `policy.run`: one application under one policy.

mod answer;
mod counterfactual;
mod request;
mod shadow;
mod split;
mod unread;

pub use answer::{
    CounterOffer, OverrideView, PolicyCounterfactual, PolicyReason, PolicyRule, PolicyRunResponse,
    PolicyStep, ReasonSource,
};
pub use request::{Applicant, PolicyRunRequest};
pub(super) use request::{EarlierId, english};
pub use shadow::ShadowView;
pub use split::{ArmRole, Challenger, PolicyArm, PolicySplit};

use super::call::{Fulfilled, Need};
use super::table::Operation;
use super::{Call, Done, Interrupt, Operate, columns_as_rows, entity, instant, recorded};
use crate::domain::Frame;
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::{self, Limits};
use crate::policy::{
    CallNeed, CounterfactualNull, LANGUAGES, Outcome, Policy, PolicyDoubt, Progress, State, StepBody,
    StepResult, StepResults, Verdict,
};
use crate::time::Instant;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What came of the steps of a run, by their number.
type Steps = BTreeMap<u32, Asked>;

/// What a step was asked, and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    operation: Operation,
    fulfilled: Fulfilled,
    /// The record of the earlier result that stands for it.
    audit_id: Option<String>,
    /// Why that may not stand for it.
    doubt: Option<PolicyDoubt>,
}

impl Operate for PolicyRunRequest {
    const NAME: &'static str = "policy.run";
    const TAKES_ROWS: bool = true;
    const JUDGES: bool = true;
    type Response = PolicyRunResponse;
    recorded!();

    fn subject(&self) -> Option<&str> {
        Some(self.entity_id.as_str())
    }

    fn completed(&self, call: &Call<'_, '_>) -> core::result::Result<Option<Self>, Interrupt> {
        let applicant = &self.applicant;
        let brings = applicant.data.is_some() || applicant.features.is_some() || applicant.akiba.is_some();
        if brings || applicant.data_sources.is_empty() {
            return Ok(None);
        }
        let Some(data) = entity::named(call, &self.entity_id, &applicant.data_sources)? else {
            return Ok(None);
        };
        let applicant = Applicant { data: Some(data), ..applicant.clone() };
        Ok(Some(Self { applicant, ..self.clone() }))
    }

    fn absorb(&mut self, frame: &Frame<'_>, limits: &Limits) -> Result<bool> {
        let filled = columns_as_rows::fill(self.applicant.data.as_mut(), frame, limits);
        filled.map(|()| true).map_err(|error| error.under("/applicant"))
    }

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<PolicyRunResponse>, Interrupt> {
        let limits = call.limits();
        let as_of = instant(self.as_of)?;
        limits::check("id_bytes", limits.id_bytes, self.entity_id.as_str().len())
            .map_err(|error| error.at("/entity_id"))?;
        let (policy, arm) = self.chosen(call)?;
        let mut unused = self.unused(call, &policy)?;
        let mut state = State::spare();
        let begun = policy.begin(&self.inputs, as_of, Some(&self.entity_id), &mut state);
        begun.map_err(|error| {
            if error.cause == Cause::PolicyNotEffective { error.at("/as_of") } else { error.under("/inputs") }
        })?;
        let (verdict, steps) = self.decide(call, &policy, as_of, &mut state)?;
        unused.extend(self.unread_of_applicant(&policy, &steps)?);
        let trace = self.trace.then(|| policy.trace(&state));
        let counterfactual = match (self.counterfactual, verdict.outcome) {
            (false, _) => None,
            (true, Outcome::Decline) => {
                Some(self.least_change(call, (&policy, as_of), &steps, &mut state)?)
            }
            (true, Outcome::Approve | Outcome::Refer) => Some(Err(CounterfactualNull::NotDeclined)),
        };
        let counter_offer = match verdict.outcome {
            Outcome::Approve => None,
            Outcome::Refer | Outcome::Decline => self.counter_offer(call, &policy, as_of, &mut state)?,
        };
        let shadows = self.shadowed(call, as_of, &verdict)?;
        let mut artefacts = vec![policy.reference()];
        artefacts.extend(shadows.iter().filter_map(|it| it.policy.clone()));
        let request = self.in_its_language(&policy);
        let found = answer::Found {
            request: &request,
            policy: &policy,
            as_of,
            verdict,
            steps,
            trace,
            arm,
            counter_offer,
            shadows,
            counterfactual,
            unused,
        };
        let response = found.response(policy.reference());
        Ok(Done::new(response, artefacts))
    }
}

impl PolicyRunRequest {
    /// Returns the request in the language that the answer will have: English, where neither the engine nor the policy has
    /// texts in the one that is asked for.
    fn in_its_language(&self, policy: &Policy) -> Cow<'_, Self> {
        let language = &*self.language;
        let mut of_policy = policy.body.reasons.values().map(|reason| &reason.texts);
        if LANGUAGES.contains(&language) || of_policy.any(|texts| texts.contains_key(language)) {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self { language: "en".to_owned(), ..self.clone() })
    }

    /// Runs the policy with the results of its steps.
    fn decide(
        &self,
        call: &Call<'_, '_>,
        policy: &Policy,
        as_of: Instant,
        state: &mut State,
    ) -> core::result::Result<(Verdict, Steps), Interrupt> {
        let (mut results, mut steps) = (StepResults::new(), Steps::new());
        loop {
            match policy.run(&results, state) {
                Progress::Done(verdict) => return Ok((verdict, steps)),
                Progress::Need(need) => {
                    let (step, operation) = (need.step, Operation::parse(&need.operation)?);
                    let earlier = self.earlier.iter().find(|it| it.operation == operation);
                    let asked = if let Some(earlier) = earlier {
                        self.stand_in(call, policy, earlier, &need)?
                    } else {
                        let arguments = self.arguments(operation, need, as_of, call.limits())?;
                        let fulfilled = call.result(Need { arguments, operation })?.clone();
                        Asked { operation, fulfilled, audit_id: None, doubt: None }
                    };
                    results.insert(step, asked.result());
                    steps.insert(step, asked);
                }
            }
        }
    }

    /// Returns the earlier result that the application brings for a step.
    fn stand_in(
        &self,
        call: &Call<'_, '_>,
        policy: &Policy,
        earlier: &EarlierId,
        need: &CallNeed,
    ) -> core::result::Result<Asked, Interrupt> {
        let step = usize::try_from(need.step).ok().and_then(|step| policy.body.steps.get(step));
        let by_id = if let Some(StepBody::Call(step)) = step { step.by_id.as_ref() } else { None };
        let found = super::earlier::read(call, (earlier.name, &earlier.id), &self.entity_id)?;
        let audit_id = Some(found.audit_id.clone());
        let (fulfilled, doubt) = found.stand_for(need, earlier.operation, (&self.entity_id, by_id));
        Ok(Asked { operation: earlier.operation, fulfilled, audit_id, doubt })
    }

    /// Returns the request of a step: the applicant, what the policy states, and values of the application.
    fn arguments(
        &self,
        operation: Operation,
        need: CallNeed,
        as_of: Instant,
        limits: &Limits,
    ) -> Result<JsonValue> {
        let JsonValue::Object(mut members) = self.applicant.as_json(limits)? else {
            return Ok(JsonValue::Null);
        };
        members.retain(|name, _| operation.applicant_fields().contains(&name.as_str()));
        members.insert("as_of".to_owned(), JsonValue::Text(as_of.to_string()));
        members.insert("entity_id".to_owned(), JsonValue::Text(self.entity_id.as_str().to_owned()));
        members.extend(need.arguments);
        let mut request = JsonValue::Object(members);
        for (tokens, value) in need.values {
            let stated = tokens.iter().try_fold(&request, |found, token| found.member(token));
            if stated.is_some_and(|it| !matches!(it, JsonValue::Null)) {
                let pointer = tokens.join("/");
                let message =
                    format!("the policy takes `/{pointer}` of a step from an input: state it there alone");
                return Err(Error::new(Cause::PolicyInput, message).at(format!("/applicant/{pointer}")));
            }
            request.put(&tokens, value);
        }
        Ok(request)
    }

    /// Returns the largest amount of the grid below the requested one at which the whole policy approves.
    fn counter_offer(
        &self,
        call: &Call<'_, '_>,
        policy: &Policy,
        as_of: Instant,
        state: &mut State,
    ) -> core::result::Result<Option<CounterOffer>, Interrupt> {
        for amount in policy.counter_amounts(state) {
            policy.ask_for(amount, state);
            let (verdict, _) = self.decide(call, policy, as_of, state)?;
            if let (Outcome::Approve, Some(terms)) = (verdict.outcome, verdict.terms) {
                return Ok(Some(CounterOffer { amount_minor: terms.amount_minor, terms: terms.stated }));
            }
        }
        Ok(None)
    }
}

impl Asked {
    /// Returns what came of the step, as a policy reads it.
    fn result(&self) -> StepResult {
        match self.doubt {
            Some(doubt) => StepResult::Unfit(doubt),
            None => step_result(self.operation, &self.fulfilled),
        }
    }
}

/// Returns what came of an operation, as a policy reads it.
fn step_result(operation: Operation, fulfilled: &Fulfilled) -> StepResult {
    match fulfilled {
        Fulfilled::Answer(answer) => {
            StepResult::Answer { referred: operation.refers(answer), answer: answer.clone() }
        }
        Fulfilled::Refusal(_) => StepResult::Refused,
    }
}
