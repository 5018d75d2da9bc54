//! What a file promises beyond what every store does: it is there again, for every process, whole.

use super::{Durability, SqliteStore};
use crate::audit::{Node, Nodes as _, leaf_hash};
use crate::canonical::Hash;
use crate::error::Cause;
use crate::store::tests::{answer, get, nothing, record, row, scope, write};
use crate::store::{Claim, Commit, Committed, Store};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A path in a folder of its own, which goes with it.
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("kapix-sqlite-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(super) fn file(&self) -> PathBuf {
        self.0.join("kapix.db")
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.file(), Durability::Group).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a test of every store on a new file.
pub(crate) fn on_a_file(test: impl Fn(&dyn Store)) {
    test(&Place::new().open());
}

#[test]
fn what_was_committed_is_there_again() {
    let place = Place::new();
    let store = place.open();
    store.claim(&scope("k"), Hash::of(b"1")).unwrap();
    let key = Some((scope("k"), Hash::of(b"1"), answer(7.0)));
    let commit = Commit { writes: vec![write("a", Some(1.0))], key, ..record("aud_0", 10) };
    assert_eq!(store.commit(commit).unwrap(), Committed::All);
    let kept = get(&store, "aud_0").unwrap();
    drop(store);

    let again = place.open();
    assert_eq!(get(&again, "aud_0").unwrap(), kept);
    kept.verify().unwrap();
    assert!(matches!(again.claim(&scope("k"), Hash::of(b"1")).unwrap(), Claim::Stored(_)));
    assert_eq!(again.claim(&scope("k"), Hash::of(b"2")).unwrap(), Claim::OtherBody);
    assert!(again.read("", &[row("a")]).unwrap()[0].1.is_some());
    assert_eq!(again.statistics().unwrap().records, 1);
}

#[test]
fn the_records_of_many_threads_and_processes_are_one_log() {
    let place = Place::new();
    // Each store stands for a process: they share nothing but the file.
    let stores = [place.open(), place.open(), place.open()];
    std::thread::scope(|threads| {
        for (process, store) in stores.iter().enumerate() {
            for thread in 0..4 {
                threads.spawn(move || {
                    for number in 0..25 {
                        let id = format!("aud_{process}_{thread}_{number}");
                        assert_eq!(store.commit(record(&id, 10)).unwrap(), Committed::All);
                        assert!(get(store, &id).is_some(), "read your writes");
                    }
                });
            }
        }
    });
    let connection = Connection::open(place.file()).unwrap();
    let mut statement = connection.prepare("SELECT seq, leaf FROM record ORDER BY seq").unwrap();
    let leaves: Vec<(i64, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert_eq!(leaves.len(), 300);
    let mut peaks = crate::audit::Peaks::default();
    let nodes = super::nodes::Table(&connection);
    for (place, (seq, leaf)) in leaves.iter().enumerate() {
        assert_eq!(*seq, i64::try_from(place).unwrap());
        let compare = |node: Node, hash| assert_eq!(nodes.node(node).unwrap(), hash);
        peaks.append(leaf_hash(leaf.as_bytes()), compare).unwrap();
    }
}

#[test]
fn of_two_processes_one_answers_under_a_key() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    for store in [&one, &other] {
        assert_eq!(store.claim(&scope("k"), Hash::of(b"1")).unwrap(), Claim::Mine);
    }
    let commit =
        |number, id| Commit { key: Some((scope("k"), Hash::of(b"1"), answer(number))), ..record(id, 1) };
    assert_eq!(one.commit(commit(7.0, "aud_0")).unwrap(), Committed::All);
    assert_eq!(other.commit(commit(8.0, "aud_1")).unwrap(), Committed::Taken);
    assert!(get(&other, "aud_1").is_none(), "nothing of it was done");
    assert_eq!(other.claim(&scope("k"), Hash::of(b"1")).unwrap(), Claim::Stored(Box::new(answer(7.0))));
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_as_it_is() {
    let cause = |place: &Place| SqliteStore::open(&place.file(), Durability::Group).unwrap_err().cause;
    let foreign = Place::new();
    Connection::open(foreign.file()).unwrap().execute_batch("CREATE TABLE loan (id INTEGER)").unwrap();
    let before = std::fs::read(foreign.file()).unwrap();
    assert_eq!(cause(&foreign), Cause::StoreSchema);
    assert_eq!(std::fs::read(foreign.file()).unwrap(), before);

    let text = Place::new();
    std::fs::write(text.file(), "no database at all, but a text that is longer than a header".repeat(40))
        .unwrap();
    assert_eq!(cause(&text), Cause::StoreCorrupt);

    let later = Place::new();
    drop(later.open());
    Connection::open(later.file()).unwrap().pragma_update(None, "user_version", 2).unwrap();
    assert_eq!(cause(&later), Cause::StoreSchema);

    let folder = Place::new();
    std::fs::create_dir(folder.file()).unwrap();
    assert_eq!(cause(&folder), Cause::StoreUnavailable);
}

#[test]
fn a_damaged_file_is_an_error_and_never_a_panic() {
    let place = Place::new();
    let store = place.open();
    for number in 0..50 {
        store.commit(record(&format!("aud_{number}"), 2_000)).unwrap();
    }
    drop(store);
    let whole = std::fs::read(place.file()).unwrap();
    for cut in [1, 99, 100, 4_095, 4_096, 5_000, whole.len() / 2, whole.len() - 1] {
        std::fs::write(place.file(), &whole[..cut]).unwrap();
        use_it(&place);
    }
    for at in (0..whole.len()).step_by(997) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0xff;
        std::fs::write(place.file(), flipped).unwrap();
        use_it(&place);
    }
}

/// Whatever comes of it, a record that is given verifies or says that it was altered.
fn use_it(place: &Place) {
    let Ok(store) = SqliteStore::open(&place.file(), Durability::Os) else { return };
    for number in 0..50 {
        if let Ok(Some(held)) = store.record("", &format!("aud_{number}"))
            && let Err(error) = held.record.verify()
        {
            assert_eq!(error.cause, Cause::RecordAltered);
        }
    }
    let _ = store.commit(record("aud_more", 1));
    let _ = store.statistics();
    drop(store);
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(place.0.join(format!("kapix.db{end}")));
    }
}

#[test]
fn a_commit_that_cannot_be_done_leaves_nothing() {
    let place = Place::new();
    let store = place.open();
    store.commit(record("aud_0", 1)).unwrap();
    // The same id twice breaks a rule of the schema after the row of state was to be written.
    let twice = Commit { writes: vec![write("a", Some(1.0))], ..record("aud_0", 1) };
    assert!(store.commit(twice).is_err());
    assert_eq!(store.read("", &[row("a")]).unwrap()[0].1, None);
    assert_eq!(store.commit(record("aud_1", 1)).unwrap(), Committed::All);
    assert_eq!(get(&store, "aud_1").unwrap().seq, 1);
    assert_eq!(store.commit(nothing()).unwrap(), Committed::All);
}
