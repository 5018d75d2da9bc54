//! What toy operations show of the frame: both doors, needs, rows, resident state, commits and replays.

use super::{Clock, Desk, DeskOptions, Idempotency};
use crate::domain::{Column, Frame, ResultValues};
use crate::engine::door::{CancelFlag, Control};
use crate::engine::engine::Engine;
use crate::engine::operations::{Operation, Request};
use crate::engine::registry::EngineOptions;
use crate::error::Cause;
use crate::limits::Limits;
use crate::store::{FileStore, MemoryStore, Store};
use crate::time::Instant;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const AS_OF: &str = "2026-03-31T12:00:00Z";

fn toy(id: &str, factor: f64) -> String {
    let provenance =
        json!({"limitations": "l", "owner": "o", "population": "p", "purpose": "p", "status": "draft"});
    json!({"kapix": 1, "kind": "toy", "id": id, "version": "1", "provenance": provenance, "body": {"factor": factor}})
        .to_string()
}

fn engine() -> Engine {
    let documents = [
        crate::artefact::EXPERT_CARDS.to_owned(),
        toy("three", 3.0),
        toy("five", 5.0),
        toy("nine_tenths", 0.45),
    ];
    Engine::load(&documents, EngineOptions::default()).unwrap()
}

fn options() -> DeskOptions {
    let clock = Clock::Fixed(Instant::parse(AS_OF).unwrap());
    DeskOptions { clock, idempotency: Idempotency::Process, ..DeskOptions::default() }
}

fn on(store: impl Store + 'static) -> Desk {
    Desk::with_store(engine(), options(), Box::new(store))
}

