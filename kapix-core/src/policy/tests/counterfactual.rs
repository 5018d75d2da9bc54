//! The least change beside brute force over every value of small grids.

use super::{AS_OF, cell, inputs, policy, run};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::policy::{CounterfactualNull, InputChange, LeastChange, Outcome, Policy, Progress, State};
use crate::time::Instant;
use proptest::prelude::*;
use serde_json::{Value, json};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// The largest value of each input of a generated policy.
const MOST: i32 = 5;

pub(super) fn least(policy: &Policy, values: &Value) -> Result<LeastChange, CounterfactualNull> {
    let mut state = State::default();
    let id = Id::parse("ent_1").unwrap();
    policy.begin(&inputs(values), Instant::parse(AS_OF).unwrap(), Some(&id), &mut state).unwrap();
    let mut decides = |state: &mut State| {
        let Progress::Done(verdict) = policy.run(&crate::policy::StepResults::new(), state) else {
            panic!("no steps are asked")
        };
        Ok::<Option<Outcome>, ()>(Some(verdict.outcome))
    };
    assert_ne!(decides(&mut state).unwrap(), Some(Outcome::Approve));
    let found = policy.least_change(&mut state, &mut decides).unwrap();
    assert_ne!(decides(&mut state).unwrap(), Some(Outcome::Approve), "the application is as it was");
    found
}

fn changed(values: &Value, changes: &[InputChange]) -> Value {
    let mut values = values.clone();
    for change in changes {
        values[&*change.input] = serde_json::to_value(&change.to).unwrap();
    }
    values
}

fn distance(from: f64, to: f64) -> f64 {
    if from == 0.0 { (to - from).abs() } else { (to - from).abs() / from.abs() }
}

/// Rows with cells of three columns, and what they give.
type Rows = Vec<([(u8, i32, i32); 3], u8)>;

fn rows() -> impl Strategy<Value = Rows> {
    let cells = [(0_u8..6, 0..MOST, 0..3), (0_u8..6, 0..MOST, 0..3), (0_u8..6, 0..MOST, 0..3)];
    prop::collection::vec((cells, 0_u8..5), 1..6)
}

fn document(tables: &[Rows], columns: &Value, movable: [bool; 3]) -> Value {
    let table = |(number, rows): (usize, &Rows)| {
        let rules = rows.iter().map(|(cells, gives)| {
            let then = match gives {
                0 | 1 => json!({"outcome": "approve"}),
                2 => json!({"outcome": "refer", "reason": "DOUBT"}),
                _ => json!({"outcome": "decline", "reason": "BAD"}),
            };
            json!({"when": cells.iter().map(cell).collect::<Vec<_>>(), "then": then})
        });
        json!({"table": {
            "name": format!("t{number}"), "hit": "first", "columns": columns, "rules": rules.collect::<Vec<_>>()
        }})
    };
    let input = |movable: bool| json!({"type": "integer", "min": 0, "max": MOST, "movable": movable});
    json!({
        "inputs": {"a": input(movable[0]), "b": input(movable[1]), "c": input(movable[2])},
        "reasons": {"BAD": {"texts": {"en": "b"}}, "DOUBT": {"texts": {"en": "d"}}},
        "steps": tables.iter().enumerate().map(table).collect::<Vec<_>>()
    })
}

/// Returns the fewest inputs, and their least distance, at which the policy approves, by every value of all movable inputs.
fn by_force(policy: &Policy, values: &Value, movable: [bool; 3]) -> Option<(usize, f64)> {
    let from: Vec<i32> =
        NAMES.iter().map(|name| i32::try_from(values[name].as_i64().unwrap()).unwrap()).collect();
    let range = |at: usize| if movable[at] { 0..=MOST } else { from[at]..=from[at] };
    let mut best: Option<(usize, f64)> = None;
    for a in range(0) {
        for b in range(1) {
            for c in range(2) {
                let to = [a, b, c];
                let moved: Vec<usize> = (0..3).filter(|at| to[*at] != from[*at]).collect();
                let total = moved.iter().map(|at| distance(from[*at].into(), to[*at].into())).sum::<f64>();
                let is_better = best.is_none_or(|(count, least)| (moved.len(), total) < (count, least));
                if is_better && run(policy, &json!({"a": a, "b": b, "c": c}), &[]).outcome == Outcome::Approve
                {
                    best = Some((moved.len(), total));
                }
            }
        }
    }
    best
}

