//! Where in a text what stands: the line and column of what an error points to.

use super::walk::Walk;
use crate::error::{Detail, Error};
use crate::limits::Limits;
use core::fmt;
use serde_saphyr::granit_parser::Marker;
use std::collections::BTreeMap;

/// Line and column of a text, both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    line: usize,
    column: usize,
}

impl Place {
    /// Returns the place of a marker in a document that begins on this line.
    pub(super) fn of(marker: &Marker, first_line: usize) -> Self {
        Self { line: marker.line() + first_line - 1, column: marker.col() + 1 }
    }

    /// Returns the place behind a text that begins on this line.
    pub(super) fn after(text: &str, first_line: usize) -> Self {
        let last = text.rsplit('\n').next().unwrap_or_default();
        Self { line: text.matches('\n').count() + first_line, column: last.chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Returns an error of a document with the line and column of each of its places in the text, which begins on a line of
/// a larger one; its pointers start behind `prefix`. A place that the text does not have is told as what holds it.
pub(crate) fn placed(error: &Error, text: (&str, usize), prefix: &str, limits: &Limits) -> Error {
    let pointers = error.details.iter().map(|it| &it.field).chain(&error.fields);
    let pointers: Vec<&str> = pointers.filter_map(|it| it.strip_prefix(prefix)).collect();
    let found = places(text, &pointers, limits);
    let told = |message: &str, field: &str| {
        let place = field.strip_prefix(prefix).and_then(|it| above(it).find_map(|it| found.get(it)));
        place.map_or_else(|| message.to_owned(), |place| format!("{message} ({place})"))
    };
    let detail = |it: &Detail| Detail { message: told(&it.message, &it.field), ..it.clone() };
    let details = error.details.iter().map(detail).collect();
    // How many more findings there are than the first, or than are told, stands behind its message.
    let more =
        error.details.first().and_then(|it| error.message.strip_prefix(&*it.message)).unwrap_or_default();
    if let Some(found) = Error::from_details(details) {
        let first = found.details.first().map(|it| format!("{}{more}", it.message));
        return Error { message: first.unwrap_or(found.message), ..found };
    }
    let message = error.fields.first().map_or_else(|| error.message.clone(), |it| told(&error.message, it));
    Error { message, ..error.clone() }
}

/// Returns the places of the values that pointers lead to, and of what holds them.
fn places<'p>(text: (&str, usize), pointers: &[&'p str], limits: &Limits) -> BTreeMap<&'p str, Place> {
    let mut found: BTreeMap<&str, Option<Place>> =
        pointers.iter().flat_map(|it| above(it)).map(|it| (it, None)).collect();
    let mut walk = Walk::new(text, limits);
    // The text was read before.
    while let Ok(Some(place)) = walk.next_value() {
        if let Some(wanted) = found.get_mut(walk.pointer()) {
            *wanted = Some(place);
        }
    }
    found.into_iter().filter_map(|(pointer, place)| Some((pointer, place?))).collect()
}

/// Returns a pointer, and those to what holds its place, inside out.
fn above(pointer: &str) -> impl Iterator<Item = &str> {
    core::iter::successors(Some(pointer), |it| it.rfind('/').and_then(|at| it.get(..at)))
}
