//! Text and booleans as codes of a dictionary, for readers that look at each row more than once.

use super::Frame;
use super::column::{Column, Values};
use std::collections::BTreeMap;

/// The codes of a column of text, and what they mean, in the order of their first rows.
pub(crate) struct Encoded<'a> {
    codes: Vec<i32>,
    categories: Vec<&'a str>,
}

impl Encoded<'_> {
    /// Returns the codes as a column: missing rows have a negative one.
    pub(crate) fn column(&self) -> Column<'_> {
        Column::dictionary(&self.codes, self.categories.clone())
    }
}

impl<'a> Column<'a> {
    /// Returns the codes of text or of booleans; `None` for a column that has codes, or holds no text.
    pub(crate) fn encode(&self) -> Option<Encoded<'a>> {
        if !matches!(self.values, Values::Text(_) | Values::Bool { .. }) {
            return None;
        }
        let mut places: BTreeMap<&str, i32> = BTreeMap::new();
        let mut categories = Vec::new();
        let mut code = |row: usize| {
            let Some(text) = self.text(row) else { return -1 };
            let next = i32::try_from(categories.len()).unwrap_or(-1);
            *places.entry(text).or_insert_with(|| {
                categories.push(text);
                next
            })
        };
        let codes = (0..self.len()).map(&mut code).collect();
        Some(Encoded { codes, categories })
    }
}

impl<'a> Frame<'a> {
    /// Returns the codes of each column of text, `None` for the others.
    pub(crate) fn encode(&self) -> Vec<Option<Encoded<'a>>> {
        self.columns.iter().map(|(_, column)| column.encode()).collect()
    }

    /// Returns the frame with codes in place of text.
    pub(crate) fn with_codes<'f>(&'f self, encoded: &'f [Option<Encoded<'a>>]) -> Frame<'f> {
        self.with(encoded.iter().map(|encoded| encoded.as_ref().map(Encoded::column)))
    }

    /// Returns the frame with other columns of the same length in place of its own, where there is one.
    pub(crate) fn with<'f>(&'f self, others: impl Iterator<Item = Option<Column<'f>>>) -> Frame<'f> {
        let columns = self.columns.iter().zip(others);
        let columns = columns.map(|((name, own), other)| (name.clone(), other.unwrap_or_else(|| own.view())));
        Frame { rows: self.rows, columns: columns.collect() }
    }
}

impl Column<'_> {
    /// Returns the same column, for as long as this one is borrowed.
    pub(crate) fn view(&self) -> Column<'_> {
        let values = match &self.values {
            Values::Float(it) => Values::Float(it.view()),
            Values::Integer(it) => Values::Integer(it.view()),
            Values::Integer32(it) => Values::Integer32(it.view()),
            Values::Bool { bits, rows } => Values::Bool { bits: *bits, rows: *rows },
            Values::Text(it) => Values::Text(it.clone()),
            Values::Date(it) => Values::Date(it.view()),
            Values::Instant(it) => Values::Instant(it.view()),
            Values::Dictionary { codes, categories } => {
                Values::Dictionary { codes: codes.view(), categories: categories.clone() }
            }
            Values::Binary(it) => Values::Binary(it.clone()),
            Values::Other { name, rows } => Values::Other { name: name.clone(), rows: *rows },
        };
        Column { values, validity: self.validity }
    }
}
