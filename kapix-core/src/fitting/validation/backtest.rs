//! Whether the defaults of a group are too many for its PD.

use crate::numeric::beta_cdf;

/// Returns the probability, in 0..=1, that the true rate is at most `pd`, given `bads` of `rows` and Jeffreys' prior:
/// the Beta(D + 1/2, N - D + 1/2) distribution at `pd`. A small value is evidence that the PD is too low: the one-sided test of
/// the European Central Bank, Instructions for reporting the validation results of internal models, 2019, section 2.5.3.1.
/// `None` without rows.
pub(super) fn jeffreys(bads: f64, rows: f64, pd: f64) -> Option<f64> {
    let is_sound = rows > 0.0 && bads >= 0.0 && bads <= rows;
    is_sound.then(|| beta_cdf(pd, bads + 0.5, rows - bads + 0.5)).filter(|p| p.is_finite())
}

/// Returns the probability, in 0..=1, of `bads` or more of `rows` when each is bad with probability `pd` and they are
/// independent: 1 without bads, else the Beta(D, N - D + 1) distribution at `pd`. `None` without rows.
pub(super) fn binomial(bads: f64, rows: f64, pd: f64) -> Option<f64> {
    let is_sound = rows > 0.0 && bads >= 0.0 && bads <= rows;
    let tail = || if bads <= 0.0 { 1.0 } else { beta_cdf(pd, bads, rows - bads + 1.0) };
    is_sound.then(tail).filter(|p| p.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{binomial, jeffreys};
    use crate::numeric::exp;
    use crate::numeric::{ln, ln_gamma};

    /// Jeffreys: scipy 1.17.1, beta.cdf(pd, d + .5, n - d + .5). Binomial: exact sums of fractions, Python 3.11.
    #[test]
    fn tails_are_exact() {
        for (bads, rows, pd, jeffreys_p, binomial_p) in [
            (5.0, 100.0, 0.03, 0.123_562_277_349_968_4, 0.182_145_193_924_357_7),
            (0.0, 50.0, 0.01, 0.685_115_238_549_180_5, 1.0),
            (12.0, 400.0, 0.02, 0.083_066_799_564_353_94, 0.109_733_076_224_229_66),
            (30.0, 1000.0, 0.031, 0.561_436_551_345_203_8, 0.597_534_815_748_569_1),
        ] {
            assert!((jeffreys(bads, rows, pd).unwrap() - jeffreys_p).abs() < 1e-13);
            assert!((binomial(bads, rows, pd).unwrap() - binomial_p).abs() < 1e-13);
        }
    }

    #[test]
    fn the_binomial_tail_is_the_sum_of_its_terms() {
        for (bads, pd) in [(1_u32, 0.1), (7, 0.3), (20, 0.9)] {
            let term = |k: u32| {
                let (k, n) = (f64::from(k), 20.0);
                let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
                exp(ways + k * ln(pd) + (n - k) * ln(1.0 - pd))
            };
            let want: f64 = (bads..=20).map(term).sum();
            assert!((binomial(f64::from(bads), 20.0, pd).unwrap() - want).abs() < 1e-13);
        }
    }

    #[test]
    fn groups_without_rows_have_no_test() {
        assert!(jeffreys(0.0, 0.0, 0.1).is_none() && binomial(0.0, 0.0, 0.1).is_none());
        assert!(jeffreys(2.0, 1.0, 0.1).is_none() && binomial(0.5, 3.0, f64::NAN).is_none());
        assert!(jeffreys(0.0, 1.0, 0.0).unwrap() <= 0.0 && jeffreys(1.0, 1.0, 1.0).unwrap() >= 1.0);
    }
}
