//! Ids. Those of a host are opaque and are never shown. Those that Kapix makes have a prefix and sort by time.

use crate::error::{Cause, Error, Result};
use crate::string_types::reads_text;
use core::fmt;
use serde::ser::{Serialize, Serializer};
use ulid::Ulid;

/// Bytes of an id at most, as in the table of [`crate::Limits`].
pub(crate) const ID_BYTES_MAX: usize = 128;

/// An opaque id that a host chose: 1..=128 bytes of UTF-8 without control characters, compared byte by byte.
///
/// It may be personal data. No error and no debug output shows it: they state its length.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Box<str>);

impl Id {
    /// Returns the id with this text.
    ///
    /// Error `id.invalid`: empty, longer than 128 bytes, or with a control character (Unicode category Cc).
    ///
    /// ```
    /// use kapix_core::{Cause, Id};
    ///
    /// assert_eq!(Id::parse("customer-71/2026")?.as_str(), "customer-71/2026");
    /// for text in [String::new(), "a\n".to_owned(), "x".repeat(129)] {
    ///     assert_eq!(Id::parse(&text).map_err(|error| error.cause), Err(Cause::IdInvalid));
    /// }
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        Self::check(text).map(|()| Self(text.into()))
    }

    /// Refuses a text that is no id.
    pub(crate) fn check(text: &str) -> Result<()> {
        if text.is_empty() || text.len() > ID_BYTES_MAX {
            let message = format!("an id must have 1..={ID_BYTES_MAX} bytes; got `{}`", text.len());
            return Err(Error::new(Cause::IdInvalid, message));
        }
        if let Some(place) = text.find(char::is_control) {
            let message = format!("an id must not hold control characters; got one at byte `{place}`");
            return Err(Error::new(Cause::IdInvalid, message));
        }
        Ok(())
    }

    /// Returns the text of the id.
    ///
    /// ```
    /// use kapix_core::Id;
    ///
    /// let id = Id::parse("customer-71")?;
    /// assert_eq!(id.as_str(), "customer-71");
    /// // What is logged does not show it.
    /// assert_eq!(format!("{id:?}"), "Id(11 bytes)");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({} bytes)", self.0.len())
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

reads_text!(Id, "an id, a string of 1 to 128 bytes", {
    "type": "string",
    "minLength": 1,
    "maxLength": 128,
    "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    "description": "An opaque id: 1 to 128 bytes of UTF-8 without control characters."
});

/// The kind of an id that Kapix makes, which its first four letters name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Prefix {
    /// `req_`: one call.
    Request,
    /// `aud_`: one record of the audit log.
    Audit,
}

impl Prefix {
    /// Returns the prefix as it is written, with its underscore.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "req_",
            Self::Audit => "aud_",
        }
    }
}

/// The last millisecond that 48 bits hold, in the year 10889.
const TIME_MS_MAX: u64 = (1 << Ulid::TIME_BITS) - 1;

/// Returns a new id of 30 characters: the prefix and a ULID of the time in milliseconds since 1970-01-01 UTC and 80
/// random bits that the caller drew; ids of one prefix sort by time.
///
/// Error `value.out_of_range`: the time needs more than 48 bits. Source: the ULID specification, github.com/ulid/spec,
/// sections "Canonical String Representation" and "Binary Layout and Byte Order".
pub(crate) fn make(prefix: Prefix, time_ms: u64, random: [u8; 10]) -> Result<String> {
    if time_ms > TIME_MS_MAX {
        let message = format!("time_ms must be at most `{TIME_MS_MAX}`; got `{time_ms}`");
        return Err(Error::new(Cause::ValueOutOfRange, message));
    }
    let random = random.iter().fold(0, |bits, &byte| (bits << 8) | u128::from(byte));
    let (kind, mut digits) = (prefix.as_str(), [0; ulid::ULID_LEN]);
    Ok([kind, Ulid::from_parts(time_ms, random).array_to_str(&mut digits)].concat())
}

