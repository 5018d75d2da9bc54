//! Sample quantiles: the nine definitions in use, each by its name.

use super::special::count;

/// A definition of the sample quantile, numbered as in R. J. Hyndman and Y. Fan, Sample quantiles in statistical
/// packages, The American Statistician 50, 1996, pages 361-365; the names are those of `numpy.quantile`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuantileType {
    /// Type 1: the smallest value whose share of values at or below it reaches p.
    InvertedCdf,
    /// Type 2: as type 1, with the mean of the two neighbours at a step.
    AveragedInvertedCdf,
    /// Type 3: the value whose rank is nearest to n p, the even rank in a tie.
    ClosestObservation,
    /// Type 4: linear between ranks, value k at p = k/n.
    InterpolatedInvertedCdf,
    /// Type 5: linear between ranks, value k at p = (k - 1/2)/n.
    Hazen,
    /// Type 6: linear between ranks, value k at p = k/(n + 1).
    Weibull,
    /// Type 7: linear between ranks, value k at p = (k - 1)/(n - 1); the default of R and numpy.
    #[default]
    Linear,
    /// Type 8: linear between ranks, value k at p = (k - 1/3)/(n + 1/3), about the median of its distribution.
    MedianUnbiased,
    /// Type 9: linear between ranks, value k at p = (k - 3/8)/(n + 1/4), about its mean under normality.
    NormalUnbiased,
}

impl QuantileType {
    /// Returns the shift m of the fractional rank n p + m.
    fn shift(self, p: f64) -> f64 {
        match self {
            Self::InvertedCdf | Self::AveragedInvertedCdf | Self::InterpolatedInvertedCdf => 0.0,
            Self::ClosestObservation => -0.5,
            Self::Hazen => 0.5,
            Self::Weibull => p,
            Self::Linear => 1.0 - p,
            Self::MedianUnbiased => (p + 1.0) / 3.0,
            Self::NormalUnbiased => 0.25 * p + 0.375,
        }
    }

    /// Returns the weight in 0..=1 of the upper neighbour, from the lower rank and the fraction above it.
    fn upper_weight(self, rank: f64, fraction: f64) -> f64 {
        match self {
            Self::InvertedCdf | Self::AveragedInvertedCdf | Self::ClosestObservation if fraction > 0.0 => 1.0,
            Self::InvertedCdf => 0.0,
            Self::AveragedInvertedCdf => 0.5,
            Self::ClosestObservation => rank.abs() % 2.0,
            _ => fraction,
        }
    }
}

/// Returns the quantile of ascending values at `p` in 0..=1, a value between the smallest and the largest; `None` of no
/// values or for another `p`. The caller has sorted the values and removed what is not a number.
///
/// The fractional rank is n p + m. A rank within 4 units in the last place of an integer counts as that integer, so
/// that the 0.07 quantile of 100 values is the seventh although 0.07 as a double lies above 7/100.
pub fn quantile(sorted: &[f64], p: f64, kind: QuantileType) -> Option<f64> {
    if sorted.is_empty() || !(0.0..=1.0).contains(&p) {
        return None;
    }
    let position = count(sorted.len()) * p + kind.shift(p);
    let nearest = libm::rint(position);
    let tolerance = 4.0 * f64::EPSILON * nearest.abs().max(1.0);
    let rank = if (position - nearest).abs() <= tolerance { nearest } else { libm::floor(position) };
    let fraction = (position - rank).max(0.0);
    let fraction = if fraction <= tolerance { 0.0 } else { fraction };
    let lower = value_at(sorted, rank)?;
    let upper = value_at(sorted, rank + 1.0)?;
    Some(between(lower, upper, kind.upper_weight(rank, fraction)))
}

/// Returns the value of a rank 1..=n; ranks outside count as the nearest inside.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number in 1..=n, so in range"
)]
fn value_at(sorted: &[f64], rank: f64) -> Option<f64> {
    let rank = rank.clamp(1.0, count(sorted.len())) as usize;
    sorted.get(rank.min(sorted.len()) - 1).copied()
}

