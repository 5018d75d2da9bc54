//! The way from a problem to its solution: bins, rule, search without and, only where it matters, with the number of
//! bins.

use super::auto;
use super::bins::Bins;
use super::chain::Chain;
use super::curve::Curve;
use super::problem::{
    BINS_LIMIT, CURVED_PRE_BINS_MAX, Cells, Constraints, PRE_BINS_MAX, Problem, Solution, Trend,
};

/// Returns the partition with the largest objective among those that keep every limit; of equal ones (within rounding)
/// one with the fewest bins, and always the same one. `None`: no partition keeps them.
///
/// `None` also beyond the limits of [`Problem`], which callers refuse first, and for a binary target without goods or
/// without bads, which has no objective.
///
/// Without a limit on p-values the work is O(n^2 log n) (concave and convex O(n^3 log n)), times the number of bins
/// where `bins_min` or `bins_max` binds; with one, O(n^3) comparisons in the worst case, of which few are tests.
pub(crate) fn solve(problem: &Problem<'_>) -> Option<Solution> {
    let limits = &problem.constraints;
    let (count, valid) = match problem.cells {
        Cells::Binary { cells, totals, .. } => (cells.len(), totals.goods > 0.0 && totals.bads > 0.0),
        Cells::Continuous { cells } => (cells.len(), true),
    };
    let curved = matches!(problem.trend, Trend::Concave | Trend::Convex);
    let count_max = if curved { CURVED_PRE_BINS_MAX } else { PRE_BINS_MAX };
    let bins_range = limits.bins_min.max(1)..=limits.bins_max.min(count);
    let bins_limit_fits =
        limits.bins_min <= BINS_LIMIT && (limits.bins_max >= count || limits.bins_max <= BINS_LIMIT);
    if !valid || count > count_max || bins_range.is_empty() || !bins_limit_fits {
        return None;
    }
    let bins = Bins::new(problem);
    if problem.trend == Trend::Auto {
        return auto::choose(&bins, limits);
    }
    with_trend(&bins, limits, problem.trend)
}

/// Returns the best partition into bins of the table under one trend.
pub(super) fn with_trend(bins: &Bins, limits: &Constraints, trend: Trend) -> Option<Solution> {
    let free = search(bins, limits, trend, Layers::FREE)?;
    let range = limits.bins_min.max(1)..=limits.bins_max;
    let ends = if range.contains(&free.len()) {
        free
    } else {
        search(bins, limits, trend, Layers::counting(limits, bins.count))?
    };
    let value = bins.ids(&ends)?.iter().filter_map(|id| bins.table.get(*id)).map(|bin| bin.value).sum();
    Some(Solution { ends, trend, value })
}

fn search(bins: &Bins, limits: &Constraints, trend: Trend, layers: Layers) -> Option<Vec<usize>> {
    match trend {
        Trend::Concave | Trend::Convex => Curve::new(bins, limits, layers, trend == Trend::Concave).search(),
        _ => Chain::new(bins, limits, layers, trend).search(),
    }
}

/// How the search counts bins: layer k holds the partial partitions of k + 1 bins; where only a minimum counts, the last layer
/// holds all those of that many bins or more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layers {
    /// Number of layers, at least 1.
    pub(super) count: usize,
    /// The first layer with enough bins.
    pub(super) enough: usize,
    /// Whether the last layer may grow.
    pub(super) open: bool,
}

impl Layers {
    /// One layer for any number of bins.
    pub(super) const FREE: Self = Self { count: 1, enough: 0, open: true };

    fn counting(limits: &Constraints, pre_bins: usize) -> Self {
        let enough = limits.bins_min.max(1) - 1;
        if limits.bins_max < pre_bins {
            Self { count: limits.bins_max, enough, open: false }
        } else {
            Self { count: enough + 1, enough, open: true }
        }
    }

    /// Returns the layer after one more bin, `None` where that would be too many.
    pub(super) fn next(self, layer: usize) -> Option<usize> {
        if layer + 1 < self.count { Some(layer + 1) } else { self.open.then_some(layer) }
    }
}
