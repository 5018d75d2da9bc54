//! A reading that knows where it stands: what refuses a document is read again by it, for the place.

use super::number::wide_integer;
use super::shape::{SEGMENT_BYTES, ShapeError, UNKNOWN_SEGMENT_BYTES, segment};
use super::strict::Strict;
use super::syntax::{self, End, Inside};
use super::watch::{Number, Rules, Watch};
use crate::error::{Error, Result};
use core::cell::{Cell, RefCell};
use serde::Deserialize;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde_json::Value;
use std::io;

/// Returns the document in `text`, or what is wrong with it and where: syntax, a limit, a name twice, a number that
/// not every language reads exactly.
///
/// serde_json takes the text byte by byte, so that the place of each number is known.
pub(super) fn document(text: &str, rules: Rules) -> Result<Value> {
    let reading = Reading::new(text, rules);
    let mut deserializer = serde_json::Deserializer::from_reader(&reading);
    let read = Value::deserialize(Strict::watched(&mut deserializer, &reading));
    read.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| reading.syntax_error(&error))
}

/// Returns a document as a type, or the first place where it has another shape.
pub(crate) fn typed<T: DeserializeOwned>(document: &Value) -> Result<T> {
    let reading = Reading::new("", Rules::unlimited());
    T::deserialize(Strict::watched(Part(document), &reading)).map_err(|error| reading.shape_error(error))
}

/// Where a reading stands.
struct Reading<'t> {
    text: &'t str,
    rules: Rules,
    /// Bytes that serde_json has taken.
    taken: Cell<usize>,
    /// The arrays and objects that have begun; after an error those that hold it.
    open: RefCell<Vec<Open>>,
    /// Whether an element or name comes next, or the end.
    is_between: Cell<bool>,
    /// The error that the reading ended with, unless it is one of syntax or shape.
    refused: RefCell<Option<Error>>,
}

/// An array or object that has begun, and what it holds last.
enum Open {
    Array(Option<usize>),
    Object(Option<String>),
}

impl io::Read for &Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.text.as_bytes().get(self.taken.get()..).unwrap_or_default();
        let count = rest.read(buffer)?;
        self.taken.set(self.taken.get() + count);
        Ok(count)
    }
}

impl Watch for &Reading<'_> {
    fn rules(self) -> Rules {
        self.rules
    }

    fn enter(self, is_array: bool) {
        self.open.borrow_mut().push(if is_array { Open::Array(None) } else { Open::Object(None) });
    }

    fn leave(self) {
        self.open.borrow_mut().pop();
        self.is_between.set(false);
    }

    fn next(self) {
        self.is_between.set(true);
    }

    fn member(self, name: &str) {
        if let Some(Open::Object(last)) = self.open.borrow_mut().last_mut() {
            *last = Some(name.to_owned());
        }
        self.is_between.set(false);
    }

    fn value(self) {
        if let Some(Open::Array(last)) = self.open.borrow_mut().last_mut() {
            *last = Some(last.map_or(0, |last| last + 1));
        }
        self.is_between.set(false);
    }

    fn float(self, value: f64) -> Result<Number> {
        let literal = syntax::number_before(self.text, self.taken.get());
        match syntax::integer_digits(literal) {
            Some(_) if literal == "-0" => Ok(Number::Zero),
            Some(digits) => Err(wide_integer(digits)),
            None => self.rules.float(value),
        }
    }

    fn depth(self) -> usize {
        syntax::depth(self.text)
    }

    fn refuse<E: de::Error>(self, error: Error) -> E {
        let place = self.pointer(self.is_between.get());
        self.refused.replace(Some(error.at(place)));
        E::custom("refused")
    }
}

impl<'t> Reading<'t> {
    fn new(text: &'t str, rules: Rules) -> Self {
        Self {
            text,
            rules,
            taken: Cell::new(0),
            open: RefCell::default(),
            is_between: Cell::new(false),
            refused: RefCell::default(),
        }
    }

    /// Returns the error that ended the reading of a text.
    fn syntax_error(&self, error: &serde_json::Error) -> Error {
        if let Some(refused) = self.refused.take() {
            return refused;
        }
        let (inside, count) = match self.open.borrow().last() {
            None => (Inside::Nothing, 0),
            Some(Open::Array(last)) => (Inside::Array, last.map_or(0, |last| last + 1)),
            Some(Open::Object(last)) => (Inside::Object, usize::from(last.is_some())),
        };
        let end = End { inside, is_between: self.is_between.get(), is_empty: count == 0 };
        let (error, is_next) = syntax::fault(self.text, error, end);
        let place = self.pointer(is_next);
        let is_element = is_next && inside == Inside::Array;
        error.at(if is_element { format!("{place}/{count}") } else { place })
    }

    /// Returns the error of a type at its place.
    fn shape_error(&self, ShapeError(error): ShapeError) -> Error {
        // An unknown name is in the pointer of the error already.
        let is_named = match self.open.borrow().last() {
            Some(Open::Object(Some(name))) => error.fields == [segment(name, UNKNOWN_SEGMENT_BYTES)],
            _ => false,
        };
        // What an array or object as a whole lacks is no fault of what it holds last.
        let is_of_holder = is_named || self.is_between.get();
        error.under(&self.pointer(is_of_holder))
    }

    /// Returns the JSON pointer to what was read last, or to the array or object that holds it.
    fn pointer(&self, of_holder: bool) -> String {
        let mut pointer = String::new();
        let open = self.open.borrow();
        let count = open.len() - usize::from(of_holder && !open.is_empty());
        for held in open.iter().take(count) {
            match held {
                Open::Array(Some(last)) => pointer.push_str(&format!("/{last}")),
                Open::Object(Some(last)) => pointer.push_str(&segment(last, SEGMENT_BYTES)),
                _ => {}
            }
        }
        pointer
    }
}

/// A value of a document, whose errors hold no text of it.
#[derive(Clone, Copy)]
struct Part<'v>(&'v Value);

impl<'v> IntoDeserializer<'v, ShapeError> for Part<'v> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'v> Deserializer<'v> for Part<'v> {
    type Error = ShapeError;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> core::result::Result<V::Value, ShapeError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (_, Some(value)) => visitor.visit_i64(value),
                _ => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(values) => {
                let mut rest = SeqDeserializer::new(values.iter().map(Part));
                let value = visitor.visit_seq(&mut rest)?;
                rest.end().map(|()| value)
            }
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.as_str(), Part(value)));
                let mut rest = MapDeserializer::new(members);
                let value = visitor.visit_map(&mut rest)?;
                rest.end().map(|()| value)
            }
        }
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> core::result::Result<V::Value, ShapeError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'v>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