/// Returns (1 - weight) lower + weight upper, never outside lower..=upper, without overflow of the difference.
fn between(lower: f64, upper: f64, weight: f64) -> f64 {
    if weight <= 0.0 || upper <= lower {
        return lower;
    }
    if weight >= 1.0 {
        return upper;
    }
    let gap = upper - lower;
    let value = if gap.is_finite() { lower + weight * gap } else { (1.0 - weight) * lower + weight * upper };
    if value > upper { upper } else { value }
}

#[cfg(test)]
mod tests {
    use super::{QuantileType, quantile};
    use crate::numeric::table::{number, rows};
    use proptest::prelude::{prop, prop_assert, proptest};

    const ALL: [(&str, QuantileType); 9] = [
        ("inverted_cdf", QuantileType::InvertedCdf),
        ("averaged_inverted_cdf", QuantileType::AveragedInvertedCdf),
        ("closest_observation", QuantileType::ClosestObservation),
        ("interpolated_inverted_cdf", QuantileType::InterpolatedInvertedCdf),
        ("hazen", QuantileType::Hazen),
        ("weibull", QuantileType::Weibull),
        ("linear", QuantileType::Linear),
        ("median_unbiased", QuantileType::MedianUnbiased),
        ("normal_unbiased", QuantileType::NormalUnbiased),
    ];

    /// The table is by numpy 2.4.6 under Python 3.11: nine methods, five samples, twelve p.
    #[test]
    fn all_nine_types_agree_with_numpy() {
        let rows = rows(include_str!("oracle/quantile.csv"));
        assert_eq!(rows.len(), 9 * 5 * 12);
        for row in rows {
            let (name, p, want) = (row[0], number(row[1]), number(row[2]));
            let sample: Vec<f64> = row[3].split(' ').map(number).collect();
            let kind = ALL.iter().find(|(known, _)| *known == name).unwrap().1;
            let got = quantile(&sample, p, kind).unwrap();
            // 1e-13: both round the rank, near 10, to 1e-15, and a gap between values, up to 1000, magnifies that.
            assert!(
                (got - want).abs() <= 1e-13 * want.abs().max(1.0),
                "{name}({p}) of {sample:?}: {got}, not {want}"
            );
        }
    }

    #[test]
    fn seven_percent_of_a_hundred_is_the_seventh() {
        let sample: Vec<f64> = (1..=100).map(f64::from).collect();
        for k in 1..=100 {
            let p = f64::from(k) / 100.0;
            let got = quantile(&sample, p, QuantileType::InvertedCdf).unwrap();
            assert!((got - f64::from(k)).abs() <= 0.0, "{p}: {got}");
            let next = f64::from((k + 1).min(100));
            let got = quantile(&sample, p, QuantileType::AveragedInvertedCdf).unwrap();
            assert!((got - f64::midpoint(f64::from(k), next)).abs() <= 0.0, "{p}: {got}");
        }
    }

    #[test]
    fn no_values_or_no_probability_gives_none() {
        for (_, kind) in ALL {
            assert!(quantile(&[], 0.5, kind).is_none());
            for p in [-1e-9, 1.000_000_1, f64::NAN, f64::INFINITY] {
                assert!(quantile(&[1.0, 2.0], p, kind).is_none());
            }
        }
        assert_eq!(QuantileType::default(), QuantileType::Linear);
        let wide = quantile(&[-f64::MAX, f64::MAX], 0.5, QuantileType::Linear).unwrap();
        assert!(wide.abs() <= 0.0, "{wide}");
    }

    proptest! {
        #[test]
        fn quantiles_are_bounded_and_rise_with_p(
            mut sample in prop::collection::vec(-1e6_f64..1e6, 1..40),
            p in 0.0_f64..=1.0,
            q in 0.0_f64..=1.0,
        ) {
            sample.sort_by(f64::total_cmp);
            let (low, high) = (sample[0], sample[sample.len() - 1]);
            for (name, kind) in ALL {
                let a = quantile(&sample, p.min(q), kind).unwrap();
                let b = quantile(&sample, p.max(q), kind).unwrap();
                // One rounding of the interpolation.
                prop_assert!(a <= b + 1e-9, "{}: {} above {}", name, a, b);
                prop_assert!(low <= a && b <= high, "{}", name);
            }
        }
    }
}
