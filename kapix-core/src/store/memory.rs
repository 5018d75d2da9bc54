//! A store in bounded memory: the oldest record, key, event or applicant's data leave first, and what left is counted.

use super::shelf::{Shelf, count};
use super::{
    Claim, Commit, Committed, ENTITIES, Held, KeyScope, Query, RESTRICTIONS, Row, RowKey, Store,
    StoreStatistics, StoredAnswer, StoredEvent, StoredLeaf,
};
use crate::audit::{Leaf, Nodes, Part, Removal};
use crate::canonical::{self, Hash};
use crate::engine::{Answer, Event, Unsealed};
use crate::error::{Cause, Error, Result};
use crate::fork;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::time::Instant;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
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
    records: Shelf<Kept>,
    /// Number of a record by its id, and by that of its call.
    numbers: BTreeMap<String, u64>,
    keys: BTreeMap<KeyScope, (Hash, Keyed)>,
    /// The answered keys.
    key_order: Shelf<KeyScope>,
    rows: BTreeMap<String, BTreeMap<RowKey, Row>>,
    row_count: usize,
    /// Number of writes so far: the version of the row that was written last.
    version: u64,
    entities: Entities,
    events: VecDeque<(String, StoredEvent)>,
    /// Number of the next event.
    events_next: u64,
    events_evicted: u64,
    /// How many people are restricted: nobody is looked up while there is none.
    restrictions: usize,
}

/// A record with what finds it.
#[derive(Clone, Debug)]
struct Kept {
    held: Held,
    operation: String,
    recorded_at: Instant,
    request_id: String,
    tenant: String,
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

    fn record(&self, tenant: &str, id: &str) -> Result<Option<Held>> {
        Ok(self.with(|state| state.record(id).filter(|it| it.tenant == tenant).map(|it| it.held.clone())))
    }

    fn page(&self, tenant: &str, query: &Query) -> Result<Vec<Held>> {
        Ok(self.with(|state| state.page(tenant, query)))
    }

    fn log(&self, _work: &mut dyn FnMut(u64, &dyn Nodes) -> Result<()>) -> Result<()> {
        let message = "a store in memory keeps no log, which would prove nothing once the process ends: open a \
                       durable one";
        Err(Error::new(Cause::OperationNeedsStore, message))
    }

    fn leaves(&self, _from: u64, _most: usize) -> Result<Vec<StoredLeaf>> {
        Ok(Vec::new())
    }

    fn answers(&self, tenant: &str, after: Option<&KeyScope>, most: usize) -> Result<Vec<StoredAnswer>> {
        self.with(|state| state.answers(tenant, after, most))
    }

    fn events(&self, tenant: &str, from: u64, most: usize) -> Result<Vec<StoredEvent>> {
        Ok(self.with(|state| {
            let events = state.events.iter().filter(|(own, event)| own == tenant && event.number >= from);
            events.take(most).map(|(_, event)| event.clone()).collect()
        }))
    }

