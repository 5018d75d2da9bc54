//! A store in bounded memory: the oldest record, key, event or applicant's data leave first, and what left is counted.

use super::shelf::{Shelf, count};
use super::{Claim, Commit, Committed, ENTITIES, KeyScope, Row, RowKey, Store, StoreStatistics};
use crate::audit::Record;
use crate::canonical::Hash;
use crate::engine::{Answer, Event};
use crate::error::{Cause, Error, Result};
use crate::fork;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Number of idempotency keys.
const KEYS_MAX: usize = 100_000;
/// Number of events that nobody has fetched.
const EVENTS_MAX: usize = 10_000;
/// Number of rows beside applicants' data: they are never dropped, so a full table refuses.
const ROWS_MAX: usize = 1_000_000;
/// What a map keeps beside a key and its value: nodes are half empty at worst, and the order names the key again.
const ENTRY_BYTES: usize = 256;

/// Records, rows, events, and answers by key.
#[derive(Debug)]
pub(crate) struct MemoryStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The held records: their numbers have no gap.
    records: Shelf<Arc<Record>>,
    /// Number of a record by its id.
    numbers: BTreeMap<String, u64>,
    keys: BTreeMap<KeyScope, (Hash, Keyed)>,
    /// The answered keys.
    key_order: Shelf<KeyScope>,
    rows: BTreeMap<String, BTreeMap<RowKey, Row>>,
    row_count: usize,
    /// Number of writes so far: the version of the row that was written last.
    version: u64,
    entities: Entities,
    events: VecDeque<Event>,
    events_evicted: u64,
}

/// What became of a key.
#[derive(Debug)]
enum Keyed {
    Answered(Box<Answer>),
    /// A call of the process of this number has it.
    Running(u32),
}

/// The rows of applicants' data by version, so in the order of their writes: tenant, name and bytes.
#[derive(Debug, Default)]
struct Entities {
    order: BTreeMap<u64, (String, RowKey, usize)>,
    bytes: usize,
    bytes_max: u64,
    evicted: u64,
    evicted_bytes: u64,
}

impl MemoryStore {
    /// Returns an empty store with these limits on its bytes.
    pub(crate) fn new(limits: &Limits) -> Self {
        let mut state = State::default();
        state.records.bytes_max = limits.store_record_bytes;
        state.key_order.bytes_max = limits.store_key_bytes;
        state.key_order.count_max = KEYS_MAX;
        state.entities.bytes_max = limits.store_entity_bytes;
        Self(Mutex::new(state))
    }

    /// Claims a key for the process of this number.
    pub(super) fn claim_for(&self, scope: &KeyScope, body: Hash, own: u32) -> Claim {
        self.with(|state| match state.keys.get(scope) {
            Some((stored, _)) if *stored != body => Claim::OtherBody,
            Some((_, Keyed::Answered(answer))) => Claim::Stored(answer.clone()),
            Some((_, Keyed::Running(process))) if *process == own => Claim::Running,
            // The call that claimed it runs in the process that this one was forked from.
            None | Some(_) => {
                state.keys.insert(scope.clone(), (body, Keyed::Running(own)));
                Claim::Mine
            }
        })
    }

    /// Does what needs the state alone; no process forks meanwhile.
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let _held = fork::hold();
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for MemoryStore {
    fn is_durable(&self) -> bool {
        false
    }

    fn read(&self, tenant: &str, keys: &[RowKey]) -> Result<Vec<(RowKey, Option<Row>)>> {
        let row = |state: &State, key| state.row(tenant, key).cloned();
        Ok(self.with(|state| keys.iter().map(|key| (key.clone(), row(state, key))).collect()))
    }

    fn claim(&self, scope: &KeyScope, body: Hash) -> Result<Claim> {
        Ok(self.claim_for(scope, body, std::process::id()))
    }

    fn release(&self, scope: &KeyScope) {
        self.with(|state| {
            if let Some((_, Keyed::Running(_))) = state.keys.get(scope) {
                state.keys.remove(scope);
            }
        });
    }

    fn commit(&self, commit: Commit) -> Result<Committed> {
        self.with(|state| state.commit(commit))
    }

    fn record(&self, audit_id: &str) -> Result<Option<Arc<Record>>> {
        Ok(self.with(|state| state.record(audit_id)))
    }

    fn statistics(&self) -> Result<StoreStatistics> {
        Ok(self.with(|state| state.statistics()))
    }
}

impl State {
    fn statistics(&self) -> StoreStatistics {
        let (records, keys, entities) = (&self.records, &self.key_order, &self.entities);
        StoreStatistics {
            entities: count(entities.order.len()),
            entities_bytes: count(entities.bytes),
            entities_evicted: entities.evicted,
            entities_evicted_bytes: entities.evicted_bytes,
            events: count(self.events.len()),
            events_evicted: self.events_evicted,
            keys: count(self.keys.len()),
            keys_bytes: count(keys.bytes),
            keys_evicted: keys.evicted,
            keys_evicted_bytes: keys.evicted_bytes,
            records: count(records.items.len()),
            records_bytes: count(records.bytes),
            records_evicted: records.evicted,
            records_evicted_bytes: records.evicted_bytes,
        }
    }

    fn row(&self, tenant: &str, key: &RowKey) -> Option<&Row> {
        self.rows.get(tenant)?.get(key)
    }

