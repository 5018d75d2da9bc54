//! The least change of an application at which the whole policy approves it.
//!
//! Along an input that cells read as it is, a policy decides the same between two neighbouring ends of cells, so the
//! nearest value of each such part stands for all of it. Where an input enters a computed value or the limit, values at
//! growing distances are tried, and the nearest one is found by halving. Every change is a run of the whole policy.

use super::document::Outcome;
use super::input::{Input, Place};
use super::load::Policy;
use super::movable::Movable;
use super::state::State;
use crate::expression::{Grid, Scalar, Slot, Unknown, same};
use crate::json_value::JsonValue;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// Inputs that change together, at most.
const INPUTS_MAX: usize = 3;

/// Steps of all runs of a search: about as many as ten runs of the costliest policy; and runs, at most and at least.
const COST_MAX: usize = 50_000_000;
const RUNS_MAX: usize = 20_000;
const RUNS_MIN: usize = 64;

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
    /// Returns the least change of the movable inputs of a run at which the whole policy approves: of the fewest inputs, and of
    /// those the smallest sum of relative changes. `decides` says what the policy decides, if it can.
    pub(crate) fn least_change<E>(
        &self,
        state: &mut State,
        decides: &mut dyn FnMut(&mut State) -> Result<Option<Outcome>, E>,
    ) -> Result<Result<LeastChange, CounterfactualNull>, E> {
        let movables: Vec<Movable> =
            self.inputs.iter().filter_map(|input| self.movable(input, state)).collect();
        let reads_list = |input: &Input| matches!(input.place, Place::List(list) if self.reads_list(list));
        let exact = movables.iter().all(|it| !it.is_computed && !it.is_open)
            && !self
                .inputs
                .iter()
                .any(|input| self.moves(input) && (reads_list(input) || self.feeds_a_step(input)));
        if self.declines_anyway(&movables, decides, state)? {
            return Ok(Err(CounterfactualNull::NoneFound));
        }
        let runs = (COST_MAX / self.cost.max(1)).clamp(RUNS_MIN, RUNS_MAX);
        let mut search = Search { movables: &movables, decides, runs, best: None };
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

    /// Returns whether the policy declines whatever the movable inputs are: it does while all of them are unknown.
    fn declines_anyway<E>(
        &self,
        movables: &[Movable],
        decides: &mut dyn FnMut(&mut State) -> Result<Option<Outcome>, E>,
        state: &mut State,
    ) -> Result<bool, E> {
        // A step that is asked about an unknown value has no result, which says nothing of the one that it has.
        let asked = self.calls().flat_map(|call| &call.values).flat_map(|(_, it)| it.program.slots());
        let mut rests_on = asked.filter_map(|slot| self.slots.get(usize::from(*slot)));
        let is_asked = rests_on.any(|info| {
            let mut inputs = info.rests_on.iter().flatten().filter_map(|number| self.inputs.get(*number));
            inputs.any(|input| movables.iter().any(|movable| input.place == Place::Slot(movable.slot)))
        });
        if is_asked {
            return Ok(false);
        }
        for movable in movables {
            state.set(movable.slot, Slot::without(Unknown::INVALID));
        }
        let decided = decides(state);
        for movable in movables {
            state.set(movable.slot, Slot::number(movable.value));
        }
        Ok(decided? == Some(Outcome::Decline))
    }
}

/// A search for the least change.
struct Search<'s, E> {
    movables: &'s [Movable],
    decides: &'s mut dyn FnMut(&mut State) -> Result<Option<Outcome>, E>,
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
        Ok((self.decides)(state)? == Some(Outcome::Approve))
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
