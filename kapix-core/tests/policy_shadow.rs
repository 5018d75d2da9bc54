//! Shadow policies never touch the outcome: with them or without, the rest of the answer has the same bytes.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{artefact, body, numeric, quiet};
use kapix_core::{Control, Desk, Engine, EngineOptions};
use serde_json::{Value, json};

/// A policy with a step, whose cut-off, and whether it reads one more input, are its version's.
fn policy(version: &str, cut: i64, reads_more: bool) -> String {
    let mut inputs = json!({"age": {"type": "integer", "min": 0}, "amount": {"type": "money", "min": 1}});
    let mut columns = json!(["age", "card.points"]);
    let (mut young, mut low, mut good) =
        (json!(["< 18", "-"]), json!(["-", format!("< {cut}")]), json!(["-", "-"]));
    if reads_more {
        inputs["town"] = json!({"type": "text", "values": ["Kisumu", "Nairobi"]});
        columns.as_array_mut().unwrap().push(json!("town"));
        for row in [&mut young, &mut low] {
            row.as_array_mut().unwrap().push(json!("-"));
        }
        good.as_array_mut().unwrap().push(json!("\"Nairobi\""));
    }
    let reason = |text: &str| json!({"texts": {"en": text}});
    let body = json!({
        "currency": "KES",
        "inputs": inputs,
        "reasons": {"YOUNG": reason("too young"), "LOW": reason("a low score")},
        "steps": [
            {"call": {"name": "card", "operation": "credit.score", "arguments": {"card": "small"},
                      "results": {"points": {"type": "integer", "pointer": "/points"}}}},
            {"table": {"name": "rules", "hit": "first", "columns": columns, "rules": [
                {"when": young, "then": {"outcome": "decline", "reason": "YOUNG"}},
                {"when": low, "then": {"outcome": "decline", "reason": "LOW"}},
                {"when": good, "then": {"outcome": "approve"}}
            ]}}
        ],
        "offer": {"requested": "amount", "counter_offer": {"from": 100, "to": 500, "step": 100}}
    });
    let mut document: Value = serde_json::from_str(&artefact("loans", version, &body)).unwrap();
    document["kind"] = json!("policy");
    document.to_string()
}

fn desk() -> Desk {
    let card = artefact("small", "1", &body(&[numeric("x", &[20.0, 40.0], &[10, 30, 60], 20)], 50, 20));
    let documents = [card, policy("1", 30, false), policy("2", 60, false), policy("3", 30, true)];
    Desk::new(Engine::load(&documents, EngineOptions::default()).unwrap(), quiet())
}

fn call(desk: &Desk, request: &Value) -> Value {
    let text = request.to_string();
    let reply = desk.call("policy.run", text.as_bytes(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

/// Returns the codes of reasons, of an answer or of a shadow.
fn codes(reasons: &Value) -> Vec<&str> {
    let all = reasons.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|it| it.as_str().or_else(|| it["code"].as_str())).collect()
}

#[test]
fn the_rest_of_an_answer_has_the_same_bytes_with_shadows() {
    let desk = desk();
    let mut differing = 0;
    for number in 0..200 {
        let x = match number % 5 {
            0 => Value::Null,
            step => json!(step * 13),
        };
        let mut request = json!({
            "as_of": "2026-06-30T12:00:00Z", "entity_id": format!("ent_{number}"), "policy": "loans@1",
            "applicant": {"features": {"x": x}, "entity_type": "individual"},
            "inputs": {"age": if number % 7 == 0 { json!(17) } else { json!(30) }, "amount": 300},
        });
        if number % 3 == 0 {
            request["inputs"]["town"] = json!("Nairobi");
        }
        let mut alone = call(&desk, &request);
        request["shadows"] = json!(["loans@2", "loans@3", "loans", "nobody"]);
        let mut beside = call(&desk, &request);
        let shadows = beside.as_object_mut().unwrap().remove("shadows").unwrap();
        // A name that only a shadow reads is not unused.
        for answer in [&mut alone, &mut beside] {
            answer.as_object_mut().unwrap().remove("unused");
        }
        assert_eq!(alone, beside, "{number}");
        assert_eq!(shadows[2]["error"]["cause"], "artefact.ambiguous");
        assert_eq!(shadows[3]["error"]["cause"], "artefact.not_found");
        for shadow in shadows.as_array().unwrap().iter().filter(|it| it["differs"] == true) {
            differing += 1;
            assert_ne!(
                (&shadow["outcome"], &shadow["approved_amount_minor"], codes(&shadow["reasons"])),
                (&alone["outcome"], &alone["approved_amount_minor"], codes(&alone["reasons"]))
            );
        }
        // Without the town the third version knows nothing and refers, whatever the first one decides.
        if number % 3 != 0 && alone["outcome"] == "approve" {
            assert_eq!(shadows[1]["outcome"], "refer", "{shadows}");
        }
    }
    assert!(differing > 50, "{differing}");
}

#[test]
fn a_shadow_of_broken_input_is_told_and_the_decision_stands() {
    let desk = desk();
    let mut request = json!({
        "as_of": "2026-06-30T12:00:00Z", "entity_id": "ent_1", "policy": "loans@1",
        "applicant": {"features": {"x": 50}, "entity_type": "individual"},
        "inputs": {"age": 30, "amount": 300, "town": 5}, "shadows": ["loans@3"],
    });
    let answer = call(&desk, &request);
    assert_eq!(
        (&answer["outcome"], &answer["shadows"][0]["error"]["cause"]),
        (&json!("approve"), &json!("policy.input"))
    );
    request["shadows"] = json!(vec!["loans@2"; 9]);
    assert_eq!(call(&desk, &request)["error"]["cause"], "limit.exceeded");
}

#[test]
fn a_shadow_that_tells_other_reasons_differs() {
    let card = artefact("small", "1", &body(&[numeric("x", &[20.0, 40.0], &[10, 30, 60], 20)], 50, 20));
    let other = policy("2", 30, false).replace("\"reason\":\"YOUNG\"", "\"reason\":\"LOW\"");
    assert_ne!(other, policy("2", 30, false));
    let documents = [card, policy("1", 30, false), other];
    let desk = Desk::new(Engine::load(&documents, EngineOptions::default()).unwrap(), quiet());
    for (age, differs) in [(17, true), (30, false)] {
        let request = json!({
            "as_of": "2026-06-30T12:00:00Z", "entity_id": "ent_1", "policy": "loans@1", "shadows": ["loans@2"],
            "applicant": {"features": {"x": 5}, "entity_type": "individual"},
            "inputs": {"age": age, "amount": 300},
        });
        let answer = call(&desk, &request);
        let shadow = &answer["shadows"][0];
        assert_eq!((&answer["outcome"], &shadow["outcome"]), (&json!("decline"), &json!("decline")));
        assert_eq!(shadow["differs"], json!(differs), "{answer}");
    }
}
