//! What an applicant can be given: inputs and results of steps, with values that tell the rows of tables apart.

use crate::expression::{CellTest, Grid, Scalar, Slot};
use crate::json_value::JsonValue;
use crate::policy::document::StepBody;
use crate::policy::input::Place;
use crate::policy::load::{Policy, Step};
use crate::policy::state::State;
use crate::policy::table::{Passes, Table};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Values of one variable that are tried.
const POOL_MAX: usize = 400;

/// Numbers that formulas state, with their neighbours.
const STATED_MAX: usize = 60;

/// How many equal items a list is tried with.
const COUNTS: [usize; 6] = [1, 2, 3, 5, 8, 13];

/// Powers of two that are tried.
const POWERS: core::ops::Range<i32> = -10..41;

/// One value of an applicant, or a list.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) place: Place,
    name: Arc<str>,
    scalar: Scalar,
    items_max: usize,
    /// Values with how often a list has them, the plainest first.
    pub(super) choices: Vec<Choice>,
}

/// A value of a variable: of a list, this many items of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub(super) value: f64,
    pub(super) count: usize,
}

impl Choice {
    pub(super) const fn one(value: f64) -> Self {
        Self { value, count: 1 }
    }
}

impl Variable {
    /// Puts a value into a run.
    pub(super) fn put(&self, choice: Choice, state: &mut State) {
        match self.place {
            Place::Slot(slot) => state.set(slot, Slot::number(choice.value)),
            Place::List(list) => state.set_list(list, Ok(vec![Slot::number(choice.value); choice.count])),
            Place::Unread => {}
        }
    }

    /// Returns its name, and its value in a run as it is written in JSON.
    pub(super) fn named(&self, policy: &Policy, state: &State) -> Option<(String, JsonValue)> {
        let written = |slot: &Slot| Some(policy.written(self.scalar, slot.value()?, state));
        let value = match self.place {
            Place::Slot(slot) => written(&state.get(slot))?,
            Place::List(list) => {
                let items = state.lists.get(usize::from(list))?.as_ref().ok()?;
                JsonValue::Array(items.iter().map(written).collect::<Option<_>>()?)
            }
            Place::Unread => return None,
        };
        Some((self.name.to_string(), value))
    }
}

impl Policy {
    /// Returns what an applicant can be given, in the order of the inputs and then of the steps.
    pub(super) fn variables(&self) -> Vec<Variable> {
        let stated = self.stated();
        let inputs = self.inputs.iter().filter(|input| input.place != Place::Unread).map(|input| {
            let values = Values {
                scalar: input.scalar,
                listed: input.values.as_deref(),
                min: input.min,
                max: input.max,
            };
            Variable {
                place: input.place,
                name: Arc::clone(&input.name),
                scalar: input.scalar,
                items_max: input.items_max,
                choices: values.choices(self, input.place, &stated),
            }
        });
        let calls =
            self.steps.iter().filter_map(|step| if let Step::Call(call) = step { Some(call) } else { None });
        let results = calls.flat_map(|call| &call.results).filter_map(|result| {
            let place = Place::Slot(result.slot);
            let (min, max) = (f64::NEG_INFINITY, f64::INFINITY);
            let values = Values { scalar: result.scalar, listed: result.values.as_deref(), min, max };
            Some(Variable {
                place,
                name: Arc::clone(&self.slots.get(usize::from(result.slot))?.name),
                scalar: result.scalar,
                items_max: 1,
                choices: values.choices(self, place, &stated),
            })
        });
        let mut all: Vec<Variable> = inputs.chain(results).collect();
        for variable in &mut all {
            if matches!(variable.place, Place::List(_)) {
                let values = core::mem::take(&mut variable.choices);
                let most = variable.items_max;
                let filled = |it: &Choice| {
                    let value = it.value;
                    COUNTS
                        .into_iter()
                        .filter(move |count| *count <= most)
                        .map(move |count| Choice { value, count })
                };
                let empty = Choice { value: 0.0, count: 0 };
                let values = values.iter().take(POOL_MAX / 4).flat_map(filled);
                variable.choices = core::iter::once(empty).chain(values).collect();
            }
        }
        all
    }

