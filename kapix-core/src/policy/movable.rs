//! Inputs that an applicant can change, and the values that stand for all others.

use super::input::{Input, Place};
use super::load::{Policy, Step};
use super::state::State;
use super::table::{OutputValue, Passes, Table};
use crate::expression::{CellTest, Grid, Program, Scalar, same};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Distances that are tried where an input enters a computed value, as shares of it.
const DISTANCES: [f64; 18] = [
    0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 10.0, 30.0, 100.0, 1_000.0,
];

/// Values of a whole number that are all tried where a computed value rests on it.
const ALL_MAX: f64 = 64.0;

impl Policy {
    pub(super) fn moves(&self, input: &Input) -> bool {
        self.body.inputs.get(&*input.name).is_some_and(|body| body.movable && !body.protected)
    }

    /// Returns whether a step is asked with a value of an input: while results of steps are held, it may not change.
    pub(super) fn feeds_a_step(&self, input: &Input) -> bool {
        let number = self.inputs.iter().position(|it| it.name == input.name);
        number.is_some_and(|number| self.calls().any(|call| self.feeds(number, call)))
    }

    /// Returns whether the policy reads a list.
    pub(super) fn reads_list(&self, list: u16) -> bool {
        let mut reads = false;
        self.programs(&mut |program| reads |= program.lists().contains(&list));
        reads
    }

    /// Returns whether the policy reads a value, as the requested amount too.
    pub(super) fn reads_slot(&self, slot: u16) -> bool {
        let mut reads = self.offer.as_ref().is_some_and(|offer| offer.requested == slot);
        self.programs(&mut |program| reads |= program.slots().contains(&slot));
        reads
    }

    /// Shows all code of the policy but that of what steps are asked.
    fn programs(&self, show: &mut dyn FnMut(&Program)) {
        for step in &self.steps {
            match step {
                Step::Derive { expression, .. } => show(&expression.program),
                Step::Table(table) => {
                    table.columns.iter().for_each(|it| show(&it.program));
                    for cell in &table.cells {
                        if let CellTest::Program(program) = &cell.test {
                            show(program);
                        }
                    }
                    for value in table.thens.iter().flat_map(|then| then.outputs.iter().flatten()) {
                        if let OutputValue::Program(program) = value {
                            show(program);
                        }
                    }
                }
                Step::Call(_) => {}
            }
        }
        let offered =
            self.offer.iter().flat_map(|offer| offer.limit.iter().chain(offer.terms.iter().map(|it| &it.1)));
        offered.for_each(|it| show(&it.program));
    }

    /// Returns an input with the values that it may change to; none where it has no value of the application, may not change, or
    /// is read by nothing, as long as the results of steps are held.
    pub(super) fn movable(&self, input: &Input, state: &State) -> Option<Movable> {
        let Place::Slot(slot) = input.place else { return None };
        let value = state.get(slot).value()?;
        if !self.moves(input)
            || self.feeds_a_step(input)
            || state.assumed.contains(&input.name)
            || !self.reads_slot(slot)
        {
            return None;
        }
        let (least, most) = input.scalar.limits();
        let (min, max) = (input.min.max(least), input.max.min(most));
        let mut found = Ends { slot, starts: Vec::new(), symbols: BTreeSet::new(), is_computed: false };
        for step in &self.steps {
            match step {
                Step::Derive { expression, .. } => found.reads(&expression.program),
                Step::Table(table) => found.table(table, input.scalar),
                Step::Call(_) => {}
            }
        }
        if let Some(offer) = &self.offer {
            found.is_computed |= offer.requested == slot && offer.limit.is_some();
            offer
                .limit
                .iter()
                .chain(offer.terms.iter().map(|it| &it.1))
                .for_each(|it| found.reads(&it.program));
        }
        let is_text = input.scalar == Scalar::Text;
        // All values of a short range are tried: nothing is passed over then.
        let is_short = input.scalar.is_whole() && input.max - input.min <= ALL_MAX;
        let mut others = match (input.scalar, &input.values) {
            (Scalar::Boolean, _) => vec![1.0 - value],
            (Scalar::Text, Some(all)) => all.iter().map(|it| f64::from(*it)).collect(),
            (Scalar::Text, None) => found.symbols.iter().map(|it| f64::from(*it)).collect(),
            _ if is_short && found.is_computed => {
                let next = |at: &f64| Some(at + 1.0).filter(|it| *it <= input.max);
                core::iter::successors(Some(libm::ceil(input.min)), next).collect()
            }
            _ => found.nearest(value, input.scalar),
        };
        others
            .retain(|it| matches!(input.scalar, Scalar::Text | Scalar::Boolean) || min <= *it && *it <= max);
        others.retain(|it| !same(*it, value));
        let mut movable = Movable {
            slot,
            name: Arc::clone(&input.name),
            scalar: input.scalar,
            value,
            others,
            min,
            max,
            is_computed: found.is_computed && !is_text && !is_short && input.scalar != Scalar::Boolean,
            is_open: is_text && input.values.is_none(),
        };
        movable.order([input.min, input.max]);
        Some(movable)
    }
}

