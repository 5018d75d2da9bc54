//! An applicant for a part of a table: values of the inputs at which its columns lie in it, proved by a run.

use super::applicant::Applicant;
use super::boxes::{Axis, Boxes};
use super::steps::Steps;
use super::variables::{Choice, Variable};
use crate::expression::{Expression, Grid, Intervals, Slot};
use crate::numeric::Random;
use crate::policy::input::Place;
use crate::policy::load::Policy;
use crate::policy::state::State;
use crate::policy::table::{Match, Table};
use core::num::NonZeroU64;

/// Steps of all runs of one search, and runs, at most and at least.
const COST_MAX: usize = 3_000_000;
const TRIES_MAX: usize = 1_500;
const TRIES_MIN: usize = 12;

/// Applicants of one search that are read again and run whole, at most.
const RUNS_MAX: usize = 400;

/// Values of one variable that are tried for a better applicant.
const BETTER_MAX: usize = 24;

/// What an applicant must show at a table.
pub(super) struct Claim<'c> {
    pub(super) policy: &'c Policy,
    /// Number of the step.
    pub(super) step: usize,
    pub(super) table: &'c Table,
    pub(super) boxes: &'c Boxes,
    pub(super) variables: &'c [Variable],
    /// Rows that match; none where no row may.
    pub(super) matches: &'c [usize],
}

/// How well an applicant shows a claim: 0 for not at all, read again and run.
pub(super) type Rank<'r> = &'r dyn Fn(&Applicant) -> u32;

/// A search for an applicant.
struct Search<'s, 'r> {
    claim: &'s Claim<'s>,
    steps: &'s mut Steps<'r>,
    region: &'s [Intervals],
    /// The values of each variable that are tried, the plainest first.
    choices: Vec<Vec<Choice>>,
    state: State,
    tries: usize,
    runs: usize,
    best: Option<(Applicant, u32)>,
    /// The rank that ends the search.
    wanted: u32,
    rank: Rank<'s>,
}

impl Claim<'_> {
    /// Returns an applicant at whom the columns lie in a region and the claimed rows match, the best of those that were found;
    /// none where none was found that a run shows.
    pub(super) fn witness(
        &self,
        region: &[Intervals],
        wanted: u32,
        rank: Rank<'_>,
        steps: &mut Steps<'_>,
    ) -> Option<(Applicant, u32)> {
        if steps.are_searched() {
            return None;
        }
        let choices = self.variables.iter().map(|variable| self.choices(variable, region));
        let mut state = State::default();
        state.clear(self.policy.slots.len(), self.policy.lists.len());
        state.texts = vec![self.policy.another_text()];
        let mut search = Search {
            claim: self,
            steps,
            region,
            choices: choices.collect::<Option<_>>()?,
            state,
            tries: (COST_MAX / self.policy.cost.max(1)).clamp(TRIES_MIN, TRIES_MAX),
            runs: RUNS_MAX,
            best: None,
            wanted,
            rank,
        };
        search.run();
        search.best
    }

    /// Returns the values of a variable that lie in the sides of the columns which read it as it is; none where no value does.
    fn choices(&self, variable: &Variable, region: &[Intervals]) -> Option<Vec<Choice>> {
        let Place::Slot(slot) = variable.place else { return Some(variable.choices.clone()) };
        let reads = |column: &Expression| column.program.is_slot(slot);
        let columns = self.table.columns.iter().zip(region).zip(&self.boxes.axes);
        let mut sides =
            columns.filter(|((column, _), _)| reads(column)).map(|((_, side), axis)| (side, axis));
        let Some((first, axis)) = sides.next() else { return Some(variable.choices.clone()) };
        let side = sides.fold(first.clone(), |side, (other, _)| side.and(other));
        let mut chosen = vec![Choice::one(axis.value(axis.pick(&side)?, self.policy))];
        let inside = |choice: &&Choice| side.contains(axis.place(choice.value));
        chosen.extend(variable.choices.iter().filter(inside));
        if axis.symbols.is_none() {
            let ends = side.ranges().iter().flat_map(|(low, high)| [*low, *high]);
            chosen.extend(ends.filter(|it| axis.is_end(*it)).map(Choice::one));
        }
        Some(chosen)
    }
}

