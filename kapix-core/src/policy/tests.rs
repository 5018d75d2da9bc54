//! Policies beside brute force: what a run decides while values are unknown must hold for all values.

mod beside;
mod counterfactual;
mod difference;
mod evaluation;
mod explain;
mod faults;
mod hidden;
mod large;
mod lenient;
mod meant;
mod same;
mod scores;
#[cfg(feature = "yaml")]
mod shipped;
mod stated;
mod texts;
mod told;
mod witnesses;

use super::analysis::PolicyDifference;
use super::explain::Explained;
use super::{
    ExplainOptions, JurisdictionFinding, Outcome, Policy, PolicyBody, Progress, ReasonCode, State, StepBody,
    StepResult, StepResults, TableAnalysis, Verdict,
};
use crate::error::Cause;
use crate::fitting::Run;
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::time::Instant;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A run that is never cancelled.
const QUIET: Run<'static> = Run { check: &|| Ok(()), progress: &|_, _| (), threads: 1 };

impl Policy {
    fn analysed(&self) -> Vec<TableAnalysis> {
        self.analyse(&QUIET).unwrap()
    }

    fn compared(&self, other: &Self) -> PolicyDifference {
        self.difference(other, &Limits::default(), &QUIET).unwrap()
    }

    fn asked(&self) -> Vec<JurisdictionFinding> {
        self.jurisdiction_findings(&QUIET).unwrap()
    }

    fn explained(&self, options: &ExplainOptions<'_>) -> Explained {
        self.explain(options, &QUIET).unwrap()
    }
}

const AS_OF: &str = "2026-06-30T12:00:00Z";

fn body(document: &Value) -> PolicyBody {
    let text = document.to_string();
    JsonValue::read_text(text.as_bytes(), &Limits::default()).unwrap().read(&Limits::default()).unwrap()
}

fn policy(document: &Value) -> Policy {
    Policy::load(body(document), &Limits::default())
        .unwrap_or_else(|error| panic!("{error} {:?}", error.details))
}

fn refused(document: &Value) -> Vec<(Cause, String)> {
    let error = Policy::load(body(document), &Limits::default()).expect_err("the policy loads");
    if error.details.is_empty() {
        return vec![(error.cause, error.fields.join(","))];
    }
    error.details.iter().map(|it| (it.cause, it.field.clone())).collect()
}

fn inputs(values: &Value) -> BTreeMap<String, JsonValue> {
    let Ok(JsonValue::Object(members)) = serde_json::from_value(values.clone()) else { panic!("an object") };
    members
}

/// Results of the steps that ask, in their order.
fn by_step(policy: &Policy, results: &[StepResult]) -> StepResults {
    let asks = |(_, step): &(u32, &StepBody)| matches!(step, StepBody::Call(_));
    let numbers = (0..).zip(&policy.body.steps).filter(asks).map(|(number, _)| number);
    numbers.zip(results.iter().cloned()).collect()
}

fn run(policy: &Policy, values: &Value, results: &[StepResult]) -> Verdict {
    let mut state = State::default();
    let id = Id::parse("ent_1").unwrap();
    policy.begin(&inputs(values), Instant::parse(AS_OF).unwrap(), Some(&id), &mut state).unwrap();
    match policy.run(&by_step(policy, results), &mut state) {
        Progress::Done(verdict) => verdict,
        Progress::Need(need) => panic!("needs {need:?}"),
    }
}

fn codes(verdict: &Verdict) -> Vec<String> {
    let code = |it: &ReasonCode| match it {
        ReasonCode::Policy(code) => code.to_string(),
        ReasonCode::Doubt(doubt) => <&str>::from(*doubt).to_owned(),
    };
    verdict.because.iter().map(|it| code(&it.code)).collect()
}

/// A cell of constants, of a generated table.
fn cell((kind, low, width): &(u8, i32, i32)) -> String {
    match kind {
        0 => "-".to_owned(),
        1 => format!("< {low}"),
        2 => format!("> {low}"),
        3 => format!("[{low}..{})", low + width + 1),
        4 => format!("({low}..{}]", low + width + 1),
        _ => format!("{low}"),
    }
}

