//! What is told can be stated: values and parts within the range of their type, amounts that can be asked for.

use super::counterfactual::least;
use super::{AS_OF, codes, inputs, policy, refused, run};
use crate::error::Cause;
use crate::json_value::JsonValue;
use crate::policy::{CounterfactualNull, Outcome, Policy, State};
use crate::time::Instant;
use serde_json::{Value, json};

fn document(input: &Value, rules: &[(&str, &str)]) -> Value {
    let rule = |(cell, outcome): &(&str, &str)| match *outcome {
        "decline" => json!({"when": [cell], "then": {"outcome": "decline", "reason": "BAD"}}),
        _ => json!({"when": [cell], "then": {"outcome": "approve"}}),
    };
    json!({
        "currency": "KES",
        "inputs": {"x": input},
        "reasons": {"BAD": {"texts": {"en": "b"}}},
        "steps": [{"table": {"name": "t", "hit": "first", "columns": ["x"],
            "rules": rules.iter().map(rule).collect::<Vec<_>>()}}]
    })
}

#[test]
fn no_change_is_told_that_cannot_be_stated() {
    let date = json!({"type": "date"});
    let integer = json!({"type": "integer"});
    let money = json!({"type": "money"});
    for (input, cell, value) in [
        (&date, ">= date(\"1900-01-01\")", json!("1990-05-17")),
        (&date, "<= date(\"9999-12-31\")", json!("1990-05-17")),
        (&integer, ">= -9007199254740991", json!(5)),
        (&integer, "<= 9007199254740991", json!(5)),
        (&money, "<= 9007199254740991", json!(5)),
    ] {
        let policy = policy(&document(input, &[(cell, "decline"), ("-", "approve")]));
        let found = least(&policy, &json!({"x": value}));
        assert_eq!(found.map(|it| it.changes), Err(CounterfactualNull::NoneFound), "{cell}");
    }
    let policy = policy(&document(&date, &[("> date(\"1900-01-01\")", "decline"), ("-", "approve")]));
    let found = least(&policy, &json!({"x": "1990-05-17"})).unwrap();
    assert_eq!(found.changes[0].to, JsonValue::Text("1900-01-01".to_owned()));
    assert!(found.exact);
}

fn gaps(policy: &Policy) -> Vec<String> {
    policy.analysed()[0].findings.iter().map(|it| it.region["x"].clone()).collect()
}

#[test]
fn parts_are_cells_within_the_range_of_the_type() {
    let date = json!({"type": "date"});
    let integer = json!({"type": "integer"});
    let of = |input, cell: &str| gaps(&policy(&document(input, &[(cell, "approve")])));
    assert_eq!(of(&date, ">= date(\"1900-01-01\")"), [""; 0]);
    assert_eq!(of(&date, "<= date(\"9999-12-31\")"), [""; 0]);
    assert_eq!(of(&date, "> date(\"1900-01-01\")"), ["date(\"1900-01-01\")"]);
    assert_eq!(of(&date, "< date(\"2000-01-01\")"), [">= date(\"2000-01-01\")"]);
    assert_eq!(of(&date, "> date(\"2000-01-01\")"), ["<= date(\"2000-01-01\")"]);
    assert_eq!(of(&integer, "<= 9007199254740991"), [""; 0]);
    assert_eq!(of(&integer, "> 5"), ["<= 5"]);
    assert_eq!(of(&json!({"type": "integer", "min": 0}), "> 5"), ["[0..5]"]);
    let version = |cell| policy(&document(&date, &[(cell, "approve"), ("-", "decline")]));
    let compared = |one: &Policy, other: &Policy| {
        let found = one.compared(other);
        let table = &found.tables[0];
        assert!(table.whole);
        table.differences.iter().map(|it| it.region["x"].clone()).collect::<Vec<_>>()
    };
    let all = version("<= date(\"9999-12-31\")");
    assert_eq!(compared(&all, &version("<= date(\"2020-01-01\")")), [">= date(\"2020-01-02\")"]);
    assert_eq!(compared(&all, &version("-")), [""; 0]);
}

fn offer(input: &Value) -> Value {
    let mut document = document(input, &[("> 150000", "decline"), ("-", "approve")]);
    document["offer"] = json!({
        "requested": "x", "counter_offer": {"from": 10_000, "to": 200_000, "step": 10_000}
    });
    document
}

#[test]
fn a_counter_offer_is_an_amount_that_can_be_asked_for() {
    let amounts = |input: Value| {
        let policy = policy(&offer(&input));
        let mut state = State::default();
        let asked = inputs(&json!({"x": 180_000}));
        policy.begin(&asked, Instant::parse(AS_OF).unwrap(), None, &mut state).unwrap();
        let amounts = policy.counter_amounts(&state);
        (amounts.first().copied(), amounts.last().copied())
    };
    assert_eq!(amounts(json!({"type": "money"})), (Some(170_000), Some(10_000)));
    assert_eq!(amounts(json!({"type": "money", "min": 100_000})), (Some(170_000), Some(100_000)));
    assert_eq!(amounts(json!({"type": "money", "min": 180_000})), (None, None));
}

#[test]
fn nothing_is_no_amount_to_lend() {
    let open = policy(&offer(&json!({"type": "money"})));
    for amount in [0, -1, -5_000_000] {
        let verdict = run(&open, &json!({"x": amount}), &[]);
        assert_eq!(
            (verdict.outcome, codes(&verdict)),
            (Outcome::Refer, vec!["INPUT_OUT_OF_RANGE".to_owned()])
        );
        assert_eq!(verdict.because[0].inputs, ["x".into()]);
    }
    assert_eq!(run(&open, &json!({"x": 1}), &[]).outcome, Outcome::Approve);
    // Nor is one told, and none is where no other table reads the amount.
    let mut document =
        document(&json!({"type": "money", "min": -10}), &[(">= 1", "decline"), ("-", "approve")]);
    document["offer"] = json!({"requested": "x"});
    let found = least(&policy(&document), &json!({"x": 5}));
    assert_eq!(found.map(|it| it.changes), Err(CounterfactualNull::NoneFound));
    document["steps"][0]["table"]["rules"] = json!([{"when": ["-"], "then": {"outcome": "approve"}}]);
    let verdict = run(&policy(&document), &json!({"x": 0}), &[]);
    assert_eq!((verdict.outcome, codes(&verdict)), (Outcome::Refer, vec!["INPUT_OUT_OF_RANGE".to_owned()]));
    document["inputs"]["x"]["max"] = json!(0);
    assert_eq!(refused(&document), [(Cause::PolicyOffer, "/offer/requested".to_owned())]);
}
