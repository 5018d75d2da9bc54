use super::digits::{Text, number};
use crate::error::{Cause, Error, Result};
use crate::text::reads_text;
use core::fmt;
use serde::ser::{Serialize, Serializer};

/// A civil date of the Gregorian calendar, 1900-01-01..=9999-12-31, written `YYYY-MM-DD`.
///
/// ```
/// use kapix_core::Date;
///
/// let date = Date::parse("2024-02-28")?;
/// assert_eq!(date.add_days(2)?.to_string(), "2024-03-01"); // 2024 is a leap year
/// assert_eq!(date.last_of_month(), Date::from_ymd(2024, 2, 29)?);
/// assert_eq!(Date::parse("2024-03-01")?.days_since(date), 2);
/// assert!(Date::parse("2023-02-29").is_err());
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub(super) i32);

/// Days from 0000-03-01, the start of the calendar's 400-year cycle below, to 1970-01-01.
const CYCLE_TO_EPOCH: u32 = 719_468;
/// Days of 400 Gregorian years.
const CYCLE_DAYS: u32 = 146_097;

impl Date {
    /// 1900-01-01, the first date.
    pub const MIN: Self = Self(-25_567);
    /// 9999-12-31, the last date.
    pub const MAX: Self = Self(2_932_896);

    /// Returns the date of a text `YYYY-MM-DD`.
    ///
    /// Errors: `time.syntax` for another form or a day that the calendar does not have; `time.out_of_range` for a
    /// year before 1900. Source: RFC 3339, section 5.6, `full-date`.
    pub fn parse(text: &str) -> Result<Self> {
        let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else {
            return Err(malformed(text));
        };
        match (number([y0, y1, y2, y3]), number([m0, m1]), number([d0, d1])) {
            (Some(year), Some(month), Some(day)) => from_civil(year, month, day),
            _ => Err(malformed(text)),
        }
    }

    /// Returns the date of a year 1900..=9999, a month 1..=12 and a day 1..=31.
    ///
    /// Errors: `time.out_of_range` for another year; `time.syntax` for a day that the calendar does not have.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Result<Self> {
        match u32::try_from(year) {
            Ok(year) => from_civil(year, month, day),
            Err(_) => Err(outside(format_args!("year {year}"))),
        }
    }

    /// Returns the date that lies `days` days after 1970-01-01, before it if negative.
    ///
    /// Error `time.out_of_range`.
    pub fn from_epoch_days(days: i32) -> Result<Self> {
        if (Self::MIN.0..=Self::MAX.0).contains(&days) {
            return Ok(Self(days));
        }
        Err(outside(format_args!("{days} days from 1970-01-01")))
    }

    /// Returns the days since 1970-01-01, -25,567..=2,932,896.
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// Returns the year, 1900..=9999.
    pub const fn year(self) -> i32 {
        self.civil().0
    }

    /// Returns the month of the year, 1..=12.
    pub const fn month(self) -> u32 {
        self.civil().1
    }

    /// Returns the day of the month, 1..=31.
    pub const fn day(self) -> u32 {
        self.civil().2
    }

    /// Returns the date `days` days later, or earlier if negative.
    ///
    /// Error `time.out_of_range`.
    pub fn add_days(self, days: i32) -> Result<Self> {
        Self::from_epoch_days(self.0.saturating_add(days))
    }

    /// Returns the days from `earlier` to this date, negative if this date comes first.
    pub const fn days_since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// Returns `12 * year + month - 1`: consecutive months have consecutive indexes.
    pub const fn month_index(self) -> i32 {
        let (year, month, _) = self.civil();
        12 * year + month.cast_signed() - 1
    }

    /// Returns the first day of the month.
    #[must_use]
    pub const fn first_of_month(self) -> Self {
        Self(self.0 - self.day().cast_signed() + 1)
    }

    /// Returns the last day of the month.
    #[must_use]
    pub const fn last_of_month(self) -> Self {
        let (year, month, day) = self.civil();
        Self(self.0 + (days_in_month(year.cast_unsigned(), month) - day).cast_signed())
    }

    /// Returns year, month 1..=12 and day 1..=31.
    ///
    /// A year that begins in March has its leap day at the end, and the months then follow the line `(153 m + 2) / 5`.
    /// Every date lies after 0000-03-01, so that all divisions are of unsigned numbers. Source: Howard Hinnant,
    /// "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    const fn civil(self) -> (i32, u32, u32) {
        let days = self.0.cast_unsigned().wrapping_add(CYCLE_TO_EPOCH);
        let (cycle, day_of_cycle) = (days / CYCLE_DAYS, days % CYCLE_DAYS);
        let leap_days = day_of_cycle / 1_460 - day_of_cycle / 36_524 + day_of_cycle / 146_096;
        let year_of_cycle = (day_of_cycle - leap_days) / 365;
        let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let (month, carry) = if march_month < 10 { (march_month + 3, 0) } else { (march_month - 9, 1) };
        ((400 * cycle + year_of_cycle + carry).cast_signed(), month, day)
    }

    /// Returns the ten characters `YYYY-MM-DD`.
    pub(super) fn write(self, text: &mut Text) {
        let (year, month, day) = self.civil();
        text.push_number::<4>(year.cast_unsigned());
        text.push(b'-');
        text.push_number::<2>(month);
        text.push(b'-');
        text.push_number::<2>(day);
    }
}

