//! Resident state: what a stateful operation keeps in memory beside the engine, such as the windows of a stream.
//!
//! It lies in a fixed number of partitions by the hash of its key, each under a lock of its own. A call takes the locks
//! of its keys in ascending order, so that two calls never wait for each other in a circle, and applies its event to
//! all of them at once. No result depends on the number of partitions or of threads.

use crate::fork;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Number of partitions: calls on other keys seldom wait for each other up to some tens of threads.
const PARTITIONS: usize = 64;

/// The state of the keys of one partition; one field an area.
#[derive(Debug, Default)]
pub(in crate::engine) struct Partition {
    /// Counts of the toy counter.
    #[cfg(test)]
    pub(in crate::engine) counts: std::collections::BTreeMap<String, u64>,
}

/// The resident state of a Desk.
#[derive(Debug)]
pub(in crate::engine) struct Resident {
    partitions: Box<[Mutex<Partition>]>,
}

/// The partitions of one call, locked.
#[derive(Debug)]
pub(in crate::engine) struct Held<'r> {
    partitions: Vec<(usize, MutexGuard<'r, Partition>)>,
    #[expect(dead_code, reason = "held for its drop")]
    gate: fork::Held,
}

impl Resident {
    /// Returns an empty state.
    pub(super) fn new() -> Self {
        Self { partitions: (0..PARTITIONS).map(|_| Mutex::default()).collect() }
    }

    /// Locks the partitions of these keys, in ascending order.
    pub(in crate::engine) fn hold(&self, keys: &[&str]) -> Held<'_> {
        let mut numbers: Vec<usize> = keys.iter().map(|key| number(key)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let gate = fork::hold();
        let lock = |number: usize| {
            let partition = self.partitions.get(number)?;
            Some((number, partition.lock().unwrap_or_else(PoisonError::into_inner)))
        };
        Held { partitions: numbers.into_iter().filter_map(lock).collect(), gate }
    }
}

impl Held<'_> {
    /// Returns the partition of a key, `None` unless the key was among those that were locked.
    #[cfg_attr(not(test), expect(dead_code, reason = "the windows of fraud are the first resident state"))]
    pub(in crate::engine) fn partition(&mut self, key: &str) -> Option<&mut Partition> {
        let wanted = number(key);
        let mut held = self.partitions.iter_mut();
        held.find(|(number, _)| *number == wanted).map(|(_, partition)| &mut **partition)
    }
}

/// FNV-1a over the key, folded to a partition (Fowler, Noll and Vo, draft-eastlake-fnv, section 2).
fn number(key: &str) -> usize {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    usize::try_from(hash % PARTITIONS as u64).unwrap_or_default()
}
