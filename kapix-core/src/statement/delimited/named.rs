//! The names of accounts in a column that nothing reads.

use std::collections::BTreeMap;

/// Names that are kept: a column with more tells no accounts.
const NAMES_MAX: usize = 1_000;
/// Rows that are numbered one by one before their numbers are no names.
const NUMBERED_MIN: usize = 3;

/// The names of a column.
#[derive(Default)]
pub(super) struct Named {
    /// Each with the first line that has it.
    first: BTreeMap<String, u64>,
    /// Rows with a name.
    rows: usize,
}

impl Named {
    /// Sees the name of a row.
    pub(super) fn see(&mut self, name: &str, line: u64) {
        self.rows += 1;
        if !self.first.contains_key(name) && self.first.len() < NAMES_MAX {
            self.first.insert(name.to_owned(), line);
        }
    }

    /// Adds the names of the part of the document behind.
    pub(super) fn join(&mut self, next: Self) {
        self.rows += next.rows;
        for (name, line) in next.first {
            self.first.entry(name).or_insert(line);
        }
    }

    /// Returns the first lines of names behind that of the first one, in their order.
    pub(super) fn further(&self) -> Vec<u64> {
        if self.are_numbers_of_rows() {
            return Vec::new();
        }
        let mut lines: Vec<u64> = self.first.values().copied().collect();
        lines.sort_unstable();
        lines.drain(..lines.len().min(1));
        lines
    }

    /// Returns whether each row has a number of its own, and these follow one another: a column `Line` may number the rows.
    fn are_numbers_of_rows(&self) -> bool {
        let count = self.first.len();
        if count < NUMBERED_MIN || count < self.rows.min(NAMES_MAX) {
            return false;
        }
        let numbers: Option<Vec<usize>> = self.first.keys().map(|name| name.parse().ok()).collect();
        let ends = numbers.and_then(|all| Some((*all.iter().min()?, *all.iter().max()?)));
        ends.is_some_and(|(least, most)| most - least == count - 1)
    }
}
