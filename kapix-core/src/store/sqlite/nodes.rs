//! The subtrees of the log in their table.

use super::failure::failure;
use crate::audit::{Hash, Node, Nodes, Peaks};
use crate::error::{Cause, Error, Result};
use rusqlite::{Connection, OptionalExtension, params};

/// The table, read.
#[derive(Debug)]
pub(super) struct Table<'c>(pub(super) &'c Connection);

impl Nodes for Table<'_> {
    fn node(&self, node: Node) -> Result<Hash> {
        let sql = "SELECT hash FROM node WHERE level = ?1 AND number = ?2";
        let mut statement = self.0.prepare_cached(sql).map_err(failure)?;
        let key = params![node.level, signed(node.index)?];
        let hash: Option<[u8; 32]> =
            statement.query_row(key, |row| row.get(0)).optional().map_err(failure)?;
        hash.map(Hash::from_bytes).ok_or_else(|| {
            let message = format!("no subtree `{}` of level `{}` is held", node.index, node.level);
            Error::new(Cause::AuditRange, message)
        })
    }
}

/// The log as it grows.
#[derive(Debug)]
pub(super) struct Log {
    peaks: Peaks,
}

impl Log {
    /// Returns the log as the records and subtrees say.
    pub(super) fn read(connection: &Connection) -> Result<Self> {
        let sql = "SELECT coalesce(max(seq) + 1, 0) FROM record";
        let mut statement = connection.prepare_cached(sql).map_err(failure)?;
        let size: i64 = statement.query_row([], |row| row.get(0)).map_err(failure)?;
        let size = u64::try_from(size)
            .map_err(|_| Error::new(Cause::StoreCorrupt, "a record has a number below 0"))?;
        let missing = |_| Error::new(Cause::StoreCorrupt, "the log lacks a subtree over its records");
        Ok(Self { peaks: Peaks::of(size, &Table(connection)).map_err(missing)? })
    }

    /// Returns the number of leaves, which is that of the next record.
    pub(super) fn size(&self) -> u64 {
        self.peaks.size()
    }

    /// Adds the hash of a leaf, and keeps what it completes.
    pub(super) fn append(&mut self, connection: &Connection, leaf: Hash) -> Result<()> {
        let mut completed = Vec::new();
        self.peaks.append(leaf, |node, hash| completed.push((node, hash)))?;
        let mut statement = connection
            .prepare_cached("INSERT INTO node (level, number, hash) VALUES (?1, ?2, ?3)")
            .map_err(failure)?;
        for (node, hash) in completed {
            statement.execute(params![node.level, signed(node.index)?, hash.as_bytes()]).map_err(failure)?;
        }
        Ok(())
    }
}

/// Returns a number as SQLite holds it.
pub(super) fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::new(Cause::StoreFull, "a number of the store is beyond 2^63"))
}
