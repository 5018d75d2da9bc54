//! Days and times as documents write them.

use crate::error::{Cause, Error, Result};
use crate::statement::profile::DateOrder;
use crate::time::{At, Date, Instant, UtcOffset};

/// The first letters of the months, without accents, in English, French, German, Portuguese, Spanish and Swahili: the
/// longer before those that begin like them.
const MONTHS: &[(&str, u32)] = &[
    ("jan", 1),
    ("ene", 1),
    ("feb", 2),
    ("fev", 2),
    ("mar", 3),
    ("mrz", 3),
    ("mac", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("may", 5),
    ("mai", 5),
    ("mei", 5),
    ("juin", 6),
    ("jun", 6),
    ("juil", 7),
    ("jul", 7),
    ("aug", 8),
    ("aou", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("okt", 10),
    ("oct", 10),
    ("out", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("dic", 12),
    ("des", 12),
];

/// Microseconds of a second and of a day.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A day, and perhaps a time, as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) day: Day,
    /// Microseconds since midnight.
    pub(super) clock: Option<i64>,
    /// The offset behind the time.
    pub(super) offset: Option<UtcOffset>,
}

/// A day as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// Year, month and day are known.
    Known([u32; 3]),
    /// Two numbers and a year of four digits after them.
    YearLast([u32; 3]),
    /// Three numbers of two digits at most; the year is the last unless the order says otherwise.
    Short([u32; 3]),
    /// Seconds since 1970.
    Seconds(i64),
    /// Milliseconds since 1970.
    Milliseconds(i64),
}

/// Returns the parts of a day, with or without its time; `None` where the value is none.
pub(super) fn cut(cell: &str) -> Option<Stamp> {
    if let Some(day) = day_of_ten(cell) {
        return Some(Stamp { day, clock: None, offset: None });
    }
    let (day, rest) = match cell.find(':') {
        None => (cell, None),
        Some(colon) => {
            let before = cell.get(..colon)?;
            let hour = before.trim_end_matches(|char: char| char.is_ascii_digit()).len();
            let day = before.get(..hour)?;
            (day.trim_end_matches([' ', ',', 'T', 't']), Some(cell.get(hour..)?))
        }
    };
    let (clock, offset) =
        rest.map_or(Some((None, None)), |rest| clock(rest).map(|(it, zone)| (Some(it), zone)))?;
    Some(Stamp { day: self::day(day.trim())?, clock, offset })
}

/// Returns the microseconds since midnight of a time of day, and the offset behind it.
pub(super) fn clock(text: &str) -> Option<(i64, Option<UtcOffset>)> {
    let end =
        text.find(|char: char| !(char.is_ascii_digit() || matches!(char, ':' | '.'))).unwrap_or(text.len());
    let (digits, tail) = text.split_at_checked(end)?;
    let mut parts = digits.split(':');
    let number = |part: Option<&str>| part.filter(|it| (1..=2).contains(&it.len()))?.parse::<i64>().ok();
    let (mut hour, minute) = (number(parts.next())?, number(parts.next())?);
    let (whole, fraction) = parts.next().map_or(("0", ""), |it| it.split_once('.').unwrap_or((it, "")));
    let second = number(Some(whole))?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 || fraction.len() > 9 {
        return None;
    }
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let mut tail = tail.trim();
    for (word, is_after) in [("AM", false), ("PM", true)] {
        if let Some(rest) = tail.get(..2).filter(|it| it.eq_ignore_ascii_case(word)).and(tail.get(2..)) {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if is_after { 12 } else { 0 };
            tail = rest.trim();
        }
    }
    let offset = match tail {
        "" => None,
        "z" | "Z" | "UTC" | "GMT" => Some(UtcOffset::UTC),
        _ => Some(UtcOffset::parse(tail).ok()?),
    };
    Some((((hour * 60 + minute) * 60 + second) * SECOND + micros.parse::<i64>().ok()?, offset))
}

/// Returns the day of the two forms of ten bytes that most documents have.
fn day_of_ten(text: &str) -> Option<Day> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let number = |digits: &[u8]| {
        let step = |sum: u32, digit: &u8| digit.is_ascii_digit().then(|| sum * 10 + u32::from(*digit - b'0'));
        digits.iter().try_fold(0, step)
    };
    let is_mark = |byte: &u8| matches!(byte, b'-' | b'/' | b'.');
    match bytes {
        [year @ .., first, a, b, second, c, d] if is_mark(first) && is_mark(second) => {
            Some(Day::Known([number(year)?, number(&[*a, *b])?, number(&[*c, *d])?]))
        }
        [a, b, first, c, d, second, year @ ..] if is_mark(first) && is_mark(second) => {
            Some(Day::YearLast([number(&[*a, *b])?, number(&[*c, *d])?, number(year)?]))
        }
        _ => None,
    }
}

