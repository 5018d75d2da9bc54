//! Statistics of one bin and of a whole table: weight of evidence, divergences, intervals and tests.
//!
//! Binary targets; G and B are the weights of all good and bad rows of the sample, g and b those of a bin. In a bin
//! with g = 0 or b = 0, and only there, 1/2 is added to both (J. B. S. Haldane, The estimation and significance of
//! the logarithm of a ratio of frequencies, Annals of Human Genetics 20, 1956, pages 309-311; F. J. Anscombe, On
//! estimating binomial response relations, Biometrika 43, 1956, pages 461-464).

use super::bin_totals::BinTotals;
use crate::fitting::optimal::{PValueTest, counts_p_value, moments_p_value};
use crate::numeric::{self, beta_quantile, chi_square_sf, exp, ln, sqrt};
use serde::Serialize;

/// Shares g/G and b/B of a bin, above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shares {
    goods: f64,
    bads: f64,
}

impl Shares {
    /// Returns the shares of a bin; `None` where it has no rows or the sample only one class.
    pub(super) fn new(bin: &BinTotals, all: &BinTotals) -> Option<Self> {
        if bin.weight <= 0.0 || all.goods <= 0.0 || all.sum <= 0.0 {
            return None;
        }
        let correction = if bin.goods > 0.0 && bin.sum > 0.0 { 0.0 } else { 0.5 };
        let goods = (bin.goods + correction) / all.goods;
        Some(Self { goods, bads: (bin.sum + correction) / all.sum })
    }

    /// Returns ln((g/G)/(b/B)) in nats, positive when the bin is safer than the sample.
    pub(super) fn woe(self) -> f64 {
        ln(self.goods / self.bads)
    }

    /// Returns (g/G - b/B) ln((g/G)/(b/B)) in nats, at least 0.
    pub(super) fn iv(self) -> f64 {
        (self.goods - self.bads) * self.woe()
    }

    /// Returns the bin's part of the Jensen-Shannon divergence in nats, 0..=ln 2 in the sum of a table:
    /// (p ln(p/m) + q ln(q/m))/2 with m = (p + q)/2 (J. Lin, IEEE Transactions on Information Theory 37, 1991).
    pub(super) fn jensen_shannon(self) -> f64 {
        let middle = f64::midpoint(self.goods, self.bads);
        f64::midpoint(self.goods * ln(self.goods / middle), self.bads * ln(self.bads / middle))
    }

    /// Returns the bin's part of the squared Hellinger distance, 0..=1 in the sum of a table: (sqrt p - sqrt q)^2/2.
    pub(super) fn hellinger(self) -> f64 {
        let difference = sqrt(self.goods) - sqrt(self.bads);
        difference * difference / 2.0
    }
}

/// Returns the 95 % Jeffreys interval of a bad rate: the 2.5 % and 97.5 % quantiles of Beta(b + 1/2, g + 1/2), with
/// 0 as the lower end where b = 0 and 1 as the upper where g = 0 (L. Brown, T. Cai, A. DasGupta, Interval Estimation
/// for a Binomial Proportion, Statistical Science 16, 2001, section 4.1.2).
pub(super) fn jeffreys(bin: &BinTotals) -> (f64, f64) {
    let quantile = |p: f64| beta_quantile(p, bin.sum + 0.5, bin.goods + 0.5);
    let lower = if bin.sum > 0.0 { quantile(0.025) } else { 0.0 };
    (lower, if bin.goods > 0.0 { quantile(0.975) } else { 1.0 })
}

/// Returns whether the counts show that the bin is safer than the sample, as a card requires of a bin with more
/// than the neutral points: the 2.5 % quantile of Beta(g + 1/2, b + 1/2) lies above the sample's good rate.
pub(super) fn is_safer(bin: &BinTotals, all: &BinTotals) -> bool {
    let sample = all.goods / (all.goods + all.sum);
    beta_quantile(0.025, bin.goods + 0.5, bin.sum + 0.5) > sample
}

/// Returns the standard deviation of a continuous outcome with divisor W - 1; `None` up to a weight of 1.
pub(super) fn standard_deviation(bin: &BinTotals) -> Option<f64> {
    if bin.weight <= 1.0 {
        return None;
    }
    let variance = (bin.squares - bin.sum * bin.sum / bin.weight) / (bin.weight - 1.0);
    Some(sqrt(variance.max(0.0)))
}

