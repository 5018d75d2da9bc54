//! The data of applicants in the Desk: what `entity.put` keeps, the requests that rest on it, their records and replays.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::quiet;
use kapix_core::{
    Cause, Control, Desk, DeskOptions, Engine, EngineOptions, Idempotency, Limits, Operation, Request,
    audit::Record,
};
use serde_json::{Value, json};
use std::path::Path;

fn vectors(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    std::fs::read_to_string(folder.join(path)).unwrap()
}

fn engine(limits: Limits) -> Engine {
    let options = EngineOptions { limits, ..EngineOptions::default() };
    Engine::load(&[vectors("artefacts/flow.json")], options).unwrap()
}

fn desk() -> Desk {
    desk_of(Limits::default(), "")
}

fn desk_of(limits: Limits, tenant: &str) -> Desk {
    let options = DeskOptions {
        envelope: true,
        record: true,
        idempotency: Idempotency::Process,
        tenant: tenant.to_owned(),
        ..quiet()
    };
    Desk::new(engine(limits), options)
}

/// The published request of the Kapix API (reference, Credit Scoring), and data for it.
fn published() -> (Value, Value) {
    let vector: Value = serde_json::from_str(&vectors("credit.score/data_sources.json")).unwrap();
    let mut request = vector["request"].clone();
    let data = request.as_object_mut().unwrap().remove("data").unwrap();
    request.as_object_mut().unwrap().remove("as_of");
    (request, data)
}

fn call(desk: &Desk, operation: &str, request: &Value) -> Value {
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(reply.status == 0, answer["error"].is_null());
    answer
}

fn put(desk: &Desk, data: &Value) -> Value {
    call(desk, "entity.put", &json!({"entity_id": "ent_01HXYZ4A3B", "data": data}))
}

fn record(desk: &Desk, answer: &Value) -> std::sync::Arc<Record> {
    desk.record(answer["audit_id"].as_str().unwrap()).unwrap()
}

fn without_envelope(mut answer: Value) -> Value {
    for name in ["audit_id", "latency_ms", "recorded_at", "request_id"] {
        answer.as_object_mut().unwrap().remove(name);
    }
    answer
}

#[test]
fn the_published_request_is_answered_from_what_was_put() {
    let (request, data) = published();
    let desk = desk();
    let none = call(&desk, "credit.score", &request);
    assert_eq!(none["error"]["code"], "INSUFFICIENT_DATA");
    assert_eq!(none["error"]["fields"], json!(["/data/bureau", "/data/mobile_money"]));
    let first = put(&desk, &data);
    assert_eq!(first["held"], json!(["bureau", "mobile_money"]));
    let after = json!({"accounts": 1, "no_record": false, "retrieved_at": null, "rows": 12, "values": 0});
    assert_eq!(first["changes"][1], json!({"source": "mobile_money", "before": null, "after": after}));
    let mut with_data = request.clone();
    with_data["data"] = data.clone();
    let (stored, given) = (call(&desk, "credit.score", &request), call(&desk, "credit.score", &with_data));
    assert_eq!(stored["points"], 67, "the points of the vector with the same data");
    assert_eq!(without_envelope(stored.clone()), without_envelope(given.clone()));
    // The record holds the data that were read, once, and is the one of the request with data.
    let (stored, given) = (record(&desk, &stored), record(&desk, &given));
    assert_eq!(
        (stored.request(), stored.response(), stored.found()),
        (given.request(), given.response(), None)
    );
    assert!(stored.verify().is_ok());
}

#[test]
fn a_replay_reads_the_record_and_never_the_desk() {
    let (request, data) = published();
    let desk = desk();
    put(&desk, &data);
    let record = record(&desk, &call(&desk, "credit.score", &request));
    put(&desk, &json!({"bureau": {"no_record": true}, "mobile_money": {"accounts": []}}));
    call(&desk, "entity.forget", &json!({"entity_id": "ent_01HXYZ4A3B"}));
    let replay = engine(Limits::default()).replay(&record, &Control::default()).unwrap();
    assert_eq!(kapix_core::audit::to_vec(&replay.response).unwrap(), record.response().unwrap());
    let gone = call(&desk, "credit.score", &request);
    assert_eq!(gone["error"]["cause"], "data.missing");
}

