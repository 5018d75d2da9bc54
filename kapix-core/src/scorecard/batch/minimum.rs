//! A card's stated minimum of history, over the rows of a frame.

use super::{BatchOutput, RowStatus, place, wrong_type};
use crate::domain::{Column, Frame, Kind};
use crate::error::{Cause, Error, Result};
use crate::scorecard::body::Minimum;

/// The columns that a card's stated minimum is about.
pub(super) const NAMES: [&str; 3] = ["history_days", "history_transactions", "coverage_age_days"];

/// Those columns of a frame, with the least or the most that the card takes.
pub(super) struct MinimumColumns<'f, 'a> {
    rules: Vec<(&'f Column<'a>, f64)>,
    age: Option<(&'f Column<'a>, f64)>,
}

impl<'f, 'a> MinimumColumns<'f, 'a> {
    pub(super) fn find(minimum: Option<Minimum>, frame: &'f Frame<'a>) -> Result<Self> {
        let Some(minimum) = minimum else { return Ok(Self { rules: Vec::new(), age: None }) };
        let [days, transactions, age] = NAMES;
        let numbers = |name: &str| match frame.column(name) {
            // A column without any value says nothing of its type.
            Some(column) if column.kind() == Kind::Numbers || column.is_void() => Ok(column),
            Some(column) => Err(wrong_type(name, "numbers", column)),
            None => {
                let message = format!("the card's minimum needs column `{name}`");
                Err(Error::new(Cause::FrameColumnMissing, message).at(place(name)))
            }
        };
        let mut rules = Vec::new();
        for (name, least) in [(days, minimum.history_days), (transactions, minimum.transactions)] {
            if least > 0 {
                rules.push((numbers(name)?, f64::from(least)));
            }
        }
        let age = match minimum.age_days_max {
            Some(most) => Some((numbers(age)?, f64::from(most))),
            None => None,
        };
        Ok(Self { rules, age })
    }

    /// Takes the scores of rows with too short a history away, and refers those whose data are too old. As for one applicant,
    /// the minimum goes before what its other inputs lack.
    pub(super) fn apply(&self, first: usize, output: &mut BatchOutput<'_>) {
        if self.rules.is_empty() && self.age.is_none() {
            return;
        }
        for offset in 0..output.points.len() {
            let row = first + offset;
            let numbers = self.rules.iter().chain(&self.age).filter_map(|(column, _)| column.number(row));
            if numbers.into_iter().any(f64::is_infinite) {
                output.refuse_anyway(offset, RowStatus::Infinity);
                continue;
            }
            let short =
                self.rules.iter().any(|(column, least)| column.number(row).is_none_or(|it| it < *least));
            let unknown_age = self.age.is_some_and(|(column, _)| column.number(row).is_none());
            if short || unknown_age {
                output.refuse_anyway(offset, RowStatus::HistoryShort);
            } else if self.age.is_some_and(|(column, _)| column.number(row).is_some_and(|age| age < 0.0)) {
                output.refuse_anyway(offset, RowStatus::OutOfRange);
            } else if self.is_stale(row) {
                output.refer(offset);
            }
        }
    }

    /// Returns whether the data of a row end too long before the instant that is scored.
    pub(super) fn is_stale(&self, row: usize) -> bool {
        self.age.is_some_and(|(column, most)| column.number(row).is_some_and(|age| age > most))
    }
}
