//! The policies that ship: hundreds of applications each, and every way to spoil them.

use super::hidden::{FAULTS, Inputs, approved, spoil};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::numeric::Random;
use crate::policy::{InputType, Policy, PolicyBody, PolicyDoubt, StepBody, StepResult};
use serde_json::json;
use std::num::NonZeroU64;

const APPLICATIONS: usize = 400;

const SHIPPED: [(&str, &str); 3] = [
    ("instalment_loan_za", include_str!("../../../artefacts/instalment_loan_za.yaml")),
    ("nano_loan_ke", include_str!("../../../artefacts/nano_loan_ke.yaml")),
    ("sme_working_capital_ng", include_str!("../../../artefacts/sme_working_capital_ng.yaml")),
];

fn shipped(text: &str) -> Policy {
    let limits = Limits::default();
    let document = crate::yaml::read((text.as_bytes(), 1), &limits).unwrap();
    let body: PolicyBody = document.member("body").unwrap().read(&limits).unwrap();
    Policy::load(body, &limits).unwrap()
}

/// Values of applications: those of the policy's own cases, and others of the range of each input.
struct Applications<'p> {
    policy: &'p Policy,
    random: Random,
}

impl Applications<'_> {
    fn below(&mut self, most: usize) -> usize {
        let most = u64::try_from(most).ok().and_then(NonZeroU64::new).unwrap();
        usize::try_from(self.random.below(most)).unwrap()
    }

    /// Returns an application: each input as in some case, now and then another value of its range.
    fn next(&mut self) -> Inputs {
        let body = &self.policy.body;
        let names: Vec<&String> = body.inputs.keys().collect();
        let base = self.below(body.tests.len());
        let mut inputs = Inputs::new();
        for name in names {
            let case = if self.below(5) == 0 { self.below(body.tests.len()) } else { base };
            let Some(value) = body.tests[case].inputs.get(name) else { continue };
            let value = if self.below(12) == 0 { self.moved(name, value) } else { value.clone() };
            inputs.insert(name.clone(), value);
        }
        inputs
    }

    /// Returns a value with another number of the range of its input.
    fn moved(&mut self, name: &str, value: &JsonValue) -> JsonValue {
        let input = &self.policy.body.inputs[name];
        let is_numeric = matches!(input.kind, InputType::Integer | InputType::Number | InputType::Money);
        let factor = [0.0, 0.5, 0.9, 1.1, 2.0, 10.0][self.below(6)];
        let number = value.member("value").unwrap_or(value).as_f64().map(|it| (it * factor).floor());
        match (number.filter(|_| is_numeric && !input.list), value) {
            (Some(number), JsonValue::Object(members)) => {
                let mut members = members.clone();
                members.insert("value".to_owned(), JsonValue::Number(number));
                JsonValue::Object(members)
            }
            (Some(number), _) => JsonValue::Number(number),
            (None, _) => value.clone(),
        }
    }

    /// Returns what the steps give: points of every band.
    fn results(&mut self) -> Vec<StepResult> {
        let points = 520 + 10 * self.below(20);
        let calls = self.policy.body.steps.iter().filter(|step| matches!(step, StepBody::Call(_)));
        calls
            .map(|_| StepResult::Answer {
                answer: serde_json::from_value(json!({ "points": points })).unwrap(),
                referred: false,
            })
            .collect()
    }
}

/// Returns results of steps that say nothing, from results that do.
fn spoilt(results: &[StepResult], how: usize) -> Vec<StepResult> {
    let answer = |answer: serde_json::Value| StepResult::Answer {
        answer: serde_json::from_value(answer).unwrap(),
        referred: false,
    };
    let spoil = |result: &StepResult| match (how, result) {
        (0, _) => StepResult::Refused,
        (1, _) => answer(json!({})),
        (2, _) => answer(json!({"points": null})),
        (3, _) => answer(json!({"points": "700"})),
        (4, _) => answer(json!({"points": 700.5})),
        (5, _) => StepResult::Unfit(PolicyDoubt::InputMismatch),
        (6, _) => StepResult::Unfit(PolicyDoubt::InputStale),
        (_, StepResult::Answer { answer, .. }) => {
            StepResult::Answer { answer: answer.clone(), referred: true }
        }
        (_, other) => other.clone(),
    };
    results.iter().map(spoil).collect()
}

#[test]
fn no_spoilt_application_is_approved_that_is_not_approved_whole_and_none_on_better_terms() {
    for (id, text) in SHIPPED {
        let policy = shipped(text);
        let mut applications = Applications { policy: &policy, random: Random::new(20_261_130, 7) };
        let names: Vec<String> = policy.body.inputs.keys().cloned().collect();
        let (mut approvals, mut tried, mut kept) = (0, 0, 0);
        for _ in 0..APPLICATIONS {
            let inputs = applications.next();
            let results = applications.results();
            let truly = approved(&policy, &inputs, &results).map(|it| it.terms);
            approvals += usize::from(truly.is_some());
            let mut sets: Vec<Vec<(usize, usize)>> = Vec::new();
            for name in 0..names.len() {
                sets.extend((0..FAULTS.len()).map(|fault| vec![(name, fault)]));
            }
            for _ in 0..40 {
                let count = 2 + applications.below(4);
                sets.push(
                    (0..count)
                        .map(|_| (applications.below(names.len()), applications.below(FAULTS.len())))
                        .collect(),
                );
            }
            for set in sets {
                let mut given = inputs.clone();
                for (name, fault) in &set {
                    let name = &names[*name];
                    spoil(&mut given, name, &policy.body.inputs[name], FAULTS[*fault]);
                }
                let found = approved(&policy, &given, &results).map(|it| it.terms);
                tried += 1;
                kept += usize::from(found.is_some());
                assert!(found.is_none() || found == truly, "{id}: {set:?} of {inputs:?} with {results:?}");
            }
            for how in 0..8 {
                let found = approved(&policy, &inputs, &spoilt(&results, how));
                assert!(found.is_none(), "{id}: the step gave nothing ({how}): {inputs:?}");
            }
        }
        // The test says something: applications are approved, and so are some that lost what does not matter.
        assert!(
            approvals >= APPLICATIONS / 20 && kept > 0 && tried > 30_000,
            "{id}: {approvals} {kept} {tried}"
        );
    }
}
