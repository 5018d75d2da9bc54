//! The choice among trends.

use super::bins::Bins;
use super::objective::log_likelihood;
use super::problem::{Cells, Counts, Moments, Problem, Solution, Trend};
use super::score::tie;
use super::solve::with_trend;
use crate::numeric::{ln, sum};

/// In the order of preference among equals.
const CANDIDATES: [Trend; 4] = [Trend::Ascending, Trend::Descending, Trend::Peak, Trend::Valley];

/// Returns the optimum of that trend whose partition has the smallest Bayesian information criterion,
/// -2 ln L + ln(N) (bins - 1 + turns) with N the weight of the cells and one turn for a peak or valley that rises and falls
/// (G. Schwarz, Estimating the dimension of a model, Annals of Statistics 6(2), 1978). Of equal ones: fewest bins,
/// then ascending, descending, peak, valley. Where no partition has any of these trends, the optimum without a trend.
///
/// ln L is the binomial log-likelihood at the rates of the bins; for a continuous target that of normal errors,
/// -2 ln L = N ln(residual sum of squares).
pub(super) fn choose(problem: &Problem<'_>, bins: &Bins) -> Option<Solution> {
    let mut best: Option<(f64, Solution)> = None;
    for trend in CANDIDATES {
        let Some(solution) = with_trend(bins, &problem.constraints, trend) else { continue };
        let criterion = criterion(problem, &solution.ends);
        let better = best.as_ref().is_none_or(|(least, kept)| {
            let tie = tie(*least, criterion);
            criterion < least - tie || (criterion <= least + tie && solution.ends.len() < kept.ends.len())
        });
        if better {
            best = Some((criterion, solution));
        }
    }
    best.map(|(_, solution)| solution).or_else(|| with_trend(bins, &problem.constraints, Trend::None))
}

/// Returns the Bayesian information criterion of a partition, in nats times 2.
fn criterion(problem: &Problem<'_>, ends: &[usize]) -> f64 {
    let (misfit, weight, rates) = match problem.cells {
        Cells::Binary { cells, .. } => binary_misfit(cells, ends),
        Cells::Continuous { cells } => continuous_misfit(cells, ends),
    };
    let mut rises = false;
    let mut falls = false;
    for (first, second) in rates.iter().zip(rates.iter().skip(1)) {
        let slack = bins_slack(*first, *second);
        rises |= *second > first + slack;
        falls |= *second < first - slack;
    }
    let parameters = f64::from(u32::from(rises && falls)) + crate::numeric::count(ends.len()) - 1.0;
    misfit + ln(weight) * parameters
}
