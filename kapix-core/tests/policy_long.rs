//! Long work on policies ends when the caller says so, and names that were meant as something are told.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use core::sync::atomic::{AtomicU64, Ordering};
use given::{artefact, quiet};
use kapix_core::{CancelFlag, Control, Desk, Engine, EngineOptions};
use serde_json::{Value, json};

const AS_OF: &str = "2026-06-30T12:00:00Z";

fn document(version: &str, body: &Value) -> String {
    let mut document: Value = serde_json::from_str(&artefact("loans", version, body)).unwrap();
    document["kind"] = json!("policy");
    document.to_string()
}

fn desk(bodies: &[Value]) -> Desk {
    let documents: Vec<String> =
        bodies.iter().enumerate().map(|(at, body)| document(&(at + 1).to_string(), body)).collect();
    Desk::new(Engine::load(&documents, EngineOptions::default()).unwrap(), quiet())
}

fn call(desk: &Desk, operation: &str, request: &Value) -> Value {
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

/// Several tables of a few rows over a score whose age counts.
fn body(cut: i64) -> Value {
    let table = |number: i64| {
        json!({"table": {"name": format!("t{number}"), "hit": "first", "columns": ["score"], "rules": [
            {"when": [format!("< {}", cut + number)], "then": {"outcome": "decline", "reason": "LOW"}},
            {"when": [format!("> {}", cut + number)], "then": {"outcome": "approve"}}
        ]}})
    };
    json!({
        "inputs": {
            "score": {"type": "integer", "min": 0, "max": 900, "max_age_days": 30},
            "late": {"type": "integer", "list": true}, "region": {"type": "text"}
        },
        "reasons": {"LOW": {"texts": {"en": "a low score"}}},
        "steps": (0..4).map(table).collect::<Vec<_>>()
    })
}

#[test]
fn a_check_a_difference_and_a_page_tell_progress_and_can_be_cancelled() {
    let desk = desk(&[body(500), body(520)]);
    let page = json!({"policy": "loans@1", "against": "loans@2"});
    for (operation, request) in [
        ("policy.check", json!({"policy": "loans@1"})),
        ("policy.diff", json!({"policy": "loans@1", "other": "loans@2", "as_of": AS_OF})),
        ("policy.explain", page),
    ] {
        let request = request.to_string();
        let (told, of) = (AtomicU64::new(0), AtomicU64::new(0));
        let note = |done, total| {
            assert!(told.fetch_max(done, Ordering::Relaxed) <= done, "{operation}");
            of.store(total, Ordering::Relaxed);
        };
        let control = Control { progress: Some(&note), ..Control::default() };
        let whole = desk.call(operation, request.as_bytes(), &control);
        let (told, of) = (told.into_inner(), of.into_inner());
        assert!(whole.status == 0 && told == of && told > 1, "{operation} {told} {of}");
        // It has begun when it is cancelled.
        let flag = CancelFlag::default();
        let begun = AtomicU64::new(0);
        let stop = |done, total| {
            begun.fetch_add(1, Ordering::Relaxed);
            assert!(done < total, "{operation} goes on");
            flag.cancel();
        };
        let control = Control { progress: Some(&stop), cancelled: Some(flag.clone()), ..Control::default() };
        let reply = desk.call(operation, request.as_bytes(), &control);
        assert_eq!((reply.status, begun.into_inner()), (499, 1), "{operation}");
    }
}

#[test]
fn a_date_under_a_name_of_its_own_is_told_how_it_is_given() {
    let desk = desk(&[body(500)]);
    let run = |inputs: Value| {
        let request = json!({"policy": "loans", "entity_id": "a", "as_of": AS_OF, "inputs": inputs});
        call(&desk, "policy.run", &request)
    };
    let replay = |columns: Value| {
        call(&desk, "policy.replay", &json!({"policy": "loans", "as_of": AS_OF, "columns": columns}))
    };
    for name in ["score_at", "score.at", "score@date", "score@at", "score_date"] {
        let answer = run(json!({"score": 700, name: "2026-06-30"}));
        let error = &answer["error"];
        assert_eq!(
            (&error["cause"], &error["fields"][0]),
            (&json!("data.input_unknown"), &json!(format!("/inputs/{name}"))),
            "{answer}"
        );
        assert!(
            error["message"].as_str().unwrap().contains("{\"at\": \"2026-01-31\", \"value\": ...}"),
            "{answer}"
        );
        if name == "score@at" {
            continue;
        }
        let answer = replay(json!({"score": [700], name: ["2026-06-30"]}));
        let error = &answer["error"];
        assert_eq!(
            (&error["cause"], &error["fields"][0]),
            (&json!("data.input_unknown"), &json!(format!("/columns/{name}"))),
            "{answer}"
        );
        assert!(error["message"].as_str().unwrap().contains("`score@at`"), "{answer}");
    }
    // A name that only looks like one, and one beside a value with its date.
    for inputs in [
        json!({"score": {"value": 700, "at": "2026-06-30"}, "score_at": "2026-06-30"}),
        json!({"score": {"value": 700, "at": "2026-06-30"}, "region": "coast", "region_at": "2026-06-30"}),
        json!({"score": {"value": 700, "at": "2026-06-30"}, "opened_at": "2026-06-30"}),
    ] {
        let answer = run(inputs);
        assert_eq!(answer["unused"].as_array().map(Vec::len), Some(1), "{answer}");
    }
}

#[test]
fn a_list_item_beyond_the_wire_has_one_cause_in_a_run_and_in_a_replay() {
    let desk = desk(&[body(500)]);
    let columns = json!({"late": ["[1, 9007199254740993]", "[1, true]", "1 late", "7", "[2]"]});
    let answer =
        call(&desk, "policy.replay", &json!({"policy": "loans", "as_of": AS_OF, "columns": columns}));
    assert_eq!(
        answer["columns"]["status"],
        json!(["json.integer_out_of_range", "policy.input", "policy.input", "policy.input", "decided"]),
        "{answer}"
    );
    let text = format!(
        r#"{{"policy": "loans", "entity_id": "a", "as_of": "{AS_OF}", "inputs": {{"late": [1, 9007199254740993]}}}}"#
    );
    let reply = desk.call("policy.run", text.as_bytes(), &Control::default());
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(answer["error"]["cause"], "json.integer_out_of_range");
}

#[test]
fn one_column_of_groups_may_be_a_text() {
    let desk = desk(&[body(500), body(520)]);
    let columns =
        json!({"score": [700, 300], "score@at": ["2026-06-30", "2026-06-30"], "region": ["a", "b"]});
    for (operation, other) in [("policy.replay", Value::Null), ("policy.diff", json!("loans@2"))] {
        let with = |group_by: Value| {
            let mut request =
                json!({"policy": "loans@1", "as_of": AS_OF, "columns": columns, "group_by": group_by});
            if other != Value::Null {
                request["other"] = other.clone();
            }
            call(&desk, operation, &request)
        };
        let (listed, alone) = (with(json!(["region"])), with(json!("region")));
        assert!(listed["error"].is_null() && listed == alone, "{listed} {alone}");
        let refused = with(json!(7));
        assert!(
            refused["error"]["message"].as_str().unwrap().contains("a list of texts, or one text"),
            "{refused}"
        );
    }
}

#[test]
fn a_case_that_names_what_the_policy_does_not_have_fails() {
    let checked = |inputs: Value, results: Value| {
        let mut own = body(500);
        own["tests"] = json!([{"name": "one", "as_of": AS_OF, "inputs": inputs, "results": results, "expect": {"outcome": "refer"}}]);
        let artefact: Value = serde_json::from_str(&document("9", &own)).unwrap();
        let answer = call(&desk(&[]), "policy.check", &json!({"artefact": artefact}));
        (answer["valid"] == true, answer["tests"][0]["differs"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(checked(json!({}), json!({})), (true, String::new()));
    assert_eq!(
        checked(json!({"scoer": 700}), json!({})),
        (false, "`/inputs/scoer` of the case names no input of the policy: did you mean `score`?".to_owned())
    );
    assert_eq!(
        checked(json!({}), json!({"card.points": 7})),
        (false, "`/results/card.points` of the case names no result of a step of the policy".to_owned())
    );
}

#[test]
fn the_applicants_of_a_page_have_their_dates() {
    let desk = desk(&[body(500)]);
    let page = |request: Value| call(&desk, "policy.explain", &request)["text"].as_str().unwrap().to_owned();
    let dated = page(json!({"policy": "loans", "as_of": AS_OF}));
    assert!(dated.contains("`score` = 500 of 2026-06-30"), "{dated}");
    let undated = page(json!({"policy": "loans"}));
    assert!(undated.contains("`score` = 500 of the day of the run"), "{undated}");
}

#[test]
fn very_many_problems_are_counted_and_not_all_told() {
    let mut own = body(500);
    let unknown = |at: usize| (format!("x{at}"), json!({"type": "money"}));
    own["inputs"] = Value::Object((0..3_000).map(unknown).collect());
    let artefact: Value = serde_json::from_str(&document("9", &own)).unwrap();
    let answer = call(&desk(&[]), "policy.check", &json!({"artefact": artefact}));
    let problems = answer["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1_001);
    let last = problems[1_000]["message"].as_str().unwrap();
    assert!(last.ends_with("more findings are not told: mend these first"), "{last}");
}
