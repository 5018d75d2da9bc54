//! `decisions.run`: a policy decides an application, and the decision is on record with all that it rests on.
//!
//! What `policy.run` computes is here a decision: it needs a record, takes earlier results by their id, and says how sure its
//! results are.

use super::call::Interrupt;
use super::credit_score::Audience;
use super::policy_run::{Applicant, EarlierId, PolicyRunRequest, PolicyRunResponse, PolicySplit, english};
use super::table::Operation;
use super::{Call, Done, Operate, columns_as_rows, recorded};
use crate::audit::ArtefactRef;
use crate::domain::Frame;
use crate::engine::door::{Event, EventData};
use crate::engine::registry::Registry;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::{Outcome, Policy, StepBody};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Inputs that bring an earlier result, and the operation that answered it.
const BY_ID: [(&str, &str); 2] = [("credit_score_id", "credit.score"), ("fraud_eval_id", "fraud.evaluate")];
/// The input that names the applicant.
const APPLICANT_ID: &str = "applicant_id";
/// The input with the requested amount, in minor units, for policies that call it otherwise.
const REQUESTED_AMOUNT: &str = "requested_amount";

/// Asks for a decision on record.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionsRunRequest {
    /// Who asks: a user or a service of yours; up to 128 bytes. The answer echoes it.
    pub actor: Option<Id>,
    /// What the steps of the policy are given of the applicant, where no earlier result stands for them.
    #[serde(default)]
    pub applicant: Applicant,
    /// The instant of the application; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// Who reads the reasons; default `internal`.
    #[serde(default)]
    pub audience: Audience,
    /// Whether the answer to a decline says which least change of the inputs that the applicant can change would be approved;
    /// default false.
    #[serde(default)]
    pub counterfactual: bool,
    /// The same key and request give the stored answer.
    pub idempotency_key: Option<Id>,
    /// `applicant_id`, your id of the applicant; then, each may be absent, `credit_score_id` and `fraud_eval_id`, the
    /// `request_id` or `audit_id` of an earlier answer on the same applicant; `requested_amount` in minor units; and the inputs of
    /// the policy by name, as in `policy.run`.
    pub inputs: BTreeMap<String, JsonValue>,
    /// Language of the reasons, ISO 639-1; default `en`.
    #[serde(default = "english")]
    pub language: String,
    /// Seconds from the record of the decision in which a person may decide otherwise: at most what the policy states, which it is
    /// when absent; 0 allows none.
    pub override_window_s: Option<u32>,
    /// `id` or `id@version` of a policy.
    pub policy_id: String,
    /// Seed of simulations.
    #[serde(default)]
    pub seed: i64,
    /// At most 8 policies, `id` or `id@version`, that are run beside the one that decides and never touch the outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadows: Vec<String>,
    /// Challengers that decide a share of the applicants in place of `policy_id`.
    pub split: Option<PolicySplit>,
    /// Whether the answer says of every row why it did not match; default false.
    #[serde(default)]
    pub trace: bool,
}

/// A decision.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionsRunResponse {
    /// Who asked.
    pub actor: Option<Id>,
    /// The smallest confidence among the results that state one; null where none does.
    #[serialize_always]
    pub confidence: Option<f64>,
    /// Names of the steps whose result states no confidence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confidence_missing: Vec<String>,
    /// Seconds from `recorded_at` in which a person may decide otherwise; absent where nobody may.
    pub override_window_s: Option<u32>,
    /// The decision in sentences, in the language of the request.
    pub reason: String,
    /// What the policy says of the application.
    #[serde(flatten)]
    pub run: PolicyRunResponse,
}

/// The data of `decision.made`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionMade {
    /// Your id of the applicant.
    pub applicant_id: Id,
    /// The amount that an approval grants, in minor units.
    pub approved_amount_minor: Option<i64>,
    /// `approve`, `refer` or `decline`.
    pub outcome: Outcome,
    /// The policy that decided.
    pub policy: ArtefactRef,
    /// Codes of the reasons for the outcome, in the order of the steps.
    pub reasons: Vec<Arc<str>>,
}

