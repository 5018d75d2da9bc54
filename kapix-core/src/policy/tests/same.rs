//! What rows give, however it is written; and what is told of many findings, and of parts of one difference.

use super::{codes, policy, run};
use crate::policy::{Outcome, RuleFindingKind, RuleFindingLevel, TableDifference};
use serde_json::{Value, json};

fn document(steps: &Value) -> Value {
    let reason = json!({"texts": {"en": "no"}});
    let number = json!({"type": "number", "min": 0, "max": 9});
    json!({
        "inputs": {"a": number, "b": number},
        "reasons": {"A": reason, "B": reason, "C": reason},
        "steps": steps
    })
}

fn table(name: &str, hit: &str, columns: &Value, rules: &[(&[&str], &str)]) -> Value {
    let then = |given: &str| match given {
        "" => json!({"outcome": "approve"}),
        "refer" => json!({"outcome": "refer", "reason": "A"}),
        code => json!({"outcome": "decline", "reason": code}),
    };
    let rules: Vec<Value> =
        rules.iter().map(|(when, given)| json!({"when": when, "then": then(given)})).collect();
    json!({"table": {"name": name, "hit": hit, "columns": columns, "rules": rules}})
}

fn compared(one: &Value, other: &Value) -> TableDifference {
    let one = policy(&document(&json!([one])));
    let mut found = one.compared(&policy(&document(&json!([other]))));
    found.tables.remove(0)
}

/// A table whose rows decline with this value of an output.
fn giving(hit: &str, outputs: &[Value]) -> Value {
    let rule = |it: &Value| json!({"when": ["-"], "then": {"outcome": "decline", "reason": "A", "outputs": {"o": it}}});
    let rules: Vec<Value> = outputs.iter().map(rule).collect();
    json!({"table": {"name": "t", "hit": hit, "columns": ["a"], "outputs": {"o": {"type": "number"}}, "rules": rules}})
}

#[test]
fn rows_give_the_same_however_it_is_written() {
    for (one, other) in [
        (json!(2), json!("1 + 1")),
        (json!("a+1"), json!("a + 1")),
        (json!("2"), json!(2)),
        (json!("(a)"), json!("a")),
        (json!(0), json!("-0")),
    ] {
        let any = policy(&document(&json!([giving("any", &[one.clone(), other.clone()])])));
        let verdict = run(&any, &json!({"a": 1}), &[]);
        assert_eq!(verdict.outcome, Outcome::Decline, "{one} {other}");
        let kind = |kind| {
            any.analysed().iter().flat_map(|it| it.findings.clone()).filter(|it| it.kind == kind).count()
        };
        assert_eq!(kind(RuleFindingKind::Conflict), 0, "{one} {other}");
        for hit in ["first", "any", "rule_order"] {
            let found = compared(
                &giving(hit, std::slice::from_ref(&one)),
                &giving(hit, std::slice::from_ref(&other)),
            );
            assert_eq!((found.differences.len(), found.whole), (0, true), "{hit} {one} {other}");
        }
    }
    let other = policy(&document(&json!([giving("any", &[json!("a + 1"), json!("a + 2")])])));
    assert_eq!(codes(&run(&other, &json!({"a": 1}), &[])), ["ROWS_DISAGREE"]);
    assert_eq!(
        compared(&giving("first", &[json!("a + 1")]), &giving("first", &[json!("a + 2")])).differences.len(),
        1
    );
}