fn call(desk: &Desk, operation: &str, request: &Value) -> Value {
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

fn record(desk: &Desk, answer: &Value) -> Arc<crate::audit::Record> {
    desk.record(answer["audit_id"].as_str().unwrap()).unwrap()
}

#[test]
fn a_new_operation_answers_by_both_doors() {
    let desk = on(MemoryStore::new(&Limits::default()));
    assert_eq!(call(&desk, "toy.double", &json!({"x": 4}))["doubled"], json!(8));
    assert_eq!(call(&desk, "toy.double", &json!({"columns": {"x": [1, 2]}}))["doubled"], json!(6));
    let values = [1.0, 2.5];
    let frame = Frame::new(vec![("x".to_owned(), Column::float(&values))], &Limits::default()).unwrap();
    let (reply, columns) = desk.call_columns("toy.double", b"{}", &frame, &Control::default());
    assert_eq!(reply.status, 0);
    assert_eq!(columns.unwrap().get("doubled").unwrap().values, ResultValues::Float(vec![2.0, 5.0]));
    let (reply, columns) = desk.call_columns("toy.count", b"{}", &frame, &Control::default());
    assert_eq!((reply.status, columns), (400, None), "an operation without columns refuses them");
    let listed = call(&desk, "engine.describe", &json!({}));
    let listed: Vec<&str> =
        listed["operations"].as_array().unwrap().iter().filter_map(|it| it["name"].as_str()).collect();
    assert!(listed.contains(&"toy.double") && listed.is_sorted());
    assert_eq!(listed.len(), Operation::ALL.len());
}

#[test]
fn a_new_kind_of_artefact_loads_beside_the_scorecard() {
    let desk = on(MemoryStore::new(&Limits::default()));
    assert_eq!(call(&desk, "toy.double", &json!({"x": 1, "toy": "three"}))["doubled"], json!(6));
    assert_eq!(call(&desk, "toy.double", &json!({"x": 1, "toy": "five@1"}))["doubled"], json!(10));
    let card = call(&desk, "toy.double", &json!({"x": 1, "toy": "expert_individual"}));
    assert_eq!(card["error"]["cause"], "artefact.not_found", "a card is no toy");
    assert_eq!(card["error"]["fields"], json!(["/toy"]));
    let score = json!({"entity_id": "e", "entity_type": "individual", "features": {}, "card": "three"});
    assert_eq!(call(&desk, "credit.score", &score)["error"]["cause"], "artefact.not_found");
    let wrong = Engine::load(&[toy("none", 0.0)], EngineOptions::default()).unwrap_err();
    assert_eq!((wrong.cause, wrong.fields), (Cause::ValueOutOfRange, vec!["/body/factor".to_owned()]));
    let kinds = call(&desk, "engine.describe", &json!({}));
    let kinds: Vec<&str> =
        kinds["artefacts"].as_array().unwrap().iter().filter_map(|it| it["kind"].as_str()).collect();
    assert_eq!(kinds, ["scorecard", "scorecard", "scorecard", "toy", "toy", "toy"]);
}

#[test]
fn a_run_that_needs_results_starts_again_with_them_and_replays_without_them() {
    let desk = on(MemoryStore::new(&Limits::default()));
    let request = json!({"x": 1, "times": 3, "toy": "three"});
    let answer = call(&desk, "toy.tally", &request);
    assert_eq!(answer["total"], json!(216), "1 x 6 x 6 x 6");
    let second = call(&desk, "toy.tally", &request);
    assert_eq!(second["total"], json!(432), "the row holds the first total");
    let record = record(&desk, &second);
    let leaf = record.verify().unwrap();
    assert!(leaf.parts.contains_key(&crate::audit::Part::Found));
    let named: Vec<&str> = leaf.artefacts.iter().map(|artefact| &*artefact.id).collect();
    assert_eq!(named, ["three", "three", "three"], "the artefacts of each step stand in the record");
    // An engine without the artefact, a store or the first call gives the same bytes from the record alone.
    let bare = Engine::load(&[toy("other", 1.0)], EngineOptions::default()).unwrap();
    let replay = bare.replay(&record, &Control::default()).unwrap();
    assert_eq!(crate::audit::to_vec(&replay.response).unwrap(), record.response().unwrap());
}

#[test]
fn a_refused_need_is_a_result_and_a_cancelled_one_ends_the_call() {
    let desk = on(MemoryStore::new(&Limits::default()));
    let answer = call(&desk, "toy.tally", &json!({"x": 1, "times": 1, "toy": "absent"}));
    assert_eq!((&answer["total"], &answer["refused"]["cause"]), (&json!(1), &json!("artefact.not_found")));
    let flag = CancelFlag::default();
    flag.cancel();
    let control = Control { cancelled: Some(flag), ..Control::default() };
    let reply = desk.call("toy.tally", br#"{"x":1,"times":1}"#, &control);
    assert_eq!(reply.status, 499);
    let endless = json!({"x": 1, "times": 2000, "toy": "nine_tenths"});
    assert_eq!(call(&desk, "toy.tally", &endless)["error"]["cause"], "limit.exceeded");
}

#[test]
fn an_engine_alone_refuses_what_only_a_desk_keeps() {
    let limits = Limits::default();
    for (operation, request) in [
        (Operation::ToyTally, format!(r#"{{"as_of":"{AS_OF}","x":1}}"#)),
        (Operation::ToyCount, format!(r#"{{"as_of":"{AS_OF}","keys":["a"]}}"#)),
    ] {
        let request = Request::read(operation, request.as_bytes(), &limits).unwrap();
        let error = engine().run(&request, &Control::default()).unwrap_err();
        assert_eq!(error.cause, Cause::OperationNeedsDesk);
    }
}

/// Counts 800 events on this many threads and returns the state, read by one more event on every key.
fn counted(threads: usize) -> BTreeMap<String, u64> {
    let desk = on(MemoryStore::new(&Limits::default()));
    let events: Vec<Value> =
        (0..800_u32).map(|n| json!({"keys": [format!("k{}", n * n % 97), format!("k{}", n % 13)]})).collect();
    std::thread::scope(|scope| {
        for part in events.chunks(events.len() / threads) {
            let desk = &desk;
            scope.spawn(move || part.iter().for_each(|event| drop(call(desk, "toy.count", event))));
        }
    });
    let keys: Vec<String> = (0..97).map(|n| format!("k{n}")).collect();
    let answer = call(&desk, "toy.count", &json!({ "keys": keys }));
    let counts = answer["counts"].as_array().unwrap().iter().filter_map(Value::as_u64);
    keys.into_iter().zip(counts).collect()
}

#[test]
fn resident_state_is_equal_on_one_two_and_eight_threads() {
    let one = counted(1);
    assert_eq!(one.values().sum::<u64>(), 2 * 800 + 97, "no event is lost and none counts twice");
    assert_eq!(one, counted(2));
    assert_eq!(one, counted(8));
}

#[test]
fn a_replay_takes_the_values_of_resident_state_from_the_record() {
    let desk = on(MemoryStore::new(&Limits::default()));
    let event = json!({"keys": ["a", "b"]});
    assert_eq!(call(&desk, "toy.count", &event)["counts"], json!([1, 1]));
    let second = call(&desk, "toy.count", &event);
    let record = record(&desk, &second);
    let replay = desk.engine().replay(&record, &Control::default()).unwrap();
    assert_eq!(crate::audit::to_vec(&replay.response).unwrap(), record.response().unwrap());
    assert_eq!(call(&desk, "toy.count", &event)["counts"], json!([3, 3]), "a replay counts nothing");
    let mut altered = (*record).clone();
    let found = altered.parts.get_mut(&crate::audit::Part::Found).unwrap();
    found.body = br#"{"state":[9,9]}"#.as_slice().into();
    assert_eq!(desk.engine().replay(&altered, &Control::default()).unwrap_err().cause, Cause::RecordAltered);
}

#[test]
fn writes_under_contention_lose_nothing_and_records_are_numbered_in_order() {
    let desk = on(MemoryStore::new(&Limits::default()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    // A busy store is an answer of its own; the host tries again.
                    while call(&desk, "toy.tally", &json!({"x": 1}))["total"].is_null() {}
                }
            });
        }
    });
    let last = call(&desk, "toy.tally", &json!({"x": 0}));
    assert_eq!(last["total"], json!(100));
    let leaf = record(&desk, &last).verify().unwrap();
    assert_eq!(leaf.seq, 100, "one number a record, none skipped");
}

#[test]
fn a_durable_store_gives_back_what_was_committed_when_it_is_opened_again() {
    let folder = std::env::temp_dir().join(format!("kapix-journal-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("store.jsonl");
    let _ = std::fs::remove_file(&path);
    let request = json!({"x": 2, "times": 1, "idempotency_key": "k"});
    let text = request.to_string();
    let (first, answer) = {
        let desk = on(FileStore::open(&path).unwrap());
        let first = desk.call("toy.tally", text.as_bytes(), &Control::default());
        let answer: Value = serde_json::from_slice(&first.body).unwrap();
        (first, answer)
    };
    // A process that died in the middle of a line leaves nothing of it.
    let mut torn = std::fs::read(&path).unwrap();
    torn.extend_from_slice(br#"{"events":1,"key":nu"#);
    std::fs::write(&path, torn).unwrap();
    let desk = on(FileStore::open(&path).unwrap());
    let again = desk.call("toy.tally", text.as_bytes(), &Control::default());
    assert_eq!(again, first, "the stored answer returns verbatim");
    let record = record(&desk, &answer);
    assert_eq!(desk.engine().replay(&record, &Control::default()).unwrap().response.total(), Some(4.0));
    assert_eq!(call(&desk, "toy.tally", &json!({"x": 1}))["total"], json!(5), "the row survived");
    assert_eq!(desk.statistics().unwrap().records, 2);
    let other = json!({"x": 3, "times": 1, "idempotency_key": "k"});
    assert_eq!(call(&desk, "toy.tally", &other)["error"]["cause"], "idempotency.reused");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_store_that_tenants_share_keeps_their_rows_apart() {
    let folder = std::env::temp_dir().join(format!("kapix-tenants-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("store.jsonl");
    let _ = std::fs::remove_file(&path);
    let total = |tenant: &str| {
        let options = DeskOptions { tenant: tenant.to_owned(), ..options() };
        let desk = Desk::with_store(engine(), options, Box::new(FileStore::open(&path).unwrap()));
        call(&desk, "toy.tally", &json!({"x": 2}))["total"].clone()
    };
    assert_eq!([total("a"), total("b"), total("a")], [json!(2), json!(2), json!(4)]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_twin_that_waits_for_a_key_can_be_cancelled() {
    let store = MemoryStore::new(&Limits::default());
    let scope = crate::store::KeyScope {
        key: "k".to_owned(),
        operation: "toy.double".to_owned(),
        tenant: String::new(),
    };
    let keyed = json!({"x": 1, "idempotency_key": "k"});
    let bare: Request = Request::read(Operation::ToyDouble, br#"{"x":1}"#, &Limits::default()).unwrap();
    store.claim(&scope, crate::audit::hash(&bare).unwrap()).unwrap();
    let desk = on(store);
    let flag = CancelFlag::default();
    let control = Control { cancelled: Some(flag.clone()), ..Control::default() };
    let status = std::thread::scope(|threads| {
        let twin = threads.spawn(|| desk.call("toy.double", keyed.to_string().as_bytes(), &control).status);
        std::thread::sleep(std::time::Duration::from_millis(30));
        assert!(!twin.is_finished(), "the twin waits for the call that holds the key");
        flag.cancel();
        twin.join().unwrap()
    });
    assert_eq!(status, 499);
}

impl crate::engine::Response {
    fn total(&self) -> Option<f64> {
        if let Self::ToyTally(tally) = self { Some(tally.total) } else { None }
    }
}
