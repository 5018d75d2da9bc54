//! Hostile text for the parsers of documents: what is read, or refused, without a panic and without an internal error.
//! The fuzz targets run these with bytes of their own.

use kapix_core::{Clock, Control, Desk, DeskOptions, Engine, EngineOptions, time::Instant};
use serde_json::{Value, json};

/// The frame of a policy.
fn artefact(body: &Value) -> Value {
    json!({
        "kapix": 1, "kind": "policy", "id": "p", "version": "1", "body": body,
        "provenance": {
            "owner": "tests", "purpose": "tests", "population": "none", "limitations": "not for use", "status": "draft"
        },
    })
}

fn desk(engine: Engine) -> Desk {
    let clock = Instant::parse("2026-06-30T12:00:00Z").map_or(Clock::None, Clock::Fixed);
    Desk::new(engine, DeskOptions { clock, envelope: false, record: false, ..DeskOptions::default() })
}

/// Calls an operation; any answer but an internal error is right, and the same call has the same answer.
fn call(desk: &Desk, operation: &str, request: &Value) -> Value {
    let text = request.to_string();
    let reply = desk.call(operation, text.as_bytes(), &Control::default());
    assert_ne!(reply.status, 500, "{operation}");
    assert_eq!(reply, desk.call(operation, text.as_bytes(), &Control::default()));
    serde_json::from_slice(&reply.body).unwrap()
}

/// Loads a text as a document in YAML, alone and as the body of a policy.
pub(crate) fn yaml(text: &[u8]) {
    let frame = b"kapix: 1\nkind: policy\nid: p\nversion: '1'\nprovenance: {owner: a, purpose: b, population: c, limitations: d, status: draft}\nbody:\n";
    for document in [text, &[frame, text].concat()] {
        match Engine::load(&[document], EngineOptions::default()) {
            Ok(engine) => drop(call(&desk(engine), "engine.describe", &json!({}))),
            Err(error) => assert!(error.message.len() < 4_000 && !error.message.is_empty()),
        }
    }
}

/// Compiles the first line of a text as an expression and the others as cells, and runs what compiles.
pub(crate) fn expression(text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    let mut lines = text.split('\n');
    let expression = lines.next().unwrap_or_default();
    let cells: Vec<&str> = lines.take(8).collect();
    let inputs = json!({
        "n": {"type": "number"}, "i": {"type": "integer", "min": -9, "max": 9}, "b": {"type": "boolean"},
        "t": {"type": "text"}, "d": {"type": "date"}, "m": {"type": "money"},
        "ns": {"type": "number", "list": true, "max_items": 20}, "ts": {"type": "text", "list": true, "max_items": 20}
    });
    for column in ["n", "t", "d", "m", "b", "x"] {
        let rules: Vec<Value> = cells
            .iter()
            .map(|cell| json!({"when": [cell], "then": {"outcome": "approve"}}))
            .chain([json!({"when": ["-"], "then": {"outcome": "approve"}})])
            .collect();
        let body = json!({
            "currency": "KES", "inputs": inputs, "reasons": {},
            "steps": [
                {"derive": {"name": "x", "expression": if column == "x" { expression } else { "n" }}},
                {"table": {"name": "s", "hit": "first", "columns": [column], "rules": rules}}
            ]
        });
        let Ok(engine) = Engine::load(&[artefact(&body).to_string()], EngineOptions::default()) else {
            continue;
        };
        let desk = desk(engine);
        call(&desk, "policy.check", &json!({"policy": "p"}));
        for given in [
            json!({"n": 0.5, "i": 3, "b": true, "t": "a", "d": "2026-01-31", "m": 100, "ns": [1, 2.5], "ts": ["a"]}),
            json!({"n": 1e300, "i": -9, "b": false, "t": "", "d": "9999-12-31", "m": 9_007_199_254_740_991_i64, "ns": [], "ts": []}),
            json!({"i": 10, "ns": [null]}),
        ] {
            call(&desk, "policy.run", &json!({"policy": "p", "entity_id": "a", "inputs": given}));
        }
    }
}

/// Loads a text as the body of a policy, in JSON or YAML; what loads is checked, run and compared with itself.
pub(crate) fn policy(text: &[u8]) {
    let Ok(body) = serde_json::from_slice::<Value>(text) else { return };
    let Ok(engine) = Engine::load(&[artefact(&body).to_string()], EngineOptions::default()) else { return };
    let desk = desk(engine);
    call(&desk, "policy.check", &json!({"policy": "p"}));
    let names =
        || body.get("inputs").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone());
    for value in [json!(1), json!(0), json!("a"), json!(true), json!([1]), json!("2026-01-31"), Value::Null] {
        let inputs: Value = names().map(|name| (name, value.clone())).collect();
        call(&desk, "policy.run", &json!({"policy": "p", "entity_id": "a", "inputs": inputs, "trace": true}));
    }
    let unknown: Value = names().map(|name| (name, json!({"value": 1, "entity_id": "another"}))).collect();
    call(&desk, "policy.run", &json!({"policy": "p", "entity_id": "a", "inputs": unknown}));
    let same = call(&desk, "policy.diff", &json!({"policy": "p", "other": "p"}));
    assert!(same.get("error").is_some() || same.get("tables").is_none_or(|it| it == &json!([])));
}
