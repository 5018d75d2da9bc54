//! `policy.check`: whether a policy would load, and what is wrong with it although it does.

use super::{Call, Done, Interrupt, Operate};
use crate::engine::operations::Operation;
use crate::engine::operations::artefact_check::{Problem, problems, proved};
use crate::engine::registry::{Registry, RouteKey};
use crate::error::{Cause, Error};
use crate::json_value::{Document, JsonValue};
use crate::limits::Limits;
use crate::policy::{
    CallBody, JurisdictionFinding, Policy, PolicyInput, PolicyRemark, PolicyRemarkCode, RuleFindingLevel,
    StepBody, TableAnalysis, TestResult,
};
use crate::scorecard::{Card, EntityType};
use crate::time::Instant;
use serde::{Deserialize, Deserializer, Serialize};
use serde_with::skip_serializing_none;

/// Asks what is wrong with a policy, before it is loaded or of a loaded one.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyCheckRequest {
    /// The policy, an artefact of kind `policy`: the document itself, or its text in JSON or YAML, which may be as long
    /// as a request; in place of `policy`.
    #[serde(default, deserialize_with = "document")]
    pub artefact: Option<JsonValue>,
    /// The instant of cases that state none, and of witnesses whose values need a date.
    pub as_of: Option<Instant>,
    /// `id` or `id@version` of a loaded policy.
    pub policy: Option<String>,
}

/// What is wrong with a policy.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyCheckResponse {
    /// Steps of a run at most, with the longest lists.
    pub cost: u64,
    /// Its inputs, in the order of their names: what a form asks for.
    pub inputs: Vec<PolicyInput>,
    /// Rows that the rules of the jurisdiction ask about.
    pub jurisdiction: Vec<JurisdictionFinding>,
    /// Everything that keeps it from loading.
    pub problems: Vec<Problem>,
    /// What is odd in it, and does not make it not valid.
    pub remarks: Vec<PolicyRemark>,
    /// Gaps, conflicts and rows that never decide, by table.
    pub tables: Vec<TableAnalysis>,
    /// What became of its cases.
    pub tests: Vec<TestResult>,
    /// Whether it would load, its cases came out as expected, no applicant is at a conflict of rows, and its jurisdiction rejects
    /// nothing.
    pub valid: bool,
}

impl Operate for PolicyCheckRequest {
    const NAME: &'static str = "policy.check";
    const LONG: bool = true;
    type Response = PolicyCheckResponse;

    /// A policy that would not load is a result, not an error.
    fn run(&self, call: &Call<'_, '_>) -> Result<Done<PolicyCheckResponse>, Interrupt> {
        let proved = match (&self.artefact, &self.policy) {
            (Some(artefact), None) => proved(artefact, call),
            (None, Some(name)) => {
                let policy = call.registry.named::<Policy>(name, |_| false)?;
                let mut response = self.checked(&policy, call)?;
                response.remarks.extend(not_loaded(&policy, &[call.registry]));
                return Ok(Done::new(response, vec![policy.reference()]));
            }
            _ => {
                let message = "give one of `artefact` and `policy`";
                return Err(Error::new(Cause::JsonShape, message).at("/policy").into());
            }
        };
        let mut response = match &proved {
            Err(error) => {
                PolicyCheckResponse { problems: problems(error.clone()), ..PolicyCheckResponse::default() }
            }
            Ok(registry) => {
                let mut policies = registry.bodies::<Policy>();
                match (policies.next(), policies.count()) {
                    (Some(policy), 0) => self.checked(policy, call)?,
                    (Some(_), more) => {
                        let message =
                            format!("the document holds `{}` policies: check each by itself", more + 1);
                        return Err(Error::new(Cause::ArtefactKind, message).at("/artefact").into());
                    }
                    (None, _) => {
                        return Err(Error::new(Cause::ArtefactKind, "the artefact is no policy")
                            .at("/artefact/kind")
                            .into());
                    }
                }
            }
        };
        if let Ok(registry) = &proved {
            let found = registry.bodies::<Policy>().next();
            response
                .remarks
                .extend(found.into_iter().flat_map(|it| not_loaded(it, &[call.registry, registry])));
        }
        Ok(Done::new(response, Vec::new()))
    }
}

