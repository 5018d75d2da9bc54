//! Amounts in major units as decimal text or JSON numbers, read exactly or refused.

use super::amount::Money;
use super::currency::Currency;
use crate::error::{Cause, Error, Result};
use crate::limits::WIRE_MAX;

/// Bytes of a decimal amount: a sign, 16 digits, the point and a generous tail of zeros.
const DECIMAL_BYTES_MAX: usize = 64;

/// Decimal amounts of up to 15 significant digits survive a binary64 and come back the same: `DBL_DIG` of
/// ISO/IEC 9899:2011, 5.2.4.2.2, floor((53 - 1) log10 2). Above it two amounts share one number, and a cent would change unseen.
const NUMBER_MINOR_MAX: i64 = 999_999_999_999_999;

impl Money {
    /// Returns the amount of a decimal text in major units, exactly: `123.45` KES is 12,345 minor units.
    ///
    /// The text is an optional sign, digits, and optionally a point with digits: no exponent, no separators, no
    /// spaces, at most 64 bytes. Zeros beyond the minor unit are accepted, unless the point may be one of thousands:
    /// `25.000` in a currency of fewer than three decimals is 25 to one writer and 25,000 to another.
    ///
    /// Errors: `money.syntax` for another form; `money.precision` for a digit below the minor unit, and where
    /// thousands or decimals cannot be told; `money.overflow` beyond +-(2^53 - 1) minor units.
    ///
    /// ```
    /// use kapix_core::money::{Currency, Money};
    ///
    /// let shilling = Currency::parse("KES")?;
    /// assert_eq!(Money::from_decimal_str("-123.45", shilling)?.minor, -12_345);
    /// assert_eq!(Money::from_decimal_str("12105.500", shilling)?.minor, 1_210_550);
    /// assert!(Money::from_decimal_str("0.005", shilling).is_err());
    /// assert!(Money::from_decimal_str("25.000", shilling).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_decimal_str(text: &str, currency: Currency) -> Result<Self> {
        if text.len() > DECIMAL_BYTES_MAX {
            return Err(malformed(text));
        }
        parse(text, currency)
    }

    /// Returns the amount of a JSON number in major units, read as the shortest decimal that is that number:
    /// `12105.5` KES is 1,210,550 minor units.
    ///
    /// Errors: `json.number_not_finite`; `money.precision` for a digit below the minor unit, and above 15 significant
    /// digits in a currency that has decimals, since two neighbouring minor units may then be one number;
    /// `money.overflow` beyond +-(2^53 - 1) minor units.
    ///
    /// ```
    /// use kapix_core::{Cause, money::{Currency, Money}};
    ///
    /// let shilling = Currency::parse("KES")?;
    /// assert_eq!(Money::from_decimal_f64(12105.5, shilling)?.minor, 1_210_550);
    /// let third = Money::from_decimal_f64(1.0 / 3.0, shilling);
    /// assert_eq!(third.map_err(|error| error.cause), Err(Cause::MoneyPrecision));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_decimal_f64(value: f64, currency: Currency) -> Result<Self> {
        if !value.is_finite() {
            return Err(Error::new(Cause::JsonNumber, "an amount must be a finite number"));
        }
        // `Display` of f64 writes the shortest digits that read back as the same value, without an exponent.
        let amount = parse(&value.to_string(), currency)?;
        if currency.exponent() > 0 && amount.minor.abs() > NUMBER_MINOR_MAX {
            let message = format!(
                "an amount given as a number must be within `+-{NUMBER_MINOR_MAX}` minor units to be exact; got `{}`",
                amount.minor
            );
            return Err(Error::new(Cause::MoneyPrecision, message));
        }
        Ok(amount)
    }

    /// Returns the amount in major units with all digits of the minor unit: `-0.05`, `123.40`, `7` for JPY.
    ///
    /// ```
    /// use kapix_core::money::{Currency, Money};
    ///
    /// let dinar = Currency::parse("BHD")?;
    /// assert_eq!(Money::new(-5, dinar)?.to_decimal_string(), "-0.005");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn to_decimal_string(&self) -> String {
        let sign = if self.minor < 0 { "-" } else { "" };
        let magnitude = self.minor.unsigned_abs();
        let scale = self.currency.minor_per_major().unsigned_abs();
        let digits = usize::from(self.currency.exponent());
        if digits == 0 {
            return format!("{sign}{magnitude}");
        }
        format!("{sign}{}.{:0digits$}", magnitude / scale, magnitude % scale)
    }
}

