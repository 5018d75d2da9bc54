//! What a run tells beside its outcome, and cells that every number passes. The cases were found by a recomputation.

use super::{codes, policy, run};
use crate::json_value::JsonValue;
use crate::policy::{Outcome, Policy, StepResult};
use serde_json::{Value, json};

fn document(steps: &Value) -> Value {
    let reason = json!({"texts": {"en": "no"}});
    let input = json!({"type": "integer", "min": 0, "max": 9});
    let money = json!({"type": "money", "min": 0});
    json!({
        "currency": "KES",
        "inputs": {"a": input, "b": input, "m": money, "k": money},
        "reasons": {"A": reason, "B": reason, "L": reason},
        "steps": steps
    })
}

fn table(hit: &str, columns: &Value, rules: &Value) -> Value {
    json!({"table": {"name": "t", "hit": hit, "columns": columns, "rules": rules}})
}

#[test]
fn the_offer_belongs_to_an_approval() {
    let rows = json!([
        {"when": ["> 3"], "then": {"outcome": "decline", "reason": "A"}},
        {"when": ["-"], "then": {"outcome": "approve"}}
    ]);
    let approves = json!({"table": {"name": "s", "hit": "first", "columns": ["a"], "rules": [
        {"when": ["-"], "then": {"outcome": "approve"}}
    ]}});
    let double = json!({"derive": {"name": "x", "expression": "k * 2"}});
    let mut document = document(&json!([approves, table("first", &json!(["a"]), &rows), double]));
    document["offer"] = json!({"requested": "m", "limit": "x", "above_limit": "decline", "reason": "L"});
    let policy = policy(&document);
    let of = |a: i32, m: i32, k: i32| {
        let verdict = run(&policy, &json!({"a": a, "m": m, "k": k}), &[]);
        (verdict.outcome, codes(&verdict))
    };
    // A decline says nothing of a limit that the run did not come to.
    assert_eq!(of(5, 500, 300), (Outcome::Decline, vec!["A".to_owned()]));
    assert_eq!(of(5, 900, 300), (Outcome::Decline, vec!["A".to_owned()]));
    assert_eq!(of(1, 900, 300), (Outcome::Decline, vec!["L".to_owned()]));
    assert_eq!(of(1, 500, 300), (Outcome::Approve, vec![]));
}

#[test]
fn a_cell_that_every_number_passes_needs_a_number() {
    let rows = json!([{"when": ["< 0.5, >= 0.5"], "then": {"outcome": "approve"}}]);
    let policy = policy(&document(&json!([table("first", &json!(["a / b"]), &rows)])));
    let of = |values: &Value| {
        let verdict = run(&policy, values, &[]);
        (verdict.outcome, codes(&verdict))
    };
    assert_eq!(of(&json!({"a": 1, "b": 2})), (Outcome::Approve, vec![]));
    assert_eq!(of(&json!({"a": 1, "b": 0})), (Outcome::Refer, vec!["DIVISION_BY_ZERO".to_owned()]));
    assert_eq!(of(&json!({"a": 99, "b": 1})), (Outcome::Refer, vec!["INPUT_OUT_OF_RANGE".to_owned()]));
    assert_eq!(of(&json!({})), (Outcome::Refer, vec!["MISSING_INPUT".to_owned()]));
}

#[test]
fn a_decline_by_priority_names_every_row_that_declines() {
    let declines =
        |cell: &str, reason: &str| json!({"when": [cell], "then": {"outcome": "decline", "reason": reason}});
    let approves = json!({"when": ["-"], "then": {"outcome": "approve"}});
    let rows = json!([declines("> 5", "A"), declines("> 4", "A"), approves, declines("> 3", "B")]);
    let policy = policy(&document(&json!([table("priority", &json!(["b"]), &rows)])));
    let verdict = run(&policy, &json!({"b": 7}), &[]);
    assert_eq!(
        (verdict.outcome, codes(&verdict)),
        (Outcome::Decline, ["A", "A", "B"].map(str::to_owned).to_vec())
    );
    assert_eq!(verdict.matched.len(), 1);
    assert_eq!(codes(&run(&policy, &json!({"b": 4}), &[])), ["B"]);
}

#[test]
fn an_output_rests_on_what_the_cells_of_its_rows_read() {
    let outputs = json!({"o": {"type": "integer", "aggregate": "min"}});
    let rules = json!([{"when": ["> b * 2"], "then": {"outcome": "approve", "outputs": {"o": 2}}}]);
    let mut first = table("collect", &json!(["a"]), &rules);
    first["table"]["outputs"] = outputs;
    let rows = json!([{"when": ["> 9"], "then": {"outcome": "approve"}}]);
    let second = json!({"table": {"name": "s", "hit": "first", "columns": ["t.o"], "rules": rows}});
    let mut document = document(&json!([first, second]));
    document["inputs"]["b"]["max_age_days"] = json!(90);
    // A value without a date is stale where its age counts.
    let verdict = run(&policy(&document), &json!({"a": 1, "b": 7}), &[]);
    assert_eq!(codes(&verdict), ["INPUT_STALE", "INPUT_STALE"]);
    assert!(verdict.because.iter().all(|it| it.inputs == ["b".into()]), "{:?}", verdict.because);
}

