//! Decisions on record: earlier results by their id, what is kept, and what is found again.
#![cfg(feature = "sqlite")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;
#[path = "common/ledgered.rs"]
mod ledgered;

use kapix_core::{Cause, Control, Desk, DeskOptions};
use ledgered::{AS_OF, Place, call, decide, engine, score};
use serde_json::{Value, json};

/// The codes of the reasons of an answer.
fn codes(answer: &Value) -> Vec<&str> {
    answer["reasons"].as_array().unwrap().iter().filter_map(|it| it["code"].as_str()).collect()
}

#[test]
fn a_decision_takes_a_score_by_either_id_and_is_found_again() {
    let place = Place::new();
    let desk = place.open();
    let scored = score(&desk, &json!({}));
    assert_eq!(scored["decision"], "approve");
    for id in ["request_id", "audit_id"] {
        let decision = decide(&desk, &scored[id]);
        assert_eq!(
            (&decision["outcome"], &decision["approved_amount_minor"]),
            (&json!("approve"), &json!(500))
        );
        assert_eq!(decision["steps"][0]["audit_id"], scored["audit_id"]);
        assert_eq!(decision["reason"], "The application is approved.");
        assert_eq!(
            (&decision["confidence"], &decision["confidence_missing"]),
            (&Value::Null, &json!(["card"]))
        );
        let found = call(&desk, "decisions.get", &json!({"decision_id": decision["audit_id"]}));
        assert_eq!(found["decision"]["outcome"], "approve");
        assert_eq!((&found["verifies"], &found["decided_at"]), (&json!(true), &json!(AS_OF)));
        let record = call(&desk, "records.get", &json!({"id": decision["request_id"]}));
        assert_eq!((&record["entity_id"], &record["record_id"]), (&json!("a-1"), &decision["audit_id"]));
        assert_eq!(record["found"]["rows"][0][0]["table"], "record", "what it rests on is kept");
        let replay = call(&desk, "records.replay", &json!({"id": decision["audit_id"]}));
        assert_eq!(
            (&replay["same"], &replay["changed"], &replay["from"]),
            (&json!(true), &json!([]), &json!("request"))
        );
    }
    let listed = call(&desk, "decisions.list", &json!({}));
    assert_eq!(listed["decisions"].as_array().unwrap().len(), 2);
    let none = call(&desk, "decisions.get", &json!({"decision_id": scored["audit_id"]}));
    assert_eq!(none["error"]["cause"], "record.not_found", "a score is no decision");
}

#[test]
fn an_earlier_result_that_may_not_stand_for_the_step_refers() {
    let place = Place::new();
    let desk = place.open();
    let outcome = |desk: &Desk, id: &Value| {
        let decision = decide(desk, id);
        assert_eq!(decision["outcome"], "refer", "{decision}");
        assert_eq!(decision["steps"][0]["doubt"], decision["reasons"][0]["code"]);
        codes(&decision)[0].to_owned()
    };
    let mismatch = "INPUT_MISMATCH";
    assert_eq!(outcome(&desk, &score(&desk, &json!({"entity_id": "a-2"}))["audit_id"]), mismatch);
    assert_eq!(outcome(&desk, &score(&desk, &json!({"card": "other"}))["audit_id"]), mismatch);
    // A record of another operation, and one of a refusal.
    let analysed = json!({"entity_id": "a-1", "data": {"bank": {"accounts": []}}, "data_sources": ["bank"]});
    let refused = call(&desk, "cashflow.analyze", &analysed);
    let id = if refused["audit_id"].is_null() { &refused["error"]["audit_id"] } else { &refused["audit_id"] };
    assert_eq!(outcome(&desk, id), mismatch);
    let refused = score(&desk, &json!({"features": null, "data_sources": ["bank"]}));
    assert_eq!(refused["error"]["code"], "INSUFFICIENT_DATA");
    assert_eq!(outcome(&desk, &refused["error"]["audit_id"]), mismatch);

    let old = score(&desk, &json!({}));
    let stale = "INPUT_STALE";
    assert_eq!(outcome(&place.open_at("2026-07-30T12:00:00.000001Z"), &old["audit_id"]), stale);
    assert_eq!(
        outcome(&place.open_at("2026-06-30T11:54:59Z"), &old["audit_id"]),
        stale,
        "a clock that went back"
    );
    assert_eq!(decide(&place.open_at("2026-06-30T11:55:00Z"), &old["audit_id"])["outcome"], "approve");
    // The data of the score are 2 days older than the score itself.
    assert_eq!(decide(&place.open_at("2026-07-28T12:00:00Z"), &old["audit_id"])["outcome"], "approve");
    assert_eq!(outcome(&place.open_at("2026-07-29T00:00:00Z"), &old["audit_id"]), stale);
    let of_old_data = score(&desk, &json!({"features": {"x": 50, "y": 0, "coverage_age_days": 31}}));
    assert_eq!(outcome(&desk, &of_old_data["audit_id"]), stale);
    let of_no_date = score(&desk, &json!({"features": {"x": 50, "y": 0}}));
    assert_eq!(outcome(&desk, &of_no_date["audit_id"]), stale, "nobody can say how old the data are");
    // An `as_of` of the caller's makes nothing younger.
    let later = score(
        &desk,
        &json!({"as_of": "2026-09-01T00:00:00Z", "features": {"x": 50, "y": 0, "coverage_age_days": 31}}),
    );
    assert_eq!(outcome(&desk, &later["audit_id"]), stale);
    // Nor do days that have not come.
    let ahead =
        json!({"as_of": "2028-06-30T00:00:00Z", "features": {"x": 50, "y": 0, "coverage_age_days": 0}});
    assert_eq!(outcome(&desk, &score(&desk, &ahead)["audit_id"]), stale);

    let unlisted = Desk::open(
        engine(&|policy| policy["steps"][0]["call"]["by_id"] = Value::Null),
        DeskOptions { clock: desk.options().clock, ..DeskOptions::default() },
        &place.file(),
        kapix_core::store::Durability::Os,
    );
    assert_eq!(
        outcome(&unlisted.unwrap(), &old["audit_id"]),
        mismatch,
        "a policy that lists none takes none"
    );
}

