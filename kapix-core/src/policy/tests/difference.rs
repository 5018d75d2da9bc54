//! The difference of two versions, beside brute force over breakpoints, their neighbours and the points between.

use super::{cell, policy, run};
use crate::limits::Limits;
use crate::policy::Policy;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

type Cells = Vec<(u8, i32, i32)>;

/// A version of a policy of one table; its columns may stand in the other order.
fn version(rows: &[(Cells, u8)], is_turned: bool, reason: &str) -> Policy {
    let rules: Vec<Value> = rows
        .iter()
        .map(|(cells, then)| {
            let then = match then {
                0 => json!({"outcome": "approve"}),
                1 => json!({"outcome": "refer", "reason": reason}),
                _ => json!({"outcome": "decline", "reason": reason}),
            };
            let mut when: Vec<String> = cells.iter().map(cell).collect();
            if is_turned {
                when.reverse();
            }
            json!({"when": when, "then": then})
        })
        .collect();
    let columns = if is_turned { json!(["b", "a"]) } else { json!(["a", "b"]) };
    policy(&json!({
        "inputs": {"a": {"type": "number"}, "b": {"type": "integer"}},
        "reasons": {"ODD": {"texts": {"en": "o"}}, "EVEN": {"texts": {"en": "e"}}},
        "steps": [{"table": {"name": "t", "hit": "first", "columns": columns, "rules": rules}}]
    }))
}

/// The row that decides, by its name, and what it gives.
fn decided(policy: &Policy, values: &Value) -> (Option<String>, Option<String>) {
    let verdict = run(policy, values, &[]);
    let row = verdict.matched.first().map(|it| it.row as usize);
    let then = row.map(|row| serde_json::to_string(&policy.analysed_then(row)).unwrap());
    (row.map(|row| format!("rule_{}", row + 1)), then)
}

impl Policy {
    fn analysed_then(&self, row: usize) -> crate::policy::ThenBody {
        let Some(crate::policy::StepBody::Table(table)) = self.body.steps.first() else { panic!("a table") };
        table.rules[row].then.clone()
    }
}

fn rows() -> impl Strategy<Value = Vec<(Cells, u8)>> {
    prop::collection::vec((prop::collection::vec((0_u8..6, -2_i32..3, 0_i32..3), 2), 0_u8..3), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Every pair of rows that decide the same applicant differently is told, no other is, and each witness shows it.
    #[test]
    fn differences_are_those_of_a_grid(one in rows(), two in rows(), is_turned in any::<bool>(), is_same in any::<bool>()) {
        let two = if is_same { one.clone() } else { two };
        let (first, second) = (version(&one, false, "ODD"), version(&two, is_turned, "ODD"));
        let found = first.difference(&second, &Limits::default());
        let told: BTreeSet<_> = found
            .tables
            .iter()
            .flat_map(|table| {
                assert!(table.whole);
                table.differences.iter()
            })
            .map(|it| (it.gives.as_ref().map(|it| it.rule.clone()), it.other_gives.as_ref().map(|it| it.rule.clone())))
            .collect();
        let mut seen = BTreeSet::new();
        for at in -12..=12 {
            let value = f64::from(at) / 2.0;
            for a in [value, value.next_up(), value.next_down()] {
                for b in -5..=7 {
                    let values = json!({"a": a, "b": b});
                    let ((row, then), (other_row, other_then)) = (decided(&first, &values), decided(&second, &values));
                    if then != other_then {
                        seen.insert((row, other_row));
                    }
                }
            }
        }
        prop_assert_eq!(&told, &seen);
        prop_assert!(found.documents.is_empty(), "{:?}", found.documents);
        for difference in found.tables.iter().flat_map(|it| &it.differences) {
            let witness = serde_json::to_value(difference.witness.as_ref().unwrap()).unwrap();
            let rows = (decided(&first, &witness).0, decided(&second, &witness).0);
            let told = (
                difference.gives.as_ref().map(|it| it.rule.clone()),
                difference.other_gives.as_ref().map(|it| it.rule.clone()),
            );
            prop_assert_eq!(rows, told);
        }
    }
}

#[test]
fn what_is_not_compared_by_rows_is_told_with_its_place() {
    let document = |cut: &str, min: i32, columns: Value, hit: &str| {
        policy(&json!({
            "inputs": {"age": {"type": "integer", "min": min}, "income": {"type": "number"}},
            "reasons": {"BAD": {"texts": {"en": "b"}}},
            "steps": [
                {"derive": {"name": "half", "expression": cut}},
                {"table": {"name": "t", "hit": hit, "columns": columns, "rules": [
                    {"when": ["< 18"], "then": {"outcome": "decline", "reason": "BAD"}},
                    {"when": [">= 18"], "then": {"outcome": "approve"}}
                ]}}
            ]
        }))
    };
    let first = document("income / 2", 0, json!(["half"]), "first");
    let fields = |other: &Policy| {
        let found = first.difference(other, &Limits::default());
        found.documents.iter().map(|it| it.field.clone()).collect::<Vec<_>>()
    };
    assert!(fields(&first).is_empty());
    let other = document("income / 3", 16, json!(["half"]), "first");
    assert_eq!(fields(&other), ["/inputs/age", "/steps/0"], "the rows are the same");
    let other = document("income / 3", 0, json!(["age"]), "collect");
    assert_eq!(fields(&other), ["/steps/0", "/steps/1/table"]);
}
