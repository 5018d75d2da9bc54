//! A JSON document whose values are read where they lie: a number stays the text that it is, and what no preset asks for
//! is passed over.

use crate::error::{Cause, Error, Result};
use crate::json;
use crate::limits::{self, Limits};
use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Members of an object that is a row or leads to one.
const MEMBERS_MAX: usize = 10_000;

/// A value of a document that was checked whole: its text, without space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node<'a>(&'a str);

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,
}

impl Form {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// The name of a member, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object, in its order.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

impl<'a> Node<'a> {
    /// Returns the document of a text, with every check of the wire but that of its size, for which `document_bytes`
    /// stands.
    pub(super) fn document(text: &'a [u8], limits: &Limits) -> Result<Self> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let limits = Limits { request_bytes: u64::MAX, ..limits.clone() };
        json::read::<IgnoredAny>(text, &limits)?;
        Ok(Self(core::str::from_utf8(text).map_err(|_| unreadable())?.trim_ascii()))
    }

    pub(super) fn form(self) -> Form {
        match self.0.as_bytes().first() {
            Some(b'{') => Form::Object,
            Some(b'[') => Form::Array,
            Some(b'"') => Form::Text,
            Some(b't' | b'f') => Form::Bool,
            Some(b'n') | None => Form::Null,
            Some(_) => Form::Number,
        }
    }

    /// Returns the members of an object; of anything else, none.
    pub(super) fn members(self) -> Result<Members<'a>> {
        if self.form() != Form::Object {
            return Ok(Vec::new());
        }
        let mut reader = serde_json::Deserializer::from_str(self.0);
        serde::Deserializer::deserialize_map(&mut reader, MembersVisitor).map_err(|_| {
            let message = format!("an object on the way to a row must have at most `{MEMBERS_MAX}` members");
            Error::new(Cause::LimitExceeded, message)
        })
    }

    /// Returns the elements of an array, at most `rows`; of anything else, none.
    pub(super) fn elements(self, rows: u64) -> Result<Vec<Self>> {
        if self.form() != Form::Array {
            return Ok(Vec::new());
        }
        let mut reader = serde_json::Deserializer::from_str(self.0);
        let elements = serde::Deserializer::deserialize_seq(&mut reader, ElementsVisitor(rows));
        let elements = elements.map_err(|_| unreadable())?;
        limits::check("rows", rows, elements.len())?;
        Ok(elements)
    }

    /// Returns the text of a string.
    pub(super) fn text(self) -> Result<Option<Cow<'a, str>>> {
        if self.form() != Form::Text {
            return Ok(None);
        }
        let Name(text) = serde_json::from_str(self.0).map_err(|_| unreadable())?;
        Ok(Some(text))
    }

    /// Returns a string, and a number or boolean as it is written.
    pub(super) fn word(self) -> Result<Option<Cow<'a, str>>> {
        match self.form() {
            Form::Text => self.text(),
            Form::Number | Form::Bool => Ok(Some(Cow::Borrowed(self.0))),
            Form::Null | Form::Array | Form::Object => Ok(None),
        }
    }
}

struct MembersVisitor;

impl<'a> Visitor<'a> for MembersVisitor {
    type Value = Members<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut source: A) -> core::result::Result<Members<'a>, A::Error> {
        let mut members = Vec::with_capacity(16);
        while let Some((Name(name), value)) = source.next_entry::<Name<'a>, &'a RawValue>()? {
            if members.len() >= MEMBERS_MAX {
                return Err(A::Error::custom("too many members"));
            }
            members.push((name, Node(value.get())));
        }
        Ok(members)
    }
}

/// Reads one element more than the limit, which is then told.
struct ElementsVisitor(u64);

impl<'a> Visitor<'a> for ElementsVisitor {
    type Value = Vec<Node<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut source: A) -> core::result::Result<Vec<Node<'a>>, A::Error> {
        let mut elements = Vec::new();
        let mut left = self.0.saturating_add(1);
        while let Some(element) = source.next_element::<&'a RawValue>()? {
            if left > 0 {
                left -= 1;
                elements.push(Node(element.get()));
            }
        }
        Ok(elements)
    }
}

/// The whole document was read once before: only a defect comes here.
#[cold]
fn unreadable() -> Error {
    Error::new(Cause::JsonSyntax, "the document cannot be read as JSON")
}