fn day(text: &str) -> Option<Day> {
    if let Some(day) = day_of_ten(text) {
        return Some(day);
    }
    let mut parts = Vec::with_capacity(3);
    for part in text.split(|char: char| char.is_whitespace() || matches!(char, '-' | '/' | '.' | ',')) {
        let middle = part.find(|char: char| !char.is_ascii_digit()).unwrap_or(part.len());
        let (digits, letters) = part.split_at_checked(middle)?;
        let end = letters.find(|char: char| char.is_ascii_digit()).unwrap_or(letters.len());
        let (letters, more) = letters.split_at_checked(end)?;
        // 1st, 2nd, 3rd, 4th.
        let letters =
            if digits.is_empty() || !matches!(letters, "st" | "nd" | "rd" | "th") { letters } else { "" };
        parts.extend([digits, letters, more].into_iter().filter(|part| !part.is_empty()));
    }
    let number = |text: &str| (text.len() <= 4).then(|| text.parse::<u32>().ok()).flatten();
    let year = |text: &str| match text.len() {
        4 => number(text),
        2 => number(text).map(|it| it + 2000),
        _ => None,
    };
    match parts.as_slice() {
        [one] => single(one),
        [a, b, c] if a.len() == 4 && number(a).is_some() => {
            Some(Day::Known([year(a)?, number(b).or_else(|| month(b))?, number(c)?]))
        }
        [a, b, c] if number(a).is_none() => Some(Day::Known([year(c)?, month(a)?, number(b)?])),
        [a, b, c] if number(b).is_none() => Some(Day::Known([year(c)?, month(b)?, number(a)?])),
        [a, b, c] if c.len() == 4 => Some(Day::YearLast([number(a)?, number(b)?, number(c)?])),
        [a, b, c] if a.len() <= 2 && c.len() == 2 => Some(Day::Short([number(a)?, number(b)?, number(c)?])),
        _ => None,
    }
}

/// Returns the day of one number: `20260328`, or seconds or milliseconds since 1970.
fn single(text: &str) -> Option<Day> {
    let value = text.parse::<i64>().ok()?;
    match text.len() {
        8 => {
            let part = |from, to| text.get(from..to)?.parse().ok();
            Some(Day::Known([part(0, 4)?, part(4, 6)?, part(6, 8)?]))
        }
        9 | 10 => Some(Day::Seconds(value)),
        12 | 13 => Some(Day::Milliseconds(value)),
        _ => None,
    }
}

/// Returns the month whose name a text begins with.
pub(super) fn month(text: &str) -> Option<u32> {
    let text = super::words::folded(text);
    MONTHS.iter().find(|(start, _)| text.starts_with(start)).map(|(_, month)| *month)
}

impl Stamp {
    /// Returns the civil day in an order; `None` where the calendar or the years 1900..=9999 do not have it.
    pub(super) fn date(&self, order: DateOrder) -> Option<Date> {
        let [year, month, day] = match (self.day, order) {
            (Day::Known(parts), _) => parts,
            (Day::YearLast([day, month, year]), DateOrder::Dmy)
            | (Day::YearLast([month, day, year]), DateOrder::Mdy) => [year, month, day],
            // Two digits are of this century: no account statement of 19YY is read by its two last digits.
            (Day::Short([day, month, year]), DateOrder::Dmy)
            | (Day::Short([month, day, year]), DateOrder::Mdy)
            | (Day::Short([year, month, day]), DateOrder::Ymd) => [year + 2000, month, day],
            _ => return None,
        };
        Date::from_ymd(i32::try_from(year).ok()?, month, day).ok()
    }

    /// Returns the day, or the instant where a time is known: of the value, or of the column of times.
    pub(super) fn at(&self, order: DateOrder, clock: Option<i64>, offset: UtcOffset) -> Result<At> {
        let outside = || {
            let message = "the value must be a day of the calendar in the years `1900` to `9999`, in the order of the profile";
            Error::new(Cause::TransactionCsv, message)
        };
        match self.day {
            Day::Seconds(value) => Instant::from_epoch_seconds(value).map(At::Instant),
            Day::Milliseconds(value) => Instant::from_epoch_milliseconds(value).map(At::Instant),
            _ => {
                let date = self.date(order).ok_or_else(outside)?;
                let Some(clock) = self.clock.or(clock) else { return Ok(At::Date(date)) };
                let minutes = i64::from(self.offset.unwrap_or(offset).minutes());
                let micros = i64::from(date.epoch_days()) * DAY + clock - minutes * 60 * SECOND;
                Instant::from_epoch_microseconds(micros).map(At::Instant)
            }
        }
    }
}
