//! `policy.check`: whether a policy would load, and what is wrong with it although it does.

use super::{Call, Done, Interrupt, Operate};
use crate::engine::operations::artefact_check::{Problem, problems, proved};
use crate::error::{Cause, Error};
use crate::json_value::{Document, JsonValue};
use crate::policy::{JurisdictionFinding, Policy, RuleFindingLevel, TableAnalysis, TestResult};
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
    /// Rows that the rules of the jurisdiction ask about.
    pub jurisdiction: Vec<JurisdictionFinding>,
    /// Everything that keeps it from loading.
    pub problems: Vec<Problem>,
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
                return Ok(Done::new(self.checked(&policy, call)?, vec![policy.reference()]));
            }
            _ => {
                let message = "give one of `artefact` and `policy`";
                return Err(Error::new(Cause::JsonShape, message).at("/policy").into());
            }
        };
        let response = match &proved {
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
        Ok(Done::new(response, Vec::new()))
    }
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
        let cost = u64::try_from(policy.cost()).unwrap_or(u64::MAX);
        Ok(PolicyCheckResponse { cost, jurisdiction, problems: Vec::new(), tables, tests, valid })
    }
}
