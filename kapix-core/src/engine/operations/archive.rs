//! What an operation reads of the Desk that it runs on, beside the rows that it names.

use super::Call;
use super::records_replay::ReplayFrom;
use crate::audit::{Leaf, Nodes, Record, Signer};
use crate::engine::door::{Control, Reply};
use crate::error::{Cause, Error, Result};
use crate::store::{Held, KeyScope, Query, StoreStatistics, StoredAnswer, StoredEvent, StoredLeaf};
use crate::time::Instant;
use core::fmt::Debug;

/// Records of one page of a walk.
const PAGE: usize = 256;

/// A Desk, as operations read it. What they answer is of that moment, so that no replay gives it again.
pub(in crate::engine) trait Archive: Debug {
    /// Returns what the store holds and what it dropped.
    fn statistics(&self) -> Result<StoreStatistics>;

    /// Returns the record with this id, or of the call with this id.
    fn record(&self, id: &str) -> Result<Option<Held>>;

    /// Returns the next records that a query asks for; an empty page is the end.
    fn page(&self, query: &Query) -> Result<Vec<Held>>;

    /// Lends the log: the number of its leaves, and their subtrees.
    fn log(&self, work: &mut dyn FnMut(u64, &dyn Nodes) -> Result<()>) -> Result<()>;

    /// Returns the leaf of a record, after its parts are proved against it, and it against the log where there is one.
    fn proved(&self, held: &Held) -> Result<Leaf>;

    /// Returns the next leaves of the log of all tenants, with their numbers.
    fn leaves(&self, from: u64, most: usize) -> Result<Vec<StoredLeaf>>;

    /// Returns the next answers under idempotency keys, in the order of these.
    fn answers(&self, after: Option<&KeyScope>, most: usize) -> Result<Vec<StoredAnswer>>;

    /// Returns the next events from this number on.
    fn events(&self, from: u64, most: usize) -> Result<Vec<StoredEvent>>;

    /// Answers the request of a record again, whole or from its features, with the artefacts that are loaded now.
    fn replay(&self, record: &Record, from: ReplayFrom, control: &Control<'_>) -> Result<Reply>;

    /// Copies the store to a path where nothing is, and returns the bytes of the copy.
    fn backup(&self, path: &str) -> Result<u64>;

    /// Returns the number of the schema of a durable store.
    fn schema(&self) -> Option<u32>;

    /// Returns random bytes.
    fn entropy(&self) -> Result<[u8; 32]>;

    /// Returns the keys that sign checkpoints, the log's own first.
    fn signers(&self) -> Vec<&dyn Signer>;

    /// Returns whose records are read.
    fn tenant(&self) -> &str;

    /// Returns the name of the log.
    fn origin(&self) -> &str;

    /// Returns the present instant, as the Desk's clock says.
    fn now(&self) -> Option<Instant>;
}

impl<'c> Call<'c, '_> {
    /// Returns the Desk that the run is on.
    pub(super) fn archive(&self) -> Result<&'c dyn Archive> {
        self.surroundings.archive.ok_or_else(|| {
            let message = "the operation reads a store: call it on a Desk, not on an Engine";
            Error::new(Cause::OperationNeedsDesk, message)
        })
    }

    /// Visits the records that a query asks for, in the order of their numbers, until `visit` says that it is enough. Between
    /// pages others write; records that are made meanwhile are visited too.
    pub(super) fn visit(&self, mut query: Query, mut visit: impl FnMut(Held) -> Result<bool>) -> Result<()> {
        let archive = self.archive()?;
        query.most = PAGE;
        loop {
            self.control.check()?;
            let page = archive.page(&query)?;
            let Some(last) = page.last() else { return Ok(()) };
            query.from_seq = last.record.seq + 1;
            for held in page {
                if !visit(held)? {
                    return Ok(());
                }
            }
        }
    }
}
