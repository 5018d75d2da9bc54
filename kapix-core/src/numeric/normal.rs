//! The standard normal distribution, exact to the last digits deep into the lower tail.
//!
//! The usual erfc(-x/sqrt 2)/2 loses x^2 units in the last place, because erfc magnifies the rounding of its argument
//! by that factor. Here the argument is a sum of two doubles and the second one enters by a Taylor term.

use super::special::{exp, ln, ln_1p, sqrt};

/// 1/sqrt 2 as a sum of two doubles, by mpmath 1.4.1.
const INVERSE_SQRT_2: (f64, f64) = (core::f64::consts::FRAC_1_SQRT_2, -4.833_646_656_726_457e-17);
/// 1/sqrt(2 pi), by mpmath 1.4.1.
const INVERSE_SQRT_2_PI: f64 = 0.398_942_280_401_432_7;
/// ln(2 pi)/2, by mpmath 1.4.1.
pub(super) const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;

/// Returns P(Z <= x) of a standard normal Z, in 0..=1; not a number for not a number.
///
/// The relative error is at most 2e-15 for abs(x) <= 5 and 1e-14 down to x = -37.5; below, results are subnormal and
/// have an absolute error of at most 1e-323.
///
/// With z = -x/sqrt 2 = h + l it is erfc(z)/2 = (erfc(h) - 2/sqrt(pi) exp(-h^2) l)/2 up to order l^2 h^2 ~ 1e-29.
pub fn normal_cdf(x: f64) -> f64 {
    if x.abs() > 40.0 {
        return if x < 0.0 { 0.0 } else { 1.0 };
    }
    let (high, low) = scaled(-x);
    0.5 * (libm::erfc(high) - low * core::f64::consts::FRAC_2_SQRT_PI * exp(-high * high))
}

/// Returns the standard normal density exp(-x^2/2)/sqrt(2 pi) at `x`, with a relative error of at most 1e-15 for
/// abs(x) <= 37.5.
pub fn normal_pdf(x: f64) -> f64 {
    if x.abs() > 40.0 {
        return 0.0;
    }
    let square = x * x;
    let rest = libm::fma(x, x, -square);
    INVERSE_SQRT_2_PI * exp(-0.5 * square) * (1.0 - 0.5 * rest)
}

/// Returns ln P(Z <= x) in nats, at most 0, finite for `x` above -1e154.
///
/// The relative error is at most 2e-15. Below -37 it is the asymptotic series of Mills' ratio, M. Abramowitz and I. A.
/// Stegun, Handbook of Mathematical Functions, 26.2.12, whose first omitted term 10395/x^12 is below 2e-15 there.
pub fn normal_log_cdf(x: f64) -> f64 {
    if x > -1.0 {
        return ln_1p(-normal_cdf(-x));
    }
    if x > -37.0 {
        return ln(normal_cdf(x));
    }
    let t = 1.0 / (x * x);
    let series = -t * (1.0 - 3.0 * t * (1.0 - 5.0 * t * (1.0 - 7.0 * t * (1.0 - 9.0 * t))));
    -0.5 * x * x - ln(-x) - HALF_LN_2_PI + ln_1p(series)
}

/// Returns the x with P(Z <= x) = p; -infinity at 0, infinity at 1, not a number outside 0..=1.
///
/// The relative error is at most 1e-15. A rational start (M. J. Wichura, Algorithm AS 241: The percentage points of the
/// normal distribution, Applied Statistics 37, 1988, pages 477-484, routine PPND16) is refined by one step of Halley's
/// method: against erf near the middle, against [`normal_cdf`] in the tails. For p > 1/2 it is the negative quantile
/// of 1 - p, which is exact.
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -lower_quantile(1.0 - p);
    }
    lower_quantile(p)
}

/// Returns the quantile for 0 <= p <= 1/2.
fn lower_quantile(p: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let start = wichura(p);
    if p < f64::MIN_POSITIVE {
        return start;
    }
    let residual =
        if p > 0.25 { 0.5 * libm::erf(scaled(start).0) - (p - 0.5) } else { normal_cdf(start) - p };
    let newton = residual / normal_pdf(start);
    start - newton / (1.0 + 0.5 * start * newton)
}

/// Returns x/sqrt 2 as a sum of two doubles; `x` must be below 1e150 in size.
fn scaled(x: f64) -> (f64, f64) {
    let high = x * INVERSE_SQRT_2.0;
    (high, libm::fma(x, INVERSE_SQRT_2.0, -high) + x * INVERSE_SQRT_2.1)
}

/// Returns Wichura's PPND16 for 0 < p <= 1/2, with a relative error of about 1e-16 before rounding.
fn wichura(p: f64) -> f64 {
    let q = p - 0.5;
    if q >= -0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&MIDDLE.0, r) / polynomial(&MIDDLE.1, r);
    }
    let r = sqrt(-ln(p));
    let (coefficients, r) = if r <= 5.0 { (&TAIL, r - 1.6) } else { (&FAR_TAIL, r - 5.0) };
    -polynomial(&coefficients.0, r) / polynomial(&coefficients.1, r)
}

