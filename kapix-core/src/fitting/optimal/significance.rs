//! P-values of two neighbouring bins: is their difference more than chance?

use super::problem::{Counts, Moments, PValueTest};
use crate::numeric::{beta_cdf, chi_square_sf, normal_cdf, sqrt};

/// Tables of Fisher's test count as no more probable than the observed one up to this factor, so that equal probabilities
/// that differ by rounding count as equal.
const FISHER_TIE: f64 = 1.0 + 1e-9;
/// Terms below this share of the tail no longer change it.
const NEGLIGIBLE: f64 = 1e-18;
/// Means closer than this times the root mean square are equal: their difference is rounding, and so may be both variances.
const EQUAL_MEANS: f64 = 1e-12;

/// Returns the two-sided p-value, in 0..=1, of the hypothesis that two bins have the same bad rate; 1 where both are all
/// good or all bad, or one is empty. Weights are taken as numbers of rows; Fisher's test rounds them to integers.
pub(crate) fn counts_p_value(test: PValueTest, first: Counts, second: Counts) -> f64 {
    match test {
        PValueTest::ZTest => 2.0 * normal_cdf(-sqrt(pearson(first, second))),
        PValueTest::ChiSquare => chi_square_sf(pearson(first, second), 1.0),
        PValueTest::Fisher => fisher(first, second),
    }
}

/// Returns Pearson's statistic N (ad - bc)^2/(row and column totals) of the two-by-two table, 0 where a total is 0.
///
/// It is the square of z = (p1 - p2)/sqrt(p (1 - p)(1/n1 + 1/n2)) with p the pooled proportion.
fn pearson(first: Counts, second: Counts) -> f64 {
    let (n1, n2) = (first.goods + first.bads, second.goods + second.bads);
    let (goods, bads) = (first.goods + second.goods, first.bads + second.bads);
    let determinant = first.bads * second.goods - first.goods * second.bads;
    let totals = n1 * n2 * (goods * bads);
    if totals > 0.0 { (n1 + n2) * determinant * (determinant / totals) } else { 0.0 }
}

/// Returns the sum of the probabilities of all tables with the observed totals that are no more probable than the
/// observed one: R. A. Fisher, The design of experiments, 1935; two-sided as in A. Agresti, A survey of exact inference
/// for contingency tables, Statistical Science 7(1), 1992, section 2.1.
///
/// Probabilities are relative to the observed table and follow from its neighbours by ratios, so no factorial is taken.
/// Where the observed table is below 1e-300 of the most probable one the result is 0.
fn fisher(first: Counts, second: Counts) -> f64 {
    let [a, b, c, d] = [first.bads, first.goods, second.bads, second.goods].map(f64::round);
    let (up, up_all) = tables(a, b, c, d);
    let (down, down_all) = tables(b, a, d, c);
    let all = 1.0 + up_all + down_all;
    ((1.0 + up + down) / all).clamp(0.0, 1.0)
}

/// Returns, over the tables with a + 1, a + 2, ..., the sum of the relative probabilities of those that are no more probable
/// than the observed one, and the sum of all.
fn tables(mut a: f64, mut b: f64, mut c: f64, mut d: f64) -> (f64, f64) {
    let (mut probability, mut tail, mut all) = (1.0, 0.0, 0.0);
    while b > 0.5 && c > 0.5 {
        let ratio = b * c / ((a + 1.0) * (d + 1.0));
        (a, b, c, d) = (a + 1.0, b - 1.0, c - 1.0, d + 1.0);
        probability *= ratio;
        all += probability;
        if probability <= FISHER_TIE {
            tail += probability;
        }
        // Beyond the most probable table each term is smaller than the one before by a falling ratio.
        if all.is_infinite() || (ratio < 1.0 && probability < NEGLIGIBLE * (1.0 - ratio)) {
            break;
        }
    }
    (tail, all)
}

/// Returns the two-sided p-value, in 0..=1, of the hypothesis that two bins have the same mean, by B. L. Welch's test (The
/// generalization of `Student's' problem when several different population variances are involved, Biometrika 34, 1947)
/// with Student's distribution. Weights are taken as numbers of rows; 1 where the means are equal or a bin has a weight of at most 1.
pub(crate) fn moments_p_value(first: Moments, second: Moments) -> f64 {
    if first.weight <= 1.0 || second.weight <= 1.0 {
        return 1.0;
    }
    let (mean1, error1) = mean_and_squared_error(first);
    let (mean2, error2) = mean_and_squared_error(second);
    let (difference, squared) = (mean1 - mean2, error1 + error2);
    let mean_square = (first.sum_of_squares + second.sum_of_squares) / (first.weight + second.weight);
    if difference.abs() <= EQUAL_MEANS * sqrt(mean_square) {
        return 1.0;
    }
    if squared <= 0.0 {
        return 0.0;
    }
    let statistic = difference * (difference / squared);
    let (share1, share2) = (error1 / squared, error2 / squared);
    let degrees = 1.0 / (share1 * share1 / (first.weight - 1.0) + share2 * share2 / (second.weight - 1.0));
    beta_cdf(degrees / (degrees + statistic), 0.5 * degrees, 0.5)
}

/// Returns the mean and the squared standard error of the mean.
fn mean_and_squared_error(bin: Moments) -> (f64, f64) {
    let mean = bin.sum / bin.weight;
    let squares = (bin.sum_of_squares - bin.sum * mean).max(0.0);
    (mean, squares / (bin.weight - 1.0) / bin.weight)
}
