//! The choice among trends.

use super::bins::Bins;
use super::problem::{Constraints, Solution, Trend};
use super::score::tie;
use super::solve::with_trend;
use crate::numeric::{count, ln};

/// In the order of preference among equals.
const CANDIDATES: [Trend; 4] = [Trend::Ascending, Trend::Descending, Trend::Peak, Trend::Valley];

/// Returns the optimum of that trend whose partition has the smallest Bayesian information criterion,
/// -2 ln L + ln(N) (bins - 1 + turns) with N the weight of the cells and one turn for a peak or valley that rises and falls
/// (G. Schwarz, Estimating the dimension of a model, Annals of Statistics 6(2), 1978). Of equal ones: fewest bins,
/// then ascending, descending, peak, valley. Where no partition has any of these trends, the optimum without a trend.
///
/// ln L is the binomial log-likelihood at the rates of the bins; for a continuous target that of normal errors,
/// -2 ln L = N ln(residual sum of squares).
pub(super) fn choose(bins: &Bins, limits: &Constraints) -> Option<Solution> {
    let mut best: Option<(f64, Solution)> = None;
    for trend in CANDIDATES {
        let Some(solution) = with_trend(bins, limits, trend) else { continue };
        let Some(ids) = bins.ids(&solution.ends) else { continue };
        let criterion = criterion(bins, &ids);
        let better = best.as_ref().is_none_or(|(least, kept)| {
            let tie = tie(*least, criterion);
            criterion < least - tie || (criterion <= least + tie && solution.ends.len() < kept.ends.len())
        });
        if better {
            best = Some((criterion, solution));
        }
    }
    best.map(|(_, solution)| solution).or_else(|| with_trend(bins, limits, Trend::None))
}

/// Returns the Bayesian information criterion of a partition.
fn criterion(bins: &Bins, ids: &[usize]) -> f64 {
    let mut rises = false;
    let mut falls = false;
    for (first, second) in ids.iter().zip(ids.iter().skip(1)) {
        let change = bins.rate(*second) - bins.rate(*first);
        rises |= change > bins.slack;
        falls |= change < -bins.slack;
    }
    let turns = if rises && falls { 1.0 } else { 0.0 };
    let (misfit, weight) = bins.misfit(ids);
    misfit + ln(weight) * (count(ids.len()) - 1.0 + turns)
}