/// Returns the date of a civil day, refusing days that the calendar does not have.
///
/// Source: Howard Hinnant, as above, `days_from_civil`.
pub(super) fn from_civil(year: u32, month: u32, day: u32) -> Result<Date> {
    if !(1900..=9999).contains(&year) {
        return Err(outside(format_args!("year {year}")));
    }
    if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        let message =
            format!("a date must be a day of the calendar; got month `{month}`, day `{day}` in `{year}`");
        return Err(Error::new(Cause::TimeSyntax, message));
    }
    let (march_year, march_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (cycle, year_of_cycle) = (march_year / 400, march_year % 400);
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_cycle = 365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    Ok(Date((CYCLE_DAYS * cycle + day_of_cycle).cast_signed() - CYCLE_TO_EPOCH.cast_signed()))
}

/// Returns the number of days of a month 1..=12, 28..=31.
const fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the error of a day that no [`Date`] holds.
#[cold]
pub(super) fn outside(got: fmt::Arguments<'_>) -> Error {
    Error::new(Cause::TimeRange, format!("a date must be in 1900-01-01..=9999-12-31; got `{got}`"))
}

#[cold]
fn malformed(text: &str) -> Error {
    Error::new(
        Cause::TimeSyntax,
        format!("a date must be `YYYY-MM-DD`, 10 bytes; got `{}` bytes", text.len()),
    )
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Text::default();
        self.write(&mut text);
        f.pad(text.as_str())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        let mut text = Text::default();
        self.write(&mut text);
        serializer.serialize_str(text.as_str())
    }
}

reads_text!(Date, "a date `YYYY-MM-DD`", {
    "type": "string",
    "format": "date",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "description": "A civil date YYYY-MM-DD, 1900-01-01..=9999-12-31."
});

#[cfg(test)]
mod tests {
    use super::Date;
    use crate::error::Cause;
    use chrono::{Datelike, NaiveDate};
    use proptest::prelude::{any, proptest};

    /// Oracle: the crate chrono, another implementation, for all 2,958,464 days of the range.
    #[test]
    fn every_day_agrees_with_chrono_and_comes_back_from_its_text() {
        let mut oracle = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
        let mut last_month = None;
        for days in Date::MIN.0..=Date::MAX.0 {
            let date = Date::from_epoch_days(days).unwrap();
            assert_eq!(
                (date.year(), date.month(), date.day()),
                (oracle.year(), oracle.month(), oracle.day())
            );
            assert_eq!(oracle.num_days_from_ce() - 719_163, days, "{date}");
            assert_eq!(Date::from_ymd(oracle.year(), oracle.month(), oracle.day()).unwrap(), date);
            assert_eq!(Date::parse(&date.to_string()).unwrap(), date);
            // A month begins exactly where its index changes, by one.
            let month = date.month_index();
            assert_eq!(date.first_of_month() == date, last_month != Some(month), "{date}");
            assert!(last_month.is_none_or(|last| month - last == i32::from(date.day() == 1)), "{date}");
            last_month = Some(month);
            oracle = oracle.succ_opt().unwrap();
        }
        assert_eq!(oracle, NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap());
    }