#[test]
fn a_step_that_cannot_be_asked_leaves_the_next_one_its_result() {
    let step = |name: &str, values: Value| {
        json!({"call": {"name": name, "operation": "credit.score", "values": values,
            "results": {"points": {"type": "integer", "pointer": "/points"}}}})
    };
    let rows = json!([
        {"when": ["< 50"], "then": {"outcome": "decline", "reason": "B"}},
        {"when": [">= 50"], "then": {"outcome": "approve"}}
    ]);
    let steps = json!([
        step("first", json!({"/features/x": "a / b"})),
        step("second", json!({})),
        table("first", &json!(["second.points"]), &rows)
    ]);
    let policy = policy(&document(&steps));
    let points = |points: f64| StepResult::Answer {
        answer: JsonValue::Object([("points".to_owned(), JsonValue::Number(points))].into()),
        referred: false,
    };
    let verdict = run(&policy, &json!({"a": 1, "b": 0}), &[points(10.0), points(90.0)]);
    assert_eq!((verdict.outcome, codes(&verdict)), (Outcome::Refer, vec!["DIVISION_BY_ZERO".to_owned()]));
    let verdict = run(&policy, &json!({"a": 1, "b": 1}), &[points(90.0), points(10.0)]);
    assert_eq!((verdict.outcome, codes(&verdict)), (Outcome::Decline, vec!["B".to_owned()]));
}

#[test]
fn a_decline_for_what_is_missing_needs_all_to_be_missing() {
    let mut document = document(&json!([table(
        "first",
        &json!(["if c then 1 else n"]),
        &json!([{"when": ["> 3"], "then": {"outcome": "decline", "reason": "L"}},
            {"when": ["-"], "then": {"outcome": "approve"}}]),
    )]));
    document["inputs"]["c"] = json!({"type": "boolean", "on_missing": {"decline": "A"}});
    document["inputs"]["n"] = json!({"type": "integer", "min": 0, "max": 9, "on_missing": {"decline": "B"}});
    let policy = policy(&document);
    let of = |values: &Value| {
        let verdict = run(&policy, values, &[]);
        (verdict.outcome, codes(&verdict))
    };
    let declines = |codes: &[&str]| (Outcome::Decline, codes.iter().map(|it| (*it).to_owned()).collect());
    assert_eq!(of(&json!({})), declines(&["A", "B"]));
    assert_eq!(of(&json!({"n": 2})), declines(&["A"]));
    assert_eq!(of(&json!({"n": 99})).0, Outcome::Refer, "out of range is not missing");
    assert_eq!(of(&json!({"n": {"value": 2, "entity_id": "ent_2"}})).0, Outcome::Refer, "nor is another's");
}

#[test]
fn a_step_that_cannot_be_asked_names_what_its_lists_lack() {
    let call = |value: &str| {
        json!({"call": {"name": "s", "operation": "credit.score", "values": {"/features/x": value},
            "results": {"x": {"pointer": "/x", "type": "number"}}}})
    };
    let rows = json!([{"when": ["> 3"], "then": {"outcome": "decline", "reason": "L"}},
        {"when": ["-"], "then": {"outcome": "approve"}}]);
    let made = |value: &str, column: &str| {
        let mut document = document(&json!([call(value), table("first", &json!([column]), &rows)]));
        document["inputs"]["y"] = json!({"type": "integer", "on_missing": {"decline": "A"}});
        document["inputs"]["l"] = json!({"type": "integer", "list": true});
        policy(&document)
    };
    let sum = made("y + count(l)", "s.x");
    let of = |policy: &Policy, values: &Value| {
        let verdict = run(policy, values, &[]);
        (verdict.outcome, codes(&verdict))
    };
    assert_eq!(of(&sum, &json!({})).0, Outcome::Refer, "a list that is referred is missing too");
    assert_eq!(of(&sum, &json!({"l": [1]})).0, Outcome::Decline);
    let verdict = run(&sum, &json!({"y": 1}), &[]);
    assert_eq!(verdict.outcome, Outcome::Refer);
    assert_eq!(verdict.because[0].inputs, ["l".into()]);
    // What the step would have given is unknown beside the input that declines.
    let beside = made("count(l)", "if y > 3 then 1 else s.x");
    assert_eq!(of(&beside, &json!({})).0, Outcome::Refer);
}

/// A decline names the rows that would decline without it: none behind a row that would approve or refer.
#[test]
fn rows_behind_one_that_spares_are_no_reason() {
    let rows = json!([
        {"when": ["> 5", "-"], "then": {"outcome": "decline", "reason": "A"}},
        {"when": ["-", "> 5"], "then": {"outcome": "approve"}},
        {"when": ["-", "-"], "then": {"outcome": "decline", "reason": "B"}}
    ]);
    let of = |policy: &Policy, a: i32, b: Value| codes(&run(policy, &json!({"a": a, "b": b}), &[]));
    let first = policy(&document(&json!([table("first", &json!(["a", "b"]), &rows)])));
    assert_eq!(of(&first, 9, json!(9)), ["A"], "without the first row it is approved");
    assert_eq!(of(&first, 9, json!(1)), ["A", "B"]);
    assert_eq!(of(&first, 9, Value::Null), ["A"], "the row between may match");
    assert_eq!(of(&first, 1, json!(1)), ["B"]);
    // By priority a decline comes before an approval, unless the priority says otherwise.
    let priority = policy(&document(&json!([table("priority", &json!(["a", "b"]), &rows)])));
    assert_eq!(of(&priority, 9, json!(9)), ["A", "B"]);
}
