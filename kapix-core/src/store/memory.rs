//! A store in bounded memory: the oldest record or key goes first, and what went is counted.

use crate::canonical::Hash;
use std::collections::{BTreeMap, VecDeque};

/// Bytes of all records.
const RECORD_BYTES_MAX: usize = 64 << 20;
/// Number of idempotency keys.
const KEYS_MAX: usize = 100_000;

/// What a store holds and what it let go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoreStatistics {
    /// Idempotency keys held.
    pub keys: u64,
    /// Keys that went because the store was full.
    pub keys_evicted: u64,
    /// Records held.
    pub records: u64,
    /// Records that went because the store was full.
    pub records_evicted: u64,
}

/// What a key stands for: operation, tenant and key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyScope {
    pub(crate) operation: &'static str,
    pub(crate) tenant: String,
    pub(crate) key: String,
}

/// What a call finds under its key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Claim<A> {
    /// Nothing: the caller runs, and must store or release.
    Mine,
    /// A twin runs: wait.
    Running,
    /// The stored answer of the same body.
    Stored(A),
    /// The key was used with another body.
    OtherBody,
}

/// Records of type R with their sizes, answers of type A by key.
#[derive(Debug)]
pub(crate) struct MemoryStore<R, A> {
    records: VecDeque<(u64, usize, R)>,
    record_bytes: usize,
    next_seq: u64,
    records_evicted: u64,
    keys: BTreeMap<KeyScope, (Hash, Option<A>)>,
    key_order: VecDeque<KeyScope>,
    keys_evicted: u64,
}

impl<R, A: Clone> MemoryStore<R, A> {
    pub(crate) const fn new() -> Self {
        Self {
            records: VecDeque::new(),
            record_bytes: 0,
            next_seq: 0,
            records_evicted: 0,
            keys: BTreeMap::new(),
            key_order: VecDeque::new(),
            keys_evicted: 0,
        }
    }

    /// Returns the number of the next record and counts it as taken.
    pub(crate) fn take_seq(&mut self) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }

    /// Keeps a record; the oldest ones go when the bytes are used up, the newest is always kept.
    pub(crate) fn push(&mut self, seq: u64, size: usize, record: R) {
        self.records.push_back((seq, size, record));
        self.record_bytes += size;
        while self.record_bytes > RECORD_BYTES_MAX && self.records.len() > 1 {
            if let Some((_, size, _)) = self.records.pop_front() {
                self.record_bytes -= size;
                self.records_evicted += 1;
            }
        }
    }

    /// Returns the newest record that `wanted` accepts.
    pub(crate) fn find(&self, wanted: impl Fn(&R) -> bool) -> Option<&R> {
        self.records.iter().rev().map(|(_, _, record)| record).find(|record| wanted(record))
    }

    /// Looks a key up, and claims it when it is free.
    pub(crate) fn claim(&mut self, scope: &KeyScope, body: Hash) -> Claim<A> {
        match self.keys.get(scope) {
            None => {
                self.keys.insert(scope.clone(), (body, None));
                Claim::Mine
            }
            Some((stored, _)) if *stored != body => Claim::OtherBody,
            Some((_, None)) => Claim::Running,
            Some((_, Some(answer))) => Claim::Stored(answer.clone()),
        }
    }

    /// Stores the answer of a claimed key; the oldest key goes when there are too many.
    pub(crate) fn store(&mut self, scope: KeyScope, answer: A) {
        if let Some(entry) = self.keys.get_mut(&scope) {
            entry.1 = Some(answer);
            self.key_order.push_back(scope);
        }
        while self.key_order.len() > KEYS_MAX {
            if let Some(oldest) = self.key_order.pop_front() {
                self.keys.remove(&oldest);
                self.keys_evicted += 1;
            }
        }
    }

    /// Frees a claimed key whose call failed: errors are not stored.
    pub(crate) fn release(&mut self, scope: &KeyScope) {
        if self.keys.get(scope).is_some_and(|(_, answer)| answer.is_none()) {
            self.keys.remove(scope);
        }
    }

    /// Returns what is held and what went.
    pub(crate) fn statistics(&self) -> StoreStatistics {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        StoreStatistics {
            keys: count(self.keys.len()),
            keys_evicted: self.keys_evicted,
            records: count(self.records.len()),
            records_evicted: self.records_evicted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, KeyScope, MemoryStore, RECORD_BYTES_MAX};
    use crate::canonical::Hash;

    fn scope(key: &str) -> KeyScope {
        KeyScope { operation: "credit.score", tenant: String::new(), key: key.to_owned() }
    }

    #[test]
    fn a_key_answers_the_same_body_and_refuses_another() {
        let mut store = MemoryStore::<(), u32>::new();
        let (one, other) = (Hash::of(b"1"), Hash::of(b"2"));
        assert_eq!(store.claim(&scope("k"), one), Claim::Mine);
        assert_eq!(store.claim(&scope("k"), one), Claim::Running);
        store.store(scope("k"), 7);
        assert_eq!(store.claim(&scope("k"), one), Claim::Stored(7));
        assert_eq!(store.claim(&scope("k"), other), Claim::OtherBody);
    }

    #[test]
    fn a_failed_call_frees_its_key_but_not_a_stored_one() {
        let mut store = MemoryStore::<(), u32>::new();
        let body = Hash::of(b"1");
        store.claim(&scope("k"), body);
        store.release(&scope("k"));
        assert_eq!(store.claim(&scope("k"), body), Claim::Mine);
        store.store(scope("k"), 7);
        store.release(&scope("k"));
        assert_eq!(store.claim(&scope("k"), body), Claim::Stored(7));
    }

    #[test]
    fn a_full_store_lets_the_oldest_record_go_and_counts_it() {
        let mut store = MemoryStore::<u32, ()>::new();
        for number in 0..3 {
            let seq = store.take_seq();
            store.push(seq, RECORD_BYTES_MAX / 2, number);
        }
        assert_eq!(store.statistics().records, 2);
        assert_eq!(store.statistics().records_evicted, 1);
        assert_eq!(store.find(|record| *record == 0), None);
        assert_eq!(store.find(|_| true), Some(&2));
    }
}
