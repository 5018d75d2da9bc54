//! One borrowed column.

use super::super::columns::fixed;
use super::bitmap::Bitmap;
use super::slices::Slices;
use crate::canonical::Hasher;
use ndarray::{ArrayView1, Axis, Slice};

/// Rows that are hashed at a time.
const BLOCK: usize = 1024;

/// One borrowed column; a row is missing where the validity says so and, for f64, where the value is NaN.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    /// The values.
    pub values: Values<'a>,
    /// Which rows hold a value; `None` when all do.
    pub validity: Option<Bitmap<'a>>,
}

/// The values of a column; a view carries the stride.
///
/// Text, dictionary codes and booleans (as `true` and `false`) are read as categories, and a policy tells booleans from
/// texts; f64, i64 and i32 are read as numbers;
/// dates and instants where an operation asks for a day. Nothing reads bytes yet.
#[derive(Clone, Debug)]
pub enum Values<'a> {
    /// Numbers.
    Float(ArrayView1<'a, f64>),
    /// Integers.
    Integer(ArrayView1<'a, i64>),
    /// Integers of 32 bits.
    Integer32(ArrayView1<'a, i32>),
    /// True or false.
    Bool {
        /// Bit of each row; 1 is true.
        bits: Bitmap<'a>,
        /// Number of rows.
        rows: usize,
    },
    /// Text.
    Text(Slices<'a, str>),
    /// Days since 1970-01-01.
    Date(ArrayView1<'a, i32>),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Instant(ArrayView1<'a, i64>),
    /// Text by dictionary: a code is an index into `categories`; a negative code is missing.
    Dictionary {
        /// Code of each row.
        codes: ArrayView1<'a, i32>,
        /// Text of each code.
        categories: Vec<&'a str>,
    },
    /// Bytes.
    Binary(Slices<'a, [u8]>),
    /// Values of a type that no operation reads.
    Other {
        /// Name of the type, for messages.
        name: String,
        /// Number of rows.
        rows: usize,
    },
}

/// What a reader takes a column for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Numbers,
    Text,
    Dates,
    Instants,
    Bytes,
    Other,
}

impl Values<'_> {
    /// Returns whether what describes the rows fits what holds them.
    pub(super) fn fit(&self) -> bool {
        match self {
            Self::Bool { bits, rows } => bits.holds(*rows),
            Self::Text(texts) => texts.fit(),
            Self::Binary(bytes) => bytes.fit(),
            _ => true,
        }
    }
}

impl<'a> Column<'a> {
    /// Returns a column of numbers without a validity bitmap.
    ///
    /// ```
    /// use kapix_core::frame::Column;
    ///
    /// let column = Column::float(&[0.5, f64::NAN]);
    /// assert_eq!((column.number(0), column.number(1)), (Some(0.5), None));
    /// ```
    pub fn float(values: &'a [f64]) -> Self {
        Self { values: Values::Float(ArrayView1::from(values)), validity: None }
    }

    /// Returns a column of integers without a validity bitmap.
    ///
    /// ```
    /// use kapix_core::frame::Column;
    ///
    /// assert_eq!(Column::integer(&[-3]).number(0), Some(-3.0));
    /// ```
    pub fn integer(values: &'a [i64]) -> Self {
        Self { values: Values::Integer(ArrayView1::from(values)), validity: None }
    }

    /// Returns a column of integers of 32 bits without a validity bitmap.
    ///
    /// ```
    /// use kapix_core::frame::Column;
    ///
    /// assert_eq!(Column::integer32(&[-3]).number(0), Some(-3.0));
    /// ```
    pub fn integer32(values: &'a [i32]) -> Self {
        Self { values: Values::Integer32(ArrayView1::from(values)), validity: None }
    }

    /// Returns a column of days since 1970-01-01 without a validity bitmap.
    ///
    /// ```
    /// use kapix_core::{frame::Column, time::Date};
    ///
    /// let days = [Date::parse("2026-03-28")?.epoch_days()];
    /// assert!(!Column::date(&days).is_missing(0));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn date(days: &'a [i32]) -> Self {
        Self { values: Values::Date(ArrayView1::from(days)), validity: None }
    }

    /// Returns a column of microseconds since 1970-01-01T00:00:00Z without a validity bitmap.
    ///
    /// ```
    /// use kapix_core::{frame::Column, time::Instant};
    ///
    /// let microseconds = [Instant::parse("2026-03-28T12:00:00Z")?.epoch_microseconds()];
    /// assert!(!Column::instant(&microseconds).is_missing(0));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn instant(microseconds: &'a [i64]) -> Self {
        Self { values: Values::Instant(ArrayView1::from(microseconds)), validity: None }
    }

    /// Returns a column of dictionary codes without a validity bitmap.
    ///
    /// ```
    /// use kapix_core::frame::Column;
    ///
    /// let region = Column::dictionary(&[1, -1], vec!["coast", "lake"]);
    /// assert_eq!((region.text(0), region.text(1)), (Some("lake"), None));
    /// ```
    pub fn dictionary(codes: &'a [i32], categories: Vec<&'a str>) -> Self {
        Self { values: Values::Dictionary { codes: ArrayView1::from(codes), categories }, validity: None }
    }

    /// Returns the column with its integers of 64 bits taken for unsigned ones. Those below 2^63 are the same; where a
    /// row holds a larger one, which is an id or stands for something else, nothing reads the column, and its type names
    /// the row.
    ///
    /// ```
    /// use kapix_core::frame::Column;
    ///
    /// assert_eq!(Column::integer(&[3]).unsigned().number(0), Some(3.0));
    /// assert_eq!(Column::integer(&[u64::MAX.cast_signed()]).unsigned().number(0), None);
    /// ```
    #[must_use]
    pub fn unsigned(self) -> Self {
        let Values::Integer(bits) = &self.values else { return self };
        // Almost always none is beyond, which one pass without branches tells.
        if bits.fold(0, |all, value| all | value) >= 0 {
            return self;
        }
        let beyond = |row: &usize| bits.get(*row).is_some_and(|value| *value < 0) && self.is_valid(*row);
        let Some(row) = (0..bits.len()).find(beyond) else { return self };
        let value = bits.get(row).copied().unwrap_or_default().cast_unsigned();
        let name = format!("uint64 with `{value}` in row `{row}`");
        Self { values: Values::Other { name, rows: bits.len() }, validity: self.validity }
    }

    /// Returns the number in a row; `None` when the row is missing or the column holds no numbers.
    ///
    /// ```
    /// use kapix_core::frame::{Bitmap, Column};
    ///
    /// // Bit 1 is not set: the second row holds no value.
    /// let validity = Some(Bitmap { bits: &[0b01], offset: 0 });
    /// let income = Column { validity, ..Column::integer(&[1_200, 0]) };
    /// assert_eq!((income.number(0), income.number(1), income.number(2)), (Some(1200.0), None, None));
    /// ```
    pub fn number(&self, row: usize) -> Option<f64> {
        if !self.is_valid(row) {
            return None;
        }
        match &self.values {
            Values::Float(values) => values.get(row).copied().filter(|value| !value.is_nan()),
            #[expect(clippy::cast_precision_loss, reason = "an integer beyond 2^53 rounds to its neighbour")]
            Values::Integer(values) => values.get(row).map(|value| *value as f64),
            Values::Integer32(values) => values.get(row).map(|value| f64::from(*value)),
            _ => None,
        }
    }

    /// Writes the numbers of the rows from `start` on, NaN where a row is missing; a column of another kind writes none.
    #[expect(clippy::inline_always, reason = "a caller compiles it for the instructions that it found")]
    #[inline(always)]
    pub(crate) fn read_numbers(&self, start: usize, numbers: &mut [f64]) {
        match &self.values {
            Values::Float(values) => read(values, start, numbers, |value| value),
            #[expect(clippy::cast_precision_loss, reason = "an integer beyond 2^53 rounds to its neighbour")]
            Values::Integer(values) => read(values, start, numbers, |value| value as f64),
            Values::Integer32(values) => read(values, start, numbers, f64::from),
            _ => {}
        }
        if let Some(validity) = &self.validity {
            validity.blank(start, numbers);
        }
    }

    /// Returns the text in a row, `true` or `false` of a boolean; `None` when the row is missing or the column holds
    /// no text.
    ///
    /// ```
    /// use kapix_core::frame::{Bitmap, Column, Values};
    ///
    /// let bits = Bitmap { bits: &[0b10], offset: 0 };
    /// let employed = Column { values: Values::Bool { bits, rows: 2 }, validity: None };
    /// assert_eq!((employed.text(0), employed.text(1)), (Some("false"), Some("true")));
    /// assert_eq!(Column::float(&[1.0]).text(0), None);
    /// ```
    pub fn text(&self, row: usize) -> Option<&'a str> {
        match &self.values {
            Values::Dictionary { categories, .. } => categories.get(self.code(row)?).copied(),
            Values::Text(texts) if self.is_valid(row) => texts.get(row),
            Values::Bool { bits, .. } if self.is_valid(row) => {
                Some(if bits.is_set(row) { "true" } else { "false" })
            }
            _ => None,
        }
    }

    /// Returns the index of the row's category; `None` when the row is missing or the column has no dictionary.
    pub(crate) fn code(&self, row: usize) -> Option<usize> {
        let Values::Dictionary { codes, categories } = &self.values else { return None };
        if !self.is_valid(row) {
            return None;
        }
        usize::try_from(*codes.get(row)?).ok().filter(|code| *code < categories.len())
    }

    /// Returns the first row whose code is no index into the categories; a missing row may have any code.
    pub(super) fn row_of_no_category(&self) -> Option<usize> {
        let Values::Dictionary { codes, categories } = &self.values else { return None };
        let is_beyond = |code: i32| usize::try_from(code).is_ok_and(|code| code >= categories.len());
        // Almost always no code is, which one pass without branches tells.
        if !is_beyond(codes.fold(-1, |most, code| most.max(*code))) {
            return None;
        }
        (0..codes.len())
            .find(|row| codes.get(*row).is_some_and(|code| is_beyond(*code)) && self.is_valid(*row))
    }

    /// Returns whether the validity lets the row hold a value.
    pub(crate) fn is_valid(&self, row: usize) -> bool {
        self.validity.as_ref().is_none_or(|validity| validity.is_set(row))
    }

    /// Returns whether the row holds no value.
    ///
    /// ```
    /// use kapix_core::frame::Column;
    ///
    /// let column = Column::float(&[0.5, f64::NAN]);
    /// assert!(!column.is_missing(0) && column.is_missing(1));
    /// ```
    pub fn is_missing(&self, row: usize) -> bool {
        match self.kind() {
            Kind::Numbers => self.number(row).is_none(),
            Kind::Text => self.text(row).is_none(),
            Kind::Dates | Kind::Instants | Kind::Bytes | Kind::Other => !self.is_valid(row),
        }
    }

    /// Returns whether no row holds a value: the type of such a column is not known.
    pub(crate) fn is_void(&self) -> bool {
        match &self.values {
            Values::Dictionary { categories, .. } => categories.is_empty(),
            _ => (0..self.len()).all(|row| self.is_missing(row)),
        }
    }

    /// Returns what a reader takes the column for.
    pub(crate) fn kind(&self) -> Kind {
        match &self.values {
            Values::Float(_) | Values::Integer(_) | Values::Integer32(_) => Kind::Numbers,
            Values::Dictionary { .. } | Values::Text(_) | Values::Bool { .. } => Kind::Text,
            Values::Date(_) => Kind::Dates,
            Values::Instant(_) => Kind::Instants,
            Values::Binary(_) => Kind::Bytes,
            Values::Other { .. } => Kind::Other,
        }
    }

    /// Returns what the column holds, as messages say it.
    pub(crate) fn kind_name(&self) -> &str {
        match &self.values {
            Values::Other { name, .. } => name,
            Values::Bool { .. } => "booleans",
            // What is made of booleans where there is no column of bits.
            Values::Dictionary { categories, .. }
                if !categories.is_empty() && categories.iter().all(|it| matches!(*it, "false" | "true")) =>
            {
                "booleans"
            }
            _ => match self.kind() {
                Kind::Numbers => "numbers",
                Kind::Text => "text",
                Kind::Dates => "dates",
                Kind::Instants => "instants",
                Kind::Bytes | Kind::Other => "bytes",
            },
        }
    }

    /// Returns whether the column holds text: codes of a dictionary, text itself, or booleans.
    ///
    /// ```
    /// use kapix_core::frame::Column;
    ///
    /// assert!(Column::dictionary(&[0], vec!["lake"]).is_text());
    /// assert!(!Column::float(&[1.0]).is_text());
    /// ```
    pub fn is_text(&self) -> bool {
        self.kind() == Kind::Text
    }

    /// Returns the number of rows.
    ///
    /// ```
    /// use kapix_core::frame::Column;
    ///
    /// assert_eq!(Column::integer(&[1, 2, 3]).len(), 3);
    /// ```
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Float(values) => values.len(),
            Values::Integer(values) | Values::Instant(values) => values.len(),
            Values::Integer32(values) | Values::Date(values) => values.len(),
            Values::Bool { rows, .. } | Values::Other { rows, .. } => *rows,
            Values::Text(texts) => texts.len(),
            Values::Dictionary { codes, .. } => codes.len(),
            Values::Binary(bytes) => bytes.len(),
        }
    }

    /// Returns whether the column has no rows.
    ///
    /// ```
    /// use kapix_core::frame::Column;
    ///
    /// assert!(Column::float(&[]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the days or microseconds of a row of dates or instants.
    fn moment(&self, row: usize) -> Option<i64> {
        match &self.values {
            Values::Date(days) => days.get(row).copied().map(i64::from),
            Values::Instant(all) => all.get(row).copied(),
            _ => None,
        }
    }

    /// Hashes every row in order, as [`Self::write`] writes it.
    pub(crate) fn hash(&self, hasher: &mut Hasher) {
        let (mut numbers, mut bytes) = ([0.0; BLOCK], Vec::new());
        for start in (0..self.len()).step_by(BLOCK) {
            let rows = start..self.len().min(start + BLOCK);
            match numbers.get_mut(..rows.len()) {
                Some(numbers) if self.kind() == Kind::Numbers => {
                    self.read_numbers(start, numbers);
                    fixed(hasher, numbers, |number| number_bytes(*number));
                }
                _ => {
                    bytes.clear();
                    self.write(rows, &mut bytes);
                    hasher.update(&bytes);
                }
            }
        }
    }

    /// Writes the rows to what a hash is taken of: a number as eight little-endian bytes (the quiet NaN
    /// 0x7ff8000000000000 when missing), text with a zero byte after it (one byte 255 when missing). A zero byte inside
    /// a text is written as 254, which UTF-8 never holds: other rows have other bytes. Dates and instants are written as
    /// numbers: days, and microseconds.
    pub(crate) fn write(&self, rows: impl Iterator<Item = usize>, bytes: &mut Vec<u8>) {
        if let (Values::Float(values), None) = (&self.values, &self.validity) {
            for row in rows {
                bytes.extend_from_slice(&number_bytes(values.get(row).copied().unwrap_or(f64::NAN)));
            }
            return;
        }
        for row in rows {
            match (self.number(row), self.text(row)) {
                (Some(number), _) => bytes.extend_from_slice(&number_bytes(number)),
                (None, Some(text)) => {
                    bytes.extend(text.bytes().map(|byte| if byte == 0 { 254 } else { byte }));
                    bytes.push(0);
                }
                (None, None) if self.is_text() => bytes.push(255),
                (None, None) if self.is_valid(row) && self.moment(row).is_some() => {
                    bytes.extend_from_slice(&self.moment(row).unwrap_or_default().to_le_bytes());
                }
                (None, None) => bytes.extend_from_slice(&number_bytes(f64::NAN)),
            }
        }
    }
}

/// Returns a number as eight little-endian bytes; one quiet NaN stands for all.
fn number_bytes(number: f64) -> [u8; 8] {
    if number.is_nan() { 0x7ff8_0000_0000_0000_u64.to_le_bytes() } else { (number + 0.0).to_le_bytes() }
}

/// Writes values in order, as numbers.
#[expect(clippy::inline_always, reason = "a caller compiles it for the instructions that it found")]
#[inline(always)]
fn read<T: Copy>(values: &ArrayView1<'_, T>, start: usize, numbers: &mut [f64], number: impl Fn(T) -> f64) {
    let values = values.slice_axis(Axis(0), Slice::from(start..start + numbers.len()));
    match values.as_slice() {
        Some(values) => numbers.iter_mut().zip(values).for_each(|(own, value)| *own = number(*value)),
        None => numbers.iter_mut().zip(values).for_each(|(own, value)| *own = number(*value)),
    }
}
