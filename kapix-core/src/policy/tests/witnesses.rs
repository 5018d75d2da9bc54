//! Applicants that analysis gives: each is run again, and shows what is claimed.

use super::{policy, run};
use crate::policy::{Outcome, Policy, RuleFinding, RuleFindingKind, RuleFindingLevel};
use serde_json::{Value, json};

fn table(inputs: &Value, steps: &Value) -> Policy {
    policy(&json!({
        "inputs": inputs, "steps": steps,
        "reasons": {"BAD": {"texts": {"en": "b"}}, "ODD": {"texts": {"en": "o"}}}
    }))
}

fn rules(hit: &str, columns: &Value, rules: &[(&[&str], &str)]) -> Value {
    let then = |outcome: &str| match outcome {
        "approve" => json!({"outcome": outcome}),
        _ => json!({"outcome": outcome, "reason": "BAD"}),
    };
    let rules: Vec<Value> =
        rules.iter().map(|(when, outcome)| json!({"when": when, "then": then(outcome)})).collect();
    json!({"table": {"name": "t", "hit": hit, "columns": columns, "rules": rules}})
}

fn found(policy: &Policy, kind: RuleFindingKind) -> Vec<RuleFinding> {
    policy.analysed().into_iter().flat_map(|it| it.findings).filter(|it| it.kind == kind).collect()
}

fn outcome_of(policy: &Policy, finding: &RuleFinding) -> Outcome {
    let witness = finding.witness.as_ref().unwrap_or_else(|| panic!("{finding:?}"));
    run(policy, &serde_json::to_value(witness).unwrap(), &[]).outcome
}

#[test]
fn a_column_that_compares_texts_has_a_witness_with_that_text() {
    let inputs = json!({"c": {"type": "text"}, "d": {"type": "text", "values": ["x", "y", "z"]}, "n": {"type": "integer", "min": 0}});
    let columns = json!(["c = \"A\"", "d = \"z\""]);
    let one = rules(
        "unique",
        &columns,
        &[(&["true", "-"], "approve"), (&["-", "true"], "decline"), (&["false", "false"], "approve")],
    );
    let policy = table(&inputs, &json!([one]));
    let [conflict] = &*found(&policy, RuleFindingKind::Conflict) else { panic!("{:?}", policy.analysed()) };
    let witness = conflict.witness.clone().unwrap();
    let told = serde_json::to_value(&witness).unwrap();
    assert_eq!((&told["c"], &told["d"]), (&json!("A"), &json!("z")));
    assert_eq!((outcome_of(&policy, conflict), conflict.outcome), (Outcome::Refer, Some(Outcome::Refer)));
    assert_eq!(conflict.level, RuleFindingLevel::Error);
    assert_eq!(conflict.region["c = \"A\""], "true");
    assert!(found(&policy, RuleFindingKind::Gap).is_empty());
}

#[test]
fn a_witness_has_the_lists_that_rows_count() {
    let inputs = json!({"late": {"type": "integer", "list": true, "min": 0, "max_items": 20}, "age": {"type": "integer", "min": 0}});
    let columns = json!(["count(late[item > 30])", "age"]);
    let one = rules("first", &columns, &[(&["<= 2", "-"], "approve"), (&["> 2", "< 40"], "decline")]);
    let policy = table(&inputs, &json!([one]));
    let [gap] = &*found(&policy, RuleFindingKind::Gap) else { panic!("{:?}", policy.analysed()) };
    let told = serde_json::to_value(gap.witness.as_ref().unwrap()).unwrap();
    assert!(told["late"].as_array().unwrap().len() > 2, "{told}");
    assert_eq!((outcome_of(&policy, gap), gap.outcome), (Outcome::Refer, Some(Outcome::Refer)));
    assert_eq!(gap.level, RuleFindingLevel::Info, "the policy refers it");
}