#[test]
fn more_findings_than_are_told_are_no_whole_answer() {
    let one = |rows: usize| {
        let rules: Vec<(&[&str], &str)> = vec![(&["-"], ""); rows];
        let document = document(&json!([table("t", "unique", &json!(["a"]), &rules)]));
        let found = policy(&document).analysed().remove(0);
        let conflicts = found.findings.iter().filter(|it| it.kind == RuleFindingKind::Conflict).count();
        (conflicts, found.whole, found.unfinished)
    };
    assert_eq!(one(12), (20, false, vec![RuleFindingKind::Conflict]));
    assert_eq!(one(6), (15, true, vec![]));
    // Each number of one column leaves a gap in the other.
    let rule = |it: i32| json!({"when": [it.to_string(), it.to_string()], "then": {"outcome": "approve"}});
    let rules: Vec<Value> = (0..23).map(rule).collect();
    let columns = json!(["a", "b"]);
    let rows = json!([{"table": {"name": "t", "hit": "first", "columns": columns, "rules": rules}}]);
    let mut document = document(&rows);
    for name in ["a", "b"] {
        document["inputs"][name] = json!({"type": "integer", "min": 0, "max": 22});
    }
    let found = policy(&document).analysed().remove(0);
    assert_eq!(
        (found.findings.len(), found.whole, found.unfinished),
        (20, false, vec![RuleFindingKind::Gap])
    );
}

#[test]
fn a_conflict_that_no_applicant_comes_to_is_no_error() {
    let level = |first: &[(&[&str], &str)]| {
        let before = table("s", "first", &json!(["a"]), first);
        let unique = table("t", "unique", &json!(["b"]), &[(&["< 5"], ""), (&["< 6"], "")]);
        let found = policy(&document(&json!([before, unique]))).analysed().remove(1);
        let conflict = found.findings.into_iter().find(|it| it.kind == RuleFindingKind::Conflict).unwrap();
        (conflict.level, conflict.witness.is_some())
    };
    assert_eq!(level(&[(&["-"], "A")]), (RuleFindingLevel::Warning, true));
    assert_eq!(level(&[(&["> 5"], "A"), (&["-"], "")]), (RuleFindingLevel::Error, true));
}

#[test]
fn every_part_of_what_the_same_rows_give_is_told() {
    let columns = json!(["a"]);
    for hit in ["collect", "rule_order"] {
        let one = table("t", hit, &columns, &[(&["-"], "refer"), (&["< 1, >= 2"], "B")]);
        let found = compared(&one, &table("t", hit, &columns, &[(&["-"], "refer")]));
        let told: Vec<&str> = found.differences.iter().map(|it| it.region["a"].as_str()).collect();
        assert_eq!((told, found.whole), (vec!["[0..1)", "[2..9]"], true), "{hit}");
    }
    // What is told completely is whole.
    let one = table("t", "rule_order", &columns, &[(&["-"], "refer"), (&[">= 2"], "B")]);
    let found = compared(&one, &table("t", "rule_order", &columns, &[(&["-"], "refer"), (&["< 5"], "B")]));
    let told: Vec<&str> = found.differences.iter().map(|it| it.region["a"].as_str()).collect();
    assert_eq!((told, found.whole), (vec!["[0..2)", "[5..9]"], true));
    // More parts than are told are no whole answer.
    let cells: Vec<String> = (0..9).map(|it| format!("({it}..{it}.5)")).collect();
    let cell = cells.join(", ");
    let one = table("t", "rule_order", &columns, &[(&["-"], "refer"), (&[&cell], "B")]);
    let found = compared(&one, &table("t", "rule_order", &columns, &[(&["-"], "refer")]));
    assert_eq!((found.differences.len(), found.whole), (8, false));
}

#[test]
fn every_part_of_a_reason_beside_the_first_is_told() {
    let columns = json!(["a", "b"]);
    let with = |code: &str| {
        table("t", "first", &columns, &[(&["5", "5"], ""), (&["-", "-"], "B"), (&["-", "-"], code)])
    };
    let (one, other) = (with("A"), with("C"));
    let found = compared(&one, &other);
    assert!(found.whole);
    let told: Vec<(&str, &str)> =
        found.differences.iter().map(|it| (it.region["a"].as_str(), it.region["b"].as_str())).collect();
    for side in [("5", "[0..5), (5..9]"), ("[0..5), (5..9]", "-")] {
        assert!(told.contains(&side), "{side:?} of {told:?}");
    }
}
