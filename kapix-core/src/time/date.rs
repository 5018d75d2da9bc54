use super::form;
use crate::error::{Cause, Error, Result};
use crate::string_types::reads_text;
use chrono::{Datelike, NaiveDate};
use core::fmt;
use serde::ser::{Serialize, Serializer};

/// A civil date of the Gregorian calendar, 1900-01-01..=9999-12-31, written `YYYY-MM-DD`.
///
/// ```
/// use kapix_core::time::Date;
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

impl Date {
    /// 1900-01-01, the first date.
    pub const MIN: Self = Self(-25_567);
    /// 9999-12-31, the last date.
    pub const MAX: Self = Self(2_932_896);

    /// Returns the date of a text `YYYY-MM-DD`.
    ///
    /// Errors: `time.syntax` for another form or a day that the calendar does not have; `time.out_of_range` for a
    /// year before 1900. Source: RFC 3339, section 5.6, `full-date`.
    ///
    /// ```
    /// use kapix_core::{Cause, time::Date};
    ///
    /// assert_eq!(Date::parse("2024-02-29")?, Date::from_ymd(2024, 2, 29)?);
    /// assert_eq!(Date::parse("2023-02-29").map_err(|error| error.cause), Err(Cause::TimeSyntax));
    /// assert_eq!(Date::parse("1899-12-31").map_err(|error| error.cause), Err(Cause::TimeRange));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        if !form::matches(text, b"0000-00-00") {
            return Err(malformed(text));
        }
        match (form::number(text, 0..4), form::number(text, 5..7), form::number(text, 8..10)) {
            (Some(year), Some(month), Some(day)) => Self::from_ymd(year.cast_signed(), month, day),
            _ => Err(malformed(text)),
        }
    }

    /// Returns the date of a year 1900..=9999, a month 1..=12 and a day 1..=31.
    ///
    /// Errors: `time.out_of_range` for another year; `time.syntax` for a day that the calendar does not have.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// assert_eq!(Date::from_ymd(2026, 3, 28)?.to_string(), "2026-03-28");
    /// // 1900 was no leap year.
    /// assert!(Date::from_ymd(1900, 2, 29).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Result<Self> {
        if !(1900..=9999).contains(&year) {
            return Err(outside(format_args!("year {year}")));
        }
        match NaiveDate::from_ymd_opt(year, month, day) {
            Some(date) => Ok(Self(date.to_epoch_days())),
            None => Err(no_such_day(year, month, day)),
        }
    }

    /// Returns the date that lies `days` days after 1970-01-01, before it if negative.
    ///
    /// Error `time.out_of_range`.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// assert_eq!(Date::from_epoch_days(0)?.to_string(), "1970-01-01");
    /// assert_eq!(Date::from_epoch_days(-1)?.to_string(), "1969-12-31");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_epoch_days(days: i32) -> Result<Self> {
        if (Self::MIN.0..=Self::MAX.0).contains(&days) {
            return Ok(Self(days));
        }
        Err(outside(format_args!("{days} days from 1970-01-01")))
    }

    /// Returns the days since 1970-01-01, -25,567..=2,932,896.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// assert_eq!(Date::parse("1971-01-01")?.epoch_days(), 365);
    /// assert_eq!(Date::MIN.epoch_days(), -25_567);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// Returns the year, 1900..=9999.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// assert_eq!(Date::parse("2026-03-28")?.year(), 2026);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn year(self) -> i32 {
        self.civil().year()
    }

    /// Returns the month of the year, 1..=12.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// assert_eq!(Date::parse("2026-03-28")?.month(), 3);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn month(self) -> u32 {
        self.civil().month()
    }

    /// Returns the day of the month, 1..=31.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// assert_eq!(Date::parse("2026-03-28")?.day(), 28);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn day(self) -> u32 {
        self.civil().day()
    }

    /// Returns the date `days` days later, or earlier if negative.
    ///
    /// Error `time.out_of_range`.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// let date = Date::parse("2026-02-28")?;
    /// assert_eq!(date.add_days(1)?.to_string(), "2026-03-01");
    /// assert_eq!(date.add_days(-59)?.to_string(), "2025-12-31");
    /// assert!(Date::MAX.add_days(1).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn add_days(self, days: i32) -> Result<Self> {
        Self::from_epoch_days(self.0.saturating_add(days))
    }

    /// Returns the days from `earlier` to this date, negative if this date comes first.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// let (issued, due) = (Date::parse("2024-02-01")?, Date::parse("2024-03-01")?);
    /// assert_eq!((due.days_since(issued), issued.days_since(due)), (29, -29));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub const fn days_since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// Returns `12 * year + month - 1`: consecutive months have consecutive indexes.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// let (december, january) = (Date::parse("2025-12-31")?, Date::parse("2026-01-01")?);
    /// assert_eq!(january.month_index() - december.month_index(), 1);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn month_index(self) -> i32 {
        let date = self.civil();
        12 * date.year() + date.month0().cast_signed()
    }

    /// Returns the first day of the month.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// assert_eq!(Date::parse("2026-03-28")?.first_of_month().to_string(), "2026-03-01");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self(self.0 - self.civil().day0().cast_signed())
    }

    /// Returns the last day of the month.
    ///
    /// ```
    /// use kapix_core::time::Date;
    ///
    /// assert_eq!(Date::parse("2024-02-10")?.last_of_month().to_string(), "2024-02-29");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    #[must_use]
    pub fn last_of_month(self) -> Self {
        let date = self.civil();
        Self(self.0 + i32::from(date.num_days_in_month()) - date.day().cast_signed())
    }

    /// Returns the date as chrono's calendar has it.
    fn civil(self) -> NaiveDate {
        #[expect(
            clippy::expect_used,
            reason = "chrono's years reach from -262,143 to 262,142, ours from 1900 to 9999"
        )]
        NaiveDate::from_epoch_days(self.0).expect("a date of our range is one of chrono's")
    }
}

