use super::currency::Currency;
use super::rounding::Rounding;
use crate::error::{Cause, Error, Result};
use crate::limits::WIRE_MAX;

/// An amount of money: minor units, positive for the account's holder, and the currency that they belong to.
///
/// Every result lies within +-(2^53 - 1) minor units, else the error is `money.overflow`; amounts of two currencies
/// never meet, else the error is `money.currency_mixed`.
///
/// ```
/// use kapix_core::money::{Currency, Money, Rounding};
///
/// let shilling = Currency::parse("KES")?;
/// let salary = Money::from_decimal_str("48500.00", shilling)?;
/// let rent = Money::new(-1_200_000, shilling)?;
/// assert_eq!(salary.add(rent)?.to_decimal_string(), "36500.00");
/// // A third of the salary, rounded down to a whole cent.
/// assert_eq!(salary.mul_ratio(1, 3, Rounding::Floor)?.minor, 1_616_666);
/// assert!(salary.add(Money::new(1, Currency::parse("USD")?)?).is_err());
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// The amount in minor units of the currency, within +-(2^53 - 1).
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

#[expect(
    clippy::should_implement_trait,
    reason = "these can fail, and the operators of the language cannot say so"
)]
impl Money {
    /// Returns `minor` minor units of a currency.
    ///
    /// Error `money.overflow`: beyond +-(2^53 - 1).
    ///
    /// ```
    /// use kapix_core::{Cause, money::{Currency, Money, WIRE_MAX}};
    ///
    /// let yen = Currency::parse("JPY")?;
    /// assert_eq!(Money::new(-1_200, yen)?.minor, -1_200);
    /// assert_eq!(Money::new(WIRE_MAX + 1, yen).map_err(|error| error.cause), Err(Cause::MoneyOverflow));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn new(minor: i64, currency: Currency) -> Result<Self> {
        bounded(i128::from(minor), currency)
    }

    /// Returns the sum of two amounts.
    ///
    /// ```
    /// use kapix_core::{Cause, money::{Currency, Money}};
    ///
    /// let (shilling, dollar) = (Currency::parse("KES")?, Currency::parse("USD")?);
    /// let rent = Money::new(-1_200_000, shilling)?;
    /// assert_eq!(Money::new(4_850_000, shilling)?.add(rent)?.minor, 3_650_000);
    /// assert_eq!(Money::new(1, dollar)?.add(rent).map_err(|error| error.cause), Err(Cause::MoneyCurrencyMixed));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn add(self, other: Self) -> Result<Self> {
        same(self.currency, other.currency)?;
        bounded(i128::from(self.minor) + i128::from(other.minor), self.currency)
    }

    /// Returns this amount less the other.
    ///
    /// ```
    /// use kapix_core::money::{Currency, Money};
    ///
    /// let shilling = Currency::parse("KES")?;
    /// assert_eq!(Money::new(500, shilling)?.sub(Money::new(700, shilling)?)?.minor, -200);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn sub(self, other: Self) -> Result<Self> {
        same(self.currency, other.currency)?;
        bounded(i128::from(self.minor) - i128::from(other.minor), self.currency)
    }

    /// Returns the amount with the other sign.
    ///
    /// ```
    /// use kapix_core::money::{Currency, Money};
    ///
    /// let debit = Money::new(1_250, Currency::parse("KES")?)?.neg()?;
    /// assert_eq!((debit.minor, debit.neg()?.minor), (-1_250, 1_250));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn neg(self) -> Result<Self> {
        bounded(-i128::from(self.minor), self.currency)
    }

    /// Returns the sum of amounts in `currency`, zero for none; their order does not matter, since only the total is
    /// held to the range.
    ///
    /// ```
    /// use kapix_core::money::{Currency, Money, WIRE_MAX};
    ///
    /// let shilling = Currency::parse("KES")?;
    /// let amounts = [Money::new(WIRE_MAX, shilling)?, Money::new(1, shilling)?, Money::new(-1, shilling)?];
    /// assert_eq!(Money::sum(shilling, amounts)?.minor, WIRE_MAX);
    /// assert_eq!(Money::sum(shilling, [])?.minor, 0);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self> {
        let mut total = 0_i128;
        for amount in amounts {
            same(currency, amount.currency)?;
            // 2^64 amounts of 2^63 would be needed to leave 128 bits.
            total += i128::from(amount.minor);
        }
        bounded(total, currency)
    }

    /// Returns `self * numerator / denominator` rounded once to a whole minor unit; the product is exact.
    ///
    /// Errors: `value.out_of_range` for a zero denominator, `money.overflow`.
    ///
    /// ```
    /// use kapix_core::money::{Currency, Money, Rounding};
    ///
    /// // 1.5 % of 23.00 KES is 34.5 cents.
    /// let amount = Money::new(2_300, Currency::parse("KES")?)?;
    /// assert_eq!(amount.mul_ratio(15, 1_000, Rounding::HalfEven)?.minor, 34);
    /// assert_eq!(amount.mul_ratio(15, 1_000, Rounding::HalfAwayFromZero)?.minor, 35);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn mul_ratio(self, numerator: i64, denominator: i64, rounding: Rounding) -> Result<Self> {
        bounded(rounding.ratio(self.minor, numerator, denominator)?, self.currency)
    }
}

