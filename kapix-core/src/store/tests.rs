//! What every store must do, shown on each.

use super::{
    Claim, Commit, Committed, ENTITIES, FileStore, KeyScope, MemoryStore, Query, RowKey, Store, Write,
};
use crate::audit::{Part, Record, Removal};
use crate::canonical::Hash;
use crate::engine::{Answer, Draft, Operation, Response};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::time::Instant;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) fn scope(key: &str) -> KeyScope {
    KeyScope { key: key.to_owned(), operation: "credit.score".to_owned(), tenant: String::new() }
}

pub(super) fn row(key: &str) -> RowKey {
    RowKey { key: key.to_owned(), table: "t".to_owned() }
}

pub(super) fn answer(number: f64) -> Answer {
    let members = BTreeMap::from([("number".to_owned(), JsonValue::Number(number))]);
    Answer::stored(Response::Stored(JsonValue::Object(members)))
}

pub(super) fn nothing() -> Commit {
    Commit {
        tenant: String::new(),
        reads: Vec::new(),
        writes: Vec::new(),
        forgets: None,
        record: None,
        key: None,
        events: Vec::new(),
    }
}

pub(super) fn write(key: &str, value: Option<f64>) -> Write {
    Write { key: row(key), value: value.map(JsonValue::Number) }
}

pub(super) fn record(id: &str, bytes: usize) -> Commit {
    let as_of = Instant::parse("2026-03-31T12:00:00Z").unwrap();
    let draft = Draft {
        operation: Operation::CreditScore,
        as_of,
        seed: 0,
        request: format!("\"{}\"", "x".repeat(bytes)).into_bytes().into(),
        response: b"{}".as_slice().into(),
        answer: None,
        computed: None,
        found: None,
        entity_id: Some("e-1".to_owned()),
        artefacts: Vec::new(),
        columns_sha256: None,
        refused: None,
        removal: None,
    };
    Commit { record: Some(draft.unsealed_as(id)), ..nothing() }
}

/// Returns a record, by either id.
pub(super) fn get(store: &dyn Store, id: &str) -> Option<Arc<Record>> {
    store.record("", id).unwrap().map(|held| held.record)
}

