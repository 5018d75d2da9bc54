//! The difference of two versions, beside brute force over breakpoints, their neighbours and the points between.

use super::{cell, policy, run};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::policy::{Outcome, PolicyDoubt, ReasonCode, RuleDifference};
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
        let found = first.compared(&second);
        let told: BTreeSet<_> = found
            .tables
            .iter()
            .flat_map(|table| {
                // More than 8 parts of two rows are not all told.
                assert!(table.whole || table.differences.len() > 8, "{:?}", table.differences);
                table.differences.iter()
            })
            .map(|it| (it.gives.as_ref().and_then(|it| it.rule.clone()), it.other_gives.as_ref().and_then(|it| it.rule.clone())))
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
                difference.gives.as_ref().and_then(|it| it.rule.clone()),
                difference.other_gives.as_ref().and_then(|it| it.rule.clone()),
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
        let found = first.compared(other);
        found.documents.iter().map(|it| it.field.clone()).collect::<Vec<_>>()
    };
    assert!(fields(&first).is_empty());
    let other = document("income / 3", 16, json!(["half"]), "first");
    assert_eq!(fields(&other), ["/inputs/age", "/steps/0"], "the rows are the same");
    let other = document("income / 3", 0, json!(["age"]), "collect");
    assert_eq!(fields(&other), ["/steps/0", "/steps/1/table/hit"]);
}

/// What a table gives at a point: what each row that counts gives, or that rows disagree.
fn given(policy: &Policy, values: &Value) -> Result<Vec<String>, ()> {
    let verdict = run(policy, values, &[]);
    if verdict.because.iter().any(|it| it.code == ReasonCode::Doubt(PolicyDoubt::RowsDisagree)) {
        return Err(());
    }
    // Under `any` several rows give the same, once.
    let mut all: Vec<String> = Vec::new();
    for row in &verdict.matched {
        let then = serde_json::to_string(&policy.analysed_then(row.row as usize)).unwrap();
        let crate::policy::StepBody::Table(table) = &policy.body.steps[0] else { panic!("a table") };
        if table.hit != crate::policy::HitPolicy::Any || all.is_empty() {
            all.push(then);
        }
    }
    Ok(all)
}

/// What a version gives beyond the other, sorted.
fn beyond(one: &[String], other: &[String]) -> Vec<String> {
    let mut left = one.to_vec();
    for then in other {
        if let Some(at) = left.iter().position(|it| it == then) {
            left.remove(at);
        }
    }
    left.sort();
    left
}

fn with_hit(rows: &[(Cells, u8)], hit: &str) -> Policy {
    let mut body = version(rows, false, "ODD").body;
    let Some(crate::policy::StepBody::Table(table)) = body.steps.first_mut() else { panic!("a table") };
    table.hit = serde_json::from_value(json!(hit)).unwrap();
    Policy::load(body, &Limits::default()).unwrap()
}

