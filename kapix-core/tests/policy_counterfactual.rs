//! What would change a decline, in a policy that asks another operation: its result is held, and the whole policy approves what is
//! stated.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{artefact, body, numeric, quiet};
use kapix_core::{Control, Desk, Engine, EngineOptions};
use serde_json::{Value, json};

/// An age that nobody changes, a card that scores the share of income and what the applicant brings, and a limit.
fn policy() -> Value {
    let reason = |text: &str| json!({"texts": {"en": text}});
    json!({
        "currency": "KES",
        "inputs": {
            "age": {"type": "integer", "min": 0, "max": 120, "movable": false},
            "amount": {"type": "money", "min": 1, "max": 1_000_000}, "income": {"type": "money", "min": 1, "max": 1_000_000}
        },
        "reasons": {"UNDERAGE": reason("too young"), "POOR": reason("little income"), "CARD": reason("a low score"),
            "HIGH": reason("too much")},
        "steps": [
            {"table": {"name": "first", "hit": "first", "columns": ["age", "income"], "rules": [
                {"when": ["< 18", "-"], "then": {"outcome": "decline", "reason": "UNDERAGE"}},
                {"when": ["-", "< 500"], "then": {"outcome": "decline", "reason": "POOR"}}
            ]}},
            {"call": {"name": "card", "operation": "credit.score", "arguments": {"card": "small"},
                      "results": {"points": {"type": "integer", "pointer": "/points"}}}},
            {"derive": {"name": "share", "expression": "amount / income"}},
            {"table": {"name": "cut", "hit": "first", "columns": ["card.points", "share"], "rules": [
                {"when": ["< 60", "-"], "then": {"outcome": "decline", "reason": "CARD"}},
                {"when": ["-", "> 2"], "then": {"outcome": "decline", "reason": "HIGH"}},
                {"when": ["-", "-"], "then": {"outcome": "approve"}}
            ]}}
        ],
        "offer": {"requested": "amount"}
    })
}

fn desk() -> Desk {
    let characteristics =
        [numeric("x", &[20.0, 40.0], &[10, 30, 60], 20), numeric("y", &[1.0], &[40, 10], 20)];
    let card = artefact("small", "1", &body(&characteristics, 80, 50));
    let mut policy: Value = serde_json::from_str(&artefact("loans", "1", &policy())).unwrap();
    policy["kind"] = json!("policy");
    Desk::new(Engine::load(&[card, policy.to_string()], EngineOptions::default()).unwrap(), quiet())
}

fn run(desk: &Desk, inputs: &Value, x: i32) -> Value {
    let request = json!({
        "policy": "loans", "entity_id": "a", "inputs": inputs, "as_of": "2026-06-30T12:00:00Z", "counterfactual": true,
        "applicant": {"entity_type": "individual", "features": {"x": x, "y": 0}},
    });
    let reply = desk.call("policy.run", request.to_string().as_bytes(), &Control::default());
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(reply.status, 0, "{answer}");
    answer
}

/// The inputs after a change.
fn changed(inputs: &Value, counterfactual: &Value) -> Value {
    let mut inputs = inputs.clone();
    for change in counterfactual["changes"].as_array().unwrap() {
        let name = change["input"].as_str().unwrap();
        assert_eq!(change["from"], inputs[name]);
        inputs[name] = change["to"].clone();
    }
    inputs
}

#[test]
fn a_decline_after_a_step_holds_its_result_and_the_change_is_approved() {
    let desk = desk();
    let inputs = json!({"age": 30, "amount": 5_000, "income": 1_000});
    let answer = run(&desk, &inputs, 50);
    assert_eq!((&answer["outcome"], &answer["reasons"][0]["code"]), (&json!("decline"), &json!("HIGH")));
    let found = &answer["counterfactual"];
    assert_eq!(found["held"], json!(["card"]));
    assert_eq!((found["changes"].as_array().unwrap().len(), &found["exact"]), (1, &json!(false)));
    let after = run(&desk, &changed(&inputs, found), 50);
    assert_eq!(after["outcome"], "approve", "{found}");
    assert_eq!(after["approved_amount_minor"], found["approved_amount_minor"]);
}

#[test]
fn a_decline_before_a_step_asks_it_for_the_change() {
    let desk = desk();
    let inputs = json!({"age": 30, "amount": 300, "income": 400});
    let answer = run(&desk, &inputs, 50);
    assert_eq!((&answer["reasons"][0]["code"], answer.get("steps")), (&json!("POOR"), None));
    let found = &answer["counterfactual"];
    assert_eq!(found["changes"], json!([{"input": "income", "from": 400, "to": 500}]));
    assert_eq!(found.get("held"), None, "the run came to no step");
    assert_eq!(run(&desk, &changed(&inputs, found), 50)["outcome"], "approve");
    // With a low score no income helps.
    let weak = run(&desk, &inputs, 0);
    assert_eq!(weak["null_reasons"]["/counterfactual"], "none_found");
}

#[test]
fn what_the_score_or_the_age_declines_has_no_change_and_the_search_says_so() {
    let desk = desk();
    let inputs = json!({"age": 30, "amount": 300, "income": 1_000});
    let weak = run(&desk, &inputs, 0);
    assert_eq!(weak["principal_reasons"], json!(["CARD"]));
    assert_eq!(weak["null_reasons"]["/counterfactual"], "none_found");
    let young = run(&desk, &json!({"age": 17, "amount": 300, "income": 1_000}), 50);
    assert_eq!(young["null_reasons"]["/counterfactual"], "none_found");
}