#[test]
fn a_key_gives_its_answer_whatever_became_of_the_data() {
    let (mut request, data) = published();
    let desk = desk();
    put(&desk, &data);
    request["idempotency_key"] = json!("k");
    let first = call(&desk, "credit.score", &request);
    put(&desk, &json!({"bureau": {"values": {"derogatory": 9}}}));
    assert_eq!(call(&desk, "credit.score", &request), first);
    let mut other = request.clone();
    other["data"] = data;
    assert_eq!(call(&desk, "credit.score", &other)["error"]["cause"], "idempotency.reused");
    other = request;
    other["idempotency_key"] = json!("k2");
    assert_ne!(call(&desk, "credit.score", &other)["points"], first["points"]);
}

#[test]
fn a_later_put_replaces_a_source_whole_and_says_what_went() {
    let desk = desk();
    let bureau = |at: &str, values: Value| json!({"bureau": {"retrieved_at": at, "values": values}});
    put(&desk, &bureau("2026-03-01T00:00:00Z", json!({"derogatory": 0, "inquiries_6m": 4})));
    let bank = json!({"bank": {"accounts": [{"account_id": "b", "kind": "current", "currency": "KES", "transactions": [
        {"at": "2026-03-02", "amount_minor": 500.0}]}]}});
    assert_eq!(put(&desk, &bank)["held"], json!(["bank", "bureau"]));
    let second = put(&desk, &bureau("2026-03-20T00:00:00Z", json!({"derogatory": 1})));
    let change = &second["changes"][0];
    assert_eq!((second["changes"].as_array().unwrap().len(), &change["source"]), (1, &json!("bureau")));
    assert_eq!((&change["before"]["values"], &change["after"]["values"]), (&json!(2), &json!(1)));
    assert_eq!(change["before"]["retrieved_at"], "2026-03-01T00:00:00Z");
    assert_eq!(change["after"]["retrieved_at"], "2026-03-20T00:00:00Z");
    let analysis = json!({"entity_id": "ent_01HXYZ4A3B", "data_sources": ["bank"]});
    let analysed = call(&desk, "cashflow.analyze", &analysis);
    assert_eq!(
        (&analysed["accounts"][0]["rows"], &analysed["accounts"][0]["pointer"]),
        (&json!(1), &json!("/data/bank/accounts/0"))
    );
    let request: Value = serde_json::from_slice(&record(&desk, &analysed).request().unwrap()).unwrap();
    assert!(request["data"]["bureau"].is_null(), "only what is named is read");
    let forgotten = call(
        &desk,
        "entity.forget",
        &json!({"entity_id": "ent_01HXYZ4A3B", "data_sources": ["bank", "application"]}),
    );
    assert_eq!(
        (&forgotten["held"], &forgotten["changes"][0]["source"]),
        (&json!(["bureau"]), &json!("bank"))
    );
    assert_eq!(forgotten["changes"].as_array().unwrap().len(), 1);
    assert_eq!(call(&desk, "cashflow.analyze", &analysis)["error"]["cause"], "data.missing");
    let unknown = call(&desk, "entity.forget", &json!({"entity_id": "nobody"}));
    assert_eq!((&unknown["changes"], &unknown["held"]), (&json!([]), &json!([])));
}

#[test]
fn what_was_evicted_is_missing_and_counted() {
    let (request, data) = published();
    let desk = desk_of(Limits { store_entity_bytes: 3_000, ..Limits::default() }, "");
    put(&desk, &data);
    assert!(call(&desk, "credit.score", &request)["error"].is_null());
    call(&desk, "entity.put", &json!({"entity_id": "another", "data": data}));
    call(&desk, "entity.put", &json!({"entity_id": "a third", "data": data}));
    let gone = call(&desk, "credit.score", &request);
    assert_eq!(gone["error"]["fields"], json!(["/data/bureau", "/data/mobile_money"]));
    let store = &call(&desk, "engine.describe", &json!({}))["store"];
    assert!(store["entities_evicted"].as_u64() >= Some(1) && store["entities_bytes"].as_u64() <= Some(3_000));
}