    /// Returns a text that the policy does not name.
    pub(super) fn another_text(&self) -> String {
        let plain = "another text".to_owned();
        let more = (2..).map(|number| format!("another text {number}"));
        core::iter::once(plain).chain(more).find(|text| self.symbols.get(text).is_none()).unwrap_or_default()
    }

    /// Returns the numbers that formulas and columns state.
    fn stated(&self) -> Vec<f64> {
        let mut found: Vec<f64> = Vec::new();
        let mut read = |text: &str| {
            let is_number = |it: char| it.is_ascii_digit() || it == '.';
            let numbers =
                text.split(|it| !is_number(it)).filter_map(|it| it.trim_matches('.').parse::<f64>().ok());
            for number in numbers.filter(|it| it.is_finite()) {
                if found.len() < STATED_MAX && !found.iter().any(|it| it.total_cmp(&number).is_eq()) {
                    found.push(number);
                }
            }
        };
        for step in &self.body.steps {
            match step {
                StepBody::Derive(derive) => read(&derive.expression),
                StepBody::Table(table) => table.columns.iter().for_each(|it| read(it)),
                StepBody::Call(_) => {}
            }
        }
        found
    }
}

/// The values that a variable may have.
struct Values<'v> {
    scalar: Scalar,
    listed: Option<&'v [u32]>,
    min: f64,
    max: f64,
}

impl Values<'_> {
    fn choices(&self, policy: &Policy, place: Place, stated: &[f64]) -> Vec<Choice> {
        let mut pool: Vec<f64> = Vec::new();
        let number = |at: usize| super::boxes::number(at);
        match (self.scalar, self.listed) {
            (Scalar::Boolean, _) => pool.extend([0.0, 1.0]),
            (Scalar::Text, Some(listed)) => pool.extend(listed.iter().map(|it| f64::from(*it))),
            // The number behind those of the policy is that of another text.
            (Scalar::Text, None) => pool.extend((0..=policy.symbols.count()).rev().map(number)),
            _ => self.numbers(policy, place, stated, &mut pool),
        }
        let mut seen = BTreeSet::new();
        pool.retain(|value| seen.insert(value.to_bits()));
        pool.truncate(POOL_MAX);
        pool.into_iter().map(Choice::one).collect()
    }

    fn numbers(&self, policy: &Policy, place: Place, stated: &[f64], pool: &mut Vec<f64>) {
        let (least, most) = self.scalar.limits();
        let (min, max) = (self.min.max(least), self.max.min(most));
        let grid = if self.scalar.is_whole() { Grid::Whole } else { Grid::Floats };
        let start = if self.min.is_finite() { self.min } else { 0.0_f64.min(max) };
        pool.push(start);
        if let Place::Slot(slot) = place {
            let tables = policy
                .steps
                .iter()
                .filter_map(|it| if let Step::Table(table) = it { Some(table) } else { None });
            let reads_it = |table: &&Table| table.columns.iter().any(|it| it.program.is_slot(slot));
            for table in tables.filter(reads_it) {
                let reads = |column: u16| {
                    table.columns.get(usize::from(column)).is_some_and(|it| it.program.is_slot(slot))
                };
                for test in table.tests.iter().filter(|test| reads(test.column)).take(POOL_MAX) {
                    let one = |(low, high): (f64, f64)| [low, high, grid.above(high), grid.below(low)];
                    match test.passes {
                        Passes::Between(low, high) => pool.extend(one((low, high))),
                        Passes::Cell(cell) => {
                            if let Some(CellTest::Intervals(set)) =
                                table.cells.get(cell as usize).map(|it| &it.test)
                            {
                                pool.extend(set.ranges().iter().flat_map(|it| one(*it)));
                            }
                        }
                    }
                }
            }
        }
        pool.truncate(POOL_MAX / 2);
        pool.extend([0.0, 1.0, min, max]);
        pool.extend(stated.iter().flat_map(|it| [*it, grid.above(*it), grid.below(*it)]));
        pool.extend(POWERS.flat_map(|it| {
            let value = libm::exp2(f64::from(it));
            [value, 1.5 * value, -value, -1.5 * value]
        }));
        if grid == Grid::Whole {
            for value in pool.iter_mut() {
                *value = libm::floor(*value);
            }
        }
        pool.retain(|value| value.is_finite() && min <= *value && *value <= max);
    }
}
