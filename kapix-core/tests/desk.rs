//! The Desk: envelope, records, idempotency, routes, approvals, doors.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{artefact, body, desk, numeric, quiet};
use kapix_core::{
    CancelFlag, Cause, Clock, Control, Desk, DeskOptions, Engine, EngineOptions, Idempotency, Limits,
    Operation, Request,
    audit::{Hash, Part, hmac, to_string},
    frame::{Column, Frame},
};
use serde_json::{Value, json};
use std::sync::Arc;

fn plain() -> String {
    artefact("card", "1", &body(&[numeric("x", &[1.0], &[0, 20], 10)], 15, 5))
}

fn request(x: f64) -> Value {
    json!({"entity_id": "e", "entity_type": "individual", "features": {"x": x}})
}

fn call(desk: &Desk, operation: &str, request: &Value) -> (u16, Value) {
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

fn cause(answer: &Value) -> &str {
    answer["error"]["cause"].as_str().unwrap_or("none")
}

#[test]
fn the_envelope_stands_around_an_answer_that_is_the_same_without_it() {
    let bare = desk(&plain(), quiet());
    let full = desk(&plain(), DeskOptions { envelope: true, record: true, ..quiet() });
    let (_, mut with) = call(&full, "credit.score", &request(2.0));
    let (_, without) = call(&bare, "credit.score", &request(2.0));
    let members = with.as_object_mut().unwrap();
    for (name, prefix) in [("audit_id", "aud_"), ("request_id", "req_")] {
        let id = members.remove(name).unwrap();
        assert!(id.as_str().unwrap().starts_with(prefix) && id.as_str().unwrap().len() == 30);
    }
    assert!(members.remove("latency_ms").unwrap().as_f64().unwrap() >= 0.0);
    assert_eq!(members.remove("recorded_at").unwrap(), "2026-03-31T12:00:00Z");
    assert_eq!(with, without);
}

#[test]
fn a_record_holds_request_and_response_and_tells_when_one_is_changed() {
    let desk = desk(&plain(), DeskOptions { envelope: true, record: true, ..quiet() });
    let (_, answer) = call(&desk, "credit.score", &request(2.0));
    let record = desk.record(answer["audit_id"].as_str().unwrap()).unwrap();
    assert!(record.verify().is_ok());
    let leaf: Value = serde_json::from_slice(&record.leaf).unwrap();
    assert_eq!(
        record.parts.keys().map(|part| part.as_str()).collect::<Vec<_>>(),
        ["features", "request", "response"]
    );
    for (part, own) in &record.parts {
        assert_eq!(leaf["parts"][part.as_str()], hmac(&own.salt, &own.body).to_string());
    }
    let salts: std::collections::BTreeSet<_> = record.parts.values().map(|part| part.salt).collect();
    assert_eq!(salts.len(), 3, "each part has a salt of its own");
    assert_eq!(leaf["request_id"], answer["request_id"]);
    assert_eq!(leaf["operation"], "credit.score");
    assert_eq!(leaf["seq"], 0);
    let stored: Value = serde_json::from_slice(&record.request().unwrap()).unwrap();
    assert_eq!(stored["as_of"], "2026-03-31T12:00:00Z", "the request is stored after defaults");
    let mut changed = (*record).clone();
    let own = changed.parts.get_mut(&Part::Response).unwrap();
    own.body =
        String::from_utf8(own.body.to_vec()).unwrap().replace("approve", "decline").into_bytes().into();
    assert!(changed.verify().is_err());
    let again = desk.call("credit.score", &record.request().unwrap(), &Control::default());
    let second: Value = serde_json::from_slice(&again.body).unwrap();
    let second = desk.record(second["audit_id"].as_str().unwrap()).unwrap();
    assert_eq!(second.response(), record.response(), "a replay gives the same bytes");
    assert_ne!(second.parts[&Part::Request].salt, record.parts[&Part::Request].salt);
    assert_eq!(*desk.record(answer["request_id"].as_str().unwrap()).unwrap(), *record, "by either id");
    assert_eq!(desk.record("aud_none").unwrap_err().cause, Cause::RecordNotFound);
}

#[test]
fn a_key_gives_the_stored_answer_verbatim_and_refuses_another_body() {
    let options = DeskOptions {
        clock: Clock::System,
        envelope: true,
        record: true,
        idempotency: Idempotency::Process,
        ..DeskOptions::default()
    };
    let desk = desk(&plain(), options);
    let mut keyed = request(2.0);
    keyed["idempotency_key"] = json!("k1");
    let text = keyed.to_string();
    let first = desk.call("credit.score", text.as_bytes(), &Control::default());
    let second = desk.call("credit.score", text.as_bytes(), &Control::default());
    assert_eq!(first, second, "ids, times and latency are the stored ones");
    assert_eq!(desk.statistics().unwrap().records, 1);
    keyed["features"]["x"] = json!(3.0);
    let (status, answer) = call(&desk, "credit.score", &keyed);
    assert_eq!((status, cause(&answer)), (409, "idempotency.reused"));
    let mut failing =
        json!({"entity_id": "e", "entity_type": "individual", "features": {}, "idempotency_key": "k2"});
    assert_eq!(call(&desk, "credit.score", &failing).0, 422);
    failing["features"]["x"] = json!(1.0);
    assert_eq!(call(&desk, "credit.score", &failing).0, 0, "an error is not stored under its key");
}

#[test]
fn a_key_without_a_durable_store_is_refused() {
    let mut keyed = request(2.0);
    keyed["idempotency_key"] = json!("k");
    let (status, answer) = call(&desk(&plain(), quiet()), "credit.score", &keyed);
    assert_eq!((status, cause(&answer)), (400, "idempotency.not_durable"));
    assert_eq!(answer["error"]["fields"], json!(["/idempotency_key"]));
}

#[test]
fn twins_under_one_key_are_answered_once() {
    let options = DeskOptions { envelope: true, record: true, idempotency: Idempotency::Process, ..quiet() };
    let desk = Arc::new(desk(&plain(), options));
    let mut keyed = request(2.0);
    keyed["idempotency_key"] = json!("twin");
    let text = keyed.to_string();
    let answers: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| desk.call("credit.score", text.as_bytes(), &Control::default()).body))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(desk.statistics().unwrap().records, 1);
}