/// Returns the error of a day that no [`Date`] holds.
#[cold]
pub(super) fn outside(got: fmt::Arguments<'_>) -> Error {
    Error::new(Cause::TimeRange, format!("a date must be in 1900-01-01..=9999-12-31; got `{got}`"))
}

#[cold]
fn malformed(text: &str) -> Error {
    if text.get(10..).is_some_and(|rest| rest.starts_with('T'))
        && let Some(Ok(date)) = text.get(..10).map(Date::parse)
    {
        let message = format!("a date has no time of day: write `{date}`");
        return Error::new(Cause::TimeSyntax, message);
    }
    let marked = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'/' | b'.' | b'-'));
    let got = if marked { "in another order or with other marks" } else { "in another form" };
    let message = format!(
        "a date must be written `YYYY-MM-DD`, such as `2026-03-28`; got one {got}, of `{}` bytes",
        text.len()
    );
    Error::new(Cause::TimeSyntax, message)
}

#[cold]
fn no_such_day(year: i32, month: u32, day: u32) -> Error {
    let message =
        format!("a date must be a day of the calendar; got month `{month}`, day `{day}` in `{year}`");
    Error::new(Cause::TimeSyntax, message)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.civil(), f)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
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
    use crate::time::oracle;
    use proptest::prelude::{any, proptest};

    #[test]
    fn an_instant_where_a_date_is_wanted_is_told_its_date() {
        let error = Date::parse("2026-07-10T00:00:00Z").unwrap_err();
        assert_eq!(error.message, "a date has no time of day: write `2026-07-10`");
        assert!(Date::parse("2026-13-10T00:00:00Z").unwrap_err().message.contains("YYYY-MM-DD"));
    }

    /// Oracle: the days of the calendar counted one by one, for all 2,958,464 days of the range.
    #[test]
    fn every_day_agrees_with_counted_days_and_comes_back_from_its_text() {
        let mut days = Date::MIN.0;
        for (year, month, length) in oracle::months() {
            let first = Date::from_epoch_days(days).unwrap();
            for day in 1..=length {
                let date = Date::from_epoch_days(days).unwrap();
                assert_eq!((date.year(), date.month(), date.day()), (year, month, day), "{days}");
                assert_eq!(date.month_index(), 12 * year + month.cast_signed() - 1, "{date}");
                assert_eq!(date.first_of_month(), first, "{date}");
                assert_eq!(Date::from_ymd(year, month, day).unwrap(), date);
                assert_eq!(date.to_string(), format!("{year:04}-{month:02}-{day:02}"));
                assert_eq!(Date::parse(&date.to_string()).unwrap(), date);
                days += 1;
            }
            assert_eq!(first.last_of_month().epoch_days(), days - 1, "{first}");
            assert_eq!(Date::from_ymd(year, month, length + 1).unwrap_err().cause, Cause::TimeSyntax);
        }
        assert_eq!(days - 1, Date::MAX.0);
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
