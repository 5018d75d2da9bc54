//! Fine classes: the cut points from which attributes are chosen.

use super::bin_totals::BinTotals;
use super::decimal;
use super::options::BinningOptions;
use super::settings::PrebinningMethod;
use super::sorted::{Gap, Sorted};
use super::tree;

/// Ordered pre-bins; pre-bin i lies between cut points i - 1 and i.
#[derive(Clone, Debug, Default)]
pub(super) struct Prebins {
    /// Cut points, one fewer than pre-bins.
    pub(super) cuts: Vec<f64>,
    /// Which cut points must stay.
    pub(super) is_fixed: Vec<bool>,
    /// The rows of each pre-bin; none is empty.
    pub(super) bins: Vec<BinTotals>,
    /// Fixed cut points that separate no rows and were left out.
    pub(super) idle: Vec<f64>,
}

/// Returns the pre-bins of a column; `total` is the weight of the whole sample.
pub(super) fn prebins(sorted: &Sorted, options: &BinningOptions, total: f64) -> Prebins {
    let pieces = options.prebinning.bins_max;
    let mut cuts = match options.prebinning.method {
        PrebinningMethod::Given => options.cuts.clone(),
        PrebinningMethod::Quantile => quantiles(sorted, pieces),
        PrebinningMethod::Tree => {
            let least = options.prebinning.size_min * total;
            tree::cuts(sorted, usize::try_from(pieces).unwrap_or(usize::MAX), least)
        }
        PrebinningMethod::Uniform => uniform(sorted, pieces),
    };
    cuts.extend_from_slice(&options.cuts_fixed);
    // Adding 0 makes -0 and 0 the same bits, as a value is before it meets a cut point.
    for cut in &mut cuts {
        *cut += 0.0;
    }
    cuts.sort_unstable_by(f64::total_cmp);
    cuts.dedup_by_key(|cut| cut.to_bits());
    fill(sorted, &cuts, &options.cuts_fixed)
}

/// Puts the rows between the cut points; of an empty pre-bin one end goes, the fixed one last.
fn fill(sorted: &Sorted, cuts: &[f64], fixed: &[f64]) -> Prebins {
    let must_stay = |cut: f64| fixed.iter().any(|fixed| (fixed + 0.0).to_bits() == cut.to_bits());
    let mut prebins = Prebins::default();
    // Of the cut points between the last rows seen and the next, one is kept.
    let mut pending: Option<f64> = None;
    for (index, totals) in sorted.parts(cuts).into_iter().enumerate() {
        if totals.rows > 0 {
            match pending.take() {
                Some(cut) if !prebins.bins.is_empty() => {
                    prebins.is_fixed.push(must_stay(cut));
                    prebins.cuts.push(cut);
                }
                idle => prebins.idle.extend(idle.filter(|cut| must_stay(*cut))),
            }
            prebins.bins.push(totals);
        }
        let Some(next) = cuts.get(index).copied() else { break };
        let (kept, lost) = match pending {
            Some(other) if must_stay(other) || !must_stay(next) => (other, next),
            Some(other) => (next, other),
            None => (next, f64::NAN),
        };
        prebins.idle.extend(Some(lost).filter(|cut| must_stay(*cut)));
        pending = Some(kept);
    }
    prebins.idle.extend(pending.filter(|cut| must_stay(*cut)));
    prebins
}

/// Returns cut points such that the weight below the j-th is nearest to the share j/k; a value that holds several
/// shares keeps the cut points at both of its sides.
fn quantiles(sorted: &Sorted, pieces: u32) -> Vec<f64> {
    let nearer =
        |share: u32| sorted.gaps(share, pieces).map(|gaps| Gap::nearer(gaps, sorted.weight, share, pieces));
    let counted: Option<Vec<Gap>> = (1..pieces).map(nearer).collect();
    let gaps = counted.unwrap_or_else(|| visited_quantiles(sorted, pieces));
    let mut cuts: Vec<(f64, f64)> = gaps.into_iter().filter_map(|gap| gap.ends).collect();
    cuts.dedup();
    cuts.into_iter().filter_map(|(a, b)| decimal::between(a, b)).collect()
}

/// Returns the gaps of [`quantiles`] by a visit to every value.
fn visited_quantiles(sorted: &Sorted, pieces: u32) -> Vec<Gap> {
    let all = sorted.weight;
    let mut gaps = Vec::new();
    let mut share = 1;
    let mut settle = |pair: [Gap; 2]| {
        let [_, Gap { below, .. }] = pair;
        while share < pieces && below * f64::from(pieces) >= all * f64::from(share) {
            gaps.push(Gap::nearer(pair, all, share, pieces));
            share += 1;
        }
    };
    let (mut before, mut below, mut last) = (Gap::default(), 0.0, None);
    sorted.each(|value, totals| {
        if let Some(last) = last {
            let gap = Gap { ends: Some((last, value)), below };
            settle([before, gap]);
            before = gap;
        }
        last = Some(value);
        below += totals.weight;
    });
    settle([before, Gap { ends: None, below }]);
    gaps
}

/// Returns cut points in the gaps of the data that hold the ends of intervals of equal width.
fn uniform(sorted: &Sorted, pieces: u32) -> Vec<f64> {
    let Some((low, high)) = sorted.range() else { return Vec::new() };
    // As shares of both ends, because their difference may overflow.
    let end = |number: u32| {
        let share = f64::from(number) / f64::from(pieces);
        low * (1.0 - share) + high * share
    };
    let mut cuts = Vec::new();
    let mut number = 1;
    let mut last = low;
    sorted.each(|value, _| {
        let mut holds_end = false;
        while number < pieces && end(number) <= value {
            holds_end |= end(number) > last;
            number += 1;
        }
        if holds_end {
            cuts.extend(decimal::between(last, value));
        }
        last = value;
    });
    cuts
}