    #[test]
    fn months_end_one_day_before_the_next_begins() {
        let mut first = Date::MIN;
        let mut months = 0;
        loop {
            months += 1;
            let last = first.last_of_month();
            assert_eq!((last.first_of_month(), last.month_index()), (first, 1900 * 12 + months - 1));
            let Ok(next) = last.add_days(1) else { break };
            assert_eq!(next.day(), 1);
            first = next;
        }
        assert_eq!(months, 8_100 * 12);
    }

    #[test]
    fn dates_have_the_ordinals_of_python() {
        // Python 3.11: date(y, m, d).toordinal() - date(1970, 1, 1).toordinal().
        for (text, days) in [
            ("1900-01-01", -25_567),
            ("1900-02-28", -25_509),
            ("1900-03-01", -25_508),
            ("1969-12-31", -1),
            ("1970-01-01", 0),
            ("2000-02-29", 11_016),
            ("2024-02-29", 19_782),
            ("2026-03-28", 20_540),
            ("2038-01-19", 24_855),
            ("2100-03-01", 47_541),
            ("9999-12-31", 2_932_896),
        ] {
            assert_eq!(Date::parse(text).unwrap().epoch_days(), days, "{text}");
        }
    }

    #[test]
    fn days_that_the_calendar_does_not_have_are_refused() {
        for text in
            ["1900-02-29", "2100-02-29", "2023-02-29", "2024-02-30", "2024-04-31", "2024-00-10", "2024-13-01"]
        {
            assert_eq!(Date::parse(text).unwrap_err().cause, Cause::TimeSyntax, "{text}");
        }
        for text in ["1899-12-31", "0000-01-01", "0001-01-01"] {
            assert_eq!(Date::parse(text).unwrap_err().cause, Cause::TimeRange, "{text}");
        }
        for (year, month, day) in [(-1, 1, 1), (10_000, 1, 1), (i32::MIN, 1, 1), (i32::MAX, 12, 31)] {
            assert_eq!(Date::from_ymd(year, month, day).unwrap_err().cause, Cause::TimeRange);
        }
        assert_eq!(Date::from_ymd(2024, u32::MAX, u32::MAX).unwrap_err().cause, Cause::TimeSyntax);
    }

    #[test]
    fn other_forms_are_refused_and_not_echoed() {
        for text in [
            "",
            "2024-1-01",
            "2024/01/01",
            "20240101",
            " 2024-01-01",
            "2024-01-01 ",
            "2024-01-0a",
            "+024-01-01",
            "２024-01-01",
            "2024-01-01T00:00:00Z",
            "２０２４-01",
            "2024-01-\u{663}",
            "JOHN DOE 1",
        ] {
            let error = Date::parse(text).unwrap_err();
            assert_eq!(error.cause, Cause::TimeSyntax, "{text:?}");
            assert!(text.is_empty() || !error.message.contains(text));
        }
    }

    #[test]
    fn sums_of_days_leave_the_range_with_an_error() {
        assert_eq!(Date::MIN.add_days(2_958_463).unwrap(), Date::MAX);
        for days in [1, i32::MAX] {
            assert_eq!(Date::MAX.add_days(days).unwrap_err().cause, Cause::TimeRange);
            assert_eq!(Date::MIN.add_days(-days).unwrap_err().cause, Cause::TimeRange);
        }
        assert_eq!(Date::MIN.add_days(i32::MIN).unwrap_err().cause, Cause::TimeRange);
    }

    #[test]
    fn the_wire_form_is_the_text_and_the_cause_survives_the_reader() {
        let date: Date = serde_json::from_str("\"2026-03-28\"").unwrap();
        assert_eq!(serde_json::to_string(&date).unwrap(), "\"2026-03-28\"");
        // An escaped text is the same text.
        assert_eq!(serde_json::from_str::<Date>("\"2026\\u002d03-28\"").unwrap(), date);
        assert!(
            serde_json::from_str::<Date>("\"1800-01-01\"")
                .unwrap_err()
                .to_string()
                .contains("time.out_of_range")
        );
        assert!(serde_json::from_str::<Date>("20260328").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), shaped in "[0-9:.TZ+-]{0,12}") {
            let _ = Date::parse(&text);
            let _ = Date::parse(&shaped);
        }
    }
}
