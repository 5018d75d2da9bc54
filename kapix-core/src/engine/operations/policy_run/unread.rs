//! What a request sends and no policy reads.

use super::{PolicyRunRequest, Steps};
use crate::engine::operations::call::Fulfilled;
use crate::engine::operations::table::Operation;
use crate::engine::operations::{Call, names};
use crate::engine::registry::Chosen;
use crate::error::{Cause, Error, Result, escape_segment};
use crate::json_value::JsonValue;
use crate::policy::{CallBody, InputBody, Policy, StepBody};
use std::collections::BTreeSet;

/// Members of an applicant that hold what is read; the others say whom and what a step is about.
const READ: [&str; 4] = ["akiba", "context", "data", "features"];

impl PolicyRunRequest {
    /// Returns the names of values that no policy of the request reads; one that was meant as a missing input is refused.
    pub(super) fn unused(&self, call: &Call<'_, '_>, policy: &Chosen<'_, Policy>) -> Result<Vec<String>> {
        let mut unread: Vec<&String> =
            self.inputs.keys().filter(|name| !policy.body.inputs.contains_key(*name)).collect();
        if unread.is_empty() {
            return Ok(Vec::new());
        }
        let challengers = self.split.iter().flat_map(|split| &split.challengers).map(|it| &it.policy);
        for other in challengers.chain(&self.shadows).chain([&self.policy]) {
            if let Ok(other) = call.registry.named::<Policy>(other, |_| false) {
                unread.retain(|name| !other.body.inputs.contains_key(*name));
            }
        }
        let is_missing =
            |name: &&String| self.inputs.get(*name).is_none_or(|value| *value == JsonValue::Null);
        let missing = policy.body.inputs.keys().filter(is_missing).map(String::as_str);
        let meant = names::misspelt(unread.iter().map(|name| name.as_str()), missing);
        if let Some(misspelt) = meant.first() {
            let field = format!("/inputs/{}", escape_segment(misspelt.given));
            return Err(Error::new(Cause::DataInputUnknown, names::refusal_near(misspelt)).at(field));
        }
        // A date under a name of its own would be passed over, and the value count as one without.
        for given in &unread {
            let is_undated = |name: &str| !matches!(self.inputs.get(name), Some(JsonValue::Object(_)) | None);
            let needs = |body: &InputBody| body.max_age_days.is_some() || given.contains('@');
            let undated = policy.body.inputs.iter().filter(|(name, body)| is_undated(name) && needs(body));
            if let Some(name) = names::dated(given, undated.map(|(name, _)| name.as_str())) {
                let message = format!(
                    "nothing reads this name: the date of `{name}` goes with its value, as `{{\"at\": \"2026-01-31\", \"value\": ...}}`"
                );
                let field = format!("/inputs/{}", escape_segment(given));
                return Err(Error::new(Cause::DataInputUnknown, message).at(field));
            }
        }
        Ok(unread.into_iter().cloned().collect())
    }

    /// Returns the JSON pointers to what the applicant brings and no step of the policy that decided reads: the members that no
    /// step takes, and what every step that takes a member says that it did not read of it. Nothing is said of a member while
    /// a step that takes it was not asked, or was refused.
    pub(super) fn unread_of_applicant(&self, policy: &Policy, steps: &Steps) -> Result<Vec<String>> {
        let applicant = &self.applicant;
        let brings = [
            applicant.akiba.is_some(),
            applicant.context.is_some(),
            applicant.data.is_some(),
            applicant.features.is_some(),
        ];
        let mut unread = Vec::new();
        for member in READ.into_iter().zip(brings).filter_map(|(member, brings)| brings.then_some(member)) {
            let mut takes = Vec::new();
            for step in &policy.body.steps {
                if let StepBody::Call(call) = step
                    && Operation::parse(&call.operation)?.applicant_fields().contains(&member)
                    && !call.arguments.contains_key(member)
                {
                    takes.push(call);
                }
            }
            if takes.is_empty() {
                unread.extend(self.all_of(member));
            } else {
                unread.extend(unread_by_all(member, &takes, steps));
            }
        }
        Ok(unread)
    }

    /// Returns the pointers to all that a member of the applicant holds.
    fn all_of(&self, member: &str) -> Vec<String> {
        match &self.applicant.features {
            Some(features) if member == "features" => {
                features.keys().map(|name| format!("/applicant/features/{}", escape_segment(name))).collect()
            }
            _ => vec![format!("/applicant/{member}")],
        }
    }
}

/// Returns what every step that takes a member of the applicant says that it did not read of it.
fn unread_by_all(member: &str, takes: &[&CallBody], steps: &Steps) -> Vec<String> {
    let mut asked = 0;
    let mut unread: Option<BTreeSet<String>> = None;
    for asked_step in steps.values() {
        let (Fulfilled::Answer(answer), None) = (&asked_step.fulfilled, &asked_step.audit_id) else {
            continue;
        };
        if !asked_step.operation.applicant_fields().contains(&member) {
            continue;
        }
        let Some(JsonValue::Array(pointers)) = answer.member("unused") else { return Vec::new() };
        asked += 1;
        let is_within =
            |it: &&str| it.strip_prefix('/').and_then(|it| it.strip_prefix(member)).is_some_and(is_end);
        let own = pointers.iter().filter_map(JsonValue::as_str).filter(is_within).map(str::to_owned);
        let own: BTreeSet<String> = own.collect();
        unread = Some(unread.map_or_else(|| own.clone(), |before| &before & &own));
    }
    // What the policy itself puts into a request is not the applicant's.
    let is_put = |pointer: &String| takes.iter().any(|call| call.values.contains_key(pointer));
    let found = unread.filter(|_| asked >= takes.len()).unwrap_or_default();
    found.into_iter().filter(|it| !is_put(it)).map(|it| format!("/applicant{it}")).collect()
}

/// Returns whether the name of a member ends here.
fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}
