//! What analysis finds of tables, beside brute force over breakpoints, their neighbours and the points between.

use super::{AS_OF, cell, inputs, policy, refused, run};
use crate::policy::{RuleFinding, RuleFindingKind, RuleResult, State};
use crate::time::Instant;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn seeded_faults_are_found_with_applicants_that_show_them() {
    let table = |hit: &str, rules: Value| {
        json!({
            "inputs": {"age": {"type": "integer", "min": 0, "max": 120}, "score": {"type": "number", "min": 300, "max": 850},
                "town": {"type": "text"}},
            "reasons": {"BAD": {"texts": {"en": "b"}}},
            "steps": [{"table": {"name": "t", "hit": hit, "columns": ["age", "score", "town"], "rules": rules}}]
        })
    };
    let decline = json!({"outcome": "decline", "reason": "BAD"});
    let approve = json!({"outcome": "approve"});
    let found = |document: &Value| {
        let policy = policy(document);
        let analysis = policy.analysed();
        assert!(analysis[0].whole);
        for finding in analysis[0].findings.iter().filter(|it| it.kind != RuleFindingKind::Unreachable) {
            let witness = finding.witness.clone().unwrap_or_else(|| panic!("{finding:?} has no witness"));
            let values = serde_json::to_value(&witness).unwrap();
            run(&policy, &values, &[]);
        }
        let told = |it: &RuleFinding| (<&str>::from(it.kind), it.rules.join(","), it.region["score"].clone());
        analysis[0].findings.iter().map(told).collect::<Vec<_>>()
    };
    // `> 580` and `< 580` leave one number.
    let point = table(
        "unique",
        json!([
            {"when": ["-", "< 580", "-"], "then": decline}, {"when": ["-", "> 580", "-"], "then": approve}
        ]),
    );
    assert_eq!(found(&point), [("gap", String::new(), "580".to_owned())]);
    let overlap = table(
        "unique",
        json!([
            {"when": ["-", "<= 580", "-"], "then": decline}, {"when": ["-", ">= 580", "-"], "then": approve}
        ]),
    );
    assert_eq!(found(&overlap), [("conflict", "rule_1,rule_2".to_owned(), "580".to_owned())]);
    let shadow = table(
        "first",
        json!([
            {"when": ["< 60", "-", "-"], "then": decline}, {"when": [">= 40", "-", "-"], "then": approve},
            {"when": ["-", "[400..500]", "-"], "then": decline}
        ]),
    );
    assert_eq!(found(&shadow), [("shadowed", "rule_3,rule_1,rule_2".to_owned(), "[400..500]".to_owned())]);
    let range = table(
        "first",
        json!([
            {"when": ["> 120", "-", "-"], "then": decline}, {"when": ["-", "-", "\"Kisumu\""], "then": approve},
            {"when": ["-", "-", "not(\"Kisumu\")"], "then": decline}
        ]),
    );
    assert_eq!(found(&range)[0].0, "unreachable");
    assert_eq!(found(&range).len(), 1);
    let twice = table(
        "first",
        json!([
            {"when": ["< 60", "-", "-"], "then": decline}, {"when": ["< 60", "-", "-"], "then": approve},
            {"when": ["-", "-", "-"], "then": approve}
        ]),
    );
    let kinds: Vec<&str> = found(&twice).iter().map(|it| it.0).collect();
    assert_eq!(kinds, ["duplicate", "shadowed"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Every fault of a table is found: against all breakpoints, their neighbours and the points between.
    #[test]
    fn gaps_conflicts_and_shadows_are_those_of_a_grid(
        rows in prop::collection::vec((prop::collection::vec((0_u8..6, -2_i32..3, 0_i32..3), 2), 0_u8..2), 1..5),
        hit in prop_oneof![Just("first"), Just("unique"), Just("any")],
    ) {
        let rules: Vec<Value> = rows.iter().map(|(cells, then)| {
            let then = if *then == 0 { json!({"outcome": "approve"}) } else { json!({"outcome": "refer", "reason": "ODD"}) };
            json!({"when": cells.iter().map(cell).collect::<Vec<_>>(), "then": then})
        }).collect();
        let document = json!({
            "inputs": {"a": {"type": "number"}, "b": {"type": "integer"}},
            "reasons": {"ODD": {"texts": {"en": "o"}}},
            "steps": [{"table": {"name": "t", "hit": hit, "columns": ["a", "b"], "rules": rules}}]
        });
        let policy = policy(&document);
        let analysis = policy.analysed().remove(0);
        prop_assert!(analysis.whole);
        let has = |kind| analysis.findings.iter().any(|it| it.kind == kind);
        let mut points = Vec::new();
        for at in -12..=12 {
            let value = f64::from(at) / 2.0;
            points.extend([value, value.next_up(), value.next_down()]);
        }
        let (mut gap, mut conflict, mut first) = (false, false, BTreeSet::<usize>::new());
        for a in &points {
            for b in -6..=6 {
                let trace = {
                    let mut state = State::default();
                    policy.begin(&inputs(&json!({"a": a, "b": b})), Instant::parse(AS_OF).unwrap(), None, &mut state).unwrap();
                    policy.run(&crate::policy::StepResults::new(), &mut state);
                    policy.trace(&state)
                };
                let matching: Vec<usize> = trace[0].rules.iter().enumerate()
                    .filter(|(_, it)| it.result == RuleResult::Matched).map(|(row, _)| row).collect();
                gap |= matching.is_empty();
                first.extend(matching.first());
                let thens: BTreeSet<String> = matching.iter().map(|it| rules[*it]["then"].to_string()).collect();
                conflict |= if hit == "unique" { matching.len() > 1 } else { thens.len() > 1 };
            }
        }
        prop_assert_eq!(has(RuleFindingKind::Gap), gap);
        if hit == "first" {
            let shadowed: Vec<usize> = (0..rules.len()).filter(|row| !first.contains(row)).collect();
            let told = analysis.findings.iter()
                .filter(|it| matches!(it.kind, RuleFindingKind::Shadowed))
                .map(|it| it.rules[0][5..].parse::<usize>().unwrap() - 1).collect::<Vec<_>>();
            prop_assert_eq!(told, shadowed);
        } else {
            prop_assert_eq!(has(RuleFindingKind::Conflict), conflict);
        }
        prop_assert!(analysis.findings.iter().all(|it| it.witness.is_some()), "{:?}", analysis.findings);
    }
}

#[test]
fn a_cell_that_every_value_passes_is_no_ground_of_a_decline() {
    let with = |cell: &str| {
        let document = json!({
            "jurisdiction": "KE",
            "inputs": {
                "age": {"type": "integer", "min": 0, "max": 120},
                "bureau": {"type": "number", "min": 200, "max": 900, "ground": "bureau_score"}
            },
            "reasons": {"LOW": {"texts": {"en": "low"}}},
            "steps": [{"table": {"name": "t", "hit": "first", "columns": ["age", "bureau"], "rules": [
                {"when": [cell, "< 400"], "then": {"outcome": "decline", "reason": "LOW"}},
                {"when": ["-", "-"], "then": {"outcome": "approve"}}
            ]}}]
        });
        policy(&document).asked().iter().filter(|it| it.rejected).count()
    };
    assert_eq!((with("-"), with(">= 0"), with("[0..120]"), with(">= 18")), (1, 1, 1, 0));
}

/// The rows that are rejected of a table of Kenya.
fn rejected(columns: &Value, rules: &Value, hit: &str) -> Vec<String> {
    let document = json!({
        "jurisdiction": "KE",
        "inputs": {
            "age": {"type": "integer", "min": 0, "max": 120}, "income": {"type": "number", "min": 0},
            "amount": {"type": "number", "min": 1}, "bureau": {"type": "number", "min": 200, "max": 900, "ground": "bureau_score"}
        },
        "reasons": {"LOW": {"texts": {"en": "low"}}, "YOUNG": {"texts": {"en": "young"}}},
        "steps": [
            {"derive": {"name": "share", "expression": "amount / income"}},
            {"table": {"name": "t", "hit": hit, "columns": columns, "rules": rules}}
        ]
    });
    let findings = policy(&document).asked();
    findings.into_iter().filter(|it| it.rejected).map(|it| it.rule).collect()
}

#[test]
fn a_decline_on_a_bureau_score_alone_is_found_however_it_is_written() {
    let (decline, approve) = (json!({"outcome": "decline", "reason": "LOW"}), json!({"outcome": "approve"}));
    let young = json!({"outcome": "decline", "reason": "YOUNG"});
    let ages = json!(["age", "bureau"]);
    // Rows that complement each other.
    let rules = json!([
        {"when": ["< 30", "< 400"], "then": decline}, {"when": [">= 30", "< 400"], "then": decline}, {"when": ["-", "-"], "then": approve}
    ]);
    for hit in ["first", "priority"] {
        assert_eq!(rejected(&ages, &rules, hit), ["t.rule_1", "t.rule_2"], "{hit}");
    }
    // Behind a row of its own, all others are declined on the score.
    let rules = json!([
        {"when": ["< 18", "-"], "then": young}, {"when": [">= 18", "< 400"], "then": decline}, {"when": ["-", "-"], "then": approve}
    ]);
    assert_eq!(rejected(&ages, &rules, "first"), ["t.rule_2"]);
    // What is not approved at a good score is declined.
    let rules =
        json!([{"when": [">= 18", ">= 400"], "then": approve}, {"when": ["-", "-"], "then": decline}]);
    assert_eq!(rejected(&ages, &rules, "first"), ["t.rule_2"]);
    // A computed cell that every value passes, and a score on the right.
    let rules = json!([{"when": [">= 0", "< 400"], "then": decline}, {"when": ["-", "-"], "then": approve}]);
    assert_eq!(rejected(&json!(["share", "bureau"]), &rules, "first"), ["t.rule_1"]);
    let rules = json!([{"when": ["> bureau"], "then": decline}, {"when": ["-"], "then": approve}]);
    assert_eq!(rejected(&json!(["400"]), &rules, "first"), ["t.rule_1"]);
    let rules =
        json!([{"when": ["< bureau", "< 400"], "then": decline}, {"when": ["-", "-"], "then": approve}]);
    assert_eq!(rejected(&json!(["min(age, 100)", "bureau"]), &rules, "first"), ["t.rule_1"]);
}

#[test]
fn a_decline_that_rests_on_more_than_the_score_is_not_rejected() {
    let (decline, approve) = (json!({"outcome": "decline", "reason": "LOW"}), json!({"outcome": "approve"}));
    let refer = json!({"outcome": "refer", "reason": "LOW"});
    let ages = json!(["age", "bureau"]);
    for (rules, hit) in [
        (
            json!([{"when": [">= 18", "< 400"], "then": decline}, {"when": ["-", "-"], "then": approve}]),
            "first",
        ),
        (
            json!([{"when": ["< 30", "< 400"], "then": decline}, {"when": ["> 30", "< 400"], "then": decline}, {"when": ["-", "-"], "then": approve}]),
            "first",
        ),
        // Everybody is declined, at every score.
        (
            json!([{"when": [">= 18", ">= 400"], "then": decline}, {"when": ["-", "-"], "then": decline}]),
            "first",
        ),
        // A referral comes before it.
        (
            json!([{"when": ["< 30", "< 400"], "then": decline}, {"when": ["30", "-"], "then": refer}, {"when": [">= 30", "< 400"], "then": decline}, {"when": ["-", "-"], "then": approve}]),
            "first",
        ),
        (
            json!([{"when": ["<= 30", "< 400"], "then": decline}, {"when": [">= 30", "< 400"], "then": decline}]),
            "unique",
        ),
        (
            json!([{"when": ["< 60", "[200..400)"], "then": decline}, {"when": ["-", "[350..900]"], "then": approve}]),
            "collect",
        ),
    ] {
        assert_eq!(rejected(&ages, &rules, hit), Vec::<String>::new(), "{rules} {hit}");
    }
}

#[test]
fn a_limit_by_the_score_alone_that_declines_is_rejected() {
    let with = |limit: &str, above: &str| {
        let document = json!({
            "jurisdiction": "KE", "currency": "KES",
            "inputs": {
                "amount": {"type": "money", "min": 1}, "income": {"type": "money", "min": 0},
                "bureau": {"type": "integer", "min": 200, "max": 900, "ground": "bureau_score"}
            },
            "reasons": {"HIGH": {"texts": {"en": "high"}}},
            "steps": [{"table": {"name": "tier", "hit": "first", "columns": ["bureau"],
                "outputs": {"most": {"type": "money"}}, "rules": [
                    {"when": ["< 400"], "then": {"outcome": "approve", "outputs": {"most": 0}}},
                    {"when": ["-"], "then": {"outcome": "approve", "outputs": {"most": 50_000}}}
                ]}}],
            "offer": {"requested": "amount", "limit": limit, "above_limit": above, "reason": "HIGH"}
        });
        policy(&document).asked().into_iter().map(|it| (it.rule, it.rejected)).collect::<Vec<_>>()
    };
    assert_eq!(with("tier.most", "decline"), [("offer.limit".to_owned(), true)]);
    assert_eq!(with("tier.most", "refer"), []);
    // Below 400 nothing is lent, whatever the income; 1,000 more are.
    assert_eq!(with("min(tier.most, income)", "decline"), [("offer.limit".to_owned(), true)]);
    assert_eq!(with("min(tier.most + 1000, income)", "decline"), []);
}

#[test]
fn a_row_that_declines_above_a_limit_by_the_score_alone_is_rejected() {
    let with = |columns: Value, cells: Value| {
        let any = vec!["-"; cells.as_array().unwrap().len()];
        policy(&json!({
            "jurisdiction": "KE", "currency": "KES",
            "inputs": {
                "amount": {"type": "money", "min": 1}, "income": {"type": "money", "min": 0},
                "bureau": {"type": "integer", "min": 200, "max": 900, "ground": "bureau_score"}
            },
            "reasons": {"HIGH": {"texts": {"en": "h"}}},
            "steps": [
                {"table": {"name": "tier", "hit": "first", "columns": ["bureau"], "outputs": {"most": {"type": "money"}},
                    "rules": [{"when": ["< 500"], "then": {"outputs": {"most": 100}}},
                        {"when": ["-"], "then": {"outputs": {"most": 9_000}}}]}},
                {"table": {"name": "t", "hit": "first", "columns": columns, "rules": [
                    {"when": cells, "then": {"outcome": "decline", "reason": "HIGH"}},
                    {"when": any, "then": {"outcome": "approve"}}]}}
            ],
            "offer": {"requested": "amount"}
        }))
        .asked()
        .into_iter()
        .map(|it| (it.rule, it.rejected))
        .collect::<Vec<_>>()
    };
    let rejected = [("t.rule_1".to_owned(), true)];
    assert_eq!(with(json!(["amount"]), json!(["> tier.most"])), rejected);
    assert_eq!(with(json!(["tier.most"]), json!(["< amount"])), rejected);
    assert_eq!(with(json!(["amount - tier.most"]), json!(["> 0"])), rejected);
    assert_eq!(with(json!(["amount > tier.most"]), json!(["true"])), rejected);
    assert_eq!(with(json!(["amount"]), json!(["> tier.most + income"])), []);
    assert_eq!(with(json!(["amount", "income"]), json!(["> tier.most", "< 5000"])), []);
    assert_eq!(with(json!(["amount"]), json!(["> 5000"])), []);
    // An amount at which the score decides is no ground beside it.
    assert_eq!(with(json!(["amount", "bureau"]), json!(["> 5000", "< 500"])), rejected);
}

/// The rows that are rejected of a table which reads derived values.
fn rejected_with(
    derive: &[(&str, &str)],
    amount: &str,
    offer: bool,
    rule: (&[&str], &[&str]),
) -> Vec<String> {
    let any = vec!["-"; rule.0.len()];
    let mut steps: Vec<Value> =
        derive.iter().map(|(name, it)| json!({"derive": {"name": name, "expression": it}})).collect();
    steps.push(json!({"table": {"name": "t", "hit": "first", "columns": rule.0, "rules": [
        {"when": rule.1, "then": {"outcome": "decline", "reason": "LOW"}},
        {"when": any, "then": {"outcome": "approve"}}]}}));
    let mut document = json!({
        "jurisdiction": "KE", "currency": "KES",
        "inputs": {
            "income": {"type": "money", "min": 0}, "bureau": {"type": "integer", "min": 200, "max": 900, "ground": "bureau_score"}
        },
        "reasons": {"LOW": {"texts": {"en": "l"}}}, "steps": steps
    });
    document["inputs"][amount] = json!({"type": "money", "min": 1});
    if offer {
        document["offer"] = json!({"requested": amount});
    }
    policy(&document).asked().into_iter().filter(|it| it.rejected).map(|it| it.rule).collect()
}

#[test]
fn a_requested_amount_that_is_mixed_into_a_score_is_no_ground() {
    for (amount, offer) in
        [("sum", true), ("amount", false), ("loan_amount", false), ("requested_amount", false)]
    {
        let found = |derive: &str, cell: &str| {
            rejected_with(&[("x", &derive.replace("AMOUNT", amount))], amount, offer, (&["x"], &[cell]))
        };
        assert_eq!(found("bureau - 0 * (AMOUNT / AMOUNT)", "< 400"), ["t.rule_1"], "{amount}");
        assert_eq!(found("AMOUNT / AMOUNT * 0 + bureau", "< 400"), ["t.rule_1"], "{amount}");
        assert_eq!(found("if AMOUNT > 0 then bureau else 900", "< 400"), ["t.rule_1"], "{amount}");
        // Another ground is one, and an amount alone is none that the law asks about.
        assert_eq!(found("AMOUNT / income", "> 3"), Vec::<String>::new(), "{amount}");
        assert_eq!(found("if income > 5000 then 900 else bureau", "< 400"), Vec::<String>::new(), "{amount}");
        assert_eq!(found("AMOUNT / 30", "> 5000"), Vec::<String>::new(), "{amount}");
        let limit = format!("{amount} * (bureau / 900)");
        let above = |cell: &str| rejected_with(&[("most", &limit)], amount, offer, (&[amount], &[cell]));
        assert_eq!(above("> most"), ["t.rule_1"], "{amount}");
        assert_eq!(above("> most + income"), Vec::<String>::new(), "{amount}");
    }
    // Without an offer, and under another name, an input is a value like any other: a ground where it can change anything.
    let own = |derive: &str| rejected_with(&[("x", derive)], "balance", false, (&["x"], &["< 400"]));
    assert_eq!(own("bureau + balance / balance"), Vec::<String>::new());
    assert_eq!(own("bureau - 0 * (balance / balance)"), ["t.rule_1"]);
}

/// A table over two numbers whose rows approve.
fn over_two(rules: &[[&str; 2]], columns: &Value) -> Value {
    let rule = |when: &[&str; 2]| json!({"when": when, "then": {"outcome": "approve"}});
    json!({
        "inputs": {"a": {"type": "integer", "min": 0, "max": 9}, "b": {"type": "integer", "min": 0, "max": 9},
            "zero": {"type": "number", "min": 0, "max": 0}},
        "reasons": {},
        "steps": [
            {"derive": {"name": "unused", "expression": "1 / 0"}},
            {"table": {"name": "t", "hit": "first", "columns": columns,
                "rules": rules.iter().map(rule).collect::<Vec<_>>()}}
        ]
    })
}

#[test]
fn what_is_divided_by_zero_is_analysed() {
    for column in ["a / 0", "5 / zero", "a / -zero", "a / (zero * 0)"] {
        let policy = policy(&over_two(&[["> 1", "> a / zero"], ["-", "< 3"]], &json!([column, "b"])));
        assert!(policy.analysed()[0].whole, "{column}");
    }
}

#[test]
fn a_table_of_many_columns_is_analysed_or_refused() {
    let document = |count: usize| {
        let mut when = vec!["-"; count];
        when[count - 1] = "> 3";
        json!({
            "inputs": {"a": {"type": "integer", "min": 0, "max": 9}},
            "reasons": {},
            "steps": [{"table": {"name": "t", "hit": "first", "columns": vec!["a"; count],
                "rules": [{"when": when, "then": {"outcome": "approve"}}]}}]
        })
    };
    let analysis = policy(&document(500)).analysed().remove(0);
    assert!(analysis.whole && analysis.findings.len() == 1);
    let columns = "/steps/0/table/columns".to_owned();
    assert_eq!(refused(&document(501)), [(crate::error::Cause::LimitExceeded, columns)]);
}

#[test]
fn no_region_is_a_gap_where_a_computed_row_may_match() {
    let found = |rules: &[[&str; 2]]| {
        let policy = policy(&over_two(rules, &json!(["a", "b"])));
        let analysis = policy.analysed().remove(0);
        assert_eq!(analysis.not_analysed, ["rule_2"]);
        let gaps = analysis.findings.iter().filter(|it| it.kind == RuleFindingKind::Gap);
        gaps.map(|it| (it.region["a"].clone(), it.region["b"].clone(), it.witness.clone()))
            .collect::<Vec<_>>()
    };
    let check = |(a, b, witness): &(String, String, Option<std::collections::BTreeMap<String, _>>)| {
        let values = serde_json::to_value(witness.as_ref().unwrap()).unwrap();
        let at = |name: &str| values[name].as_i64().unwrap();
        assert_eq!((a, b), (&at("a").to_string(), &at("b").to_string()), "one applicant");
        assert!(at("a") > 3 && at("a") <= at("b"), "no row matches");
    };
    let anywhere = found(&[["<= 3", "-"], ["> b", "-"]]);
    assert_eq!(anywhere.len(), 1);
    check(&anywhere[0]);
    let beside = found(&[["<= 3", "-"], ["> b", ">= 5"]]);
    assert_eq!((beside[0].0.as_str(), beside[0].1.as_str()), ("[4..9]", "[0..4]"));
    beside[1..].iter().for_each(check);
    // A row that covers all for certain leaves nothing to look for.
    assert_eq!(found(&[["-", "-"], ["> b", "-"]]), []);
}