    fn commit(&mut self, commit: Commit) -> Result<Committed> {
        let Commit { tenant, reads, writes, record, key, events } = commit;
        let version = |key: &RowKey| self.row(&tenant, key).map_or(0, |row| row.version);
        if reads.iter().any(|(key, read)| version(key) != *read) {
            return Ok(Committed::Moved);
        }
        for write in &writes {
            let bytes = write.value.as_ref().map_or(0, |value| entity_bytes(&tenant, &write.key, value));
            self.entities.check(bytes)?;
        }
        let added = writes.iter().filter(|it| it.value.is_some() && self.row(&tenant, &it.key).is_none());
        if self.row_count + added.count() > ROWS_MAX {
            let message = format!("the store in memory holds at most `{ROWS_MAX}` rows");
            return Err(Error::new(Cause::StoreFull, message));
        }
        // Sealing and measuring may fail and come first; nothing below fails.
        let bytes = key.as_ref().map(|(_, answer)| answer.size()).transpose()?;
        if let Some(record) = record {
            let seq = self.records.evicted + count(self.records.items.len());
            self.push(record.seal(seq)?);
        }
        for write in writes {
            self.write(&tenant, write.key, write.value);
        }
        if let (Some((scope, answer)), Some(bytes)) = (key, bytes) {
            self.keep(scope, answer, bytes);
        }
        for event in events {
            self.events.push_back(event);
            if self.events.len() > EVENTS_MAX {
                self.events.pop_front();
                self.events_evicted += 1;
            }
        }
        Ok(Committed::All)
    }

    fn push(&mut self, record: Record) {
        self.numbers.insert(record.audit_id.clone(), record.seq);
        let bytes = record.size();
        for oldest in self.records.push(Arc::new(record), bytes) {
            self.numbers.remove(&oldest.audit_id);
        }
    }

    fn record(&self, audit_id: &str) -> Option<Arc<Record>> {
        let place = self.numbers.get(audit_id)?.checked_sub(self.records.evicted)?;
        self.records.items.get(usize::try_from(place).ok()?).map(|(record, _)| Arc::clone(record))
    }

    fn write(&mut self, tenant: &str, key: RowKey, value: Option<JsonValue>) {
        self.version += 1;
        let version = self.version;
        let bytes = value.as_ref().map_or(0, |value| entity_bytes(tenant, &key, value));
        let rows = self.rows.entry(tenant.to_owned()).or_default();
        let before = match value {
            Some(value) => rows.insert(key.clone(), Row { value, version }),
            None => rows.remove(&key),
        };
        self.row_count += usize::from(rows.contains_key(&key));
        self.row_count -= usize::from(before.is_some());
        if key.table != ENTITIES {
            return;
        }
        self.entities.forget(before.as_ref());
        if bytes > 0 {
            self.entities.keep(version, (tenant.to_owned(), key, bytes));
        }
        while let Some((tenant, key)) = self.entities.oldest_beyond() {
            let gone = self.rows.get_mut(&tenant).and_then(|rows| rows.remove(&key));
            self.row_count -= usize::from(gone.is_some());
        }
    }

    /// Stores the answer of a claimed key.
    fn keep(&mut self, scope: KeyScope, answer: Answer, bytes: usize) {
        let Some(entry) = self.keys.get_mut(&scope) else { return };
        entry.1 = Keyed::Answered(Box::new(answer));
        let bytes = bytes + 2 * scope.size() + ENTRY_BYTES;
        for oldest in self.key_order.push(scope, bytes) {
            self.keys.remove(&oldest);
        }
    }
}

/// Returns the bytes that a row of an applicant's data takes, 0 for any other row.
fn entity_bytes(tenant: &str, key: &RowKey, value: &JsonValue) -> usize {
    match value {
        JsonValue::Text(text) if key.table == ENTITIES => {
            text.len() + 2 * (tenant.len() + key.key.len() + key.table.len()) + ENTRY_BYTES
        }
        _ => 0,
    }
}

impl Entities {
    /// Refuses data that would take more than all room.
    fn check(&self, bytes: usize) -> Result<()> {
        if count(bytes) <= self.bytes_max {
            return Ok(());
        }
        let most = self.bytes_max;
        let message = format!(
            "the data of one applicant must take at most store_entity_bytes, `{most}`; got `{bytes}`"
        );
        Err(Error::new(Cause::LimitExceeded, message).at("/data"))
    }

    fn forget(&mut self, before: Option<&Row>) {
        let gone = before.and_then(|row| self.order.remove(&row.version));
        self.bytes -= gone.map_or(0, |(_, _, bytes)| bytes);
    }

    fn keep(&mut self, version: u64, entry: (String, RowKey, usize)) {
        self.bytes += entry.2;
        self.order.insert(version, entry);
    }

    /// Takes the oldest out when there are too many bytes, and returns its name.
    fn oldest_beyond(&mut self) -> Option<(String, RowKey)> {
        if count(self.bytes) <= self.bytes_max {
            return None;
        }
        let (_, (tenant, key, bytes)) = self.order.pop_first()?;
        self.bytes -= bytes;
        self.evicted += 1;
        self.evicted_bytes += count(bytes);
        Some((tenant, key))
    }
}
