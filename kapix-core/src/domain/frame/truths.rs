//! Truth values that come one a byte or by code, as bits.

use super::bitmap::Bitmap;
use super::column::{Column, Values};

/// Truth values of a column, a bit a row, and which rows hold one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truths {
    bits: Vec<u8>,
    known: Vec<u8>,
    rows: usize,
}

impl Truths {
    /// Returns truth values: 1 is true, 0 is false, and what lies below is missing.
    ///
    /// ```
    /// use kapix_core::frame::Truths;
    ///
    /// let employed = Truths::of_codes([1, 0, -1]);
    /// let column = employed.column();
    /// assert_eq!([0, 1, 2].map(|row| column.text(row)), [Some("true"), Some("false"), None]);
    /// ```
    pub fn of_codes(codes: impl IntoIterator<Item = i32>) -> Self {
        let mut own = Self::default();
        for code in codes {
            let place = own.rows % 8;
            if place == 0 {
                own.bits.push(0);
                own.known.push(0);
            }
            for (bytes, is_set) in [(&mut own.bits, code > 0), (&mut own.known, code >= 0)] {
                if let Some(last) = bytes.last_mut() {
                    *last |= u8::from(is_set) << place;
                }
            }
            own.rows += 1;
        }
        own
    }

    /// Returns the column, borrowed.
    ///
    /// ```
    /// use kapix_core::frame::Truths;
    ///
    /// let employed = Truths::of_codes([1, -1]);
    /// assert_eq!((employed.column().len(), employed.column().is_missing(1)), (2, true));
    /// ```
    pub fn column(&self) -> Column<'_> {
        let bitmap = |bits| Bitmap { bits, offset: 0 };
        let values = Values::Bool { bits: bitmap(&self.bits), rows: self.rows };
        Column { values, validity: Some(bitmap(&self.known)) }
    }
}
