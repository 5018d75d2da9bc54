//! Which rows a model is fitted on and which it is validated on. All three draws are functions of the seed alone, so they
//! are the same rows on every platform and any number of threads.

use crate::numeric::{Random, count};
use core::num::NonZeroU64;

/// Streams of the seed, one a purpose, so that the draws are independent.
const FOLDS_STREAM: u64 = 0x666f_6c64;
const SPLIT_STREAM: u64 = 0x7370_6c74;
/// The replicate is the low half.
const BOOTSTRAP_STREAM: u64 = 0x626f_6f74 << 32;

/// Returns the fold 0..k of each row for cross-validation, `folds` counted as at least 1. Goods and bads are dealt out
/// one after the other in an order drawn by the seed: folds differ by at most one bad, one good and one row.
///
/// ```
/// use kapix_core::fitting::folds;
///
/// let bad = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
/// let folds = folds(&bad, 3, 42);
/// for fold in 0..3 {
///     let rows: Vec<usize> = (0..12).filter(|row| folds[*row] == fold).collect();
///     assert_eq!((rows.len(), rows.iter().filter(|row| bad[**row] == 1).count()), (4, 1));
/// }
/// ```
pub fn folds(bad: &[u8], folds: u8, seed: u64) -> Vec<u8> {
    let folds = folds.max(1);
    let mut assigned = vec![0; bad.len()];
    let mut fold = 0;
    for row in dealt(bad, &mut Random::new(seed, FOLDS_STREAM)).concat() {
        if let Some(place) = assigned.get_mut(row) {
            *place = fold;
        }
        fold = if fold + 1 < folds { fold + 1 } else { 0 };
    }
    assigned
}

/// Returns whether each row is held out: of the bads and of the goods the number nearest to `share` (a half goes up),
/// where a class of two or more rows keeps at least one on either side; a share outside 0..1 holds out none or all.
///
/// ```
/// use kapix_core::fitting::split;
///
/// let bad = [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0];
/// let held_out = split(&bad, 0.25, 42);
/// let of_class = |class: u8| (0..12).filter(|row| held_out[*row] && bad[*row] == class).count();
/// assert_eq!((of_class(1), of_class(0)), (1, 2));
/// ```
pub fn split(bad: &[u8], share: f64, seed: u64) -> Vec<bool> {
    let mut held_out = vec![false; bad.len()];
    let is_inside = share > 0.0 && share < 1.0;
    for class in dealt(bad, &mut Random::new(seed, SPLIT_STREAM)) {
        let rows = class.len();
        let wanted = count(rows) * share;
        for (place, row) in class.into_iter().enumerate() {
            // Row number p is held out if p + 1/2 rows are at most the wanted ones.
            let is_wanted = count(place) + 0.5 <= wanted;
            let is_held =
                if is_inside && rows > 1 { place == 0 || (is_wanted && place + 1 < rows) } else { is_wanted };
            if let Some(held) = held_out.get_mut(row) {
                *held = is_held;
            }
        }
    }
    held_out
}

/// Returns `rows` row numbers drawn with replacement, of one replicate of the bootstrap: B. Efron, Bootstrap methods:
/// another look at the jackknife, The Annals of Statistics 7, 1979.
///
/// ```
/// use kapix_core::fitting::bootstrap;
///
/// // Rows 1 and 5 are drawn twice, rows 2 and 6 not at all; the same on every platform.
/// assert_eq!(bootstrap(8, 42, 1), [5, 4, 3, 1, 7, 0, 5, 1]);
/// ```
pub fn bootstrap(rows: u32, seed: u64, replicate: u32) -> Vec<u32> {
    let Some(range) = NonZeroU64::new(u64::from(rows)) else { return Vec::new() };
    let mut random = Random::new(seed, BOOTSTRAP_STREAM | u64::from(replicate));
    (0..rows).map(|_| u32::try_from(random.below(range)).unwrap_or_default()).collect()
}

