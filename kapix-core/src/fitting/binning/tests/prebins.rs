use super::given::{given, options, prebinning};
use crate::domain::Column;
use crate::fitting::Target;
use crate::fitting::binning::bin_totals::{BinTotals, total};
use crate::fitting::binning::prebin::{Prebins, prebins};
use crate::fitting::binning::sorted::Sorted;
use crate::fitting::binning::{BinningSettings, PrebinningMethod};
use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

fn of(values: &[f64], bad: &[u8], settings: &BinningSettings) -> Prebins {
    let column = Column::float(values);
    let rows = super::given::all_rows(&column);
    let sorted = Sorted::new(&column, &rows, Target::Binary { bad, weight: None }, &[]).unwrap();
    prebins(&sorted, &options(settings), sorted.weight)
}

fn cut(values: &[f64], method: PrebinningMethod, bins: u32) -> Prebins {
    let settings =
        BinningSettings { prebinning: Some(prebinning(method, bins, 0.0)), ..super::given::free() };
    of(values, &vec![0; values.len()], &settings)
}

fn sizes(prebins: &Prebins) -> Vec<u64> {
    prebins.bins.iter().map(|totals| totals.rows).collect()
}

/// 60 values x_i = (37 i mod 101)^2/10.
fn squares() -> Vec<f64> {
    (0..60_i32).map(|i| f64::from(((37 * i) % 101) * ((37 * i) % 101)) / 10.0).collect()
}

#[test]
fn quantiles_part_the_rows_as_those_of_numpy_do() {
    // numpy 2.4.6, numpy.quantile(x, [1/6, ..., 5/6], method="inverted_cdf"): each cut point lies just above.
    let numpy = NUMPY;
    let got = cut(&squares(), PrebinningMethod::Quantile, 6);
    assert_eq!(sizes(&got), [10; 6]);
    let mut sorted = squares();
    sorted.sort_by(f64::total_cmp);
    for (cut, quantile) in got.cuts.iter().zip(numpy) {
        let next = sorted.iter().find(|value| **value > quantile).unwrap();
        assert!(*cut > quantile && cut <= next, "{cut} {quantile} {next}");
    }
    assert_eq!(got.cuts.len(), numpy.len());
}

const NUMPY: [f64; 5] = [22.5, 102.4, 240.1, 435.6, 688.9];

#[test]
fn a_heavy_value_keeps_a_pre_bin_of_its_own() {
    let mut values: Vec<f64> = (1..=20).map(f64::from).collect();
    values.extend([50.0; 60]);
    values.extend((81..=100).map(f64::from));
    let got = cut(&values, PrebinningMethod::Quantile, 10);
    assert_eq!(sizes(&got), [10, 10, 60, 10, 10]);
    assert_eq!(got.cuts, [11.0, 40.0, 70.0, 91.0]);
}

proptest! {
    #[test]
    fn quantiles_of_counted_rows_are_those_of_rows_of_weight_1(
        rows in prop::collection::vec((-40_i32..40, 0_u8..2), 1..300),
        pieces in 2_u32..30,
    ) {
        let values: Vec<f64> = rows.iter().map(|(value, _)| f64::from(*value) / 4.0).collect();
        let bad: Vec<u8> = rows.iter().map(|(_, bad)| *bad).collect();
        let settings = BinningSettings {
            prebinning: Some(prebinning(PrebinningMethod::Quantile, pieces, 0.0)),
            ..super::given::free()
        };
        let column = Column::float(&values);
        let ones = vec![1.0; bad.len()];
        let all = super::given::all_rows(&column);
        let weighted = Target::Binary { bad: &bad, weight: Some(&ones) };
        let sorted = Sorted::new(&column, &all, weighted, &[]).unwrap();
        let visited = prebins(&sorted, &options(&settings), sorted.weight);
        let counted = of(&values, &bad, &settings);
        prop_assert_eq!(visited.cuts, counted.cuts);
        prop_assert_eq!(visited.bins, counted.bins);
    }
}

#[test]
fn uniform_cuts_lie_at_the_ends_of_equal_intervals() {
    let values: Vec<f64> = (0..=100).map(f64::from).collect();
    assert_eq!(cut(&values, PrebinningMethod::Uniform, 4).cuts, [25.0, 50.0, 75.0]);
    assert_eq!(sizes(&cut(&[0.0, 1.0, 100.0], PrebinningMethod::Uniform, 10)), [2, 1]);
    assert_eq!(sizes(&cut(&[f64::MIN, 0.0, f64::MAX], PrebinningMethod::Uniform, 4)), [1, 1, 1]);
}

