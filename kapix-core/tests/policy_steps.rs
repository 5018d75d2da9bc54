//! Steps of a policy ask about the application and nothing else; what they are asked at each amount, and in shadows, stays
//! within what one call may ask.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{artefact, body, numeric, quiet};
use kapix_core::{Control, Desk, Engine, EngineOptions, Result};
use serde_json::{Value, json};

const AS_OF: &str = "2026-06-30T12:00:00Z";

/// A policy that approves from 50 points, with a step that is changed by `change`.
fn policy(version: &str, change: &dyn Fn(&mut Value)) -> String {
    let mut body = json!({
        "currency": "KES",
        "inputs": {"amount": {"type": "money", "min": 1, "max": 1_000_000}, "t": {"type": "text"},
            "x": {"type": "number", "min": 0, "max": 100}},
        "reasons": {"LOW": {"texts": {"en": "a low score"}}},
        "steps": [
            {"call": {"name": "card", "operation": "credit.score", "arguments": {"card": "small"},
                      "results": {"points": {"type": "integer", "pointer": "/points"}}}},
            {"table": {"name": "rules", "hit": "first", "columns": ["card.points", "x"], "rules": [
                {"when": ["< 50", "-"], "then": {"outcome": "decline", "reason": "LOW"}},
                {"when": ["-", "-"], "then": {"outcome": "approve"}}
            ]}}
        ],
        "offer": {"requested": "amount"}
    });
    change(&mut body);
    let mut document: Value = serde_json::from_str(&artefact("loans", version, &body)).unwrap();
    document["kind"] = json!("policy");
    document.to_string()
}

fn load(policies: &[String]) -> Result<Desk> {
    let characteristics =
        [numeric("x", &[20.0, 40.0], &[10, 30, 60], 20), numeric("y", &[1.0], &[40, 10], 20)];
    let card = artefact("small", "1", &body(&characteristics, 80, 20));
    let documents: Vec<String> = policies.iter().cloned().chain([card]).collect();
    Ok(Desk::new(Engine::load(&documents, EngineOptions::default())?, quiet()))
}

