//! The least change of a declined application at which the whole policy approves.

use super::{PolicyCounterfactual, PolicyRunRequest, Steps, step_result};
use crate::engine::operations::call::Need;
use crate::engine::operations::table::Operation;
use crate::engine::operations::{Call, Interrupt};
use crate::policy::{
    CounterfactualNull, LeastChange, Outcome, Policy, Progress, State, StepResults, Verdict,
};
use crate::time::Instant;

/// Steps that a decline ended before, and that a search asks, at most: each starts the run again.
const ASKED_MAX: usize = 4;

/// What holds while inputs change.
struct Held<'h> {
    results: StepResults,
    /// Needs of steps that the application did not come to.
    asked: Vec<Need>,
    request: &'h PolicyRunRequest,
    as_of: Instant,
}

impl PolicyRunRequest {
    /// Returns the least change at which the policy approves, with the results of the steps held as they are.
    pub(super) fn least_change(
        &self,
        call: &Call<'_, '_>,
        (policy, as_of): (&Policy, Instant),
        steps: &Steps,
        state: &mut State,
    ) -> Result<Result<PolicyCounterfactual, CounterfactualNull>, Interrupt> {
        let results: StepResults = steps.iter().map(|(step, asked)| (*step, asked.result())).collect();
        let names = steps.keys().map(|step| policy.step_name(*step).to_owned()).collect();
        let mut held = Held { results, asked: Vec::new(), request: self, as_of };
        let found = policy.least_change(state, &mut |state| {
            let verdict = held.decide(call, policy, state)?;
            Ok::<Option<Outcome>, Interrupt>(verdict.map(|it| it.outcome))
        })?;
        let found: LeastChange = match found {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        // What is stated is what a run of the whole policy gives.
        found.put(state);
        let verdict = held.decide(call, policy, state)?;
        found.take_back(state);
        let Some(verdict) = verdict.filter(|it| it.outcome == Outcome::Approve) else {
            return Ok(Err(CounterfactualNull::NoneFound));
        };
        Ok(Ok(PolicyCounterfactual {
            approved_amount_minor: verdict.terms.map(|terms| terms.amount_minor),
            changes: found.changes,
            exact: found.exact,
            held: names,
        }))
    }
}

impl Held<'_> {
    /// Runs the policy over changed inputs; none where it would ask more steps than a search may.
    fn decide(
        &mut self,
        call: &Call<'_, '_>,
        policy: &Policy,
        state: &mut State,
    ) -> Result<Option<Verdict>, Interrupt> {
        let mut need = match policy.run(&self.results, state) {
            Progress::Done(verdict) => return Ok(Some(verdict)),
            Progress::Need(need) => need,
        };
        let mut results = self.results.clone();
        loop {
            let (step, operation) = (need.step, Operation::parse(&need.operation)?);
            if let Some(earlier) = self.request.earlier.iter().find(|it| it.operation == operation) {
                let asked = self.request.stand_in(call, policy, earlier, &need)?;
                results.insert(step, asked.result());
                match policy.run(&results, state) {
                    Progress::Done(verdict) => return Ok(Some(verdict)),
                    Progress::Need(next) => need = next,
                }
                continue;
            }
            let arguments = self.request.arguments(operation, need, self.as_of, call.limits())?;
            let asked = Need { arguments, operation };
            if !self.asked.contains(&asked) {
                if self.asked.len() == ASKED_MAX {
                    return Ok(None);
                }
                self.asked.push(asked.clone());
            }
            results.insert(step, step_result(operation, call.result(asked)?));
            match policy.run(&results, state) {
                Progress::Done(verdict) => return Ok(Some(verdict)),
                Progress::Need(next) => need = next,
            }
        }
    }
}