#[test]
fn nothing_of_another_applicant_enters_the_record_of_a_decision() {
    let place = Place::new();
    let desk = place.open();
    let of_another = score(&desk, &json!({"entity_id": "person-9", "features": {"x": 41.125, "y": 0}}));
    let decision = decide(&desk, &of_another["audit_id"]);
    assert_eq!(codes(&decision)[0], "INPUT_MISMATCH");
    let kept =
        String::from_utf8(desk.record(decision["audit_id"].as_str().unwrap()).unwrap().to_json()).unwrap();
    assert!(!kept.contains("person-9") && !kept.contains("41.125"), "{kept}");
    let columns = call(&desk, "decisions.export", &json!({}))["columns"].clone();
    assert!(columns["points.card"].is_null() && columns["feature.x"].is_null());
    let decision = decide(&desk, &score(&desk, &json!({}))["audit_id"]);
    assert_eq!(decision["outcome"], "approve");
    let columns = call(&desk, "decisions.export", &json!({}))["columns"].clone();
    assert_eq!((&columns["points.card"], &columns["feature.x"]), (&json!([null, 100]), &json!([null, 50])));
}

#[test]
fn a_result_that_refers_itself_refers_and_one_that_is_too_low_declines() {
    let place = Place::new();
    let desk = place.open();
    let referred = score(&desk, &json!({"features": {"x": 50, "y": 1, "coverage_age_days": 2}}));
    assert_eq!((&referred["decision"], &referred["points"]), (&json!("refer"), &json!(70)));
    let decision = decide(&desk, &referred["audit_id"]);
    assert_eq!((&decision["outcome"], codes(&decision)), (&json!("refer"), vec!["STEP_REFERRED"]));
    let low = score(&desk, &json!({"features": {"x": 1, "y": 1, "coverage_age_days": 2}}));
    let decision = decide(&desk, &low["audit_id"]);
    assert_eq!((&decision["outcome"], &decision["principal_reasons"]), (&json!("decline"), &json!(["LOW"])));
    assert_eq!(decision["override_window_s"], 600);
}