/// Returns the amount when it lies on the wire's range.
fn bounded(minor: i128, currency: Currency) -> Result<Money> {
    match i64::try_from(minor) {
        Ok(minor) if (-WIRE_MAX..=WIRE_MAX).contains(&minor) => Ok(Money { minor, currency }),
        _ => {
            let message = format!("an amount must be within `+-{WIRE_MAX}` minor units; got `{minor}`");
            Err(Error::new(Cause::MoneyOverflow, message))
        }
    }
}

fn same(left: Currency, right: Currency) -> Result<()> {
    if left == right {
        return Ok(());
    }
    let message = format!("amounts in `{left}` and `{right}` cannot be summed; convert them before");
    Err(Error::new(Cause::MoneyCurrencyMixed, message))
}

#[cfg(test)]
mod tests {
    use super::super::{Currency, Rounding};
    use super::{Money, WIRE_MAX};
    use crate::error::Cause;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    fn kes(minor: i64) -> Money {
        Money { minor, currency: Currency::parse("KES").unwrap() }
    }

    #[test]
    fn sums_leave_the_range_of_the_wire_with_an_error() {
        assert_eq!(kes(WIRE_MAX).add(kes(0)).unwrap().minor, WIRE_MAX);
        for result in [
            kes(WIRE_MAX).add(kes(1)),
            kes(-WIRE_MAX).sub(kes(1)),
            kes(i64::MIN).neg(),
            kes(i64::MAX).add(kes(i64::MAX)),
            Money::new(WIRE_MAX + 1, kes(0).currency),
            Money::sum(kes(0).currency, [kes(WIRE_MAX), kes(1)]),
            kes(WIRE_MAX).mul_ratio(WIRE_MAX, 1, Rounding::Floor),
        ] {
            assert_eq!(result.unwrap_err().cause, Cause::MoneyOverflow);
        }
        let total = Money::sum(kes(0).currency, [kes(WIRE_MAX), kes(1), kes(-1)]);
        assert_eq!(total.unwrap().minor, WIRE_MAX);
    }

    #[test]
    fn currencies_never_meet() {
        let dollar = Money { minor: 1, currency: Currency::parse("USD").unwrap() };
        for result in [kes(1).add(dollar), kes(1).sub(dollar), Money::sum(dollar.currency, [dollar, kes(1)])]
        {
            assert_eq!(result.unwrap_err().cause, Cause::MoneyCurrencyMixed);
        }
        assert_eq!(Money::sum(dollar.currency, []).unwrap().minor, 0);
    }

    /// Python 3.11, `decimal` with 100 digits: `(a * n / d).to_integral_value(mode)` with ROUND_HALF_EVEN,
    /// ROUND_HALF_UP, ROUND_DOWN, ROUND_UP, ROUND_FLOOR, ROUND_CEILING.
    #[test]
    fn ratios_agree_with_the_decimal_module_of_python() {
        let modes = [
            Rounding::HalfEven,
            Rounding::HalfAwayFromZero,
            Rounding::TowardZero,
            Rounding::AwayFromZero,
            Rounding::Floor,
            Rounding::Ceiling,
        ];
        for (amount, numerator, denominator, expected) in RATIOS {
            for (mode, expected) in modes.into_iter().zip(expected) {
                let money = kes(amount).mul_ratio(numerator, denominator, mode).unwrap();
                assert_eq!(money.minor, expected, "{amount} * {numerator} / {denominator} {mode:?}");
            }
        }
    }