fn agrees(policy: &Policy, values: &Value, movable: [bool; 3]) {
    if run(policy, values, &[]).outcome != Outcome::Decline {
        return;
    }
    match (least(policy, values), by_force(policy, values, movable)) {
        (Ok(found), Some((count, total))) => {
            let verdict = run(policy, &changed(values, &found.changes), &[]);
            assert_eq!(verdict.outcome, Outcome::Approve);
            assert_eq!(found.changes.len(), count, "{:?}", found.changes);
            let sum: f64 = found
                .changes
                .iter()
                .map(|it| distance(it.from.as_f64().unwrap(), it.to.as_f64().unwrap()))
                .sum();
            // 1e-12: the same three quotients, added in another order.
            assert!((sum - total).abs() < 1e-12, "{sum} beside {total}: {:?}", found.changes);
            for change in &found.changes {
                assert!(movable[NAMES.iter().position(|it| *it == &*change.input).unwrap()]);
            }
            assert!(found.exact);
        }
        (Err(why), None) => assert_eq!(why, CounterfactualNull::NoneFound),
        (found, by_force) => panic!("{found:?} beside {by_force:?}"),
    }
}

proptest! {
    #[test]
    fn the_least_change_is_that_of_brute_force(
        tables in prop::collection::vec(rows(), 1..3),
        at in [0..=MOST, 0..=MOST, 0..=MOST],
        movable in any::<[bool; 3]>(),
    ) {
        let policy = policy(&document(&tables, &json!(["a", "b", "c"]), movable));
        agrees(&policy, &json!({"a": at[0], "b": at[1], "c": at[2]}), movable);
    }

    #[test]
    fn the_least_change_is_that_of_brute_force_where_columns_are_computed(
        tables in prop::collection::vec(rows(), 1..3),
        at in [0..=MOST, 0..=MOST, 0..=MOST],
    ) {
        let policy = policy(&document(&tables, &json!(["a + b", "b * c", "c"]), [true; 3]));
        agrees(&policy, &json!({"a": at[0], "b": at[1], "c": at[2]}), [true; 3]);
    }

    #[test]
    fn a_change_of_shares_and_texts_approves_and_needs_no_second_input(
        income in 1_000_i32..100_000, amount in 1_000_i32..500_000, score in 300_i32..850,
    ) {
        let policy = policy(&share());
        let values = json!({"age": 30, "income": income, "amount": amount, "score": score, "town": "Kisumu"});
        prop_assume!(run(&policy, &values, &[]).outcome == Outcome::Decline);
        let found = least(&policy, &values).unwrap();
        prop_assert_eq!(run(&policy, &changed(&values, &found.changes), &[]).outcome, Outcome::Approve);
        let is_poor = f64::from(amount) / f64::from(income) > 0.4;
        let needed = usize::from(is_poor) + usize::from(score < 580);
        prop_assert_eq!(found.changes.len(), needed, "{:?}", found.changes);
        prop_assert!(found.changes.iter().all(|it| &*it.input != "age"));
        prop_assert!(!found.exact, "amounts are halved, and a town may have other names");
        // The amount falls to 0.4 of the income and no further: one unit more is declined.
        if let Some(change) = found.changes.iter().find(|it| &*it.input == "amount") {
            let mut above = changed(&values, &found.changes);
            above["amount"] = json!(change.to.as_f64().unwrap() + 1.0);
            prop_assert_eq!(run(&policy, &above, &[]).outcome, Outcome::Decline);
        }
    }
}

fn share() -> Value {
    json!({
        "currency": "KES",
        "inputs": {
            "age": {"type": "integer", "min": 0, "max": 120, "movable": false},
            "income": {"type": "money", "min": 0}, "amount": {"type": "money", "min": 1},
            "score": {"type": "number", "min": 300, "max": 850}, "town": {"type": "text"}
        },
        "reasons": {"BAD": {"texts": {"en": "b"}}},
        "steps": [
            {"derive": {"name": "share", "expression": "amount / income"}},
            {"table": {"name": "t", "hit": "first", "columns": ["age", "share", "score", "town"], "rules": [
                {"when": ["< 18", "-", "-", "-"], "then": {"outcome": "decline", "reason": "BAD"}},
                {"when": ["-", "> 0.4", "-", "-"], "then": {"outcome": "decline", "reason": "BAD"}},
                {"when": ["-", "-", "< 580", "-"], "then": {"outcome": "decline", "reason": "BAD"}},
                {"when": ["-", "-", "-", "\"Nowhere\""], "then": {"outcome": "decline", "reason": "BAD"}},
                {"when": ["-", "-", "-", "-"], "then": {"outcome": "approve"}}
            ]}}
        ]
    })
}