/// A nano-loan: the example of the design page with an offer.
fn loan() -> Value {
    json!({
        "currency": "KES",
        "inputs": {
            "age": {"type": "integer", "min": 0, "max": 120},
            "score": {"type": "number", "min": 300, "max": 850},
            "income": {"type": "money", "min": 0, "max_age_days": 45},
            "amount": {"type": "money", "min": 1},
            "late": {"type": "integer", "list": true},
            "channel": {"type": "text", "values": ["app", "agent"], "on_missing": "skip"}
        },
        "reasons": {
            "UNDERAGE": {"texts": {"en": "The applicant is younger than 18."}},
            "LOW_SCORE": {"texts": {"en": "The score is too low."}},
            "LATE": {"texts": {"en": "Payments were late."}},
            "THIN_MARGIN": {"texts": {"en": "The score is close to the limit."}}
        },
        "steps": [
            {"derive": {"name": "share", "expression": "amount / income"}},
            {"table": {
                "name": "eligibility", "hit": "first", "columns": ["age", "score", "share", "count(late[item > 30])"],
                "rules": [
                    {"when": ["< 18", "-", "-", "-"], "then": {"outcome": "decline", "reason": "UNDERAGE"}},
                    {"when": ["-", "< 500", "-", "-"], "then": {"outcome": "decline", "reason": "LOW_SCORE"}},
                    {"when": ["-", "-", "-", "> 2"], "then": {"outcome": "decline", "reason": "LATE"}},
                    {"id": "thin", "when": ["-", "[500..540)", "> 0.2", "-"], "then": {"outcome": "refer", "reason": "THIN_MARGIN", "queue": "senior"}},
                    {"when": [">= 18", ">= 500", "<= 0.5", "<= 2"], "then": {"outcome": "approve"}}
                ]
            }},
            {"table": {
                "name": "pricing", "hit": "unique", "columns": ["score"],
                "outputs": {"rate": {"type": "number"}, "most": {"type": "money"}},
                "rules": [
                    {"when": ["< 600"], "then": {"outputs": {"rate": 0.12, "most": "floor(income * 0.3, -3)"}}},
                    {"when": [">= 600"], "then": {"outputs": {"rate": 0.08, "most": "floor(income * 0.5, -3)"}}}
                ]
            }}
        ],
        "offer": {"requested": "amount", "limit": "pricing.most", "terms": {"rate": "pricing.rate"}}
    })
}

fn good() -> Value {
    json!({
        "age": 34, "score": 640, "income": {"value": 100_000, "at": "2026-06-01"}, "amount": 30_000,
        "late": [0, 12], "channel": "app"
    })
}

fn with(values: &Value, name: &str, value: Value) -> Value {
    let mut values = values.clone();
    values[name] = value;
    values
}

#[test]
fn a_complete_application_is_decided_with_its_rows_and_terms() {
    let policy = policy(&loan());
    let verdict = run(&policy, &good(), &[]);
    assert_eq!((verdict.outcome, codes(&verdict)), (Outcome::Approve, Vec::new()));
    assert_eq!(verdict.matched.iter().map(|it| (it.step, it.row)).collect::<Vec<_>>(), [(1, 4), (2, 1)]);
    let terms = verdict.terms.unwrap();
    assert_eq!((terms.amount_minor, terms.stated.get("rate")), (30_000, Some(&JsonValue::Number(0.08))));
    let young = run(&policy, &with(&good(), "age", json!(17)), &[]);
    assert_eq!((young.outcome, codes(&young)), (Outcome::Decline, vec!["UNDERAGE".to_owned()]));
    assert_eq!(young.terms, None);
    let thin = run(&policy, &with(&good(), "score", json!(520)), &[]);
    assert_eq!((thin.outcome, thin.because[0].queue.as_deref()), (Outcome::Refer, Some("senior")));
    let much = run(&policy, &with(&good(), "amount", json!(50_001)), &[]);
    assert_eq!((much.outcome, codes(&much)), (Outcome::Refer, vec!["NO_ROW_MATCHED".to_owned()]));
}

