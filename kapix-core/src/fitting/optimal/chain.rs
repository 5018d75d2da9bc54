//! Trends of neighbouring bins: none, ascending, descending, peak, valley.
//!
//! A state is the last bin, the phase of the trend (before or after its turn) and the layer of the number of bins. Bins that
//! end at one pre-bin are sorted by rate, so those from which the trend allows a step to a given next bin are a prefix (a
//! rise) or a suffix (a fall) of that list, and the best of each prefix and suffix is found once. A limit on p-values
//! has no such order: there the list is searched from the best value on until a neighbour passes.
#![expect(
    clippy::indexing_slicing,
    reason = "ids, places and states are made by `Bins` and by the loops over its lists"
)]

use super::bins::Bins;
use super::problem::{Constraints, Trend};
use super::score::Score;
use super::solve::Layers;
use core::ops::Range;

/// From which neighbours a phase accepts a step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Any,
    Rise,
    Fall,
}

/// The best partial partition of a state, and the state before it; `u32::MAX` for none.
#[derive(Clone, Copy, Debug)]
struct State {
    bins: u32,
    from: u32,
    value: f64,
}

impl State {
    const NONE: Self = Self::new(Score::NONE, u32::MAX);

    const fn new(score: Score, from: u32) -> Self {
        Self { bins: score.bins, from, value: score.value }
    }

    fn score(self) -> Score {
        Score { bins: self.bins, value: self.value }
    }
}

pub(super) struct Chain<'a> {
    bins: &'a Bins,
    limits: &'a Constraints,
    layers: Layers,
    phases: &'static [Step],
    /// By layer, phase, id of the last bin.
    states: Vec<State>,
}

/// The part of a sorted list from which a step is allowed: places before `rise` and from `fall` on.
#[derive(Clone, Copy, Debug)]
struct Reach {
    rise: usize,
    fall: usize,
}

impl Reach {
    fn has(self, step: Step, place: usize) -> bool {
        (step != Step::Fall && place < self.rise) || (step != Step::Rise && place >= self.fall)
    }
}

impl<'a> Chain<'a> {
    pub(super) fn new(bins: &'a Bins, limits: &'a Constraints, layers: Layers, trend: Trend) -> Self {
        let phases: &[Step] = match trend {
            Trend::Ascending => &[Step::Rise],
            Trend::Descending => &[Step::Fall],
            Trend::Peak => &[Step::Rise, Step::Fall],
            Trend::Valley => &[Step::Fall, Step::Rise],
            Trend::None | Trend::Concave | Trend::Convex | Trend::Auto => &[Step::Any],
        };
        let size = layers.count * phases.len() * bins.table.len();
        let states = vec![State::NONE; size];
        Self { bins, limits, layers, phases, states }
    }

    /// Returns the ends of the bins of the best partition.
    pub(super) fn search(mut self) -> Option<Vec<usize>> {
        for id in self.bins.starting_at(0) {
            self.states[id] = State::new(Score::one(self.bins.table[id].value), u32::MAX);
        }
        for end in 0..self.bins.count.saturating_sub(1) {
            self.extend(end);
        }
        let mut best = None;
        let mut score = Score::NONE;
        for layer in self.layers.enough..self.layers.count {
            for phase in 0..self.phases.len() {
                for id in self.bins.ending_at(self.bins.count - 1) {
                    let state = self.index(layer, phase, *id);
                    if self.states[state].score().beats(score) {
                        (best, score) = (Some(state), self.states[state].score());
                    }
                }
            }
        }
        best.map(|state| self.ends(state))
    }

    fn index(&self, layer: usize, phase: usize, id: usize) -> usize {
        (layer * self.phases.len() + phase) * self.bins.table.len() + id
    }

    /// Extends the partial partitions whose last pre-bin is `end` by every bin that starts after it.
    fn extend(&mut self, end: usize) {
        let list = self.bins.ending_at(end);
        let next = self.bins.starting_at(end + 1);
        if list.is_empty() || next.is_empty() {
            return;
        }
        let reaches: Vec<Reach> = next.clone().map(|id| self.reach(list, id)).collect();
        let mut tests = Tests::new(self.bins, self.limits, list, next.clone());
        for layer in 0..self.layers.count {
            let Some(next_layer) = self.layers.next(layer) else { continue };
            for phase in 0..self.phases.len() {
                let from = self.index(layer, phase, 0);
                let scores = list.iter().map(|id| self.states[from + id].score()).collect();
                let Some(champions) = Champions::new(scores, self.limits.p_value_max.is_some()) else {
                    continue;
                };
                for target in phase..self.phases.len().min(phase + 2) {
                    for (id, reach) in next.clone().zip(&reaches) {
                        let passes = |place: usize| tests.pass(place, id);
                        let Some(place) = champions.best(self.phases[target], *reach, passes) else {
                            continue;
                        };
                        let score = champions.scores[place].with(self.bins.table[id].value);
                        let state = self.index(next_layer, target, id);
                        if score.beats(self.states[state].score()) {
                            let from = u32::try_from(from + list[place]).unwrap_or(u32::MAX);
                            self.states[state] = State::new(score, from);
                        }
                    }
                }
            }
        }
    }

