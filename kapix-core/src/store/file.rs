//! A small durable store for tests: a journal of commits, one line each, read again when it is opened. It shares no
//! code with the store in memory, and shows that the Desk needs no more than the trait.

use super::{
    Claim, Commit, Committed, Held, KeyScope, Query, Row, RowKey, Store, StoreStatistics, StoredAnswer,
    StoredEvent, StoredLeaf, Write,
};
use crate::audit::{Nodes, Record};
use crate::canonical::{self, Hash};
use crate::engine::{Answer, Response};
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

#[derive(Debug)]
pub(crate) struct FileStore(Mutex<State>);

#[derive(Debug)]
struct State {
    journal: File,
    lines: u64,
    records: Vec<(String, Held)>,
    rows: BTreeMap<(String, RowKey), Row>,
    /// Keys with the hash of their body and, once it is there, the answer in JSON.
    keys: BTreeMap<KeyScope, (Hash, Option<String>)>,
    events: u64,
}

/// One line of the journal.
#[derive(Serialize, Deserialize)]
struct Line {
    events: u64,
    key: Option<(KeyScope, Hash, String)>,
    record: Option<RecordLine>,
    tenant: String,
    writes: Vec<Write>,
}

#[derive(Serialize, Deserialize)]
struct RecordLine {
    entity_id: Option<String>,
    record: String,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(Cause::StoreBusy, format!("the journal cannot be written: {:?}", error.kind()))
}

