use super::date::{Date, outside};
use super::form;
use super::offset::UtcOffset;
use crate::error::{Cause, Error, Result};
use crate::string_types::reads_text;
use chrono::{DateTime, Datelike, Timelike, Utc};
use core::fmt;
use serde::ser::{Serialize, Serializer};

/// A point in time in UTC to the microsecond, 1900-01-01T00:00:00Z..=9999-12-31T23:59:59.999999Z.
///
/// ```
/// use kapix_core::time::{Instant, UtcOffset};
///
/// let instant = Instant::parse("2026-03-28T23:34:08+01:00")?;
/// assert_eq!(instant.to_string(), "2026-03-28T22:34:08Z");
/// // In Nairobi it is already the next day.
/// assert_eq!(instant.date_at(UtcOffset::parse("+03:00")?).to_string(), "2026-03-29");
/// assert_eq!(Instant::from_epoch_seconds(1_774_737_248)?, instant);
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 86_400 * SECOND;
/// Bytes of the longest canonical form, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
const WRITTEN_MAX: usize = 27;

impl Instant {
    /// 1900-01-01T00:00:00Z, the first instant.
    pub const MIN: Self = Self(-25_567 * DAY);
    /// 9999-12-31T23:59:59.999999Z, the last instant.
    pub const MAX: Self = Self(2_932_897 * DAY - 1);