/// Returns a remark for each step that asks for a card which none of these is; none where no card is loaded.
fn not_loaded(policy: &Policy, loaded: &[&Registry]) -> Vec<PolicyRemark> {
    let loaded: Vec<&&Registry> = loaded.iter().filter(|it| it.bodies::<Card>().next().is_some()).collect();
    if loaded.is_empty() {
        return Vec::new();
    }
    let calls = policy.body.steps.iter().enumerate().filter_map(|(number, step)| match step {
        StepBody::Call(call) if call.operation == Operation::CreditScore.as_str() => Some((number, call)),
        _ => None,
    });
    let wrong = calls.filter_map(|(number, call)| {
        let member = unanswered(call, &loaded)?;
        let message = format!("no loaded card answers the step `{}`: look at its `{member}`", call.name);
        Some(PolicyRemark {
            code: PolicyRemarkCode::ArtefactNotLoaded,
            field: format!("/body/steps/{number}/call/arguments/{member}"),
            level: RuleFindingLevel::Warning,
            message,
        })
    });
    wrong.collect()
}

/// Returns the argument of a step to which no loaded card answers.
fn unanswered(call: &CallBody, loaded: &[&&Registry]) -> Option<&'static str> {
    let card = call.arguments.get("card").and_then(JsonValue::as_str);
    let entity = call.arguments.get("entity_type");
    let entity = entity.and_then(|it| it.read::<EntityType>(&Limits::DEFAULT).ok());
    let is_named = card.is_none_or(|card| {
        loaded.iter().any(|it| match it.named::<Card>(card, |_| true) {
            Ok(_) => true,
            Err(error) => error.cause != Cause::ArtefactNotFound,
        })
    });
    if !is_named {
        return Some("card");
    }
    let entity = entity?;
    let answers =
        |it: &&&Registry| it.choose::<Card>(Operation::CreditScore, RouteKey::Entity(entity), card).is_ok();
    (!loaded.iter().any(answers)).then_some("entity_type")
}

fn document<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<JsonValue>, D::Error> {
    Ok(Option::<Document>::deserialize(deserializer)?.map(|it| it.0))
}

impl PolicyCheckRequest {
    fn checked(&self, policy: &Policy, call: &Call<'_, '_>) -> Result<PolicyCheckResponse, Error> {
        let is_dated = policy.body.tests.iter().all(|case| case.as_of.is_some());
        let tests = match self.as_of {
            None if !is_dated => {
                let message = "as_of is required: a case of the policy states none";
                return Err(Error::new(Cause::TimeAsOfMissing, message).at("/as_of"));
            }
            as_of => call.control.run(|run| policy.run_tests(as_of.unwrap_or(Instant::MIN), run))?,
        };
        let found = call.control.run(|run| Ok((policy.analyse(run)?, policy.jurisdiction_findings(run)?)));
        let (mut tables, jurisdiction) = found?;
        for finding in tables.iter_mut().flat_map(|table| &mut table.findings) {
            finding.witness = finding.witness.take().map(|it| policy.dated(it, self.as_of));
        }
        let is_wrong =
            |table: &TableAnalysis| table.findings.iter().any(|it| it.level == RuleFindingLevel::Error);
        let valid = tests.iter().all(|it| it.passed)
            && !tables.iter().any(is_wrong)
            && !jurisdiction.iter().any(|it| it.rejected);
        Ok(PolicyCheckResponse {
            cost: u64::try_from(policy.cost()).unwrap_or(u64::MAX),
            inputs: policy.form(),
            jurisdiction,
            problems: Vec::new(),
            remarks: policy.remarks(),
            tables,
            tests,
            valid,
        })
    }
}
