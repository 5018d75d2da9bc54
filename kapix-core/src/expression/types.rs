//! The types of the language. Every value of every type is one number, a whole one for all but `Number` and `Amount`.

use super::bounds::Range;
use crate::limits::WIRE_MAX;
use crate::money::Currency;
use crate::time::Date;
use core::fmt;

/// The type of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A 64-bit float.
    Number,
    /// A whole number within +-(2^53 - 1).
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
    /// A civil date.
    Date,
    /// A span of whole days.
    Days,
    /// A span of whole months.
    Months,
    /// Whole minor units of a currency.
    Money(Currency),
    /// Minor units of a currency with a fraction, as a share of money is before it is rounded.
    Amount(Currency),
}

impl Scalar {
    /// Returns whether values are whole numbers that must lie within +-(2^53 - 1).
    pub(crate) const fn is_whole(self) -> bool {
        !matches!(self, Self::Number | Self::Amount(_))
    }

    /// Returns the least and the greatest value that can be stated.
    #[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is exact")]
    pub(crate) fn limits(self) -> Range {
        match self {
            Self::Number | Self::Amount(_) => (f64::MIN, f64::MAX),
            Self::Boolean => (0.0, 1.0),
            Self::Date => (f64::from(Date::MIN.epoch_days()), f64::from(Date::MAX.epoch_days())),
            _ => (-(WIRE_MAX as f64), WIRE_MAX as f64),
        }
    }

    /// Returns the type of both, where values of the two can be compared: integers are numbers, money is an amount.
    pub(crate) fn joined(self, other: Self) -> Option<Self> {
        match (self, other) {
            (one, same) if one == same => Some(one),
            (Self::Number, Self::Integer) | (Self::Integer, Self::Number) => Some(Self::Number),
            (Self::Money(one), Self::Amount(same)) | (Self::Amount(one), Self::Money(same))
                if one == same =>
            {
                Some(Self::Amount(one))
            }
            _ => None,
        }
    }

    /// Returns whether values have an order.
    pub(super) const fn is_ordered(self) -> bool {
        !matches!(self, Self::Boolean | Self::Text)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number => formatter.write_str("number"),
            Self::Integer => formatter.write_str("integer"),
            Self::Boolean => formatter.write_str("boolean"),
            Self::Text => formatter.write_str("text"),
            Self::Date => formatter.write_str("date"),
            Self::Days => formatter.write_str("days"),
            Self::Months => formatter.write_str("months"),
            Self::Money(currency) => write!(formatter, "money in {currency}"),
            Self::Amount(currency) => write!(formatter, "unrounded money in {currency}"),
        }
    }
}
