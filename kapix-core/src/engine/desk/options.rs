//! How a Desk works.

use super::clock::Clock;
use crate::audit::Signer;
use std::sync::Arc;

/// How a Desk works.
#[derive(Clone, Debug)]
pub struct DeskOptions {
    /// Where recorded time and an absent `as_of` come from.
    pub clock: Clock,
    /// Whether answers carry ids, times and latency; default true. Vectors run without.
    pub envelope: bool,
    /// What an idempotency key rests on.
    pub idempotency: Idempotency,
    /// Whether calls leave a record; default true.
    pub record: bool,
    /// The name of the log, which its checkpoints state; default `kapix`. No other log should have it, so take a name of yours
    /// such as `lender.example/kapix`.
    pub origin: String,
    /// The keys that sign checkpoints, the log's own first; default none.
    pub signers: Vec<Arc<dyn Signer>>,
    /// Whether records keep the texts of rows (description, counterparty), which may name other people; default false: they
    /// are kept as hashes under a key that is written nowhere, equal ones of one process equal. A replay then starts from
    /// the features.
    pub store_text: bool,
    /// Separates the keys, the records and the data of the host's customers; default empty.
    pub tenant: String,
}

/// What an idempotency key rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Idempotency {
    /// A durable store: without one a request with a key is refused.
    #[default]
    Durable,
    /// The memory of this process: 100,000 keys and `store_key_bytes` of answers, the oldest evicted and counted. A fork
    /// takes what is answered along. Then each process has keys of its own: one that a call runs under is free in the
    /// child, so send a key to one process only.
    Process,
}

impl Default for DeskOptions {
    fn default() -> Self {
        Self {
            clock: Clock::System,
            envelope: true,
            idempotency: Idempotency::Durable,
            record: true,
            origin: "kapix".to_owned(),
            signers: Vec::new(),
            store_text: false,
            tenant: String::new(),
        }
    }
}