/// An input that an applicant can change.
#[derive(Debug)]
pub(super) struct Movable {
    pub(super) slot: u16,
    pub(super) name: Arc<str>,
    pub(super) scalar: Scalar,
    pub(super) value: f64,
    /// Values that stand for all others along the cells that read it as it is, the nearest first.
    pub(super) others: Vec<f64>,
    /// The least and the greatest value that an application can state.
    pub(super) min: f64,
    pub(super) max: f64,
    /// Whether a computed value or the limit rests on it.
    pub(super) is_computed: bool,
    /// Whether it may have values that no cell names.
    pub(super) is_open: bool,
}

impl Movable {
    /// Returns how far a value lies from that of the application, relative to it; a text and a truth value move by 1, a date
    /// by years.
    pub(super) fn distance(&self, to: f64) -> f64 {
        let change = (to - self.value).abs();
        match self.scalar {
            Scalar::Text | Scalar::Boolean => 1.0,
            Scalar::Date => change / 365.0,
            _ if same(self.value, 0.0) => change,
            _ => change / self.value.abs(),
        }
    }

    pub(super) const fn grid(&self) -> Grid {
        if self.scalar.is_whole() { Grid::Whole } else { Grid::Floats }
    }

    /// Puts the values to try in the order of their distance, with those at growing distances and these ends where it is computed
    /// with.
    fn order(&mut self, ends: [f64; 2]) {
        if self.is_computed {
            let each =
                if same(self.value, 0.0) || self.scalar == Scalar::Date { 365.0 } else { self.value.abs() };
            let round = |it: f64| if self.scalar.is_whole() { libm::round(it) } else { it };
            let tried = DISTANCES.iter().flat_map(|share| [share * each, -share * each]);
            let own = tried.map(|change| round(self.value + change)).chain(ends);
            let is_possible = |it: &f64| it.is_finite() && self.min <= *it && *it <= self.max;
            let within: Vec<f64> = own.filter(|it| is_possible(it) && !same(*it, self.value)).collect();
            self.others.extend(within);
        }
        let mut others = core::mem::take(&mut self.others);
        others.sort_by(|one, other| {
            (self.distance(*one), *one)
                .partial_cmp(&(self.distance(*other), *other))
                .unwrap_or(core::cmp::Ordering::Equal)
        });
        others.dedup_by(|one, other| same(*one, *other));
        self.others = others;
    }
}

/// What is found of an input in a policy.
struct Ends {
    slot: u16,
    /// First values of the parts into which cells divide it.
    starts: Vec<f64>,
    symbols: BTreeSet<u32>,
    is_computed: bool,
}

impl Ends {
    fn reads(&mut self, program: &Program) {
        self.is_computed |= program.slots().contains(&self.slot);
    }

    fn table(&mut self, table: &Table, scalar: Scalar) {
        let grid = if scalar.is_whole() { Grid::Whole } else { Grid::Floats };
        let own: Vec<bool> = table.columns.iter().map(|column| column.program.is_slot(self.slot)).collect();
        for (column, is_own) in table.columns.iter().zip(&own) {
            if !is_own {
                self.reads(&column.program);
            }
        }
        for test in &table.tests {
            let is_own = own.get(usize::from(test.column)).copied().unwrap_or_default();
            let cell = match test.passes {
                Passes::Between(low, high) => {
                    if is_own {
                        self.range((low, high), grid);
                    }
                    continue;
                }
                Passes::Cell(cell) => table.cells.get(cell as usize),
            };
            match cell.map(|cell| &cell.test) {
                Some(CellTest::Intervals(set)) if is_own => {
                    set.ranges().iter().for_each(|range| self.range(*range, grid));
                }
                Some(CellTest::Texts { symbols, .. }) if is_own => self.symbols.extend(symbols.iter()),
                Some(CellTest::Program(program)) => {
                    self.is_computed |= is_own;
                    self.reads(program);
                }
                _ => {}
            }
        }
        for value in table.thens.iter().flat_map(|then| then.outputs.iter().flatten()) {
            if let OutputValue::Program(program) = value {
                self.reads(program);
            }
        }
    }

    fn range(&mut self, (low, high): (f64, f64), grid: Grid) {
        self.starts.extend(Some(low).filter(|it| it.is_finite()));
        self.starts.extend(Some(high).filter(|it| it.is_finite()).map(|it| grid.above(it)));
    }

    /// Returns the value of each part that is nearest to the one of the application.
    fn nearest(&mut self, value: f64, scalar: Scalar) -> Vec<f64> {
        let grid = if scalar.is_whole() { Grid::Whole } else { Grid::Floats };
        let starts = &mut self.starts;
        starts.sort_by(f64::total_cmp);
        starts.dedup_by(|one, other| same(*one, *other));
        starts.iter().map(|start| if *start > value { *start } else { grid.below(*start) }).collect()
    }
}
