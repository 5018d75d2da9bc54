use super::digits::{Text, number};
use crate::error::{Cause, Error, Result};
use crate::text::reads_text;
use core::fmt;
use serde::ser::{Serialize, Serializer};

/// The offset of an account's civil time from UTC: whole minutes within +-18 hours, positive to the east.
///
/// Written `+03:00` or `-05:30`, and `Z` for UTC, which is the default.
///
/// ```
/// use kapix_core::UtcOffset;
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

    /// Returns the offset of a text `+HH:MM`, `-HH:MM` or `Z`.
    ///
    /// Error `time.offset`: another form, minutes above 59, or beyond 18 hours. `-00:00`, "local time unknown" in
    /// RFC 3339, section 4.3, is UTC here.
    pub fn parse(text: &str) -> Result<Self> {
        Self::from_bytes(text.as_bytes()).ok_or_else(|| malformed(text.len()))
    }

    /// Returns the offset of `minutes` minutes, -1,080..=1,080.
    ///
    /// Error `time.offset`.
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
    pub fn minutes(self) -> i32 {
        i32::from(self.0)
    }

    /// Returns the offset at the end of an instant, or `None` where [`UtcOffset::parse`] gives an error.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (negative, digits) = match bytes {
            b"Z" => return Some(Self::UTC),
            &[b'+', h0, h1, b':', m0, m1] => (false, [h0, h1, m0, m1]),
            &[b'-', h0, h1, b':', m0, m1] => (true, [h0, h1, m0, m1]),
            _ => return None,
        };
        let digits = i16::try_from(number(digits)?).ok()?;
        let (hours, minutes) = (digits / 100, digits % 100);
        let total = 60 * hours + minutes;
        if minutes > 59 || total > MINUTES_MAX {
            return None;
        }
        Some(Self(if negative { -total } else { total }))
    }

    fn write(self, text: &mut Text) {
        if self.0 == 0 {
            text.push(b'Z');
            return;
        }
        text.push(if self.0 < 0 { b'-' } else { b'+' });
        let minutes = u32::from(self.0.unsigned_abs());
        text.push_number::<2>(minutes / 60);
        text.push(b':');
        text.push_number::<2>(minutes % 60);
    }
}

/// Returns the error of a text of `bytes` bytes that is no offset.
#[cold]
pub(super) fn malformed(bytes: usize) -> Error {
    let message =
        format!("an offset must be `+HH:MM` or `-HH:MM` within 18 hours, or `Z`; got `{bytes}` bytes");
    Error::new(Cause::TimeOffset, message)
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Text::default();
        self.write(&mut text);
        f.pad(text.as_str())
    }
}

impl fmt::Debug for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for UtcOffset {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        let mut text = Text::default();
        self.write(&mut text);
        serializer.serialize_str(text.as_str())
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
