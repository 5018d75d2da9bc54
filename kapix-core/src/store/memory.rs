//! A store in bounded memory: the oldest record, key or event is dropped first, and what was dropped is counted.

use super::{Claim, Commit, Committed, KeyScope, Row, RowKey, Store, StoreStatistics};
use crate::canonical::Hash;
use crate::engine::{Answer, Event, Record};
use crate::error::{Cause, Error, Result};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of all records.
pub(super) const RECORD_BYTES_MAX: usize = 64 << 20;
/// Number of idempotency keys.
const KEYS_MAX: usize = 100_000;
/// Number of events that nobody has fetched.
const EVENTS_MAX: usize = 10_000;
/// Number of rows: they are never dropped, so a full table refuses.
const ROWS_MAX: usize = 1_000_000;

/// Records, rows, events, and answers by key.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The held records: their numbers have no gap.
    records: VecDeque<Arc<Record>>,
    record_bytes: usize,
    records_evicted: u64,
    /// Number of a record by its id.
    numbers: BTreeMap<String, u64>,
    keys: BTreeMap<KeyScope, (Hash, Option<Box<Answer>>)>,
    key_order: VecDeque<KeyScope>,
    keys_evicted: u64,
    rows: BTreeMap<RowKey, Row>,
    /// Number of writes so far: the version of the row that was written last.
    version: u64,
    events: VecDeque<Event>,
    events_evicted: u64,
}

impl MemoryStore {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn is_durable(&self) -> bool {
        false
    }

    fn read(&self, keys: &[RowKey]) -> Result<Vec<(RowKey, Option<Row>)>> {
        let state = self.lock();
        Ok(keys.iter().map(|key| (key.clone(), state.rows.get(key).cloned())).collect())
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
            Some((_, Some(answer))) => Claim::Stored(answer.clone()),
        })
    }

    fn release(&self, scope: &KeyScope) {
        let mut state = self.lock();
        if state.keys.get(scope).is_some_and(|(_, answer)| answer.is_none()) {
            state.keys.remove(scope);
        }
    }

    fn commit(&self, commit: Commit) -> Result<Committed> {
        self.lock().commit(commit)
    }

    fn record(&self, audit_id: &str) -> Result<Option<Arc<Record>>> {
        Ok(self.lock().record(audit_id))
    }

    fn statistics(&self) -> Result<StoreStatistics> {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let state = self.lock();
        Ok(StoreStatistics {
            events: count(state.events.len()),
            events_evicted: state.events_evicted,
            keys: count(state.keys.len()),
            keys_evicted: state.keys_evicted,
            records: count(state.records.len()),
            records_evicted: state.records_evicted,
        })
    }
}

impl State {
    fn version(&self, key: &RowKey) -> u64 {
        self.rows.get(key).map_or(0, |row| row.version)
    }

    fn commit(&mut self, commit: Commit) -> Result<Committed> {
        if commit.reads.iter().any(|(key, version)| self.version(key) != *version) {
            return Ok(Committed::Moved);
        }
        let added = commit.writes.iter().filter(|it| it.value.is_some() && !self.rows.contains_key(&it.key));
        if self.rows.len() + added.count() > ROWS_MAX {
            let message = format!("the store in memory holds at most `{ROWS_MAX}` rows");
            return Err(Error::new(Cause::StoreFull, message));
        }
        // Sealing may fail and comes first; nothing below fails.
        if let Some(record) = commit.record {
            let seq = self.records_evicted + u64::try_from(self.records.len()).unwrap_or(u64::MAX);
            self.push(record.seal(seq)?);
        }
        for write in commit.writes {
            self.version += 1;
            match write.value {
                Some(value) => drop(self.rows.insert(write.key, Row { value, version: self.version })),
                None => drop(self.rows.remove(&write.key)),
            }
        }
        if let Some((scope, answer)) = commit.key {
            self.keep(scope, answer);
        }
        for event in commit.events {
            self.events.push_back(event);
            if self.events.len() > EVENTS_MAX {
                self.events.pop_front();
                self.events_evicted += 1;
            }
        }
        Ok(Committed::All)
    }

    /// Keeps a record; the oldest ones are dropped when the bytes are used up, the newest is always kept.
    fn push(&mut self, record: Record) {
        self.record_bytes += record.size();
        self.numbers.insert(record.audit_id.clone(), record.seq);
        self.records.push_back(Arc::new(record));
        while self.record_bytes > RECORD_BYTES_MAX && self.records.len() > 1 {
            if let Some(oldest) = self.records.pop_front() {
                self.record_bytes -= oldest.size();
                self.numbers.remove(&oldest.audit_id);
                self.records_evicted += 1;
            }
        }
    }

    fn record(&self, audit_id: &str) -> Option<Arc<Record>> {
        let place = self.numbers.get(audit_id)?.checked_sub(self.records_evicted)?;
        self.records.get(usize::try_from(place).ok()?).cloned()
    }

    /// Stores the answer of a claimed key; the oldest key is dropped when there are too many.
    fn keep(&mut self, scope: KeyScope, answer: Answer) {
        if let Some(entry) = self.keys.get_mut(&scope) {
            entry.1 = Some(Box::new(answer));
            self.key_order.push_back(scope);
        }
        while self.key_order.len() > KEYS_MAX {
            if let Some(oldest) = self.key_order.pop_front() {
                self.keys.remove(&oldest);
                self.keys_evicted += 1;
            }
        }
    }
}
