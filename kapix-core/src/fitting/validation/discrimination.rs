//! How well a score ranks: the area under the ROC curve with DeLong's variance, and the Kolmogorov-Smirnov distance.
//! A score is higher for a safer row; for a PD pass its negative.

use super::super::calibration::{Cells, order};
use super::report::{AucDifference, AucEstimate, Interval, KolmogorovSmirnov};
use crate::numeric::{Sum, count, normal_cdf, normal_quantile, sqrt};

/// Returns P(score of a good row > score of a bad row) + P(they are equal)/2, with its standard error and interval, or
/// `None` with one outcome only.
///
/// The placement of a bad row is the share of goods above it, that of a good row the share of bads below it, equal
/// scores counting half; the area A is the mean placement of either. With weights the shares and means are weighted.
/// Var = sum over bads of w^2 (v - A)^2 n/(n - 1)/B^2, plus the same of the goods; without weights it is E. R. DeLong,
/// D. M. DeLong, D. L. Clarke-Pearson, Comparing the areas under two or more correlated receiver operating
/// characteristic curves, Biometrics 44, 1988, equation 3; with weights it is its linearization for rows that were drawn
/// with probabilities about 1/w, so a row of weight 2 is not two rows. It takes one sort: X. Sun, W. Xu, Fast
/// implementation of DeLong's algorithm, IEEE Signal Processing Letters 21(11), 2014. The interval is A +- z SE within
/// 0..=1; it is `None` where a class has one row only or the variance is 0.
pub(in crate::fitting) fn auc(cells: &Cells, level: f64) -> Option<AucEstimate> {
    if !cells.has_both() {
        return None;
    }
    let (mut goods_below, mut bads_below) = (0.0, 0.0);
    let mut placements = Vec::with_capacity(cells.by_value.len());
    let mut area = Sum::default();
    for cell in &cells.by_value {
        let of_bad = (cells.goods - goods_below - cell.goods / 2.0) / cells.goods;
        let of_good = (bads_below + cell.bads / 2.0) / cells.bads;
        area.add(cell.bads * of_bad);
        placements.push((of_bad, of_good));
        goods_below += cell.goods;
        bads_below += cell.bads;
    }
    let area = area.value() / cells.bads;
    let (mut of_bads, mut of_goods) = (Sum::default(), Sum::default());
    for (cell, (of_bad, of_good)) in cells.by_value.iter().zip(placements) {
        of_bads.add(cell.bads_squared * (of_bad - area) * (of_bad - area));
        of_goods.add(cell.goods_squared * (of_good - area) * (of_good - area));
    }
    let error = standard_error(
        class_variance(of_bads.value(), cells.bads, cells.bad_rows),
        class_variance(of_goods.value(), cells.goods, cells.good_rows),
    );
    let interval = error.filter(|error| *error > 0.0).map(|error| {
        let reach = normal_quantile(f64::midpoint(level, 1.0)) * error;
        Interval { lower: (area - reach).max(0.0), upper: (area + reach).min(1.0) }
    });
    Some(AucEstimate { interval, standard_error: error, value: area.clamp(0.0, 1.0) })
}

/// Returns the variance of the mean placement of one class, or `None` below two rows.
fn class_variance(squares: f64, weight: f64, rows: u64) -> Option<f64> {
    let rows = count(usize::try_from(rows).ok()?);
    (rows > 1.0).then(|| squares * (rows / (rows - 1.0)) / (weight * weight))
}

fn standard_error(of_bads: Option<f64>, of_goods: Option<f64>) -> Option<f64> {
    Some(sqrt(of_bads? + of_goods?))
}