/// Returns the p-value of two bins having one rate: of a binary target by `test`, of a continuous one by Welch's.
pub(super) fn p_value(a: &BinTotals, b: &BinTotals, is_binary: bool, test: PValueTest) -> f64 {
    if is_binary {
        counts_p_value(test, a.counts(), b.counts())
    } else {
        moments_p_value(a.moments(), b.moments())
    }
}

/// Pearson's test that all bins have one bad rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableTest {
    /// Cramer's V, sqrt(statistic/weight), 0..=1.
    pub cramers_v: f64,
    /// Bins with rows minus 1.
    pub degrees_of_freedom: u32,
    /// P-value by the chi-square distribution.
    pub p_value: f64,
    /// Sum of (observed - expected)^2/expected.
    pub statistic: f64,
}

/// Returns the test over the bins with rows, and Cramer's V = sqrt(X^2/W); `None` below two bins or of one class.
pub(super) fn chi_square(bins: &[BinTotals]) -> Option<TableTest> {
    let all = super::bin_totals::total(bins);
    let filled: Vec<&BinTotals> = bins.iter().filter(|bin| bin.weight > 0.0).collect();
    let degrees_of_freedom = u32::try_from(filled.len()).ok()?.checked_sub(1).filter(|free| *free > 0)?;
    if all.goods <= 0.0 || all.sum <= 0.0 {
        return None;
    }
    let rate = all.sum / (all.sum + all.goods);
    // (O - E)^2 is the same for goods and bads of a bin, so 1/E_b + 1/E_g = 1/(w p (1 - p)).
    let term = |bin: &&BinTotals| {
        let weight = bin.goods + bin.sum;
        let excess = bin.sum - weight * rate;
        excess * excess / (weight * rate * (1.0 - rate))
    };
    let statistic = numeric::sum(filled.iter().map(term));
    Some(TableTest {
        cramers_v: sqrt(statistic / (all.goods + all.sum)),
        degrees_of_freedom,
        p_value: chi_square_sf(statistic, f64::from(degrees_of_freedom)),
        statistic,
    })
}

/// Returns the Gini coefficient 2 AUC - 1 of a score, -1..=1, from bins with their scores (higher is safer); equal
/// scores count half. `None` where the sample has one class.
pub(super) fn gini(bins: &[(f64, BinTotals)]) -> Option<f64> {
    let mut order: Vec<&(f64, BinTotals)> = bins.iter().collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut goods, mut bads, mut pairs) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|a, b| a.0.to_bits() == b.0.to_bits()) {
        let good = numeric::sum(tied.iter().map(|(_, totals)| totals.goods));
        let bad = numeric::sum(tied.iter().map(|(_, totals)| totals.sum));
        // A bad row below a good one is in order, above it out of order.
        pairs += bads * good - goods * bad;
        goods += good;
        bads += bad;
    }
    (goods > 0.0 && bads > 0.0).then(|| pairs / (goods * bads))
}

/// Returns the quality score of a binning, 0..=1, as OptBinning defines it (G. Navas-Palencia; `quality_score` of
/// its binning table): the density of a Rayleigh distribution at the IV, scaled to 1 at its mode c, times the product of
/// 1 - p over the tests between neighbours, times 1 - the normalised Herfindahl index of the bins' shares.
///
/// c^2 = (0.5^2 - 0.3^2)/(2 ln(0.5/0.3)): the density is the same at an IV of 0.3 and of 0.5, the ends of "strong".
pub(super) fn quality(iv: f64, p_values: &[f64], shares: &[f64]) -> f64 {
    let mode_squared = 0.16 / (2.0 * ln(5.0 / 3.0));
    let strength = iv / sqrt(mode_squared) * exp(f64::midpoint(1.0, -iv * iv / mode_squared));
    let significance: f64 = p_values.iter().map(|p| 1.0 - p).product();
    let herfindahl = numeric::sum(shares.iter().map(|share| share * share));
    let even = 1.0 / numeric::count(shares.len());
    let concentration = if shares.len() > 1 { (herfindahl - even) / (1.0 - even) } else { 1.0 };
    strength * significance * (1.0 - concentration)
}