#[test]
fn every_input_that_matters_refers_when_it_is_missing_stale_or_of_another() {
    let policy = policy(&loan());
    for name in ["age", "score", "income", "amount", "late"] {
        let verdict = run(&policy, &with(&good(), name, Value::Null), &[]);
        assert_eq!(
            (verdict.outcome, codes(&verdict)[0].as_str()),
            (Outcome::Refer, "MISSING_INPUT"),
            "{name}"
        );
        assert!(verdict.because.iter().any(|it| it.inputs.iter().any(|it| &**it == name)), "{name}");
    }
    let income = |value: Value| run(&policy, &with(&good(), "income", value), &[]);
    for (value, code) in [
        (json!({"value": 100_000, "at": "2026-05-01"}), "INPUT_STALE"),
        (json!(100_000), "INPUT_STALE"),
        (json!({"value": 100_000, "at": "2026-07-02"}), "MISSING_INPUT"),
        (json!({"value": 100_000, "at": "2026-06-30T23:59:59Z"}), "MISSING_INPUT"),
        (json!({"value": 100_000, "at": "2026-06-01", "entity_id": "ent_2"}), "INPUT_MISMATCH"),
        (json!({"value": -1, "at": "2026-06-01"}), "INPUT_OUT_OF_RANGE"),
        (json!({"value": 0, "at": "2026-06-01"}), "DIVISION_BY_ZERO"),
        (json!({"value": null, "at": "2026-06-01"}), "MISSING_INPUT"),
    ] {
        let verdict = income(value.clone());
        assert_eq!((verdict.outcome, codes(&verdict)[0].as_str()), (Outcome::Refer, code), "{value}");
    }
    let other = run(&policy, &with(&good(), "late", json!([0, null])), &[]);
    assert_eq!((other.outcome, codes(&other)[0].as_str()), (Outcome::Refer, "MISSING_INPUT"));
    let hidden = run(&policy, &with(&with(&good(), "score", Value::Null), "age", json!(16)), &[]);
    assert_eq!(
        (hidden.outcome, codes(&hidden)),
        (Outcome::Decline, vec!["UNDERAGE".to_owned()]),
        "it stands anyway"
    );
}

#[test]
fn a_value_of_another_type_is_an_error_at_its_place() {
    let policy = policy(&loan());
    for (name, value) in [
        ("age", json!("34")),
        ("age", json!(34.5)),
        ("score", json!(true)),
        ("amount", json!("30000")),
        ("late", json!(3)),
        ("late", json!([0, "12"])),
        ("channel", json!(1)),
        ("income", json!({"value": "100000", "at": "2026-06-01"})),
    ] {
        let given = inputs(&with(&good(), name, value.clone()));
        let error = policy
            .begin(&given, Instant::parse(AS_OF).unwrap(), None, &mut State::default())
            .expect_err("another type");
        assert_eq!(error.cause, Cause::PolicyInput, "{name}: {value}");
        assert!(error.fields[0].starts_with(&format!("/{name}")), "{:?}", error.fields);
    }
}

#[test]
fn a_step_that_gives_nothing_never_leads_to_an_approval() {
    let document = json!({
        "inputs": {"amount": {"type": "integer"}},
        "reasons": {"LOW": {"texts": {"en": "The score is low."}}},
        "steps": [
            {"call": {
                "name": "card", "operation": "credit.score", "arguments": {"card": "a@1"},
                "values": {"/context/loan_amount": "amount"},
                "results": {"points": {"type": "integer", "pointer": "/points"}}
            }},
            {"table": {"name": "t", "hit": "first", "columns": ["card.points"], "rules": [
                {"when": ["< 500"], "then": {"outcome": "decline", "reason": "LOW"}},
                {"when": ["-"], "then": {"outcome": "approve"}}
            ]}}
        ]
    });
    let policy = policy(&document);
    let values = json!({"amount": 5});
    let mut state = State::default();
    policy.begin(&inputs(&values), Instant::parse(AS_OF).unwrap(), None, &mut state).unwrap();
    let Progress::Need(need) = policy.run(&StepResults::new(), &mut state) else { panic!("a need") };
    assert_eq!(need.operation, "credit.score");
    let pointer = vec!["context".to_owned(), "loan_amount".to_owned()];
    assert_eq!(need.values, [(pointer, JsonValue::Number(5.0))]);
    let answer = |value: Value, referred| StepResult::Answer {
        answer: serde_json::from_value(value).unwrap(),
        referred,
    };
    let outcome = |result| {
        let verdict = run(&policy, &values, &[result]);
        (verdict.outcome, codes(&verdict).first().cloned().unwrap_or_default())
    };
    assert_eq!(outcome(answer(json!({"points": 600}), false)), (Outcome::Approve, String::new()));
    assert_eq!(outcome(answer(json!({"points": 400}), false)).0, Outcome::Decline);
    assert_eq!(outcome(answer(json!({"points": 600}), true)), (Outcome::Refer, "STEP_REFERRED".to_owned()));
    for result in [
        StepResult::Refused,
        answer(json!({}), false),
        answer(json!({"points": null}), false),
        answer(json!({"points": "600"}), false),
        answer(json!({"points": 600.5}), false),
    ] {
        assert_eq!(outcome(result), (Outcome::Refer, "STEP_REFUSED".to_owned()));
    }
    let unasked = run(&policy, &json!({}), &[]);
    assert_eq!((unasked.outcome, codes(&unasked)[0].as_str()), (Outcome::Refer, "MISSING_INPUT"));
}

