//! Declines that rest on a score alone within one column, cell or limit, by bounds.
//!
//! A row declines on a score alone where it surely decides at one value of the score, whatever all other inputs are within their
//! ranges, and at another the table does not surely decline. Bounds prove it: what they cannot prove is not told.

use super::ranges::Bounds;
use super::steps::Steps;
use super::variables::Variable;
use crate::expression::{CellTest, EVERY, Program, Range, Scalar, is_among};
use crate::policy::document::{Ground, HitPolicy, Outcome};
use crate::policy::input::Place;
use crate::policy::load::{Policy, Step};
use crate::policy::table::{OutputValue, Passes, Table};
use std::collections::BTreeSet;

/// Values of a score, truth values that are tried with both, and requested amounts, at most.
const SCORES_MAX: usize = 300;
const TRUTHS_MAX: usize = 3;
const AMOUNTS_MAX: usize = 40;

/// Slots with the value that each has.
type Fixed = Vec<(u16, f64)>;

impl Policy {
    /// Returns the rows of a table that decline at a score whatever else is given, where it does not decline at every score.
    pub(in crate::policy) fn declines_at_scores(
        &self,
        table: &Table,
        ground: Ground,
        steps: &mut Steps<'_>,
    ) -> BTreeSet<usize> {
        let reads = |program: &&Program| self.reads(program, ground);
        if !table.programs().iter().any(reads) {
            return BTreeSet::new();
        }
        let variables = self.variables();
        let truths = self.truths(table, &variables);
        let (mut surely, mut not_always) = (BTreeSet::new(), false);
        for score in self.scores(&variables, ground) {
            let mut views = Vec::new();
            for truth in &truths {
                if !steps.spend(self.bounding_cost() + table.tests.len() + table.rows.len()) {
                    return BTreeSet::new();
                }
                views.push(View::of(self, table, &[&**truth, &*score].concat()));
            }
            let declining = At { table, views }.declining();
            not_always |= declining.is_empty();
            surely.extend(declining);
        }
        if not_always { surely } else { BTreeSet::new() }
    }

    /// Returns whether there is a score at which every request lies above the limit of the offer, whatever else is given, and
    /// another at which that is not sure.
    pub(in crate::policy) fn limits_at_scores(&self, ground: Ground, steps: &mut Steps<'_>) -> bool {
        let Some(offer) = &self.offer else { return false };
        let Some(limit) = offer.limit.as_ref().filter(|limit| self.reads(&limit.program, ground)) else {
            return false;
        };
        let variables = self.variables();
        let is_requested = |it: &&Variable| it.place == Place::Slot(offer.requested);
        let amounts: Vec<f64> = variables
            .iter()
            .filter(is_requested)
            .flat_map(|it| it.choices.iter().map(|choice| choice.value))
            .filter(|amount| *amount > 0.0)
            .take(AMOUNTS_MAX)
            .collect();
        let (mut surely, mut not_always) = (false, false);
        for score in self.scores(&variables, ground) {
            let mut all = !amounts.is_empty();
            for amount in &amounts {
                if !steps.spend(self.bounding_cost()) {
                    return false;
                }
                let fixed = [&*score, &[(offer.requested, *amount)]].concat();
                let bounds = Bounds::at(self, &fixed);
                all &= bounds.of_program(&limit.program, EVERY).1 < *amount;
                if !all {
                    break;
                }
            }
            (surely, not_always) = (surely || all, not_always || !all);
        }
        surely && not_always
    }

    fn reads(&self, program: &Program, ground: Ground) -> bool {
        let slots = program.slots().iter().filter_map(|it| self.slots.get(usize::from(*it)));
        slots.into_iter().any(|info| info.ground.contains(&ground))
    }

    /// Returns how much it costs to bound all values once.
    fn bounding_cost(&self) -> usize {
        let of = |step: &Step| match step {
            Step::Derive { expression, .. } => expression.program.steps(1),
            Step::Table(table) => table.tests.len() + table.rows.len(),
            Step::Call(_) => 1,
        };
        self.steps.iter().map(of).sum()
    }

