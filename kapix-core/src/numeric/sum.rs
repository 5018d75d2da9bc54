//! Sums that do not depend on how their terms cancel, and the moments built on them.

use super::special::count;

/// A running sum with a second double for what the first one loses.
///
/// The error of n terms is at most `eps abs(sum) + 2 n^2 eps^2 sum abs(x)` with eps = 2^-53: A. Neumaier,
/// Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, ZAMM 54, 1974, pages 39-51, method IV.
/// The result depends on the order of the terms in its last bits, so callers add in a fixed order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// Adds a term.
    pub fn add(&mut self, term: f64) {
        let total = self.total + term;
        self.lost += if self.total.abs() >= term.abs() {
            (self.total - total) + term
        } else {
            (term - total) + self.total
        };
        self.total = total;
    }

    /// Returns the sum; infinite or not a number as the plain sum of the terms is.
    pub fn value(&self) -> f64 {
        if self.total.is_finite() { self.total + self.lost } else { self.total }
    }
}

/// Returns the compensated sum of the terms in their order, 0 for none.
pub fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    for term in terms {
        sum.add(term);
    }
    sum.value()
}

/// Returns the arithmetic mean, or `None` of no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { Some(sum(values.iter().copied()) / count(values.len())) }
}

/// Returns the sample variance with divisor n - 1, at least 0, or `None` below two values.
///
/// Two passes, the second with the correction for the rounding of the mean: (sum d^2 - (sum d)^2/n)/(n - 1),
/// d = x - mean; T. F. Chan, G. H. Golub, R. J. LeVeque, Algorithms for computing the sample variance: Analysis and
/// recommendations, The American Statistician 37, 1983, pages 242-247, equation 1.7.
pub fn sample_variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares = sum(values.iter().map(|value| (value - mean) * (value - mean)));
    let rest = sum(values.iter().map(|value| value - mean));
    let n = count(values.len());
    let variance = (squares - rest * rest / n) / (n - 1.0);
    Some(if variance < 0.0 { 0.0 } else { variance })
}

#[cfg(test)]
mod tests {
    use super::{Sum, mean, sample_variance, sum};
    use proptest::prelude::{any, prop, prop_assert, proptest};

    /// The nearest double of an integer.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the rounding to the nearest double is what the oracle needs"
    )]
    fn nearest(integer: i128) -> f64 {
        integer as f64
    }

    #[test]
    fn terms_that_a_plain_sum_loses_are_kept() {
        // Neumaier's own kind of case: a plain sum and Kahan's both give 0.
        assert!((sum([1.0, 1e100, 1.0, -1e100]) - 2.0).abs() <= 0.0);
        let tenths = sum(core::iter::repeat_n(0.1, 10_000_000));
        // 10^7 times the double nearest to 0.1 is 1000000.00000000005551; the nearest double is 10^6.
        assert!((tenths - 1_000_000.0).abs() <= 0.0, "{tenths}");
    }

    #[test]
    fn infinities_and_not_a_number_pass_through() {
        assert!(sum([1.0, f64::INFINITY, 2.0]) > f64::MAX);
        assert!(sum([f64::MAX, f64::MAX]) > f64::MAX);
        assert!(sum([f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(sum([1.0, f64::NAN]).is_nan());
        assert_eq!(Sum::default().value().to_bits(), 0);
    }

    #[test]
    fn variance_survives_a_large_offset() {
        // Exact by hand: 4, 7, 13, 16 has mean 10 and sum of squares 90, so variance 30; the offset cancels exactly.
        let values = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
        assert!((sample_variance(&values).unwrap() - 30.0).abs() <= 0.0);
        assert!((mean(&values).unwrap() - 1_000_000_010.0).abs() <= 0.0);
        assert!(mean(&[]).is_none() && sample_variance(&[]).is_none() && sample_variance(&[1.0]).is_none());
    }

    proptest! {
        /// Integers m 2^s with 53 bits of m and s up to 60, and their negatives, so that almost everything cancels.
        #[test]
        fn hostile_cancellation_agrees_with_integers(
            terms in prop::collection::vec((any::<i32>(), any::<i32>(), 0_u32..60), 1..60),
            rest in prop::collection::vec(-1000_i32..1000, 0..20),
            rotation in any::<prop::sample::Index>(),
        ) {
            let large = terms.iter().map(|&(m, fine, s)| ((i128::from(m) << 20) + i128::from(fine >> 12)) << s);
            let mut integers: Vec<i128> = large.clone().chain(rest.iter().map(|&x| i128::from(x))).collect();
            integers.extend(large.map(|x| -x));
            let pivot = rotation.index(integers.len());
            integers.rotate_left(pivot);
            let exact: i128 = integers.iter().sum();
            let size: f64 = integers.iter().map(|&x| nearest(x.abs())).sum();
            let n = f64::from(u32::try_from(integers.len()).unwrap());
            let eps = f64::EPSILON / 2.0;
            let bound = eps * nearest(exact.abs()) + 2.0 * n * n * eps * eps * size;
            let got = sum(integers.iter().map(|&x| nearest(x)));
            prop_assert!((got - nearest(exact)).abs() <= bound, "{} against {}", got, exact);
        }

        /// n(n - 1) variance = n sum x^2 - (sum x)^2, exact in integers.
        #[test]
        fn variance_agrees_with_integers(
            values in prop::collection::vec(-1_000_000_i64..1_000_000, 2..50),
            offset in -1_000_000_000_000_i64..1_000_000_000_000,
        ) {
            let n = i128::try_from(values.len()).unwrap();
            let sum: i128 = values.iter().map(|&x| i128::from(x)).sum();
            let squares: i128 = values.iter().map(|&x| i128::from(x) * i128::from(x)).sum();
            let exact = nearest(n * squares - sum * sum) / nearest(n * (n - 1));
            let shifted: Vec<f64> = values.iter().map(|&x| nearest(i128::from(x + offset))).collect();
            let got = sample_variance(&shifted).unwrap();
            // 1e-9: the mean of numbers near 1e12 is rounded to 1.2e-4 of a unit; its correction term is of that size
            // squared against a variance of at least 1/n.
            prop_assert!((got - exact).abs() <= 1e-9 * exact.max(1.0), "{} against {}", got, exact);
        }
    }
}
