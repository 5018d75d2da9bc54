//! What a document that does not load was probably meant as: each mistake is told with what to write instead.

use super::{body, policy};
use crate::limits::Limits;
use crate::policy::Policy;
use serde_json::{Value, json};

fn document(steps: &Value) -> Value {
    json!({
        "currency": "KES",
        "inputs": {
            "age": {"type": "integer", "min": 0, "max": 120},
            "amount": {"type": "money", "min": 1},
            "born": {"type": "date"},
            "gender": {"type": "text", "protected": true},
            "town": {"type": "text"}
        },
        "reasons": {"NO": {"texts": {"en": "no"}}},
        "steps": steps
    })
}

fn table(column: &str, cell: &str) -> Value {
    let rule = json!({"when": [cell], "then": {"outcome": "approve"}});
    json!({"table": {"name": "t", "hit": "first", "columns": [column], "rules": [rule]}})
}

/// Returns the mistakes, each `FIELD: MESSAGE`.
fn told(document: &Value) -> Vec<String> {
    let error = Policy::load(body(document), &Limits::default()).expect_err("the policy loads");
    if error.details.is_empty() {
        return vec![format!("{}: {}", error.fields.join(","), error.message)];
    }
    error.details.iter().map(|it| format!("{}: {}", it.field, it.message)).collect()
}

/// Returns the only mistake.
fn one(document: &Value) -> String {
    let mut told = told(document);
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[test]
fn a_protected_input_is_called_protected() {
    for column in ["gender", "if gender = \"f\" then 1 else 0"] {
        let said = one(&document(&json!([table(column, "-")])));
        assert!(said.contains("`gender` is protected: no rule may read it"), "{said}");
    }
}

#[test]
fn a_value_of_a_later_step_is_told_with_that_step() {
    let later = json!({"derive": {"name": "twice", "expression": "age * 2"}});
    let said = one(&document(&json!([table("twice", "> 3"), later])));
    assert!(said.contains("`twice` is computed by the step `twice` (`/steps/1`)"), "{said}");
    // A step reads neither its own value nor that of its table.
    let own = json!([{"derive": {"name": "x", "expression": "x + 1"}}]);
    assert!(one(&document(&own)).contains("`x` is computed by the step `x` (`/steps/0`)"));
}

#[test]
fn a_broken_step_is_told_once() {
    let broken = json!({"derive": {"name": "twice", "expression": "ages * 2"}});
    let further = json!({"derive": {"name": "more", "expression": "twice + 1"}});
    let mut outputs = table("more", "-");
    outputs["table"]["outputs"] = json!({"o": {"type": "integer"}});
    outputs["table"]["rules"][0]["then"]["outputs"] = json!({"o": 1});
    let last = json!({"table": {"name": "s", "hit": "first", "columns": ["t.o", "age"], "rules": [
        {"when": ["> more", "< 3"], "then": {"outcome": "approve"}}
    ]}});
    let said = one(&document(&json!([broken, further, outputs, last])));
    assert!(said.starts_with("/steps/0/derive/expression: nothing is called `ages`"), "{said}");
    let mut input = document(&json!([table("age", "> amount")]));
    input["inputs"]["age"] = json!({"type": "money", "currency": "KES", "values": ["a"]});
    assert_eq!(told(&input).len(), 1);
}

#[test]
fn a_text_without_quotes_is_shown_with_them() {
    for (column, cell) in [("town", "Nairobi"), ("town", "Nairobi, \"Kisumu\""), ("town", "Nairobi West")] {
        let said = one(&document(&json!([table(column, cell)])));
        assert!(said.contains("write `\"Nairobi") && said.contains("in YAML `'\"Nairobi"), "{said}");
    }
    let said = one(&document(&json!([table("born", ">= 2026-10-31")])));
    assert!(said.contains("`date(\"2026-10-31\")`"), "{said}");
}

#[test]
fn signs_and_words_of_other_languages_are_told_with_those_of_this_one() {
    for (column, cell, hint) in [
        ("age > 3", "True", "`True` is written `true`"),
        ("age == 3", "-", "write `=`"),
        ("age > 3 && age < 5", "-", "write `and`"),
        ("age > 3 || age < 1", "-", "write `or`"),
        ("age > 3 AND age < 5", "-", "`AND` is written `and`"),
        ("age", "", "write `-` where every value passes"),
        ("age", ">= 18 and < 25", "write a range, `[18..25)`"),
        ("age", "< 25 AND > 18", "write a range, `(18..25)`"),
        ("age", "< 18 or > 65", "joined by a comma"),
        ("age", "18-25", "`18-25` is a subtraction: write `[18..25]`"),
        ("age", "-5 - 25", "write `[-5..25]`"),
        ("age", "18 + 2", "no sum of two numbers"),
    ] {
        let said = one(&document(&json!([table(column, cell)])));
        assert!(said.contains(hint), "{column} {cell}: {said}");
    }
    for (column, cell) in [("amount", "> amount * 2 - 1"), ("age", "< 60 * 2"), ("age", "not(3, [5..9])")] {
        policy(&document(&json!([table(column, cell)])));
    }
}

#[test]
fn a_limit_may_be_a_whole_number_of_minor_units() {
    let limited = |limit: &str| {
        let mut document = document(&json!([table("age", "-")]));
        document["offer"] = json!({"requested": "amount", "limit": limit});
        document
    };
    let of =
        |policy: &Policy, amount: i64| super::run(policy, &json!({"age": 20, "amount": amount}), &[]).outcome;
    let capped = policy(&limited("1000"));
    assert_eq!(of(&capped, 1000), crate::policy::Outcome::Approve);
    assert_eq!(of(&capped, 1001), crate::policy::Outcome::Refer);
    for wrong in ["1000.5", "age", "1 / 0"] {
        let said = one(&limited(wrong));
        assert!(said.contains("expected money in KES") && said.contains("minor units"), "{said}");
    }
}

#[test]
fn an_amount_with_decimals_is_told_the_minor_units() {
    let policy = policy(&document(&json!([table("age", "-")])));
    let mut state = crate::policy::State::default();
    let given = super::inputs(&json!({"age": 20, "amount": 10_000.5}));
    let as_of = crate::time::Instant::parse(super::AS_OF).unwrap();
    let error = policy.begin(&given, as_of, None, &mut state).unwrap_err();
    assert!(error.message.contains("minor units, a whole number: `100` is 1 KES"), "{error}");
}

#[test]
fn a_value_instead_of_a_missing_one_is_refused_with_its_own_reason() {
    let mut lenient =
        document(&json!([{"table": {"name": "t", "hit": "first", "columns": ["age"], "rules": [
            {"when": ["< 18"], "then": {"outcome": "decline", "reason": "NO"}},
            {"when": ["-"], "then": {"outcome": "approve"}}
        ]}}]));
    lenient["inputs"]["age"]["on_missing"] = json!({"value": 30});
    let said = one(&lenient);
    assert!(
        said.contains("must pass the cells of every row that declines") && said.contains("`t.rule_1`"),
        "{said}"
    );
    lenient["inputs"]["age"]["on_missing"] = json!({"value": 3});
    policy(&lenient);
}