/// Returns the amount of a decimal text of any length.
fn parse(text: &str, currency: Currency) -> Result<Money> {
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', ..] => (true, text.get(1..).unwrap_or_default()),
        [b'+', ..] => (false, text.get(1..).unwrap_or_default()),
        _ => (false, text),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits_only(whole) || !digits_only(fraction) {
        return Err(malformed(text));
    }
    let kept = usize::from(currency.exponent());
    if fraction.bytes().skip(kept).any(|byte| byte != b'0') {
        let message =
            format!("an amount in {currency} must have at most `{kept}` decimals; got `{}`", fraction.len());
        return Err(Error::new(Cause::MoneyPrecision, message));
    }
    if kept < 3 && fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0') {
        let message = format!(
            "thousands or decimals cannot be told: an amount in {currency} must have at most `{kept}` decimals; got `3`"
        );
        return Err(Error::new(Cause::MoneyPrecision, message));
    }
    let padding = core::iter::repeat_n(b'0', kept.saturating_sub(fraction.len()));
    let mut minor = 0_i64;
    for digit in whole.bytes().chain(fraction.bytes().take(kept)).chain(padding) {
        // Within the bound: WIRE_MAX * 10 + 9 is below 2^63.
        minor = minor * 10 + i64::from(digit - b'0');
        if minor > WIRE_MAX {
            let message =
                format!("an amount must be within `+-{WIRE_MAX}` minor units; got `{}` digits", whole.len());
            return Err(Error::new(Cause::MoneyOverflow, message));
        }
    }
    Ok(Money { minor: if negative { -minor } else { minor }, currency })
}

fn malformed(text: &str) -> Error {
    let message = format!(
        "an amount must be digits with at most one point and a sign before, at most `{DECIMAL_BYTES_MAX}` bytes; got `{}` bytes",
        text.len()
    );
    Error::new(Cause::MoneySyntax, message)
}

#[cfg(test)]
mod tests {
    use super::super::iso4217::MINOR_UNITS;
    use super::super::{Currency, Money};
    use crate::error::Cause;
    use crate::limits::WIRE_MAX;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn minor(text: &str, code: &str) -> Result<i64, Cause> {
        Money::from_decimal_str(text, currency(code)).map(|money| money.minor).map_err(|error| error.cause)
    }

    #[test]
    fn decimal_text_is_read_exactly() {
        // Python 3.11: int(decimal.Decimal(text).scaleb(exponent)).
        for (text, code, expected) in [
            ("123.45", "KES", 12_345),
            ("-123.45", "KES", -12_345),
            ("+0.07", "KES", 7),
            ("-0", "KES", 0),
            ("1.1", "KES", 110),
            ("007.50", "KES", 750),
            ("12105.500000", "KES", 1_210_550),
            ("5", "UGX", 5),
            ("5.00", "UGX", 5),
            ("5000.000", "UGX", 5_000),
            ("0.000", "UGX", 0),
            ("1.234", "KWD", 1_234),
            ("1.234", "BHD", 1_234),
            ("-39873.1234", "CLF", -398_731_234),
            ("90071992547409.91", "KES", 9_007_199_254_740_991),
            ("-9007199254740991", "JPY", -9_007_199_254_740_991),
        ] {
            assert_eq!(minor(text, code), Ok(expected), "{text} {code}");
        }
    }

    #[test]
    fn text_that_is_no_plain_decimal_is_refused() {
        for text in [
            "",
            "-",
            "+",
            ".",
            "1.",
            ".5",
            "1.2.3",
            "--1",
            "+-1",
            "1e5",
            "1E-2",
            "NaN",
            "inf",
            "-Infinity",
            " 1",
            "1 ",
            "1,000",
            "1_000",
            "0x10",
            "١٢",
            "1.٣",
            "１",
            "\u{2212}5",
            "1\0",
            "\n1",
        ] {
            assert_eq!(minor(text, "KES"), Err(Cause::MoneySyntax), "{text:?}");
        }
        assert_eq!(minor(&"0".repeat(65), "KES"), Err(Cause::MoneySyntax));
        assert_eq!(minor(&"0".repeat(64), "KES"), Ok(0));
    }