    const RATIOS: [(i64, i64, i64, [i64; 6]); 19] = [
        (12_345, 1, 2, [6_172, 6_173, 6_172, 6_173, 6_172, 6_173]),
        (-12_345, 1, 2, [-6_172, -6_173, -6_172, -6_173, -6_173, -6_172]),
        (12_347, 1, 2, [6_174, 6_174, 6_173, 6_174, 6_173, 6_174]),
        (-12_347, 1, 2, [-6_174, -6_174, -6_173, -6_174, -6_174, -6_173]),
        (4_850_000, 1, 3, [1_616_667, 1_616_667, 1_616_666, 1_616_667, 1_616_666, 1_616_667]),
        (-4_850_000, 1, 3, [-1_616_667, -1_616_667, -1_616_666, -1_616_667, -1_616_667, -1_616_666]),
        (4_850_000, 2, -3, [-3_233_333, -3_233_333, -3_233_333, -3_233_334, -3_233_334, -3_233_333]),
        (1, 1, 1_000_000, [0, 0, 0, 1, 0, 1]),
        (-1, 1, 1_000_000, [0, 0, 0, -1, -1, 0]),
        (0, 7, 9, [0, 0, 0, 0, 0, 0]),
        (
            9_007_199_254_740_991,
            9_999,
            10_000,
            [
                9_006_298_534_815_517,
                9_006_298_534_815_517,
                9_006_298_534_815_516,
                9_006_298_534_815_517,
                9_006_298_534_815_516,
                9_006_298_534_815_517,
            ],
        ),
        (
            -9_007_199_254_740_991,
            9_007_199_254_740_990,
            9_007_199_254_740_991,
            [
                -9_007_199_254_740_990,
                -9_007_199_254_740_990,
                -9_007_199_254_740_990,
                -9_007_199_254_740_990,
                -9_007_199_254_740_990,
                -9_007_199_254_740_990,
            ],
        ),
        (9_007_199_254_740_991, 1, 9_007_199_254_740_990, [1, 1, 1, 2, 1, 2]),
        (100, 15, 365, [4, 4, 4, 5, 4, 5]),
        (1_999_999, 11, 30, [733_333, 733_333, 733_332, 733_333, 733_332, 733_333]),
        (25, 5, 10, [12, 13, 12, 13, 12, 13]),
        (35, 5, 10, [18, 18, 17, 18, 17, 18]),
        (-25, 5, 10, [-12, -13, -12, -13, -13, -12]),
        (-35, 5, 10, [-18, -18, -17, -18, -18, -17]),
    ];

    proptest! {
        #[test]
        fn a_sum_does_not_depend_on_the_order(mut minors in proptest::collection::vec(-1_000_000_000_i64..1_000_000_000, 0..50)) {
            let total = Money::sum(kes(0).currency, minors.iter().map(|&minor| kes(minor))).unwrap();
            minors.reverse();
            let folded = minors.iter().try_fold(kes(0), |sum, &minor| sum.add(kes(minor))).unwrap();
            prop_assert_eq!(total, folded);
        }

        #[test]
        fn floor_and_ceiling_enclose_every_rounding(
            amount in -WIRE_MAX..=WIRE_MAX, numerator in -1000_i64..1000, denominator in 1_000_i64..100_000,
        ) {
            let round = |mode| kes(amount).mul_ratio(numerator, denominator, mode).unwrap().minor;
            let (low, high) = (round(Rounding::Floor), round(Rounding::Ceiling));
            prop_assert!(high - low <= 1);
            for mode in [Rounding::HalfEven, Rounding::HalfAwayFromZero, Rounding::TowardZero, Rounding::AwayFromZero] {
                prop_assert!((low..=high).contains(&round(mode)));
            }
            prop_assert!(round(Rounding::TowardZero).abs() <= round(Rounding::AwayFromZero).abs());
        }

        #[test]
        fn no_ratio_panics(amount in any::<i64>(), numerator in any::<i64>(), denominator in any::<i64>()) {
            for mode in [Rounding::HalfEven, Rounding::HalfAwayFromZero, Rounding::Ceiling] {
                let _ = kes(amount).mul_ratio(numerator, denominator, mode);
            }
        }
    }
}