#[test]
fn what_is_not_there_or_counts_for_nothing_is_an_error_at_its_place() {
    let place = Place::new();
    let desk = place.open();
    let refused = |inputs: &Value| {
        let answer = call(&desk, "decisions.run", &json!({"policy_id": "loans", "inputs": inputs}));
        let error = &answer["error"];
        (error["cause"].as_str().unwrap().to_owned(), error["fields"][0].as_str().unwrap().to_owned())
    };
    let place_of = |name: &str| format!("/inputs/{name}");
    let given = |inputs: Value| refused(&inputs);
    assert_eq!(
        given(json!({"applicant_id": "a-1", "credit_score_id": "req_0", "requested_amount": 500})),
        ("record.not_found".to_owned(), place_of("credit_score_id"))
    );
    assert_eq!(
        given(json!({"applicant_id": "a-1", "fraud_eval_id": "req_0", "requested_amount": 500})),
        ("policy.input".to_owned(), place_of("fraud_eval_id"))
    );
    assert_eq!(given(json!({"requested_amount": 500})), ("json.shape".to_owned(), place_of("applicant_id")));
    assert_eq!(
        given(json!({"applicant_id": "a-1", "amount": 400, "requested_amount": 500})),
        ("data.features_and_data".to_owned(), place_of("requested_amount"))
    );
    let scored = score(&desk, &json!({}));
    let window = |seconds: i64| {
        let inputs = json!({"applicant_id": "a-1", "credit_score_id": scored["audit_id"], "requested_amount": 5_000_000});
        call(
            &desk,
            "decisions.run",
            &json!({"policy_id": "loans", "inputs": inputs, "override_window_s": seconds}),
        )
    };
    assert_eq!(window(601)["error"]["fields"], json!(["/override_window_s"]));
    assert_eq!(window(60)["override_window_s"], 60, "a request may shorten it");
    assert_eq!(window(0)["override_window_s"], Value::Null, "or take none");
    let found = call(&desk, "decisions.get", &json!({"decision_id": window(60)["audit_id"]}));
    assert_eq!(found["override_until"], "2026-06-30T12:01:00Z", "on the recorded time");
}

#[test]
fn a_decision_without_a_record_is_refused() {
    let place = Place::new();
    let silent = place.open_with(DeskOptions { record: false, ..DeskOptions::default() });
    let answer = call(&silent, "decisions.run", &json!({"policy_id": "loans", "inputs": {}}));
    assert_eq!(answer["error"]["cause"], "operation.needs_store");
}

#[test]
fn a_refused_decision_leaves_a_record_and_its_key_free() {
    let place = Place::new();
    let desk = place.open();
    let request = json!({"card": "small", "entity_id": "a-1", "entity_type": "individual", "data_sources": ["bank"],
        "idempotency_key": "k"});
    let refused = call(&desk, "credit.score", &request);
    assert_eq!(refused["error"]["code"], "INSUFFICIENT_DATA");
    let record = call(&desk, "records.get", &json!({"id": refused["error"]["audit_id"]}));
    assert_eq!(record["leaf"]["refused"], "INSUFFICIENT_DATA");
    assert_eq!(record["leaf"]["request_id"], refused["error"]["request_id"]);
    assert_eq!(record["response"]["error"]["message"], refused["error"]["message"]);
    let again = call(&desk, "credit.score", &request);
    assert_ne!(again["error"]["audit_id"], refused["error"]["audit_id"], "each is a call of its own");
    let mut good = request;
    good["data_sources"] = json!([]);
    good["features"] = json!({"x": 50, "y": 0});
    assert_eq!(call(&desk, "credit.score", &good)["points"], 100, "the key was free");
    let other = score(&desk, &json!({"features": {}}));
    let replay = call(&desk, "records.replay", &json!({"id": other["error"]["audit_id"]}));
    assert_eq!(
        (&replay["same"], &replay["error"]["code"]),
        (&json!(true), &json!("INSUFFICIENT_DATA")),
        "{replay}"
    );
}

