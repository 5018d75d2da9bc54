use crate::error::{Cause, Error, Result};
use serde::{Deserialize, Serialize};

/// The rule by which an amount between two minor units becomes one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Rounding {
    /// To the nearest; a tie to the even neighbour (`2.5` to 2, `3.5` to 4).
    HalfEven,
    /// To the nearest; a tie to the neighbour farther from zero (`2.5` to 3, `-2.5` to -3).
    HalfAwayFromZero,
    /// To the neighbour nearer to zero (`2.9` to 2, `-2.9` to -2).
    TowardZero,
    /// To the neighbour farther from zero (`2.1` to 3, `-2.1` to -3).
    AwayFromZero,
    /// To the lower neighbour (`2.9` to 2, `-2.1` to -3).
    Floor,
    /// To the upper neighbour (`2.1` to 3, `-2.9` to -2).
    Ceiling,
}

impl Rounding {
    /// Returns `amount * numerator / denominator` rounded to an integer; the product is exact in 128 bits.
    ///
    /// Error `value.out_of_range`: the denominator is zero.
    pub(super) fn ratio(self, amount: i64, numerator: i64, denominator: i64) -> Result<i128> {
        if denominator == 0 {
            return Err(Error::new(Cause::ValueOutOfRange, "the denominator of a ratio must not be `0`"));
        }
        let product = i128::from(amount) * i128::from(numerator);
        let (dividend, divisor) = if denominator < 0 {
            (-product, -i128::from(denominator))
        } else {
            (product, i128::from(denominator))
        };
        let floor = dividend.div_euclid(divisor);
        let rest = dividend.rem_euclid(divisor);
        Ok(if rest > 0 && self.takes_upper(floor, 2 * rest, divisor) { floor + 1 } else { floor })
    }

    /// Whether a value strictly between `floor` and `floor + 1` goes up; its fraction is `twice_rest / 2 / divisor`.
    fn takes_upper(self, floor: i128, twice_rest: i128, divisor: i128) -> bool {
        let positive = floor >= 0;
        match self {
            Self::HalfEven => twice_rest > divisor || (twice_rest == divisor && floor % 2 != 0),
            Self::HalfAwayFromZero => twice_rest > divisor || (twice_rest == divisor && positive),
            Self::TowardZero => !positive,
            Self::AwayFromZero => positive,
            Self::Floor => false,
            Self::Ceiling => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rounding;
    use crate::error::Cause;

    /// The modes in the order of the columns of the published table below.
    const MODES: [Rounding; 6] = [
        Rounding::AwayFromZero,
        Rounding::TowardZero,
        Rounding::Ceiling,
        Rounding::Floor,
        Rounding::HalfAwayFromZero,
        Rounding::HalfEven,
    ];

    /// Java SE 17 API, enum `java.math.RoundingMode`, "Summary of Rounding Operations Under Different Rounding
    /// Modes": the columns UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_EVEN; inputs in tenths.
    const PUBLISHED: [(i64, [i128; 6]); 10] = [
        (55, [6, 5, 6, 5, 6, 6]),
        (25, [3, 2, 3, 2, 3, 2]),
        (16, [2, 1, 2, 1, 2, 2]),
        (11, [2, 1, 2, 1, 1, 1]),
        (10, [1, 1, 1, 1, 1, 1]),
        (-10, [-1, -1, -1, -1, -1, -1]),
        (-11, [-2, -1, -1, -2, -1, -1]),
        (-16, [-2, -1, -1, -2, -2, -2]),
        (-25, [-3, -2, -2, -3, -3, -2]),
        (-55, [-6, -5, -5, -6, -6, -6]),
    ];

    #[test]
    fn modes_round_as_the_published_table_of_java() {
        for (tenths, expected) in PUBLISHED {
            for (mode, expected) in MODES.into_iter().zip(expected) {
                assert_eq!(mode.ratio(tenths, 1, 10).unwrap(), expected, "{mode:?} of {tenths}/10");
                assert_eq!(mode.ratio(-tenths, 1, -10).unwrap(), expected, "{mode:?} with two signs");
                assert_eq!(mode.ratio(tenths, -7, -70).unwrap(), expected, "{mode:?} of a larger ratio");
            }
        }
    }

    #[test]
    fn products_beyond_64_bits_stay_exact() {
        // Python 3: 9007199254740991 * 9007199254740991 // 9007199254740989 and its remainder 4.
        let big = 9_007_199_254_740_991;
        assert_eq!(Rounding::Floor.ratio(big, big, big - 2).unwrap(), 9_007_199_254_740_993);
        assert_eq!(Rounding::Ceiling.ratio(big, big, big - 2).unwrap(), 9_007_199_254_740_994);
        let extreme = Rounding::HalfEven.ratio(i64::MIN, i64::MIN, i64::MIN).unwrap();
        assert_eq!(extreme, i128::from(i64::MIN));
    }

    #[test]
    fn a_zero_denominator_is_an_error() {
        assert_eq!(Rounding::Floor.ratio(1, 1, 0).unwrap_err().cause, Cause::ValueOutOfRange);
    }

    #[test]
    fn modes_are_named_in_snake_case_on_the_wire() {
        assert_eq!(serde_json::to_string(&Rounding::HalfAwayFromZero).unwrap(), "\"half_away_from_zero\"");
        assert_eq!(serde_json::from_str::<Rounding>("\"half_even\"").unwrap(), Rounding::HalfEven);
    }
}
