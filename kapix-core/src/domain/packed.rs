//! Texts one after the other in one memory: a column of a million texts asks for memory twice, not a million times.

/// The texts of rows, packed.
///
/// ```
/// use kapix_core::frame::Texts;
///
/// let texts = Texts::from_iter(["Rent", "", "Pay"]);
/// assert_eq!((texts.get(0), texts.get(1), texts.get(3)), (Some("Rent"), Some(""), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    bytes: String,
    /// Where each text ends in the bytes.
    ends: Vec<usize>,
}

impl Texts {
    /// Returns so many empty texts.
    ///
    /// ```
    /// use kapix_core::frame::Texts;
    ///
    /// assert_eq!(Texts::empty(2), Texts::from_iter(["", ""]));
    /// ```
    pub fn empty(rows: usize) -> Self {
        Self { bytes: String::new(), ends: vec![0; rows] }
    }

    /// Adds a text.
    ///
    /// ```
    /// use kapix_core::frame::Texts;
    ///
    /// let mut texts = Texts::default();
    /// texts.push("Rent");
    /// assert_eq!(texts.get(0), Some("Rent"));
    /// ```
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    /// Returns the text of a row; `None` beyond the end.
    ///
    /// ```
    /// use kapix_core::frame::Texts;
    ///
    /// assert_eq!(Texts::from_iter(["Rent", "Pay"]).get(1), Some("Pay"));
    /// ```
    pub fn get(&self, row: usize) -> Option<&str> {
        let before = row.checked_sub(1).and_then(|row| self.ends.get(row));
        self.bytes.get(before.copied().unwrap_or_default()..*self.ends.get(row)?)
    }

    /// Returns the texts in the order of the rows.
    ///
    /// ```
    /// use kapix_core::frame::Texts;
    ///
    /// assert!(Texts::from_iter(["Rent", "Pay"]).iter().eq(["Rent", "Pay"]));
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|row| self.get(row))
    }

    /// Returns the number of rows.
    ///
    /// ```
    /// use kapix_core::frame::Texts;
    ///
    /// assert_eq!(Texts::from_iter(["Rent", ""]).len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns whether there are no rows.
    ///
    /// ```
    /// use kapix_core::frame::Texts;
    ///
    /// assert!(Texts::default().is_empty() && !Texts::empty(1).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Joins a text to the last one.
    pub(crate) fn extend_last(&mut self, text: &str) {
        if let Some(last) = self.ends.last_mut() {
            self.bytes.push_str(text);
            *last = self.bytes.len();
        }
    }

    /// Adds the texts behind.
    pub(crate) fn append(&mut self, next: &Self) {
        let before = self.bytes.len();
        self.bytes.push_str(&next.bytes);
        self.ends.extend(next.ends.iter().map(|end| before + end));
    }

    /// Leaves no text, and keeps the memory for others.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Returns the bytes of all texts, and where each ends in them.
    #[cfg(feature = "arrow")]
    pub(super) fn into_parts(self) -> (String, Vec<usize>) {
        (self.bytes, self.ends)
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut own = Self::default();
        texts.into_iter().for_each(|text| own.push(text.as_ref()));
        own
    }
}
