//! An applicant for a part of a table: values of the inputs at which its columns lie in it, proved by a run.

use super::boxes::{Axis, Boxes};
use crate::expression::{Expression, Grid, Intervals, Scalar, Slot, same};
use crate::json_value::JsonValue;
use crate::policy::input::Place;
use crate::policy::load::{Policy, Step};
use crate::policy::state::State;
use crate::policy::table::{Match, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Values that a computed column is tried at, along one of its inputs.
const TRIES: i32 = 40;

/// What an applicant must show at a table.
pub(super) struct Claim<'c> {
    pub(super) policy: &'c Policy,
    /// Number of the step.
    pub(super) step: usize,
    pub(super) table: &'c Table,
    pub(super) boxes: &'c Boxes,
    /// Rows that match, and no others.
    pub(super) matches: &'c [usize],
}

impl Claim<'_> {
    /// Returns values by name at which the columns lie in a region and exactly the claimed rows match; none where no
    /// applicant was found.
    pub(super) fn witness(&self, region: &[Intervals]) -> Option<BTreeMap<String, JsonValue>> {
        let mut state = State::default();
        state.clear(self.policy.slots.len(), self.policy.lists.len());
        state.lists.iter_mut().for_each(|list| *list = Ok(Vec::new()));
        let mut fixed = BTreeSet::new();
        self.start(&mut state);
        for (column, expression) in self.table.columns.iter().enumerate() {
            if let [slot] = expression.program.slots()
                && expression.program.is_slot(*slot)
                && self.is_free(*slot)
            {
                // A column that stands twice has one value, which both sides must hold.
                let side = self.same_column(region, *slot)?;
                let axis = self.boxes.axes.get(column)?;
                state.set(*slot, axis.slot(axis.pick(&side)?));
                if let Some(symbols) = &axis.symbols
                    && axis.pick(&side)? >= super::boxes::number(symbols.len())
                {
                    state.texts = vec!["another text".to_owned()];
                    let own = self.policy.symbols.count();
                    state.set(*slot, Slot::number(super::boxes::number(own)));
                }
                fixed.insert(*slot);
            }
        }
        for (column, side) in region.iter().enumerate() {
            let expression = self.table.columns.get(column)?;
            self.compute(&mut state);
            let holds = |state: &State| self.lies_in(expression, side, column, state);
            if !holds(&state) {
                self.search(expression, &mut state, &mut fixed, &holds)?;
            }
        }
        self.compute(&mut state);
        self.is_proved(region, &state).then(|| self.named(&state))
    }

    /// Gives every free value a plain start.
    fn start(&self, state: &mut State) {
        for slot in self.free() {
            let Some(info) = self.policy.slots.get(usize::from(slot)) else { continue };
            let (mut value, input) =
                (0.0, self.policy.inputs.iter().find(|it| it.place == Place::Slot(slot)));
            if let Some(input) = input {
                value = if input.min.is_finite() { input.min } else { value.min(input.max) };
                if let Some(first) = input.values.as_ref().and_then(|it| it.first()) {
                    value = f64::from(*first);
                }
            }
            if info.scalar == Scalar::Text && input.is_none_or(|it| it.values.is_none()) {
                value = super::boxes::number(self.policy.symbols.count());
                state.texts = vec!["another text".to_owned()];
            }
            state.set(slot, Slot::number(value));
        }
    }

    fn is_free(&self, slot: u16) -> bool {
        self.free().contains(&slot)
    }

    /// Returns the slots of inputs and of results of steps.
    fn free(&self) -> Vec<u16> {
        let inputs = self.policy.inputs.iter().filter_map(|input| match input.place {
            Place::Slot(slot) => Some(slot),
            Place::List(_) | Place::Unread => None,
        });
        let calls = self.policy.steps.iter().filter_map(|step| match step {
            Step::Call(call) => Some(call.results.iter().map(|it| it.slot)),
            Step::Derive { .. } | Step::Table(_) => None,
        });
        inputs.chain(calls.flatten()).collect()
    }

    fn same_column(&self, region: &[Intervals], slot: u16) -> Option<Intervals> {
        let sides = self.table.columns.iter().zip(region).filter(|(it, _)| it.program.is_slot(slot));
        sides.map(|(_, side)| side.clone()).reduce(|one, other| one.and(&other))
    }

    /// Computes what steps before the table derive, and the tables before it.
    fn compute(&self, state: &mut State) {
        for (number, step) in self.policy.steps.iter().enumerate().take(self.step) {
            match step {
                Step::Derive { slot, expression } => {
                    let value = expression.program.run(&state.values(&self.policy.symbols));
                    state.set(*slot, value);
                }
                Step::Table(table) => {
                    state.forget_steps();
                    self.policy.table(table, u32::try_from(number).unwrap_or(u32::MAX), state);
                }
                Step::Call(_) => {}
            }
        }
    }

    fn lies_in(&self, expression: &Expression, side: &Intervals, column: usize, state: &State) -> bool {
        let value = expression.program.run(&state.values(&self.policy.symbols));
        let axis = self.boxes.axes.get(column);
        match (value.value(), axis.and_then(|it| it.symbols.as_ref())) {
            (Some(value), None) => side.contains(value),
            (Some(value), Some(symbols)) => {
                let at = symbols.iter().position(|it| same(f64::from(*it), value));
                side.contains(super::boxes::number(at.unwrap_or(symbols.len())))
            }
            (None, _) => false,
        }
    }

    /// Looks along each input that a computed column rests on for a value at which it lies in its side.
    fn search(
        &self,
        expression: &Expression,
        state: &mut State,
        fixed: &mut BTreeSet<u16>,
        holds: &impl Fn(&State) -> bool,
    ) -> Option<()> {
        let rests_on: BTreeSet<usize> = expression
            .program
            .slots()
            .iter()
            .filter_map(|slot| self.policy.slots.get(usize::from(*slot)))
            .flat_map(|info| info.rests_on.iter().flatten().copied())
            .collect();
        let inputs = rests_on.iter().filter_map(|number| self.policy.inputs.get(*number));
        let movable: Vec<(u16, f64, f64, Scalar)> = inputs
            .filter_map(|input| match input.place {
                Place::Slot(slot) if !fixed.contains(&slot) => {
                    Some((slot, input.min, input.max, input.scalar))
                }
                _ => None,
            })
            .collect();
        let tries = |min: f64, max: f64, scalar: Scalar| {
            let powers = (-10..TRIES).flat_map(|it| {
                let value = libm::exp2(f64::from(it));
                [value, 1.5 * value, -value, -1.5 * value]
            });
            let round = move |value: f64| if scalar.is_whole() { libm::floor(value) } else { value };
            let near = [0.0, min, max].into_iter().filter(|it| it.is_finite());
            near.chain(powers).map(round).filter(move |it| min <= *it && *it <= max).collect::<Vec<f64>>()
        };
        // One input after another at plain values, with each other one at a few.
        for (slot, min, max, scalar) in &movable {
            let others: Vec<_> = movable.iter().filter(|it| it.0 != *slot).collect();
            for other in [None].into_iter().chain([1.0_f64, 1_000.0, 1e6].map(Some)) {
                if let Some(other) = other {
                    for (slot, min, max, _) in &others {
                        state.set(*slot, Slot::number(other.clamp(*min, *max)));
                    }
                }
                for value in tries(*min, *max, *scalar) {
                    state.set(*slot, Slot::number(value));
                    self.compute(state);
                    if holds(state) {
                        fixed.extend(movable.iter().map(|it| it.0));
                        return Some(());
                    }
                }
            }
        }
        None
    }

    /// Returns whether the columns lie in the region, and exactly the claimed rows match.
    fn is_proved(&self, region: &[Intervals], state: &State) -> bool {
        let values = state.values(&self.policy.symbols);
        let columns: Vec<Slot> =
            self.table.columns.iter().map(|column| column.program.run(&values)).collect();
        let inside = self.table.columns.iter().zip(region).enumerate();
        let is_inside = inside.into_iter().all(|(column, (it, side))| self.lies_in(it, side, column, state));
        let matching: Vec<usize> = (0..self.table.rows.len())
            .filter(|row| {
                let row = self.table.rows.get(*row);
                row.is_some_and(|row| self.table.matches(row, &columns, &values) == Match::Yes)
            })
            .collect();
        is_inside
            && self.matches.iter().all(|row| matching.contains(row))
            && (!self.matches.is_empty() || matching.is_empty())
    }

    /// Returns the free values by name.
    fn named(&self, state: &State) -> BTreeMap<String, JsonValue> {
        let free = self.free();
        let named = free.iter().filter_map(|slot| {
            let info = self.policy.slots.get(usize::from(*slot))?;
            let value = state.get(*slot).value()?;
            Some((info.name.to_string(), self.policy.written(info.scalar, value, state)))
        });
        named.collect()
    }
}

impl Axis {
    /// Returns the value of a number on the axis.
    fn slot(&self, value: f64) -> Slot {
        match &self.symbols {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "numbers of texts are whole"
            )]
            Some(symbols) => {
                symbols.get(value as usize).map_or(Slot::number(0.0), |it| Slot::number(f64::from(*it)))
            }
            None => Slot::number(value),
        }
    }

    /// Returns a plain value of a set: 0, a whole number, or an end of it.
    pub(super) fn pick(&self, side: &Intervals) -> Option<f64> {
        let (low, high) = *side.ranges().first()?;
        if low <= 0.0 && 0.0 <= high {
            return Some(0.0);
        }
        let start = if low.is_finite() { low } else { high };
        let whole = if low.is_finite() { libm::ceil(low) } else { libm::floor(high) };
        let is_plain = self.grid == Grid::Floats && low <= whole && whole <= high;
        Some(if is_plain { whole } else { start })
    }
}