#[test]
fn the_change_of_a_decline_names_the_nearest_end_of_a_cell() {
    let policy = policy(&share());
    let base = json!({"age": 30, "income": 100_000, "amount": 30_000, "score": 512, "town": "Kisumu"});
    let found = least(&policy, &base).unwrap();
    let change = |input: &str, from: JsonValue, to: JsonValue| InputChange { from, input: input.into(), to };
    assert_eq!(found.changes, [change("score", JsonValue::Number(512.0), JsonValue::Number(580.0))]);
    let mut rich = base.clone();
    (rich["amount"], rich["score"]) = (json!(50_000), json!(700));
    let found = least(&policy, &rich).unwrap();
    assert_eq!(found.changes, [change("amount", JsonValue::Number(50_000.0), JsonValue::Number(40_000.0))]);
    let mut nowhere = base.clone();
    (nowhere["town"], nowhere["score"]) = (json!("Nowhere"), json!(700));
    assert_eq!(least(&policy, &nowhere), Err(CounterfactualNull::NoneFound), "no cell names another town");
    let mut young = base;
    young["age"] = json!(17);
    assert_eq!(least(&policy, &young), Err(CounterfactualNull::NoneFound), "nobody changes their age");
}

#[test]
fn what_is_missing_or_assumed_is_no_input_that_changes() {
    let mut document = share();
    document["inputs"]["score"]["on_missing"] = json!({"decline": "BAD"});
    let values = json!({"age": 30, "income": 100_000, "amount": 30_000, "town": "Kisumu"});
    let declined = policy(&document);
    assert_eq!(run(&declined, &values, &[]).outcome, Outcome::Decline);
    assert_eq!(least(&declined, &values), Err(CounterfactualNull::NoneFound));
}

#[test]
fn a_search_over_a_large_table_ends() {
    let mut document = share();
    let rule = |number: usize| json!({"when": ["-", "-", format!("{}", 300 + number), "-"], "then": {"outcome": "decline", "reason": "BAD"}});
    let mut rules: Vec<Value> = (0..5_000).map(|it| rule(it % 500)).collect();
    rules.push(
        json!({"when": ["-", "-", "[300..850]", "-"], "then": {"outcome": "decline", "reason": "BAD"}}),
    );
    document["steps"][1]["table"]["rules"] = json!(rules);
    let values = json!({"age": 30, "income": 100_000, "amount": 30_000, "score": 512, "town": "Kisumu"});
    assert_eq!(least(&policy(&document), &values), Err(CounterfactualNull::SearchEnded));
}

#[test]
fn where_no_change_helps_the_search_does_not_come_to_its_limit() {
    // Four amounts that can change and enter computed values, beside an age that cannot.
    let mut document = share();
    for name in ["rent", "debts"] {
        document["inputs"][name] = json!({"type": "money", "min": 0});
    }
    document["steps"][0]["derive"]["expression"] = json!("(amount + rent + debts) / income");
    let young = json!({
        "age": 17, "income": 100_000, "amount": 30_000, "score": 700, "town": "Kisumu", "rent": 1_000, "debts": 2_000
    });
    let policy = policy(&document);
    assert_eq!(run(&policy, &young, &[]).outcome, Outcome::Decline);
    assert_eq!(least(&policy, &young), Err(CounterfactualNull::NoneFound));
}

#[test]
fn an_input_that_no_rule_reads_makes_a_change_no_less_exact() {
    let mut document = share();
    document["inputs"]["late"] = json!({"type": "integer", "list": true});
    document["inputs"]["remark"] = json!({"type": "text"});
    document["steps"].as_array_mut().unwrap().remove(0);
    document["steps"][0]["table"]["columns"] = json!(["age", "age", "score", "age"]);
    document["steps"][0]["table"]["rules"] = json!([
        {"when": ["-", "-", "< 580", "-"], "then": {"outcome": "decline", "reason": "BAD"}},
        {"when": ["-", "-", "-", "-"], "then": {"outcome": "approve"}}
    ]);
    let values = json!({"age": 30, "score": 512, "late": [3], "remark": "none", "town": "Kisumu", "income": 5, "amount": 6});
    let found = least(&policy(&document), &values).unwrap();
    assert_eq!((found.changes.len(), found.exact), (1, true));
    // A list that a rule reads could change too, and is not looked at.
    document["steps"][0]["table"]["columns"][1] = json!("count(late)");
    let found = least(&policy(&document), &values).unwrap();
    assert_eq!((found.changes.len(), found.exact), (1, false));
}
