//! Things in the order of their arrival, under a limit on their bytes: the oldest leave first, the newest stays.

use std::collections::VecDeque;

/// What is held, with the bytes of each thing, and what has left.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    pub(super) items: VecDeque<(T, usize)>,
    pub(super) bytes: usize,
    pub(super) bytes_max: u64,
    pub(super) count_max: usize,
    pub(super) evicted: u64,
    pub(super) evicted_bytes: u64,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        let items = VecDeque::new();
        Self { items, bytes: 0, bytes_max: u64::MAX, count_max: usize::MAX, evicted: 0, evicted_bytes: 0 }
    }
}

impl<T> Shelf<T> {
    /// Keeps a thing of so many bytes, and returns those that leave for it. It stays itself, whatever its size: a
    /// call that has just ended is not forgotten.
    pub(super) fn push(&mut self, item: T, bytes: usize) -> Vec<T> {
        self.items.push_back((item, bytes));
        self.bytes += bytes;
        let mut left = Vec::new();
        while self.items.len() > 1
            && (count(self.bytes) > self.bytes_max || self.items.len() > self.count_max)
        {
            let Some((oldest, bytes)) = self.items.pop_front() else { break };
            self.bytes -= bytes;
            self.evicted += 1;
            self.evicted_bytes += count(bytes);
            left.push(oldest);
        }
        left
    }
}

/// Returns a length as statistics count.
pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
