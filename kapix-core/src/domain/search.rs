//! The bounded search for a chain on days whose balances lie closer together than twice the tolerance.
//!
//! Depth first: after each step, the unused steps that start within the tolerance of its close are tried, the
//! nearest first, then in the order of the document. Equal steps are tried once.

use super::order::{Step, index};

/// What finding the candidates of one step costs beside looking at each: a binary search over the day.
const FIND_COST: u64 = 16;

/// Cost at which the search of one day gives up: more than the 199,180 of all orders of seven rows (8,660 steps with
/// seven candidates each), so that days of up to seven rows are decided exactly while the cost of the ledger lasts.
const COST_PER_DAY: u64 = 1 << 18;

/// Further cost per row of the day: three steps, so that a long day without dead ends is walked to its end.
const COST_PER_ROW: u64 = 64;

/// Cost beyond the days' own shares at which all searches of one ledger end, whatever the request holds.
pub(super) const COST_PER_LEDGER: u64 = 1 << 24;

/// A day's own share, which it has whatever was spent before: for each row, and at most for a day. With it the worst
/// million rows tried took three seconds.
const SHARE_PER_ROW: u64 = 128;
const SHARE_PER_DAY: u64 = 1 << 16;

/// Returns an order in which all steps chain from `previous`, or, without it, from a step that `first`
/// admits; `None` when there is none or the cost is spent; what goes beyond the day's own share is
/// taken from `budget`.
pub(super) fn chain(
    steps: &[Step],
    previous: Option<i64>,
    first: impl Fn(&Step) -> bool,
    tolerance: i64,
    budget: &mut u64,
) -> Option<Vec<u32>> {
    let rows = u64::try_from(steps.len()).unwrap_or(u64::MAX);
    let own = SHARE_PER_ROW.saturating_mul(rows).min(SHARE_PER_DAY);
    let wanted = COST_PER_ROW.saturating_mul(rows).saturating_add(COST_PER_DAY);
    let granted = own + wanted.min(*budget);
    let mut search = Search::new(steps, tolerance, granted);
    let roots = match previous {
        Some(balance) => search.candidates(balance),
        None => search.roots(first),
    };
    let found = search.run(roots);
    let spent = granted - search.left;
    *budget = budget.saturating_sub(spent.saturating_sub(own));
    found
}

struct Search<'a> {
    steps: &'a [Step],
    /// Steps by start, close and position.
    sorted: Vec<(Step, u32)>,
    used: Vec<bool>,
    tolerance: i64,
    left: u64,
}

impl<'a> Search<'a> {
    fn new(steps: &'a [Step], tolerance: i64, left: u64) -> Self {
        let mut sorted: Vec<(Step, u32)> = steps.iter().copied().zip(0_u32..).collect();
        sorted.sort_unstable();
        Self { steps, sorted, used: vec![false; steps.len()], tolerance, left }
    }

    /// Returns every step that `first` admits, the first of the document last.
    fn roots(&self, first: impl Fn(&Step) -> bool) -> Vec<u32> {
        let mut roots = self.sorted.clone();
        roots.dedup_by_key(|(step, _)| *step);
        roots.retain(|(step, _)| first(step));
        let mut roots: Vec<u32> = roots.into_iter().map(|(_, number)| number).collect();
        roots.sort_unstable_by(|a, b| b.cmp(a));
        roots
    }

    /// Returns the unused steps that can follow a close, the best last.
    fn candidates(&mut self, close: i64) -> Vec<u32> {
        let (low, high) = (close.saturating_sub(self.tolerance), close.saturating_add(self.tolerance));
        let from = self.sorted.partition_point(|(step, _)| step.start < low);
        let near = self.sorted.iter().skip(from).take_while(|(step, _)| step.start <= high);
        let mut found: Vec<(u64, u32)> = Vec::new();
        let mut last = None;
        self.left = self.left.saturating_sub(FIND_COST);
        for (step, number) in near {
            self.left = self.left.saturating_sub(1);
            if self.left == 0 {
                break;
            }
            let used = self.used.get(index(*number)).copied().unwrap_or(true);
            if !used && last != Some(*step) {
                last = Some(*step);
                found.push((step.start.abs_diff(close), *number));
            }
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.into_iter().map(|(_, number)| number).collect()
    }

    fn run(&mut self, roots: Vec<u32>) -> Option<Vec<u32>> {
        let mut order: Vec<u32> = Vec::new();
        let mut open = vec![roots];
        while self.left > 0 {
            let Some(number) = open.last_mut()?.pop() else {
                open.pop();
                let undone = order.pop()?;
                self.mark(undone, false);
                continue;
            };
            self.mark(number, true);
            order.push(number);
            if order.len() == self.steps.len() {
                return Some(order);
            }
            let close = self.steps.get(index(number))?.close;
            let candidates = self.candidates(close);
            open.push(candidates);
        }
        None
    }

    fn mark(&mut self, number: u32, used: bool) {
        if let Some(mark) = self.used.get_mut(index(number)) {
            *mark = used;
        }
    }
}
