//! Parts that lapse, texts that are never kept, exports, copies, and how a store says how it does.
#![cfg(all(feature = "sqlite", feature = "signing"))]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;
#[path = "common/ledgered.rs"]
mod ledgered;

use kapix_core::{Clock, Desk, DeskOptions, artefact::EXPERT_CARDS, store::Durability, time::Instant};
use ledgered::{AS_OF, Place, call, decide, score};
use serde_json::{Value, json};

/// A desk with the expert cards, which read rows.
fn on_rows(place: &Place, now: &str, store_text: bool) -> Desk {
    let engine = kapix_core::Engine::load(&[EXPERT_CARDS], kapix_core::EngineOptions::default()).unwrap();
    let clock = Clock::Fixed(Instant::parse(now).unwrap());
    let options = DeskOptions { clock, store_text, ..DeskOptions::default() };
    Desk::open(engine, options, &place.file(), Durability::Os).unwrap()
}

/// A score of rows whose texts name another person.
fn of_rows(desk: &Desk) -> Value {
    let rows: Vec<Value> = (1..=200)
        .map(|day: i64| {
            let date = kapix_core::time::Date::parse("2025-12-10").unwrap().add_days(i32::try_from(day).unwrap());
            let amount = if day % 30 == 0 { 5_000_000 } else { -100_000 };
            json!({"at": date.unwrap().to_string(), "amount_minor": amount, "description": "Paid to Wanjiku 0711223344",
                   "counterparty": "Wanjiku 0711223344"})
        })
        .collect();
    let account = json!({"account_id": "b", "kind": "current", "currency": "KES", "opening_balance_minor": 9_000_000,
        "period": {"from": "2025-12-11", "to": "2026-06-28"}, "transactions": rows});
    let request = json!({"entity_id": "a-1", "entity_type": "individual", "data_sources": ["bank"],
        "data": {"bank": {"accounts": [account], "retrieved_at": "2026-06-29T00:00:00Z"}}});
    call(desk, "credit.score", &request)
}

fn holds(place: &Place, text: &str) -> bool {
    let files = std::fs::read_dir(&place.0).unwrap();
    let bytes: Vec<u8> = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn names_of_other_people_are_kept_as_hashes_and_a_replay_starts_from_the_features() {
    for store_text in [false, true] {
        let place = Place::new();
        let desk = on_rows(&place, AS_OF, store_text);
        let scored = of_rows(&desk);
        assert!(scored["points"].is_number(), "{scored}");
        assert_eq!(holds(&place, "0711223344"), store_text);
        let replay = call(&desk, "records.replay", &json!({"id": scored["audit_id"]}));
        let from = if store_text { "request" } else { "features" };
        assert_eq!(
            (&replay["from"], &replay["same"], &replay["different"]),
            (&json!(from), &json!(true), &json!([])),
            "{replay}"
        );
        let told = replay["changed"].as_array().unwrap().iter().any(|it| it["what"] == "texts of rows");
        assert_eq!(told, !store_text);
        let record = call(&desk, "records.get", &json!({"id": scored["audit_id"]}));
        let rows = record["request"]["data"]["bank"]["accounts"][0]["transactions"].as_array().unwrap();
        assert_eq!(rows.len(), 200);
        assert_eq!(rows[0]["description"], rows[1]["description"], "equal texts stay equal");
        assert_eq!(rows[0]["description"].as_str().unwrap().starts_with('#'), !store_text);
    }
}

#[test]
fn parts_lapse_when_their_time_is_over_and_the_log_says_so() {
    let place = Place::new();
    let scored = of_rows(&on_rows(&place, AS_OF, true));
    let lapse = |now: &str, change: &Value| {
        let mut request = json!({"actor": "job", "ground": "retention 2026-01"});
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        call(&on_rows(&place, now, true), "records.lapse", &request)
    };
    let days = json!({"rows_days": 90, "features_days": 365, "decision_days": 2_000});
    assert_eq!(lapse("2026-09-28T12:00:00Z", &days)["parts"], 0, "90 days are not over");
    let lapsed = lapse("2026-09-28T12:00:00.000001Z", &days);
    assert_eq!((&lapsed["records"], &lapsed["parts"]), (&json!(1), &json!(1)), "{lapsed}");
    let desk = on_rows(&place, "2026-09-29T00:00:00Z", true);
    let record = call(&desk, "records.get", &json!({"id": scored["audit_id"]}));
    assert_eq!(record["gone"], json!(["rows"]));
    assert_eq!(record["request"]["data"]["bank"]["accounts"][0]["transactions"], Value::Null);
    let replay = call(&desk, "records.replay", &json!({"id": scored["audit_id"]}));
    assert_eq!((&replay["from"], &replay["same"]), (&json!("features"), &json!(true)), "{replay}");
    let audit = call(&desk, "audit.verify", &json!({}));
    assert_eq!((&audit["valid"], &audit["findings"]), (&json!(true), &json!([])));

    call(
        &desk,
        "subject.restrict",
        &json!({"entity_id": "a-1", "actor": "legal", "ground": "case", "legal_hold": true}),
    );
    let held = lapse("2027-12-01T00:00:00Z", &days);
    assert_eq!((&held["parts"], &held["held"]), (&json!(0), &json!(1)), "a legal hold stops it: {held}");
    for (change, field) in [
        (json!({}), "/rows_days"),
        (json!({"rows_days": 0}), "/rows_days"),
        (json!({"rows_days": 1, "as_of": "2031-01-01T00:00:00Z"}), "/as_of"),
    ] {
        assert_eq!(lapse("2027-12-01T00:00:00Z", &change)["error"]["fields"], json!([field]));
    }
}

#[test]
fn an_export_sees_no_outcome_before_its_day_and_says_what_is_mature() {
    let place = Place::new();
    let desk = place.open_at("2026-01-10T12:00:00Z");
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(decide(&desk, &score(&desk, &json!({}))["audit_id"])["audit_id"].clone());
    }
    let low = score(&desk, &json!({"features": {"x": 1, "y": 1, "coverage_age_days": 2}}));
    assert_eq!(decide(&desk, &low["audit_id"])["outcome"], "decline");
    let later = place.open_at("2026-06-30T12:00:00Z");
    for (id, known_on, status, days) in [
        (&ids[0], "2026-02-10", "open", 5),
        (&ids[0], "2026-05-01", "default", 95),
        (&ids[1], "2026-03-01", "paid", 0),
    ] {
        let request =
            json!({"decision_id": id, "known_on": known_on, "status": status, "days_past_due": days});
        assert!(call(&later, "outcomes.record", &request)["outcomes"].is_array());
    }
    let export = |change: &Value| {
        let answer = call(&later, "decisions.export", change);
        assert_eq!(answer["rows"], 4, "{answer}");
        answer["columns"].clone()
    };
    let all = export(&json!({}));
    assert_eq!(all["status"], json!(["default", "paid", null, null]));
    assert_eq!(all["is_mature"], json!([true, true, false, false]));
    assert_eq!(all["days_past_due_max"], json!([95, 0, null, null]));
    assert_eq!(all["is_declined"], json!([false, false, false, true]));
    assert_eq!(all["points.card"], json!([100, 100, 100, 20]));
    assert_eq!(all["input.amount"], Value::Null, "the request had it under its published name");
    assert_eq!(all["input.requested_amount"], json!([500, 500, 500, 500]));
    for (until, status) in [
        ("2026-02-28", json!([null, null, null, null])),
        ("2026-03-01", json!([null, "paid", null, null])),
        ("2026-04-30", json!([null, "paid", null, null])),
        ("2026-05-01", json!(["default", "paid", null, null])),
        ("2030-01-01", json!(["default", "paid", null, null])),
    ] {
        let columns = export(&json!({"outcomes_until": until}));
        assert_eq!(
            columns.get("status").cloned().unwrap_or(json!([null, null, null, null])),
            status,
            "until {until}"
        );
    }
    // In a window of 60 days the loan was 5 days late, and what came later is not seen.
    let window = export(&json!({"mature_after_days": 60}));
    assert_eq!(
        (&window["status"], &window["days_past_due_max"]),
        (&json!(["open", "paid", null, null]), &json!([5, 0, null, null]))
    );
}

