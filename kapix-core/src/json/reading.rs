//! One reading: it keeps the limits, and of a refused text it knows where it stands, for the place of the error.

use super::number::{AMBIGUOUS_MIN, check_number, wide_integer};
use super::shape::{Fault, SEGMENT_BYTES, UNKNOWN_SEGMENT_BYTES, segment};
use super::syntax;
use crate::error::{Cause, Error};
use crate::limits::{self, Limits};
use core::cell::{Cell, RefCell};
use core::fmt::Display;
use serde::de;
use std::collections::BTreeSet;
use std::io;

/// The deepest nesting that any limit allows: serde_json's own bound, below which its recursion and that of a
/// type fit a stack of 2 MiB.
pub(super) const DEPTH_MAX: u64 = 127;

/// A step of a reading.
#[derive(Clone, Copy)]
pub(super) enum Step<'s> {
    /// An array or object begins.
    Enter,
    /// It has ended.
    Leave,
    /// An element or name comes next, or the end.
    Next,
    /// The name of a member was read.
    Name(&'s str),
    /// An element, or the value of a member, begins.
    Value,
    /// The value is a string of so many bytes.
    Text(usize),
    /// The value is a document in a string, which may be as long as the request.
    Document(usize),
}

/// A reading of one document. Behind the first reading of a text stands another one: its errors say nothing, and what
/// only the text of a number tells is refused.
pub(super) struct Reading<'t, const FIRST: bool> {
    /// A text that was refused; errors in anything else have no place.
    refused_text: Option<&'t str>,
    /// Bytes that serde_json has taken of it.
    taken: Cell<usize>,
    limits: &'t Limits,
    depth: Cell<usize>,
    /// The fewest bytes that the values that were read take as JSON.
    bytes: Cell<usize>,
    trail: RefCell<Trail>,
    /// The first error.
    refused: Cell<Option<Error>>,
}

/// Where a reading stands.
#[derive(Default)]
struct Trail {
    /// The arrays and objects that have begun; after an error those that hold it.
    open: Vec<Open>,
    /// Whether an element or name comes next, or the end.
    is_between: bool,
}

/// An array or object that has begun: how many values of it, the name of the last one, and all names.
#[derive(Default)]
struct Open {
    values: usize,
    name: Option<String>,
    names: BTreeSet<String>,
}

impl<'t, const FIRST: bool> Reading<'t, FIRST> {
    pub(super) fn new(refused_text: Option<&'t str>, limits: &'t Limits) -> Self {
        let (taken, depth, bytes, trail, refused) = Default::default();
        Self { refused_text, taken, limits, depth, bytes, trail, refused }
    }

    /// Takes note of a step, or refuses it.
    #[expect(clippy::inline_always, reason = "each place takes one step; rows are read a fifth faster")]
    #[inline(always)]
    pub(super) fn step(&self, step: Step<'_>) -> Result<(), Fault> {
        match step {
            Step::Enter => {
                self.depth.update(|depth| depth + 1);
                limits::check("json_depth", self.limits.json_depth.min(DEPTH_MAX), self.depth.get())?;
            }
            Step::Leave => self.depth.update(|depth| depth - 1),
            Step::Name(name) => limits::check("string_bytes", self.limits.string_bytes, name.len())?,
            Step::Text(length) => limits::check("string_bytes", self.limits.string_bytes, length)?,
            Step::Document(length) => limits::check("request_bytes", self.limits.request_bytes, length)?,
            Step::Next | Step::Value => {}
        }
        match self.refused_text {
            _ if FIRST => Ok(()),
            Some(_) => self.trail.borrow_mut().step(step),
            None => self.count(step),
        }
    }

    fn count(&self, step: Step<'_>) -> Result<(), Fault> {
        let bytes = match step {
            Step::Leave | Step::Next => 0,
            Step::Enter | Step::Value => 1,
            // With quotes and colon.
            Step::Name(name) => name.len() + 3,
            // One byte more is counted as a value.
            Step::Text(length) | Step::Document(length) => length + 1,
        };
        self.bytes.update(|before| before + bytes);
        Ok(limits::check("request_bytes", self.limits.request_bytes, self.bytes.get())?)
    }