#[test]
fn a_value_that_no_row_gave_refers_where_it_matters() {
    let document = |knock_out: Value, offer: Value| {
        json!({
            "currency": "KES",
            "inputs": {"x": {"type": "number"}, "amount": {"type": "money"}},
            "reasons": {"BAD": {"texts": {"en": "It is bad."}}},
            "offer": offer,
            "steps": [
                {"table": {"name": "limits", "hit": "first", "columns": ["x"], "outputs": {"most": {"type": "money"}},
                    "rules": [{"when": ["> 5"], "then": {"outputs": {"most": 100}}}]}},
                knock_out,
                {"table": {"name": "all", "hit": "first", "columns": ["x"], "rules": [{"when": ["-"], "then": {"outcome": "approve"}}]}}
            ]
        })
    };
    let table = json!({"table": {"name": "low", "hit": "first", "columns": ["limits.most"],
        "rules": [{"when": ["< 50"], "then": {"outcome": "decline", "reason": "BAD"}}]}});
    let nothing = json!({"derive": {"name": "nothing", "expression": "x"}});
    let offer = json!({"requested": "amount", "limit": "limits.most"});
    for document in [document(table, json!({"requested": "amount"})), document(nothing, offer)] {
        let policy = policy(&document);
        assert_eq!(run(&policy, &json!({"x": 6, "amount": 90}), &[]).outcome, Outcome::Approve);
        let verdict = run(&policy, &json!({"x": 1, "amount": 90}), &[]);
        assert_eq!((verdict.outcome, codes(&verdict)), (Outcome::Refer, vec!["NO_ROW_MATCHED".to_owned()]));
    }
}

#[test]
fn mistakes_of_a_document_are_told_with_their_places() {
    let mut document = loan();
    document["steps"][1]["table"]["rules"][0]["when"][0] = json!("< \"18\"");
    document["steps"][1]["table"]["rules"][1]["then"]["reason"] = json!("LOW");
    document["steps"][2]["table"]["rules"][0]["when"] = json!([]);
    document["steps"][0]["derive"]["expression"] = json!("amount / incom");
    let places: Vec<String> = refused(&document).into_iter().map(|it| it.1).collect();
    // The column that reads the broken value is no mistake of its own.
    assert_eq!(places, ["/steps/0/derive/expression", "/steps/2/table/rules/0/when"]);
    let mut protected = loan();
    protected["inputs"]["age"]["protected"] = json!(true);
    assert!(refused(&protected).iter().any(|it| it.0 == Cause::ExpressionName));
}