    /// Returns the instant of a text `YYYY-MM-DDTHH:MM:SS`, an optional fraction, and `Z` or an offset.
    ///
    /// Of a fraction of 1..=9 digits the first six count; the rest is cut off, which moves the instant to an earlier
    /// one by less than a microsecond. `T` and `Z` are upper case and the offset is required. Leap seconds are
    /// refused, as POSIX time has none.
    ///
    /// Errors: `time.syntax`; `time.offset`; `time.out_of_range`. Source: RFC 3339, section 5.6, `date-time`.
    ///
    /// ```
    /// use kapix_core::{Cause, time::Instant};
    ///
    /// assert_eq!(Instant::parse("2026-03-28T22:34:08.5-05:30")?.to_string(), "2026-03-29T04:04:08.500Z");
    /// let cause = |text| Instant::parse(text).map_err(|error| error.cause);
    /// assert_eq!(cause("2016-12-31T23:59:60Z"), Err(Cause::TimeSyntax)); // a leap second
    /// assert_eq!(cause("2026-03-28T22:34:08"), Err(Cause::TimeOffset)); // which place?
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let (date, clock, zone) = split(text).ok_or_else(|| malformed(text))?;
        match DateTime::parse_from_rfc3339(text) {
            // chrono also takes earlier years, leap seconds and wider offsets.
            Ok(instant) if date >= "1900" && !clock.ends_with("60") && UtcOffset::parse(zone).is_ok() => {
                Self::from_epoch_microseconds(instant.timestamp_micros())
            }
            _ => Err(refusal(text, date, clock, zone)),
        }
    }

    /// Returns the instant `microseconds` after 1970-01-01T00:00:00Z, before it if negative.
    ///
    /// Error `time.out_of_range`.
    ///
    /// ```
    /// use kapix_core::time::Instant;
    ///
    /// assert_eq!(Instant::from_epoch_microseconds(1)?.to_string(), "1970-01-01T00:00:00.000001Z");
    /// assert!(Instant::from_epoch_microseconds(i64::MAX).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_epoch_microseconds(microseconds: i64) -> Result<Self> {
        if (Self::MIN.0..=Self::MAX.0).contains(&microseconds) {
            return Ok(Self(microseconds));
        }
        Err(outside(format_args!("{microseconds} microseconds from 1970-01-01")))
    }

    /// Returns the instant `milliseconds` after 1970-01-01T00:00:00Z, before it if negative.
    ///
    /// Error `time.out_of_range`.
    ///
    /// ```
    /// use kapix_core::time::Instant;
    ///
    /// assert_eq!(Instant::from_epoch_milliseconds(86_400_000)?.to_string(), "1970-01-02T00:00:00Z");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_epoch_milliseconds(milliseconds: i64) -> Result<Self> {
        match milliseconds.checked_mul(1_000) {
            Some(microseconds) => Self::from_epoch_microseconds(microseconds),
            None => Err(outside(format_args!("{milliseconds} milliseconds from 1970-01-01"))),
        }
    }

    /// Returns the instant `seconds` after 1970-01-01T00:00:00Z, before it if negative.
    ///
    /// Error `time.out_of_range`.
    ///
    /// ```
    /// use kapix_core::time::Instant;
    ///
    /// assert_eq!(Instant::from_epoch_seconds(-1)?.to_string(), "1969-12-31T23:59:59Z");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_epoch_seconds(seconds: i64) -> Result<Self> {
        match seconds.checked_mul(SECOND) {
            Some(microseconds) => Self::from_epoch_microseconds(microseconds),
            None => Err(outside(format_args!("{seconds} seconds from 1970-01-01"))),
        }
    }

    /// Returns the microseconds since 1970-01-01T00:00:00Z.
    ///
    /// ```
    /// use kapix_core::time::Instant;
    ///
    /// assert_eq!(Instant::parse("1970-01-01T01:00:00+00:59")?.epoch_microseconds(), 60_000_000);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub const fn epoch_microseconds(self) -> i64 {
        self.0
    }

    /// Returns the civil date that is written on calendars at `offset` at this instant.
    ///
    /// Within 18 hours of the ends of the range, where the local date would be 1899-12-31 or 10000-01-01, it is
    /// [`Date::MIN`] or [`Date::MAX`].
    ///
    /// ```
    /// use kapix_core::time::{Instant, UtcOffset};
    ///
    /// let instant = Instant::parse("2026-03-28T22:00:00Z")?;
    /// assert_eq!(instant.date_at(UtcOffset::UTC).to_string(), "2026-03-28");
    /// assert_eq!(instant.date_at(UtcOffset::parse("+03:00")?).to_string(), "2026-03-29");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn date_at(self, offset: UtcOffset) -> Date {
        let days = (self.0 + i64::from(offset.minutes()) * MINUTE).div_euclid(DAY);
        #[expect(clippy::cast_possible_truncation, reason = "both ends of the range are i32")]
        let days = days.clamp(i64::from(Date::MIN.0), i64::from(Date::MAX.0)) as i32;
        Date(days)
    }

    /// Returns the instant as chrono has it.
    fn utc(self) -> DateTime<Utc> {
        #[expect(
            clippy::expect_used,
            reason = "chrono's years reach from -262,143 to 262,142, ours from 1900 to 9999"
        )]
        DateTime::from_timestamp_micros(self.0).expect("an instant of our range is one of chrono's")
    }

    /// Returns the canonical form, written into `buffer`: every record holds several.
    fn written(self, buffer: &mut [u8; WRITTEN_MAX]) -> &str {
        let utc = self.utc();
        let microseconds = utc.nanosecond() / 1_000;
        *buffer = *b"0000-00-00T00:00:00.000000Z";
        for (place, number) in [
            (0..4, utc.year().unsigned_abs()),
            (5..7, utc.month()),
            (8..10, utc.day()),
            (11..13, utc.hour()),
            (14..16, utc.minute()),
            (17..19, utc.second()),
            (20..26, microseconds),
        ] {
            form::write_number(buffer, place, number);
        }
        let digits = match microseconds {
            0 => 19,
            _ if microseconds.is_multiple_of(1_000) => 23,
            _ => 26,
        };
        if let Some(last) = buffer.get_mut(digits) {
            *last = b'Z';
        }
        buffer.get(..=digits).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

/// Returns date, time of day and offset of a text `YYYY-MM-DDTHH:MM:SS`, an optional fraction of 1..=9 digits, and any
/// offset; `None` for another form.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (seconds, tail) = text.split_at_checked(19)?;
    if !form::matches(seconds, b"0000-00-00T00:00:00") {
        return None;
    }
    let zone = match tail.strip_prefix('.') {
        None => tail,
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if !(1..=9).contains(&(fraction.len() - zone.len())) {
                return None;
            }
            zone
        }
    };
    Some((seconds.get(..10)?, seconds.get(11..)?, zone))
}

/// Returns the error of the first part that is wrong: time of day, offset, date.
#[cold]
fn refusal(text: &str, date: &str, clock: &str, zone: &str) -> Error {
    match (form::number(clock, 0..2), form::number(clock, 3..5), form::number(clock, 6..8)) {
        (Some(0..=23), Some(0..=59), Some(0..=59)) => {}
        (Some(hour), Some(minute), Some(second)) => return no_such_time(hour, minute, second),
        _ => return malformed(text),
    }
    if zone.is_empty() {
        let message = "the offset of the instant is missing: after the time must come `Z`, or an offset such as `+03:00`";
        return Error::new(Cause::TimeOffset, message);
    }
    let refused = UtcOffset::parse(zone).err().or_else(|| Date::parse(date).err());
    refused.unwrap_or_else(|| malformed(text))
}

