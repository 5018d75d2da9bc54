//! The store.

use super::commit::{answer_of, run};
use super::connection::Lazy;
use super::failure::failure;
use super::nodes::{Log, Table};
use super::open::{Durability, SCHEMA};
use super::place;
use super::records;
use crate::audit::Nodes;
use crate::canonical::Hash;
use crate::engine::{Answer, Response};
use crate::error::{Cause, Error, Result};
use crate::fork::{self, LetGo};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::store::memory::is_restriction;
use crate::store::shelf::count;
use crate::store::{
    Claim, Commit, Committed, ENTITIES, Held, KeyScope, Query, RESTRICTIONS, Row, RowKey, Store,
    StoreStatistics, StoredAnswer, StoredEvent, StoredLeaf,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Commits of one transaction.
const BATCH_MAX: usize = 1_024;

/// What a commit becomes, once somebody has done it.
type Outcome = Arc<Mutex<Option<Result<Committed>>>>;

/// A store in one SQLite file. Several processes may open it; each opens connections of its own.
#[derive(Debug)]
pub(crate) struct SqliteStore {
    batch_max: usize,
    connections: Arc<Connections>,
    waiting: Mutex<Waiting>,
}

/// One connection that reads, and one that writes. What SQLite holds of a file is the process's own, so that a child that
/// inherited an open one would write without its lock (sqlite.org/howtocorrupt.html, section 2.6): both are closed before a fork.
#[derive(Debug)]
struct Connections {
    reader: Mutex<Lazy>,
    writer: Mutex<Lazy>,
}

impl LetGo for Connections {
    fn let_go(&self) {
        for place in [&self.reader, &self.writer] {
            place.lock().unwrap_or_else(PoisonError::into_inner).close();
        }
    }
}

/// What the calls of one process wait for.
#[derive(Debug, Default)]
struct Waiting {
    process: u32,
    commits: VecDeque<(Commit, Outcome)>,
    /// The keys under which calls run, with the hash of the body.
    keys: BTreeMap<KeyScope, Hash>,
}

impl SqliteStore {
    /// Opens the store in a file, which is made if there is none.
    pub(crate) fn open(path: &Path, durability: Durability) -> Result<Self> {
        let path = &absolute(path)?;
        let connections = Arc::new(Connections {
            reader: Mutex::new(Lazy::new(path, durability)),
            writer: Mutex::new(Lazy::new(path, durability)),
        });
        let as_one: Arc<dyn LetGo> = Arc::<Connections>::clone(&connections);
        fork::let_go_before(Arc::downgrade(&as_one));
        let store = Self {
            batch_max: if durability == Durability::Decision { 1 } else { BATCH_MAX },
            connections,
            waiting: Mutex::default(),
        };
        store.reading(|_| Ok(()))?;
        Ok(store)
    }

    /// Reads, all of it as of one moment.
    fn reading<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let _held = fork::hold();
        let mut place = self.connections.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = place.get()?.transaction().map_err(failure)?;
        work(&transaction)
    }

    fn waiting<T>(&self, work: impl FnOnce(&mut Waiting) -> T) -> T {
        let _held = fork::hold();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let process = std::process::id();
        // What waits in the process that this one was forked from is done there.
        if waiting.process != process {
            *waiting = Waiting { process, ..Waiting::default() };
        }
        work(&mut waiting)
    }

    /// Does what waits, unless another thread has done what this one waits for.
    fn work(&self, own: &Outcome) {
        let _held = fork::hold();
        let mut place = self.connections.writer.lock().unwrap_or_else(PoisonError::into_inner);
        while own.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            let taken: Vec<_> = self.waiting(|waiting| {
                let number = waiting.commits.len().min(self.batch_max);
                waiting.commits.drain(..number).collect()
            });
            let (batch, outcomes): (Vec<Commit>, Vec<Outcome>) = taken.into_iter().unzip();
            let number = outcomes.len();
            let done = place.get().and_then(|connection| run(connection, batch));
            let done = done.unwrap_or_else(|error| vec![Err(error); number]);
            for (outcome, done) in outcomes.iter().zip(done) {
                *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
            }
            if number == 0 {
                break;
            }
        }
    }
}

impl Store for SqliteStore {
    fn is_durable(&self) -> bool {
        true
    }

    fn read(&self, tenant: &str, keys: &[RowKey]) -> Result<Vec<(RowKey, Option<Row>)>> {
        self.reading(|connection| {
            keys.iter().map(|key| Ok((key.clone(), row(connection, tenant, key)?))).collect()
        })
    }

    fn claim(&self, scope: &KeyScope, body: Hash) -> Result<Claim> {
        // A call that ends between the two leaves its answer behind: the commit of this one finds it.
        match self.reading(|connection| answer_of(connection, scope))? {
            Some((stored, _)) if stored != body => Ok(Claim::OtherBody),
            Some((_, answer)) => {
                let stored = Response::Stored(document(&answer)?);
                Ok(Claim::Stored(Box::new(Answer::stored(stored))))
            }
            None => Ok(self.waiting(|waiting| match waiting.keys.get(scope) {
                Some(running) if *running != body => Claim::OtherBody,
                Some(_) => Claim::Running,
                None => {
                    waiting.keys.insert(scope.clone(), body);
                    Claim::Mine
                }
            })),
        }
    }

    fn release(&self, scope: &KeyScope) {
        self.waiting(|waiting| waiting.keys.remove(scope));
    }

    fn commit(&self, commit: Commit) -> Result<Committed> {
        let outcome = Outcome::default();
        self.waiting(|waiting| {
            waiting.commits.push_back((commit, Arc::clone(&outcome)));
        });
        self.work(&outcome);
        let done = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
        done.unwrap_or_else(|| Err(Error::new(Cause::StoreBusy, "the commit was not done; try again")))
    }