#[test]
fn a_copy_is_a_store_of_its_own_and_overwrites_nothing() {
    let place = Place::new();
    let desk = place.open();
    let scored = score(&desk, &json!({}));
    let copy = Place::new();
    let path = copy.file();
    let request = json!({"path": path.to_str().unwrap()});
    assert!(call(&desk, "engine.backup", &request)["bytes"].as_u64().unwrap() > 4_096);
    assert_eq!(call(&desk, "engine.backup", &request)["error"]["cause"], "store.unavailable");
    let other = copy.open();
    assert_eq!(call(&other, "audit.verify", &json!({}))["valid"], true);
    assert!(other.record(scored["audit_id"].as_str().unwrap()).is_ok());
    let memory = Desk::new(ledgered::engine(&|_| {}), DeskOptions::default());
    assert_eq!(call(&memory, "engine.backup", &request)["error"]["cause"], "operation.needs_store");
}

#[test]
fn a_store_says_how_it_does_in_a_form_for_prometheus() {
    let place = Place::new();
    let key = kapix_core::audit::Ed25519Signer::from_seed("log.example", &[7; 32]).unwrap();
    let clock = Clock::Fixed(Instant::parse(AS_OF).unwrap());
    let signers: Vec<std::sync::Arc<dyn kapix_core::audit::Signer>> = vec![std::sync::Arc::new(key)];
    let desk = place.open_with(DeskOptions { clock, signers, ..DeskOptions::default() });
    score(&desk, &json!({}));
    score(&desk, &json!({}));
    let health = call(&desk, "engine.health", &json!({}));
    assert_eq!(
        (&health["log_size"], &health["log_uncovered"], &health["schema"]),
        (&json!(2), &json!(2), &json!(1))
    );
    assert_eq!(health["last_checkpoint"], Value::Null);
    call(&desk, "audit.checkpoint", &json!({}));
    score(&desk, &json!({}));
    let health = call(&desk, "engine.health", &json!({}));
    assert_eq!((&health["log_uncovered"], &health["last_checkpoint"]["made_at"]), (&json!(1), &json!(AS_OF)));
    let text = health["prometheus"].as_str().unwrap();
    assert!(text.contains("# TYPE kapix_log_uncovered gauge\nkapix_log_uncovered 1\n"), "{text}");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.split_once(' ').unwrap();
        assert!(name.starts_with("kapix_") && value.parse::<f64>().is_ok(), "{line}");
    }
    let memory = Desk::new(ledgered::engine(&|_| {}), DeskOptions::default());
    assert_eq!(call(&memory, "engine.health", &json!({}))["durable"], false);
}
