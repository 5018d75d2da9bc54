//! Columns that another language owns, borrowed for one call: f64, i64 and dictionary-coded text, with strides
//! and validity.

use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};
use ndarray::ArrayView1;

/// A table of borrowed columns of equal length.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    rows: usize,
    columns: Vec<(String, Column<'a>)>,
}

/// One borrowed column; a row is missing where the validity says so and, for f64, where the value is NaN.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    /// The values.
    pub values: Values<'a>,
    /// Which rows hold a value; `None` when all do.
    pub validity: Option<Validity<'a>>,
}

/// The values of a column; the view carries the stride.
#[derive(Clone, Debug)]
pub enum Values<'a> {
    /// Numbers.
    Float(ArrayView1<'a, f64>),
    /// Integers.
    Integer(ArrayView1<'a, i64>),
    /// Text by dictionary: a code is an index into `categories`; a negative code is missing.
    Dictionary {
        /// Code of each row.
        codes: ArrayView1<'a, i32>,
        /// Text of each code.
        categories: Vec<&'a str>,
    },
}

/// A bitmap in the layout of Arrow: bit `offset + row`, least significant first, 1 = valid.
#[derive(Clone, Copy, Debug)]
pub struct Validity<'a> {
    /// The bits.
    pub bits: &'a [u8],
    /// Index of the bit of row 0.
    pub offset: usize,
}

impl Validity<'_> {
    /// Returns whether the row holds a value; rows outside the bitmap do not.
    pub fn is_valid(&self, row: usize) -> bool {
        let bit = self.offset.saturating_add(row);
        self.bits.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    }

    /// Returns [`Self::is_valid`] of eight rows, that of `row` in the least bit.
    pub(crate) fn eight(&self, row: usize) -> u8 {
        let bit = self.offset.saturating_add(row);
        let byte = |place: usize| self.bits.get(place).copied().unwrap_or_default();
        let pair = u16::from_le_bytes([byte(bit / 8), byte(bit / 8 + 1)]);
        let [low, _] = (pair >> (bit % 8)).to_le_bytes();
        low
    }
}

impl<'a> Column<'a> {
    /// Returns a column of numbers without a validity bitmap.
    pub fn float(values: &'a [f64]) -> Self {
        Self { values: Values::Float(ArrayView1::from(values)), validity: None }
    }

    /// Returns a column of integers without a validity bitmap.
    pub fn integer(values: &'a [i64]) -> Self {
        Self { values: Values::Integer(ArrayView1::from(values)), validity: None }
    }

    /// Returns a column of dictionary codes without a validity bitmap.
    pub fn dictionary(codes: &'a [i32], categories: Vec<&'a str>) -> Self {
        Self { values: Values::Dictionary { codes: ArrayView1::from(codes), categories }, validity: None }
    }

    /// Returns the number in a row; `None` when the row is missing or the column holds text.
    pub fn number(&self, row: usize) -> Option<f64> {
        if self.validity.as_ref().is_some_and(|validity| !validity.is_valid(row)) {
            return None;
        }
        match &self.values {
            Values::Float(values) => values.get(row).copied().filter(|value| !value.is_nan()),
            #[expect(clippy::cast_precision_loss, reason = "an integer beyond 2^53 rounds to its neighbour")]
            Values::Integer(values) => values.get(row).map(|value| *value as f64),
            Values::Dictionary { .. } => None,
        }
    }

    /// Returns the text in a row; `None` when the row is missing or the column holds numbers.
    pub fn text(&self, row: usize) -> Option<&'a str> {
        let Values::Dictionary { categories, .. } = &self.values else { return None };
        categories.get(self.code(row)?).copied()
    }

    /// Returns the index of the row's category; `None` when the row is missing or the column holds numbers.
    pub(crate) fn code(&self, row: usize) -> Option<usize> {
        if self.validity.as_ref().is_some_and(|validity| !validity.is_valid(row)) {
            return None;
        }
        let Values::Dictionary { codes, categories } = &self.values else { return None };
        usize::try_from(*codes.get(row)?).ok().filter(|code| *code < categories.len())
    }

    /// Returns whether the column holds text.
    pub fn is_text(&self) -> bool {
        matches!(self.values, Values::Dictionary { .. })
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Float(values) => values.len(),
            Values::Integer(values) => values.len(),
            Values::Dictionary { codes, .. } => codes.len(),
        }
    }

    /// Returns whether the column has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a> Frame<'a> {
    /// Returns a frame of named columns.
    ///
    /// Errors: `frame.shape` when lengths differ or a bitmap is short, `frame.column_duplicate`, and the limits
    /// `frame_rows` and `frame_columns`.
    pub fn new(columns: Vec<(String, Column<'a>)>, limits: &Limits) -> Result<Self> {
        limits::check("frame_columns", limits.frame_columns, columns.len())?;
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        limits::check("frame_rows", limits.frame_rows, rows)?;
        for (position, (name, column)) in columns.iter().enumerate() {
            let place = || format!("/columns/{}", name.replace('~', "~0").replace('/', "~1"));
            if column.len() != rows {
                let message =
                    format!("column `{position}` has `{}` rows; the first column has `{rows}`", column.len());
                return Err(Error::new(Cause::FrameShape, message).at(place()));
            }
            if let Some(validity) = column.validity
                && validity.bits.len().saturating_mul(8) < validity.offset.saturating_add(rows)
            {
                let message = format!("the validity of column `{position}` has fewer than `{rows}` bits");
                return Err(Error::new(Cause::FrameShape, message).at(place()));
            }
        }
        let mut names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(
                Error::new(Cause::FrameColumnDuplicate, "two columns have the same name").at("/columns")
            );
        }
        Ok(Self { rows, columns })
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the column of this name.
    pub fn column(&self, name: &str) -> Option<&Column<'a>> {
        self.columns.iter().find(|(own, _)| own == name).map(|(_, column)| column)
    }

    /// Returns names and columns in the order in which they were given.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column<'a>)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }
}

#[cfg(test)]
mod tests {
    use super::Validity;

    #[test]
    fn eight_rows_are_valid_as_each_of_them_is_at_any_offset_and_beyond_the_end() {
        let bits = [0b1010_0110, 0b0001_1101, 0b1111_0000];
        for offset in 0..12 {
            let validity = Validity { bits: &bits, offset };
            for row in 0..30 {
                let each = (0..8).fold(0, |byte, bit| byte | u8::from(validity.is_valid(row + bit)) << bit);
                assert_eq!(validity.eight(row), each, "offset {offset}, row {row}");
            }
        }
    }
}