    fn record(&self, tenant: &str, id: &str) -> Result<Option<Held>> {
        self.reading(|connection| records::get(connection, tenant, id))
    }

    fn page(&self, tenant: &str, query: &Query) -> Result<Vec<Held>> {
        self.reading(|connection| records::page(connection, tenant, query))
    }

    fn log(&self, work: &mut dyn FnMut(u64, &dyn Nodes) -> Result<()>) -> Result<()> {
        self.reading(|connection| work(Log::read(connection)?.size(), &Table(connection)))
    }

    fn leaves(&self, from: u64, most: usize) -> Result<Vec<StoredLeaf>> {
        self.reading(|connection| records::leaves(connection, from, most))
    }

    fn answers(&self, tenant: &str, after: Option<&KeyScope>, most: usize) -> Result<Vec<StoredAnswer>> {
        self.reading(|connection| records::answers(connection, tenant, after, most))
    }

    fn events(&self, tenant: &str, from: u64, most: usize) -> Result<Vec<StoredEvent>> {
        self.reading(|connection| records::events(connection, tenant, from, most))
    }

    fn is_restricted(&self, tenant: &str, entity_id: &str) -> Result<bool> {
        let key = RowKey { key: entity_id.to_owned(), table: RESTRICTIONS.to_owned() };
        let row = self.reading(|connection| row(connection, tenant, &key))?;
        Ok(row.is_some_and(|row| is_restriction(&row.value)))
    }

    fn schema(&self) -> Option<u32> {
        Some(SCHEMA)
    }

    fn backup(&self, path: &Path) -> Result<u64> {
        let refusal = |message| Error::new(Cause::StoreUnavailable, message);
        if path.exists() {
            return Err(refusal("a file is there already: a backup overwrites nothing"));
        }
        place::check(path)?;
        let text = path.to_str().ok_or_else(|| refusal("the path is no UTF-8"))?;
        let _held = fork::hold();
        let mut reader = self.connections.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.get()?.execute("VACUUM INTO ?1", [text]).map_err(failure)?;
        let copy = std::fs::File::open(path).and_then(|file| file.sync_all().and(file.metadata()));
        Ok(copy.map_err(|_| refusal("the copy cannot be read again"))?.len())
    }

    /// Overwritten pages leave the log of changes too.
    fn purge(&self) -> Result<()> {
        let _held = fork::hold();
        let mut place = self.connections.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let busy = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        let is_busy = place.get()?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], busy).map_err(failure)?;
        if is_busy != 0 {
            let message = "everything was erased, but another process reads what was before: ask again, so that the \
                           traces go from the log of changes";
            return Err(Error::new(Cause::StoreBusy, message));
        }
        Ok(())
    }

    fn statistics(&self) -> Result<StoreStatistics> {
        self.reading(|connection| {
            let number = |sql: &str| {
                let number =
                    connection.query_row(sql, params![], |row| row.get::<_, i64>(0)).map_err(failure)?;
                Ok::<_, Error>(u64::try_from(number).unwrap_or_default())
            };
            let entities =
                |what: &str| number(&format!("SELECT {what} FROM state WHERE name = '{ENTITIES}'"));
            Ok(StoreStatistics {
                entities: entities("count(*)")?,
                entities_bytes: entities("coalesce(sum(octet_length(value)), 0)")?,
                events: number("SELECT count(*) FROM event")?,
                keys: number("SELECT count(*) FROM answer")?,
                keys_bytes: number("SELECT coalesce(sum(octet_length(answer)), 0) FROM answer")?,
                records: number("SELECT count(*) FROM record")?,
                records_bytes: number(
                    "SELECT coalesce(sum(octet_length(leaf) + coalesce(octet_length(features), 0)
                     + coalesce(octet_length(found), 0) + coalesce(octet_length(request), 0)
                     + coalesce(octet_length(response), 0) + coalesce(octet_length(\"rows\"), 0)), 0)
                     FROM record LEFT JOIN body USING (seq)",
                )?,
                ..StoreStatistics::default()
            })
        })
    }
}

fn row(connection: &Connection, tenant: &str, key: &RowKey) -> Result<Option<Row>> {
    let sql = "SELECT value, version FROM state WHERE tenant = ?1 AND name = ?2 AND key = ?3";
    let mut statement = connection.prepare_cached(sql).map_err(failure)?;
    let found: Option<(String, i64)> = statement
        .query_row(params![tenant, key.table, key.key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(failure)?;
    let Some((value, version)) = found else { return Ok(None) };
    Ok(Some(Row { value: document(&value)?, version: u64::try_from(version).unwrap_or_default() }))
}

/// Returns a path that names the same file whatever folder the process goes to.
fn absolute(path: &Path) -> Result<PathBuf> {
    let refusal = |message| Error::new(Cause::StoreUnavailable, message);
    if path.as_os_str().is_empty() || path.as_os_str().as_encoded_bytes().contains(&0) {
        return Err(refusal("the path of a store is not empty and holds no NUL"));
    }
    std::path::absolute(path).map_err(|_| refusal("the path of the store cannot be made absolute"))
}

/// Returns the document that a text of the store is; it was within the limits of the engine that wrote it.
pub(super) fn document(text: &str) -> Result<JsonValue> {
    let limits =
        Limits { request_bytes: u64::MAX, string_bytes: u64::MAX, json_depth: 127, ..Limits::DEFAULT };
    let damaged = |_| {
        Error::new(
            Cause::StoreCorrupt,
            format!("a document of `{}` bytes in the store is no JSON", count(text.len())),
        )
    };
    JsonValue::read_text(text.as_bytes(), &limits).map_err(damaged)
}
