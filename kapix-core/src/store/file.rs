//! A small durable store for tests: a journal of commits, one line each, read again when it is opened. It shares no
//! code with the store in memory, and shows that the Desk needs no more than the trait.

use super::{Claim, Commit, Committed, KeyScope, Row, RowKey, Store, StoreStatistics, Write};
use crate::audit::Record;
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
    records: Vec<Arc<Record>>,
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
    audit_id: String,
    found: Option<String>,
    leaf: String,
    request: String,
    response: String,
    salt: Vec<u8>,
    seq: u64,
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
            Arc::new(Record {
                audit_id: it.audit_id,
                seq: it.seq,
                leaf: it.leaf.into_bytes(),
                salt: it.salt.try_into().unwrap(),
                request: it.request.into_bytes().into(),
                response: it.response.into_bytes().into(),
                found: it.found.map(|found| found.into_bytes().into()),
            })
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
        let record = commit.record.map(|record| record.seal(seq)).transpose()?.map(|record| RecordLine {
            audit_id: record.audit_id,
            found: record.found.as_deref().map(text),
            leaf: text(&record.leaf),
            request: text(&record.request),
            response: text(&record.response),
            salt: record.salt.to_vec(),
            seq,
        });
        let key = match commit.key {
            Some((scope, answer)) => {
                let body = state.keys.get(&scope).map(|(body, _)| *body).unwrap();
                Some((scope, body, text(&answer.to_json()?)))
            }
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

    fn record(&self, audit_id: &str) -> Result<Option<Arc<Record>>> {
        Ok(self.lock().records.iter().find(|record| record.audit_id == audit_id).cloned())
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
