//! Inputs that are missing together count once: an applicant without a bureau record has no bureau input at all.
//!
//! Weights of evidence are added, so twenty inputs of one missing record would count twenty times. Where two bins for
//! missing, special or unseen values have nearly the same rows, only one of them counts: that of the characteristic with
//! the higher information value. The other one gets weight of evidence 0.

use super::candidates::Candidate;
use crate::fitting::Binning;

/// Two sets of rows are the same where this share of their union lies in both.
const OVERLAP_MIN: f64 = 0.9;
/// Rows that are compared: every k-th one. The overlap is then known to about one percent.
const ROWS_MAX: usize = 50_000;

/// One bin for missing, special or unseen values.
struct FallbackBin {
    /// Place of the characteristic among the candidates.
    place: usize,
    slot: usize,
    rows: u32,
}

/// Gives weight of evidence 0 to all but the first of each group of bins with the same rows. `usable` are places of
/// candidates, and `slots` the slots of the fitted rows for each of them.
pub(super) fn count_once(
    candidates: &[Candidate<'_, '_>],
    binnings: &mut [Binning],
    (usable, slots): (&[usize], &[Vec<u16>]),
) {
    let (bins, shared) = count(candidates, binnings, (usable, slots));
    let iv = |bin: usize| bins.get(bin).and_then(|bin| binnings.get(bin.place)).map_or(0.0, |it| it.table.iv);
    let mut order: Vec<usize> = (0..bins.len()).collect();
    order.sort_by(|a, b| iv(*b).total_cmp(&iv(*a)).then(a.cmp(b)));
    let mut leaders: Vec<usize> = Vec::new();
    for bin in order {
        let leader =
            leaders.iter().copied().find(|leader| overlap(&bins, &shared, (*leader, bin)) >= OVERLAP_MIN);
        let (Some(leader), Some(own)) = (leader, bins.get(bin)) else {
            leaders.push(bin);
            continue;
        };
        let name = bins.get(leader).and_then(|bin| candidates.get(bin.place)).map_or("", |it| it.name);
        if let Some(binning) = binnings.get_mut(own.place) {
            binning.set_neutral(own.slot, name);
        }
    }
}

/// Returns the bins for missing, special and unseen values and, for each pair, the number of rows in both.
fn count(
    candidates: &[Candidate<'_, '_>],
    binnings: &[Binning],
    (usable, slots): (&[usize], &[Vec<u16>]),
) -> (Vec<FallbackBin>, Vec<u32>) {
    let mut bins: Vec<FallbackBin> = Vec::new();
    // Number of the bin of a slot, for each characteristic.
    let mut numbers: Vec<Vec<Option<usize>>> = Vec::new();
    for place in usable {
        let (Some(candidate), Some(binning)) = (candidates.get(*place), binnings.get(*place)) else {
            numbers.push(Vec::new());
            continue;
        };
        let mut own = vec![None; binning.woe.len()];
        for slot in binning.slots_without_attribute(&candidate.options) {
            if let Some(number) = own.get_mut(slot) {
                *number = Some(bins.len());
            }
            bins.push(FallbackBin { place: *place, slot, rows: 0 });
        }
        numbers.push(own);
    }
    let n = bins.len();
    let mut shared = vec![0_u32; n * n];
    let rows = slots.first().map_or(0, Vec::len);
    let mut held: Vec<usize> = Vec::new();
    for row in (0..rows).step_by(rows.div_ceil(ROWS_MAX).max(1)) {
        held.clear();
        let of = |(own, slots): (&Vec<Option<usize>>, &Vec<u16>)| {
            own.get(usize::from(*slots.get(row)?)).copied().flatten()
        };
        held.extend(numbers.iter().zip(slots).filter_map(of));
        for (at, first) in held.iter().enumerate() {
            if let Some(bin) = bins.get_mut(*first) {
                bin.rows += 1;
            }
            for second in held.iter().skip(at + 1) {
                for cell in [first * n + second, second * n + first] {
                    if let Some(both) = shared.get_mut(cell) {
                        *both += 1;
                    }
                }
            }
        }
    }
    (bins, shared)
}

/// Returns the share of the rows of two bins that are in both.
#[expect(clippy::indexing_slicing, reason = "there is a count for each pair of bins")]
fn overlap(bins: &[FallbackBin], shared: &[u32], (first, second): (usize, usize)) -> f64 {
    let both = shared[first * bins.len() + second];
    let either = (bins[first].rows + bins[second].rows).saturating_sub(both);
    if either == 0 { 0.0 } else { f64::from(both) / f64::from(either) }
}