    #[test]
    fn a_point_that_may_be_of_thousands_is_refused() {
        for (text, code) in [("-3.000", "EUR"), ("25.000", "XOF"), ("5.000", "UGX"), ("+120.000", "KES")] {
            assert_eq!(minor(text, code), Err(Cause::MoneyPrecision), "{text} {code}");
        }
        // More decimals, or more digits before them, or a zero first: no thousands are written so.
        for (text, code, expected) in
            [("3.0000", "EUR", 300), ("1234.500", "KES", 123_450), ("0.500", "KES", 50)]
        {
            assert_eq!(minor(text, code), Ok(expected), "{text} {code}");
        }
    }

    #[test]
    fn digits_below_the_minor_unit_and_amounts_beyond_the_wire_are_refused() {
        for (text, code) in [("0.001", "KES"), ("1.230000000001", "KES"), ("0.1", "JPY"), ("0.0001", "KWD")] {
            assert_eq!(minor(text, code), Err(Cause::MoneyPrecision), "{text} {code}");
        }
        for (text, code) in [
            ("90071992547409.92", "KES"),
            ("-9007199254740992", "JPY"),
            ("999999999999999999999999999999999999999", "KES"),
            ("900719925474.0992", "CLF"),
        ] {
            assert_eq!(minor(text, code), Err(Cause::MoneyOverflow), "{text} {code}");
        }
    }

    #[test]
    fn json_numbers_are_read_as_their_shortest_decimal() {
        let read = |value: f64, code: &str| {
            Money::from_decimal_f64(value, currency(code))
                .map(|money| money.minor)
                .map_err(|error| error.cause)
        };
        assert_eq!(read(-255.0, "KES"), Ok(-25_500));
        assert_eq!(read(12_105.5, "KES"), Ok(1_210_550));
        // 0.29 * 100 is 28.999999999999996 in binary; the decimal is exact.
        assert_eq!(read(0.29, "KES"), Ok(29));
        assert_eq!(read(-0.0, "KES"), Ok(0));
        assert_eq!(read(9_007_199_254_740_991.0, "JPY"), Ok(WIRE_MAX));
        assert_eq!(read(9_007_199_254_740_992.0, "JPY"), Err(Cause::MoneyOverflow));
        assert_eq!(read(0.1 + 0.2, "KES"), Err(Cause::MoneyPrecision));
        assert_eq!(read(5e-324, "KES"), Err(Cause::MoneyPrecision));
        assert_eq!(read(1e308, "KES"), Err(Cause::MoneyOverflow));
        assert_eq!(read(9_999_999_999_999.99, "KES"), Ok(999_999_999_999_999));
        // 20000000000000.01 and 20000000000000.012 are one binary64.
        assert_eq!(read(20_000_000_000_000.01, "KES"), Err(Cause::MoneyPrecision));
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(read(value, "KES"), Err(Cause::JsonNumber));
        }
    }

    proptest! {
        #[test]
        fn text_and_minor_units_round_trip_in_every_currency(minor in -WIRE_MAX..=WIRE_MAX, row in 0..MINOR_UNITS.len()) {
            let code = core::str::from_utf8(&MINOR_UNITS[row].0).unwrap();
            let money = Money::new(minor, currency(code)).unwrap();
            prop_assert_eq!(Money::from_decimal_str(&money.to_decimal_string(), money.currency).unwrap(), money);
        }

        #[test]
        fn numbers_of_15_digits_round_trip_through_a_json_reader(minor in -999_999_999_999_999_i64..=999_999_999_999_999) {
            for code in ["JPY", "KES", "BHD", "CLF"] {
                let money = Money::new(minor, currency(code)).unwrap();
                let number: f64 = serde_json::from_str(&money.to_decimal_string()).unwrap();
                prop_assert_eq!(Money::from_decimal_f64(number, money.currency).unwrap(), money);
            }
        }

        #[test]
        fn no_text_and_no_number_panics(text in any::<String>(), bits in any::<u64>()) {
            let _ = Money::from_decimal_str(&text, currency("KES"));
            let _ = Money::from_decimal_f64(f64::from_bits(bits), currency("CLF"));
        }
    }
}