    /// Returns a number that the source gives as a float, or `None` for `-0`, which is an integer.
    pub(super) fn float(&self, value: f64) -> Result<Option<f64>, Fault> {
        match self.refused_text.map(|text| syntax::number_before(text, self.taken.get())) {
            Some("-0") => return Ok(None),
            Some(literal) => syntax::integer_digits(literal).map_or(Ok(()), |it| Err(wide_integer(it)))?,
            None if FIRST && value.abs() >= AMBIGUOUS_MIN => {
                return Err(de::Error::custom("maybe an integer"));
            }
            None => {}
        }
        Ok(Some(check_number(value)?))
    }

    /// Returns an error of the source for one of a type, which is kept with its place if it is the first.
    #[cold]
    pub(super) fn refuse<E: de::Error>(&self, Fault(error): Fault) -> E {
        let trail = self.trail.borrow();
        // An unknown name is in the pointer of the error already.
        let name = trail.open.last().and_then(|open| open.name.as_deref());
        let is_named = name.is_some_and(|name| error.fields == [segment(name, UNKNOWN_SEGMENT_BYTES)]);
        // What an array or object as a whole lacks is no fault of what it holds last.
        let place = trail.pointer(is_named || trail.is_between);
        self.refused.set(self.refused.take().or_else(|| Some(error.under(&place))));
        E::custom("refused")
    }

    /// Returns an error of a type for one of the source, which is kept as one of syntax if it is the first.
    #[cold]
    pub(super) fn broken<E: Display>(&self, error: E) -> Fault {
        let fault = || match self.refused_text {
            Some(text) => self.trail.borrow().placed(syntax::fault(text, &error.to_string())),
            None => Error::new(Cause::JsonShape, "the value has no form in JSON"),
        };
        self.refused.set(self.refused.take().or_else(|| Some(fault())));
        de::Error::custom("broken")
    }

    /// Returns the result of a type as one of the source.
    pub(super) fn keep<T, E: de::Error>(&self, result: Result<T, Fault>) -> Result<T, E> {
        result.map_err(|fault| self.refuse(fault))
    }

    /// Returns the result of the whole reading.
    pub(super) fn finish<T>(&self, result: Result<T, Fault>) -> crate::error::Result<T> {
        result.map_err(|fault| {
            let Fault(last) = self.refuse(fault);
            self.refused.take().unwrap_or(*last)
        })
    }
}

/// serde_json takes a refused text byte by byte, so that the place of each number is known.
impl io::Read for &Reading<'_, false> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let text = self.refused_text.unwrap_or_default().as_bytes();
        let count = text.get(self.taken.get()..).unwrap_or_default().read(buffer)?;
        self.taken.update(|before| before + count);
        Ok(count)
    }
}

impl Trail {
    fn step(&mut self, step: Step<'_>) -> Result<(), Fault> {
        self.is_between = matches!(step, Step::Next);
        match (step, self.open.last_mut()) {
            (Step::Enter, _) => self.open.push(Open::default()),
            (Step::Leave, _) => drop(self.open.pop()),
            (Step::Value, Some(last)) => last.values += 1,
            (Step::Name(name), Some(last)) => {
                last.name = Some(name.to_owned());
                if !last.names.insert(name.to_owned()) {
                    return Err(Fault::name_twice());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns an error of syntax with its place.
    fn placed(&self, error: Error) -> Error {
        if !self.is_between || error.message.starts_with("expected `,`") {
            return error.at(self.pointer(false));
        }
        // An element was to come, or a name, which nobody knows.
        let place = self.pointer(true);
        match self.open.last() {
            Some(Open { values, name: None, .. }) if *values > 0 => error.at(format!("{place}/{values}")),
            _ => error.at(place),
        }
    }

    /// Returns the JSON pointer to what was read last, or to the array or object that holds it.
    fn pointer(&self, of_holder: bool) -> String {
        let count = self.open.len() - usize::from(of_holder && !self.open.is_empty());
        let parts = self.open.iter().take(count).map(|open| match &open.name {
            Some(name) => segment(name, SEGMENT_BYTES),
            None => open.values.checked_sub(1).map(|last| format!("/{last}")).unwrap_or_default(),
        });
        parts.collect()
    }
}
