//! From text to [`Tape`]: RFC 8259 without extensions. The open arrays and objects lie on a list of our own, so
//! that depth costs no stack. Names that occur twice are found when their object closes.

use super::literal::{self, Flaw};
use super::tape::{Kind, Node, SEGMENT_BYTES, Tape, push_segment, raw};
use crate::error::{Cause, Error, Result};
use std::borrow::Cow;

/// Returns the values of `text`, or what is wrong with it: syntax, an unpaired surrogate, a name twice.
pub(super) fn parse(text: &str) -> Result<Tape<'_>> {
    let mut parser = Parser::new(text, usize::MAX)?;
    parser.document()?;
    Ok(Tape { text, nodes: parser.nodes })
}

/// Returns the JSON pointer to the value that begins at `offset`, or to what holds it; `None` when the text
/// before it is not JSON.
pub(super) fn pointer_at(text: &str, offset: usize) -> Option<String> {
    let mut parser = Parser::new(text, offset).ok()?;
    parser.document().ok()?;
    Some(parser.pointer())
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Offset at which reading ends early.
    stop: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
    /// Names of the object that closes, kept for its allocation.
    names: Vec<(Cow<'a, str>, u32)>,
}

/// An array or object that has not ended.
struct Open {
    node: u32,
    array: bool,
    /// Elements of an array that have begun.
    elements: usize,
    /// Name of the member of an object that has begun.
    name: Option<u32>,
}

/// What comes after a value has begun.
enum Step {
    Value,
    AfterValue,
    End,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, stop: usize) -> Result<Self> {
        if u32::try_from(text.len()).is_err() {
            let message = format!("request_bytes must be below `4294967296`; got `{}`", text.len());
            return Err(Error::new(Cause::LimitExceeded, message));
        }
        let bytes = text.as_bytes();
        Ok(Self { text, bytes, at: 0, stop, nodes: Vec::new(), open: Vec::new(), names: Vec::new() })
    }

    fn document(&mut self) -> Result<()> {
        let mut step = Step::Value;
        loop {
            self.skip_space();
            if matches!(step, Step::Value)
                && let Some(list) = self.open.last_mut().filter(|open| open.array)
            {
                list.elements += 1;
            }
            if self.at >= self.stop {
                return Ok(());
            }
            step = match step {
                Step::Value => self.value()?,
                Step::AfterValue => self.after_value()?,
                Step::End if self.at == self.bytes.len() => return Ok(()),
                Step::End => return Err(self.syntax("expected the end of the text")),
            };
        }
    }

    fn value(&mut self) -> Result<Step> {
        match self.bytes.get(self.at) {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => {
                self.string()?;
                Ok(Step::AfterValue)
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true", Kind::True),
            Some(b'f') => self.word(b"false", Kind::False),
            Some(b'n') => self.word(b"null", Kind::Null),
            Some(0xef) if self.at == 0 && self.bytes.starts_with(b"\xef\xbb\xbf") => {
                Err(self.syntax("the text must not begin with a byte order mark"))
            }
            _ => Err(self.expected("a value")),
        }
    }

    fn after_value(&mut self) -> Result<Step> {
        let Some(open) = self.open.last() else { return Ok(Step::End) };
        match (self.bytes.get(self.at), open.array) {
            (Some(b','), true) => {
                self.at += 1;
                Ok(Step::Value)
            }
            (Some(b','), false) => {
                self.at += 1;
                self.skip_space();
                self.name()
            }
            (Some(b']'), true) | (Some(b'}'), false) => self.close(),
            (_, true) => Err(self.expected("`,` or `]`")),
            (_, false) => Err(self.expected("`,` or `}`")),
        }
    }

    fn object(&mut self) -> Result<Step> {
        self.begin(Kind::Object);
        if self.bytes.get(self.at) == Some(&b'}') { self.close() } else { self.name() }
    }

    fn array(&mut self) -> Result<Step> {
        self.begin(Kind::Array);
        if self.bytes.get(self.at) == Some(&b']') { self.close() } else { Ok(Step::Value) }
    }

    fn begin(&mut self, kind: Kind) {
        let node = self.push(kind, self.at, self.at);
        self.open.push(Open { node, array: kind == Kind::Array, elements: 0, name: None });
        self.at += 1;
        self.skip_space();
    }

    /// Reads a name and its colon.
    fn name(&mut self) -> Result<Step> {
        if self.at >= self.stop {
            return Ok(Step::Value);
        }
        if self.bytes.get(self.at) != Some(&b'"') {
            return Err(self.expected("a name in quotes"));
        }
        let name = self.string()?;
        if let Some(open) = self.open.last_mut() {
            open.name = Some(name);
        }
        self.skip_space();
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(Step::Value)
    }

    fn close(&mut self) -> Result<Step> {
        if self.open.last().is_some_and(|open| !open.array) {
            self.refuse_duplicates()?;
        }
        self.at += 1;
        let next = offset(self.nodes.len());
        if let Some(open) = self.open.pop()
            && let Some(node) = self.nodes.get_mut(index(open.node))
        {
            node.end = offset(self.at);
            node.next = next;
        }
        Ok(Step::AfterValue)
    }

    /// Refuses the object that closes if two of its names stand for the same characters.
    fn refuse_duplicates(&mut self) -> Result<()> {
        let Some(first) = self.open.last().map(|open| open.node + 1) else { return Ok(()) };
        self.names.clear();
        let mut at = first;
        while let (Some(name), Some(value)) = (self.nodes.get(index(at)), self.nodes.get(index(at) + 1)) {
            self.names.push((literal::decode(raw(self.text, *name)), at));
            at = value.next;
        }
        self.names.sort_unstable();
        let second = self.names.iter().zip(self.names.iter().skip(1)).filter(|((a, _), (b, _))| a == b);
        match second.map(|(_, (_, at))| *at).min() {
            None => Ok(()),
            Some(at) => {
                if let Some(open) = self.open.last_mut() {
                    open.name = Some(at);
                }
                let error = Error::new(Cause::JsonDuplicateKey, "a name occurs twice in one object");
                Err(error.at(self.pointer()))
            }
        }
    }

    /// Reads a string and returns its index.
    fn string(&mut self) -> Result<u32> {
        let start = self.at + 1;
        match literal::string_length(self.bytes.get(start..).unwrap_or_default()) {
            Ok(length) => {
                self.at = start + length + 1;
                Ok(self.push(Kind::Text, start, start + length))
            }
            Err(flaw) => Err(self.flaw(start, flaw)),
        }
    }

    fn flaw(&mut self, start: usize, flaw: Flaw) -> Error {
        let (at, message) = match flaw {
            Flaw::Unterminated(at) => (at, "the text ends inside a string"),
            Flaw::Control(at) => (at, "a control character in a string must be escaped"),
            Flaw::Escape(at) => (at, "a backslash must begin one of the escapes of JSON"),
            Flaw::Surrogate(at) => (at, "a surrogate without its pair has no UTF-8 form"),
        };
        self.at = start + at;
        let cause =
            if matches!(flaw, Flaw::Surrogate(_)) { Cause::JsonUnpairedSurrogate } else { Cause::JsonSyntax };
        self.error(cause, message)
    }

    fn number(&mut self) -> Result<Step> {
        match literal::number_length(self.bytes.get(self.at..).unwrap_or_default()) {
            Ok((length, float)) => {
                let kind = if float { Kind::Float } else { Kind::Integer };
                self.push(kind, self.at, self.at + length);
                self.at += length;
                Ok(Step::AfterValue)
            }
            Err(right) => {
                self.at += right;
                Err(self.syntax("a number must have the form `-12.5e3`, without leading zeros"))
            }
        }
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<Step> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.syntax("expected a value"));
        }
        self.push(kind, self.at, self.at + word.len());
        self.at += word.len();
        Ok(Step::AfterValue)
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) -> u32 {
        let node = offset(self.nodes.len());
        self.nodes.push(Node { kind, start: offset(start), end: offset(end), next: node + 1 });
        node
    }

    fn skip_space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expected(&self, what: &str) -> Error {
        if self.at < self.bytes.len() {
            return self.syntax(&format!("expected {what}"));
        }
        let place = match self.open.last() {
            None => return self.syntax("expected a value; the text is empty"),
            Some(open) if open.array => "an array",
            Some(_) => "an object",
        };
        self.syntax(&format!("expected {what}; the text ends inside {place}"))
    }

    fn syntax(&self, message: &str) -> Error {
        self.error(Cause::JsonSyntax, message)
    }

    /// Returns an error at the current offset, with line and column.
    fn error(&self, cause: Cause, message: &str) -> Error {
        Error::new(cause, format!("{message} ({})", place(self.bytes, self.at))).at(self.pointer())
    }

    /// Returns the JSON pointer to the value that is being read.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for open in &self.open {
            if open.array {
                if let Some(position) = open.elements.checked_sub(1) {
                    push_segment(&mut pointer, &position.to_string(), SEGMENT_BYTES);
                }
            } else if let Some(name) = open.name.and_then(|name| self.nodes.get(index(name))) {
                push_segment(&mut pointer, &literal::decode(raw(self.text, *name)), SEGMENT_BYTES);
            }
        }
        pointer
    }
}

/// Returns line and column of an offset, both from 1, the column in characters.
pub(super) fn place(bytes: &[u8], at: usize) -> String {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.split(|byte| *byte == b'\n').count();
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = last.iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
    format!("line {line}, column {column}")
}

/// Returns an offset or index, all of which lie below the length of the text, which [`Parser::new`] bounds.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn index(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}
