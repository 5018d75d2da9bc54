//! The beta distribution: Jeffreys intervals of a rate, and exact binomial tails.

use super::gamma::{Fraction, PARAMETER_MAX, TERMS_MAX, deviance, stirling_error};
use super::normal::HALF_LN_2_PI;
use super::special::{exp, ln, ln_1p, logistic};

/// Returns P(X <= x), in 0..=1, of a beta variable: the regularized incomplete beta function I_x(a, b). Not a number
/// unless a and b are in (0, 1e10] and x a number.
///
/// The relative error is at most 1e-13 for a, b <= 1000 and 1e-12 for a, b <= 1e6 (there an error of the last digit of
/// `x` weighs as much), where the result is below 1/2.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x.is_nan() || !is_parameter(a) || !is_parameter(b) {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let y = 1.0 - x;
    if x * b <= y * a { exp(ln_tail(x, y, a, b)) } else { 1.0 - exp(ln_tail(y, x, b, a)).min(1.0) }
}

/// Returns the x with I_x(a, b) = p, in 0..=1 and with a relative error of about 1e-12; not a number unless p is in
/// 0..=1 and a and b in (0, 1e10].
///
/// On the scale u = ln(x/(1 - x)) the density is log-concave, so ln I is concave and Newton's method rises to the root
/// from any point on its left; one is u = ln(p a B(a, b))/a, because I <= e^(a u)/(a B). For p > 1/2 it works on the
/// upper tail 1 - p.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || !is_parameter(a) || !is_parameter(b) {
        return f64::NAN;
    }
    if p <= 0.0 || p >= 1.0 {
        return p;
    }
    if p <= 0.5 { logistic(lower_log_odds(p, a, b)) } else { logistic(-lower_log_odds(1.0 - p, b, a)) }
}

/// Returns the log-odds u of the quantile for 0 < p <= 1/2.
fn lower_log_odds(p: f64, a: f64, b: f64) -> f64 {
    /// Each step halves the distance in the far tail and squares the error near the root.
    const STEPS_MAX: u32 = 200;
    let ln_p = ln(p);
    let mut u = (ln_p + ln(a) + ln_beta(a, b)) / a;
    // Below e^-700 the bound is the quantile to the last digit.
    if u < -700.0 {
        return u;
    }
    for _ in 0..STEPS_MAX {
        let (excess, slope) = excess_and_slope(u, ln_p, a, b);
        if !excess.is_finite() || !slope.is_normal() {
            break;
        }
        u -= excess / slope;
        // The next error is of the order of the square of this one, relative to p.
        if excess.abs() < 1e-9 {
            break;
        }
    }
    u
}

/// Returns ln I - ln p at the log-odds, and the derivative of ln I there; zeros where x or 1 - x is below all doubles.
fn excess_and_slope(log_odds: f64, ln_p: f64, a: f64, b: f64) -> (f64, f64) {
    let (x, y) = (logistic(log_odds), logistic(-log_odds));
    if x <= 0.0 || y <= 0.0 {
        return (0.0, 0.0);
    }
    let ln_lower =
        if x * b <= y * a { ln_tail(x, y, a, b) } else { ln_1p(-exp(ln_tail(y, x, b, a)).min(1.0)) };
    (ln_lower - ln_p, exp(ln_density(x, y, a, b) - ln_lower))
}

/// Returns whether the parameter is in (0, 1e10].
fn is_parameter(value: f64) -> bool {
    value > 0.0 && value <= PARAMETER_MAX
}

/// Returns ln B(a, b) without differences of large logarithms.
fn ln_beta(a: f64, b: f64) -> f64 {
    -a * ln_1p(b / a) - b * ln_1p(a / b) - ln_scale(a, b)
}

/// Returns ln of the largest x^a y^b / B(a, b), which is at x = a/(a + b).
fn ln_scale(a: f64, b: f64) -> f64 {
    let total = a + b;
    stirling_error(total) - stirling_error(a) - stirling_error(b) + 0.5 * ln(a * (b / total)) - HALF_LN_2_PI
}

/// Returns ln(x^a y^b / B(a, b)), the log-density on the scale of log-odds; y = 1 - x. Loader (2000) as in `gamma`.
fn ln_density(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let total = a + b;
    let difference = a * y - b * x;
    ln_scale(a, b) - deviance(a, total * x, difference) - deviance(b, total * y, -difference)
}

/// Returns ln I_x(a, b) for x at most the mean, y = 1 - x, by the even part of the continued fraction NIST DLMF 8.17.22.
///
/// The fraction itself cancels for x near 1. Its even part does not: there x enters as a y - b x, which is not negative.
fn ln_tail(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let front = a * y - b * x + 1.0;
    let mut fraction = Fraction::new(a * front / (a + 1.0));
    for pair in 1..TERMS_MAX {
        let pair = f64::from(pair);
        let below = a + 2.0 * pair - 1.0;
        let weight = pair * (b - pair) * x / below;
        let numerator = (a + pair - 1.0) * (a + b + pair - 1.0) * x / below * weight;
        let denominator = pair + weight + (a + pair) * (front + pair * (1.0 + y)) / (below + 2.0);
        if fraction.extend(numerator, denominator) {
            break;
        }
    }
    ln_density(x, y, a, b) - ln(fraction.value)
}

