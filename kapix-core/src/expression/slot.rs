//! One value of a run: a number, or why there is none.

use crate::limits::WIRE_MAX;

/// The largest whole number, 2^53 - 1.
#[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is exact")]
pub(super) const WHOLE_MAX: f64 = WIRE_MAX as f64;

/// Bits of a quiet NaN without a payload.
const QUIET: u64 = 0x7ff8_0000_0000_0000;

/// Why a value is not known, as a set: a value that depends on several has the causes of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unknown(u16);

impl Unknown {
    /// The value is absent.
    pub const MISSING: Self = Self(1);
    /// The value is too old, has no date though it needs one, or is dated in the future.
    pub const STALE: Self = Self(1 << 1);
    /// The value lies outside its range, or has another type.
    pub const INVALID: Self = Self(1 << 2);
    /// A number was divided by zero.
    pub const DIVISION_BY_ZERO: Self = Self(1 << 3);
    /// A number became infinite, or a whole one left +-(2^53 - 1).
    pub const OVERFLOW: Self = Self(1 << 4);
    /// An operation has no value for these operands, as the least of an empty list.
    pub const UNDEFINED: Self = Self(1 << 5);
    /// A step of the policy gave no result.
    pub const STEP: Self = Self(1 << 6);
    /// No row of a table matched.
    pub const NO_ROW: Self = Self(1 << 7);
    /// The value is stated to be of another applicant.
    pub const MISMATCH: Self = Self(1 << 8);
    /// Rows of a table disagree.
    pub const CONFLICT: Self = Self(1 << 9);

    /// Returns whether all causes of another set are in this one.
    ///
    /// ```
    /// use kapix_core::expression::Unknown;
    ///
    /// let both = Unknown::MISSING.with(Unknown::OVERFLOW);
    /// assert!(both.has(Unknown::MISSING) && !both.has(Unknown::STALE));
    /// ```
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns the causes of both.
    ///
    /// ```
    /// use kapix_core::expression::Unknown;
    ///
    /// assert_eq!(Unknown::default().with(Unknown::STALE), Unknown::STALE);
    /// ```
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns whether there is no cause.
    ///
    /// ```
    /// use kapix_core::expression::Unknown;
    ///
    /// assert!(Unknown::default().is_empty());
    /// ```
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// One value: a number that is never NaN, or unknown with its causes, which are the payload of a quiet NaN. Comparisons
/// with it are false, so whoever compares asks [`Slot::unknown`] where nothing matched.
#[derive(Clone, Copy, Debug)]
pub struct Slot(f64);

impl Slot {
    /// Returns a number; NaN is undefined.
    ///
    /// ```
    /// use kapix_core::expression::{Slot, Unknown};
    ///
    /// assert_eq!(Slot::number(2.5).value(), Some(2.5));
    /// assert_eq!(Slot::number(f64::NAN).unknown(), Some(Unknown::UNDEFINED));
    /// ```
    #[inline]
    pub fn number(value: f64) -> Self {
        if value.is_nan() { Self::without(Unknown::UNDEFINED) } else { Self(value) }
    }

    /// Returns `1` or `0`.
    ///
    /// ```
    /// use kapix_core::expression::Slot;
    ///
    /// assert_eq!(Slot::boolean(true).value(), Some(1.0));
    /// ```
    #[inline]
    pub const fn boolean(value: bool) -> Self {
        Self(if value { 1.0 } else { 0.0 })
    }

    /// Returns a value that is not known.
    ///
    /// ```
    /// use kapix_core::expression::{Slot, Unknown};
    ///
    /// assert_eq!(Slot::without(Unknown::MISSING).value(), None);
    /// ```
    #[inline]
    pub fn without(cause: Unknown) -> Self {
        Self(f64::from_bits(QUIET | u64::from(cause.0)))
    }

    /// Returns the number, unless it is unknown.
    ///
    /// ```
    /// use kapix_core::expression::Slot;
    ///
    /// assert_eq!(Slot::number(-1.0).value(), Some(-1.0));
    /// ```
    #[inline]
    pub fn value(self) -> Option<f64> {
        if self.0.is_nan() { None } else { Some(self.0) }
    }

    /// Returns why the value is unknown, if it is.
    ///
    /// ```
    /// use kapix_core::expression::{Slot, Unknown};
    ///
    /// assert_eq!(Slot::without(Unknown::STALE).unknown(), Some(Unknown::STALE));
    /// assert_eq!(Slot::number(0.0).unknown(), None);
    /// ```
    #[inline]
    pub fn unknown(self) -> Option<Unknown> {
        if self.0.is_nan() { Some(self.causes()) } else { None }
    }

    /// Returns whether it is true, unless it is unknown; 0 is false.
    #[inline]
    pub(crate) fn truth(self) -> Option<bool> {
        self.value().map(|value| value != 0.0)
    }

    /// Returns the number, NaN where it is unknown: every comparison with it is false then.
    #[inline]
    pub(crate) const fn raw(self) -> f64 {
        self.0
    }

    /// Returns the causes; none for a number.
    #[inline]
    pub(super) fn causes(self) -> Unknown {
        if self.0.is_nan() { Unknown((self.0.to_bits() & 0xffff) as u16) } else { Unknown(0) }
    }

    /// Returns a whole number, or overflow beyond +-(2^53 - 1).
    #[inline]
    pub(super) fn whole(value: f64) -> Self {
        if value.abs() <= WHOLE_MAX { Self(value) } else { Self::beyond(value) }
    }

    /// Returns a finite number, or overflow.
    #[inline]
    pub(super) fn finite(value: f64) -> Self {
        if value.is_finite() { Self(value) } else { Self::beyond(value) }
    }

    #[cold]
    fn beyond(value: f64) -> Self {
        Self::without(if value.is_nan() { Unknown::UNDEFINED } else { Unknown::OVERFLOW })
    }
}

/// Returns whether two values are the same; FEEL compares values as they are.
#[inline]
#[expect(clippy::float_cmp, reason = "a tolerance would make two cells match")]
pub(crate) fn same(left: f64, right: f64) -> bool {
    left == right
}

/// Returns whether a number is whole.
pub(crate) fn is_whole(value: f64) -> bool {
    same(libm::trunc(value), value)
}

/// Returns whether a symbol is among others.
pub(crate) fn is_among(value: f64, symbols: &[u32]) -> bool {
    symbols.iter().any(|symbol| same(f64::from(*symbol), value))
}
