//! The names that an expression may read, and the texts that it may compare.

use super::types::Scalar;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    /// One value, in a slot.
    One {
        /// Number of the slot.
        slot: u16,
        /// Type of the value.
        scalar: Scalar,
        /// The symbols that a text may have, in ascending order; any text without it.
        values: Option<Arc<[u32]>>,
    },
    /// A list of values.
    List {
        /// Number of the list.
        list: u16,
        /// Type of each value.
        scalar: Scalar,
        /// The symbols that a text of it may have, in ascending order; any text without it.
        values: Option<Arc<[u32]>>,
    },
}

/// The names that an expression may read.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    names: BTreeMap<String, Name>,
    /// Why a name cannot be read.
    unread: BTreeMap<String, String>,
}

impl Scope {
    /// Adds a name; false where it stands for something already.
    ///
    /// ```
    /// use kapix_core::expression::{Name, Scalar, Scope};
    ///
    /// let mut scope = Scope::default();
    /// let age = Name::One { slot: 0, scalar: Scalar::Integer, values: None };
    /// assert!(scope.add("age", age.clone()) && !scope.add("age", age));
    /// ```
    pub fn add(&mut self, name: &str, what: Name) -> bool {
        if self.names.contains_key(name) {
            return false;
        }
        self.names.insert(name.to_owned(), what);
        true
    }

    /// Returns what a name stands for.
    ///
    /// ```
    /// use kapix_core::expression::Scope;
    ///
    /// assert_eq!(Scope::default().get("age"), None);
    /// ```
    pub fn get(&self, name: &str) -> Option<&Name> {
        self.names.get(name)
    }

    /// Adds a name that cannot be read, with the reason that an error of it tells.
    pub(crate) fn explain(&mut self, name: &str, why: String) {
        self.unread.insert(name.to_owned(), why);
    }

    /// Returns why a name, or the value whose part it is, cannot be read.
    pub(super) fn why(&self, name: &str) -> Option<&str> {
        let value = || name.rsplit_once('.').and_then(|(value, _)| self.unread.get(value));
        self.unread.get(name).or_else(value).map(String::as_str)
    }

    /// Returns the name that is fewest edits away, two at most.
    pub(super) fn near(&self, name: &str) -> Option<&str> {
        let edits = |own: &&String| strsim::damerau_levenshtein(own, name);
        self.names.keys().min_by_key(edits).filter(|own| edits(own) <= 2).map(String::as_str)
    }
}

/// Texts as numbers: a text that is compared has the number under which it was first seen.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    numbers: BTreeMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Symbols {
    /// Returns the number of a text, a new one for a text that was not seen before.
    ///
    /// ```
    /// use kapix_core::expression::Symbols;
    ///
    /// let mut symbols = Symbols::default();
    /// assert_eq!((symbols.add("KE"), symbols.add("NG"), symbols.add("KE")), (0, 1, 0));
    /// ```
    pub fn add(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// Returns the number of a text that was seen before.
    ///
    /// ```
    /// use kapix_core::expression::Symbols;
    ///
    /// assert_eq!(Symbols::default().get("KE"), None);
    /// ```
    pub fn get(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// Returns the text of a number.
    ///
    /// ```
    /// use kapix_core::expression::Symbols;
    ///
    /// let mut symbols = Symbols::default();
    /// let number = symbols.add("KE");
    /// assert_eq!(symbols.text(number), Some("KE"));
    /// ```
    pub fn text(&self, number: u32) -> Option<&str> {
        self.texts.get(usize::try_from(number).ok()?).map(|text| &**text)
    }

    /// Returns how many texts were seen; the texts of one run have numbers from here on.
    ///
    /// ```
    /// use kapix_core::expression::Symbols;
    ///
    /// assert_eq!(Symbols::default().count(), 0);
    /// ```
    pub fn count(&self) -> usize {
        self.texts.len()
    }
}