/// Returns the rows of the bads and of the goods, each in drawn order.
fn dealt(bad: &[u8], random: &mut Random) -> [Vec<usize>; 2] {
    let (mut bads, mut goods) = (Vec::new(), Vec::new());
    for (row, bad) in bad.iter().enumerate() {
        if *bad == 0 { goods.push(row) } else { bads.push(row) }
    }
    shuffle(&mut bads, random);
    shuffle(&mut goods, random);
    [bads, goods]
}

/// Every order is equally likely: R. A. Fisher, F. Yates, Statistical Tables, 1938, in the form of R. Durstenfeld,
/// Algorithm 235, Communications of the ACM 7, 1964.
fn shuffle(rows: &mut [usize], random: &mut Random) {
    for last in (1..rows.len()).rev() {
        let Some(choices) = u64::try_from(last + 1).ok().and_then(NonZeroU64::new) else { continue };
        let chosen = usize::try_from(random.below(choices)).unwrap_or_default();
        rows.swap(last, chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::{bootstrap, folds, split};
    use crate::numeric::count;
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    fn pinned(list: &[u8]) -> String {
        list.iter().map(u8::to_string).collect()
    }

    /// By Philox4x32-10 and the same three rules written anew in Python 3.11.
    #[test]
    fn draws_are_pinned_for_every_platform() {
        let bad = [1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0];
        assert_eq!(pinned(&folds(&bad, 3, 42)), "122201021001");
        let held: Vec<u8> = split(&bad, 0.3, 42).into_iter().map(u8::from).collect();
        assert_eq!(pinned(&held), "001000010010");
        assert_eq!(bootstrap(8, 42, 1), [5, 4, 3, 1, 7, 0, 5, 1]);
        assert_ne!(bootstrap(8, 42, 1), bootstrap(8, 42, 2));
        assert!(
            bootstrap(0, 1, 1).is_empty() && folds(&[], 5, 1).is_empty() && split(&[], 0.5, 1).is_empty()
        );
    }

    #[test]
    fn every_row_is_equally_likely() {
        let mut drawn = [0_u32; 10];
        let mut first_folds = [0_u32; 10];
        for seed in 0..3000 {
            for row in bootstrap(10, seed, 0) {
                drawn[usize::try_from(row).unwrap()] += 1;
            }
            for (row, fold) in folds(&[0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 5, seed).into_iter().enumerate() {
                first_folds[row] += u32::from(fold == 0);
            }
        }
        // Five standard deviations of Binomial(30000, 1/10) and of Binomial(3000, 1/5).
        assert!(drawn.iter().all(|n| n.abs_diff(3000) < 260), "{drawn:?}");
        assert!(first_folds.iter().all(|n| n.abs_diff(600) < 110), "{first_folds:?}");
    }

    proptest! {
        #[test]
        fn folds_are_balanced(bad in prop::collection::vec(0_u8..2, 0..80), k in 1_u8..9, seed in any::<u64>()) {
            let assigned = folds(&bad, k, seed);
            prop_assert_eq!(assigned.len(), bad.len());
            let size = |fold: u8, class: Option<u8>| {
                assigned.iter().zip(&bad).filter(|(f, b)| **f == fold && class.is_none_or(|c| c == **b)).count()
            };
            for class in [None, Some(0), Some(1)] {
                let sizes: Vec<usize> = (0..k).map(|fold| size(fold, class)).collect();
                prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
            }
        }

        #[test]
        fn a_split_keeps_the_share_of_both_classes(
            bad in prop::collection::vec(0_u8..2, 0..80), share in 0.01_f64..0.99, seed in any::<u64>(),
        ) {
            let held = split(&bad, share, seed);
            for class in [0, 1] {
                let rows = bad.iter().map(|bad| usize::from(*bad == class)).sum::<usize>();
                let out = held.iter().zip(&bad).filter(|(held, bad)| **held && **bad == class).count();
                prop_assert!((count(out) - count(rows) * share).abs() <= 1.0);
                prop_assert!(rows < 2 || (out > 0 && out < rows));
            }
        }
    }
}
