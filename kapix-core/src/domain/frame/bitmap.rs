//! One bit a row, as Arrow lays them out.

/// A bitmap: bit `offset + row`, least significant first. As a validity 1 is a value, as a boolean 1 is true.
#[derive(Clone, Copy, Debug)]
pub struct Bitmap<'a> {
    /// The bits.
    pub bits: &'a [u8],
    /// Index of the bit of row 0.
    pub offset: usize,
}

impl Bitmap<'_> {
    /// Returns the bit of a row; outside the bits it is not set.
    ///
    /// ```
    /// use kapix_core::frame::Bitmap;
    ///
    /// let bitmap = Bitmap { bits: &[0b0000_0110], offset: 1 };
    /// assert_eq!([0, 1, 2, 99].map(|row| bitmap.is_set(row)), [true, true, false, false]);
    /// ```
    pub fn is_set(&self, row: usize) -> bool {
        let bit = self.offset.saturating_add(row);
        self.bits.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    }

    /// Makes NaN of the numbers of the rows from `start` on whose bit is not set.
    #[expect(clippy::inline_always, reason = "a caller compiles it for the instructions that it found")]
    #[inline(always)]
    pub(super) fn blank(&self, start: usize, numbers: &mut [f64]) {
        let (eights, rest) = numbers.as_chunks_mut::<8>();
        let row_of_rest = start + 8 * eights.len();
        for (eight, row) in eights.iter_mut().zip((start..).step_by(8)) {
            let bits = u64::from(self.eight(row));
            for (place, number) in eight.iter_mut().enumerate() {
                // A bit of 0 becomes 64 ones, which are a NaN; without branches the loop is vector instructions.
                let blank = (bits >> place & 1).wrapping_sub(1);
                *number = f64::from_bits(number.to_bits() | blank);
            }
        }
        for (number, row) in rest.iter_mut().zip(row_of_rest..) {
            *number = if self.is_set(row) { *number } else { f64::NAN };
        }
    }

    /// Returns [`Self::is_set`] of eight rows, that of `row` in the least bit.
    fn eight(&self, row: usize) -> u8 {
        let bit = self.offset.saturating_add(row);
        let byte = |place: usize| self.bits.get(place).copied().unwrap_or_default();
        let pair = u16::from_le_bytes([byte(bit / 8), byte(bit / 8 + 1)]);
        let [low, _] = (pair >> (bit % 8)).to_le_bytes();
        low
    }

    /// Returns whether there is a bit for each of so many rows.
    pub(super) fn holds(&self, rows: usize) -> bool {
        self.bits.len().saturating_mul(8) >= self.offset.saturating_add(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::Bitmap;

    #[test]
    fn eight_rows_are_set_as_each_of_them_is_at_any_offset_and_beyond_the_end() {
        let bits = [0b1010_0110, 0b0001_1101, 0b1111_0000];
        for offset in 0..12 {
            let bitmap = Bitmap { bits: &bits, offset };
            for row in 0..30 {
                let each = (0..8).fold(0, |byte, bit| byte | u8::from(bitmap.is_set(row + bit)) << bit);
                assert_eq!(bitmap.eight(row), each, "offset {offset}, row {row}");
            }
            assert!(bitmap.holds(24 - offset) && !bitmap.holds(25 - offset));
        }
    }
}