    /// Returns values of all inputs and results that are this score, with numbers between them: of several, those that are nearest
    /// to one number.
    fn scores(&self, variables: &[Variable], ground: Ground) -> Vec<Fixed> {
        let is_score = |slot: u16| {
            self.slots.get(usize::from(slot)).is_some_and(|info| info.ground == BTreeSet::from([ground]))
        };
        let scores: Vec<(u16, Scalar, Vec<f64>)> = variables
            .iter()
            .filter_map(|it| match it.place {
                Place::Slot(slot) if is_score(slot) => {
                    let scalar = self.slots.get(usize::from(slot))?.scalar;
                    Some((slot, scalar, with_midpoints(it, scalar)))
                }
                _ => None,
            })
            .collect();
        let mut all: Vec<f64> = scores.iter().flat_map(|(_, _, values)| values.iter().copied()).collect();
        sort(&mut all);
        let step = all.len().div_ceil(SCORES_MAX).max(1);
        let ends = [all.first().copied(), all.last().copied()];
        let chosen = all.iter().copied().step_by(step).chain(ends.into_iter().flatten());
        let nearest = |to: f64, values: &[f64]| {
            let away = |it: &f64| (*it - to).abs();
            values.iter().copied().min_by(|one, other| away(one).total_cmp(&away(other)))
        };
        let fixed = |to: f64| {
            scores.iter().filter_map(|(slot, _, values)| Some((*slot, nearest(to, values)?))).collect()
        };
        chosen.map(fixed).collect()
    }

    /// Returns what the truth values can be that formulas read, so that `b or not(b)` is true.
    fn truths(&self, table: &Table, variables: &[Variable]) -> Vec<Fixed> {
        let derived = self.steps.iter().filter_map(|step| match step {
            Step::Derive { expression, .. } => Some(&expression.program),
            _ => None,
        });
        let is_truth = |slot: &u16| {
            let is_boolean =
                self.slots.get(usize::from(*slot)).is_some_and(|it| it.scalar == Scalar::Boolean);
            is_boolean && variables.iter().any(|it| it.place == Place::Slot(*slot))
        };
        let computes = |program: &&Program| program.slots().first().is_some_and(|it| !program.is_slot(*it));
        let read: BTreeSet<u16> = table
            .programs()
            .into_iter()
            .chain(derived)
            .filter(computes)
            .flat_map(|program| program.slots().iter().copied())
            .filter(is_truth)
            .collect();
        let mut all = vec![Vec::new()];
        for slot in read.into_iter().take(TRUTHS_MAX) {
            let with = |fixed: &Fixed, value: f64| [&**fixed, &[(slot, value)]].concat();
            all = all.iter().flat_map(|fixed| [with(fixed, 0.0), with(fixed, 1.0)]).collect();
        }
        all
    }
}

/// The bounds of a table's columns, where some slots have one value.
struct View {
    bounds: Bounds,
    columns: Vec<Range>,
}

impl View {
    fn of(policy: &Policy, table: &Table, fixed: &[(u16, f64)]) -> Self {
        let bounds = Bounds::at(policy, fixed);
        let columns = bounds.of_columns(table);
        Self { bounds, columns }
    }
}

/// A table at one value of a score.
struct At<'t> {
    table: &'t Table,
    views: Vec<View>,
}

impl At<'_> {
    /// Returns whether a row surely matches, and whether it may.
    fn passes(&self, row: usize) -> (bool, bool) {
        let of = |view: &View| view.bounds.of_row(self.table, row, &view.columns);
        let views = self.views.iter().map(of);
        views.fold((true, false), |(surely, may), it| (surely && it.0, may || it.1))
    }

    fn then(&self, row: usize) -> Option<u32> {
        self.table.rows.get(row).map(|row| row.then)
    }

    fn declines(&self, row: usize) -> bool {
        let then = self.then(row).and_then(|then| self.table.thens.get(then as usize));
        then.is_some_and(|then| then.outcome == Some(Outcome::Decline))
    }

    /// Returns the rows that decline whatever else is given: no other row may take their place.
    fn declining(&self) -> Vec<usize> {
        let hit = self.table.body.hit;
        let mut found = Vec::new();
        if matches!(hit, HitPolicy::First | HitPolicy::Priority) {
            for row in self.table.in_order() {
                let (surely, may) = self.passes(row);
                if surely && self.declines(row) {
                    found.push(row);
                }
                if surely || may && !self.declines(row) {
                    break;
                }
            }
            return found;
        }
        let sure = (0..self.table.rows.len()).filter(|row| self.declines(*row) && self.passes(*row).0);
        found.extend(sure);
        if matches!(hit, HitPolicy::Unique | HitPolicy::Any) && !found.is_empty() {
            let may: Vec<usize> = (0..self.table.rows.len()).filter(|row| self.passes(*row).1).collect();
            let is_alone = |row: &usize| {
                let alike = |it: &usize| hit == HitPolicy::Any && self.then(*it) == self.then(*row);
                may.iter().all(|it| it == row || alike(it))
            };
            found.retain(is_alone);
        }
        found
    }
}

