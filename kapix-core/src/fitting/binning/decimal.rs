//! Cut points that people can read.

/// From here up to 1e21 a whole number has no place on the wire.
const AMBIGUOUS: core::ops::Range<f64> = 9_007_199_254_740_992.0..1e21;
/// Digits by which any two numbers differ.
const DIGITS_MAX: usize = 17;

/// Returns the cut point c between neighbouring values a < b, a < c <= b, so that values from b on lie at or above c.
///
/// c is 0 where 0 lies in (a, b]; else a decimal of the fewest digits there and of those the nearest to the middle;
/// between whole numbers it is whole. Where the digits fit it is independent of how the values were stored, and
/// formatting and parsing of decimals are exact, so the bits are the same everywhere. `None` where every number in
/// between lies beyond 2^53 and below 1e21 in magnitude, as no document can hold it.
pub(super) fn between(a: f64, b: f64) -> Option<f64> {
    let cut = shortest(a, b);
    (a < b && !AMBIGUOUS.contains(&cut.abs())).then_some(cut)
}

fn shortest(a: f64, b: f64) -> f64 {
    if a < 0.0 && b >= 0.0 {
        return 0.0;
    }
    let both_whole = is_whole(a) && is_whole(b);
    let middle = a / 2.0 + b / 2.0;
    for digits in 0..DIGITS_MAX {
        // Half of the interval lies on each side of the middle: a decimal in it is no farther than the ends.
        for candidate in [rounded(middle, digits), rounded(b, digits)] {
            if candidate > a && candidate <= b && (!both_whole || is_whole(candidate)) {
                return candidate;
            }
        }
    }
    b
}

/// Returns the nearest number with `digits` + 1 significant digits.
fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.digits$e}").parse().unwrap_or(value)
}

fn is_whole(value: f64) -> bool {
    libm::trunc(value).to_bits() == value.to_bits()
}

#[cfg(test)]
mod tests {
    use super::between;
    use proptest::prelude::{any, prop_assert, prop_assume, proptest};

    #[test]
    fn cut_points_are_the_numbers_that_a_person_would_write() {
        let cases = [
            (0.0, 1.0, 1.0),
            (29.0, 31.0, 30.0),
            (2.0, 3.0, 3.0),
            (12.0, 13.0, 13.0),
            (100.0, 9000.0, 5000.0),
            (-1.0, 1.0, 0.0),
            (-1.0, 0.0, 0.0),
            (-3.0, -2.0, -2.0),
            (0.123_4, 0.127_8, 0.126),
            (0.1, 0.2, 0.2),
            (1_999.99, 2_000.01, 2_000.0),
            (36.0, 44.0, 40.0),
            (1.05, 1.06, 1.06),
            (-1e308, -1.0, -5e307),
            (f64::MAX / 2.0, f64::MAX, 1e308),
        ];
        for (a, b, cut) in cases {
            assert_eq!(
                between(a, b).map(f64::to_bits),
                Some(f64::to_bits(cut)),
                "{a} {b} {:?}",
                between(a, b)
            );
        }
        assert_eq!(between(1e16, 1e17), None);
        assert_eq!(between(1.0, 1.0), None);
    }

    proptest! {
        #[test]
        fn a_cut_point_parts_its_neighbours(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a < b && a.is_finite() && b.is_finite());
            if let Some(cut) = between(a, b) {
                prop_assert!(a < cut && cut <= b);
            }
        }

        #[test]
        fn no_shorter_decimal_lies_between(a in 1_u32..100_000, width in 1_u32..5_000) {
            let (low, high) = (f64::from(a) / 1e3, f64::from(a + width) / 1e3);
            let cut = between(low, high).unwrap();
            let digits = |x: f64| format!("{x:e}").split('e').next().unwrap().replace('.', "").len();
            let all = (a + 1..=a + width).map(|x| digits(f64::from(x) / 1e3)).min().unwrap();
            prop_assert!(digits(cut) <= all, "{} {} {}", low, high, cut);
        }
    }
}