#[test]
fn given_cuts_stay_where_they_part_rows() {
    let values = [1.0, 2.0, 2.0, 8.0];
    let got = of(&values, &[0; 4], &given(&[0.5, 2.0, 3.0, 4.5, 9.0]));
    assert_eq!((got.cuts.as_slice(), sizes(&got).as_slice()), (&[2.0, 3.0][..], &[1, 2, 1][..]));
    let fixed = BinningSettings { cuts_fixed: Some(vec![0.1, 4.5]), ..given(&[2.0, 3.0]) };
    let got = of(&values, &[0; 4], &fixed);
    assert_eq!((got.cuts, got.is_fixed, got.idle), (vec![2.0, 4.5], vec![false, true], vec![0.1]));
}

/// The tree by trying every leaf and every split on the rows themselves.
fn tree_by_force(rows: &[(i32, u8)], leaves: usize, least: usize) -> Vec<i32> {
    let deviation = |part: &[(i32, u8)]| {
        let n = f64::from(u32::try_from(part.len()).unwrap());
        let bads = f64::from(part.iter().map(|row| u32::from(row.1)).sum::<u32>());
        bads * (n - bads) / n
    };
    let mut cuts: Vec<i32> = Vec::new();
    while cuts.len() + 1 < leaves {
        let mut best = (1e-9, None);
        for value in 0..30 {
            let low = cuts.iter().copied().filter(|cut| *cut <= value).max().unwrap_or(i32::MIN);
            let high = cuts.iter().copied().filter(|cut| *cut > value).min().unwrap_or(i32::MAX);
            let leaf: Vec<(i32, u8)> =
                rows.iter().copied().filter(|row| row.0 >= low && row.0 < high).collect();
            let (left, right): (Vec<_>, Vec<_>) = leaf.iter().partition(|row| row.0 < value);
            if left.len() < least.max(1) || right.len() < least.max(1) || low == value {
                continue;
            }
            let gain = deviation(&leaf) - deviation(&left) - deviation(&right);
            // Gains within rounding of each other are equal, and the leftmost counts.
            if gain > best.0 * (1.0 + 1e-9) {
                best = (gain, Some(value));
            }
        }
        let Some(value) = best.1 else { break };
        cuts.push(value);
    }
    cuts.sort_unstable();
    cuts
}

proptest! {
    #[test]
    fn the_tree_splits_where_trying_every_split_does(
        rows in prop::collection::vec((0_i32..30, 0_u8..2), 2..80),
        leaves in 2_u32..8,
        least in 1_u8..6,
    ) {
        let values: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let bad: Vec<u8> = rows.iter().map(|row| row.1).collect();
        let share = (f64::from(least) / crate::numeric::count(rows.len())).min(0.5);
        // Exact products: the share times the number of rows may fall short of the integer by rounding.
        let settings = BinningSettings {
            prebinning: Some(prebinning(PrebinningMethod::Tree, leaves, share * (1.0 - 1e-9))),
            ..super::given::free()
        };
        let got = of(&values, &bad, &settings);
        let least = if share < 0.5 { usize::from(least) } else { rows.len().div_ceil(2) };
        let want = tree_by_force(&rows, usize::try_from(leaves).unwrap(), least);
        let deviance = |bins: &[BinTotals]| bins.iter().map(|it| it.sum * it.goods / it.weight).sum::<f64>();
        if want.is_empty() {
            prop_assert_eq!(got.bins.len(), 1);
        } else {
            // A cut point may stand anywhere in a gap of the data.
            let forced = of(&values, &bad, &given(&want.iter().map(|cut| f64::from(*cut)).collect::<Vec<_>>()));
            prop_assert_eq!(sizes(&got), sizes(&forced));
            prop_assert!((deviance(&got.bins) - deviance(&forced.bins)).abs() <= 1e-9);
        }
    }

    #[test]
    fn the_weight_below_each_quantile_is_nearest_to_its_share(
        values in prop::collection::vec(0_i32..40, 1..200),
        bins in 2_u32..12,
    ) {
        let column: Vec<f64> = values.iter().copied().map(f64::from).collect();
        let got = cut(&column, PrebinningMethod::Quantile, bins);
        let n = u32::try_from(values.len()).unwrap();
        // Every edge between distinct values, and both ends, as k times the rows below it.
        let edges: Vec<u32> =
            (0..=40).map(|edge| bins * u32::try_from(values.iter().filter(|it| **it < edge).count()).unwrap()).collect();
        let mut want: Vec<u32> = (1..bins)
            .map(|share| *edges.iter().min_by_key(|edge| (edge.abs_diff(share * n), **edge)).unwrap())
            .filter(|edge| *edge > 0 && *edge < bins * n)
            .collect();
        want.dedup();
        let mut below = 0;
        let mut have: Vec<u32> = Vec::new();
        for totals in &got.bins {
            below += u32::try_from(totals.rows).unwrap();
            have.push(below * bins);
        }
        have.pop();
        prop_assert_eq!(have, want);
        prop_assert_eq!(total(&got.bins).rows, u64::from(n));
    }
}
