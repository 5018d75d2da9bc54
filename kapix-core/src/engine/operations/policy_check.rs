//! `policy.check`: whether a policy would load, and what is wrong with it although it does.

use super::{Call, Done, Interrupt, Operate, instant};
use crate::engine::operations::artefact_check::{Problem, problems};
use crate::engine::registry::policy_of;
use crate::error::Error;
use crate::json_value::JsonValue;
use crate::policy::{JurisdictionFinding, Policy, RuleFindingKind, TableAnalysis, TestResult};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// Asks what is wrong with a policy, before it is loaded or of a loaded one.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyCheckRequest {
    /// The policy, an artefact of kind `policy`; in place of `policy`.
    pub artefact: Option<JsonValue>,
    /// The instant of cases that state none; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// `id` or `id@version` of a loaded policy.
    pub policy: Option<String>,
}

/// What is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// Whether it would load, its cases came out as expected, no rows conflict, and its jurisdiction rejects nothing.
    pub valid: bool,
}

impl Operate for PolicyCheckRequest {
    const NAME: &'static str = "policy.check";
    type Response = PolicyCheckResponse;

    /// A policy that would not load is a result, not an error.
    fn run(&self, call: &Call<'_, '_>) -> Result<Done<PolicyCheckResponse>, Interrupt> {
        let as_of = self.as_of.or_else(|| call.control.now).ok_or_else(|| instant(None).unwrap_err());
        let _ = (as_of, Error::from_details(Vec::new()));
        unimplemented!()
    }
}
