//! Columns that another language owns, borrowed for one call, with strides and validity, in the types of Arrow.

mod bitmap;
mod column;
mod encode;
mod slices;
mod truths;
mod written;

pub use bitmap::Bitmap;
pub(crate) use column::Kind;
pub use column::{Column, Values};
pub use slices::{Offsets, Slices};
pub use truths::Truths;
pub(crate) use written::{MISSING_TEXTS, is_missing_text, number_of};

use crate::canonical::{Hash, Hasher};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::limits::{self, Limits};

/// The longest part of a column's name in an error.
const NAME_CHARS_MAX: usize = 64;

/// A table of borrowed columns of equal length.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    rows: usize,
    columns: Vec<(String, Column<'a>)>,
}

impl<'a> Frame<'a> {
    /// Returns a frame of named columns. A column of any type may be in it: an operation looks at the types of those
    /// that it reads.
    ///
    /// Errors: `frame.shape` when lengths differ, a bitmap is short, offsets do not fit their bytes or a code has no
    /// category, `frame.column_duplicate`, and the limits `frame_rows`, `frame_columns` and, of a name, `string_bytes`.
    ///
    /// ```
    /// use kapix_core::{Limits, frame::{Column, Frame}};
    /// let columns = vec![
    ///     ("income".to_owned(), Column::float(&[1200.0, f64::NAN])),
    ///     ("region".to_owned(), Column::dictionary(&[1, 0], vec!["coast", "lake"])),
    /// ];
    /// let frame = Frame::new(columns, &Limits::default())?;
    /// assert_eq!(frame.column("income").and_then(|column| column.number(1)), None);
    /// assert_eq!(frame.column("region").and_then(|column| column.text(0)), Some("lake"));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn new(columns: Vec<(String, Column<'a>)>, limits: &Limits) -> Result<Self> {
        limits::check("frame_columns", limits.frame_columns, columns.len())?;
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        limits::check("frame_rows", limits.frame_rows, rows)?;
        for (position, (name, column)) in columns.iter().enumerate() {
            limits::check("string_bytes", limits.string_bytes, name.len()).map_err(|error| {
                let message = format!("the name of column `{position}` is too long: {}", error.message);
                Error { message, ..error }.at(place_of(name))
            })?;
            let refuse = |message: String| {
                Err(Error::new(Cause::FrameShape, message).at(format!("/columns/{}", escape_segment(name))))
            };
            if column.len() != rows {
                return refuse(format!(
                    "column `{position}` has `{}` rows; the first column has `{rows}`",
                    column.len()
                ));
            }
            if column.validity.is_some_and(|validity| !validity.holds(rows)) {
                return refuse(format!("the validity of column `{position}` has fewer than `{rows}` bits"));
            }
            if let Some(row) = column.row_of_no_category() {
                return refuse(format!("the code in row `{row}` of column `{position}` has no category"));
            }
            if !column.values.fit() {
                return refuse(format!("the bits or offsets of column `{position}` do not fit its bytes"));
            }
        }
        let mut names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let mut pairs = names.iter().zip(names.iter().skip(1));
        if let Some((name, _)) = pairs.find(|(name, next)| name == next) {
            let short = short(name);
            let message = format!("two columns have the name `{short}`; a frame has one of each name");
            return Err(Error::new(Cause::FrameColumnDuplicate, message).at(place_of(name)));
        }
        Ok(Self { rows, columns })
    }

    /// Returns the number of rows.
    ///
    /// ```
    /// use kapix_core::{Limits, frame::{Column, Frame}};
    ///
    /// let columns = vec![("income".to_owned(), Column::float(&[1200.0, 800.0]))];
    /// let frame = Frame::new(columns, &Limits::default())?;
    /// assert_eq!(frame.rows(), 2);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the column of this name.
    ///
    /// ```
    /// use kapix_core::{Limits, frame::{Column, Frame}};
    ///
    /// let columns = vec![("income".to_owned(), Column::float(&[1200.0, 800.0]))];
    /// let frame = Frame::new(columns, &Limits::default())?;
    /// assert_eq!(frame.column("income").and_then(|column| column.number(1)), Some(800.0));
    /// assert!(frame.column("age").is_none());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn column(&self, name: &str) -> Option<&Column<'a>> {
        self.columns.iter().find(|(own, _)| own == name).map(|(_, column)| column)
    }

    /// Returns names and columns in the order in which they were given.
    ///
    /// ```
    /// use kapix_core::{Limits, frame::{Column, Frame}};
    ///
    /// let columns = vec![("income".to_owned(), Column::float(&[1200.0, 800.0]))];
    /// let frame = Frame::new(columns, &Limits::default())?;
    /// assert_eq!(frame.columns().map(|(name, _)| name).collect::<Vec<_>>(), ["income"]);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column<'a>)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// Returns the SHA-256 over the columns of these names, as far as the frame has them: each is its name, a zero byte,
    /// its kind (0 numbers, 1 text, 2 dates, 3 instants), the number of rows as eight little-endian bytes, and the rows as
    /// [`Column::write`] writes them.
    pub(crate) fn hash<'n>(&self, names: impl Iterator<Item = &'n str>) -> Hash {
        let mut hasher = Hasher::new();
        for name in names {
            let Some(column) = self.column(name) else { continue };
            hasher.update(name.as_bytes());
            let kind = match column.kind() {
                Kind::Text => 1,
                Kind::Dates => 2,
                Kind::Instants => 3,
                Kind::Numbers | Kind::Bytes | Kind::Other => 0,
            };
            hasher.update(&[0, kind]);
            hasher.update(&u64::try_from(column.len()).unwrap_or(u64::MAX).to_le_bytes());
            column.hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// Returns the part of a column's name that an error shows.
pub(crate) fn short(name: &str) -> String {
    name.chars().take(NAME_CHARS_MAX).collect()
}

fn place_of(name: &str) -> String {
    format!("/columns/{}", escape_segment(&short(name)))
}

#[cfg(test)]
mod tests;