fn witness(difference: &RuleDifference) -> Value {
    serde_json::to_value(difference.witness.as_ref().unwrap_or_else(|| panic!("{difference:?}"))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    /// Under every hit policy a difference is told exactly where one is, and each witness shows it.
    #[test]
    fn differences_under_every_hit_policy_are_those_of_a_grid(
        one in rows(), two in rows(), is_near in any::<bool>(),
        hits in prop_oneof![
            Just(("unique", "unique")), Just(("any", "any")), Just(("priority", "priority")), Just(("first", "unique")),
            Just(("any", "first")), Just(("collect", "collect")), Just(("rule_order", "rule_order")), Just(("output_order", "rule_order")),
        ],
    ) {
        // Versions of which most rows are the same.
        let two = if is_near { one.iter().cloned().chain(two.into_iter().take(1)).rev().collect() } else { two };
        let (first, second) = (with_hit(&one, hits.0), with_hit(&two, hits.1));
        let found = first.compared(&second);
        let told: Vec<&RuleDifference> = found.tables.iter().flat_map(|it| &it.differences).collect();
        let is_whole = found.tables.iter().all(|it| it.whole);
        for difference in &told {
            let values = witness(difference);
            let (left, right) = (given(&first, &values), given(&second, &values));
            prop_assert!(left != right, "{:?}", difference);
            prop_assert_eq!(difference.outcome, Some(run(&first, &values, &[]).outcome));
            prop_assert_eq!(difference.other_outcome, Some(run(&second, &values, &[]).outcome));
        }
        let is_together = !["unique", "any", "priority", "first"].contains(&hits.0);
        let nets: BTreeSet<_> = told.iter().map(|it| {
            let values = witness(it);
            let (left, right) = (given(&first, &values), given(&second, &values));
            let (one, other) = (left.clone().unwrap_or_default(), right.clone().unwrap_or_default());
            (beyond(&one, &other), beyond(&other, &one), left.is_err(), right.is_err())
        }).collect();
        for at in -12..=12 {
            let value = f64::from(at) / 2.0;
            for a in [value, value.next_up(), value.next_down()] {
                for b in -5..=7 {
                    let values = json!({"a": a, "b": b});
                    let (left, right) = (given(&first, &values), given(&second, &values));
                    if left == right {
                        continue;
                    }
                    let (one, other) = (left.clone().unwrap_or_default(), right.clone().unwrap_or_default());
                    let net = (beyond(&one, &other), beyond(&other, &one), left.is_err(), right.is_err());
                    let is_order_alone = is_together && net.0.is_empty() && net.1.is_empty();
                    prop_assert!(nets.contains(&net) || is_order_alone && (!told.is_empty() || !is_whole), "{} {:?} {:?}", values, net, told);
                }
            }
        }
    }
}

fn two_tables(currency: &str, order: [usize; 2], hit: &str, cut: i32) -> Policy {
    let decline = |reason: &str| json!({"outcome": "decline", "reason": reason});
    let tables = [
        json!({"table": {"name": "ages", "hit": "rule_order", "columns": ["age"], "rules": [{"when": ["< 18"], "then": decline("YOUNG")}]}}),
        json!({"table": {"name": "sums", "hit": hit, "columns": ["amount"], "rules": [
            {"when": [format!("< {cut}")], "then": {"outcome": "approve"}}, {"when": [">= 100"], "then": decline("HIGH")}
        ]}}),
    ];
    policy(&json!({
        "currency": currency,
        "inputs": {"age": {"type": "integer", "min": 0}, "amount": {"type": "money", "min": 1}},
        "reasons": {"YOUNG": {"texts": {"en": "y"}}, "HIGH": {"texts": {"en": "h"}}},
        "steps": order.map(|at| tables[at].clone())
    }))
}

#[test]
fn a_change_of_currency_order_or_hit_policy_is_told() {
    let first = two_tables("KES", [0, 1], "first", 200);
    let found = |other: &Policy| first.compared(other);
    let fields =
        |other: &Policy| found(other).documents.iter().map(|it| it.field.clone()).collect::<Vec<_>>();
    assert!(fields(&first).is_empty());
    assert_eq!(fields(&two_tables("UGX", [0, 1], "first", 200)), ["/currency"]);
    assert_eq!(fields(&two_tables("KES", [1, 0], "first", 200)), ["/steps"]);
    // Where the rows overlap, the second version refers.
    let unique = two_tables("KES", [0, 1], "unique", 200);
    let difference = found(&unique);
    assert_eq!(fields(&unique), ["/steps/1/table/hit"]);
    let part = &difference.tables[0].differences[0];
    let other = part.other_gives.as_ref().unwrap();
    assert_eq!((other.outcome, other.reason.as_deref()), (Some(Outcome::Refer), Some("ROWS_DISAGREE")));
    assert_eq!(
        (&*other.rules, &*part.region["amount"]),
        (&["rule_1".to_owned(), "rule_2".to_owned()][..], "[100..199]")
    );
    assert_eq!((part.outcome, part.other_outcome), (Some(Outcome::Approve), Some(Outcome::Refer)));
    // With another currency the rows of amounts have nothing in common.
    let other = two_tables("UGX", [0, 1], "first", 150);
    assert!(found(&other).tables.is_empty());
    assert_eq!(fields(&other), ["/currency", "/steps/1/table"]);
}

#[test]
fn what_a_name_rests_on_is_followed_through_every_step() {
    let document = |net: &str, cut: f64| {
        policy(&json!({
            "inputs": {"income": {"type": "number", "min": 0}, "amount": {"type": "number", "min": 0}},
            "reasons": {},
            "steps": [
                {"derive": {"name": "net", "expression": net}},
                {"derive": {"name": "share", "expression": "amount / net"}},
                {"table": {"name": "t", "hit": "first", "columns": ["share"], "rules": [
                    {"when": [format!("< {cut}")], "then": {"outcome": "approve"}}
                ]}}
            ]
        }))
    };
    let first = document("income - 1", 0.3);
    let found = first.compared(&document("income - 2", 0.4));
    assert!(found.tables.is_empty());
    assert!(found.documents.iter().any(|it| it.message.contains("its columns read `share`")), "{found:?}");
    let found = first.compared(&document("income - 1", 0.4));
    let part = &found.tables[0].differences[0];
    assert_eq!(part.region["share"], "[0.3..0.4)");
    assert_eq!((part.outcome, part.other_outcome), (Some(Outcome::Refer), Some(Outcome::Approve)));
}

#[test]
fn a_cut_off_among_rows_that_count_together_is_told_without_data() {
    let document = |hit: &str, cut: i32, points: i32| {
        let rule =
            |when: [String; 2], points: i32| json!({"when": when, "then": {"outputs": {"points": points}}});
        policy(&json!({
            "inputs": {"age": {"type": "integer", "min": 0, "max": 120}, "score": {"type": "integer", "min": 0, "max": 900}},
            "reasons": {},
            "steps": [{"table": {
                "name": "t", "hit": hit, "columns": ["age", "score"],
                "outputs": {"points": {"type": "integer"}},
                "rules": [
                    rule(["< 25".to_owned(), "-".to_owned()], 5), rule(["-".to_owned(), format!("< {cut}")], points),
                    rule([">= 40".to_owned(), "-".to_owned()], -5),
                ]
            }}]
        }))
    };
    for hit in ["collect", "rule_order"] {
        let first = document(hit, 500, 10);
        let found = first.compared(&document(hit, 520, 10));
        assert!(found.documents.is_empty(), "{found:?}");
        let [part] = &*found.tables[0].differences else { panic!("{found:?}") };
        assert_eq!((&*part.region["age"], &*part.region["score"]), ("-", "[500..519]"));
        assert!(part.gives.is_none() && part.differs == Some(false), "no outcome rests on points: {part:?}");
        assert_eq!(part.other_gives.as_ref().unwrap().rule.as_deref(), Some("rule_2"));
        let found = first.compared(&document(hit, 500, 20));
        let [part] = &*found.tables[0].differences else { panic!("{found:?}") };
        assert_eq!(part.region["score"], "<= 499".replace("<= ", "[0..") + "]");
    }
}

#[test]
fn the_same_is_said_only_where_it_is_proved() {
    let document = |rate: &str, kind: &str, cells: [&str; 2]| {
        let rule = |cell: &str| json!({"when": [cell], "then": {"outcome": "approve", "outputs": {"fee": "rate * 2"}}});
        policy(&json!({
            "inputs": {"age": {"type": "integer", "min": 0, "max": 120}},
            "reasons": {},
            "steps": [
                {"derive": {"name": "rate", "expression": rate}},
                {"table": {"name": "t", "hit": "first", "columns": ["age"], "outputs": {"fee": {"type": kind}},
                    "rules": cells.map(rule)}}
            ]
        }))
    };
    let first = document("1 + 1", "number", ["< 30", ">= 30"]);
    let whole = |other: &Policy| {
        let found = first.compared(other);
        assert!(found.tables[0].differences.is_empty(), "{found:?}");
        found.tables[0].whole
    };
    assert!(whole(&document("1 + 1", "number", ["< 40", ">= 40"])));
    assert!(!whole(&document("1 + 2", "number", ["< 40", ">= 40"])), "the fee is another one");
    assert!(!whole(&document("1 + 1", "integer", ["< 40", ">= 40"])), "the fee has another type");
}

#[test]
fn a_witness_is_one_of_whom_the_versions_run_whole_decide_differently() {
    let document = |cut: i32| {
        policy(&json!({
            "inputs": {"age": {"type": "integer", "min": 0, "max": 120}, "score": {"type": "integer", "min": 0, "max": 900},
                "late": {"type": "integer", "list": true, "min": 0}, "as": {"type": "text"}},
            "reasons": {"YOUNG": {"texts": {"en": "y"}}, "LOW": {"texts": {"en": "l"}}, "LATE": {"texts": {"en": "l"}}},
            "steps": [
                {"table": {"name": "first", "hit": "rule_order", "columns": ["age", "count(late)", "as = \"app\""], "rules": [
                    {"when": ["< 21", "-", "-"], "then": {"outcome": "decline", "reason": "YOUNG"}},
                    {"when": ["-", "-", "false"], "then": {"outcome": "decline", "reason": "LATE"}},
                    {"when": ["-", "< 2", "-"], "then": {"outcome": "decline", "reason": "LATE"}}
                ]}},
                {"table": {"name": "second", "hit": "first", "columns": ["score"], "rules": [
                    {"when": [format!("< {cut}")], "then": {"outcome": "decline", "reason": "LOW"}},
                    {"when": ["-"], "then": {"outcome": "approve"}}
                ]}}
            ]
        }))
    };
    let (first, second) = (document(500), document(520));
    let found = first.compared(&second);
    let [part] = &*found.tables[0].differences else { panic!("{found:?}") };
    let values = witness(part);
    assert_eq!(
        (run(&first, &values, &[]).outcome, run(&second, &values, &[]).outcome),
        (Outcome::Approve, Outcome::Decline),
        "{values}"
    );
    assert_eq!(
        (part.differs, part.outcome, part.other_outcome),
        (Some(true), Some(Outcome::Approve), Some(Outcome::Decline))
    );
}

#[test]
fn every_part_of_two_rows_is_told() {
    let rules = |all: bool| {
        let approves = json!({"when": [">= 2.5", "\"p\", \"q\""], "then": {"outcome": "approve"}});
        let declines = json!({"when": ["-", "-"], "then": {"outcome": "decline", "reason": "ODD"}});
        if all { json!([approves, declines]) } else { json!([approves]) }
    };
    let version = |all| {
        policy(&json!({
            "inputs": {"b": {"type": "number", "min": 0, "max": 3}, "s": {"type": "text", "values": ["p", "q", "r"]}},
            "reasons": {"ODD": {"texts": {"en": "o"}}},
            "steps": [{"table": {"name": "t", "hit": "first", "columns": ["b", "s"], "rules": rules(all)}}]
        }))
    };
    let found = version(true).compared(&version(false));
    let table = &found.tables[0];
    let regions: Vec<&str> = table.differences.iter().map(|it| &*it.region["b"]).collect();
    assert!(table.whole);
    // Below 2.5 whatever the text, and from there on where it is `r`.
    assert_eq!(regions.len(), 2, "{:?}", table.differences);
    assert!(
        table
            .differences
            .iter()
            .any(|it| it.region.get("s").is_some_and(|s| s.contains('r') && !s.contains('p')))
    );
}