impl FileStore {
    /// Opens a journal; a last line that was not written whole is cut off.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let held = std::fs::read_to_string(path).unwrap_or_default();
        let whole = held.rfind('\n').map_or("", |end| &held[..=end]);
        std::fs::write(path, whole).map_err(|error| failed(&error))?;
        let journal = File::options().append(true).open(path).map_err(|error| failed(&error))?;
        let mut state = State {
            journal,
            lines: 0,
            records: Vec::new(),
            rows: BTreeMap::new(),
            keys: BTreeMap::new(),
            events: 0,
        };
        for line in whole.lines() {
            let line: Line =
                JsonValue::read_text(line.as_bytes(), &Limits::default())?.read(&Limits::default())?;
            state.apply(line);
        }
        Ok(Self(Mutex::new(state)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn apply(&mut self, line: Line) {
        self.lines += 1;
        for write in line.writes {
            let key = (line.tenant.clone(), write.key);
            match write.value {
                Some(value) => drop(self.rows.insert(key, Row { value, version: self.lines })),
                None => drop(self.rows.remove(&key)),
            }
        }
        if let Some((scope, body, answer)) = line.key {
            self.keys.insert(scope, (body, Some(answer)));
        }
        self.records.extend(line.record.map(|it| {
            let record = Arc::new(Record::from_json(it.record.as_bytes()).unwrap());
            (line.tenant, Held { entity_id: it.entity_id, record })
        }));
        self.events += line.events;
    }
}

impl Store for FileStore {
    fn is_durable(&self) -> bool {
        true
    }

    fn read(&self, tenant: &str, keys: &[RowKey]) -> Result<Vec<(RowKey, Option<Row>)>> {
        let state = self.lock();
        let row = |key: &RowKey| state.rows.get(&(tenant.to_owned(), key.clone())).cloned();
        Ok(keys.iter().map(|key| (key.clone(), row(key))).collect())
    }

    fn claim(&self, scope: &KeyScope, body: Hash) -> Result<Claim> {
        let mut state = self.lock();
        Ok(match state.keys.get(scope) {
            None => {
                state.keys.insert(scope.clone(), (body, None));
                Claim::Mine
            }
            Some((stored, _)) if *stored != body => Claim::OtherBody,
            Some((_, None)) => Claim::Running,
            Some((_, Some(json))) => {
                let stored = Response::Stored(JsonValue::read_text(json.as_bytes(), &Limits::default())?);
                Claim::Stored(Box::new(Answer::stored(stored)))
            }
        })
    }

    fn leaves(&self, _from: u64, _most: usize) -> Result<Vec<StoredLeaf>> {
        Ok(Vec::new())
    }

    fn answers(&self, _tenant: &str, _after: Option<&KeyScope>, _most: usize) -> Result<Vec<StoredAnswer>> {
        Ok(Vec::new())
    }

    fn events(&self, _tenant: &str, _from: u64, _most: usize) -> Result<Vec<StoredEvent>> {
        Ok(Vec::new())
    }

    fn is_restricted(&self, _tenant: &str, _entity_id: &str) -> Result<bool> {
        Ok(false)
    }

    fn release(&self, scope: &KeyScope) {
        let mut state = self.lock();
        if state.keys.get(scope).is_some_and(|(_, answer)| answer.is_none()) {
            state.keys.remove(scope);
        }
    }

    fn commit(&self, commit: Commit) -> Result<Committed> {
        let mut state = self.lock();
        let row = |key: &RowKey| state.rows.get(&(commit.tenant.clone(), key.clone()));
        let version = |key: &RowKey| row(key).map_or(0, |row| row.version);
        if commit.reads.iter().any(|(key, read)| version(key) != *read) {
            return Ok(Committed::Moved);
        }
        let seq = u64::try_from(state.records.len()).unwrap();
        let record = match commit.record {
            Some(own) => {
                let entity_id = own.entity_id.clone();
                Some(RecordLine { entity_id, record: text(&own.seal(seq)?.to_json()) })
            }
            None => None,
        };
        let key = match commit.key {
            Some((scope, body, answer)) => Some((scope, body, text(&answer.to_json()?))),
            None => None,
        };
        let events = u64::try_from(commit.events.len()).unwrap();
        let line = Line { events, key, record, tenant: commit.tenant, writes: commit.writes };
        let mut bytes = canonical::to_vec(&line)?;
        bytes.push(b'\n');
        state
            .journal
            .write_all(&bytes)
            .and_then(|()| state.journal.sync_data())
            .map_err(|error| failed(&error))?;
        state.apply(line);
        Ok(Committed::All)
    }

    fn record(&self, tenant: &str, id: &str) -> Result<Option<Held>> {
        let state = self.lock();
        let is_it = |(own, held): &&(String, Held)| {
            let leaf = held.record.verify().unwrap();
            own == tenant && (leaf.audit_id == id || leaf.request_id == id)
        };
        Ok(state.records.iter().find(is_it).map(|(_, held)| held.clone()))
    }

    fn page(&self, tenant: &str, query: &Query) -> Result<Vec<Held>> {
        let state = self.lock();
        let asked = |(own, held): &&(String, Held)| {
            let leaf = held.record.verify().unwrap();
            own == tenant
                && leaf.seq >= query.from_seq
                && query.entity_id.as_ref().is_none_or(|id| held.entity_id.as_ref() == Some(id))
                && query.operation.as_ref().is_none_or(|operation| *operation == leaf.operation)
                && query.since.is_none_or(|since| leaf.recorded_at >= since)
                && query.until.is_none_or(|until| leaf.recorded_at < until)
        };
        Ok(state.records.iter().filter(asked).take(query.most).map(|(_, held)| held.clone()).collect())
    }

    fn log(&self, _work: &mut dyn FnMut(u64, &dyn Nodes) -> Result<()>) -> Result<()> {
        Err(Error::new(Cause::OperationNeedsStore, "the journal of tests keeps no log"))
    }

    fn statistics(&self) -> Result<StoreStatistics> {
        let state = self.lock();
        let count = |length: usize| u64::try_from(length).unwrap();
        Ok(StoreStatistics {
            events: state.events,
            keys: count(state.keys.len()),
            records: count(state.records.len()),
            ..StoreStatistics::default()
        })
    }
}
