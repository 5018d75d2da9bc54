//! What must survive a call: records, idempotency keys, rows and events. A store does all of a commit or nothing.

mod contract;
#[cfg(test)]
mod file;
mod memory;
mod shelf;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod tests;

pub use contract::StoreStatistics;
pub(crate) use contract::{
    Claim, Commit, Committed, ENTITIES, Held, KeyScope, Query, RECORDS, RESTRICTIONS, Row, RowKey, Store,
    StoredAnswer, StoredEvent, StoredLeaf, Write,
};
#[cfg(test)]
pub(crate) use file::FileStore;
pub(crate) use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::Durability;
#[cfg(feature = "sqlite")]
pub(crate) use sqlite::SqliteStore;
