//! Reasons that are told beside that of the row which decides, between two versions; and tables with many rows.

use super::policy;
use crate::policy::TableDifference;
use serde_json::{Value, json};

fn version(hit: &str, rules: &[(&str, &str)]) -> Value {
    let rule = |(cell, reason): &(&str, &str)| match *reason {
        "" => json!({"when": [cell], "then": {"outcome": "approve"}}),
        reason => json!({"when": [cell], "then": {"outcome": "decline", "reason": reason}}),
    };
    json!({
        "inputs": {"x": {"type": "boolean"}},
        "reasons": {"A": {"texts": {"en": "a"}}, "B": {"texts": {"en": "b"}}},
        "steps": [{"table": {"name": "t", "hit": hit, "columns": ["x"],
            "rules": rules.iter().map(rule).collect::<Vec<_>>()}}]
    })
}

fn compared(one: &Value, other: &Value) -> TableDifference {
    let mut found = policy(one).compared(&policy(other));
    found.tables.remove(0)
}

#[test]
fn a_change_of_the_reasons_beside_the_first_is_told() {
    for hit in ["first", "priority"] {
        let one = version(hit, &[("false", "A"), ("-", "B"), ("-", "")]);
        let other = version(hit, &[("false", "A"), ("true", "B"), ("-", "")]);
        for (one, other, is_turned) in [(&one, &other, false), (&other, &one, true)] {
            let found = compared(one, other);
            assert!(found.whole, "{hit}");
            let [part] = &found.differences[..] else { panic!("{hit}: {found:?}") };
            assert_eq!((part.region["x"].as_str(), part.differs), ("false", Some(true)));
            let (gives, others) = (part.gives.as_ref().unwrap(), part.other_gives.as_ref().unwrap());
            let (many, single) = if is_turned { (others, gives) } else { (gives, others) };
            assert_eq!(many.rules, ["rule_1", "rule_2"], "{hit}");
            assert_eq!(single.rule.as_deref(), Some("rule_1"), "{hit}");
        }
    }
    // The same reason told by another row is no change.
    let one = version("first", &[("false", "A"), ("-", "B"), ("-", "")]);
    let split = version("first", &[("false", "A"), ("true", "B"), ("false", "B"), ("-", "")]);
    assert_eq!(compared(&one, &split).differences, []);
    let unique = version("unique", &[("false", "A"), ("true", "B")]);
    assert_eq!(compared(&one, &unique).differences.len(), 1, "a row alone tells nothing beside it");
}

/// A row that spares, put before one that was told, takes its reason away.
#[test]
fn a_row_that_spares_takes_reasons_behind_it_away() {
    let one = version("first", &[("false", "A"), ("-", "B")]);
    let other = version("first", &[("false", "A"), ("false", ""), ("-", "B")]);
    for (one, other) in [(&one, &other), (&other, &one)] {
        let found = compared(one, other);
        assert!(found.whole);
        let [part] = &found.differences[..] else { panic!("{found:?}") };
        assert_eq!((part.region["x"].as_str(), part.differs), ("false", Some(true)));
    }
    // Where it comes to nobody, nothing is told otherwise.
    let same = version("first", &[("false", "A"), ("true", "B"), ("false", "")]);
    assert_eq!(compared(&version("first", &[("false", "A"), ("true", "B")]), &same).differences, []);
}

#[test]
fn two_cells_of_a_large_grid_are_found() {
    let rules = |changed: &[usize]| -> Vec<Value> {
        let rule = |number: usize| {
            let cell = |at: usize| format!("[{}..{}]", at * 10, at * 10 + 9);
            let limit = if changed.contains(&number) { number + 5_000 } else { number };
            json!({"when": [cell(number / 40), cell(number % 40)],
                "then": {"outcome": "approve", "outputs": {"limit": limit}}})
        };
        (0..2_000).map(rule).collect()
    };
    let document = |changed: &[usize], hit: &str| {
        let mut document = version(hit, &[]);
        document["inputs"] = json!({"x": {"type": "integer", "min": 0}, "y": {"type": "integer", "min": 0}});
        document["steps"][0]["table"]["columns"] = json!(["x", "y"]);
        document["steps"][0]["table"]["outputs"] = json!({"limit": {"type": "integer"}});
        document["steps"][0]["table"]["rules"] = json!(rules(changed));
        document
    };
    let found = compared(&document(&[], "first"), &document(&[3, 1_990], "first"));
    assert!(found.whole);
    assert_eq!(found.differences.len(), 2);
}
