//! The least change of an application at which the whole policy approves it.
//!
//! Along an input that cells read as it is, a policy decides the same between two neighbouring ends of cells, so the
//! nearest value of each such part stands for all of it. Where an input enters a computed value or the limit, values at
//! growing distances are tried, and the nearest one is found by halving. Every change is a run of the whole policy.

use super::input::{Input, Place};
use super::load::{Policy, Step};
use super::state::State;
use super::table::{OutputValue, Passes, Table};
use crate::expression::{CellTest, Grid, Program, Scalar, Slot, same};
use crate::json_value::JsonValue;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// Inputs that change together, at most.
const INPUTS_MAX: usize = 3;

/// Steps of all runs of a search: about as many as ten runs of the costliest policy; and runs, at most and at least.
const COST_MAX: usize = 50_000_000;
const RUNS_MAX: usize = 20_000;
const RUNS_MIN: usize = 64;

/// Distances that are tried where an input enters a computed value, as shares of it.
const DISTANCES: [f64; 18] = [
    0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 10.0, 30.0, 100.0, 1_000.0,
];

/// Values of a whole number that are all tried where a computed value rests on it.
const ALL_MAX: f64 = 64.0;

/// Halvings between two values.
const HALVINGS: usize = 64;

/// An input that changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InputChange {
    /// Its value in the application.
    pub from: JsonValue,
    /// Its name.
    pub input: Arc<str>,
    /// The value at which the policy approves.
    pub to: JsonValue,
}

/// Why no change of an application is stated.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumMessage,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CounterfactualNull {
    /// The application is not declined.
    #[strum(message = "Read `outcome` and `reasons`.")]
    NotDeclined,
    /// No change of at most three inputs that the applicant can change was found at which the policy approves.
    #[strum(
        message = "Read `trace`: what refuses may be an input that cannot change, is missing, or a step."
    )]
    NoneFound,
    /// The search came to its limit of runs before it found one.
    #[strum(
        message = "State ranges of the inputs, and `movable: false` where an applicant cannot change one."
    )]
    SearchEnded,
}

/// The least change that was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LeastChange {
    pub changes: Vec<InputChange>,
    /// Whether no change of fewer inputs, and none that is smaller, exists.
    pub exact: bool,
    values: Vec<(u16, f64)>,
    before: Vec<(u16, f64)>,
}

impl LeastChange {
    /// Puts the changed values into a run.
    pub(crate) fn put(&self, state: &mut State) {
        self.values.iter().for_each(|(slot, value)| state.set(*slot, Slot::number(*value)));
    }

    /// Puts the values of the application back.
    pub(crate) fn take_back(&self, state: &mut State) {
        self.before.iter().for_each(|(slot, value)| state.set(*slot, Slot::number(*value)));
    }
}

impl Policy {
    /// Returns the least change of the movable inputs of a run at which `approves` is true of the whole policy: of the fewest
    /// inputs, and of those the smallest sum of relative changes.
    pub(crate) fn least_change<E>(
        &self,
        state: &mut State,
        approves: &mut dyn FnMut(&mut State) -> Result<bool, E>,
    ) -> Result<Result<LeastChange, CounterfactualNull>, E> {
        let movables: Vec<Movable> =
            self.inputs.iter().filter_map(|input| self.movable(input, state)).collect();
        let exact = movables.iter().all(|it| !it.is_computed && !it.is_open)
            && !self.inputs.iter().any(|input| matches!(input.place, Place::List(_)) && self.moves(input));
        let runs = (COST_MAX / self.cost.max(1)).clamp(RUNS_MIN, RUNS_MAX);
        let mut search = Search { movables: &movables, approves, runs, best: None };
        for count in 1..=INPUTS_MAX.min(movables.len()) {
            search.choose(0, count, &mut Vec::new(), state)?;
            if search.best.is_some() || search.runs == 0 {
                break;
            }
        }
        let is_whole = search.runs > 0;
        let Some(best) = search.best else {
            let why = if is_whole { CounterfactualNull::NoneFound } else { CounterfactualNull::SearchEnded };
            return Ok(Err(why));
        };
        let named = |(at, value): &(usize, f64)| {
            let movable = movables.get(*at)?;
            Some(InputChange {
                from: self.written(movable.scalar, movable.value, state),
                input: Arc::clone(&movable.name),
                to: self.written(movable.scalar, *value, state),
            })
        };
        let slots = |value: &dyn Fn(&Movable, f64) -> f64| {
            let of = best
                .changes
                .iter()
                .filter_map(|(at, to)| movables.get(*at).map(|movable| (movable.slot, value(movable, *to))));
            of.collect()
        };
        Ok(Ok(LeastChange {
            changes: best.changes.iter().filter_map(named).collect(),
            exact: exact && is_whole,
            values: slots(&|_, to| to),
            before: slots(&|movable, _| movable.value),
        }))
    }

