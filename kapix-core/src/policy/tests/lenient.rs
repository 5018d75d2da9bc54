//! Inputs that a policy does without: what the loader refuses, and that an application gains nothing by hiding one.

use super::hidden::approved;
use super::{codes, inputs, policy, refused, run};
use crate::error::Cause;
use crate::limits::Limits;
use crate::policy::{Outcome, Policy};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

fn missing() -> Vec<(Cause, String)> {
    vec![(Cause::PolicyMissing, "/inputs/x/on_missing".to_owned())]
}

/// One table over `x` and `y`, and what becomes of an application without `x`.
fn on_missing(value: &Value, rules: &Value) -> Value {
    let outputs =
        if rules.to_string().contains("rate") { json!({"rate": {"type": "number"}}) } else { json!({}) };
    json!({
        "inputs": {"x": {"type": "number", "min": -9, "on_missing": value}, "y": {"type": "number"}},
        "reasons": {"BAD": {"texts": {"en": "It is bad."}}, "ABSENT": {"texts": {"en": "It is absent."}}},
        "steps": [{"table": {"name": "t", "hit": "first", "columns": ["x", "y"], "outputs": outputs, "rules": rules}}]
    })
}

#[test]
fn what_a_missing_input_may_do_is_checked_row_by_row() {
    let decline = json!({"outcome": "decline", "reason": "BAD"});
    let approve = json!({"outcome": "approve"});
    let harmful = json!([{"when": ["< 1", "-"], "then": decline}, {"when": ["-", "-"], "then": approve}]);
    let priced = json!([{"when": ["< 1", "-"], "then": {"outputs": {"rate": 1}}}, {"when": ["-", "-"], "then": approve}]);
    let kind = json!([{"when": [">= 9", "-"], "then": approve}, {"when": ["-", "-"], "then": decline}]);
    let (skip, value) = (json!("skip"), |value: i32| json!({ "value": value }));
    assert_eq!(refused(&on_missing(&skip, &harmful)), missing());
    assert_eq!(refused(&on_missing(&value(5), &harmful)), missing());
    let verdict = run(&policy(&on_missing(&value(0), &harmful)), &json!({"y": 1}), &[]);
    assert_eq!((verdict.outcome, verdict.assumed.len()), (Outcome::Decline, 1));
    for absent in [&skip, &value(5), &value(0)] {
        assert_eq!(
            refused(&on_missing(absent, &priced)),
            missing(),
            "nothing prices a missing value: {absent}"
        );
    }
    for hit in ["unique", "any", "priority"] {
        let mut exclusive = on_missing(&skip, &kind);
        exclusive["steps"][0]["table"]["hit"] = json!(hit);
        assert_eq!(refused(&exclusive), missing(), "{hit}: another row could be the only one");
    }
    let mut gives = on_missing(&skip, &kind);
    gives["steps"][0]["table"]["outputs"] = json!({"rate": {"type": "number"}});
    assert_eq!(refused(&gives), missing(), "another row could give its value");
    let skips = policy(&on_missing(&skip, &kind));
    let verdict = run(&skips, &json!({"y": 1}), &[]);
    assert_eq!(verdict.outcome, Outcome::Decline, "the author passed the row over");
    for number in [0, 8, 9] {
        // It could approve, or hide that another cell of the row is in doubt.
        assert_eq!(
            refused(&on_missing(&value(number), &kind)),
            missing(),
            "what is missing approves nothing"
        );
    }
    // Where every value passes, nothing hangs on the one that is missing.
    let any = json!([{"when": [">= -9", "-"], "then": approve}]);
    let verdict = run(&policy(&on_missing(&value(3), &any)), &json!({"y": 1}), &[]);
    assert_eq!((verdict.outcome, verdict.assumed.len()), (Outcome::Approve, 1));
    let declines = policy(&on_missing(&json!({"decline": "ABSENT"}), &harmful));
    let verdict = run(&declines, &json!({"y": 1}), &[]);
    assert_eq!((verdict.outcome, codes(&verdict)), (Outcome::Decline, vec!["ABSENT".to_owned()]));
    let both = run(&declines, &json!({"x": {"value": 0, "entity_id": "ent_2"}}), &[]);
    assert_eq!(both.outcome, Outcome::Refer, "a value of another is no missing one");
}

