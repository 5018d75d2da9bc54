//! What text stands for: for no value, or for a number.

/// What programs write into text where there is no value; a blank is the empty text.
pub(crate) const MISSING_TEXTS: [&str; 14] =
    ["", "#N/A", "-", "<NA>", "?", "N/A", "NA", "NULL", "NaN", "NaT", "None", "n/a", "nan", "null"];

/// Returns whether a text is one of those that say that there is no value, without white space at its ends.
pub(crate) fn is_missing_text<T: AsRef<str>>(text: &str, missing: &[T]) -> bool {
    let text = text.trim();
    missing.iter().any(|own| own.as_ref() == text)
}

/// Returns the finite number that a text is, in decimal digits with a point, without white space at its ends.
pub(crate) fn number_of(text: &str) -> Option<f64> {
    let text = text.trim();
    // The parser of the standard library also reads `inf` and `nan`.
    let is_decimal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let number: f64 = Some(text).filter(|text| text.bytes().all(is_decimal))?.parse().ok()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{MISSING_TEXTS, is_missing_text, number_of};

    #[test]
    fn texts_of_no_value_are_known_between_blanks_and_in_their_own_case() {
        for text in ["", "  ", "\t", "NA", " NA ", "nan", "NaN", "None", "NULL", "null", "?", "-", "N/A"] {
            assert!(is_missing_text(text, &MISSING_TEXTS), "{text:?}");
        }
        for text in ["none", "na", "no", "0", "--", "N A", "unknown"] {
            assert!(!is_missing_text(text, &MISSING_TEXTS), "{text:?}");
        }
        assert!(!is_missing_text("NA", &[] as &[&str]));
        assert!(MISSING_TEXTS.is_sorted() && MISSING_TEXTS.iter().all(|text| text.trim() == *text));
    }

    #[test]
    fn a_text_is_a_number_only_in_plain_decimal_digits() {
        for (text, number) in [("60", 60.0), (" -9 ", -9.0), ("+1.50", 1.5), ("1e3", 1000.0), (".5", 0.5)] {
            assert_eq!(number_of(text), Some(number), "{text:?}");
        }
        for text in
            ["", "inf", "nan", "NaN", "infinity", "1,234.50", "0x10", "1_000", "1e999", "-", "e", "6o"]
        {
            assert_eq!(number_of(text), None, "{text:?}");
        }
    }
}