    fn is_restricted(&self, tenant: &str, entity_id: &str) -> Result<bool> {
        Ok(self.with(|state| state.restrictions > 0 && state.is_restricted(tenant, entity_id)))
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
        let Commit { tenant, reads, writes, forgets, record, key, events } = commit;
        let version = |key: &RowKey| self.row(&tenant, key).map_or(0, |row| row.version);
        if reads.iter().any(|(key, read)| version(key) != *read) {
            return Ok(Committed::Moved);
        }
        let is_later = |kept: &Kept, (entity_id, seen): &(String, u64)| {
            kept.held.record.seq >= *seen
                && kept.tenant == tenant
                && kept.held.entity_id.as_ref() == Some(entity_id)
        };
        if let Some(forgets) = &forgets
            && self.records.items.iter().any(|(kept, _)| is_later(kept, forgets))
        {
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
        let bytes = key.as_ref().map(|(_, _, answer)| answer.size()).transpose()?;
        let told = stored_events(record.as_ref(), &events)?;
        if let Some(record) = record {
            let seq = self.records.evicted + count(self.records.items.len());
            let removal = record.removal().cloned();
            let leaf = record.leaf().clone();
            let held = Held { entity_id: record.entity_id.clone(), record: Arc::new(record.seal(seq)?) };
            self.push(leaf, held, &tenant);
            self.remove(removal.as_ref(), forgets.is_some());
        }
        for write in writes {
            self.write(&tenant, write.key, write.value);
        }
        if let (Some((scope, _, answer)), Some(bytes)) = (key, bytes) {
            self.keep(scope, answer, bytes);
        }
        for event in told {
            let number = self.events_next;
            self.events_next += 1;
            self.events.push_back((tenant.clone(), StoredEvent { number, ..event }));
            if self.events.len() > EVENTS_MAX {
                self.events.pop_front();
                self.events_evicted += 1;
            }
        }
        Ok(Committed::All)
    }

    fn push(&mut self, leaf: Leaf, held: Held, tenant: &str) {
        let (seq, bytes) = (held.record.seq, held.record.size());
        let Leaf { audit_id, operation, recorded_at, request_id, .. } = leaf;
        self.numbers.extend([(audit_id, seq), (request_id.clone(), seq)]);
        let kept = Kept { held, operation, recorded_at, request_id, tenant: tenant.to_owned() };
        for oldest in self.records.push(kept, bytes) {
            self.numbers.remove(&oldest.held.record.audit_id);
            self.numbers.remove(&oldest.request_id);
        }
    }

    fn place(&self, id: &str) -> Option<usize> {
        usize::try_from(self.numbers.get(id)?.checked_sub(self.records.evicted)?).ok()
    }

    fn record(&self, id: &str) -> Option<&Kept> {
        self.records.items.get(self.place(id)?).map(|(kept, _)| kept)
    }

    fn page(&self, tenant: &str, query: &Query) -> Vec<Held> {
        let first =
            usize::try_from(query.from_seq.saturating_sub(self.records.evicted)).unwrap_or(usize::MAX);
        let kept = self.records.items.iter().skip(first).map(|(kept, _)| kept);
        let asked = |kept: &&Kept| {
            kept.tenant == tenant
                && query.entity_id.as_ref().is_none_or(|id| kept.held.entity_id.as_ref() == Some(id))
                && query.operation.as_ref().is_none_or(|operation| *operation == kept.operation)
                && query.since.is_none_or(|since| kept.recorded_at >= since)
                && query.until.is_none_or(|until| kept.recorded_at < until)
        };
        kept.filter(asked).take(query.most).map(|kept| kept.held.clone()).collect()
    }

    /// Takes parts out of records. What is named and gone already is left as it is.
    fn remove(&mut self, removal: Option<&Removal>, forgets: bool) {
        for (audit_id, parts) in removal.into_iter().flat_map(|it| &it.parts) {
            let place = self.place(audit_id);
            let item = place.and_then(|place| self.records.items.get_mut(place));
            let Some((kept, bytes)) = item else { continue };
            let mut record = (*kept.held.record).clone();
            record.parts.retain(|part, _| !parts.contains(part));
            if forgets {
                kept.held.entity_id = None;
            }
            self.records.bytes = self.records.bytes - *bytes + record.size();
            *bytes = record.size();
            kept.held.record = Arc::new(record);
            if parts.contains(&Part::Response) || parts.contains(&Part::Features) {
                self.forget_answer(audit_id);
                self.events.retain(|(_, event)| event.audit_id.as_ref() != Some(audit_id));
            }
        }
    }

    /// Drops the answer of a record that is no longer whole: its key is free.
    fn forget_answer(&mut self, audit_id: &str) {
        let is_its = |keyed: &Keyed| match keyed {
            Keyed::Answered(answer) => answer.audit_id() == Some(audit_id),
            Keyed::Running(_) => false,
        };
        let scope = self.keys.iter().find(|(_, (_, keyed))| is_its(keyed)).map(|(scope, _)| scope.clone());
        let Some(scope) = scope else { return };
        self.keys.remove(&scope);
        if let Some(place) = self.key_order.items.iter().position(|(own, _)| *own == scope)
            && let Some((_, bytes)) = self.key_order.items.remove(place)
        {
            self.key_order.bytes -= bytes;
        }
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
        let (is_there, was_there) = (usize::from(rows.contains_key(&key)), usize::from(before.is_some()));
        self.row_count = self.row_count + is_there - was_there;
        if key.table == RESTRICTIONS {
            self.restrictions = self.restrictions + is_there - was_there;
        }
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

    fn is_restricted(&self, tenant: &str, entity_id: &str) -> bool {
        let key = RowKey { key: entity_id.to_owned(), table: RESTRICTIONS.to_owned() };
        self.row(tenant, &key).is_some_and(|row| is_restriction(&row.value))
    }

    fn answers(&self, tenant: &str, after: Option<&KeyScope>, most: usize) -> Result<Vec<StoredAnswer>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let held = self.keys.range::<KeyScope, _>((from, Bound::Unbounded));
        let mut answers = Vec::new();
        for (scope, (body, keyed)) in held.filter(|(scope, _)| scope.tenant == tenant) {
            let Keyed::Answered(answer) = keyed else { continue };
            if answers.len() == most {
                break;
            }
            let audit_id = answer.audit_id().map(str::to_owned);
            answers.push(StoredAnswer {
                answer: answer.to_json()?,
                audit_id,
                body: *body,
                scope: scope.clone(),
            });
        }
        Ok(answers)
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

/// Returns the events of a call as they are fetched, without their numbers; those of a call without a record are nobody's.
pub(super) fn stored_events(record: Option<&Unsealed>, events: &[Event]) -> Result<Vec<StoredEvent>> {
    let Some(record) = record else { return Ok(Vec::new()) };
    let told = |event: &Event| {
        Ok(StoredEvent {
            audit_id: Some(record.leaf().audit_id.clone()),
            data: JsonValue::read_text(&canonical::to_vec(&event.data)?, &Limits::DEFAULT)?,
            entity_id: record.entity_id.clone(),
            kind: event.kind.to_owned(),
            number: 0,
            occurred_at: record.recorded_at(),
        })
    };
    events.iter().map(told).collect()
}

/// Returns whether a row of restrictions says that nothing may be used.
pub(super) fn is_restriction(value: &JsonValue) -> bool {
    // One that cannot be read forbids.
    value.member("restricted") != Some(&JsonValue::Bool(false))
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