/// Returns the polynomial with ascending coefficients at `r`, by Horner's rule.
fn polynomial(coefficients: &[f64; 8], r: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |value, coefficient| value * r + coefficient)
}

/// Numerator and denominator of a rational function, ascending.
type Rational = ([f64; 8], [f64; 8]);

/// AS 241, coefficients A and B.
const MIDDLE: Rational = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
);

/// AS 241, coefficients C and D.
const TAIL: Rational = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        0.000_774_545_014_278_341_4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        0.000_547_593_808_499_534_5,
        1.050_750_071_644_416_9e-9,
    ],
);

/// AS 241, coefficients E and F.
const FAR_TAIL: Rational = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        0.000_786_869_131_145_613_3,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_7e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::{normal_cdf, normal_log_cdf, normal_pdf, normal_quantile, wichura};
    use crate::numeric::table::{number, relative_error, rows};
    use proptest::prelude::{prop_assert, proptest};

    /// The table is by mpmath 1.4.1 under Python 3.11 with 80 digits: 81 points from -1e8 to 38.
    #[test]
    fn cdf_pdf_and_log_cdf_agree_with_fifty_digits() {
        let rows = rows(include_str!("oracle/normal.csv"));
        assert!(rows.len() >= 60);
        for row in rows {
            let x = number(row[0]);
            if !row[1].is_empty() {
                let limit = if x.abs() <= 5.0 { 2e-15 } else { 1e-14 };
                let error = relative_error(normal_cdf(x), number(row[1]));
                assert!(error <= limit, "cdf({x}) is off by {error:e}");
                let error = relative_error(normal_pdf(x), number(row[2]));
                // Above 37.5 the density is subnormal.
                assert!(error <= 1e-15 || x > 37.5, "pdf({x}) is off by {error:e}");
            }
            let error = relative_error(normal_log_cdf(x), number(row[3]));
            assert!(error <= 2e-15, "ln cdf({x}) is off by {error:e}");
        }
    }

    /// The table is by mpmath 1.4.1 under Python 3.11: Newton's method on ln cdf with 80 digits.
    #[test]
    fn quantile_agrees_with_fifty_digits() {
        for row in rows(include_str!("oracle/normal_quantile.csv")) {
            let (p, want) = (number(row[0]), number(row[1]));
            let error = relative_error(normal_quantile(p), want);
            assert!(error <= 1e-15 || want.abs() < 1e-300, "quantile({p}) is off by {error:e}");
            if p <= 0.5 && want < 0.0 {
                // Wichura states about 1 part in 10^16; twenty roundings of the two polynomials come on top.
                let error = relative_error(wichura(p), want);
                assert!(error <= 2e-15, "the start at {p} is off by {error:e}");
            }
        }
    }

    #[test]
    fn limits_are_infinite_and_outside_is_not_a_number() {
        assert!(normal_quantile(0.0).is_infinite() && normal_quantile(0.0) < 0.0);
        assert!(normal_quantile(1.0).is_infinite() && normal_quantile(1.0) > 0.0);
        assert!(normal_quantile(0.5).abs() < f64::MIN_POSITIVE);
        for p in [-1e-300, 1.000_000_000_000_000_2, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(normal_quantile(p).is_nan(), "{p}");
        }
        assert!(normal_cdf(f64::INFINITY) >= 1.0 && normal_cdf(f64::NEG_INFINITY) <= 0.0);
        assert!(
            normal_cdf(f64::NAN).is_nan()
                && normal_pdf(f64::NAN).is_nan()
                && normal_log_cdf(f64::NAN).is_nan()
        );
        assert!(normal_pdf(f64::INFINITY) <= 0.0);
        assert!(normal_log_cdf(f64::INFINITY).abs() <= 0.0);
        assert!(normal_log_cdf(f64::NEG_INFINITY).is_infinite());
        let smallest = normal_quantile(f64::from_bits(1));
        assert!((smallest + 38.467_405_617_144_35).abs() < 1e-6, "{smallest}");
    }

    proptest! {
        #[test]
        fn cdf_rises_and_its_two_tails_add_to_one(x in -38.0_f64..38.0, step in 0.0_f64..2.0) {
            // One unit in the last place covers the final rounding.
            prop_assert!(normal_cdf(x) <= normal_cdf(x + step) * (1.0 + 1e-14));
            prop_assert!((normal_cdf(x) + normal_cdf(-x) - 1.0).abs() <= f64::EPSILON);
        }

        #[test]
        fn quantile_undoes_the_cdf(x in -37.5_f64..0.0) {
            // A rounding of p moves x by 1.1e-16 p/pdf(x), at most 1.4e-16 for x < 0; the cdf adds 1e-14 p/pdf(x).
            prop_assert!((normal_quantile(normal_cdf(x)) - x).abs() <= 1e-14 * x.abs().max(1.0));
        }

        #[test]
        fn quantile_is_odd_about_one_half(k in 1_u32..1_000_000) {
            let p = f64::from(k) / 2_097_152.0;
            prop_assert!((normal_quantile(p) + normal_quantile(1.0 - p)).abs() <= 0.0);
        }
    }
}
