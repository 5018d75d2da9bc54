//! The store of a Desk, as operations read it.

use super::clock::entropy;
use super::desk::{Call, Desk};
use crate::audit::{Leaf, Node, Nodes, Record, Signer, leaf_hash};
use crate::engine::door::{Control, Reply};
use crate::engine::operations::{Archive, Earlier, ReplayFrom};
use crate::error::{Cause, Error, Result};
use crate::store::{
    Held, KeyScope, Query, RECORDS, Row, RowKey, StoreStatistics, StoredAnswer, StoredEvent, StoredLeaf,
};
use crate::time::Instant;

impl Desk {
    /// Returns the rows with these names: those of the store, and records as a decision reads them.
    pub(super) fn rows(&self, keys: Vec<RowKey>, call: &Call) -> Result<Vec<(RowKey, Option<Row>)>> {
        let (records, rows): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| key.table == RECORDS);
        let mut found = self.store.read(&self.options.tenant, &rows)?;
        for key in records {
            let (id, entity_id) = key.key.split_once('\n').unwrap_or((&key.key, ""));
            let row = match Archive::record(self, id)? {
                Some(held) => {
                    let leaf = self.proved_leaf(&held);
                    let value = Earlier::of(&held, leaf, (entity_id, call.now), self.engine().limits())?;
                    Some(Row { value, version: 1 })
                }
                None => None,
            };
            found.push((key, row));
        }
        Ok(found)
    }

    /// Returns the leaf of a record, after its parts are proved against it, and it against the log where there is one.
    fn proved_leaf(&self, held: &Held) -> Result<Leaf> {
        let leaf = held.record.verify()?;
        if self.store.is_durable() {
            let own = leaf_hash(&held.record.leaf);
            let node = Node { level: 0, index: held.record.seq };
            let mut stands = false;
            self.store.log(&mut |_, nodes| {
                stands = nodes.node(node)? == own;
                Ok(())
            })?;
            if !stands {
                return Err(Error::new(Cause::RecordAltered, "the leaf is not the one of the log"));
            }
        }
        Ok(leaf)
    }
}

impl Archive for Desk {
    fn statistics(&self) -> Result<StoreStatistics> {
        self.store.statistics()
    }

    fn record(&self, id: &str) -> Result<Option<Held>> {
        let Some(held) = self.store.record(&self.options.tenant, id)? else { return Ok(None) };
        // The leaf names its ids: a row that is kept under another one is not what was asked for.
        let leaf: Leaf = serde_json::from_slice(&held.record.leaf).map_err(|_| under_another())?;
        if leaf.audit_id == id || leaf.request_id == id { Ok(Some(held)) } else { Err(under_another()) }
    }

    fn page(&self, query: &Query) -> Result<Vec<Held>> {
        self.store.page(&self.options.tenant, query)
    }

    fn log(&self, work: &mut dyn FnMut(u64, &dyn Nodes) -> Result<()>) -> Result<()> {
        self.store.log(work)
    }

    fn proved(&self, held: &Held) -> Result<Leaf> {
        self.proved_leaf(held)
    }

    fn leaves(&self, from: u64, most: usize) -> Result<Vec<StoredLeaf>> {
        self.store.leaves(from, most)
    }

    fn answers(&self, after: Option<&KeyScope>, most: usize) -> Result<Vec<StoredAnswer>> {
        self.store.answers(&self.options.tenant, after, most)
    }

    fn events(&self, from: u64, most: usize) -> Result<Vec<StoredEvent>> {
        self.store.events(&self.options.tenant, from, most)
    }

    fn replay(&self, record: &Record, from: ReplayFrom, control: &Control<'_>) -> Result<Reply> {
        let engine = self.engine();
        match from {
            ReplayFrom::Request => engine.replay(record, control),
            ReplayFrom::Features => engine.replay_from_features(record, control),
        }
    }

    fn backup(&self, path: &str) -> Result<u64> {
        self.store.backup(std::path::Path::new(path))
    }

    fn schema(&self) -> Option<u32> {
        self.store.schema()
    }

    fn entropy(&self) -> Result<[u8; 32]> {
        entropy()
    }

    fn signers(&self) -> Vec<&dyn Signer> {
        self.options.signers.iter().map(|it| &**it).collect()
    }

    fn tenant(&self) -> &str {
        &self.options.tenant
    }

    fn origin(&self) -> &str {
        &self.options.origin
    }

    fn now(&self) -> Option<Instant> {
        self.options.clock.now()
    }
}

fn under_another() -> Error {
    Error::new(Cause::RecordAltered, "the record is kept under an id that its leaf does not state")
}