impl Search<'_, '_> {
    fn run(&mut self) {
        let mut chosen = vec![0; self.choices.len()];
        let mut random = Random::new(0, 0);
        let computed = self.computed();
        let mut shown = self.climb(&mut chosen, &computed);
        let is_fixed = self.choices.iter().all(|it| it.len() < 2);
        while !self.is_done() && !is_fixed {
            if shown && self.better(&mut chosen) {
                continue;
            }
            // What was found stays where it can: a few values change, or all where nothing is found yet.
            let mut other = chosen.clone();
            let changes = if shown { 1 + below(&mut random, 3) } else { other.len() };
            for _ in 0..changes {
                let variable = below(&mut random, other.len());
                let count = self.choices.get(variable).map_or(1, Vec::len);
                let choice = below(&mut random, count);
                if let Some(place) = other.get_mut(variable) {
                    *place = choice;
                }
            }
            let before = self.rank_so_far();
            let climbed = if shown {
                self.attempt(&other) > self.region.len()
            } else {
                self.climb(&mut other, &computed)
            };
            if climbed && self.rank_so_far() > before {
                (chosen, shown) = (other, true);
            }
        }
    }

    fn rank_so_far(&self) -> u32 {
        self.best.as_ref().map_or(0, |(_, rank)| *rank)
    }

    /// Changes one value after another, each so that the applicant shows the claim better; returns whether one did.
    fn better(&mut self, chosen: &mut [usize]) -> bool {
        let mut is_better = false;
        for variable in 0..chosen.len() {
            let mut own = chosen.get(variable).copied().unwrap_or_default();
            for choice in 0..self.choices.get(variable).map_or(0, Vec::len).min(BETTER_MAX) {
                if self.is_done() {
                    return false;
                }
                if let Some(place) = chosen.get_mut(variable) {
                    *place = choice;
                }
                let before = self.rank_so_far();
                self.attempt(chosen);
                if self.rank_so_far() > before {
                    (own, is_better) = (choice, true);
                }
            }
            if let Some(place) = chosen.get_mut(variable) {
                *place = own;
            }
        }
        is_better
    }

    fn is_done(&self) -> bool {
        self.tries == 0 || self.runs == 0 || self.rank_so_far() >= self.wanted
    }

