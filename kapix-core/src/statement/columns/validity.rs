//! Which rows of a column hold a value.

/// A bit for each row that holds a value, as Arrow lays them out; no bits while all rows are alike.
#[derive(Debug, Default)]
pub(crate) struct Validity {
    bits: Vec<u8>,
    rows: usize,
    valid: usize,
}

impl Validity {
    #[inline]
    pub(crate) fn push(&mut self, is_valid: bool) {
        if !self.bits.is_empty() || self.valid != if is_valid { self.rows } else { 0 } {
            self.push_bit(is_valid);
        }
        self.rows += 1;
        self.valid += usize::from(is_valid);
    }

    fn push_bit(&mut self, is_valid: bool) {
        self.spread();
        self.bits.resize(self.rows / 8 + 1, 0);
        if let Some(byte) = self.bits.last_mut() {
            *byte |= u8::from(is_valid) << (self.rows % 8);
        }
    }

    /// Writes the bits of rows that are alike.
    fn spread(&mut self) {
        if self.bits.is_empty() && self.rows > 0 {
            let whole = if self.valid > 0 { u8::MAX } else { 0 };
            self.bits = vec![whole; self.rows.div_ceil(8)];
            if let (Some(last), 1..) = (self.bits.last_mut(), self.rows % 8) {
                *last &= (1 << (self.rows % 8)) - 1;
            }
        }
    }

    /// Says of the last row that it holds a value.
    pub(super) fn validate_last(&mut self) {
        if self.rows > 0 && !self.is_valid(self.rows - 1) {
            self.rows -= 1;
            self.push(true);
        }
    }

    pub(super) fn is_valid(&self, row: usize) -> bool {
        match self.bits.get(row / 8) {
            Some(byte) => byte >> (row % 8) & 1 == 1,
            None => self.valid > 0,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn append(&mut self, next: &Self) {
        let is_alike = |own: &Self, valid: usize| own.bits.is_empty() && own.valid == valid;
        let none = is_alike(self, 0) && is_alike(next, 0);
        if none || (is_alike(self, self.rows) && is_alike(next, next.rows)) {
            self.rows += next.rows;
            self.valid += next.valid;
            return;
        }
        (0..next.rows).for_each(|row| self.push(next.is_valid(row)));
    }

    pub(super) fn clear(&mut self) {
        self.bits.clear();
        (self.rows, self.valid) = (0, 0);
    }

    pub(super) fn reverse(&mut self) {
        if !self.bits.is_empty() {
            let mut turned = Self::default();
            (0..self.rows).rev().for_each(|row| turned.push(self.is_valid(row)));
            *self = turned;
        }
    }

    /// Returns the bits; `None` where all rows hold a value.
    pub(crate) fn bits(mut self) -> Option<Vec<u8>> {
        if self.valid == self.rows {
            return None;
        }
        self.spread();
        Some(self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::Validity;
    use proptest::prelude::{any, prop, proptest};

    fn of(rows: &[bool]) -> Validity {
        let mut validity = Validity::default();
        for is_valid in rows {
            validity.push(*is_valid);
        }
        validity
    }

    fn bits(rows: &[bool]) -> Option<Vec<u8>> {
        let byte =
            |rows: &[bool]| rows.iter().rev().fold(0, |byte, is_valid| byte << 1 | u8::from(*is_valid));
        rows.contains(&false).then(|| rows.chunks(8).map(byte).collect())
    }

    proptest! {
        #[test]
        fn bits_are_those_of_the_rows_however_they_came(
            mut rows in prop::collection::vec(any::<bool>(), 0..40),
            next in prop::collection::vec(any::<bool>(), 0..40),
            alike in any::<Option<bool>>(),
        ) {
            let next = alike.map_or(next.clone(), |alike| vec![alike; next.len()]);
            let mut own = of(&rows);
            own.append(&of(&next));
            rows.extend(&next);
            own.reverse();
            rows.reverse();
            own.validate_last();
            rows.last_mut().into_iter().for_each(|last| *last = true);
            assert!((0..rows.len()).all(|row| own.is_valid(row) == rows[row]), "{own:?}");
            own.push(false);
            rows.push(false);
            assert_eq!((own.rows(), own.bits()), (rows.len(), bits(&rows)));
        }
    }
}