#[cold]
fn no_such_time(hour: u32, minute: u32, second: u32) -> Error {
    let message = match (hour, minute, second) {
        (0..=23, 0..=59, 60) => {
            "leap seconds are not accepted: `:60` must be sent as `:59` or as the next minute".into()
        }
        (24, 0, 0) => "`24:00:00` is not accepted: midnight is `00:00:00` of the next day".into(),
        _ => format!(
            "a time must be in 00:00:00..=23:59:59; got hour `{hour}`, minute `{minute}`, second `{second}`"
        ),
    };
    Error::new(Cause::TimeSyntax, message)
}

#[cold]
fn malformed(text: &str) -> Error {
    if let Ok(date) = Date::parse(text) {
        let message = format!(
            "an instant has a time of day and an offset: write `{date}T00:00:00Z` for the begin of a day in UTC"
        );
        return Error::new(Cause::TimeSyntax, message);
    }
    let message = format!(
        "an instant must be `YYYY-MM-DDTHH:MM:SS`, a fraction of at most 9 digits, and `Z` or `+HH:MM`; got `{}` bytes",
        text.len()
    );
    Error::new(Cause::TimeSyntax, message)
}

/// The canonical form: UTC, with three or six decimals only when the fraction is not zero.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.written(&mut [0; WRITTEN_MAX]))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.written(&mut [0; WRITTEN_MAX]))
    }
}

reads_text!(Instant, "an instant of RFC 3339", {
    "type": "string",
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
    "description": "An instant of RFC 3339 with Z or an offset, cut off to microseconds, 1900..=9999."
});

#[cfg(test)]
mod tests {
    use super::Instant;
    use crate::error::Cause;
    use crate::time::oracle;
    use crate::time::{Date, UtcOffset};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[test]
    fn a_date_where_an_instant_is_wanted_is_told_its_instant() {
        let error = Instant::parse("2026-06-30").unwrap_err();
        assert!(error.message.contains("write `2026-06-30T00:00:00Z`"), "{error}");
    }

    /// Text, microseconds and canonical text: Python 3.11, `datetime.fromisoformat`; the three years 1985, 1996 and 1937
    /// are examples of RFC 3339, section 5.8.
    const PYTHON: [(&str, i64, &str); 21] = [
        ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z"),
        ("2026-03-28T04:34:08Z", 1_774_672_448_000_000, "2026-03-28T04:34:08Z"),
        ("2026-03-28T04:34:08.5Z", 1_774_672_448_500_000, "2026-03-28T04:34:08.500Z"),
        ("2026-03-28T04:34:08.123Z", 1_774_672_448_123_000, "2026-03-28T04:34:08.123Z"),
        ("2026-03-28T04:34:08.123456Z", 1_774_672_448_123_456, "2026-03-28T04:34:08.123456Z"),
        ("2026-03-28T04:34:08.000001Z", 1_774_672_448_000_001, "2026-03-28T04:34:08.000001Z"),
        ("2026-03-28T04:34:08+03:00", 1_774_661_648_000_000, "2026-03-28T01:34:08Z"),
        ("2026-03-28T04:34:08-05:30", 1_774_692_248_000_000, "2026-03-28T10:04:08Z"),
        ("2026-03-28T23:59:59.999+18:00", 1_774_677_599_999_000, "2026-03-28T05:59:59.999Z"),
        ("2024-02-29T00:00:00+05:45", 1_709_144_100_000_000, "2024-02-28T18:15:00Z"),
        ("2024-02-29T23:59:59-00:30", 1_709_252_999_000_000, "2024-03-01T00:29:59Z"),
        ("2000-01-01T00:00:00-00:00", 946_684_800_000_000, "2000-01-01T00:00:00Z"),
        ("1900-01-01T00:00:00Z", -2_208_988_800_000_000, "1900-01-01T00:00:00Z"),
        ("1900-01-01T03:00:00+03:00", -2_208_988_800_000_000, "1900-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ("2038-01-19T03:14:08Z", 2_147_483_648_000_000, "2038-01-19T03:14:08Z"),
        ("1985-04-12T23:20:50.52Z", 482_196_050_520_000, "1985-04-12T23:20:50.520Z"),
        ("1996-12-19T16:39:57-08:00", 851_042_397_000_000, "1996-12-20T00:39:57Z"),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000, "1937-01-01T11:40:27.870Z"),
        ("2100-02-28T23:59:59.010Z", 4_107_542_399_010_000, "2100-02-28T23:59:59.010Z"),
    ];