#[test]
fn puts_that_cannot_be_judged_are_refused_and_change_nothing() {
    let (request, data) = published();
    let desk = desk();
    put(&desk, &data);
    let account = json!({"account_id": "a", "kind": "current", "currency": "KES", "transactions": [
        {"at": "2026-03-02", "amount_minor": 5, "type": "debit"}]});
    let other = json!({"account_id": "a", "kind": "savings", "currency": "KES", "transactions": []});
    for (data, cause, field) in [
        (json!({}), "data.missing", "/data"),
        (
            json!({"bank": {"accounts": [account, other]}}),
            "ledger.account_duplicate",
            "/data/bank/accounts/1/account_id",
        ),
        (
            json!({"bank": {"accounts": [account]}}),
            "transaction.sign",
            "/data/bank/accounts/0/transactions/0/amount_minor",
        ),
        (json!({"bonk": {}}), "json.unknown_field", "/data/bonk"),
    ] {
        let refused = put(&desk, &data);
        let fields = refused["error"]["fields"].as_array().unwrap();
        assert!(fields.contains(&json!(field)), "{refused}");
        assert!(cause == refused["error"]["cause"] || fields.len() > 1, "{refused}");
    }
    assert_eq!(call(&desk, "credit.score", &request)["points"], 67);
    let alone = engine(Limits::default());
    let text = json!({"entity_id": "e", "data": data}).to_string();
    let put = Request::read(Operation::EntityPut, text.as_bytes(), alone.limits()).unwrap();
    assert_eq!(alone.run(&put, &Control::default()).unwrap_err().cause, Cause::OperationNeedsDesk);
}

#[test]
fn whole_amounts_have_one_canonical_form_however_they_are_written() {
    let limits = Limits::default();
    let canonical = |amount: &str| {
        let text = format!(
            r#"{{"entity_id": "e", "data": {{"bank": {{"accounts": [{{"account_id": "a", "kind": "current",
            "currency": "KES", "transactions": [{{"at": "2026-03-30", "amount_minor": {amount}}}]}}]}}}}}}"#
        );
        let request = Request::read(Operation::EntityPut, text.as_bytes(), &limits)?;
        kapix_core::audit::to_string(&request)
    };
    for amount in ["100.0", "1e2", "1000e-1"] {
        assert_eq!(canonical(amount), canonical("100"), "{amount}");
    }
    let half = canonical("100.5").unwrap_err();
    assert_eq!(half.cause, Cause::JsonShape);
    assert_eq!(half.fields, ["/data/bank/accounts/0/transactions/0/amount_minor"]);
}

#[test]
fn keyed_batches_keep_within_the_bytes_of_keys() {
    let limits = Limits { store_key_bytes: 4 << 20, ..Limits::default() };
    let card =
        given::artefact("card", "1", &given::body(&[given::numeric("x", &[1.0], &[0, 20], 10)], 15, 5));
    let options = EngineOptions { limits, ..EngineOptions::default() };
    let desk = Desk::new(
        Engine::load(&[card], options).unwrap(),
        DeskOptions { record: true, idempotency: Idempotency::Process, ..quiet() },
    );
    let columns = json!({"x": (0..20_000).map(|row| f64::from(row % 3)).collect::<Vec<_>>()});
    let mut last = Value::Null;
    for key in 0..20 {
        let request =
            json!({"entity_type": "individual", "columns": columns, "idempotency_key": format!("k{key}")});
        last = request.clone();
        assert!(call(&desk, "credit.score_batch", &request)["error"].is_null());
    }
    let store = desk.statistics().unwrap();
    assert!(store.keys_bytes <= 4 << 20 && store.keys >= 1, "{store:?}");
    assert_eq!(store.keys + store.keys_evicted, 20);
    assert!(store.keys_evicted_bytes > store.keys_bytes);
    call(&desk, "credit.score_batch", &last);
    assert_eq!(desk.statistics().unwrap().records, store.records, "the newest key still answers");
}
