//! The first reading: value after value with its place, or what the subset leaves out.

use super::place::Place;
use super::scalar;
use crate::error::{Cause, Error, Result, escape_segment};
use crate::limits::{self, Limits};
use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, ScanError, StrInput};
use std::collections::BTreeSet;

/// Values and names of one document: the largest decision table, 10^5 rows of ten columns, has half as many.
pub(super) const NODES_MAX: usize = 4_000_000;

/// The deepest nesting, whatever the limits say; that of JSON.
pub(super) const DEPTH_MAX: u64 = 127;

/// Levels that the parser may look ahead to, along one line.
const NESTED_MAX: usize = 2_048;

/// A reading of one document.
pub(super) struct Walk<'t, 'l> {
    events: Parser<'t, StrInput<'t>>,
    limits: &'l Limits,
    /// The line of the whole text on which the document begins.
    first_line: usize,
    open: Vec<Open>,
    /// JSON pointer to the last value.
    pointer: String,
    nodes: usize,
    documents: usize,
}

/// A mapping or sequence that has begun.
struct Open {
    /// The names so far; none of a sequence.
    names: Option<BTreeSet<String>>,
    /// Whether a name was read whose value comes next.
    is_named: bool,
    /// Values so far.
    values: usize,
    /// Bytes of the pointer to it.
    pointer: usize,
}

impl<'t, 'l> Walk<'t, 'l> {
    pub(super) fn new((text, first_line): (&'t str, usize), limits: &'l Limits) -> Self {
        let options = granit_parser::options! {
            disallow_directives: true,
            emit_comments: false,
            emit_unresolved_aliases: true,
            // Below them lies the limit on depth, which is told with its name.
            block_nesting_limit: NESTED_MAX,
            flow_nesting_limit: NESTED_MAX,
        };
        let events = Parser::new_from_str_with_options(text, options);
        Self { events, limits, first_line, open: Vec::new(), pointer: String::new(), nodes: 0, documents: 0 }
    }

    /// Returns the JSON pointer to the value that was returned last.
    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Goes on to the next value, and returns its place.
    pub(super) fn next_value(&mut self) -> Result<Option<Place>> {
        while let Some(event) = self.events.next() {
            let (event, span) = event.map_err(|error| self.broken(&error))?;
            let place = Place::of(&span.start, self.first_line);
            let is_written = span.start.index() < span.end.index();
            let found = self.take(event, is_written).map_err(|error| self.located(error, place))?;
            if found {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Takes note of an event, and returns whether a value begins with it; `is_written` unless the text has nothing there.
    fn take(&mut self, event: Event<'t>, is_written: bool) -> Result<bool> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(left_out("a text holds one document"));
                }
            }
            Event::SequenceEnd | Event::MappingEnd => drop(self.open.pop()),
            Event::Scalar(text, style, anchor, tag) => {
                refuse_properties(anchor, tag.is_some())?;
                let is_plain = style == ScalarStyle::Plain;
                if self.open.last().is_some_and(|open| open.names.is_some() && !open.is_named) {
                    self.name(&text, is_plain)?;
                    return Ok(false);
                }
                self.enter()?;
                if self.open.is_empty() {
                    return Err(no_document());
                }
                limits::check("string_bytes", self.limits.string_bytes, text.len())?;
                if is_plain && !is_written {
                    return Err(left_out(
                        "a value must stand behind its name: write `null` for none, or take the name away",
                    ));
                }
                if is_plain {
                    scalar::check_plain(&text, self.limits)?;
                }
                return Ok(true);
            }
            Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag)
                if anchor != 0 || tag.is_some() =>
            {
                refuse_properties(anchor, tag.is_some())?;
            }
            Event::SequenceStart(..) => {
                if self.open.is_empty() {
                    return Err(no_document());
                }
                self.begin(None)?;
                return Ok(true);
            }
            Event::MappingStart(..) => {
                self.begin(Some(BTreeSet::new()))?;
                return Ok(true);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(left_out(
                    "write the value again: aliases (`*`) are not read, or put a text that begins with `*` in quotes",
                ));
            }
            _ => {}
        }
        Ok(false)
    }

    /// Begins a mapping, with its names, or a sequence.
    fn begin(&mut self, names: Option<BTreeSet<String>>) -> Result<()> {
        self.enter()?;
        let limit = self.limits.json_depth.min(DEPTH_MAX);
        limits::check("json_depth", limit, self.open.len() + 1)?;
        self.open.push(Open { names, is_named: false, values: 0, pointer: self.pointer.len() });
        Ok(())
    }

    /// Counts a value, and points to it.
    fn enter(&mut self) -> Result<()> {
        self.count()?;
        if let Some(open) = self.open.last_mut() {
            if open.names.is_none() {
                self.pointer.truncate(open.pointer);
                self.pointer.push('/');
                self.pointer.push_str(&open.values.to_string());
            } else if !open.is_named {
                return Err(left_out("a name must be a text on one line"));
            }
            open.is_named = false;
            open.values += 1;
        }
        Ok(())
    }

    fn name(&mut self, name: &str, is_plain: bool) -> Result<()> {
        self.count()?;
        limits::check("string_bytes", self.limits.string_bytes, name.len())?;
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        self.pointer.truncate(open.pointer);
        self.pointer.push('/');
        self.pointer.push_str(&escape_segment(name));
        if is_plain && name == "<<" {
            return Err(left_out("write the members again: merges (`<<`) are not read"));
        }
        if is_plain && matches!(name, "" | "~" | "null" | "Null" | "NULL") {
            return Err(left_out("a name must be a text; put `null` in quotes where it is one"));
        }
        open.is_named = true;
        if open.names.as_mut().is_some_and(|names| !names.insert(name.to_owned())) {
            return Err(Error::new(Cause::JsonDuplicateKey, "a name must occur once in an object"));
        }
        Ok(())
    }

    fn count(&mut self) -> Result<()> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            let message = format!(
                "a document in YAML must have at most `{NODES_MAX}` values and names; write it as JSON"
            );
            return Err(Error::new(Cause::LimitExceeded, message));
        }
        Ok(())
    }

    /// Returns an error of the parser with its place.
    fn broken(&self, error: &ScanError) -> Error {
        let place = Place::of(error.marker(), self.first_line);
        Error::new(Cause::YamlSyntax, format!("the text is not YAML: {} ({place})", error.info()))
    }

    /// Returns an error with its line and column, at the value that was read last.
    fn located(&self, error: Error, place: Place) -> Error {
        let message = format!("{} ({place})", error.message);
        let error = Error { message, fields: Vec::new(), ..error };
        if self.pointer.is_empty() { error } else { error.at(self.pointer.as_str()) }
    }
}

fn refuse_properties(anchor: usize, is_tagged: bool) -> Result<()> {
    if anchor != 0 {
        return Err(left_out(
            "take the anchor away: anchors (`&`) are not read, or put a text that begins with `&` in quotes",
        ));
    }
    if is_tagged {
        return Err(left_out(
            "take the tag away: tags (`!`) are not read, or put a text that begins with `!` in quotes",
        ));
    }
    Ok(())
}

/// Returns the error of what documents may not have.
pub(super) fn left_out(message: &str) -> Error {
    Error::new(Cause::YamlLeftOut, message)
}

/// Returns the error of a text that is no object.
pub(super) fn no_document() -> Error {
    let message =
        "the text is no document: in JSON one begins with `{`, in YAML with a name, a colon and a space";
    Error::new(Cause::JsonSyntax, message)
}