    #[test]
    fn instants_agree_with_the_datetime_module_of_python() {
        for (text, microseconds, canonical) in PYTHON {
            let instant = Instant::parse(text).unwrap();
            assert_eq!(instant.epoch_microseconds(), microseconds, "{text}");
            assert_eq!(instant.to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn civil_dates_at_an_offset_agree_with_python() {
        // Python 3.11: datetime.fromisoformat(text).astimezone(timezone(timedelta(minutes=offset))).date().
        for (text, minutes, date) in [
            ("2026-03-28T20:59:59.999999Z", 180, "2026-03-28"),
            ("2026-03-28T21:00:00Z", 180, "2026-03-29"),
            ("2026-03-28T05:29:59Z", -330, "2026-03-27"),
            ("2026-03-28T05:30:00Z", -330, "2026-03-28"),
            ("1969-12-31T23:59:59Z", 0, "1969-12-31"),
            ("1970-01-01T00:00:00Z", -1, "1969-12-31"),
            ("2024-02-29T18:15:00Z", 345, "2024-03-01"),
            ("1900-01-02T00:00:00Z", -1_080, "1900-01-01"),
        ] {
            let offset = UtcOffset::from_minutes(minutes).unwrap();
            assert_eq!(Instant::parse(text).unwrap().date_at(offset).to_string(), date, "{text} {minutes}");
        }
    }

    #[test]
    fn civil_dates_stay_within_the_calendar_at_its_ends() {
        let (east, west) = (UtcOffset::from_minutes(1).unwrap(), UtcOffset::from_minutes(-1).unwrap());
        assert_eq!(Instant::MAX.date_at(east), Date::MAX);
        assert_eq!(Instant::MIN.date_at(west), Date::MIN);
    }

    #[test]
    fn digits_below_a_microsecond_are_cut_off() {
        for (fraction, kept) in
            [(".1234567Z", 123_456), (".123456999Z", 123_456), (".000000999Z", 0), (".999999999Z", 999_999)]
        {
            let instant = Instant::parse(&format!("1970-01-01T00:00:00{fraction}")).unwrap();
            assert_eq!(instant.epoch_microseconds(), kept, "{fraction}");
        }
    }

    #[test]
    fn epoch_seconds_and_milliseconds_are_read() {
        assert_eq!(Instant::from_epoch_seconds(0).unwrap().to_string(), "1970-01-01T00:00:00Z");
        // Python 3.11: datetime.fromtimestamp(1774672448.001, timezone.utc).
        assert_eq!(
            Instant::from_epoch_milliseconds(1_774_672_448_001).unwrap().to_string(),
            "2026-03-28T04:34:08.001Z"
        );
        assert_eq!(Instant::from_epoch_milliseconds(-1).unwrap().to_string(), "1969-12-31T23:59:59.999Z");
        for value in [i64::MIN, i64::MAX, 253_402_300_800_000] {
            assert_eq!(Instant::from_epoch_seconds(value).unwrap_err().cause, Cause::TimeRange);
            assert_eq!(Instant::from_epoch_milliseconds(value).unwrap_err().cause, Cause::TimeRange);
        }
        assert_eq!(Instant::from_epoch_seconds(253_402_300_799).unwrap().to_string(), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2026-03-28",
            "2026-03-28T04:34:08",
            "2026-03-28t04:34:08Z",
            "2026-03-28 04:34:08Z",
            "2026-03-28T04:34Z",
            "2026-03-28T04:34:08.Z",
            "2026-03-28T04:34:08.1234567890Z",
            "2026-03-28T04:34:08,5Z",
            "20260328T043408Z",
            "2026-3-28T04:34:08Z",
            "2026-02-30T04:34:08Z",
            "2026-03-28T24:00:00Z",
            "2026-03-28T04:60:00Z",
            "2016-12-31T23:59:60Z",
            "2026-03-28T04:34:61Z",
            "2026-03-28T0a:34:08Z",
            "２026-03-28T04:34:08Z",
            "+026-03-28T04:34:08Z",
            "2026-03-28T-4:34:08Z",
        ] {
            assert!(
                matches!(Instant::parse(text).unwrap_err().cause, Cause::TimeSyntax | Cause::TimeOffset),
                "{text:?}"
            );
        }
        for text in [
            "2026-03-28T04:34:08z",
            "2026-03-28T04:34:08",
            "2026-03-28T04:34:08+3",
            "2026-03-28T04:34:08+19:00",
            "2026-03-28T04:34:08Z ",
            "2026-03-28T04:34:08[UTC]",
            "2026-03-28T04:34:08.5",
            "2026-03-28T04:34:08 +03:00",
        ] {
            assert_eq!(Instant::parse(text).unwrap_err().cause, Cause::TimeOffset, "{text:?}");
        }
    }

    #[test]
    fn leap_seconds_and_hour_24_are_refused_with_advice() {
        let message = |text| Instant::parse(text).unwrap_err().message;
        assert!(message("2016-12-31T23:59:60Z").contains("leap seconds are not accepted"));
        assert!(message("2026-03-28T24:00:00Z").contains("midnight is `00:00:00` of the next day"));
    }

    #[test]
    fn instants_outside_the_calendar_are_refused() {
        for text in [
            "1899-12-31T23:59:59Z",
            "1900-01-01T02:59:59+03:00",
            "9999-12-31T23:59:59-00:01",
            "0000-01-01T00:00:00Z",
        ] {
            assert_eq!(Instant::parse(text).unwrap_err().cause, Cause::TimeRange, "{text}");
        }
    }

    #[test]
    fn the_wire_form_is_canonical_and_the_cause_survives_the_reader() {
        let instant: Instant = serde_json::from_str("\"2026-03-28T07:34:08.500+03:00\"").unwrap();
        assert_eq!(serde_json::to_string(&instant).unwrap(), "\"2026-03-28T04:34:08.500Z\"");
        let error = serde_json::from_str::<Instant>("\"JANE DOE\"").unwrap_err().to_string();
        assert!(error.contains("time.syntax") && !error.contains("JANE"));
    }

    proptest! {
        #[test]
        fn text_comes_back_and_sorts_as_time(a in Instant::MIN.0..=Instant::MAX.0, b in Instant::MIN.0..=Instant::MAX.0) {
            for microseconds in [a, a - a % 1_000, a - a % 1_000_000] {
                let instant = Instant::from_epoch_microseconds(microseconds).unwrap();
                prop_assert_eq!(Instant::parse(&instant.to_string()).unwrap(), instant);
                let (date, clock) = oracle::local_text(microseconds.div_euclid(1_000_000), 0);
                let fraction = microseconds.rem_euclid(1_000_000);
                let decimals = match (fraction, fraction % 1_000) {
                    (0, _) => String::new(),
                    (_, 0) => format!(".{:03}", fraction / 1_000),
                    _ => format!(".{fraction:06}"),
                };
                prop_assert_eq!(instant.to_string(), format!("{date}T{clock}{decimals}Z"));
            }
            prop_assert_eq!(Instant(a).cmp(&Instant(b)), a.cmp(&b));
        }

        #[test]
        fn texts_at_every_offset_agree_with_counted_days(
            seconds in -2_208_900_000_i64..253_402_200_000, minutes in -1_080_i32..=1_080,
        ) {
            let (date, clock) = oracle::local_text(seconds, minutes);
            let sign = if minutes < 0 { '-' } else { '+' };
            let zone = format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
            let instant = Instant::parse(&format!("{date}T{clock}{zone}")).unwrap();
            prop_assert_eq!(instant, Instant::from_epoch_seconds(seconds).unwrap());
            let offset = UtcOffset::from_minutes(minutes).unwrap();
            prop_assert_eq!(instant.date_at(offset).to_string(), date);
            let canonical = if minutes == 0 { "Z".to_owned() } else { zone };
            prop_assert_eq!(offset.to_string(), canonical);
        }

        #[test]
        fn no_text_panics(text in any::<String>(), shaped in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{0,20}[Z0-9:+-]{0,7}") {
            let _ = Instant::parse(&text);
            let _ = Instant::parse(&shaped);
        }
    }
}