fn run(desk: &Desk, change: &Value) -> Value {
    let mut request = json!({
        "policy": "loans@1", "entity_id": "a", "as_of": AS_OF, "inputs": {"amount": 500, "t": "a", "x": 50},
        "applicant": {"entity_type": "individual", "features": {"x": 50, "y": 0}},
    });
    request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let reply = desk.call("policy.run", request.to_string().as_bytes(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

#[test]
fn a_step_sets_no_day_no_owner_and_no_data_of_its_own() {
    let refused = |place: &str, stated: &Value| {
        let change = |body: &mut Value| body["steps"][0]["call"][place] = stated.clone();
        let error = load(&[policy("1", &change)]).err();
        error.map(|error| (error.cause.as_str(), error.fields.join(" ")))
    };
    for name in ["as_of", "entity_id", "data", "data_sources", "features", "akiba", "idempotency_key"] {
        let arguments = json!({"card": "small", name: "2020-01-01T00:00:00Z"});
        let wanted = Some(("policy.shape", format!("/0/body/steps/0/call/arguments/{name}")));
        assert_eq!(refused("arguments", &arguments), wanted);
        let wanted = Some(("policy.shape", format!("/0/body/steps/0/call/values/~1{name}")));
        assert_eq!(refused("values", &json!({format!("/{name}"): "t"})), wanted);
    }
    assert_eq!(refused("values", &json!({"/features/x": "x"})), None, "a feature may come from an input");
}

#[test]
fn a_value_that_two_statements_give_is_refused() {
    let change = |body: &mut Value| body["steps"][0]["call"]["values"] = json!({"/features/x": "x"});
    let desk = load(&[policy("1", &change)]).unwrap();
    let twice = run(&desk, &json!({}));
    assert_eq!(twice["error"]["fields"], json!(["/applicant/features/x"]));
    let once = json!({"applicant": {"entity_type": "individual", "features": {"y": 0}}});
    assert_eq!(run(&desk, &once)["outcome"], "approve");
}

#[test]
fn a_shadow_that_asks_too_much_leaves_the_decision() {
    // Each step is asked with another value, so none shares a result.
    let many = |body: &mut Value| {
        let step = |number: usize| {
            let value = format!("x + {number}");
            json!({"call": {"name": format!("card{number}"), "operation": "credit.score",
                "arguments": {"card": "small"}, "values": {"/features/z": value},
                "results": {"points": {"type": "integer", "pointer": "/points"}}}})
        };
        let table = body["steps"][1].clone();
        let mut steps = vec![body["steps"][0].clone()];
        steps.extend((0..240).map(step));
        body["steps"] = json!([steps, vec![table]].concat());
    };
    let desk =
        load(&[policy("1", &|_| {}), policy("2", &many), policy("3", &many), policy("4", &many)]).unwrap();
    let alone = run(&desk, &json!({}));
    assert_eq!(alone["outcome"], "approve");
    let beside = run(&desk, &json!({"shadows": ["loans@2", "loans@3", "loans@4"]}));
    assert_eq!((&beside["outcome"], &beside["reasons"]), (&alone["outcome"], &alone["reasons"]));
    let shadows = beside["shadows"].as_array().unwrap();
    assert!(shadows.iter().all(|it| it["outcome"] == "approve" || it["error"]["cause"] == "limit.exceeded"));
    assert_eq!(shadows[0]["outcome"], "approve");
}

#[test]
fn a_step_is_asked_at_every_amount_of_the_grid_or_the_policy_does_not_load() {
    let grid = |to: i64, calls: usize| {
        move |body: &mut Value| {
            body["steps"][0]["call"]["values"] = json!({"/features/x": "amount"});
            body["steps"][1]["table"]["rules"][0]["when"][0] = json!(">= 0");
            body["offer"]["counter_offer"] = json!({"from": 1, "to": to, "step": 1});
            for number in 1..calls {
                let mut step = body["steps"][0].clone();
                step["call"]["name"] = json!(format!("card{number}"));
                body["steps"].as_array_mut().unwrap().insert(1, step);
            }
        }
    };
    let desk = load(&[policy("1", &grid(200, 1))]).unwrap();
    let features = json!({"applicant": {"entity_type": "individual", "features": {"y": 0}}});
    let declined = run(&desk, &features);
    assert_eq!((declined["outcome"].as_str(), &declined["counter_offer"]), (Some("decline"), &Value::Null));
    let error = load(&[policy("1", &grid(200, 2))]).unwrap_err();
    assert_eq!((error.cause.as_str(), error.fields), ("limit.exceeded", vec!["/0/body/steps".to_owned()]));
}

#[test]
fn an_input_that_a_step_is_asked_with_is_no_part_of_a_least_change() {
    let change = |body: &mut Value| {
        body["steps"][0]["call"]["values"] = json!({"/features/x": "x"});
        body["steps"][1]["table"] = json!({"name": "rules", "hit": "first", "columns": ["card.points", "x"], "rules": [
            {"when": ["-", "< 30"], "then": {"outcome": "decline", "reason": "LOW"}},
            {"when": ["> 80", "-"], "then": {"outcome": "decline", "reason": "LOW"}},
            {"when": ["-", "-"], "then": {"outcome": "approve"}}
        ]});
    };
    let desk = load(&[policy("1", &change)]).unwrap();
    let request = json!({"counterfactual": true, "inputs": {"amount": 500, "t": "a", "x": 2},
        "applicant": {"entity_type": "individual", "features": {"y": 0}}});
    let declined = run(&desk, &request);
    assert_eq!(declined["outcome"], "decline");
    assert_eq!(declined["counterfactual"], Value::Null, "at 50 the score would be another");
}

#[test]
fn an_approval_is_valid_until_a_day_that_can_be_written() {
    let days = |days: i64| move |body: &mut Value| body["offer"]["valid_days"] = json!(days);
    for wrong in [0, 3_661, 106_751_991, 1_000_000_000] {
        let error = load(&[policy("1", &days(wrong))]).unwrap_err();
        assert_eq!(error.fields, ["/0/body/offer/valid_days"], "{wrong}");
    }
    let desk = load(&[policy("1", &days(3_660))]).unwrap();
    assert_eq!(run(&desk, &json!({}))["valid_until"], "2036-07-07T12:00:00Z");
    let late = run(&desk, &json!({"as_of": "9999-12-30T00:00:00Z"}));
    assert_eq!(late["valid_until"], "9999-12-31T23:59:59.999999Z");
}

#[test]
fn a_request_above_the_limit_is_declined_whatever_a_term_is() {
    let change = |body: &mut Value| {
        body["offer"] = json!({"requested": "amount", "limit": "amount - 5", "above_limit": "decline",
            "reason": "LOW", "terms": {"share": "1 / x"}});
    };
    let desk = load(&[policy("1", &change)]).unwrap();
    let inputs = |x: i32| json!({"inputs": {"amount": 500, "t": "a", "x": x}});
    assert_eq!(run(&desk, &inputs(0))["outcome"], "decline");
    assert_eq!(run(&desk, &inputs(1))["outcome"], "decline");
}