#[test]
fn a_conflict_that_nobody_shows_is_a_warning() {
    let inputs = json!({"a": {"type": "number", "min": 0, "max": 100}});
    // Both columns rest on one input, and never lie so together.
    let columns = json!(["a + 1", "a + 2"]);
    let one = rules("unique", &columns, &[(&["< 10", "-"], "approve"), (&["-", "> 50"], "decline")]);
    let policy = table(&inputs, &json!([one]));
    let [conflict] = &*found(&policy, RuleFindingKind::Conflict) else { panic!("{:?}", policy.analysed()) };
    assert_eq!((conflict.witness.is_none(), conflict.level), (true, RuleFindingLevel::Warning));
}

#[test]
fn regions_are_cells_of_the_language() {
    let inputs = json!({
        "share": {"type": "number", "min": 0, "max": 1}, "has": {"type": "boolean"},
        "born": {"type": "date"}, "n": {"type": "number"}
    });
    let columns = json!(["share", "has", "born", "n"]);
    let one = rules(
        "first",
        &columns,
        &[
            (&["<= 0.2", "-", "-", "-"], "approve"),
            (&["-", "true", "-", "-"], "approve"),
            (&["-", "-", "< date(\"2000-01-01\")", "-"], "approve"),
            (&["-", "-", "-", "<= 0.3"], "approve"),
            (&[">= 0.4", "-", "-", "-"], "approve"),
        ],
    );
    let policy = table(&inputs, &json!([one]));
    let [gap] = &*found(&policy, RuleFindingKind::Gap) else { panic!("{:?}", policy.analysed()) };
    assert_eq!(gap.region["share"], "(0.2..0.4)");
    assert_eq!(gap.region["has"], "false");
    assert_eq!(gap.region["born"], ">= date(\"2000-01-01\")");
    assert_eq!(gap.region["n"], "> 0.3");
    assert_eq!(outcome_of(&policy, gap), Outcome::Refer);
    // Read again, the cells are the region.
    let when: Vec<String> = policy
        .body
        .steps
        .iter()
        .flat_map(|step| match step {
            crate::policy::StepBody::Table(table) => {
                table.columns.iter().map(|it| gap.region[it].clone()).collect()
            }
            _ => Vec::new(),
        })
        .collect();
    let mut document = rules(
        "first",
        &columns,
        &[
            (&["<= 0.2", "-", "-", "-"], "approve"),
            (&["-", "true", "-", "-"], "approve"),
            (&["-", "-", "< date(\"2000-01-01\")", "-"], "approve"),
            (&["-", "-", "-", "<= 0.3"], "approve"),
            (&[">= 0.4", "-", "-", "-"], "approve"),
        ],
    );
    document["table"]["rules"]
        .as_array_mut()
        .unwrap()
        .push(json!({"when": when, "then": {"outcome": "approve"}}));
    assert!(found(&table(&inputs, &json!([document])), RuleFindingKind::Gap).is_empty());
}

#[test]
fn a_witness_comes_to_its_table_where_it_can() {
    let inputs = json!({"age": {"type": "integer", "min": 0, "max": 120}, "score": {"type": "integer", "min": 300, "max": 850}});
    let knock_out = json!({"table": {"name": "k", "hit": "rule_order", "columns": ["age"], "rules": [
        {"when": ["< 18"], "then": {"outcome": "decline", "reason": "BAD"}}
    ]}});
    let one = rules("unique", &json!(["score"]), &[(&["< 500"], "decline"), (&["> 500"], "approve")]);
    let policy = table(&inputs, &json!([knock_out, one]));
    let gaps = found(&policy, RuleFindingKind::Gap);
    let gap = gaps.iter().find(|it| it.region.contains_key("score")).unwrap();
    assert_eq!((outcome_of(&policy, gap), gap.outcome), (Outcome::Refer, Some(Outcome::Refer)), "{gap:?}");
}

#[test]
fn what_computed_columns_cannot_be_is_no_gap() {
    let inputs = json!({"amount": {"type": "number", "min": 1, "max": 10}, "income": {"type": "number", "min": 0}, "late": {"type": "integer", "list": true}});
    let one = rules(
        "first",
        &json!(["amount / income", "count(late)"]),
        &[(&[">= 0", "> 1"], "decline"), (&["-", "[0..1]"], "approve")],
    );
    let policy = table(&inputs, &json!([one]));
    assert!(policy.analysed()[0].findings.is_empty(), "{:?}", policy.analysed());
}
