//! The order of a day's rows in which balances chain.
//!
//! A row is a step from the balance before it (`balance - amount`) to the balance after it. Balances that
//! can follow each other within the tolerance fall into one group, so an order in which the rows chain walks
//! every step of the graph of groups once: an Eulerian path. A day without such a path has no chain, which is
//! decided in `O(n log n)`. Where every group is as narrow as the tolerance (always, when it is zero) any
//! such path is a chain and Hierholzer's walk is exact; only a day with a wider group needs [`search`].
//!
//! Hierholzer, C. (1873), "Ueber die Möglichkeit, einen Linienzug ohne Wiederholung und ohne Unterbrechung zu
//! umfahren", Mathematische Annalen 6, 30-32.

use super::ledger::Row;
use super::search;

/// How the rows of a day come into ledger order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DayOrder {
    /// As the document has them.
    Input,
    /// From the last to the first, as statements print that start with the newest row.
    Reversed,
    /// In this order of positions within the day.
    Permuted(Vec<u32>),
}

/// A row that states its balance, as a step between two balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// Balance before the row, in minor units.
    pub(super) start: i64,
    /// Balance after the row, in minor units.
    pub(super) close: i64,
}

/// Finds the order of days in which balances chain; its budget of search is that of one ledger.
pub(super) struct Orderer {
    budget: u64,
}

/// What the search for one day starts from.
#[derive(Clone, Copy)]
struct Day<'a> {
    rows: &'a [Row],
    next: &'a [Row],
    tolerance: i64,
}

impl Orderer {
    pub(super) const fn new() -> Self {
        Self { budget: search::COST_PER_LEDGER }
    }

    /// Returns the order of the rows of a day; `previous` is the balance before the day and `next` are the
    /// rows of the day after it.
    ///
    /// The first that chains from `previous` is taken: the order of the document, its reverse, a chain. Without
    /// one, the same three are looked for with a free start, those first whose close meets `next`. A day that
    /// does not chain at all, or does not state all balances, keeps the order of the document, or its reverse
    /// if that breaks less often.
    pub(super) fn order(
        &mut self,
        rows: &[Row],
        previous: Option<i64>,
        next: &[Row],
        tolerance: i64,
    ) -> DayOrder {
        let forward = breaks(rows.iter(), previous, tolerance);
        if rows.len() < 2 || (forward == 0 && previous.is_some()) {
            return DayOrder::Input;
        }
        let backward = breaks(rows.iter().rev(), previous, tolerance);
        if backward == 0 && previous.is_some() {
            return DayOrder::Reversed;
        }
        let steps: Option<Vec<Step>> = rows.iter().map(step).collect();
        let chained = steps.and_then(|steps| {
            let from_previous =
                previous.and_then(|balance| self.chain(&steps, Some(balance), &[], tolerance));
            from_previous.or_else(|| self.free(Day { rows, next, tolerance }, &steps))
        });
        chained.unwrap_or(if backward < forward { DayOrder::Reversed } else { DayOrder::Input })
    }

    /// Returns an order that chains from any start, if there is one.
    fn free(&mut self, day: Day<'_>, steps: &[Step]) -> Option<DayOrder> {
        let starts = starts(day.next);
        let meets = |balance: Option<i64>| {
            starts.is_empty() || balance.is_some_and(|balance| near(&starts, balance, day.tolerance))
        };
        let forward = breaks(day.rows.iter(), None, day.tolerance) == 0;
        if forward && meets(day.rows.last().and_then(|row| row.balance_minor)) {
            return Some(DayOrder::Input);
        }
        let backward = breaks(day.rows.iter().rev(), None, day.tolerance) == 0;
        if backward && meets(day.rows.first().and_then(|row| row.balance_minor)) {
            return Some(DayOrder::Reversed);
        }
        let chained = self.chain(steps, None, &starts, day.tolerance);
        let close = match &chained {
            Some(DayOrder::Permuted(order)) => order.last().and_then(|&last| steps.get(index(last))),
            _ => None,
        };
        if chained.is_some() && meets(close.map(|step| step.close)) {
            return chained;
        }
        if forward {
            return Some(DayOrder::Input);
        }
        if backward { Some(DayOrder::Reversed) } else { chained }
    }

    /// Returns an order in which the steps chain: from `previous`, or else from the start that the graph
    /// dictates; on a closed walk, from the first start that is among `preferred`.
    fn chain(
        &mut self,
        steps: &[Step],
        previous: Option<i64>,
        preferred: &[i64],
        tolerance: i64,
    ) -> Option<DayOrder> {
        let groups = Groups::new(steps, previous, tolerance);
        let start = groups.start(steps, previous, |balance| near(preferred, balance, tolerance))?;
        let walk = groups.walk(start);
        if walk.len() != steps.len() {
            return None;
        }
        if chains(steps, &walk, previous, tolerance) {
            return Some(DayOrder::Permuted(walk));
        }
        let closed = groups.surplus.iter().all(|&surplus| surplus == 0);
        let first = |step: &Step| closed || groups.of(step.start) == start;
        search::chain(steps, previous, first, tolerance, &mut self.budget).map(DayOrder::Permuted)
    }
}