impl Operate for DecisionsRunRequest {
    const NAME: &'static str = "decisions.run";
    const TAKES_ROWS: bool = true;
    const JUDGES: bool = true;
    const NEEDS_RECORD: bool = true;
    type Response = DecisionsRunResponse;
    recorded!();

    fn subject(&self) -> Option<&str> {
        self.inputs.get(APPLICANT_ID).and_then(JsonValue::as_str)
    }

    fn completed(&self, call: &Call<'_, '_>) -> core::result::Result<Option<Self>, Interrupt> {
        let inner = self.as_run(call.registry).map_err(Interrupt::from)?;
        let Some(inner) = inner.completed(call)? else { return Ok(None) };
        Ok(Some(Self { applicant: inner.applicant, ..self.clone() }))
    }

    fn absorb(&mut self, frame: &Frame<'_>, limits: &Limits) -> Result<bool> {
        let filled = columns_as_rows::fill(self.applicant.data.as_mut(), frame, limits);
        filled.map(|()| true).map_err(|error| error.under("/applicant"))
    }

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<DecisionsRunResponse>, Interrupt> {
        let run = self.as_run(call.registry)?;
        let done = run.run(call).map_err(renamed)?;
        let response = done.response;
        let policy = call
            .registry
            .named::<Policy>(&format!("{}@{}", response.policy.id, response.policy.version), |_| false)?;
        check_taken(&policy.body.steps, &run.earlier)?;
        let override_window_s =
            self.window(&response, policy.body.overriding.as_ref().map(|it| it.window_s))?;
        let confidence = response.steps.iter().filter_map(|step| step.confidence).min_by(f64::total_cmp);
        let silent = response.steps.iter().filter(|step| step.confidence.is_none());
        let confidence_missing = silent.map(|step| step.name.clone()).collect();
        let event = Event { data: EventData::DecisionMade(made(&response)), kind: "decision.made" };
        let response = DecisionsRunResponse {
            actor: self.actor.clone(),
            confidence,
            confidence_missing,
            override_window_s,
            reason: response.explanation.clone(),
            run: PolicyRunResponse { overriding: None, ..response },
        };
        Ok(Done { events: vec![event], ..Done::new(response, done.artefacts) })
    }
}

impl DecisionsRunRequest {
    /// Returns the run of the policy that it asks for.
    fn as_run(&self, registry: &Registry) -> Result<PolicyRunRequest> {
        let mut inputs = self.inputs.clone();
        let mut earlier = Vec::new();
        for (name, operation) in BY_ID {
            let Some(id) = inputs.remove(name).filter(|id| *id != JsonValue::Null) else { continue };
            let id = self::id(Some(&id), name)?;
            let Ok(operation) = Operation::parse(operation) else { return Err(not_taken(name, operation)) };
            earlier.push(EarlierId { id: id.as_str().to_owned(), name, operation });
        }
        let entity_id = id(inputs.remove(APPLICANT_ID).as_ref(), APPLICANT_ID)?;
        self.put_amount(registry, &mut inputs)?;
        Ok(PolicyRunRequest {
            applicant: self.applicant.clone(),
            as_of: self.as_of,
            audience: self.audience,
            counterfactual: self.counterfactual,
            earlier,
            entity_id,
            idempotency_key: None,
            inputs,
            language: self.language.clone(),
            policy: self.policy_id.clone(),
            seed: self.seed,
            shadows: self.shadows.clone(),
            split: self.split.clone(),
            trace: self.trace,
        })
    }

