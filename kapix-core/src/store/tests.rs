//! What every store must do, shown on both.

use super::memory::RECORD_BYTES_MAX;
use super::{Claim, Commit, Committed, FileStore, KeyScope, MemoryStore, RowKey, Store, Write};
use crate::canonical::{Hash, Joinable};
use crate::engine::{Answer, Draft, Envelope, Operation, Response};
use crate::json_value::JsonValue;
use crate::time::Instant;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn scope(key: &str) -> KeyScope {
    KeyScope { key: key.to_owned(), operation: "credit.score".to_owned(), tenant: String::new() }
}

fn row(key: &str) -> RowKey {
    RowKey { key: key.to_owned(), table: "t".to_owned() }
}

fn answer(number: f64) -> Answer {
    let members = BTreeMap::from([("number".to_owned(), JsonValue::Number(number))]);
    Answer::stored(Response::Stored(JsonValue::Object(members)))
}

fn nothing() -> Commit {
    Commit { reads: Vec::new(), writes: Vec::new(), record: None, key: None, events: Vec::new() }
}

fn write(key: &str, value: Option<f64>) -> Write {
    Write { key: row(key), value: value.map(JsonValue::Number) }
}

fn record(id: &str, bytes: usize) -> Commit {
    let as_of = Instant::parse("2026-03-31T12:00:00Z").unwrap();
    let draft = Draft {
        operation: Operation::CreditScore,
        as_of,
        seed: 0,
        request: vec![b' '; bytes].into(),
        response: b"{}".as_slice().into(),
        answer: Joinable::of(&BTreeMap::<&str, u8>::new(), Envelope::NAMES).unwrap(),
        found: None,
        artefacts: Vec::new(),
        columns_sha256: None,
    };
    Commit { record: Some(draft.unsealed(id.to_owned(), as_of, [7; 16])), ..nothing() }
}

/// Runs a test on a new store of each kind.
fn on_each(name: &str, test: impl Fn(&dyn Store)) {
    test(&MemoryStore::new());
    let path: PathBuf = std::env::temp_dir().join(format!("kapix-{name}-{}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&path);
    test(&FileStore::open(&path).unwrap());
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_key_answers_the_same_body_and_refuses_another() {
    on_each("key", |store| {
        let (one, other) = (Hash::of(b"1"), Hash::of(b"2"));
        assert_eq!(store.claim(&scope("k"), one).unwrap(), Claim::Mine);
        assert_eq!(store.claim(&scope("k"), one).unwrap(), Claim::Running);
        let commit = Commit { key: Some((scope("k"), answer(7.0))), ..nothing() };
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
        assert_eq!(store.record("aud_stale").unwrap(), None);
        let read = store.read(&[row("a"), row("b")]).unwrap();
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
        let found = store.record("aud_1").unwrap().unwrap();
        assert_eq!((found.seq, found.verify().unwrap().seq), (1, 1));
        assert_eq!(store.record("aud_3").unwrap(), None);
    });
}

#[test]
fn a_full_memory_drops_the_oldest_record_and_counts_it() {
    let store = MemoryStore::new();
    for number in 0..3 {
        store.commit(record(&format!("aud_{number}"), RECORD_BYTES_MAX / 2)).unwrap();
    }
    let statistics = store.statistics().unwrap();
    assert_eq!((statistics.records, statistics.records_evicted), (1, 2));
    assert_eq!(store.record("aud_0").unwrap(), None);
    assert_eq!(store.record("aud_2").unwrap().unwrap().seq, 2, "numbers go on");
}
