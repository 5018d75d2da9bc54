use super::date::Date;
use super::instant::Instant;
use super::offset::UtcOffset;
use crate::error::Result;
use crate::string_types::reads_text;
use core::fmt;
use serde::ser::{Serialize, Serializer};

/// When a transaction took place: a civil date where the account is, or an instant.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    /// The civil date at the account's offset, without a time of day.
    Date(Date),
    /// A point in time.
    Instant(Instant),
}

impl At {
    /// Returns the date of a text of 10 bytes, else the instant.
    ///
    /// Errors: those of [`Date::parse`] and [`Instant::parse`].
    ///
    /// ```
    /// use kapix_core::time::At;
    ///
    /// assert!(matches!(At::parse("2026-03-28")?, At::Date(_)));
    /// assert!(matches!(At::parse("2026-03-28T22:34:08+01:00")?, At::Instant(_)));
    /// assert!(At::parse("28/03/2026").is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() == 10 {
            Date::parse(text).map(Self::Date)
        } else {
            Instant::parse(text).map(Self::Instant)
        }
    }

    /// Returns the civil date at an account's offset; a date that was given stays as it is.
    ///
    /// ```
    /// use kapix_core::time::{At, UtcOffset};
    ///
    /// let nairobi = UtcOffset::parse("+03:00")?;
    /// assert_eq!(At::parse("2026-03-28T22:00:00Z")?.date(nairobi).to_string(), "2026-03-29");
    /// assert_eq!(At::parse("2026-03-28")?.date(nairobi).to_string(), "2026-03-28");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn date(self, offset: UtcOffset) -> Date {
        match self {
            Self::Date(date) => date,
            Self::Instant(instant) => instant.date_at(offset),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Instant(instant) => instant.fmt(f),
        }
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        match self {
            Self::Date(date) => date.serialize(serializer),
            Self::Instant(instant) => instant.serialize(serializer),
        }
    }
}

reads_text!(At, "a date `YYYY-MM-DD` or an instant of RFC 3339", {
    "type": "string",
    "anyOf": [{ "format": "date" }, { "format": "date-time" }],
    "description": "A civil date YYYY-MM-DD, or an instant of RFC 3339 with Z or an offset."
});

#[cfg(test)]
mod tests {
    use super::At;
    use crate::error::Cause;
    use crate::time::UtcOffset;

    #[test]
    fn a_text_is_a_date_or_an_instant_by_its_form() {
        let offset = UtcOffset::parse("+03:00").unwrap();
        for (text, date) in [
            ("2026-03-28", "2026-03-28"),
            ("2026-03-28T20:59:59Z", "2026-03-28"),
            ("2026-03-28T21:00:00Z", "2026-03-29"),
            ("2026-03-29T00:00:00.5+03:00", "2026-03-29"),
        ] {
            assert_eq!(At::parse(text).unwrap().date(offset).to_string(), date, "{text}");
        }
        for text in ["", "2026-03-28T", "28/03/2026", "2026-03-28 10:00:00", "yesterday "] {
            assert_eq!(At::parse(text).unwrap_err().cause, Cause::TimeSyntax, "{text}");
        }
    }

    #[test]
    fn the_wire_form_is_canonical() {
        for (text, canonical) in [
            ("\"2026-03-28\"", "\"2026-03-28\""),
            ("\"2026-03-28T04:34:08+03:00\"", "\"2026-03-28T01:34:08Z\""),
        ] {
            let at: At = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&at).unwrap(), canonical);
        }
        assert!(serde_json::from_str::<At>("\"28.3.2026\"").unwrap_err().to_string().contains("time.syntax"));
    }

    #[test]
    fn another_form_of_date_and_an_instant_without_its_offset_say_what_is_expected() {
        let date = At::parse("01/05/2026").unwrap_err();
        assert!(date.message.contains("`YYYY-MM-DD`, such as `2026-03-28`"), "{date}");
        let instant = At::parse("2026-01-05T10:00:00").unwrap_err();
        assert_eq!(instant.cause, Cause::TimeOffset);
        assert!(instant.message.contains("the offset of the instant is missing"), "{instant}");
    }
}
