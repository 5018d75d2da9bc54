//! The strict form of a text before chrono reads it, which also takes `t`, `z`, a space for `T`, and signs of a number.

use core::ops::Range;

/// Returns whether `text` is written as `form`, in which `0` stands for any digit and every other byte for itself.
pub(super) fn matches(text: &str, form: &[u8]) -> bool {
    text.len() == form.len()
        && text
            .bytes()
            .zip(form)
            .all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == *form })
}

/// Returns the number that the bytes of a place write, which [`matches`] found to be digits.
pub(super) fn number(text: &str, place: Range<usize>) -> Option<u32> {
    text.get(place)?.parse().ok()
}
