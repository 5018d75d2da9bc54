//! The multiple-choice knapsack of a separable card: fewest units, then least cost, then card order; exact.
//!
//! With gain and cost of every choice known, a frontier holds, for units j.. and at most c moves, every cost
//! that gives more points than all smaller ones. So neither the size of costs nor that of points is a dimension.

/// One change of a unit; the choices of a unit ascend in cost and in gain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Bins times the cost of a bin, above 0.
    pub(super) cost: u64,
    /// Points, above 0.
    pub(super) gain: i64,
    /// The attribute that a characteristic moves to, or the bins that windows move together: below 0 is down.
    pub(super) step: i32,
}

/// Points of all frontiers at most, 16 MB of them: a card of a hundred characteristics whose bins have many different
/// costs needs more, and one score must not take seconds.
const POINTS_MAX: usize = 1_000_000;

/// A cost and the points for it.
type Point = (u64, i64);

/// Returns the choices that add up to at least `need` points, by the place of their unit.
///
/// Of all such sets the one with the fewest units, then the least cost, then the units that come first in the card (as
/// lists compare), then the cheapest choices of the first units.
pub(super) fn fewest(choices: &[Vec<Choice>], need: i64) -> Option<Vec<(usize, Choice)>> {
    let mut largest: Vec<&Choice> = choices.iter().filter_map(|own| own.last()).collect();
    largest.sort_unstable_by_key(|choice| (-choice.gain, choice.cost));
    let (mut sum, mut cost_max, mut count) = (0, 0, 0);
    for choice in largest {
        if sum >= need {
            break;
        }
        sum += choice.gain;
        cost_max += choice.cost;
        count += 1;
    }
    if sum < need {
        return None;
    }
    let table = Table::fill(choices, Bounds { count, cost_max, need })?;
    let cost = table.frontier(0, count).iter().find(|(_, gain)| *gain >= need)?.0;
    let units = first_units(choices, &table, Bounds { count, cost_max: cost, need });
    cheapest_first(choices, &units, cost, need)
}

/// Returns the places of the units that move, the first in card order that reach the need within the cost.
fn first_units(choices: &[Vec<Choice>], table: &Table, bounds: Bounds) -> Vec<usize> {
    let mut units = Vec::with_capacity(bounds.count);
    let mut reached: Vec<Point> = vec![(0, 0)];
    for (place, own) in choices.iter().enumerate() {
        if units.len() == bounds.count {
            break;
        }
        let left = bounds.count - units.len() - 1;
        let moved = reached
            .iter()
            .flat_map(|(cost, gain)| own.iter().map(move |choice| (cost + choice.cost, gain + choice.gain)));
        let mut moved: Vec<Point> = moved
            .filter(|(cost, gain)| {
                *cost <= bounds.cost_max
                    && gain + table.best(place + 1, left, bounds.cost_max - cost) >= bounds.need
            })
            .collect();
        if !moved.is_empty() {
            prune(&mut moved);
            reached = moved;
            units.push(place);
        }
    }
    units
}

/// Returns the choices of units that must all move, the cheapest of the first unit first.
fn cheapest_first(
    choices: &[Vec<Choice>],
    units: &[usize],
    cost: u64,
    need: i64,
) -> Option<Vec<(usize, Choice)>> {
    let own: Vec<Vec<Choice>> = units.iter().filter_map(|place| choices.get(*place).cloned()).collect();
    let table = Table::fill(&own, Bounds { count: own.len(), cost_max: cost, need })?;
    let mut left = (cost, need);
    let mut moves = Vec::with_capacity(own.len());
    for (index, (place, own)) in units.iter().zip(&own).enumerate() {
        let (cost, need) = left;
        let rest = units.len() - index - 1;
        let taken = own.iter().find(|choice| {
            choice.cost <= cost && choice.gain + table.best(index + 1, rest, cost - choice.cost) >= need
        });
        if let Some(choice) = taken {
            moves.push((*place, *choice));
            left = (cost - choice.cost, need - choice.gain);
        }
    }
    Some(moves)
}

/// Keeps each cost that gives more points than every smaller one.
fn prune(points: &mut Vec<Point>) {
    points.sort_unstable_by_key(|(cost, gain)| (*cost, -gain));
    let mut best = i64::MIN;
    points.retain(|(_, gain)| {
        let better = *gain > best;
        best = best.max(*gain);
        better
    });
}

/// Bounds of a table.
#[derive(Clone, Copy)]
struct Bounds {
    /// Units that move.
    count: usize,
    cost_max: u64,
    /// Points; more are worth no more.
    need: i64,
}

/// The frontiers of all (unit, moves), end to end.
struct Table {
    points: Vec<Point>,
    /// Where each frontier begins and ends: `count + 1` a unit, the last unit first.
    ranges: Vec<(usize, usize)>,
    units: usize,
    count: usize,
}

impl Table {
    /// Returns the table, or `None` where it would hold more than [`POINTS_MAX`].
    fn fill(choices: &[Vec<Choice>], bounds: Bounds) -> Option<Self> {
        let mut table = Self {
            points: vec![(0, 0)],
            ranges: vec![(0, 1); bounds.count + 1],
            units: choices.len(),
            count: bounds.count,
        };
        table.ranges.reserve(choices.len() * (bounds.count + 1));
        let mut candidates: Vec<Point> = Vec::new();
        for (place, own) in choices.iter().enumerate().rev() {
            table.ranges.push((0, 1));
            for count in 1..=bounds.count {
                candidates.clear();
                candidates.extend_from_slice(table.frontier(place + 1, count));
                for choice in own {
                    let rest = table.frontier(place + 1, count - 1);
                    let moved = rest
                        .iter()
                        .map(|(cost, gain)| (cost + choice.cost, (gain + choice.gain).min(bounds.need)));
                    candidates.extend(moved.filter(|(cost, _)| *cost <= bounds.cost_max));
                }
                prune(&mut candidates);
                let start = table.points.len();
                table.points.extend_from_slice(&candidates);
                table.ranges.push((start, table.points.len()));
                if table.points.len() > POINTS_MAX {
                    return None;
                }
            }
        }
        Some(table)
    }

    /// Returns what units from `place` on can do with at most `count` moves.
    #[expect(
        clippy::indexing_slicing,
        reason = "the table is filled from the last unit on, each for every count"
    )]
    fn frontier(&self, place: usize, count: usize) -> &[Point] {
        let (start, end) = self.ranges[(self.units - place) * (self.count + 1) + count];
        &self.points[start..end]
    }

    /// Returns the most points, at most the need, that units from `place` on add with at most `count` moves and `cost`.
    fn best(&self, place: usize, count: usize, cost: u64) -> i64 {
        let frontier = self.frontier(place, count);
        let within = frontier.partition_point(|(own, _)| *own <= cost);
        within.checked_sub(1).and_then(|last| frontier.get(last)).map_or(0, |(_, gain)| *gain)
    }
}