    fn moves(&self, input: &Input) -> bool {
        self.body.inputs.get(&*input.name).is_some_and(|body| body.movable && !body.protected)
    }

    /// Returns an input with the values that it may change to; none where it has no value of the application, or may not.
    fn movable(&self, input: &Input, state: &State) -> Option<Movable> {
        let Place::Slot(slot) = input.place else { return None };
        let value = state.get(slot).value()?;
        if !self.moves(input) || state.assumed.contains(&input.name) {
            return None;
        }
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
            _ => found.nearest(value, input),
        };
        others.retain(|it| !same(*it, value));
        let mut movable = Movable {
            slot,
            name: Arc::clone(&input.name),
            scalar: input.scalar,
            value,
            others,
            min: input.min,
            max: input.max,
            is_computed: found.is_computed && !is_text && !is_short && input.scalar != Scalar::Boolean,
            is_open: is_text && input.values.is_none(),
        };
        movable.order();
        Some(movable)
    }
}

/// An input that an applicant can change.
#[derive(Debug)]
struct Movable {
    slot: u16,
    name: Arc<str>,
    scalar: Scalar,
    value: f64,
    /// Values that stand for all others along the cells that read it as it is, the nearest first.
    others: Vec<f64>,
    min: f64,
    max: f64,
    /// Whether a computed value or the limit rests on it.
    is_computed: bool,
    /// Whether it may have values that no cell names.
    is_open: bool,
}

impl Movable {
    /// Returns how far a value lies from that of the application, relative to it; a text and a truth value move by 1, a date
    /// by years.
    fn distance(&self, to: f64) -> f64 {
        let change = (to - self.value).abs();
        match self.scalar {
            Scalar::Text | Scalar::Boolean => 1.0,
            Scalar::Date => change / 365.0,
            _ if same(self.value, 0.0) => change,
            _ => change / self.value.abs(),
        }
    }

    const fn grid(&self) -> Grid {
        if self.scalar.is_whole() { Grid::Whole } else { Grid::Floats }
    }

    /// Puts the values to try in the order of their distance, with those at growing distances where it is computed with.
    fn order(&mut self) {
        if self.is_computed {
            let each =
                if same(self.value, 0.0) || self.scalar == Scalar::Date { 365.0 } else { self.value.abs() };
            let round = |it: f64| if self.scalar.is_whole() { libm::round(it) } else { it };
            let tried = DISTANCES.iter().flat_map(|share| [share * each, -share * each]);
            let own = tried.map(|change| round(self.value + change)).chain([self.min, self.max]);
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
    fn nearest(&mut self, value: f64, input: &Input) -> Vec<f64> {
        let grid = if input.scalar.is_whole() { Grid::Whole } else { Grid::Floats };
        let starts = &mut self.starts;
        starts.sort_by(f64::total_cmp);
        starts.dedup_by(|one, other| same(*one, *other));
        let ends = starts.iter().map(|start| if *start > value { *start } else { grid.below(*start) });
        ends.filter(|it| input.min <= *it && *it <= input.max).collect()
    }
}

/// A search for the least change.
struct Search<'s, E> {
    movables: &'s [Movable],
    approves: &'s mut dyn FnMut(&mut State) -> Result<bool, E>,
    /// Runs that are left.
    runs: usize,
    best: Option<Best>,
}

#[derive(Clone, Debug)]
struct Best {
    distance: f64,
    /// Numbers of the movable inputs, and their values.
    changes: Vec<(usize, f64)>,
}

impl<E> Search<'_, E> {
    /// Tries every choice of `count` inputs, of those from `first` on, beside those chosen.
    fn choose(
        &mut self,
        first: usize,
        count: usize,
        chosen: &mut Vec<usize>,
        state: &mut State,
    ) -> Result<(), E> {
        if count == 0 {
            // The last one is looked along: each that is computed with, or any where none is.
            let is_computed = |at: &usize| self.movables.get(*at).is_some_and(|movable| movable.is_computed);
            let mut lasts: Vec<usize> =
                (0..chosen.len()).filter(|last| chosen.get(*last).is_some_and(is_computed)).collect();
            if lasts.is_empty() {
                lasts.extend(chosen.len().checked_sub(1));
            }
            for last in lasts {
                let mut order = chosen.clone();
                let end = order.remove(last);
                order.push(end);
                self.change(&order, &mut Vec::new(), state)?;
            }
            return Ok(());
        }
        for at in first..self.movables.len() {
            chosen.push(at);
            self.choose(at + 1, count - 1, chosen, state)?;
            chosen.pop();
        }
        Ok(())
    }