/// Runs a test on a new store of each kind.
fn on_each(name: &str, test: impl Fn(&dyn Store)) {
    test(&MemoryStore::new(&Limits::default()));
    let path: PathBuf = std::env::temp_dir().join(format!("kapix-{name}-{}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&path);
    test(&FileStore::open(&path).unwrap());
    std::fs::remove_file(path).unwrap();
    #[cfg(feature = "sqlite")]
    super::sqlite::on_a_file(test);
}

#[test]
fn a_key_answers_the_same_body_and_refuses_another() {
    on_each("key", |store| {
        let (one, other) = (Hash::of(b"1"), Hash::of(b"2"));
        assert_eq!(store.claim(&scope("k"), one).unwrap(), Claim::Mine);
        assert_eq!(store.claim(&scope("k"), one).unwrap(), Claim::Running);
        let commit = Commit { key: Some((scope("k"), Hash::of(b"1"), answer(7.0))), ..nothing() };
        assert_eq!(store.commit(commit).unwrap(), Committed::All);
        store.release(&scope("k"));
        assert_eq!(store.claim(&scope("k"), one).unwrap(), Claim::Stored(Box::new(answer(7.0))));
        assert_eq!(store.claim(&scope("k"), other).unwrap(), Claim::OtherBody);
    });
}

#[test]
fn a_failed_call_frees_its_key() {
    on_each("free", |store| {
        let body = Hash::of(b"1");
        store.claim(&scope("k"), body).unwrap();
        store.release(&scope("k"));
        assert_eq!(store.claim(&scope("k"), body).unwrap(), Claim::Mine);
    });
}

#[test]
fn a_commit_on_a_row_that_moved_does_nothing() {
    on_each("moved", |store| {
        let first = Commit { reads: vec![(row("a"), 0)], writes: vec![write("a", Some(1.0))], ..nothing() };
        assert_eq!(store.commit(first).unwrap(), Committed::All);
        let stale = Commit {
            reads: vec![(row("a"), 0)],
            writes: vec![write("a", Some(9.0)), write("b", Some(9.0))],
            ..record("aud_stale", 1)
        };
        assert_eq!(store.commit(stale).unwrap(), Committed::Moved);
        assert!(store.record("", "aud_stale").unwrap().is_none());
        let read = store.read("", &[row("a"), row("b")]).unwrap();
        let version = read[0].1.as_ref().unwrap().version;
        assert_eq!(read[0].1.as_ref().unwrap().value, JsonValue::Number(1.0));
        assert_eq!(read[1].1, None);
        // A row that was removed and written again is another row.
        store.commit(Commit { writes: vec![write("a", None)], ..nothing() }).unwrap();
        store.commit(Commit { writes: vec![write("a", Some(1.0))], ..nothing() }).unwrap();
        let aba = Commit { reads: vec![(row("a"), version)], ..nothing() };
        assert_eq!(store.commit(aba).unwrap(), Committed::Moved);
    });
}

#[test]
fn a_record_is_found_by_its_id_and_verifies() {
    on_each("record", |store| {
        for number in 0..3 {
            store.commit(record(&format!("aud_{number}"), 10)).unwrap();
        }
        let found = get(store, "aud_1").unwrap();
        assert_eq!((found.seq, found.verify().unwrap().seq), (1, 1));
        assert_eq!(get(store, "aud_3"), None);
        assert_eq!(get(store, "req_1"), get(store, "aud_1"));
        assert!(store.record("another", "aud_1").unwrap().is_none(), "of its tenant");
    });
}

#[test]
fn records_are_listed_by_what_is_asked_in_the_order_of_their_numbers() {
    on_each("page", |store| {
        for number in 0..5 {
            let mut commit = record(&format!("aud_{number}"), 10);
            if let (3, Some(own)) = (number, &mut commit.record) {
                own.entity_id = Some("e-2".to_owned());
            }
            store.commit(commit).unwrap();
        }
        let ids = |query: Query| {
            let page = store.page("", &query).unwrap();
            page.iter().map(|held| held.record.seq).collect::<Vec<_>>()
        };
        let all = Query { most: 100, ..Query::default() };
        assert_eq!(ids(all.clone()), [0, 1, 2, 3, 4]);
        assert_eq!(ids(Query { most: 2, from_seq: 1, ..all.clone() }), [1, 2]);
        assert_eq!(ids(Query { entity_id: Some("e-2".to_owned()), ..all.clone() }), [3]);
        assert_eq!(ids(Query { operation: Some("policy.run".to_owned()), ..all.clone() }), [0; 0]);
        assert_eq!(
            ids(Query { operation: Some("credit.score".to_owned()), from_seq: 4, ..all.clone() }),
            [4]
        );
        let at = |text: &str| Some(Instant::parse(text).unwrap());
        assert_eq!(ids(Query { since: at("2026-03-31T12:00:00.000001Z"), ..all.clone() }), [0; 0]);
        assert_eq!(ids(Query { until: at("2026-03-31T12:00:00Z"), ..all.clone() }), [0; 0]);
        let around = (at("2026-03-31T12:00:00Z"), at("2026-03-31T12:00:00.5Z"));
        assert_eq!(ids(Query { since: around.0, until: around.1, ..all }).len(), 5);
        assert!(store.page("another", &Query { most: 9, ..Query::default() }).unwrap().is_empty());
    });
}

#[test]
fn a_part_that_is_taken_out_is_gone_with_the_answer_that_holds_it_and_the_rest_verifies() {
    let test = |store: &dyn Store| {
        store.claim(&scope("k"), Hash::of(b"1")).unwrap();
        let text = JsonValue::Text("aud_0".to_owned());
        let stored = JsonValue::Object(BTreeMap::from([("audit_id".to_owned(), text)]));
        let key = Some((scope("k"), Hash::of(b"1"), Answer::stored(Response::Stored(stored))));
        store.commit(Commit { key, ..record("aud_0", 10) }).unwrap();
        store.release(&scope("k"));
        let take = |id: &str, parts: &[Part]| {
            let forgets = (parts == Part::ALL).then(|| ("e-9".to_owned(), 0));
            let parts = BTreeMap::from([("aud_0".to_owned(), parts.to_vec())]);
            let mut commit = Commit { forgets, ..record(id, 10) };
            if let Some(own) = &mut commit.record {
                own.take_out(Removal { actor: "dpo".to_owned(), ground: "erasure".to_owned(), parts });
            }
            store.commit(commit).unwrap();
        };
        take("aud_1", &[Part::Response, Part::Rows]);
        let left = get(store, "aud_0").unwrap();
        assert_eq!(left.parts.keys().copied().collect::<Vec<_>>(), [Part::Request]);
        assert_eq!(left.verify().unwrap().parts.len(), 2, "the leaf names what there was");
        assert_eq!(store.claim(&scope("k"), Hash::of(b"1")).unwrap(), Claim::Mine);
        assert_eq!(store.record("", "aud_0").unwrap().unwrap().entity_id.as_deref(), Some("e-1"));
        take("aud_2", Part::ALL);
        take("aud_3", Part::ALL);
        let left = store.record("", "aud_0").unwrap().unwrap();
        assert!(left.record.parts.is_empty() && left.entity_id.is_none());
        assert_eq!(get(store, "aud_2").unwrap().verify().unwrap().removal.unwrap().ground, "erasure");
    };
    test(&MemoryStore::new(&Limits::default()));
    #[cfg(feature = "sqlite")]
    super::sqlite::on_a_file(test);
}

#[test]
fn a_full_memory_drops_the_oldest_record_and_counts_it() {
    let store = MemoryStore::new(&Limits { store_record_bytes: 1 << 20, ..Limits::default() });
    for number in 0..3 {
        store.commit(record(&format!("aud_{number}"), 1 << 19)).unwrap();
    }
    let statistics = store.statistics().unwrap();
    assert_eq!((statistics.records, statistics.records_evicted), (1, 2));
    assert!((1 << 19..1 << 20).contains(&statistics.records_bytes));
    assert_eq!(statistics.records_evicted_bytes, 2 * statistics.records_bytes);
    assert_eq!((get(&store, "aud_0"), get(&store, "req_0")), (None, None));
    assert_eq!(get(&store, "aud_2").unwrap().seq, 2, "numbers go on");
}

fn answered(store: &dyn Store, key: &str, bytes: usize) {
    let text = JsonValue::Text("x".repeat(bytes));
    store.claim(&scope(key), Hash::of(b"1")).unwrap();
    let commit = Commit {
        key: Some((scope(key), Hash::of(b"1"), Answer::stored(Response::Stored(text)))),
        ..nothing()
    };
    store.commit(commit).unwrap();
}

#[test]
fn keys_stay_under_their_bytes_and_the_oldest_leave_first() {
    let limits = Limits { store_key_bytes: 1 << 20, ..Limits::default() };
    let store = MemoryStore::new(&limits);
    for number in 0..20_000 {
        answered(&store, &format!("small {number}"), 40);
    }
    let small = store.statistics().unwrap();
    assert!(small.keys_bytes <= 1 << 20 && small.keys > 1_000, "{small:?}");
    assert_eq!(small.keys + small.keys_evicted, 20_000);
    assert_eq!(store.claim(&scope("small 0"), Hash::of(b"1")).unwrap(), Claim::Mine);
    store.release(&scope("small 0"));
    // What stands for batches of 20,000 rows: 1.2 MB each in the default of 64 MiB, a tenth of it here.
    for number in 0..20 {
        answered(&store, &format!("batch {number}"), 120_000);
    }
    let batches = store.statistics().unwrap();
    assert!(batches.keys_bytes <= 1 << 20, "{batches:?}");
    assert_eq!(batches.keys, 8, "the newest that fit");
    let stored = store.claim(&scope("batch 19"), Hash::of(b"1")).unwrap();
    assert!(matches!(stored, Claim::Stored(_)));
    // One beyond all room is the newest, and stays until the next.
    answered(&store, "vast", 2 << 20);
    assert_eq!(store.statistics().unwrap().keys, 1);
    answered(&store, "next", 1);
    let last = store.statistics().unwrap();
    assert_eq!((last.keys, last.keys + last.keys_evicted), (1, 20_022));
}

fn entity(tenant: &str, id: &str, text: Option<&str>) -> Commit {
    let key = RowKey { key: id.to_owned(), table: ENTITIES.to_owned() };
    let value = text.map(|text| JsonValue::Text(text.to_owned()));
    Commit { tenant: tenant.to_owned(), writes: vec![Write { key, value }], ..nothing() }
}

fn read(store: &dyn Store, tenant: &str, id: &str) -> Option<JsonValue> {
    let key = RowKey { key: id.to_owned(), table: ENTITIES.to_owned() };
    store.read(tenant, &[key]).unwrap()[0].1.clone().map(|row| row.value)
}

#[test]
fn rows_of_one_tenant_are_none_of_another() {
    on_each("tenant", |store| {
        store.commit(entity("a", "e", Some("1"))).unwrap();
        store.commit(entity("b", "e", Some("2"))).unwrap();
        assert_eq!(read(store, "a", "e"), Some(JsonValue::Text("1".to_owned())));
        assert_eq!(read(store, "b", "e"), Some(JsonValue::Text("2".to_owned())));
        assert_eq!(read(store, "", "e"), None);
        store.commit(entity("a", "e", None)).unwrap();
        assert_eq!((read(store, "a", "e"), read(store, "b", "e").is_some()), (None, true));
    });
}

#[test]
fn the_oldest_data_of_applicants_leave_and_are_counted() {
    let store = MemoryStore::new(&Limits { store_entity_bytes: 10_000, ..Limits::default() });
    let text = "x".repeat(2_000);
    for id in ["a", "b", "c", "d"] {
        store.commit(entity("", id, Some(&text))).unwrap();
    }
    // A later write of the first makes the second the oldest.
    store.commit(entity("", "a", Some(&text))).unwrap();
    store.commit(entity("", "e", Some(&text))).unwrap();
    let held = ["a", "b", "c", "d", "e"].map(|id| read(&store, "", id).is_some());
    assert_eq!(held, [true, false, true, true, true]);
    let full = store.statistics().unwrap();
    assert_eq!((full.entities, full.entities_evicted), (4, 1));
    assert_eq!(full.entities_evicted_bytes * 4, full.entities_bytes);
    assert!(full.entities_bytes <= 10_000);
    let vast = store.commit(entity("", "a", Some(&"x".repeat(10_000)))).unwrap_err();
    assert_eq!((vast.cause.as_str(), vast.fields), ("limit.exceeded", vec!["/data".to_owned()]));
    assert!(vast.message.contains("store_entity_bytes"));
    assert!(read(&store, "", "a").is_some(), "a refused write changes nothing");
    for id in ["a", "c", "d", "e"] {
        store.commit(entity("", id, None)).unwrap();
    }
    let empty = store.statistics().unwrap();
    assert_eq!((empty.entities, empty.entities_bytes, empty.entities_evicted), (0, 0, 1));
}

#[test]
fn a_key_that_another_process_runs_under_is_free_in_a_fork_and_taken_once() {
    let store = MemoryStore::new(&Limits::default());
    let (one, other) = (Hash::of(b"1"), Hash::of(b"2"));
    store.claim_for(&scope("k"), one, std::process::id() + 1);
    assert_eq!(store.claim(&scope("k"), other).unwrap(), Claim::OtherBody);
    assert_eq!(store.claim(&scope("k"), one).unwrap(), Claim::Mine);
    assert_eq!(store.claim(&scope("k"), one).unwrap(), Claim::Running);
    let commit = Commit { key: Some((scope("k"), Hash::of(b"1"), answer(7.0))), ..nothing() };
    assert_eq!(store.commit(commit).unwrap(), Committed::All);
    assert_eq!(store.claim(&scope("k"), one).unwrap(), Claim::Stored(Box::new(answer(7.0))));
}
