//! How the rows that match become a result, and whether rows that may match could change it
//! (OMG, DMN 1.5, section 8.2.8).

use super::document::{CollectBy, HitPolicy};
use super::state::State;
use super::table::{Output, OutputPlace, Passes, Table, Then};
use crate::expression::{Aggregate, CellTest, Slot, Unknown};
use std::collections::BTreeSet;

/// Whether the rows that may match could change what a table gives.
pub(super) enum TableResult {
    Known,
    Disagree,
    Unknown,
}

impl Table {
    pub(super) fn then(&self, row: u32) -> Option<&Then> {
        let row = self.rows.get(row as usize)?;
        self.thens.get(row.then as usize)
    }

    /// Returns whether the result is known, and leaves in `yes` the rows that make it.
    pub(super) fn result(&self, yes: &mut Vec<u32>, maybe: &[u32]) -> TableResult {
        let row = |number: u32| self.rows.get(number as usize);
        let then = |number: u32| row(number).map(|row| row.then);
        let priority = |number: u32| row(number).map_or(u32::MAX, |row| row.priority);
        let same = |one: u32, other: u32| then(one) == then(other);
        let known = |is_known: bool| if is_known { TableResult::Known } else { TableResult::Unknown };
        match self.body.hit {
            HitPolicy::First => known(match yes.first() {
                Some(first) => maybe.iter().all(|it| same(*it, *first)),
                None => maybe.is_empty(),
            }),
            HitPolicy::Unique => match (yes.len(), maybe.is_empty()) {
                (0 | 1, is_known) => known(is_known),
                _ => TableResult::Disagree,
            },
            HitPolicy::Any => match yes.first().copied() {
                Some(first) if yes.iter().any(|it| !same(*it, first)) => TableResult::Disagree,
                Some(first) => known(maybe.iter().all(|it| same(*it, first))),
                None => known(maybe.is_empty()),
            },
            HitPolicy::Priority => {
                let best = yes.iter().copied().min_by_key(|it| (priority(*it), *it));
                let Some(best) = best else { return known(maybe.is_empty()) };
                let changes = |it: &u32| priority(*it) <= priority(best) && !same(*it, best);
                yes.clear();
                yes.push(best);
                known(!maybe.iter().any(changes))
            }
            HitPolicy::RuleOrder | HitPolicy::OutputOrder | HitPolicy::Collect => {
                let outcome = |it: u32| self.then(it).and_then(|then| then.outcome);
                let worst = yes.iter().filter_map(|it| outcome(*it)).max();
                let gives =
                    |it: u32| self.then(it).is_some_and(|then| then.outputs.iter().any(Option::is_some));
                // The count of rows counts those without a value too.
                let counts = self
                    .outputs
                    .iter()
                    .any(|output| matches!(output.to, OutputPlace::Joined(_, CollectBy::Count)));
                let changes = |it: &u32| counts || gives(*it) || outcome(*it) > worst;
                if self.body.hit == HitPolicy::OutputOrder {
                    yes.sort_by_key(|it| (priority(*it), *it));
                }
                known(!maybe.iter().any(changes))
            }
        }
    }

    /// Returns slots and lists behind the unknown cells of rows.
    pub(super) fn behind(&self, rows: &[u32], columns: &[Slot]) -> (BTreeSet<u16>, BTreeSet<u16>) {
        let (mut slots, mut lists) = (BTreeSet::new(), BTreeSet::new());
        for row in rows.iter().filter_map(|row| self.rows.get(*row as usize)) {
            for test in self.tests_of(row) {
                let of_column = usize::from(test.column);
                if columns.get(of_column).is_some_and(|value| value.unknown().is_some()) {
                    let program = self.columns.get(of_column).map(|it| &it.program);
                    slots.extend(program.iter().flat_map(|it| it.slots()));
                    lists.extend(program.iter().flat_map(|it| it.lists()));
                }
                if let Passes::Cell(cell) = test.passes
                    && let Some(CellTest::Program(program)) =
                        self.cells.get(cell as usize).map(|cell| &cell.test)
                {
                    slots.extend(program.slots());
                    lists.extend(program.lists());
                }
            }
        }
        (slots, lists)
    }

    /// Leaves the outputs unknown.
    pub(super) fn without(&self, causes: Unknown, state: &mut State) {
        for output in &self.outputs {
            match output.to {
                OutputPlace::Slot(slot) | OutputPlace::Joined(slot, _) => {
                    state.set(slot, Slot::without(causes));
                }
                OutputPlace::List(list) => state.set_list(list, Err(causes)),
            }
        }
    }
}

impl Output {
    /// Puts the values that rows gave into the run.
    pub(super) fn put(&self, given: &[Slot], rows: usize, state: &mut State) {
        match self.to {
            OutputPlace::List(list) => state.set_list(list, Ok(given.to_vec())),
            OutputPlace::Slot(slot) => {
                let value = given.first().copied().unwrap_or_else(|| Slot::without(Unknown::NO_ROW));
                state.set(slot, value);
            }
            OutputPlace::Joined(slot, by) => {
                #[expect(clippy::cast_precision_loss, reason = "a table has fewer than 2^53 rows")]
                let count = rows as f64;
                let all = |_| Slot::boolean(true);
                let value = match by {
                    CollectBy::Count => Slot::number(count),
                    CollectBy::Sum => Aggregate::Sum.of(given, self.scalar, all),
                    CollectBy::Min => Aggregate::Min.of(given, self.scalar, all),
                    CollectBy::Max => Aggregate::Max.of(given, self.scalar, all),
                };
                state.set(slot, value);
            }
        }
    }
}
