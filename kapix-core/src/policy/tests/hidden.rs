//! Hiding inputs: an application that loses, mistypes, ages or borrows a value never gains an approval by it.

use super::{AS_OF, documents, policy};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::policy::{InputBody, InputType, Outcome, Policy, Progress, State, StepResult, Verdict};
use crate::time::Instant;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) type Inputs = BTreeMap<String, JsonValue>;

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    Absent,
    Null,
    WrongType,
    /// No number, infinite, or a text that says so.
    NotANumber,
    OutOfRange,
    /// Too old where the input states an age, and without a date.
    Stale,
    Undated,
    Future,
    OfAnother,
}

pub(super) const FAULTS: [Fault; 9] = [
    Fault::Absent,
    Fault::Null,
    Fault::WrongType,
    Fault::NotANumber,
    Fault::OutOfRange,
    Fault::Stale,
    Fault::Undated,
    Fault::Future,
    Fault::OfAnother,
];

/// Returns a value without its date.
fn bare(value: &JsonValue) -> JsonValue {
    value.member("value").unwrap_or(value).clone()
}

fn dated(value: &JsonValue, at: &str) -> JsonValue {
    serde_json::from_value(json!({ "value": serde_json::to_value(bare(value)).unwrap(), "at": at })).unwrap()
}

/// Does to an input of an application what the fault says.
pub(super) fn spoil(inputs: &mut Inputs, name: &str, input: &InputBody, fault: Fault) {
    let Some(value) = inputs.remove(name) else { return };
    let number = |value: f64| {
        if input.list { JsonValue::Array(vec![JsonValue::Number(value)]) } else { JsonValue::Number(value) }
    };
    let is_numeric = matches!(input.kind, InputType::Integer | InputType::Number | InputType::Money);
    let spoilt = match fault {
        Fault::Absent => return,
        Fault::Null => JsonValue::Null,
        Fault::WrongType if is_numeric => {
            JsonValue::Text(bare(&value).as_f64().map_or_else(|| "0".to_owned(), |it| it.to_string()))
        }
        Fault::WrongType => number(1.0),
        Fault::NotANumber if is_numeric => number(f64::NAN),
        Fault::NotANumber => JsonValue::Text("NaN".to_owned()),
        Fault::OutOfRange => match (input.max, input.min) {
            (Some(max), _) => number(max + 1.0),
            (None, Some(min)) => number(min - 1.0),
            (None, None) if input.kind == InputType::Text => JsonValue::Text("elsewhere".to_owned()),
            (None, None) => number(f64::INFINITY),
        },
        Fault::Stale => dated(&value, "2020-01-01"),
        Fault::Undated => bare(&value),
        Fault::Future => dated(&value, "2027-01-01"),
        Fault::OfAnother => serde_json::from_value(
            json!({ "value": serde_json::to_value(bare(&value)).unwrap(), "at": "2026-06-30", "entity_id": "ent_2" }),
        )
        .unwrap(),
    };
    // A value out of range or of another type keeps its date, so that only this is wrong with it.
    let keeps_date = matches!(fault, Fault::WrongType | Fault::NotANumber | Fault::OutOfRange);
    let spoilt = match (keeps_date, value) {
        (true, JsonValue::Object(mut members)) => {
            members.insert("value".to_owned(), spoilt);
            JsonValue::Object(members)
        }
        _ => spoilt,
    };
    inputs.insert(name.to_owned(), spoilt);
}

/// Returns the verdict on an application that is approved; what is refused is not.
pub(super) fn approved(policy: &Policy, inputs: &Inputs, results: &[StepResult]) -> Option<Verdict> {
    let mut state = State::default();
    let id = Id::parse("ent_1").unwrap();
    policy.begin(inputs, Instant::parse(AS_OF).unwrap(), Some(&id), &mut state).ok()?;
    match policy.run(&super::by_step(policy, results), &mut state) {
        Progress::Done(verdict) => (verdict.outcome == Outcome::Approve).then_some(verdict),
        Progress::Need(need) => panic!("needs {need:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    /// Over generated policies: each input alone, and a random set of them, with every fault.
    #[test]
    fn a_spoilt_input_gains_no_approval(
        document in documents(),
        values in prop::collection::vec(-3_i32..=3, 3),
        set in prop::collection::vec(prop::sample::select(&FAULTS[..]), 3),
        hidden in 1_u8..8,
    ) {
        let mut document: Value = document;
        document["inputs"]["a"]["max_age_days"] = json!(30);
        let policy = policy(&document);
        let mut given = Inputs::new();
        for (name, value) in ["a", "b", "c"].into_iter().zip(&values) {
            given.insert(name.to_owned(), JsonValue::Number(f64::from(*value)));
        }
        given.insert("a".to_owned(), dated(&JsonValue::Number(f64::from(values[0])), "2026-06-20"));
        let truly = approved(&policy, &given, &[]).is_some();
        let spoilt = |faults: &[(usize, Fault)]| {
            let mut inputs = given.clone();
            for (place, fault) in faults {
                let name = ["a", "b", "c"][*place];
                spoil(&mut inputs, name, &policy.body.inputs[name], *fault);
            }
            inputs
        };
        for place in 0..3 {
            for fault in FAULTS {
                let inputs = spoilt(&[(place, fault)]);
                prop_assert!(truly || approved(&policy, &inputs, &[]).is_none(), "{} with {:?}", document, inputs);
            }
        }
        let faults: Vec<_> = set.iter().copied().enumerate().filter(|(place, _)| hidden & (1 << place) != 0).collect();
        let inputs = spoilt(&faults);
        prop_assert!(truly || approved(&policy, &inputs, &[]).is_none(), "{} with {:?}", document, inputs);
    }
}
