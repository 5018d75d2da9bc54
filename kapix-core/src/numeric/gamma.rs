//! The gamma function and the gamma distribution, and two pieces that the beta distribution shares.
//!
//! Densities come from C. Loader's saddle-point form (Fast and accurate computation of binomial probabilities, 2000):
//! a Stirling error and a deviance instead of differences of large logarithms, so that the relative accuracy does not
//! fall with the size of the shape.

use super::normal::HALF_LN_2_PI;
use super::special::{exp, ln, sqrt};

/// Largest shape or parameter of the gamma and beta distributions here; the work grows with its square root.
pub(super) const PARAMETER_MAX: f64 = 1e10;
/// Most terms of a series or continued fraction: above 9 sqrt([`PARAMETER_MAX`]), where the last one is below 2^-53.
pub(super) const TERMS_MAX: u32 = 2_000_000;
/// Two units in the last place of 1: where a continued fraction stops changing.
pub(super) const SETTLED: f64 = 2.0 * f64::EPSILON;

/// Returns ln Gamma(x) for x > 0, infinite at 0 and at infinity; not a number below 0.
pub fn ln_gamma(x: f64) -> f64 {
    if x < 0.0 { f64::NAN } else { libm::lgamma(x) }
}

/// Returns P(X <= x), in 0..=1, of a gamma variable of that shape and scale 1: the regularized lower incomplete gamma
/// function P(shape, x). Not a number unless shape is in (0, 1e10] and x a number.
///
/// The relative error is at most 1e-13 for shape <= 1e6 where the result is below 1/2; an error of the last digit of
/// `x` moves the result by up to sqrt(shape) units for larger ones.
pub fn gamma_cdf(x: f64, shape: f64) -> f64 {
    tails(x, shape).0
}

/// Returns P(X > x), in 0..=1, of a gamma variable of that shape and scale 1, with the conditions of [`gamma_cdf`] and
/// without cancellation in the upper tail.
pub fn gamma_sf(x: f64, shape: f64) -> f64 {
    tails(x, shape).1
}

/// Returns P(X > x), the p-value in 0..=1 of a chi-square statistic `x` with `degrees_of_freedom` in (0, 2e10]; not a
/// number for other degrees of freedom.
pub fn chi_square_sf(x: f64, degrees_of_freedom: f64) -> f64 {
    gamma_sf(0.5 * x, 0.5 * degrees_of_freedom)
}

/// Returns the lower and the upper tail: the smaller one by series or continued fraction, the other as 1 minus it.
fn tails(x: f64, shape: f64) -> (f64, f64) {
    if x.is_nan() || shape.is_nan() || shape <= 0.0 || shape > PARAMETER_MAX {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x.is_infinite() {
        return (1.0, 0.0);
    }
    // x^shape e^-x / Gamma(shape + 1)
    let density = exp(-stirling_error(shape) - deviance(shape, x, shape - x) - HALF_LN_2_PI) / sqrt(shape);
    if x < shape + 1.0 {
        let lower = (density * lower_series(x, shape)).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (density * shape * upper_fraction(x, shape)).min(1.0);
        (1.0 - upper, upper)
    }
}

/// Returns 1 + x/(a + 1) + x^2/((a + 1)(a + 2)) + ..., for x < a + 1 (NIST DLMF 8.7.1).
fn lower_series(x: f64, shape: f64) -> f64 {
    let (mut term, mut total) = (1.0, 1.0);
    for k in 1..TERMS_MAX {
        term *= x / (shape + f64::from(k));
        total += term;
        if term <= total * (f64::EPSILON / 4.0) {
            break;
        }
    }
    total
}

/// Returns x^-a e^x Gamma(a, x) for x >= a + 1 by the even part of the continued fraction NIST DLMF 8.9.2.
fn upper_fraction(x: f64, shape: f64) -> f64 {
    let first = x + 1.0 - shape;
    let mut fraction = Fraction::new(first);
    for k in 1..TERMS_MAX {
        let k = f64::from(k);
        if fraction.extend(-k * (k - shape), first + 2.0 * k) {
            break;
        }
    }
    1.0 / fraction.value
}

/// The value b0 + a1/(b1 + a2/(b2 + ...)) of a continued fraction from its front, by the modified Lentz method:
/// I. J. Thompson and A. R. Barnett, Coulomb and Bessel functions of complex arguments and order, Journal of
/// Computational Physics 64, 1986, pages 490-509.
pub(super) struct Fraction {
    pub(super) value: f64,
    numerators: f64,
    denominators: f64,
}

impl Fraction {
    /// Returns the fraction that is only `b0`, which must not be 0.
    pub(super) fn new(b0: f64) -> Self {
        Self { value: b0, numerators: b0, denominators: 0.0 }
    }

    /// Adds the pair a, b; returns whether the value has settled.
    pub(super) fn extend(&mut self, a: f64, b: f64) -> bool {
        self.denominators = 1.0 / nonzero(b + a * self.denominators);
        self.numerators = nonzero(b + a / self.numerators);
        let factor = self.numerators * self.denominators;
        self.value *= factor;
        (factor - 1.0).abs() <= SETTLED
    }
}

/// Returns x, or a tiny number for 0, so that a fraction can pass through a zero of its front.
fn nonzero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

/// Returns ln Gamma(x + 1) - (x + 1/2) ln x + x - ln(2 pi)/2 for x > 0, the error of Stirling's formula, with an
/// absolute error of at most 1e-14.
///
/// From 16 on it is the series NIST DLMF 5.11.1, whose first omitted term is 691/(360360 x^11) < 2e-16.
pub(super) fn stirling_error(x: f64) -> f64 {
    if x < 16.0 {
        return ln_gamma(x + 1.0) - (x + 0.5) * ln(x) + x - HALF_LN_2_PI;
    }
    let square = x * x;
    let tail = 1.0 / 1680.0 - 1.0 / (1188.0 * square);
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - tail / square) / square) / square) / x
}

