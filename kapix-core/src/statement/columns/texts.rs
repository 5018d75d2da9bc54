//! A column of texts that may be absent.

use super::Validity;
use crate::domain::{ResultColumn, ResultValues, Texts};

/// Texts of rows, in memory of their own from the first row that holds one.
#[derive(Debug, Default)]
pub(crate) struct Written {
    texts: Texts,
    validity: Validity,
}

impl Written {
    #[inline]
    pub(crate) fn push(&mut self, text: Option<&str>) {
        if text.is_some() || !self.texts.is_empty() {
            self.begin();
            self.texts.push(text.unwrap_or_default());
        }
        self.validity.push(text.is_some());
    }

    /// Gives each row so far a text.
    fn begin(&mut self) {
        if self.texts.is_empty() {
            self.texts = Texts::empty(self.validity.rows());
        }
    }

    /// Joins a text to the last one with a space between, and returns its bytes.
    pub(super) fn extend_last(&mut self, text: &str) -> usize {
        self.begin();
        self.validity.validate_last();
        let last =
            |texts: &Texts| texts.len().checked_sub(1).and_then(|row| texts.get(row)).map_or(0, str::len);
        if last(&self.texts) > 0 {
            self.texts.extend_last(" ");
        }
        self.texts.extend_last(text);
        last(&self.texts)
    }

    /// Returns whether no row has a text.
    pub(crate) fn is_void(&self) -> bool {
        self.texts.is_empty()
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        if self.validity.is_valid(row) { self.texts.get(row) } else { None }
    }

    /// Adds the texts behind, which are left without one.
    pub(super) fn append(&mut self, next: &mut Self) {
        if !next.texts.is_empty() {
            self.begin();
            self.texts.append(&next.texts);
        } else if !self.texts.is_empty() {
            self.texts.append(&Texts::empty(next.validity.rows()));
        }
        self.validity.append(&next.validity);
        next.texts.clear();
        next.validity.clear();
    }

    pub(super) fn reverse(&mut self) {
        self.texts = (0..self.texts.len()).rev().filter_map(|row| self.texts.get(row)).collect();
        self.validity.reverse();
    }

    pub(crate) fn column(mut self, name: &'static str) -> ResultColumn {
        self.begin();
        ResultColumn::new(name, ResultValues::Text(self.texts), self.validity.bits())
    }
}
