//! When a row took place: a civil date, an instant, a local time, or a number since 1970.

use super::document::{Form, Node};
use crate::error::{Cause, Error, Result};
use crate::time::{At, Date, Instant, UtcOffset};

/// Numbers from here on are milliseconds: as seconds they would lie after the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// Returns the time of a value; `offset` is that of local times without one.
pub(super) fn at(node: Node<'_>, offset: Option<UtcOffset>) -> Result<At> {
    match node.form() {
        Form::Number => instant(&node.word()?.unwrap_or_default()).map(At::Instant),
        Form::Text => written(node.text()?.unwrap_or_default().trim(), offset),
        form => {
            let message =
                format!("a time must be a date, an instant or a number since 1970; got {}", form.name());
            Err(Error::new(Cause::JsonShape, message))
        }
    }
}

/// Returns the instant of a number: seconds below 1e11 in magnitude, milliseconds from there on. Fractions of a
/// millisecond are cut off.
fn instant(literal: &str) -> Result<Instant> {
    let unclear = || {
        let message = "a time as a number must be seconds or milliseconds since 1970, without an exponent";
        Error::new(Cause::TimeSyntax, message)
    };
    let (whole, fraction) = literal.split_once('.').unwrap_or((literal, ""));
    let number: i64 = whole.parse().map_err(|_| unclear())?;
    if number.abs() >= MILLISECONDS_FROM {
        return Instant::from_epoch_milliseconds(number);
    }
    let digits = fraction.bytes().chain(core::iter::repeat(b'0')).take(3);
    let part = digits.fold(0_i64, |part, digit| part * 10 + i64::from(digit.saturating_sub(b'0')));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unclear());
    }
    let part = if literal.starts_with('-') { -part } else { part };
    Instant::from_epoch_milliseconds(number * 1_000 + part)
}

/// Returns the time of a text: `YYYY-MM-DD`, RFC 3339, or a local `YYYY-MM-DD HH:MM[:SS]`, with `T` or a space.
fn written(text: &str, offset: Option<UtcOffset>) -> Result<At> {
    if text.len() == 10 {
        return Date::parse(text).map(At::Date);
    }
    let mut text = text.to_owned();
    if text.as_bytes().get(10) == Some(&b' ') {
        text.replace_range(10..11, "T");
    }
    let clock = text.get(11..).unwrap_or_default();
    if clock.ends_with('Z') || clock.contains(['+', '-']) {
        return Instant::parse(&text).map(At::Instant);
    }
    let Some(offset) = offset else {
        // The refusal of the text itself comes first where it is no time at all.
        Instant::parse(&format!("{text}Z"))?;
        let message =
            "a time without an offset must have `utc_offset` stated in the request, such as `+03:00`";
        return Err(Error::new(Cause::TimeOffset, message));
    };
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    Instant::parse(&format!("{text}{seconds}{offset}")).map(At::Instant)
}