/// A generated policy over three numbers: tables of every hit policy with cells around the same few values.
fn documents() -> impl Strategy<Value = Value> {
    let cell = (0_u8..8, -2_i32..3, 0_i32..3).prop_map(|(kind, low, width)| match kind {
        0 | 1 => "-".to_owned(),
        7 => format!("< {low}, >= {low}"),
        2 => format!("< {low}"),
        3 => format!(">= {low}"),
        4 => format!("[{low}..{}]", low + width),
        5 => format!("not({low})"),
        _ => format!("> b + {low}"),
    });
    let then = prop_oneof![
        3 => Just(json!({"outcome": "approve"})),
        2 => Just(json!({"outcome": "decline", "reason": "BAD"})),
        1 => Just(json!({"outcome": "refer", "reason": "ODD"})),
        1 => (0_i32..3).prop_map(|it| json!({"outcome": "approve", "outputs": {"v": it}})),
        1 => (0_i32..3).prop_map(|it| json!({"outputs": {"v": format!("a / b + {it}")}})),
    ];
    let row = (prop::collection::vec(cell, 3), then);
    let hit = prop_oneof![
        3 => Just("first"), 1 => Just("unique"), 1 => Just("any"), 1 => Just("rule_order"), 1 => Just("collect"),
    ];
    let table = (hit, prop::collection::vec(row, 1..5), any::<bool>());
    (prop::collection::vec(table, 1..4), any::<bool>()).prop_map(|(tables, all_reasons)| {
        let mut steps = vec![json!({"derive": {"name": "r", "expression": "a / c"}})];
        // The third column of a table is what the table before it gave.
        let mut third = "r".to_owned();
        for (number, (hit, rows, sums)) in tables.into_iter().enumerate() {
            let is_sum = hit == "collect" && sums;
            let output =
                if is_sum { json!({"type": "number", "aggregate": "sum"}) } else { json!({"type": "number"}) };
            let rules: Vec<Value> =
                rows.into_iter().map(|(when, then)| json!({"when": when, "then": then})).collect();
            let name = format!("t{number}");
            steps.push(json!({"table": {
                "name": name, "hit": hit, "columns": ["a", "b", third], "outputs": {"v": output}, "rules": rules
            }}));
            let is_list = matches!(hit, "rule_order" | "collect") && !is_sum;
            third = if is_list { format!("sum({name}.v)") } else { format!("{name}.v") };
        }
        json!({
            "all_reasons": all_reasons,
            "inputs": {"a": {"type": "number", "min": -9, "max": 9}, "b": {"type": "integer"}, "c": {"type": "number"}},
            "reasons": {"BAD": {"texts": {"en": "b"}}, "ODD": {"texts": {"en": "o"}}},
            "steps": steps
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// What is decided while inputs are unknown, in any way, is decided so whatever their values are.
    #[test]
    fn nothing_is_approved_or_declined_because_of_what_is_missing(
        document in documents(),
        values in prop::collection::vec(-3_i32..=3, 3),
        hidden in 1_u8..8,
        how in 0_usize..4,
    ) {
        let policy = policy(&document);
        let unknown = |name: &str| match how {
            0 => Value::Null,
            1 if name == "a" => json!(100),
            2 => json!({"value": 1, "entity_id": "ent_2"}),
            _ => json!({"value": 1, "at": "2027-01-01"}),
        };
        let mut given = json!({});
        for (number, name) in ["a", "b", "c"].into_iter().enumerate() {
            given[name] = if hidden & (1 << number) == 0 { json!(values[number]) } else { unknown(name) };
        }
        let decided = run(&policy, &given, &[]).outcome;
        if decided != Outcome::Refer {
            for number in 0..343 {
                let mut full = given.clone();
                for (place, name) in ["a", "b", "c"].into_iter().enumerate() {
                    if hidden & (1 << place) != 0 {
                        full[name] = json!([number % 7, number / 7 % 7, number / 49][place] - 3);
                    }
                }
                let other = run(&policy, &full, &[]);
                prop_assert_eq!(other.outcome, decided, "{} with {}", document, full);
            }
        }
    }

    /// An approval names a row that says so, and no doubt.
    #[test]
    fn an_approval_has_a_row_that_says_so(document in documents(), values in prop::collection::vec(-3_i32..=3, 3)) {
        let policy = policy(&document);
        let given = json!({"a": values[0], "b": values[1], "c": values[2]});
        let verdict = run(&policy, &given, &[]);
        let approves = verdict.matched.iter().any(|it| {
            let rule = &document["steps"][it.step as usize]["table"]["rules"][it.row as usize];
            rule["then"]["outcome"] == "approve"
        });
        prop_assert!(verdict.outcome != Outcome::Approve || approves && verdict.because.is_empty());
        prop_assert!(verdict.outcome != Outcome::Refer || !verdict.because.is_empty());
    }
}
