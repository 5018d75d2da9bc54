//! Texts that can never be are refused where the texts that can be are known.

use super::{policy, refused};
use crate::error::Cause;
use serde_json::{Value, json};

/// A policy with a text, a list of texts and a truth value; `column` is tested by `cell`.
fn document(column: &str, cell: &str) -> Value {
    json!({
        "inputs": {
            "f": {"type": "text", "values": ["FRAUD", "NONE"]},
            "flags": {"type": "text", "list": true, "values": ["FRAUD", "NONE"]},
            "free": {"type": "text"}, "frees": {"type": "text", "list": true},
            "g": {"type": "text", "values": ["NONE", "OTHER"]}, "yes": {"type": "boolean"}
        },
        "reasons": {"BAD": {"texts": {"en": "b"}}},
        "steps": [
            {"derive": {"name": "either", "expression": "if yes then f else g"}},
            {"derive": {"name": "level", "expression": "if yes then \"low\" else \"high\""}},
            {"table": {"name": "risk", "hit": "first", "columns": ["yes"], "outputs": {"tier": {"type": "text"}},
                "rules": [{"when": ["true"], "then": {"outputs": {"tier": "\"low\""}}},
                    {"when": ["-"], "then": {"outputs": {"tier": "level"}}}]}},
            {"table": {"name": "all", "hit": "rule_order", "columns": ["yes"], "outputs": {"tier": {"type": "text"}},
                "rules": [{"when": ["true"], "then": {"outputs": {"tier": "\"low\""}}},
                    {"when": ["-"], "then": {"outputs": {"tier": "\"high\""}}}]}},
            {"table": {"name": "t", "hit": "first", "columns": [column], "rules": [
                {"when": [cell], "then": {"outcome": "decline", "reason": "BAD"}},
                {"when": ["-"], "then": {"outcome": "approve"}}]}}
        ]
    })
}

#[test]
fn a_misspelt_text_is_refused_wherever_the_texts_are_known() {
    let column = "/steps/4/table/columns/0".to_owned();
    for text in [
        "list contains(flags, \"FRUAD\")",
        "count(flags[item = \"FRUAD\"]) > 0",
        "count(flags[item in (\"FRUAD\", \"NONE\")]) > 0",
        "count(flags[\"FRUAD\" != item]) > 0",
        "count(flags[starts with(item, \"FRUAD\")]) > 0",
        "list contains(flags, level)",
        "starts with(f, \"FRUAD\")",
        "ends with(f, \"fraud\")",
        "contains(f, \"FRUAD\")",
        "contains(\"low\", f)",
        "either = \"FRUAD\"",
        "f = \"FRUAD\" or yes",
        "f = (if yes then \"FRUAD\" else \"FRADU\")",
        "f = level",
        "risk.tier = \"hihg\"",
        "list contains(all.tier, \"hihg\")",
    ] {
        assert_eq!(refused(&document(text, "true")), [(Cause::ExpressionType, column.clone())], "{text}");
    }
    let cell = "/steps/4/table/rules/0/when/0".to_owned();
    for (column, text) in [
        ("risk.tier", "\"hihg\""),
        ("risk.tier", "not(\"hihg\")"),
        ("level", "\"hihg\""),
        ("either", "\"FRUAD\", \"NONE\""),
    ] {
        assert_eq!(refused(&document(column, text)), [(Cause::ExpressionType, cell.clone())], "{text}");
    }
}

#[test]
fn texts_that_can_be_are_not_refused() {
    for text in [
        "list contains(flags, \"FRAUD\")",
        "list contains(flags, either)",
        "list contains(frees, \"FRUAD\")",
        "list contains(flags, free)",
        "count(flags[item = \"FRAUD\"]) > 0",
        "count(flags[item = g]) > 0",
        "starts with(f, \"FRAU\")",
        "starts with(free, \"FRUAD\")",
        "contains(\"FRAUD, NONE\", f)",
        "either = \"OTHER\"",
        "f = g",
        "\"a\" = \"b\"",
        "level = risk.tier",
        "list contains(all.tier, \"high\")",
    ] {
        policy(&document(text, "true"));
    }
    policy(&document("risk.tier", "\"high\""));
    policy(&document("free", "\"hihg\""));
}