impl Bounds {
    pub(super) fn of_columns(&self, table: &Table) -> Vec<Range> {
        let of = |program: &Program| self.of_program(program, EVERY);
        table.columns.iter().map(|column| of(&column.program)).collect()
    }

    /// Returns whether a row surely matches columns within these bounds, and whether it may.
    pub(super) fn of_row(&self, table: &Table, row: usize, columns: &[Range]) -> (bool, bool) {
        let Some(row) = table.rows.get(row) else { return (false, false) };
        let (mut surely, mut may) = (true, true);
        for test in table.tests_of(row) {
            let Some(range) = columns.get(usize::from(test.column)) else { return (false, false) };
            let passes = match test.passes {
                Passes::Between(low, high) => within(*range, (low, high)),
                Passes::Cell(cell) => match table.cells.get(cell as usize) {
                    Some(cell) => self.of_cell(&cell.test, *range),
                    None => (false, false),
                },
            };
            (surely, may) = (surely && passes.0, may && passes.1);
        }
        (surely, may)
    }

    fn of_cell(&self, test: &CellTest, range: Range) -> (bool, bool) {
        match test {
            CellTest::Any => (true, true),
            CellTest::Intervals(set) => {
                let passes = set.ranges().iter().map(|it| within(range, *it));
                passes.fold((false, false), |(surely, may), it| (surely || it.0, may || it.1))
            }
            CellTest::Texts { symbols, others } => {
                let is_one = range.0 >= range.1;
                let passes = is_among(range.0, symbols) != *others;
                if is_one { (passes, passes) } else { (false, true) }
            }
            CellTest::Program(program) => {
                let (low, high) = self.of_program(program, range);
                (low > 0.0, high > 0.0)
            }
        }
    }

    /// Returns the bounds of an output by the rows that may match: up to the first that surely does, where the first decides.
    pub(super) fn of_output(&self, table: &Table, output: usize) -> Option<Range> {
        let columns = self.of_columns(table);
        let is_ordered = matches!(table.body.hit, HitPolicy::First | HitPolicy::Priority);
        let mut joined: Option<Range> = None;
        for row in table.in_order() {
            let (surely, may) = self.of_row(table, row, &columns);
            let then = table.rows.get(row).and_then(|row| table.thens.get(row.then as usize));
            let value = then.and_then(|then| then.outputs.get(output)).and_then(Option::as_ref);
            if let Some(value) = value.filter(|_| may) {
                let (low, high) = match value {
                    OutputValue::Constant(value) => (*value, *value),
                    OutputValue::Program(program) => self.of_program(program, EVERY),
                };
                joined = Some(joined.map_or((low, high), |it| (it.0.min(low), it.1.max(high))));
            }
            if surely && is_ordered {
                break;
            }
        }
        joined
    }
}

/// Returns whether all values of a range lie between two numbers, and whether some may.
fn within(range: Range, (low, high): Range) -> (bool, bool) {
    (low <= range.0 && range.1 <= high, low <= range.1 && range.0 <= high)
}

/// Returns the values of a score that are tried, and those between them.
fn with_midpoints(variable: &Variable, scalar: Scalar) -> Vec<f64> {
    let mut values: Vec<f64> = variable.choices.iter().map(|it| it.value).collect();
    sort(&mut values);
    let between = |pair: &[f64]| match pair {
        [low, high] => Some((low / 2.0 + high / 2.0).clamp(*low, *high)),
        _ => None,
    };
    let between: Vec<f64> = values.windows(2).filter_map(between).collect();
    values.extend(between.into_iter().map(|it| if scalar.is_whole() { libm::floor(it) } else { it }));
    sort(&mut values);
    values
}

fn sort(values: &mut Vec<f64>) {
    values.sort_by(f64::total_cmp);
    values.dedup_by(|one, other| one.total_cmp(other).is_eq());
}
