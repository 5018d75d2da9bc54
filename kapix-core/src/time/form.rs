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

/// Writes the last decimal digits of a number into a place, zeros before them.
pub(super) fn write_number(buffer: &mut [u8], place: Range<usize>, number: u32) {
    let mut rest = number;
    for digit in buffer.get_mut(place).unwrap_or_default().iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
}
