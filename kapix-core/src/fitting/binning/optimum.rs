//! The exact optimum over the cells of one characteristic, or why there is none.

use super::bin_totals::BinTotals;
use super::options::BinningOptions;
use super::table::Sample;
use crate::fitting::optimal::{self, Cells, Constraints, Counts, Moments, Problem, Solution, Trend};

/// Why there is no partition.
pub(super) enum Infeasible {
    /// The sample has goods only or bads only.
    OneClass,
    /// The settings of which each alone, when relaxed, makes a partition possible.
    Constraints(Vec<String>),
}

/// The best partition.
pub(super) struct Solved {
    pub(super) solution: Solution,
    /// The settings of which each alone, when relaxed, makes a split possible, where the solution has none.
    pub(super) forbidding: Vec<String>,
}

/// Returns the best partition of the cells under the options.
pub(super) fn solve(
    cells: &[BinTotals],
    fixed: &[bool],
    sample: &Sample,
    options: &BinningOptions,
) -> Result<Solved, Infeasible> {
    let all = sample.all;
    if sample.is_binary && (all.goods <= 0.0 || all.sum <= 0.0) {
        return Err(Infeasible::OneClass);
    }
    let counts: Vec<Counts> = cells.iter().map(BinTotals::counts).collect();
    let moments: Vec<Moments> = cells.iter().map(BinTotals::moments).collect();
    let cells = if sample.is_binary {
        Cells::Binary { cells: &counts, objective: options.objective, totals: all.counts() }
    } else {
        Cells::Continuous { cells: &moments }
    };
    let constraints = Constraints {
        bads_min: options.bads_min,
        bins_max: usize::try_from(options.bins_max).unwrap_or(usize::MAX),
        bins_min: usize::try_from(options.bins_min).unwrap_or(usize::MAX),
        goods_min: options.goods_min,
        p_value_max: (options.p_value_max < 1.0).then_some(options.p_value_max),
        p_value_test: options.p_value_test,
        rate_difference_min: options.rate_difference_min,
        size_max: if options.size_max < 1.0 { options.size_max * all.weight } else { f64::INFINITY },
        size_min: options.size_min * all.weight,
    };
    let problem = Problem { cells, constraints, fixed, trend: options.trend };
    let possible = |problem: &Problem<'_>| optimal::solve(problem).is_some();
    let splits = |relaxed: &Problem<'_>| {
        // Room for more than one attribute is room for a split.
        let is_idle = constraints.bins_max > 1 && relaxed.constraints.bins_max != constraints.bins_max;
        !is_idle && optimal::solve(relaxed).is_some_and(|it| it.ends.len() > 1)
    };
    match optimal::solve(&problem) {
        None => Err(Infeasible::Constraints(obstacles(&problem, possible))),
        Some(solution) if solution.ends.len() > 1 => Ok(Solved { solution, forbidding: Vec::new() }),
        Some(solution) => Ok(Solved { solution, forbidding: obstacles(&problem, splits) }),
    }
}

/// Returns the settings whose relaxation alone makes a problem pass.
fn obstacles(problem: &Problem<'_>, passes: impl Fn(&Problem<'_>) -> bool) -> Vec<String> {
    let free = Constraints::default();
    let own = problem.constraints;
    let relaxed = [
        ("bads_min", Constraints { bads_min: free.bads_min, ..own }),
        ("bins_max", Constraints { bins_max: free.bins_max, ..own }),
        ("bins_min", Constraints { bins_min: free.bins_min, ..own }),
        ("goods_min", Constraints { goods_min: free.goods_min, ..own }),
        ("p_value_max", Constraints { p_value_max: free.p_value_max, ..own }),
        ("rate_difference_min", Constraints { rate_difference_min: free.rate_difference_min, ..own }),
        ("size_max", Constraints { size_max: free.size_max, ..own }),
        ("size_min", Constraints { size_min: free.size_min, ..own }),
    ];
    // What is free already stands in no way, and costs no further optimum.
    let mut names: Vec<String> = relaxed
        .into_iter()
        .filter(|(_, constraints)| *constraints != own)
        .filter(|(_, constraints)| passes(&Problem { constraints: *constraints, ..problem.clone() }))
        .map(|(name, _)| name.to_owned())
        .collect();
    if problem.trend != Trend::None && passes(&Problem { trend: Trend::None, ..problem.clone() }) {
        names.push("trend".to_owned());
    }
    if !problem.fixed.is_empty() && passes(&Problem { fixed: &[], ..problem.clone() }) {
        names.push("cuts_fixed".to_owned());
    }
    names.sort_unstable();
    names
}