    /// Returns the variables on which columns that compute rest.
    fn computed(&self) -> Vec<usize> {
        let policy = self.claim.policy;
        let columns = self.claim.table.columns.iter().filter(|column| {
            let slots = column.program.slots();
            !matches!(slots, [slot] if column.program.is_slot(*slot) && self.variable(*slot).is_some())
        });
        let mut found = Vec::new();
        for column in columns {
            let slots = column.program.slots().iter().filter_map(|slot| policy.slots.get(usize::from(*slot)));
            let lists = column.program.lists().iter().filter_map(|list| policy.lists.get(usize::from(*list)));
            let rests_on: Vec<Option<usize>> =
                slots.chain(lists).flat_map(|info| info.rests_on.iter().copied()).collect();
            let inputs = rests_on.iter().flatten().filter_map(|number| policy.inputs.get(*number));
            found.extend(inputs.filter_map(|input| self.at(input.place)));
            if rests_on.contains(&None) {
                let inputs = policy.inputs.iter().filter(|input| input.place != Place::Unread).count();
                found.extend(inputs..self.choices.len());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn variable(&self, slot: u16) -> Option<usize> {
        self.at(Place::Slot(slot))
    }

    fn at(&self, place: Place) -> Option<usize> {
        self.claim.variables.iter().position(|it| it.place == place)
    }

    /// Changes one value after another, each so that more columns lie in their sides; returns whether all do.
    fn climb(&mut self, chosen: &mut Vec<usize>, computed: &[usize]) -> bool {
        let mut most = self.attempt(chosen);
        let all = self.region.len() + 1;
        while most < all {
            let Some((better, score)) = self.step(chosen, computed, most) else { return false };
            (*chosen, most) = (better, score);
        }
        true
    }

    /// Returns the first change of a value, with others at a few values, that brings more columns into their sides.
    fn step(&mut self, chosen: &[usize], computed: &[usize], most: usize) -> Option<(Vec<usize>, usize)> {
        for scale in [None, Some(1.0), Some(1_000.0), Some(1e6)] {
            for variable in computed {
                let mut other = chosen.to_vec();
                if let Some(scale) = scale {
                    for at in computed.iter().filter(|at| *at != variable) {
                        if let (Some(place), Some(choice)) = (other.get_mut(*at), self.nearest(*at, scale)) {
                            *place = choice;
                        }
                    }
                }
                for choice in 0..self.choices.get(*variable).map_or(0, Vec::len) {
                    if self.tries == 0 {
                        return None;
                    }
                    if let Some(place) = other.get_mut(*variable) {
                        *place = choice;
                    }
                    let score = self.attempt(&other);
                    if score > most {
                        return Some((other, score));
                    }
                }
            }
        }
        None
    }

    /// Returns the choice of a variable that is nearest to a number.
    fn nearest(&self, variable: usize, to: f64) -> Option<usize> {
        let away = |choice: &Choice| (choice.value - to).abs();
        let choices = self.choices.get(variable)?.iter().enumerate();
        choices.min_by(|one, other| away(one.1).total_cmp(&away(other.1))).map(|(at, _)| at)
    }

    /// Returns how many columns lie in their sides, and one more where the claimed rows match too; keeps such an applicant.
    fn attempt(&mut self, chosen: &[usize]) -> usize {
        self.tries = self.tries.saturating_sub(1);
        if !self.steps.search(self.claim.policy.cost.max(1)) {
            self.tries = 0;
        }
        let claim = self.claim;
        for ((variable, choices), at) in claim.variables.iter().zip(&self.choices).zip(chosen) {
            if let Some(choice) = choices.get(*at) {
                variable.put(*choice, &mut self.state);
            }
        }
        claim.policy.compute(claim.step, &mut self.state);
        let values = self.state.values(&claim.policy.symbols);
        let columns: Vec<Slot> =
            claim.table.columns.iter().map(|column| column.program.run(&values)).collect();
        let inside = columns.iter().zip(self.region).zip(&claim.boxes.axes);
        let score = inside.filter(|((value, side), axis)| axis.holds(**value, side)).count();
        if score < self.region.len() || !claim.is_shown(&columns, &self.state) {
            return score;
        }
        if self.runs > 0 {
            self.runs -= 1;
            let named = claim.variables.iter().filter_map(|it| it.named(claim.policy, &self.state));
            let applicant: Applicant = named.collect();
            let rank = (self.rank)(&applicant);
            if rank > self.rank_so_far() {
                self.best = Some((applicant, rank));
            }
        }
        score + 1
    }
}

impl Claim<'_> {
    /// Returns whether the claimed rows match, and none where none is claimed.
    fn is_shown(&self, columns: &[Slot], state: &State) -> bool {
        let values = state.values(&self.policy.symbols);
        let matching = |row: usize| {
            self.table
                .rows
                .get(row)
                .is_some_and(|row| self.table.matches(row, columns, &values) == Match::Yes)
        };
        if self.matches.is_empty() {
            return !(0..self.table.rows.len()).any(matching);
        }
        self.matches.iter().all(|row| matching(*row))
    }
}

/// Returns one of so many numbers, from 0.
fn below(random: &mut Random, count: usize) -> usize {
    let count = u64::try_from(count).ok().and_then(NonZeroU64::new);
    count.and_then(|count| usize::try_from(random.below(count)).ok()).unwrap_or(0)
}

impl Axis {
    /// Returns whether a value of the column lies in a side.
    fn holds(&self, value: Slot, side: &Intervals) -> bool {
        value.value().is_some_and(|value| side.contains(self.place(value)))
    }

    /// Returns the place of a value on the axis.
    pub(super) fn place(&self, value: f64) -> f64 {
        match &self.symbols {
            Some(symbols) => {
                let at = symbols.binary_search_by(|it| f64::from(*it).total_cmp(&value));
                super::boxes::number(at.unwrap_or(symbols.len()))
            }
            None => value,
        }
    }

    /// Returns the value at a place of the axis; behind the last text, that of one which the policy does not name.
    fn value(&self, place: f64, policy: &Policy) -> f64 {
        match &self.symbols {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "numbers of texts are whole"
            )]
            Some(symbols) => symbols
                .get(place as usize)
                .map_or_else(|| super::boxes::number(policy.symbols.count()), |it| f64::from(*it)),
            None => place,
        }
    }

    /// Returns whether a number is an end of cells, and not that of all values.
    pub(super) fn is_end(&self, value: f64) -> bool {
        self.limits.0 < value && value < self.limits.1
    }

    /// Returns a plain value of a set: 0, a whole number, or an end of it.
    pub(super) fn pick(&self, side: &Intervals) -> Option<f64> {
        let (low, high) = *side.ranges().first()?;
        if low <= 0.0 && 0.0 <= high {
            return Some(0.0);
        }
        let is_from = self.is_end(low);
        let start = if is_from { low } else { high };
        let whole = if is_from { libm::ceil(low) } else { libm::floor(high) };
        let is_plain = self.grid == Grid::Floats && low <= whole && whole <= high;
        Some(if is_plain { whole } else { start })
    }
}
