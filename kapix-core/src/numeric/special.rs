//! Elementary functions by `libm`, whose bits do not depend on the platform, and the logistic pair.

/// Returns e^x, at least 0; 0 below -745.2, infinite above 709.8.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Returns 2^x, at least 0.
pub fn exp2(x: f64) -> f64 {
    libm::exp2(x)
}

/// Returns e^x - 1 without cancellation near 0.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Returns the natural logarithm in nats; -infinity at 0, not a number below.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Returns ln(1 + x) without cancellation near 0; -infinity at -1, not a number below.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Returns x^y; not a number for negative `x` and fractional `y`.
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// Returns the square root, correctly rounded; not a number below 0.
pub fn sqrt(x: f64) -> f64 {
    libm::sqrt(x)
}

/// Returns the probability 1/(1 + e^-x) in 0..=1 of log-odds `x`, with full relative accuracy in both tails.
pub fn logistic(x: f64) -> f64 {
    if x < 0.0 {
        let odds = exp(x);
        odds / (1.0 + odds)
    } else {
        1.0 / (1.0 + exp(-x))
    }
}

/// Returns the log-odds ln(p/(1 - p)) in nats of a probability; -infinity at 0, infinity at 1, not a number outside.
///
/// Within 1/4..=3/4 it is ln(1 + (2p - 1)/(1 - p)): there 2p - 1 is exact and keeps relative accuracy near p = 1/2.
pub fn logit(p: f64) -> f64 {
    if (0.25..=0.75).contains(&p) { ln_1p((2.0 * p - 1.0) / (1.0 - p)) } else { ln(p / (1.0 - p)) }
}

/// Returns a count as a number: exact up to 2^53, far above every limit on rows, and the nearest double beyond.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts lie below 2^53; beyond, the nearest double is the documented result"
)]
pub fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::{count, exp, exp_m1, exp2, ln, ln_1p, logistic, logit, pow, sqrt};
    use crate::numeric::table::{number, relative_error, rows};
    use proptest::prelude::{prop_assert, proptest};

    /// The table is by mpmath 1.4.1 under Python 3.11 with 80 digits.
    #[test]
    fn elementary_functions_agree_with_fifty_digits() {
        for row in rows(include_str!("oracle/elementary.csv")) {
            let (name, x, want) = (row[0], number(row[1]), number(row[2]));
            let got = match name {
                "exp" => exp(x),
                "exp2" => exp2(x),
                "exp_m1" => exp_m1(x),
                "ln" => ln(x),
                "ln_1p" => ln_1p(x),
                "logistic" => logistic(x),
                "logit" => logit(x),
                "pow_1.7" => pow(x, 1.7),
                "sqrt" => sqrt(x),
                _ => panic!("no function `{name}`"),
            };
            // 5e-16: two units in the last place, for two roundings.
            assert!(relative_error(got, want) <= 5e-16, "{name}({x}) = {got}, not {want}");
        }
    }

    #[test]
    fn logit_and_logistic_have_their_limits() {
        assert!(logit(0.0).is_infinite() && logit(0.0) < 0.0);
        assert!(logit(1.0).is_infinite() && logit(1.0) > 0.0);
        assert!(logit(0.5).abs() < f64::MIN_POSITIVE);
        assert!(logit(-0.1).is_nan() && logit(1.1).is_nan() && logit(f64::NAN).is_nan());
        assert!(
            logistic(f64::INFINITY) >= 1.0
                && logistic(f64::NEG_INFINITY) <= 0.0
                && logistic(f64::NAN).is_nan()
        );
    }

    #[test]
    fn counts_are_exact_up_to_two_to_the_fifty_third() {
        assert_eq!(count(0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(count(4_294_967_297).to_bits(), 4_294_967_297.0_f64.to_bits());
        assert_eq!(count((1 << 53) - 1).to_bits(), 9_007_199_254_740_991.0_f64.to_bits());
    }

    proptest! {
        #[test]
        fn logit_undoes_logistic(x in -30.0_f64..3.0) {
            // The probability is rounded: 2^-53/(1 - p) of log-odds, at most 21 units at x = 3, and one unit of x.
            prop_assert!((logit(logistic(x)) - x).abs() <= 1e-14 * x.abs().max(1.0));
        }

        #[test]
        fn logistic_is_monotone(x in -800.0_f64..800.0, step in 0.0_f64..10.0) {
            prop_assert!(logistic(x) <= logistic(x + step));
        }
    }
}
