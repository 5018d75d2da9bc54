//! The policies that ship, over columns: each can be replayed, lists too, and every row is decided as `policy.run` decides
//! the same application.
#![cfg(feature = "yaml")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use kapix_core::artefact::{EXAMPLE_POLICIES, EXPERT_CARDS};
use kapix_core::{Clock, Control, Desk, DeskOptions, Engine, EngineOptions, time::Instant};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const POLICIES: [(&str, &str); 3] = [
    ("instalment_loan_za", include_str!("../artefacts/instalment_loan_za.yaml")),
    ("nano_loan_ke", include_str!("../artefacts/nano_loan_ke.yaml")),
    ("sme_working_capital_ng", include_str!("../artefacts/sme_working_capital_ng.yaml")),
];

const AS_OF: &str = "2026-06-30T12:00:00Z";

fn desk() -> Desk {
    let clock = Clock::Fixed(Instant::parse(AS_OF).unwrap());
    let options = DeskOptions { clock, envelope: false, record: false, ..DeskOptions::default() };
    let engine = Engine::load(&[EXAMPLE_POLICIES, EXPERT_CARDS], EngineOptions::default());
    Desk::new(engine.unwrap(), options)
}

fn call(desk: &Desk, operation: &str, request: &Value) -> (u16, Value) {
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

/// Features of an account by how much room it shows: much, little, none, and with too little history.
fn features(kind: usize) -> Map<String, Value> {
    let ratio = [json!(2), json!(0.3), json!(-0.5), json!(2)][kind].clone();
    let outflow_days = [61, 12, 1, 61][kind];
    let history = [366, 366, 366, 20][kind];
    let features = json!({
        "coverage_age_days": 2, "history_days": history, "history_transactions": 120, "balance_min_to_outflow_ratio_90d": ratio,
        "balance_variability": 0.075, "low_balance_days_share_90d": 0, "negative_balance_days_90d": 0,
        "balance_outflow_days": outflow_days, "balance_trend_90d": 1.5, "income_months_share": 1, "income_volatility": 0.05,
        "days_since_last_income": 17, "inflow_outflow_ratio_90d": 2.05, "negative_net_months_share": 0.1,
        "active_days_share_90d": 1, "income_trend": 1.5, "longest_gap_days_90d": 1, "income_top_payer_share_180d": 0.1,
        "credits_90d": 200
    });
    features.as_object().unwrap().clone()
}

fn body(text: &str) -> Value {
    let document: Value = serde_saphyr::from_str(text).unwrap();
    document["body"].clone()
}

/// Inputs of a policy, and features of an account.
type Application = (Map<String, Value>, Map<String, Value>);

/// Applications of a policy: its cases, each as it is and without one of its inputs, beside each account.
fn applications(body: &Value) -> Vec<Application> {
    let mut all = Vec::new();
    for case in body["tests"].as_array().unwrap() {
        let inputs = case["inputs"].as_object().unwrap();
        for kind in 0..4 {
            all.push((inputs.clone(), features(kind)));
        }
        for name in inputs.keys() {
            let mut fewer = inputs.clone();
            fewer.remove(name);
            all.push((fewer, features(0)));
        }
    }
    // Lists with a missing item, an item of another type, one that is out of range, and too many.
    for items in
        [json!([0, null]), json!([0, "2"]), json!([0.5]), json!([-1]), json!(vec![0; 101]), json!([40])]
    {
        if body["inputs"].get("late_days").is_some() {
            let mut inputs = body["tests"][0]["inputs"].as_object().unwrap().clone();
            inputs.insert("late_days".to_owned(), items);
            all.push((inputs, features(0)));
        }
    }
    all
}

/// The columns of applications: dates in columns of their own, lists as texts.
fn columns(body: &Value, applications: &[Application]) -> Map<String, Value> {
    let mut columns: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (name, input) in body["inputs"].as_object().unwrap() {
        for (inputs, _) in applications {
            let given = inputs.get(name).cloned().unwrap_or_default();
            let is_dated = given.is_object();
            let value = if is_dated { given["value"].clone() } else { given.clone() };
            let value = if value.is_array() { json!(value.to_string()) } else { value };
            columns.entry(name.clone()).or_default().push(value);
            if input.get("max_age_days").is_some() {
                let at = if is_dated { given["at"].clone() } else { Value::Null };
                columns.entry(format!("{name}@at")).or_default().push(at);
            }
        }
    }
    for (_, features) in applications {
        for (name, value) in features {
            columns.entry(name.clone()).or_default().push(value.clone());
        }
    }
    columns.into_iter().map(|(name, values)| (name, Value::Array(values))).collect()
}

fn entity_type(id: &str) -> &'static str {
    if id.starts_with("sme") { "sme" } else { "individual" }
}