#[test]
fn without_a_clock_as_of_is_required() {
    let desk = desk(&plain(), DeskOptions { clock: Clock::None, ..quiet() });
    let (status, answer) = call(&desk, "credit.score", &request(2.0));
    assert_eq!((status, cause(&answer)), (400, "time.as_of_missing"));
    let mut dated = request(2.0);
    dated["as_of"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(call(&desk, "credit.score", &dated).1["as_of"], "2026-01-01T00:00:00Z");
}

fn bundle(artefacts: &[String], routes: &Value) -> String {
    let artefacts: Vec<Value> = artefacts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    json!({"kapix": 1, "kind": "bundle", "id": "b", "version": "1", "artefacts": artefacts, "routes": routes})
        .to_string()
}

fn route(operation: &str, artefact: &str) -> Value {
    json!({"operation": operation, "entity_type": "individual", "artefact": artefact})
}

#[test]
fn routes_choose_between_cards_and_ambiguity_fails_at_load() {
    let cards = [plain(), plain().replace("\"version\":\"1\"", "\"version\":\"2\"")];
    let load = |text: &str| Engine::load(&[text], EngineOptions::default());
    assert_eq!(load(&bundle(&cards, &json!([]))).unwrap_err().cause, Cause::ArtefactAmbiguous);
    let scores = [route("credit.score", "card@2"), route("credit.score_batch", "card@1")];
    let error = load(&bundle(&cards, &json!(scores))).unwrap_err();
    assert_eq!(error.cause, Cause::ArtefactAmbiguous, "an evaluation may leave its card unnamed too");
    assert!(error.message.contains("`scorecard.evaluate`"), "{}", error.message);
    let [first, second] = scores;
    let both = json!([first, second, route("scorecard.evaluate", "card@1")]);
    let desk = Desk::new(load(&bundle(&cards, &both)).unwrap(), quiet());
    assert_eq!(call(&desk, "credit.score", &request(2.0)).1["card"]["version"], "2");
    let mut pinned = request(2.0);
    pinned["card"] = json!("card@1");
    assert_eq!(call(&desk, "credit.score", &pinned).1["card"]["version"], "1");
    pinned["card"] = json!("card");
    assert_eq!(
        call(&desk, "credit.score", &pinned).1["card"]["version"],
        "2",
        "the route decides between versions"
    );
    pinned["card"] = json!("nothing");
    assert_eq!(cause(&call(&desk, "credit.score", &pinned).1), "artefact.not_found");
    let dangling = json!([route("credit.score", "card@3")]);
    assert_eq!(load(&bundle(&cards, &dangling)).unwrap_err().cause, Cause::ArtefactReference);
    let twice = json!([route("credit.score", "card@1"), route("credit.score", "card@2")]);
    assert_eq!(load(&bundle(&cards, &twice)).unwrap_err().cause, Cause::ArtefactAmbiguous);
    assert_eq!(load(&bundle(&[plain(), plain()], &json!([]))).unwrap_err().cause, Cause::ArtefactDuplicate);
}

#[test]
fn bundles_refuse_cycles_missing_parts_and_wrong_pins() {
    let bundle = |id: &str, includes: Value, pins: Value| {
        json!({"kapix": 1, "kind": "bundle", "id": id, "version": "1", "includes": includes, "pins": pins})
            .to_string()
    };
    let load =
        |documents: &[String]| Engine::load(documents, EngineOptions::default()).map(|_| ()).unwrap_err();
    let cycle = [bundle("a", json!(["b@1"]), json!({})), bundle("b", json!(["a@1"]), json!({}))];
    assert_eq!(load(&cycle).cause, Cause::ArtefactCycle);
    assert_eq!(load(&[bundle("a", json!(["b@1"]), json!({}))]).cause, Cause::ArtefactReference);
    let pinned = bundle("a", json!([]), json!({"card@1": Hash::of(b"other").to_string()}));
    let error = load(&[pinned, plain()]);
    assert_eq!(error.cause, Cause::ArtefactHash);
    assert_eq!(error.fields, ["/0/pins"]);
}

#[test]
fn production_loads_only_what_somebody_approved() {
    let options = EngineOptions { production: true, ..EngineOptions::default() };
    assert_eq!(Engine::load(&[plain()], options.clone()).unwrap_err().cause, Cause::ArtefactNotApproved);
    let mut approved: Value = serde_json::from_str(&plain()).unwrap();
    approved["provenance"]["status"] = json!("approved");
    assert!(Engine::load(&[approved.to_string()], options.clone()).is_err(), "who and when are missing");
    approved["provenance"]["approved_by"] = json!("the credit committee");
    approved["provenance"]["approved_at"] = json!("2026-01-31T00:00:00Z");
    assert!(Engine::load(&[approved.to_string()], options).is_ok());
}

#[test]
fn a_newer_format_and_another_kind_are_told_as_such() {
    let load = |text: String| Engine::load(&[text], EngineOptions::default()).unwrap_err().cause;
    assert_eq!(load(plain().replace("\"kapix\":1", "\"kapix\":2")), Cause::ArtefactFormat);
    assert_eq!(load(plain().replace("scorecard", "fraud_pack")), Cause::ArtefactKind);
}

#[test]
fn columns_go_through_the_second_door_only_where_an_operation_takes_them() {
    let desk = desk(&plain(), quiet());
    let values = [0.5, 1.0, f64::NAN];
    let frame = Frame::new(vec![("x".to_owned(), Column::float(&values))], &Limits::default()).unwrap();
    let request = br#"{"entity_type":"individual"}"#;
    let (reply, columns) = desk.call_columns("credit.score_batch", request, &frame, &Control::default());
    assert_eq!(reply.status, 0);
    let columns = columns.unwrap();
    let mut columns = serde_json::to_value(&columns).unwrap();
    let score = columns.as_object_mut().unwrap().remove("score").unwrap();
    assert_eq!([0, 1, 2].map(|row| score[row].is_number()), [true, true, false]);
    assert_eq!(
        columns,
        json!({
            "decision": ["decline", "approve", null],
            "pd": [null, null, null],
            "points": [0, 20, null],
            "risk_band": ["C", "A", null],
            "status": ["scored", "scored", "data.input_missing"],
        })
    );
    let (reply, none) = desk.call_columns("engine.describe", b"{}", &frame, &Control::default());
    assert_eq!((reply.status, none), (400, None));
    let empty = Frame::new(vec![], &Limits::default()).unwrap();
    let (reply, _) = desk.call_columns("credit.score_batch", request, &empty, &Control::default());
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(
        (cause(&answer), &answer["error"]["fields"]),
        ("frame.column_missing", &json!(["/columns/x"]))
    );
}

#[test]
fn a_batch_is_the_same_on_any_number_of_threads_and_stops_when_told() {
    let desk = desk(&plain(), quiet());
    let values: Vec<f64> = (0..200_001).map(|row| f64::from(row % 7) / 3.0).collect();
    let frame = Frame::new(vec![("x".to_owned(), Column::float(&values))], &Limits::default()).unwrap();
    let run = |control: &Control<'_>| {
        desk.call_columns("credit.score_batch", br#"{"entity_type":"individual"}"#, &frame, control)
    };
    let (one, two) = (
        run(&Control { threads: 1, ..Control::default() }),
        run(&Control { threads: 3, ..Control::default() }),
    );
    assert_eq!(one.0, two.0);
    assert_eq!(one.1.map(|it| to_string(&it)), two.1.map(|it| to_string(&it)));
    let flag = CancelFlag::default();
    let stop = |_, _| flag.cancel();
    let control = Control { progress: Some(&stop), cancelled: Some(flag.clone()), threads: 1, draft: false };
    assert_eq!(run(&control).0.status, 499);
}

#[test]
fn an_unknown_operation_names_the_way_out_and_echoes_nothing() {
    let (status, answer) = call(&desk(&plain(), quiet()), "credit.scores", &request(1.0));
    assert_eq!((status, cause(&answer)), (404, "operation.unknown"));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("did you mean `credit.score`?") && !message.contains("scores"), "{message}");
    for (name, meant) in [
        ("credit.scorebatch", Some("credit.score_batch")),
        ("entity.putt", Some("entity.put")),
        ("Engine.Describe", Some("engine.describe")),
        ("scorecard.develope", Some("scorecard.develop")),
        ("fraud.check", None),
        ("", None),
        (&"credit.score".repeat(100), None),
    ] {
        let (_, answer) = call(&desk(&plain(), quiet()), name, &request(1.0));
        let message = answer["error"]["message"].as_str().unwrap();
        let end = meant.map_or("see engine.describe".to_owned(), |meant| format!("did you mean `{meant}`?"));
        assert!(message.ends_with(&end), "{name}: {message}");
    }
}

#[test]
fn typed_requests_and_json_give_the_same_bytes() {
    let desk = desk(&plain(), quiet());
    let value = request(0.5);
    let typed = Request::deserialize(Operation::CreditScore, &value, desk.engine().limits()).unwrap();
    let typed = desk.run(typed, &Control::default()).unwrap().to_json().unwrap();
    assert_eq!(typed, desk.call("credit.score", value.to_string().as_bytes(), &Control::default()).body);
}