    fn reach(&self, list: &[usize], id: usize) -> Reach {
        let rate = self.bins.table[id].rate;
        let margin = self.limits.rate_difference_min - self.bins.slack;
        let below = |limit: f64| move |id: &usize| self.bins.table[*id].rate <= limit;
        let not_above = |limit: f64| move |id: &usize| self.bins.table[*id].rate < limit;
        Reach {
            rise: list.partition_point(below(rate - margin)),
            fall: list.partition_point(not_above(rate + margin)),
        }
    }

    fn ends(&self, mut state: usize) -> Vec<usize> {
        let mut ends = Vec::new();
        while let Some(found) = self.states.get(state) {
            ends.push(self.bins.table[state % self.bins.table.len()].end);
            state = usize::try_from(found.from).unwrap_or(usize::MAX);
        }
        ends.reverse();
        ends
    }
}

/// The scores of the list of one layer and phase, arranged to find the best one of a reach.
struct Champions {
    scores: Vec<Score>,
    order: Order,
}

enum Order {
    /// Place of the best score up to a place, and from a place on.
    Runs { up_to: Vec<usize>, from: Vec<usize> },
    /// Places from the largest value down.
    Values(Vec<usize>),
}

impl Champions {
    /// Returns `None` where there is no partial partition at all.
    fn new(scores: Vec<Score>, tested: bool) -> Option<Self> {
        if !scores.iter().any(|score| score.is_some()) {
            return None;
        }
        let places = 0..scores.len();
        let order = if tested {
            let mut order: Vec<usize> = places.filter(|place| scores[*place].is_some()).collect();
            order.sort_by(|a, b| scores[*b].value.total_cmp(&scores[*a].value).then(a.cmp(b)));
            Order::Values(order)
        } else {
            let mut from = running_best(&scores, places.clone().rev());
            from.reverse();
            Order::Runs { up_to: running_best(&scores, places), from }
        };
        Some(Self { scores, order })
    }

    /// Returns the place of the best score within reach whose bin passes.
    fn best(&self, step: Step, reach: Reach, mut passes: impl FnMut(usize) -> bool) -> Option<usize> {
        let mut best = None;
        let mut score = Score::NONE;
        let mut offer = |place: usize| {
            if self.scores[place].beats(score) && passes(place) {
                (best, score) = (Some(place), self.scores[place]);
            }
            self.scores[place].is_hopeless_against(score)
        };
        match &self.order {
            Order::Runs { up_to, from } => {
                if step != Step::Fall && reach.rise > 0 {
                    offer(up_to[reach.rise - 1]);
                }
                if step != Step::Rise && reach.fall < from.len() {
                    offer(from[reach.fall]);
                }
            }
            Order::Values(order) => {
                for place in order {
                    if reach.has(step, *place) && offer(*place) {
                        break;
                    }
                }
            }
        }
        best
    }
}

/// Returns the place of the best score among those met so far, after each place.
fn running_best(scores: &[Score], places: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut best: Option<usize> = None;
    places
        .map(|place| {
            let kept = best.filter(|kept| !scores[place].beats(scores[*kept]));
            *best.insert(kept.unwrap_or(place))
        })
        .collect()
}

/// The tests of p-values between the bins of a list and the bins after them, each taken at most once.
struct Tests<'a> {
    bins: &'a Bins,
    limits: &'a Constraints,
    list: &'a [usize],
    first: usize,
    width: usize,
    known: Vec<Option<bool>>,
}

impl<'a> Tests<'a> {
    fn new(bins: &'a Bins, limits: &'a Constraints, list: &'a [usize], next: Range<usize>) -> Self {
        let size = if limits.p_value_max.is_some() { list.len() * next.len() } else { 0 };
        Self { bins, limits, list, first: next.start, width: next.len(), known: vec![None; size] }
    }

    fn pass(&mut self, place: usize, id: usize) -> bool {
        let Some(max) = self.limits.p_value_max else { return true };
        let (bins, limits, list) = (self.bins, self.limits, self.list);
        *self.known[place * self.width + id - self.first]
            .get_or_insert_with(|| bins.p_value(limits, list[place], id) <= max)
    }
}
