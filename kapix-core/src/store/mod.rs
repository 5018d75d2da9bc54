//! What must survive a call: records and idempotency keys, here in bounded memory.

mod memory;

pub use memory::StoreStatistics;
pub(crate) use memory::{Claim, KeyScope, MemoryStore};
