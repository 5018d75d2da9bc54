//! What a number on the wire may be: what is accepted has one canonical text, and that text is accepted again with
//! the same value. This is what makes a stored request replay.

use crate::error::{Cause, Error, Result};
use crate::limits::WIRE_MAX;

/// From here on ECMAScript, and so RFC 8785, writes a number with an exponent, so that its text is no integer
/// literal (ECMA-262, Number::toString, step 5).
const EXPONENT_FORM_MIN: f64 = 1e21;

/// The first whole number that a 64-bit float shares with another one, 2^53.
pub(crate) const AMBIGUOUS_MIN: f64 = 9_007_199_254_740_992.0;

/// Refuses an integer whose magnitude is beyond 2^53 - 1: not every language reads it exactly.
pub(super) fn check_magnitude(magnitude: u64) -> Result<()> {
    if magnitude <= WIRE_MAX.unsigned_abs() {
        return Ok(());
    }
    Err(wide_integer(magnitude.to_string().len()))
}

/// Returns the error of an integer of so many digits.
#[cold]
pub(super) fn wide_integer(digits: usize) -> Error {
    let message =
        format!("an integer must be within +-(2^53 - 1), `{WIRE_MAX}`; got an integer of {digits} digits");
    Error::new(Cause::JsonInteger, message)
}

/// Returns a finite number; zero is never negative.
///
/// A whole number from 2^53 up to 1e21 is refused however it is written: its canonical text would be an integer
/// literal beyond 2^53 - 1. From 1e21 on that text has an exponent, and such a number is accepted.
pub(crate) fn check_number(value: f64) -> Result<f64> {
    if !value.is_finite() {
        return Err(Error::new(Cause::JsonNumber, "a number must be finite"));
    }
    if (AMBIGUOUS_MIN..EXPONENT_FORM_MIN).contains(&value.abs()) {
        let message = format!(
            "a whole number must be within +-(2^53 - 1), `{WIRE_MAX}`, or have a magnitude from `1e21` on"
        );
        return Err(Error::new(Cause::JsonInteger, message));
    }
    // Minus zero has no canonical text of its own.
    Ok(value + 0.0)
}

/// Returns the integer that a whole number within +-(2^53 - 1) is.
pub(crate) fn whole(value: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "exact within the range; 0 for NaN")]
    let integer = value as i64;
    #[expect(clippy::cast_precision_loss, reason = "exact within the range")]
    let back = integer as f64;
    ((-WIRE_MAX..=WIRE_MAX).contains(&integer) && back.to_bits() == value.to_bits()).then_some(integer)
}