/// Returns the number of stated balances that differ from the carried one by more than the tolerance.
pub(super) fn breaks<'a>(
    rows: impl Iterator<Item = &'a Row>,
    previous: Option<i64>,
    tolerance: i64,
) -> usize {
    let mut carried = previous;
    let mut breaks = 0;
    for row in rows {
        let expected = carried.map(|balance| balance.saturating_add(row.amount_minor));
        if let (Some(expected), Some(stated)) = (expected, row.balance_minor) {
            breaks += usize::from(expected.abs_diff(stated) > tolerance.unsigned_abs());
        }
        carried = row.balance_minor.or(expected);
    }
    breaks
}

/// Returns the row as a step, or `None` when it states no balance.
fn step(row: &Row) -> Option<Step> {
    row.balance_minor.map(|close| Step { start: close.saturating_sub(row.amount_minor), close })
}

/// Returns the balances before the rows that state one, ascending.
fn starts(rows: &[Row]) -> Vec<i64> {
    let mut starts: Vec<i64> = rows.iter().filter_map(step).map(|step| step.start).collect();
    starts.sort_unstable();
    starts
}

/// Returns whether an element of the ascending `values` lies within the tolerance of `value`.
fn near(values: &[i64], value: i64, tolerance: i64) -> bool {
    let at = values.partition_point(|&other| other < value.saturating_sub(tolerance));
    values.get(at).is_some_and(|&other| other <= value.saturating_add(tolerance))
}

/// Returns whether every step of the order starts within the tolerance of the close before it.
fn chains(steps: &[Step], order: &[u32], previous: Option<i64>, tolerance: i64) -> bool {
    let mut carried = previous;
    order.iter().filter_map(|&at| steps.get(index(at))).all(|step| {
        let meets = carried.is_none_or(|close| close.abs_diff(step.start) <= tolerance.unsigned_abs());
        carried = Some(step.close);
        meets
    })
}

/// Returns the row number as an index; a day has fewer than 2^32 rows.
pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Groups of balances that can follow each other, and the steps that leave each group.
struct Groups {
    /// Smallest balance of each group, ascending.
    floors: Vec<i64>,
    /// Group in which each step ends.
    ends: Vec<usize>,
    /// Steps by the group in which they start, then by position.
    leaving: Vec<u32>,
    /// Where each group's steps begin in `leaving`; one more entry than groups.
    offsets: Vec<usize>,
    /// Steps that leave each group less those that enter it.
    surplus: Vec<i64>,
}

#[expect(
    clippy::indexing_slicing,
    reason = "groups and steps are numbered by the constructor, which sized every list"
)]
impl Groups {
    fn new(steps: &[Step], previous: Option<i64>, tolerance: i64) -> Self {
        let mut balances: Vec<i64> = steps.iter().flat_map(|step| [step.start, step.close]).collect();
        balances.extend(previous);
        balances.sort_unstable();
        let mut floors: Vec<i64> = Vec::new();
        let mut below = None;
        for balance in balances {
            if below.is_none_or(|below: i64| balance.abs_diff(below) > tolerance.unsigned_abs()) {
                floors.push(balance);
            }
            below = Some(balance);
        }
        let count = floors.len();
        let mut groups = Self {
            floors,
            ends: Vec::new(),
            leaving: Vec::new(),
            offsets: vec![0; count + 1],
            surplus: vec![0; count],
        };
        let begins: Vec<usize> = steps.iter().map(|step| groups.of(step.start)).collect();
        groups.ends = steps.iter().map(|step| groups.of(step.close)).collect();
        for (&begin, &end) in begins.iter().zip(&groups.ends) {
            groups.offsets[begin + 1] += 1;
            groups.surplus[begin] += 1;
            groups.surplus[end] -= 1;
        }
        for group in 0..count {
            groups.offsets[group + 1] += groups.offsets[group];
        }
        let mut free = groups.offsets.clone();
        groups.leaving = vec![0; steps.len()];
        for (number, &begin) in (0_u32..).zip(&begins) {
            groups.leaving[free[begin]] = number;
            free[begin] += 1;
        }
        groups
    }

    /// Returns the group of one of the balances that the groups were made of.
    fn of(&self, balance: i64) -> usize {
        self.floors.partition_point(|&floor| floor <= balance).saturating_sub(1)
    }

    /// Returns the group in which a path over all steps must start, or `None` when there is no such path: a
    /// path leaves its first group once more than it enters it, its last once less, every other as often.
    fn start(&self, steps: &[Step], previous: Option<i64>, preferred: impl Fn(i64) -> bool) -> Option<usize> {
        let mut open = self.surplus.iter().enumerate().filter(|&(_, &surplus)| surplus > 0);
        let (first, second) = (open.next(), open.next());
        let start = match (first, second) {
            (Some((group, 1)), None) => group,
            (None, _) => {
                let free = steps.iter().find(|step| preferred(step.start)).or(steps.first())?;
                self.of(previous.unwrap_or(free.start))
            }
            _ => return None,
        };
        previous.is_none_or(|balance| self.of(balance) == start).then_some(start)
    }

    /// Returns Hierholzer's walk from a group: all steps in the first order by position if a path exists.
    fn walk(&self, start: usize) -> Vec<u32> {
        let mut next = self.offsets.clone();
        let mut order = Vec::with_capacity(self.leaving.len());
        let mut path: Vec<(Option<u32>, usize)> = vec![(None, start)];
        while let Some(&(step, group)) = path.last() {
            if next[group] < self.offsets[group + 1] {
                let taken = self.leaving[next[group]];
                next[group] += 1;
                path.push((Some(taken), self.ends[index(taken)]));
            } else {
                path.pop();
                order.extend(step);
            }
        }
        order.reverse();
        order
    }
}

#[cfg(test)]
mod tests;