#[cfg(test)]
mod tests {
    use super::{Id, Prefix, TIME_MS_MAX, make};
    use crate::error::Cause;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    /// Texts of the ULID specification: "Monotonicity" and "Overflow Errors when Parsing Base32 Strings"; the seed-time
    /// example of the reference implementation ulid/javascript. Their random bytes as python-ulid 4.1.0 decodes them.
    #[test]
    fn ids_carry_the_published_ulids() {
        let random = [0xd6, 0x76, 0x4c, 0x61, 0xef, 0xb9, 0x93, 0x02, 0xbd, 0x5b];
        let carried = [0x53, 0x34, 0xad, 0xa7, 0x8e, 0xdc, 0x1d, 0x4a, 0x6f];
        let with_last = |last: u8| {
            let mut random = [last; 10];
            random[..9].copy_from_slice(&carried);
            random
        };
        for (time_ms, random, ulid) in [
            (1_469_918_176_385, random, "01ARYZ6S41TSV4RRFFQ69G5FAV"),
            (1_508_808_576_371, with_last(0x1f), "01BX5ZZKBKACTAV9WEVGEMMVRZ"),
            (1_508_808_576_371, with_last(0x20), "01BX5ZZKBKACTAV9WEVGEMMVS0"),
            (TIME_MS_MAX, [0xff; 10], "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"),
            (0, [0; 10], "00000000000000000000000000"),
        ] {
            assert_eq!(make(Prefix::Request, time_ms, random).unwrap(), format!("req_{ulid}"));
            assert_eq!(make(Prefix::Audit, time_ms, random).unwrap(), format!("aud_{ulid}"));
        }
    }

    #[test]
    fn a_time_beyond_48_bits_is_refused() {
        assert_eq!(make(Prefix::Audit, TIME_MS_MAX + 1, [0; 10]).unwrap_err().cause, Cause::ValueOutOfRange);
        assert_eq!(make(Prefix::Audit, u64::MAX, [0; 10]).unwrap_err().cause, Cause::ValueOutOfRange);
    }

    #[test]
    fn an_id_of_a_host_is_one_to_128_bytes_without_control_characters() {
        for text in ["a", "254712345678", "ключ", " x ", &"é".repeat(64)] {
            assert_eq!(Id::parse(text).unwrap().as_str(), text);
        }
        for text in ["", &"a".repeat(129), &"é".repeat(65), "a\0b", "a\nb", "\u{7f}", "\u{85}"] {
            assert_eq!(Id::parse(text).unwrap_err().cause, Cause::IdInvalid, "{text:?}");
        }
    }

    #[test]
    fn an_id_is_never_shown_in_errors_or_debug_output() {
        let error = Id::parse("secret\u{1}").unwrap_err();
        assert_eq!(error.message, "an id must not hold control characters; got one at byte `6`");
        assert_eq!(format!("{:?}", Id::parse("secret").unwrap()), "Id(6 bytes)");
        let error = serde_json::from_str::<Id>("\"secret\\u0001\"").unwrap_err().to_string();
        assert!(error.contains("id.invalid") && !error.contains("secret"));
        assert_eq!(serde_json::to_string(&Id::parse("a\"b").unwrap()).unwrap(), r#""a\"b""#);
    }

    #[test]
    fn the_limit_is_that_of_the_table_of_limits() {
        assert_eq!(u64::try_from(super::ID_BYTES_MAX).unwrap(), crate::Limits::default().id_bytes);
    }

    proptest! {
        #[test]
        fn made_ids_sort_by_time_then_by_random_bits(
            a in 0..=TIME_MS_MAX, b in 0..=TIME_MS_MAX, x in any::<[u8; 10]>(), y in any::<[u8; 10]>(),
        ) {
            let (left, right) = (make(Prefix::Request, a, x).unwrap(), make(Prefix::Request, b, y).unwrap());
            prop_assert_eq!(left.cmp(&right), (a, x).cmp(&(b, y)));
        }
    }
}