/// Returns the deviance x ln(x/mean) + mean - x, at least 0, of x > 0 from a mean >= 0; the caller gives x - mean, which
/// it often knows more exactly. Loader (2000), section 3: a series where x and mean are close.
pub(super) fn deviance(x: f64, mean: f64, x_minus_mean: f64) -> f64 {
    let total = x + mean;
    if x_minus_mean.abs() >= 0.1 * total {
        return x * ln(x / mean) - x_minus_mean;
    }
    let ratio = x_minus_mean / total;
    let mut term = 2.0 * x * ratio;
    let mut value = x_minus_mean * ratio;
    for odd in [3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0] {
        // With a ratio below 0.1 eight terms leave less than 1e-18 of the first one.
        term *= ratio * ratio;
        value += term / odd;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::{chi_square_sf, gamma_cdf, gamma_sf, ln_gamma};
    use crate::numeric::normal_cdf;
    use crate::numeric::table::{number, relative_error, rows};
    use proptest::prelude::{prop_assert, proptest};

    /// The table is by mpmath 1.4.1 under Python 3.11 with 80 digits.
    #[test]
    fn ln_gamma_agrees_with_fifty_digits() {
        for row in rows(include_str!("oracle/ln_gamma.csv")) {
            let (x, want) = (number(row[0]), number(row[1]));
            let error = relative_error(ln_gamma(x), want);
            assert!(error <= 1e-15, "ln gamma({x}) is off by {error:e}");
        }
        assert!(ln_gamma(-0.5).is_nan() && ln_gamma(f64::NAN).is_nan() && ln_gamma(0.0) > f64::MAX);
    }

    /// The table is by mpmath 1.4.1 under Python 3.11 with 80 digits.
    #[test]
    fn both_tails_agree_with_fifty_digits() {
        for row in rows(include_str!("oracle/gamma.csv")) {
            let (x, shape, lower, upper) = (number(row[0]), number(row[1]), number(row[2]), number(row[3]));
            let error = relative_error(gamma_cdf(x, shape), lower);
            assert!(error <= 1e-13, "cdf({x}; {shape}) is off by {error:e}");
            let error = relative_error(gamma_sf(x, shape), upper);
            // The complement of a lower tail near 1 keeps 2^-53 absolute.
            assert!(error <= 1e-13 || error * upper <= 1e-15, "sf({x}; {shape}) is off by {error:e}");
        }
    }

    #[test]
    fn chi_square_has_its_closed_forms() {
        // 1e-13 as documented: the exponent of the density, up to 350 here, is rounded to 350 2^-53 = 4e-14.
        for x in [0.01, 1.0, 3.0, 10.0, 100.0, 700.0] {
            // Two degrees of freedom: exp(-x/2). Four: exp(-x/2)(1 + x/2).
            let half = crate::numeric::exp(-0.5 * x);
            assert!(relative_error(chi_square_sf(x, 2.0), half) <= 1e-13, "{x}");
            assert!(relative_error(chi_square_sf(x, 4.0), half * (1.0 + 0.5 * x)) <= 1e-13, "{x}");
            // One: twice the upper tail of the normal distribution.
            let normal = 2.0 * normal_cdf(-crate::numeric::sqrt(x));
            assert!(relative_error(chi_square_sf(x, 1.0), normal) <= 1e-13, "{x}");
        }
    }

    #[test]
    fn ends_and_what_is_not_a_distribution() {
        assert_eq!(gamma_cdf(0.0, 2.0).to_bits(), 0);
        assert!(gamma_cdf(-1.0, 2.0) <= 0.0 && gamma_sf(-1.0, 2.0) >= 1.0);
        assert!(gamma_cdf(f64::INFINITY, 2.0) >= 1.0 && gamma_sf(f64::INFINITY, 2.0) <= 0.0);
        for shape in [0.0, -1.0, f64::NAN, f64::INFINITY, 2e10] {
            assert!(gamma_cdf(1.0, shape).is_nan() && gamma_sf(1.0, shape).is_nan(), "{shape}");
        }
        assert!(gamma_cdf(f64::NAN, 1.0).is_nan());
        // The largest shape settles within its terms: the median lies 1/3 below the shape.
        assert!((gamma_cdf(1e10 - 1.0 / 3.0, 1e10) - 0.5).abs() < 1e-9);
        assert!((gamma_sf(1e10 + 2.0, 1e10) - 0.5).abs() < 1e-4);
    }

    proptest! {
        #[test]
        fn cdf_rises_with_x_and_falls_with_the_shape(
            x in 0.0_f64..200.0, step in 0.0_f64..20.0, shape in 0.01_f64..150.0,
        ) {
            let slack = 1e-13;
            prop_assert!(gamma_cdf(x, shape) <= gamma_cdf(x + step, shape) + slack);
            prop_assert!(gamma_cdf(x, shape) + slack >= gamma_cdf(x, shape + step));
            prop_assert!((gamma_cdf(x, shape) + gamma_sf(x, shape) - 1.0).abs() <= f64::EPSILON);
        }
    }
}
