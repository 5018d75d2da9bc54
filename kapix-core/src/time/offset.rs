use super::form;
use crate::error::{Cause, Error, Result};
use crate::string_types::reads_text;
use chrono::FixedOffset;
use core::fmt;
use serde::ser::{Serialize, Serializer};

/// The offset of an account's civil time from UTC: whole minutes within +-18 hours, positive to the east.
///
/// Written `+03:00` or `-05:30`, and `Z` for UTC, which is the default.
///
/// ```
/// use kapix_core::time::UtcOffset;
///
/// assert_eq!(UtcOffset::parse("+03:00")?.minutes(), 180);
/// assert_eq!(UtcOffset::parse("-00:00")?, UtcOffset::UTC);
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcOffset(i16);

/// 18 hours, the range of `java.time.ZoneOffset` (Java SE 17 API), which every offset in use fits.
const MINUTES_MAX: i16 = 18 * 60;

impl UtcOffset {
    /// The offset of UTC itself.
    pub const UTC: Self = Self(0);

    /// The offset at which a day begins first, `+14:00` (Line Islands).
    pub(crate) const FIRST: Self = Self(14 * 60);

    /// Returns the offset of a text `+HH:MM`, `-HH:MM` or `Z`.
    ///
    /// Error `time.offset`: another form, minutes above 59, or beyond 18 hours. `-00:00`, "local time unknown" in
    /// RFC 3339, section 4.3, is UTC here.
    ///
    /// ```
    /// use kapix_core::{Cause, time::UtcOffset};
    ///
    /// assert_eq!(UtcOffset::parse("-05:30")?.minutes(), -330);
    /// assert_eq!(UtcOffset::parse("Z")?, UtcOffset::UTC);
    /// assert_eq!(UtcOffset::parse("+3").map_err(|error| error.cause), Err(Cause::TimeOffset));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        if text == "Z" {
            return Ok(Self::UTC);
        }
        if !form::matches(text, b"+00:00") && !form::matches(text, b"-00:00") {
            return Err(malformed(text));
        }
        let offset: FixedOffset = text.parse().map_err(|_| malformed(text))?;
        Self::from_minutes(offset.local_minus_utc() / 60).map_err(|_| malformed(text))
    }

    /// Returns the offset of `minutes` minutes, -1,080..=1,080.
    ///
    /// Error `time.offset`.
    ///
    /// ```
    /// use kapix_core::time::UtcOffset;
    ///
    /// assert_eq!(UtcOffset::from_minutes(345)?.to_string(), "+05:45");
    /// assert!(UtcOffset::from_minutes(18 * 60 + 1).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_minutes(minutes: i32) -> Result<Self> {
        match i16::try_from(minutes) {
            Ok(minutes) if (-MINUTES_MAX..=MINUTES_MAX).contains(&minutes) => Ok(Self(minutes)),
            _ => {
                let message = format!("an offset must be within `+-{MINUTES_MAX}` minutes; got `{minutes}`");
                Err(Error::new(Cause::TimeOffset, message))
            }
        }
    }

    /// Returns the minutes east of UTC, -1,080..=1,080.
    ///
    /// ```
    /// use kapix_core::time::UtcOffset;
    ///
    /// assert_eq!(UtcOffset::parse("+03:00")?.minutes(), 180);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn minutes(self) -> i32 {
        i32::from(self.0)
    }

    /// Returns the offset as chrono has it.
    pub(super) fn fixed(self) -> FixedOffset {
        #[expect(clippy::expect_used, reason = "18 hours are within the day that chrono takes")]
        FixedOffset::east_opt(60 * self.minutes()).expect("an offset of our range is one of chrono's")
    }
}

#[cold]
fn malformed(text: &str) -> Error {
    let bytes = text.len();
    let message =
        format!("an offset must be `+HH:MM` or `-HH:MM` within 18 hours, or `Z`; got `{bytes}` bytes");
    Error::new(Cause::TimeOffset, message)
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::UTC { f.write_str("Z") } else { fmt::Display::fmt(&self.fixed(), f) }
    }
}

impl fmt::Debug for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for UtcOffset {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

reads_text!(UtcOffset, "a UTC offset `+HH:MM`, `-HH:MM` or `Z`", {
    "type": "string",
    "pattern": "^(Z|[+-](0[0-9]|1[0-8]):[0-5][0-9])$",
    "description": "An offset from UTC within 18 hours: +HH:MM, -HH:MM or Z."
});

#[cfg(test)]
mod tests {
    use super::UtcOffset;
    use crate::error::Cause;
    use proptest::prelude::{any, proptest};

    #[test]
    fn every_offset_comes_back_from_its_text() {
        for minutes in -1_080..=1_080 {
            let offset = UtcOffset::from_minutes(minutes).unwrap();
            assert_eq!(UtcOffset::parse(&offset.to_string()).unwrap(), offset);
            assert_eq!(offset.minutes(), minutes);
        }
        for minutes in [-1_081, 1_081, i32::MIN, i32::MAX] {
            assert_eq!(UtcOffset::from_minutes(minutes).unwrap_err().cause, Cause::TimeOffset);
        }
    }

    #[test]
    fn offsets_are_read_as_written() {
        for (text, minutes, canonical) in [
            ("Z", 0, "Z"),
            ("+00:00", 0, "Z"),
            ("-00:00", 0, "Z"),
            ("+03:00", 180, "+03:00"),
            ("-05:30", -330, "-05:30"),
            ("+05:45", 345, "+05:45"),
            ("-00:30", -30, "-00:30"),
            ("+18:00", 1_080, "+18:00"),
        ] {
            let offset = UtcOffset::parse(text).unwrap();
            assert_eq!((offset.minutes(), offset.to_string().as_str()), (minutes, canonical));
        }
        assert_eq!(UtcOffset::default(), UtcOffset::UTC);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "z",
            "+3:00",
            "+0300",
            "03:00",
            "+03:60",
            "+18:01",
            "-18:01",
            "+24:00",
            "\u{2212}03:00",
            "+03:00 ",
            "UTC",
        ] {
            assert_eq!(UtcOffset::parse(text).unwrap_err().cause, Cause::TimeOffset, "{text:?}");
        }
    }

    #[test]
    fn the_wire_form_is_the_text_and_the_cause_survives_the_reader() {
        let offset: UtcOffset = serde_json::from_str("\"+03:00\"").unwrap();
        assert_eq!(serde_json::to_string(&offset).unwrap(), "\"+03:00\"");
        assert!(
            serde_json::from_str::<UtcOffset>("\"EAT\"").unwrap_err().to_string().contains("time.offset")
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), shaped in "[0-9:Z+-]{0,7}") {
            let _ = UtcOffset::parse(&text);
            let _ = UtcOffset::parse(&shaped);
        }
    }
}