#[test]
fn an_input_is_passed_over_only_where_hiding_it_hides_no_error() {
    let with = |column: &str, cell: &str| {
        json!({
            "inputs": {"x": {"type": "number", "on_missing": "skip"}, "y": {"type": "number"}},
            "reasons": {},
            "steps": [
                {"derive": {"name": "half", "expression": "y / x"}},
                {"derive": {"name": "above", "expression": "x > y"}},
                {"table": {"name": "s", "hit": "rule_order", "columns": [column], "rules": [
                    {"when": [cell], "then": {"outcome": "approve"}}]}},
                {"table": {"name": "t", "hit": "first", "columns": ["y"], "rules": [
                    {"when": ["> 0"], "then": {"outcome": "approve"}}]}}
            ]
        })
    };
    // Without `x` the row of `s` is passed over; with 0 it divides by zero, and refers.
    for (column, cell) in [
        ("y / x", "> 2"),
        ("half", "> 2"),
        ("x + 1", "> 2"),
        ("x", "> y / 2"),
        ("y", "> half"),
        ("if x > 1 then y > 0 else true", "true"),
    ] {
        assert_eq!(refused(&with(column, cell)), missing(), "{column} {cell}");
    }
    for (column, cell) in [
        ("x", "> 2"),
        ("x", "> y"),
        ("y", "< x"),
        ("above", "true"),
        ("max(x, y)", "> 1"),
        ("if x > 1 then x < 5 else x > 0", "true"),
    ] {
        let policy = policy(&with(column, cell));
        let shown = run(&policy, &json!({"x": 0, "y": 1}), &[]);
        let hidden = run(&policy, &json!({"y": 1}), &[]);
        assert_eq!((shown.outcome, hidden.outcome), (Outcome::Approve, Outcome::Approve), "{column} {cell}");
    }
    let mut list = with("count(x[item > 30])", "> 2");
    list["inputs"]["x"]["list"] = json!(true);
    list["steps"].as_array_mut().unwrap().drain(..2);
    policy(&list);
    list["steps"][0]["table"]["columns"] = json!(["min(x)"]);
    assert_eq!(refused(&list), missing(), "an empty list has no least item");
    list["steps"][0]["table"]["columns"] = json!(["count(x[item > y])"]);
    assert_eq!(refused(&list), missing(), "without the list nobody sees that `y` is in doubt");
}

#[test]
fn a_value_that_stands_for_a_missing_one_enters_no_offer() {
    let offer = |limit: &str, term: &str| {
        json!({
            "currency": "KES",
            "inputs": {
                "x": {"type": "number", "min": 0, "max": 9, "on_missing": {"value": 9}},
                "most": {"type": "money", "min": 0}, "amount": {"type": "money", "min": 1}
            },
            "reasons": {"BAD": {"texts": {"en": "It is bad."}}},
            "steps": [
                {"derive": {"name": "twice", "expression": "2 * x"}},
                {"table": {"name": "t", "hit": "first", "columns": ["x"], "rules": [
                    {"when": ["> 8"], "then": {"outcome": "refer", "reason": "BAD"}},
                    {"when": ["-"], "then": {"outcome": "approve"}}]}}
            ],
            "offer": {"requested": "amount", "limit": limit, "terms": {"term": term}}
        })
    };
    policy(&offer("most", "3"));
    for (limit, term) in
        [("floor(most * x)", "3"), ("floor(most * twice)", "3"), ("most", "x"), ("most", "twice + 1")]
    {
        assert_eq!(refused(&offer(limit, term)), missing(), "{limit} {term}");
    }
    let mut amount = offer("most", "3");
    amount["inputs"]["amount"]["on_missing"] = json!({"value": 1});
    let fields: Vec<String> = refused(&amount).into_iter().map(|it| it.1).collect();
    assert_eq!(fields, ["/inputs/amount/on_missing"], "nobody is granted an amount that was not asked for");
    let mut step = offer("most", "3");
    step["steps"].as_array_mut().unwrap().push(json!({"call": {
        "name": "card", "operation": "credit.score", "arguments": {"card": "a@1"}, "values": {"/features/x": "x"},
        "results": {"points": {"type": "integer", "pointer": "/points"}}
    }}));
    assert_eq!(refused(&step), missing(), "nothing is scored on a value that is missing");
}