#[cfg(test)]
mod tests {
    use super::{beta_cdf, beta_quantile};
    use crate::numeric::table::{number, relative_error, rows};
    use crate::numeric::{count, pow};
    use proptest::prelude::{prop_assert, proptest};

    /// The table is by mpmath 1.4.1 under Python 3.11 with 80 digits: the series DLMF 8.17.8 of positive terms.
    #[test]
    fn cdf_agrees_with_fifty_digits() {
        for row in rows(include_str!("oracle/beta.csv")) {
            let (x, a, b, want) = (number(row[0]), number(row[1]), number(row[2]), number(row[3]));
            let error = relative_error(beta_cdf(x, a, b), want);
            let limit = if a.max(b) <= 1001.0 { 1e-13 } else { 1e-12 };
            assert!(error <= limit, "cdf({x}; {a}, {b}) is off by {error:e}");
        }
    }

    /// The table is by mpmath 1.4.1 under Python 3.11 with 80 digits.
    #[test]
    fn quantile_agrees_with_fifty_digits() {
        for row in rows(include_str!("oracle/beta_quantile.csv")) {
            let (p, a, b, want) = (number(row[0]), number(row[1]), number(row[2]), number(row[3]));
            let error = relative_error(beta_quantile(p, a, b), want);
            assert!(error <= 1e-12, "quantile({p}; {a}, {b}) is off by {error:e}");
        }
    }

    /// L. D. Brown, T. T. Cai, A. DasGupta, Interval estimation for a binomial proportion, Statistical Science 16, 2001,
    /// section 3.1: the Jeffreys interval is the pair of 0.025 and 0.975 quantiles of Beta(x + 1/2, n - x + 1/2). Its
    /// binomial meaning at whole parameters: I_x(k, n - k + 1) = P(at least k of n), here summed in exact integers.
    #[test]
    fn whole_parameters_are_binomial_tails() {
        for n in 1_u32..=20 {
            for k in 1..=n {
                // x = 1/4: sum over j >= k of C(n, j) 3^(n-j) / 4^n.
                let mut tail = 0_u128;
                let mut ways = 1_u128;
                for j in 0..=n {
                    if j >= k {
                        tail += ways * 3_u128.pow(n - j);
                    }
                    ways = ways * u128::from(n - j) / u128::from(j + 1);
                }
                // Below 2^53 for the tails used here, or rounded once.
                let exact = count(usize::try_from(tail).unwrap()) / pow(4.0, f64::from(n));
                let got = beta_cdf(0.25, f64::from(k), f64::from(n - k + 1));
                assert!(relative_error(got, exact) <= 1e-13, "{k} of {n}: {got}, not {exact}");
            }
        }
    }

    #[test]
    fn ends_and_what_is_not_a_distribution() {
        assert!(beta_cdf(0.0, 2.0, 3.0) <= 0.0 && beta_cdf(1.0, 2.0, 3.0) >= 1.0);
        assert!(beta_cdf(-1.0, 2.0, 3.0) <= 0.0 && beta_cdf(2.0, 2.0, 3.0) >= 1.0);
        assert!(beta_quantile(0.0, 2.0, 3.0) <= 0.0 && beta_quantile(1.0, 2.0, 3.0) >= 1.0);
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 2e10] {
            assert!(beta_cdf(0.5, bad, 1.0).is_nan() && beta_cdf(0.5, 1.0, bad).is_nan(), "{bad}");
            assert!(beta_quantile(0.5, bad, 1.0).is_nan() && beta_quantile(0.5, 1.0, bad).is_nan(), "{bad}");
        }
        assert!(beta_cdf(f64::NAN, 1.0, 1.0).is_nan());
        for p in [-0.1, 1.1, f64::NAN] {
            assert!(beta_quantile(p, 1.0, 1.0).is_nan());
        }
        // A root below the smallest double, and the largest parameters.
        assert!(beta_quantile(0.6, 1e-4, 1.0) <= 0.0 && beta_quantile(0.4, 1e-4, 1.0) <= 0.0);
        assert!((beta_quantile(0.5, 1e10, 1e10) - 0.5).abs() < 1e-12);
        assert!((beta_cdf(0.5, 1e10, 1e10) - 0.5).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn quantile_undoes_the_cdf_and_mirrors(
            p in 1e-12_f64..1.0, ln_a in -0.7_f64..10.0, ln_b in -0.7_f64..10.0,
        ) {
            let (a, b) = (crate::numeric::exp(ln_a), crate::numeric::exp(ln_b));
            let x = beta_quantile(p, a, b);
            // A relative error of 1e-12 of x is promised; 1e-13 is the error of the cdf.
            prop_assert!(beta_cdf(x * (1.0 - 1e-12), a, b) <= p + 1e-13, "{} {} {}", x, a, b);
            prop_assert!(beta_cdf(x * (1.0 + 1e-12), a, b) >= p - 1e-13, "{} {} {}", x, a, b);
            let half = f64::from_bits(p.to_bits() & !0xFFFF);
            if half > 1e-3 {
                prop_assert!((beta_quantile(half, a, b) + beta_quantile(1.0 - half, b, a) - 1.0).abs() <= 1e-12);
            }
        }
    }
}