/// Returns the area of `left` minus the area of `right`, two scores of the same rows, with its interval and two-sided
/// p-value, or `None` with one outcome only or where the slices differ in length.
///
/// The variance is that of the area with the difference of the two placements of each row, so it has the covariance of
/// the areas: DeLong et al. 1988, equation 5, for the contrast (1, -1). Without variance, as between scores that rank
/// alike, interval and p are `None`.
///
/// ```
/// use kapix_core::fitting::auc_difference;
///
/// let bad = [1, 0, 1, 0];
/// // 3 of the 4 pairs of a good and a bad row are in order by the first score, all 4 by the second.
/// let (first, second) = ([500.0, 520.0, 540.0, 560.0], [500.0, 540.0, 520.0, 560.0]);
/// let difference = auc_difference(&first, &second, &bad, None, 0.95).unwrap();
/// assert_eq!(difference.value, -0.25);
/// ```
#[expect(clippy::indexing_slicing, reason = "scores with placements have a weight a row")]
pub fn auc_difference(
    left: &[f64],
    right: &[f64],
    bad: &[u8],
    weight: Option<&[f64]>,
    level: f64,
) -> Option<AucDifference> {
    let (first, second) = (placements(left, bad, weight)?, placements(right, bad, weight)?);
    let weight_of = |row: usize| weight.map_or(1.0, |weight| weight[row]);
    let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a - b).collect();
    let mut classes = [Class::default(), Class::default()];
    for (row, (difference, bad)) in differences.iter().zip(bad).enumerate() {
        if let Some(class) = classes.get_mut(usize::from(*bad != 0)) {
            let weight = weight_of(row);
            class.rows += 1;
            class.weight.add(weight);
            class.mean.add(weight * difference);
        }
    }
    let value = classes[1].mean.value() / classes[1].weight.value();
    for (row, (difference, bad)) in differences.iter().zip(bad).enumerate() {
        if let Some(class) = classes.get_mut(usize::from(*bad != 0)) {
            let weight = weight_of(row) * (difference - value);
            class.squares.add(weight * weight);
        }
    }
    let [goods, bads] =
        classes.map(|class| class_variance(class.squares.value(), class.weight.value(), class.rows));
    let standard_error = standard_error(bads, goods);
    let positive = standard_error.filter(|error| *error > 0.0);
    Some(AucDifference {
        interval: positive.map(|error| {
            let reach = normal_quantile(f64::midpoint(level, 1.0)) * error;
            Interval { lower: (value - reach).max(-1.0), upper: (value + reach).min(1.0) }
        }),
        p_value: positive.map(|error| 2.0 * normal_cdf(-(value / error).abs())),
        standard_error,
        value,
    })
}

#[derive(Clone, Copy, Default)]
struct Class {
    mean: Sum,
    rows: u64,
    squares: Sum,
    weight: Sum,
}

/// Returns the placement of every row, or `None` with one outcome only or where the slices differ in length.
#[expect(
    clippy::indexing_slicing,
    reason = "an order holds the rows of the scores, which have an outcome each"
)]
fn placements(score: &[f64], bad: &[u8], weight: Option<&[f64]>) -> Option<Vec<f64>> {
    let cells = Cells::of(score, bad, weight).ok()?;
    if !cells.has_both() {
        return None;
    }
    let mut placements = vec![0.0; score.len()];
    let (mut goods_below, mut bads_below) = (0.0, 0.0);
    let mut rows = order(score).into_iter().map(|(_, row)| row).peekable();
    for cell in &cells.by_value {
        let of_bad = (cells.goods - goods_below - cell.goods / 2.0) / cells.goods;
        let of_good = (bads_below + cell.bads / 2.0) / cells.bads;
        while let Some(row) = rows.next_if(|row| score[*row] <= cell.value) {
            placements[row] = if bad[row] == 0 { of_good } else { of_bad };
        }
        goods_below += cell.goods;
        bads_below += cell.bads;
    }
    Some(placements)
}

/// Returns the greatest distance between the distributions of goods and bads and the score where it is reached first
/// from below, or `None` with one outcome only.
pub(in crate::fitting) fn kolmogorov_smirnov(cells: &Cells) -> Option<KolmogorovSmirnov> {
    if !cells.has_both() {
        return None;
    }
    let (mut goods, mut bads) = (0.0, 0.0);
    let mut best: Option<KolmogorovSmirnov> = None;
    for cell in &cells.by_value {
        goods += cell.goods;
        bads += cell.bads;
        let value = (bads / cells.bads - goods / cells.goods).abs().min(1.0);
        if best.is_none_or(|best| value > best.value) {
            best = Some(KolmogorovSmirnov { threshold: cell.value, value });
        }
    }
    best
}
