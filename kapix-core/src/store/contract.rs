//! What every store does, and what it is given.

use crate::audit::{Nodes, Part, Record};
use crate::canonical::{self, Hash};
use crate::engine::{Answer, Envelope, Event, Unsealed};
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::time::Instant;
use core::fmt::Debug;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// A store of a [`Desk`](crate::Desk). Every function may be called from any thread.
pub(crate) trait Store: Debug + Send + Sync {
    /// Returns whether what is committed is still there when the process ends.
    fn is_durable(&self) -> bool;

    /// Returns each of these rows of a tenant, `None` where there is none, as of one moment.
    fn read(&self, tenant: &str, keys: &[RowKey]) -> Result<Vec<(RowKey, Option<Row>)>>;

    /// Looks a key up, and claims it when it is free.
    fn claim(&self, scope: &KeyScope, body: Hash) -> Result<Claim>;

    /// Frees a claimed key under which no answer was stored: errors are not stored.
    fn release(&self, scope: &KeyScope);

    /// Does all of a commit, in one critical section, or nothing.
    fn commit(&self, commit: Commit) -> Result<Committed>;

    /// Returns the record of a tenant that has this id, or is that of the call with this id.
    fn record(&self, tenant: &str, id: &str) -> Result<Option<Held>>;

    /// Returns the next records that a query asks for, in the order of their numbers; an empty page is the end.
    fn page(&self, tenant: &str, query: &Query) -> Result<Vec<Held>>;

    /// Lends the log: the number of its leaves, and their subtrees.
    fn log(&self, work: &mut dyn FnMut(u64, &dyn Nodes) -> Result<()>) -> Result<()>;

    /// Returns the next leaves of the log of all tenants.
    fn leaves(&self, from: u64, most: usize) -> Result<Vec<StoredLeaf>>;

    /// Returns the next answers of a tenant under idempotency keys, in the order of these.
    fn answers(&self, tenant: &str, after: Option<&KeyScope>, most: usize) -> Result<Vec<StoredAnswer>>;

    /// Returns the next events of a tenant from this number on.
    fn events(&self, tenant: &str, from: u64, most: usize) -> Result<Vec<StoredEvent>>;

    /// Returns whether a person's data may not be used.
    fn is_restricted(&self, tenant: &str, entity_id: &str) -> Result<bool>;

    /// Returns the number of the schema; none of a store that is not durable.
    fn schema(&self) -> Option<u32> {
        None
    }

    /// Copies the store to a path where nothing is, and returns the bytes of the copy.
    fn backup(&self, _path: &Path) -> Result<u64> {
        let message = "a store in memory has nothing to copy: open a durable one";
        Err(Error::new(Cause::OperationNeedsStore, message))
    }

    /// Takes what was removed off the disk too, where the store keeps traces of it for a while.
    fn purge(&self) -> Result<()> {
        Ok(())
    }

    /// Returns what is held and what was dropped.
    fn statistics(&self) -> Result<StoreStatistics>;
}

/// What a store holds and what it dropped because it was full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoreStatistics {
    /// Applicants whose data `entity.put` gave.
    pub entities: u64,
    /// Bytes of their data.
    pub entities_bytes: u64,
    /// Applicants whose data were dropped because the store was full.
    pub entities_evicted: u64,
    /// Bytes of the data that were dropped.
    pub entities_evicted_bytes: u64,
    /// Events held.
    pub events: u64,
    /// Events dropped because the store was full.
    pub events_evicted: u64,
    /// Idempotency keys held.
    pub keys: u64,
    /// Bytes of the answers under them.
    pub keys_bytes: u64,
    /// Keys dropped because the store was full: their requests would be answered anew.
    pub keys_evicted: u64,
    /// Bytes of the answers that were dropped.
    pub keys_evicted_bytes: u64,
    /// Records held.
    pub records: u64,
    /// Bytes of the records.
    pub records_bytes: u64,
    /// Records dropped because the store was full.
    pub records_evicted: u64,
    /// Bytes of the records that were dropped.
    pub records_evicted_bytes: u64,
}

/// The table of whether people's data may be used, and whether they may be erased.
pub(crate) const RESTRICTIONS: &str = "restriction";

/// The table of records, as calls read them by name: no call writes there, and a record that is there stays as it is.
pub(crate) const RECORDS: &str = "record";

/// A record, and whom it is about.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// The id that the host gave; none where the record is about nobody, or was erased.
    pub(crate) entity_id: Option<String>,
    pub(crate) record: Arc<Record>,
}

/// An answer under an idempotency key.
#[derive(Clone, Debug)]
pub(crate) struct StoredAnswer {
    /// The answer in JSON, with its envelope.
    pub(crate) answer: Vec<u8>,
    pub(crate) audit_id: Option<String>,
    /// SHA-256 of the request that it answers.
    pub(crate) body: Hash,
    pub(crate) scope: KeyScope,
}