    /// Tries every value of the first of these inputs with every value of the others; the last one is looked along.
    fn change(
        &mut self,
        order: &[usize],
        changes: &mut Vec<(usize, f64)>,
        state: &mut State,
    ) -> Result<(), E> {
        let all = self.movables;
        let (Some((at, rest)), Some(movable)) =
            (order.split_first(), order.first().and_then(|at| all.get(*at)))
        else {
            return Ok(());
        };
        if rest.is_empty() {
            self.along(*at, movable, changes, state)?;
        } else {
            for value in &movable.others {
                if self.runs == 0 || !self.is_nearer(changes, movable.distance(*value)) {
                    break;
                }
                state.set(movable.slot, Slot::number(*value));
                changes.push((*at, *value));
                self.change(rest, changes, state)?;
                changes.pop();
            }
        }
        state.set(movable.slot, Slot::number(movable.value));
        Ok(())
    }

    /// Looks along one input, downwards and upwards, for the nearest value at which the policy approves.
    fn along(
        &mut self,
        at: usize,
        movable: &Movable,
        changes: &[(usize, f64)],
        state: &mut State,
    ) -> Result<(), E> {
        for is_upwards in [false, true] {
            let mut fails = movable.value;
            for value in movable.others.iter().copied() {
                let is_unordered = matches!(movable.scalar, Scalar::Text | Scalar::Boolean);
                if (value > movable.value) != is_upwards && !is_unordered || is_unordered && is_upwards {
                    continue;
                }
                if !self.is_nearer(changes, movable.distance(value)) && !movable.is_computed {
                    break;
                }
                if !self.asks(movable, value, state)? {
                    fails = value;
                    continue;
                }
                let value =
                    if movable.is_computed { self.halved(movable, fails, value, state)? } else { value };
                let distance = movable.distance(value);
                if self.is_nearer(changes, distance) {
                    let mut changes = changes.to_vec();
                    changes.push((at, value));
                    self.best = Some(Best { distance: self.distance(&changes), changes });
                }
                break;
            }
        }
        Ok(())
    }

    fn distance(&self, changes: &[(usize, f64)]) -> f64 {
        changes.iter().filter_map(|(at, to)| Some(self.movables.get(*at)?.distance(*to))).sum()
    }

    fn is_nearer(&self, changes: &[(usize, f64)], more: f64) -> bool {
        self.best.as_ref().is_none_or(|best| self.distance(changes) + more < best.distance)
    }

    /// Returns whether the policy approves with another value of an input; false once no run is left.
    fn asks(&mut self, movable: &Movable, value: f64, state: &mut State) -> Result<bool, E> {
        if self.runs == 0 {
            return Ok(false);
        }
        self.runs -= 1;
        state.set(movable.slot, Slot::number(value));
        (self.approves)(state)
    }

    /// Returns the value nearest to the one that fails at which the policy still approves, with few digits.
    fn halved(&mut self, movable: &Movable, fails: f64, holds: f64, state: &mut State) -> Result<f64, E> {
        let (mut fails, mut holds) = (fails, holds);
        let is_whole = movable.grid() == Grid::Whole;
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(fails, holds);
            let middle = if is_whole { libm::trunc(middle) } else { middle };
            let is_close = !is_whole && (holds - fails).abs() <= 1e-12 * holds.abs();
            if same(middle, fails) || same(middle, holds) || is_close {
                break;
            }
            if self.asks(movable, middle, state)? { holds = middle } else { fails = middle }
        }
        if is_whole {
            return Ok(holds);
        }
        for digits in 1..10 {
            let short: f64 = format!("{holds:.digits$e}").parse().unwrap_or(holds);
            let near = (holds - movable.value).abs();
            let is_near = ((short - movable.value).abs() - near).abs() <= 1e-4 * near;
            let is_possible = movable.min <= short && short <= movable.max;
            if is_near && is_possible && self.asks(movable, short, state)? {
                return Ok(short);
            }
        }
        Ok(holds)
    }
}
