//! The page of a decision tells the policy that took it, and checks take the text of a document.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{artefact, quiet};
use kapix_core::{Control, Desk, Engine, EngineOptions};
use serde_json::{Value, json};

/// A policy whose cut-off and the names of its rows are its version's.
fn policy(version: &str, cut: i64, hit: &str) -> String {
    let body = json!({
        "inputs": {"score": {"type": "integer", "min": 0, "max": 900}},
        "reasons": {"LOW": {"texts": {"en": "a low score"}}},
        "steps": [{"table": {"name": "rules", "hit": hit, "columns": ["score"], "rules": [
            {"id": format!("low_{version}"), "when": [format!("< {cut}")], "then": {"outcome": "decline", "reason": "LOW"}},
            {"id": format!("good_{version}"), "when": [">= 500"], "then": {"outcome": "approve"}}
        ]}}]
    });
    let mut document: Value = serde_json::from_str(&artefact("loans", version, &body)).unwrap();
    document["kind"] = json!("policy");
    document.to_string()
}

fn call(operation: &str, request: &Value) -> Value {
    let documents = [policy("1", 500, "first"), policy("2", 600, "first"), policy("3", 600, "unique")];
    let desk = Desk::new(Engine::load(&documents, EngineOptions::default()).unwrap(), quiet());
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

fn explained(policy: &str, decision: &Value) -> (Value, String) {
    let mut decision = decision.clone();
    decision["entity_id"] = json!("ent_1");
    decision["as_of"] = json!("2026-06-30T12:00:00Z");
    let answer = call("policy.explain", &json!({"policy": policy, "decision": decision}));
    let text = answer["text"].as_str().unwrap().to_owned();
    (answer, text)
}

#[test]
fn a_decision_of_a_split_is_told_by_the_policy_that_took_it() {
    let split = json!({"salt": "2026-q3", "challengers": [{"policy": "loans@2", "share": 1.0}]});
    let (answer, text) =
        explained("loans@1", &json!({"policy": "loans@1", "inputs": {"score": 550}, "split": split}));
    assert_eq!((&answer["outcome"], &answer["decided_by"]["version"]), (&json!("decline"), &json!("2")));
    let (decision, page) = text.split_once("## In short").unwrap();
    assert!(decision.contains("The split drew `loans@2`, not `loans@1`"), "{decision}");
    assert!(decision.contains("`rules.low_2`: `score` is 550, which is below 600"), "{decision}");
    assert!(!decision.contains("low_1") && page.contains("low_1") && !page.contains("low_2"), "{text}");
    // The champion's own decision needs no such words.
    let split = json!({"salt": "2026-q3", "challengers": [{"policy": "loans@2", "share": 1e-9}]});
    let (answer, text) =
        explained("loans@1", &json!({"policy": "loans@1", "inputs": {"score": 550}, "split": split}));
    assert_eq!((&answer["outcome"], answer.get("decided_by")), (&json!("approve"), None));
    assert!(!text.contains("The split drew"));
}

#[test]
fn rows_that_disagree_are_named() {
    let (answer, text) = explained("loans@3", &json!({"policy": "loans@3", "inputs": {"score": 550}}));
    assert_eq!(answer["outcome"], "refer");
    assert!(!text.contains("No row of a table matched."), "{text}");
    for row in ["rules.low_3", "rules.good_3"] {
        let said = "Rows that matched and did not decide, since rows of the table disagree";
        assert!(text.split_once(said).unwrap().1.contains(&format!("`{row}`: `score` is 550")), "{text}");
    }
    let (_, text) = explained("loans@2", &json!({"policy": "loans@2", "inputs": {}}));
    assert!(text.contains("No row of a table matched."), "{text}");
}

#[test]
fn both_versions_stand_under_their_names() {
    let answer = call("policy.explain", &json!({"policy": "loans@2", "against": "loans@1"}));
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("`loans@2` stands beside `loans@1`"), "{text}");
    assert!(text.contains("run whole, `loans@2` says **decline**, `loans@1` says **approve**"), "{text}");
    assert!(!text.contains("First version") && !text.contains("first version"), "{text}");
}

#[test]
fn shares_of_matches_stand_beside_those_of_the_portfolio() {
    let hits = json!([{"table": "rules", "rule": "low_1", "rows": 20}, {"table": "rules", "rule": "good_1", "rows": 60}]);
    let page = |applications: Value| {
        let request = json!({"policy": "loans@1", "hits": hits, "applications": applications});
        call("policy.explain", &request)
    };
    let answer = page(json!(100));
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("| Of the matches | Of 100 applications |"), "{text}");
    assert!(text.contains("| 20 (25.0 %) | 20.0 % |"), "{text}");
    let answer = page(Value::Null);
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("| 20 (25.0 %) |") && !text.contains("Of 100"), "{text}");
    assert_eq!(page(json!(59))["error"]["fields"], json!(["/applications"]));
}

#[test]
fn a_check_takes_the_text_of_a_document() {
    let document = policy("9", 500, "first");
    let as_object: Value = serde_json::from_str(&document).unwrap();
    for operation in ["policy.check", "artefact.check"] {
        let answer = |artefact: &Value| call(operation, &json!({"artefact": artefact}));
        let expected = answer(&as_object);
        assert_eq!(expected["valid"], true);
        assert_eq!(answer(&json!(document))["tables"], expected["tables"]);
        assert_eq!(answer(&json!(document))["artefacts"], expected["artefacts"]);
        #[cfg(feature = "yaml")]
        {
            let yaml = "kapix: 1\nkind: policy\nid: p\nversion: '1'\nprovenance:\n  limitations: none\n  owner: me\n  population: all\n  purpose: to test\n  status: draft\nbody:\n  inputs:\n    age: {type: integer}\n  reasons: {}\n  steps:\n    - table:\n        name: t\n        hit: first\n        columns: [age]\n        rules:\n          - when: ['>= 18']\n            then: {outcome: approve}\n";
            assert_eq!(answer(&json!(yaml))["valid"], true, "{}", answer(&json!(yaml)));
            let wrong = answer(&json!(yaml.replace("columns: [age]", "columns: [ages]")));
            assert!(wrong["problems"][0]["message"].as_str().unwrap().contains("line 19"), "{wrong}");
        }
        assert_eq!(answer(&json!("{"))["valid"], false);
    }
}

#[test]
fn a_witness_runs_as_it_stands() {
    let mut document: Value = serde_json::from_str(&policy("8", 500, "unique")).unwrap();
    document["body"]["inputs"]["score"]["max_age_days"] = json!(30);
    document["body"]["steps"][0]["table"]["rules"][1]["when"] = json!(["> 500"]);
    let as_of = "2026-06-30T12:00:00Z";
    let desk = Desk::new(Engine::load(&[document.to_string()], EngineOptions::default()).unwrap(), quiet());
    let call = |operation: &str, request: Value| -> Value {
        let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
        serde_json::from_slice(&reply.body).unwrap()
    };
    let checked = call("policy.check", json!({"policy": "loans", "as_of": as_of}));
    let gap = &checked["tables"][0]["findings"][0];
    assert_eq!(gap["witness"], json!({"score": {"value": 500, "at": "2026-06-30"}}), "{checked}");
    let request = json!({"policy": "loans", "entity_id": "ent_1", "as_of": as_of, "inputs": gap["witness"]});
    let run = call("policy.run", request);
    assert_eq!(
        (&run["outcome"], &run["reasons"][0]["code"]),
        (&gap["outcome"], &json!("NO_ROW_MATCHED")),
        "{run}"
    );
}