/// A leaf, with the number and the ids that it is kept under.
#[derive(Clone, Debug)]
pub(crate) struct StoredLeaf {
    pub(crate) ids: [String; 2],
    pub(crate) leaf: Vec<u8>,
    pub(crate) seq: u64,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredEvent {
    pub(crate) audit_id: Option<String>,
    pub(crate) data: JsonValue,
    pub(crate) entity_id: Option<String>,
    /// What happened, such as `decision.made`.
    pub(crate) kind: String,
    /// Its number among all events of the store.
    pub(crate) number: u64,
    pub(crate) occurred_at: Instant,
}

impl StoredAnswer {
    /// Returns whether it is the answer of a record, under the key that its leaf names.
    pub(crate) fn is_of(&self, held: &Held) -> bool {
        let Ok(leaf) = held.record.verify() else { return false };
        let Some(request) = held.record.parts.get(&Part::Request) else { return false };
        let key = self.scope.hmac(&request.salt, self.body).ok();
        let limits =
            Limits { request_bytes: u64::MAX, string_bytes: u64::MAX, json_depth: 127, ..Limits::DEFAULT };
        let own = JsonValue::read_text(&self.answer, &limits).ok().and_then(|answer| {
            let JsonValue::Object(mut members) = answer else { return None };
            let stated = |name: &str| members.get(name).and_then(JsonValue::as_str).map(str::to_owned);
            let (audit_id, request_id) = (stated("audit_id"), stated("request_id"));
            let at = stated("recorded_at");
            let is_its = audit_id.is_none_or(|id| id == leaf.audit_id)
                && request_id.is_none_or(|id| id == leaf.request_id)
                && at.is_none_or(|at| at == leaf.recorded_at.to_string());
            members.retain(|name, _| !Envelope::NAMES.contains(&name.as_str()));
            canonical::to_vec(&members).ok().filter(|_| is_its)
        });
        key.is_some() && key == leaf.key_hmac && own.is_some() && own == held.record.response()
    }
}

/// Which records are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    /// The least number.
    pub(crate) from_seq: u64,
    /// Whom they are about.
    pub(crate) entity_id: Option<String>,
    pub(crate) operation: Option<String>,
    /// The first recorded instant.
    pub(crate) since: Option<Instant>,
    /// The first recorded instant after them.
    pub(crate) until: Option<Instant>,
    /// How many at most.
    pub(crate) most: usize,
}

/// The table of what `entity.put` keeps: its rows are texts, and the oldest leave when they take too many bytes. What
/// a call reads there enters its request, so that no record holds it twice.
pub(crate) const ENTITIES: &str = "entity";

/// The name of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowKey {
    pub(crate) key: String,
    pub(crate) table: String,
}

/// A row: a document that operations read and write whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) value: JsonValue,
    /// Number of the write that made it, above 0; no two writes of a store have the same.
    pub(crate) version: u64,
}

/// The new value of a row; `None` removes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Write {
    pub(crate) key: RowKey,
    pub(crate) value: Option<JsonValue>,
}

/// Everything that one call leaves.
#[derive(Debug)]
pub(crate) struct Commit {
    /// Whose rows are read and written; those of another tenant have the same names.
    pub(crate) tenant: String,
    /// Version of each row that the call read, 0 where there was none; nothing is done if one has changed.
    pub(crate) reads: Vec<(RowKey, u64)>,
    pub(crate) writes: Vec<Write>,
    /// The person whom it forgets, and how many numbers it has seen: nothing is done if a record about them has a later one.
    /// The rows that name the person go too.
    pub(crate) forgets: Option<(String, u64)>,
    /// The record; the store numbers it.
    pub(crate) record: Option<Unsealed>,
    /// The answer, to be stored under the key that the call claimed for this body.
    pub(crate) key: Option<(KeyScope, Hash, Answer)>,
    pub(crate) events: Vec<Event>,
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Committed {
    /// All of it was done.
    All,
    /// A row that the call had read has changed; nothing was done.
    Moved,
    /// Another process answered under the key first; nothing was done, and its answer is the key's.
    Taken,
}

/// What an idempotency key stands for: operation, tenant and key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyScope {
    pub(crate) key: String,
    pub(crate) operation: String,
    pub(crate) tenant: String,
}

impl KeyScope {
    /// Returns the HMAC by which a leaf names the key, and the request that it stands for.
    pub(crate) fn hmac(&self, salt: &[u8; 16], body: Hash) -> Result<Hash> {
        let named = (&self.operation, &self.tenant, &self.key, body);
        Ok(canonical::hmac(salt, &canonical::to_vec(&named)?))
    }

    /// Returns the bytes of its texts.
    pub(crate) fn size(&self) -> usize {
        self.key.len() + self.operation.len() + self.tenant.len()
    }
}

/// What a call finds under its key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Claim {
    /// Nothing: the caller runs, and must commit or release.
    Mine,
    /// A twin runs: wait.
    Running,
    /// The stored answer of the same body.
    Stored(Box<Answer>),
    /// The key was used with another body.
    OtherBody,
}