    /// Gives the requested amount to each policy under the name that it has there.
    fn put_amount(&self, registry: &Registry, inputs: &mut BTreeMap<String, JsonValue>) -> Result<()> {
        let Some(amount) = inputs.get(REQUESTED_AMOUNT).cloned() else { return Ok(()) };
        let challengers = self.split.iter().flat_map(|split| &split.challengers).map(|it| &it.policy);
        let (mut is_read, mut is_renamed) = (false, false);
        for name in [&self.policy_id].into_iter().chain(challengers).chain(&self.shadows) {
            let Ok(policy) = registry.named::<Policy>(name, |_| false) else { continue };
            is_read |= policy.body.inputs.contains_key(REQUESTED_AMOUNT);
            let Some(offer) = &policy.body.offer else { continue };
            if offer.requested == REQUESTED_AMOUNT {
                continue;
            }
            match inputs.get(&offer.requested) {
                Some(stated) if *stated != amount => {
                    let message = format!(
                        "`{REQUESTED_AMOUNT}` and `{}`, which the policy calls it, are two amounts: give one",
                        offer.requested
                    );
                    let field = format!("/inputs/{REQUESTED_AMOUNT}");
                    return Err(Error::new(Cause::DataExclusive, message).at(field));
                }
                _ => drop(inputs.insert(offer.requested.clone(), amount.clone())),
            }
            is_renamed = true;
        }
        // What every policy calls otherwise was not sent under a name that nothing reads.
        if is_renamed && !is_read {
            inputs.remove(REQUESTED_AMOUNT);
        }
        Ok(())
    }

    /// Returns how long a person may decide otherwise: what the policy allows of this decision, or less.
    fn window(&self, response: &PolicyRunResponse, stated: Option<u32>) -> Result<Option<u32>> {
        let most = stated.unwrap_or(0);
        if let Some(asked) = self.override_window_s
            && asked > most
        {
            let message =
                format!("override_window_s is at most what the policy states, `{most}`; got `{asked}`");
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/override_window_s"));
        }
        let allowed = response.overriding.is_some();
        Ok(stated.filter(|_| allowed).map(|most| self.override_window_s.unwrap_or(most)).filter(|it| *it > 0))
    }
}

/// Refuses an earlier result that no step takes: whoever brings it believes that it counts.
fn check_taken(steps: &[StepBody], earlier: &[EarlierId]) -> Result<()> {
    let asks = |it: &EarlierId| {
        steps
            .iter()
            .any(|step| matches!(step, StepBody::Call(call) if call.operation == it.operation.as_str()))
    };
    match earlier.iter().find(|it| !asks(it)) {
        Some(it) => Err(not_taken(it.name, it.operation.as_str())),
        None => Ok(()),
    }
}

fn not_taken(name: &str, operation: &str) -> Error {
    let message =
        format!("no step of the policy asks `{operation}`, so that this result would count for nothing");
    Error::new(Cause::PolicyInput, message).at(format!("/inputs/{name}"))
}

fn id(value: Option<&JsonValue>, name: &str) -> Result<Id> {
    let field = format!("/inputs/{name}");
    let Some(value) = value else {
        return Err(Error::new(Cause::JsonShape, format!("inputs need `{name}`")).at(field));
    };
    value.read(&Limits::DEFAULT).map_err(|error| error.under(&field))
}

/// Returns an error at the place that the request has for it.
fn renamed(interrupt: Interrupt) -> Interrupt {
    let Interrupt::Failed(mut error) = interrupt else { return interrupt };
    for field in &mut error.fields {
        match field.as_str() {
            "/policy" => "/policy_id".clone_into(field),
            "/entity_id" => "/inputs/applicant_id".clone_into(field),
            _ => {}
        }
    }
    Interrupt::Failed(error)
}

fn made(response: &PolicyRunResponse) -> DecisionMade {
    let reasons = response.reasons.iter().filter(|it| it.outcome == response.outcome);
    DecisionMade {
        applicant_id: response.entity_id.clone(),
        approved_amount_minor: response.approved_amount_minor,
        outcome: response.outcome,
        policy: response.policy.clone(),
        reasons: reasons.map(|it| Arc::clone(&it.code)).collect(),
    }
}
