//! What would have to be different for the next better decision: the fewest characteristics moved to another
//! attribute, then the fewest bins moved, then card order; exact, by dynamic programming, and verified by scoring
//! the moved applicant again.
//!
//! With every gain and its cost in bins known, `best[j][c][b]` is the most points that characteristics j.. can add
//! when at most c of them move by at most b bins together: the multiple-choice knapsack of a separable card.

use super::body::Decision;
use super::card::{Bins, Card, Characteristic};
use super::score::Slots;

/// The smallest change that improves the decision by one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterfactual {
    /// The decision after the moves.
    pub decision: Decision,
    /// The total after the moves.
    pub points: i32,
    /// The moves, in card order.
    pub moves: Vec<Move>,
}

/// One characteristic that moves to another attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Position of the characteristic in the card.
    pub characteristic: usize,
    /// The slot that it leaves.
    pub from: u16,
    /// The attribute that it moves to.
    pub to: u16,
    /// Points that the move adds, above 0.
    pub gain: i32,
}

/// One worthwhile target: the most points for its cost.
#[derive(Clone, Copy)]
struct Choice {
    bins: usize,
    gain: i32,
    to: u16,
}

impl Card {
    /// Returns the smallest change that reaches the next better decision, `None` when the case is approved, the
    /// card has no cut-offs, or no movable characteristics suffice.
    pub fn counterfactual(&self, slots: &Slots) -> Option<Counterfactual> {
        let cutoffs = self.body.cutoffs?;
        let target = match self.decision(slots.points)? {
            Decision::Approve => return None,
            Decision::Refer => cutoffs.approve,
            Decision::Decline => cutoffs.refer,
        };
        let need = target - slots.points;
        let zipped = self.characteristics.iter().zip(&slots.slots);
        let choices: Vec<Vec<Choice>> = zipped.map(|(it, slot)| it.choices(*slot)).collect();
        let moves = fewest(&choices, need)?;
        let mut moved = slots.clone();
        let mut answer = Vec::with_capacity(moves.len());
        for (position, choice) in moves {
            let slot = moved.slots.get_mut(position)?;
            answer.push(Move { characteristic: position, from: *slot, to: choice.to, gain: choice.gain });
            *slot = choice.to;
        }
        let scored = self.characteristics.iter().zip(&moved.slots).map(|(it, slot)| it.points_of(*slot));
        let points = self.body.base_points + scored.sum::<i32>();
        let decision = self.decision(points)?;
        (points >= target).then_some(Counterfactual { decision, points, moves: answer })
    }
}

impl Characteristic {
    /// Targets that gain points, the cheapest first, each with more gain than every cheaper one. A move between
    /// attributes of a numeric characteristic costs the bins between them; any other move costs one.
    fn choices(&self, from: u16) -> Vec<Choice> {
        if self.immovable {
            return Vec::new();
        }
        let points = self.points_of(from);
        let ordered = matches!(self.bins, Bins::Numeric { .. }) && from < self.attributes;
        let mut choices: Vec<Choice> = (0..self.attributes)
            .map(|to| Choice {
                bins: if ordered { usize::from(to.abs_diff(from)) } else { 1 },
                gain: self.points_of(to) - points,
                to,
            })
            .filter(|choice| choice.gain > 0)
            .collect();
        choices.sort_by_key(|choice| (choice.bins, -choice.gain, choice.to));
        let mut best = 0;
        choices.retain(|choice| {
            let better = choice.gain > best;
            best = best.max(choice.gain);
            better
        });
        choices
    }
}

/// Returns the moves with at least `need` points: fewest characteristics, then fewest bins, then card order.
fn fewest(choices: &[Vec<Choice>], need: i32) -> Option<Vec<(usize, Choice)>> {
    let mut largest: Vec<(i32, usize)> =
        choices.iter().filter_map(|own| own.last()).map(|choice| (choice.gain, choice.bins)).collect();
    largest.sort_unstable_by_key(|(gain, bins)| (-gain, *bins));
    let mut sum = 0i64;
    let mut bins_max = 0;
    let mut count = 0;
    for (gain, bins) in largest {
        if sum >= i64::from(need) {
            break;
        }
        sum += i64::from(gain);
        bins_max += bins;
        count += 1;
    }
    if sum < i64::from(need) {
        return None;
    }
    let table = Table::fill(choices, count, bins_max);
    let bins = (0..=bins_max).find(|bins| table.best(0, count, *bins) >= i64::from(need))?;
    let mut left = (count, bins, i64::from(need));
    let mut moves = Vec::with_capacity(count);
    for (position, own) in choices.iter().enumerate() {
        let (count, bins, need) = left;
        if need <= 0 {
            break;
        }
        let taken = own.iter().find(|choice| {
            count > 0
                && choice.bins <= bins
                && i64::from(choice.gain) + table.best(position + 1, count - 1, bins - choice.bins) >= need
        });
        if let Some(choice) = taken {
            moves.push((position, *choice));
            left = (count - 1, bins - choice.bins, need - i64::from(choice.gain));
        }
    }
    Some(moves)
}

/// `best(j, c, b)`: the most points that characteristics j.. add with at most c moves over at most b bins.
struct Table {
    values: Vec<i64>,
    count: usize,
    bins: usize,
}

impl Table {
    fn fill(choices: &[Vec<Choice>], count: usize, bins: usize) -> Self {
        let layer = (count + 1) * (bins + 1);
        let mut table = Self { values: vec![0; layer * (choices.len() + 1)], count, bins };
        for (position, own) in choices.iter().enumerate().rev() {
            for c in 1..=count {
                for b in 0..=bins {
                    let moved = own.iter().take_while(|choice| choice.bins <= b).map(|choice| {
                        i64::from(choice.gain) + table.best(position + 1, c - 1, b - choice.bins)
                    });
                    let value = moved.fold(table.best(position + 1, c, b), i64::max);
                    let place = table.place(position, c, b);
                    if let Some(cell) = table.values.get_mut(place) {
                        *cell = value;
                    }
                }
            }
        }
        table
    }

    fn place(&self, position: usize, count: usize, bins: usize) -> usize {
        (position * (self.count + 1) + count) * (self.bins + 1) + bins
    }

    fn best(&self, position: usize, count: usize, bins: usize) -> i64 {
        self.values.get(self.place(position, count, bins)).copied().unwrap_or_default()
    }
}
