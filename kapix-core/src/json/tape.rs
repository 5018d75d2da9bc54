//! The values of a document in one flat list, in the order of the text: a value of 16 bytes each, whose strings
//! and numbers stay in the text until somebody asks.

use super::literal;
use std::borrow::Cow;

/// Longest part of a JSON pointer in bytes; a name in a request may be long, an error should not be.
pub(super) const SEGMENT_BYTES: usize = 128;

/// The same for a name that the engine does not know.
pub(super) const UNKNOWN_SEGMENT_BYTES: usize = 64;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    False,
    True,
    /// A number without fraction and exponent.
    Integer,
    /// A number with a fraction or an exponent.
    Float,
    /// A string; a name in an object is one too.
    Text,
    Array,
    /// Names and values in turn.
    Object,
}

/// One value of a [`Tape`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(super) kind: Kind,
    /// The bytes of the text that it takes, without the quotes of a string.
    pub(super) start: u32,
    pub(super) end: u32,
    /// Index of the value that follows this one and all that it holds.
    pub(super) next: u32,
}

/// A document whose syntax is right and whose objects name no member twice.
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    pub(super) text: &'a str,
    pub(super) nodes: Vec<Node>,
}

impl<'a> Tape<'a> {
    /// Returns a value; an index that no value has gives a null.
    pub(super) fn node(&self, index: u32) -> Node {
        let found = usize::try_from(index).ok().and_then(|index| self.nodes.get(index));
        found.copied().unwrap_or(Node { kind: Kind::Null, start: 0, end: 0, next: index.saturating_add(1) })
    }

    /// Returns the text of a number, or of a string between its quotes.
    pub(super) fn raw(&self, node: Node) -> &'a str {
        raw(self.text, node)
    }

    /// Returns a string without its escapes.
    pub(super) fn string(&self, node: Node) -> Cow<'a, str> {
        literal::decode(self.raw(node))
    }

    /// Returns the JSON pointer (RFC 6901) to a value, or to the member that a name belongs to.
    pub(super) fn pointer(&self, target: u32) -> String {
        let mut pointer = String::new();
        let mut at = 0;
        while at < target {
            let parent = self.node(at);
            let Some(child) = self.child_holding(at, parent, target, &mut pointer) else { break };
            at = child;
        }
        pointer
    }

    /// Returns the value in `parent` that is or holds `target`, and adds its part of the pointer.
    fn child_holding(&self, index: u32, parent: Node, target: u32, pointer: &mut String) -> Option<u32> {
        let mut child = index + 1;
        let mut position = 0_usize;
        while child < parent.next {
            let value = if parent.kind == Kind::Object { child + 1 } else { child };
            let next = self.node(value).next;
            if target < next {
                if parent.kind == Kind::Object {
                    push_segment(pointer, &self.string(self.node(child)), SEGMENT_BYTES);
                } else {
                    push_segment(pointer, &position.to_string(), SEGMENT_BYTES);
                }
                return (target >= value).then_some(value);
            }
            child = next;
            position += 1;
        }
        None
    }
}

/// Returns the bytes of `text` that a value takes.
pub(super) fn raw(text: &str, node: Node) -> &str {
    let range =
        usize::try_from(node.start).unwrap_or(usize::MAX)..usize::try_from(node.end).unwrap_or(usize::MAX);
    text.get(range).unwrap_or_default()
}

/// Appends `/` and a name to a JSON pointer, with the escapes of RFC 6901, section 3, cut at `limit` bytes.
pub(super) fn push_segment(pointer: &mut String, name: &str, limit: usize) {
    pointer.push('/');
    let mut room = limit;
    for character in name.chars() {
        match room.checked_sub(character.len_utf8()) {
            Some(left) => room = left,
            None => break,
        }
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}
