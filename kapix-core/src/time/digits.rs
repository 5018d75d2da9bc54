//! Reading and writing fields of a fixed number of ASCII digits, without allocation.

/// Returns the number that `N` ASCII digits write, or `None` if one is no digit; `N` is at most 9.
pub(super) fn number<const N: usize>(digits: [u8; N]) -> Option<u32> {
    let mut value = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u32::from(digit);
    }
    Some(value)
}

/// A short ASCII text on the stack, long enough for the longest instant `2026-03-28T04:34:08.123456Z` (27 bytes).
#[derive(Default)]
pub(super) struct Text {
    bytes: [u8; 32],
    length: usize,
}

impl Text {
    /// Appends one ASCII byte.
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length += 1;
        }
    }

    /// Appends the last `N` decimal digits of a number, with leading zeros.
    pub(super) fn push_number<const N: usize>(&mut self, mut value: u32) {
        let mut digits = [b'0'; N];
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(value % 10).unwrap_or_default();
            value /= 10;
        }
        for digit in digits {
            self.push(digit);
        }
    }

    /// Returns the text.
    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}
