//! Values of several lengths in a row: text, and bytes.

/// Text (`str`) or bytes (`[u8]`) of each row.
#[derive(Debug)]
pub struct Slices<'a, T: ?Sized>(Storage<'a, T>);

/// Where the value of each row lies: row `n` is bytes `offsets[n]..offsets[n + 1]`. They are one more than the rows.
#[derive(Clone, Copy, Debug)]
pub enum Offsets<'a> {
    /// Of Arrow's utf8 and binary.
    Short(&'a [i32]),
    /// Of Arrow's `large_utf8` and `large_binary`.
    Long(&'a [i64]),
}

#[derive(Debug)]
enum Storage<'a, T: ?Sized> {
    /// One buffer for all rows.
    Packed(Offsets<'a>, &'a T),
    /// Each row by itself.
    Each(Vec<&'a T>),
}

impl<T: ?Sized> Clone for Slices<'_, T> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Storage::Packed(offsets, buffer) => Storage::Packed(*offsets, buffer),
            Storage::Each(values) => Storage::Each(values.clone()),
        })
    }
}

impl Offsets<'_> {
    /// Returns the offset at a place; `None` where there is none or it is below 0.
    fn at(&self, place: usize) -> Option<usize> {
        match self {
            Self::Short(offsets) => offsets.get(place).and_then(|offset| usize::try_from(*offset).ok()),
            Self::Long(offsets) => offsets.get(place).and_then(|offset| usize::try_from(*offset).ok()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Short(offsets) => offsets.len(),
            Self::Long(offsets) => offsets.len(),
        }
    }
}

impl<'a, T: ?Sized + Part> Slices<'a, T> {
    /// Returns the values that lie in one buffer. [`Frame::new`](crate::frame::Frame::new) refuses offsets that do not fit it.
    ///
    /// ```
    /// use kapix_core::frame::{Offsets, Slices};
    /// let texts: Slices<'_, str> = Slices::packed(Offsets::Short(&[0, 4, 4, 9]), "lakecoast");
    /// assert_eq!([texts.get(0), texts.get(1), texts.get(2), texts.get(3)], [Some("lake"), Some(""), Some("coast"), None]);
    /// ```
    pub fn packed(offsets: Offsets<'a>, buffer: &'a T) -> Self {
        Self(Storage::Packed(offsets, buffer))
    }

    /// Returns values that lie anywhere.
    ///
    /// ```
    /// use kapix_core::frame::Slices;
    ///
    /// let texts: Slices<'_, str> = Slices::each(vec!["lake", "coast"]);
    /// assert_eq!((texts.get(1), texts.len()), (Some("coast"), 2));
    /// ```
    pub fn each(values: Vec<&'a T>) -> Self {
        Self(Storage::Each(values))
    }

    /// Returns the value of a row; `None` where there is none.
    ///
    /// ```
    /// use kapix_core::frame::Slices;
    ///
    /// let texts: Slices<'_, str> = Slices::each(vec!["lake", "coast"]);
    /// assert_eq!((texts.get(0), texts.get(2)), (Some("lake"), None));
    /// ```
    pub fn get(&self, row: usize) -> Option<&'a T> {
        match &self.0 {
            Storage::Packed(offsets, buffer) => buffer.part(offsets.at(row)?, offsets.at(row + 1)?),
            Storage::Each(values) => values.get(row).copied(),
        }
    }

    /// Returns the number of rows.
    ///
    /// ```
    /// use kapix_core::frame::Slices;
    ///
    /// let texts: Slices<'_, str> = Slices::each(vec!["lake", "coast"]);
    /// assert_eq!(texts.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        match &self.0 {
            Storage::Packed(offsets, _) => offsets.len().saturating_sub(1),
            Storage::Each(values) => values.len(),
        }
    }

    /// Returns whether there are no rows.
    ///
    /// ```
    /// use kapix_core::frame::Slices;
    ///
    /// assert!(Slices::<'_, [u8]>::each(Vec::new()).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether each row has a value.
    pub(super) fn fit(&self) -> bool {
        matches!(self.0, Storage::Each(_)) || (0..self.len()).all(|row| self.get(row).is_some())
    }
}

/// What a buffer is cut into.
pub trait Part {
    /// Returns a part; `None` where it is outside, or cuts a character.
    fn part(&self, start: usize, end: usize) -> Option<&Self>;
}

impl Part for str {
    fn part(&self, start: usize, end: usize) -> Option<&Self> {
        self.get(start..end)
    }
}

impl Part for [u8] {
    fn part(&self, start: usize, end: usize) -> Option<&Self> {
        self.get(start..end)
    }
}
