//! A step that asks another operation: what it asks, and how its answer enters the run.

use super::input;
use super::load::{Call, CallResult, Policy, Step};
use super::run::Hangs;
use super::state::State;
use super::verdict::{Because, PolicyDoubt};
use crate::expression::{Slot, Unknown, is_among};
use crate::json_value::JsonValue;
use std::collections::{BTreeMap, BTreeSet};

/// What a step asks of another operation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CallNeed {
    /// Number of the step, from 0.
    pub step: u32,
    /// The operation.
    pub operation: String,
    /// What its request has beside the applicant.
    pub arguments: BTreeMap<String, JsonValue>,
    /// Values of the application that enter its request, by the tokens of a JSON pointer.
    pub values: Vec<(Vec<String>, JsonValue)>,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StepResult {
    /// The operation answered.
    Answer {
        /// Its answer.
        answer: JsonValue,
        /// Whether it referred the application itself.
        referred: bool,
    },
    /// The operation refused.
    Refused,
    /// An earlier result stands for it that may not.
    Unfit(PolicyDoubt),
}

/// What came of steps by their number: one that could not be asked has nothing.
pub(crate) type StepResults = BTreeMap<u32, StepResult>;

/// Where the answers of steps come from.
pub(super) trait Answers {
    /// Takes the answer of a step that can be asked; `None` where it has to be asked first.
    fn take(&mut self, step: (u32, &Call), policy: &Policy, state: &mut State) -> Option<Taken>;
}

/// What was taken of the answer of a step; its values are in the run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    /// Whether every declared result has a value.
    pub(super) is_whole: bool,
    /// Whether the operation referred the application itself.
    pub(super) referred: bool,
    /// Why an earlier result may not stand for the step.
    pub(super) unfit: Option<PolicyDoubt>,
}

/// Answers as they are on the wire.
pub(super) struct Answered<'r>(pub(super) &'r StepResults);

impl Answers for Answered<'_> {
    fn take(&mut self, (number, call): (u32, &Call), policy: &Policy, state: &mut State) -> Option<Taken> {
        let result = self.0.get(&number)?;
        let mut is_whole = true;
        for wanted in &call.results {
            let found = match result {
                StepResult::Answer { answer, .. } => pointed(answer, &wanted.pointer),
                StepResult::Refused | StepResult::Unfit(_) => None,
            };
            let read = found
                .filter(|value| **value != JsonValue::Null)
                .and_then(|value| input::read(wanted.scalar, value, &policy.symbols, &mut state.texts).ok());
            is_whole &= match result {
                StepResult::Unfit(doubt) => wanted.leave(*doubt, state),
                StepResult::Answer { .. } | StepResult::Refused => wanted.put(read, state),
            };
        }
        is_whole &= *result != StepResult::Refused;
        let referred = matches!(result, StepResult::Answer { referred: true, .. });
        let unfit = if let StepResult::Unfit(doubt) = result { Some(*doubt) } else { None };
        Some(Taken { is_whole, referred, unfit })
    }
}

impl CallResult {
    /// Puts a value into the run, and returns whether it is one that the step may give.
    pub(super) fn put(&self, read: Option<Slot>, state: &mut State) -> bool {
        let listed = |slot: &Slot| self.values.as_ref().is_none_or(|all| is_among(slot.raw(), all));
        let slot = read.filter(listed).unwrap_or_else(|| Slot::without(Unknown::STEP));
        state.set(self.slot, slot);
        slot.value().is_some()
    }

    /// Leaves the result without a value, for what may not stand for it.
    fn leave(&self, doubt: PolicyDoubt, state: &mut State) -> bool {
        let cause = if doubt == PolicyDoubt::InputStale { Unknown::STALE } else { Unknown::MISMATCH };
        state.set(self.slot, Slot::without(cause));
        false
    }
}

impl Policy {
    /// Puts the result of a step into the run, or returns what it asks for.
    pub(super) fn call(
        &self,
        call: &Call,
        number: u32,
        answers: &mut impl Answers,
        state: &mut State,
    ) -> Option<CallNeed> {
        let mut unknown = Unknown::default();
        let (mut slots, mut lists) = (BTreeSet::new(), BTreeSet::new());
        for (_, expression) in &call.values {
            let value = expression.program.run(&state.values(&self.symbols));
            if let Some(causes) = value.unknown() {
                unknown = unknown.with(causes);
                slots.extend(expression.program.slots());
                lists.extend(expression.program.lists());
            }
        }
        // A step that cannot be asked has no result; its question is known to hang on what is missing.
        if !unknown.is_empty() {
            call.results.iter().for_each(|it| state.set(it.slot, Slot::without(unknown)));
            let lacks = self.lacking(&slots, &lists, state);
            self.doubt(&Hangs { causes: unknown, step: Some(number), rows: &[], lacks }, state);
            return None;
        }
        let Some(taken) = answers.take((number, call), self, state) else {
            let values = call.values.iter().filter_map(|(tokens, expression)| {
                let value = expression.program.run(&state.values(&self.symbols)).value()?;
                Some((tokens.clone(), self.written(expression.scalar, value, state)))
            });
            return Some(CallNeed {
                step: number,
                operation: call.body.operation.clone(),
                arguments: call.body.arguments.clone(),
                values: values.collect(),
            });
        };
        if let Some(doubt) = taken.unfit {
            state.because.push(Because::doubt(doubt, Some(number)));
        } else if !taken.is_whole {
            state.because.push(Because::doubt(PolicyDoubt::StepRefused, Some(number)));
        }
        if taken.referred {
            state.because.push(Because::doubt(PolicyDoubt::StepReferred, Some(number)));
        }
        None
    }
}

impl Policy {
    /// Returns the JSON pointers to declared results that the answer of a step does not have, or has as null or as another type.
    pub(crate) fn lacks(&self, step: u32, answer: &JsonValue) -> Vec<String> {
        let Some(Step::Call(call)) = usize::try_from(step).ok().and_then(|it| self.steps.get(it)) else {
            return Vec::new();
        };
        let results = call.body.results.values().zip(&call.results);
        let lacks = results.filter(|(_, wanted)| {
            let found = pointed(answer, &wanted.pointer).filter(|it| **it != JsonValue::Null);
            found.is_none_or(|it| input::read(wanted.scalar, it, &self.symbols, &mut Vec::new()).is_err())
        });
        lacks.map(|(body, _)| body.pointer.clone()).collect()
    }
}

fn pointed<'v>(value: &'v JsonValue, tokens: &[String]) -> Option<&'v JsonValue> {
    tokens.iter().try_fold(value, |value, token| match value {
        JsonValue::Object(members) => members.get(token),
        JsonValue::Array(items) => items.get(token.parse::<usize>().ok()?),
        _ => None,
    })
}
