//! What must survive a call: records and idempotency keys, here in bounded memory.

mod memory;

pub(crate) use memory::{Claim, KeyScope, MemoryStore};
pub use memory::StoreStatistics;