/// The features that `credit.score` does not read for the card of a policy.
fn unused_by_the_card(desk: &Desk, id: &str) -> BTreeSet<String> {
    let request = json!({
        "entity_id": "a-1", "entity_type": entity_type(id), "as_of": AS_OF, "features": features(0),
        "card": format!("expert_{}", entity_type(id))
    });
    let (status, answer) = call(desk, "credit.score", &request);
    assert_eq!(status, 0, "{answer}");
    let pointers = answer["unused"].as_array().unwrap();
    pointers.iter().map(|it| it.as_str().unwrap().strip_prefix("/features/").unwrap().to_owned()).collect()
}

#[test]
fn every_row_of_a_shipped_policy_is_decided_as_the_application_alone() {
    let desk = desk();
    for (id, text) in POLICIES {
        let body = body(text);
        let applications = applications(&body);
        let mut columns = columns(&body, &applications);
        columns.insert("note".to_owned(), json!(vec!["n"; applications.len()]));
        let request = json!({"policy": id, "as_of": AS_OF, "columns": columns});
        let (status, answer) = call(&desk, "policy.replay", &request);
        assert_eq!(status, 0, "{id}: {answer}");
        let protected = body["inputs"].as_object().unwrap().iter().filter(|(_, it)| it["protected"] == true);
        let mut unused = unused_by_the_card(&desk, id);
        unused.extend(protected.map(|(name, _)| name.clone()).chain(["note".to_owned()]));
        assert_eq!(answer["unused"], json!(unused), "{id}: the card of the step reads the others");
        assert_eq!(answer.get("absent"), None, "{id}");
        let mut outcomes = BTreeSet::new();
        for (row, (inputs, features)) in applications.iter().enumerate() {
            let request = json!({
                "policy": id, "entity_id": "a-1", "inputs": inputs, "as_of": AS_OF,
                "applicant": {"entity_type": entity_type(id), "features": features}
            });
            let (status, alone) = call(&desk, "policy.run", &request);
            let result = |name: &str| answer["columns"][name][row].clone();
            if status != 0 {
                assert_eq!(result("status"), alone["error"]["cause"], "{id}: row {row} {inputs:?}");
                assert_eq!(result("outcome"), Value::Null);
                outcomes.insert("none".to_owned());
                continue;
            }
            let outcome = &alone["outcome"];
            let first = alone["reasons"].as_array().unwrap().iter().find(|it| it["outcome"] == *outcome);
            let reason = first.map_or(Value::Null, |it| it["code"].clone());
            assert_eq!(
                (result("status"), result("outcome"), result("reason")),
                (json!("decided"), outcome.clone(), reason),
                "{id}: row {row} {inputs:?}"
            );
            assert_eq!(
                result("approved_amount_minor").as_f64(),
                alone["approved_amount_minor"].as_f64(),
                "{id}: row {row}"
            );
            outcomes.insert(outcome.as_str().unwrap().to_owned());
        }
        let least = if id == "nano_loan_ke" { 4 } else { 3 };
        assert_eq!(outcomes.len(), least, "{id}: {outcomes:?}");
    }
}

#[test]
fn results_of_the_step_as_columns_stand_for_the_columns_of_its_card() {
    let desk = desk();
    for (id, text) in POLICIES {
        let body = body(text);
        let cases: Vec<&Value> = body["tests"].as_array().unwrap().iter().collect();
        let applications: Vec<_> =
            cases.iter().map(|case| (case["inputs"].as_object().unwrap().clone(), Map::new())).collect();
        let mut columns = columns(&body, &applications);
        let (status, refused) =
            call(&desk, "policy.replay", &json!({"policy": id, "as_of": AS_OF, "columns": columns}));
        let message = refused["error"]["message"].as_str().unwrap();
        assert_eq!((status > 0, &refused["error"]["cause"]), (true, &json!("frame.column_missing")));
        assert!(
            message.contains("the columns `account.points` and `account.referred` suffice"),
            "{id}: {message}"
        );
        let points: Vec<Value> = cases
            .iter()
            .map(|case| case["results"].get("account.points").cloned().unwrap_or_default())
            .collect();
        columns.insert("account.points".to_owned(), json!(points));
        columns.insert("account.referred".to_owned(), json!(vec![false; cases.len()]));
        let (status, answer) =
            call(&desk, "policy.replay", &json!({"policy": id, "as_of": AS_OF, "columns": columns}));
        assert_eq!(status, 0, "{id}: {answer}");
        for (row, case) in cases.iter().enumerate() {
            assert_eq!(
                answer["columns"]["outcome"][row], case["expect"]["outcome"],
                "{id}: {}",
                case["name"]
            );
        }
    }
}
