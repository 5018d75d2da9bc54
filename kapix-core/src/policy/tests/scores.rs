//! Declines in Kenya that rest on a score alone within one column, cell or limit.

use super::policy;
use serde_json::{Value, json};

/// What is said of a policy of Kenya: the rows, and whether each is rejected.
fn asked(steps: &Value, offer: &Value, ground: &str) -> Vec<(String, bool)> {
    let mut document = json!({
        "jurisdiction": "KE", "currency": "KES",
        "inputs": {
            "s": {"type": "number", "min": 200, "max": 900, "ground": ground},
            "b": {"type": "boolean"}, "x": {"type": "number", "min": 0, "max": 100},
            "m": {"type": "money", "min": 1, "max": 5000}, "income": {"type": "money", "min": 0}
        },
        "reasons": {"LOW": {"texts": {"en": "low"}}},
        "steps": steps
    });
    if !offer.is_null() {
        document["offer"] = offer.clone();
    }
    policy(&document).asked().into_iter().map(|it| (it.rule, it.rejected)).collect()
}

fn table(column: &str, cell: &str) -> Value {
    json!([{"table": {"name": "t", "hit": "first", "columns": [column], "rules": [
        {"when": [cell], "then": {"outcome": "decline", "reason": "LOW"}},
        {"when": ["-"], "then": {"outcome": "approve"}}
    ]}}])
}

/// Columns with cells that a low score passes whatever the other inputs are.
const ALONE: [(&str, &str); 11] = [
    ("s < 400 or b", "true"),
    ("s < 400 or x > 200", "true"),
    ("s < 400 and x >= 0", "true"),
    ("s < 400 and (b or not(b))", "true"),
    ("not(s >= 400 and b)", "true"),
    ("if b then s else s", "< 400"),
    ("max(s, x)", "< 400"),
    ("s + x", "< 400"),
    ("s = 300 or b", "true"),
    ("s between 301 and 302 or b", "true"),
    ("s >= 400 or b", "false"),
];

#[test]
fn a_column_that_a_low_score_decides_rests_on_it_alone() {
    let missed: Vec<_> = ALONE
        .iter()
        .filter(|(column, cell)| {
            let found = asked(&table(column, cell), &Value::Null, "bureau_score");
            // `s >= 400 or b` is false only without `b`.
            (found == [("t.rule_1".to_owned(), true)]) == (*column == "s >= 400 or b")
        })
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
    // The lender's own score is told, and not rejected.
    let own = asked(&table("s < 400 or b", "true"), &Value::Null, "own_score");
    assert_eq!(own, [("t.rule_1".to_owned(), false)]);
}

#[test]
fn a_row_behind_one_that_a_low_score_excludes_rests_on_it_alone() {
    let rules = json!([
        {"when": ["true"], "then": {"outcome": "approve"}},
        {"when": ["-"], "then": {"outcome": "decline", "reason": "LOW"}}
    ]);
    let steps =
        json!([{"table": {"name": "t", "hit": "first", "columns": ["s >= 400 and b"], "rules": rules}}]);
    assert_eq!(asked(&steps, &Value::Null, "bureau_score"), [("t.rule_2".to_owned(), true)]);
}

#[test]
fn a_column_that_needs_more_than_the_score_is_allowed() {
    for (column, cell) in [
        ("s < 400 and b", "true"),
        ("s < 400 and x > 50", "true"),
        ("s + x", "< 200"),
        ("if b then s else x + 500", "< 400"),
        ("b or s < 100", "true"),
        ("s >= 200 or b", "true"),
    ] {
        assert_eq!(asked(&table(column, cell), &Value::Null, "bureau_score"), [], "{column} {cell}");
    }
}

#[test]
fn a_limit_that_a_low_score_puts_below_every_request_is_rejected() {
    let steps = json!([
        {"table": {"name": "tb", "hit": "first", "columns": ["s"], "outputs": {"o": {"type": "money"}}, "rules": [
            {"when": ["< 400"], "then": {"outputs": {"o": 0}}},
            {"when": [">= 400"], "then": {"outputs": {"o": 2000}}}
        ]}},
        {"table": {"name": "t", "hit": "first", "columns": ["b"], "rules": [
            {"when": ["-"], "then": {"outcome": "approve"}}
        ]}}
    ]);
    let with = |limit: &str, above: &str| {
        let mut offer = json!({"requested": "m", "limit": limit, "above_limit": above});
        if above == "decline" {
            offer["reason"] = json!("LOW");
        }
        asked(&steps, &offer, "bureau_score")
    };
    let rejected = [("offer.limit".to_owned(), true)];
    assert_eq!(with("min(tb.o, m)", "decline"), rejected);
    assert_eq!(with("if s < 400 then m - 1 else m", "decline"), rejected);
    assert_eq!(with("min(tb.o, floor(income * 0.3))", "decline"), rejected);
    assert_eq!(with("min(tb.o, m)", "refer"), []);
    assert_eq!(with("if s < 400 and b then m - 1 else m", "decline"), []);
    // What is asked for below 1,000 is not declined on the score.
    assert_eq!(with("min(tb.o + 1000, floor(income * 0.3))", "decline"), []);
}