/// Policies with an input `b` that they do without, by any rule, with outputs, computed columns, and offers.
fn documents() -> impl Strategy<Value = Value> {
    let cell = (0_u8..9, -2_i32..3).prop_map(|(kind, at)| match kind {
        0..4 => "-".to_owned(),
        4 => format!("< {at}"),
        5 => format!(">= {at}"),
        6 => format!("not({at})"),
        7 => "> c".to_owned(),
        _ => "<= a / c".to_owned(),
    });
    let then = prop_oneof![
        5 => Just(json!({"outcome": "approve"})),
        1 => Just(json!({"outcome": "refer", "reason": "ODD"})),
        2 => Just(json!({"outcome": "decline", "reason": "BAD"})),
        2 => (1_i32..4).prop_map(|it| json!({"outcome": "approve", "outputs": {"v": it * 100}})),
        1 => (1_i32..4).prop_map(|it| json!({"outputs": {"v": it * 100}})),
        1 => Just(json!({"outputs": {"v": "floor(r * b)"}})),
    ];
    let row = (cell.clone(), cell.clone(), cell, then, 0_u8..3);
    let hit =
        prop::sample::select(&["first", "first", "rule_order", "collect", "unique", "any", "priority"][..]);
    let column = prop::sample::select(&["b", "b", "d", "max(a, b)", "a / b"][..]);
    let table = (hit, column, prop::collection::vec(row, 1..4));
    let derived = prop::sample::select(
        &["a / b", "if b > 0 then a / c else a", "b + 1", "abs(b)", "if b > 0 then b else 1", "a", "a * c"][..],
    );
    let absent = prop_oneof![Just(json!("skip")), (-4_i32..=4).prop_map(|it| json!({ "value": it }))];
    let limit =
        prop::sample::select(&["", "", "t0.v", "floor(r * 2)", "floor(r * (b + 4))", "floor(r * d)"][..]);
    let term = prop::sample::select(&["a", "a", "b", "d"][..]);
    let offer = (any::<bool>(), limit, term);
    (prop::collection::vec(table, 1..3), derived, absent, offer).prop_map(|(tables, derived, absent, offer)| {
        let (has_offer, limit, term) = offer;
        let mut steps = vec![json!({"derive": {"name": "d", "expression": derived}})];
        let mut gives_one = false;
        for (number, (hit, column, rows)) in tables.into_iter().enumerate() {
            let rules: Vec<Value> = rows
                .into_iter()
                .map(|(a, b, c, then, reads)| {
                    // Half of the rows that refuse do not read `b`: most others would be refused.
                    let b = if then["outcome"] != "approve" && reads > 0 { "-".to_owned() } else { b };
                    json!({"when": [a, b, c], "then": then})
                })
                .collect();
            let has_outputs = rules.iter().any(|rule| rule["then"].get("outputs").is_some());
            gives_one |= number == 0 && has_outputs && hit != "rule_order";
            let output = if hit == "collect" { json!({"type": "money", "aggregate": "min"}) } else { json!({"type": "money"}) };
            let outputs = if has_outputs { json!({ "v": output }) } else { json!({}) };
            steps.push(json!({"table": {
                "name": format!("t{number}"), "hit": hit, "columns": ["a", column, "c"], "outputs": outputs, "rules": rules
            }}));
        }
        let mut document = json!({
            "currency": "KES",
            "inputs": {
                "a": {"type": "number"}, "b": {"type": "number", "min": -4, "max": 4, "on_missing": absent},
                "c": {"type": "number"}, "r": {"type": "money", "min": 1}
            },
            "reasons": {"BAD": {"texts": {"en": "b"}}, "ODD": {"texts": {"en": "o"}}},
            "steps": steps
        });
        if has_offer {
            document["offer"] = json!({"requested": "r", "terms": {"term": term}});
            if !(limit.is_empty() || limit == "t0.v" && !gives_one) {
                document["offer"]["limit"] = json!(limit);
            }
        }
        document
    })
}

#[test]
fn an_application_that_hides_an_input_is_approved_only_where_every_value_of_it_is_on_the_same_terms() {
    let (documents, values) = (documents(), prop::collection::vec(-3_i32..=3, 2));
    let mut runner = TestRunner::deterministic();
    let (mut loaded, mut approvals, mut refusals) = ([0; 2], [0; 2], 0);
    for _ in 0..10_000 {
        let document = documents.new_tree(&mut runner).unwrap().current();
        let is_skipped = usize::from(document["inputs"]["b"]["on_missing"] == "skip");
        let Ok(policy) = Policy::load(super::body(&document), &Limits::default()) else {
            refusals += 1;
            continue;
        };
        loaded[is_skipped] += 1;
        for _ in 0..3 {
            let values = values.new_tree(&mut runner).unwrap().current();
            let with = |b: Value| inputs(&json!({"a": values[0], "b": b, "c": values[1], "r": 150}));
            let Some(hidden) = approved(&policy, &with(Value::Null), &[]) else { continue };
            approvals[is_skipped] += 1;
            for b in -8..=8 {
                let b = f64::from(b) / 2.0;
                let shown = approved(&policy, &with(json!(b)), &[]).map(|it| it.terms);
                assert_eq!(shown, Some(hidden.terms.clone()), "{document} of {values:?} with b {b}");
            }
        }
    }
    // Both ways of doing without an input are seen, loaded and refused.
    assert!(loaded.iter().all(|it| *it > 500) && refusals > 500, "{loaded:?} {refusals}");
    assert!(approvals.iter().all(|it| *it > 200), "{approvals:?}");
}
