//! Who follows a reading: it knows the limits, and where the reading stands if its errors need a place.

use super::number::{AMBIGUOUS_MIN, check_number};
use super::shape::fail;
use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};
use serde::de;

/// The deepest nesting that any limit allows: serde_json's own bound, below which its recursion and that of a
/// type fit a stack of 2 MiB.
pub(super) const DEPTH_MAX: u64 = 127;

/// Follows a reading.
pub(crate) trait Watch: Copy {
    /// Returns the limits.
    fn rules(self) -> Rules;

    /// An array or an object begins.
    fn enter(self, _is_array: bool) {}

    /// It has ended.
    fn leave(self) {}

    /// An element or a name comes next, or the end.
    fn next(self) {}

    /// The name of a member was read.
    fn member(self, _name: &str) {}

    /// An element, or the value of a member, begins.
    fn value(self) {}

    /// Returns what a number is that no integer of 64 bits holds.
    fn float(self, value: f64) -> Result<Number> {
        self.rules().float(value)
    }

    /// Returns the depth of a document that is deeper than the limit.
    fn depth(self) -> usize {
        usize::try_from(self.rules().depth + 1).unwrap_or(usize::MAX)
    }

    /// Returns `error` as an error of the deserializer.
    fn refuse<E: de::Error>(self, error: Error) -> E {
        fail(error)
    }
}

/// What a type is given for a number.
pub(crate) enum Number {
    /// `-0`, an integer that serde_json gives as a float.
    Zero,
    /// A number that is no integer literal.
    Float(f64),
}

/// The limits of a reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(super) depth: u64,
    pub(super) string_bytes: u64,
    /// Whether another reading follows that knows the text of a number.
    pub(super) is_first: bool,
}

impl Rules {
    /// Returns the rules of a document within `limits`; a depth beyond 127 is held there.
    pub(super) fn within(limits: &Limits) -> Self {
        let depth = limits.json_depth.min(DEPTH_MAX);
        Self { depth, string_bytes: limits.string_bytes, is_first: false }
    }

    /// Returns the rules of data whose source keeps its own limits.
    pub(super) const fn unlimited() -> Self {
        Self { depth: DEPTH_MAX, string_bytes: u64::MAX, is_first: false }
    }

    /// Refuses a string of `length` bytes that is too long.
    pub(super) fn check_length(self, length: usize) -> Result<()> {
        limits::check("string_bytes", self.string_bytes, length)
    }

    fn float(self, value: f64) -> Result<Number> {
        if self.is_first && value.abs() >= AMBIGUOUS_MIN {
            return Err(Error::new(Cause::JsonInteger, "the text may be that of an integer"));
        }
        check_number(value).map(Number::Float)
    }
}

impl Watch for Rules {
    fn rules(self) -> Rules {
        self
    }
}