#[test]
fn decisions_are_listed_by_what_is_asked_and_sampled_by_stratum() {
    let place = Place::new();
    let desk = place.open();
    for (number, x) in [1, 50, 1, 50, 30].into_iter().enumerate() {
        let features = json!({"x": x, "y": i32::from(x == 1)});
        let applicant = json!({"entity_type": "individual", "features": features});
        let inputs = json!({"applicant_id": format!("a-{number}"), "requested_amount": 500});
        let request = json!({"policy_id": "loans", "inputs": inputs, "applicant": applicant, "actor": format!("u-{}", number % 2)});
        let decision = call(&desk, "decisions.run", &request);
        assert!(decision["audit_id"].is_string(), "{decision}");
    }
    let count =
        |request: Value| call(&desk, "decisions.list", &request)["decisions"].as_array().unwrap().len();
    assert_eq!(count(json!({})), 5);
    let all = call(&desk, "decisions.list", &json!({}));
    assert_eq!(count(json!({"outcome": "approve"})), 2, "{all}");
    assert_eq!(count(json!({"outcome": "decline", "reason": "LOW"})), 2);
    assert_eq!(count(json!({"applicant_id": "a-1"})), 1);
    assert_eq!(count(json!({"actor": "u-1"})), 2);
    assert_eq!(count(json!({"policy": "loans@1"})), 5);
    assert_eq!(count(json!({"policy": "loans@2"})), 0);
    assert_eq!(count(json!({"until": AS_OF})), 0);
    assert_eq!(count(json!({"since": AS_OF})), 5);
    let (mut cursor, mut ids) = (Value::Null, Vec::new());
    loop {
        let page = call(&desk, "decisions.list", &json!({"limit": 2, "cursor": cursor}));
        let page_ids = page["decisions"].as_array().unwrap().iter();
        ids.extend(page_ids.map(|it| it["decision_id"].as_str().unwrap().to_owned()));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(ids.len(), 5);
    let sample = |seed: i64| {
        let request = json!({"sample": {"each": 1, "by": ["outcome"], "seed": seed}});
        call(&desk, "decisions.list", &request)
    };
    let drawn = sample(7);
    assert_eq!(drawn["population"], 5);
    let outcomes: Vec<&str> =
        drawn["decisions"].as_array().unwrap().iter().filter_map(|it| it["outcome"].as_str()).collect();
    assert_eq!(outcomes.len(), 3, "one of each outcome: {outcomes:?}");
    assert_eq!(sample(7)["decisions"], drawn["decisions"]);
    assert!((0..20).any(|seed| sample(seed)["decisions"] != drawn["decisions"]));
}

#[test]
fn every_reading_of_a_person_is_on_record_without_what_was_read() {
    let place = Place::new();
    let desk = place.open();
    let decision = decide(&desk, &score(&desk, &json!({}))["audit_id"]);
    let read = call(&desk, "decisions.get", &json!({"decision_id": decision["audit_id"]}));
    let record = desk.record(read["audit_id"].as_str().unwrap()).unwrap();
    let response = String::from_utf8(record.response().unwrap()).unwrap();
    assert_eq!(response, format!(r#"{{"read":[{}]}}"#, decision["audit_id"]));
    let listed = call(&desk, "records.list", &json!({"entity_id": "a-1", "operation": "decisions.get"}));
    assert_eq!(listed["records"][0]["record_id"], read["audit_id"], "it is about the person who was read");
}

#[test]
fn an_outcome_is_known_from_its_day_on() {
    let place = Place::new();
    let desk = place.open();
    let decision = decide(&desk, &score(&desk, &json!({}))["audit_id"]);
    let id = &decision["audit_id"];
    let record = |change: &Value| {
        let mut request =
            json!({"decision_id": id, "known_on": "2026-06-30", "status": "open", "days_past_due": 3});
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        call(&desk, "outcomes.record", &request)
    };
    assert_eq!(record(&json!({}))["outcomes"][0]["days_past_due"], 3);
    let both = record(&json!({"known_on": "2026-06-29", "status": "paid", "paid_minor": 500}));
    assert_eq!(
        record(&json!({"known_on": "2026-06-01"}))["error"]["fields"],
        json!(["/known_on"]),
        "before it was made"
    );
    let days: Vec<&str> =
        both["outcomes"].as_array().unwrap().iter().filter_map(|it| it["known_on"].as_str()).collect();
    assert_eq!(days, ["2026-06-29", "2026-06-30"], "in the order of their days");
    assert_eq!(record(&json!({"known_on": "2026-07-02"}))["error"]["fields"], json!(["/known_on"]));
    assert_eq!(record(&json!({"paid_minor": -1}))["error"]["fields"], json!(["/paid_minor"]));
    assert_eq!(record(&json!({"decision_id": "aud_0"}))["error"]["cause"], "record.not_found");
}

#[test]
fn a_replay_of_a_decision_needs_no_store() {
    let place = Place::new();
    let desk = place.open();
    let decision = decide(&desk, &score(&desk, &json!({}))["audit_id"]);
    let record = desk.record(decision["audit_id"].as_str().unwrap()).unwrap();
    drop(desk);
    let again = engine(&|_| {}).replay(&record, &Control::default()).unwrap();
    assert_eq!(kapix_core::audit::to_vec(&again.response).unwrap(), record.response().unwrap());
    let other = engine(&|policy| policy["steps"][1]["table"]["rules"][0]["when"] = json!(["< 101"]));
    let again = other.replay(&record, &Control::default()).unwrap();
    assert_ne!(kapix_core::audit::to_vec(&again.response).unwrap(), record.response().unwrap());
    let error = engine(&|_| {}).run(
        &kapix_core::Request::read(
            kapix_core::Operation::DecisionsGet,
            br#"{"decision_id": "aud_0"}"#,
            &kapix_core::Limits::default(),
        )
        .unwrap(),
        &Control::default(),
    );
    assert_eq!(error.unwrap_err().cause, Cause::TimeAsOfMissing);
}
