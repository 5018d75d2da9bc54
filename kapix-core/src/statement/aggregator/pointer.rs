//! JSON pointers (RFC 6901) of a preset, in which `*` stands for every element of an array.

use super::document::{Form, Members, Node};
use crate::error::{Cause, Error, Result, escape_segment};

/// Bytes of a pointer, and its parts, at most: a preset is written by hand.
const POINTER_BYTES_MAX: usize = 256;
const PARTS_MAX: usize = 16;

/// A pointer of a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    parts: Vec<String>,
}

impl Pointer {
    /// Returns the pointer of a text: empty, or parts that each begin with `/`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let wrong = |message: String| Error::new(Cause::ValueOutOfRange, message);
        if text.len() > POINTER_BYTES_MAX {
            let message =
                format!("a pointer must have at most `{POINTER_BYTES_MAX}` bytes; got `{}`", text.len());
            return Err(wrong(message));
        }
        let mut parts = text.split('/');
        if parts.next() != Some("") {
            return Err(wrong("a pointer must be empty or begin with `/`, such as `/data/id`".to_owned()));
        }
        let parts: Vec<String> = parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        if parts.len() > PARTS_MAX {
            return Err(wrong(format!(
                "a pointer must have at most `{PARTS_MAX}` parts; got `{}`",
                parts.len()
            )));
        }
        Ok(Self { parts })
    }

    pub(super) fn is_root(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn has_star(&self) -> bool {
        self.parts.iter().any(|part| part == "*")
    }

    /// Returns the value that the pointer leads to from an object; null and nothing are `None`.
    pub(super) fn of<'a>(&self, members: &Members<'a>, rows: u64) -> Result<Option<Node<'a>>> {
        let Some((first, rest)) = self.parts.split_first() else { return Ok(None) };
        let own = members.iter().find(|(name, _)| name == first);
        // A table that was turned into JSON may have white space around its names.
        let own = own.or_else(|| members.iter().find(|(name, _)| name.trim() == first));
        let Some((_, found)) = own else { return Ok(None) };
        let mut node = *found;
        for part in rest {
            let Some(next) = step(node, part, rows)? else { return Ok(None) };
            node = next;
        }
        Ok((node.form() != Form::Null).then_some(node))
    }

    /// Returns every value that the pointer leads to from a page.
    pub(super) fn all<'a>(&self, page: Node<'a>, rows: u64) -> Result<Vec<Found<'a>>> {
        let mut found = vec![Found { place: String::new(), node: page, stars: Vec::new() }];
        for part in &self.parts {
            let mut next = Vec::with_capacity(found.len());
            for Found { place, node, stars } in found {
                if part == "*" {
                    for (index, node) in (0_usize..).zip(node.elements(rows)?) {
                        let stars = stars.iter().copied().chain([index]).collect();
                        next.push(Found { place: format!("{place}/{index}"), node, stars });
                    }
                } else if let Some(node) = step(node, part, rows)? {
                    next.push(Found { place: format!("{place}/{}", escape_segment(part)), node, stars });
                }
            }
            found = next;
        }
        Ok(found)
    }

    /// Returns the text of the pointer.
    pub(super) fn text(&self) -> String {
        self.parts.iter().flat_map(|part| ["/".to_owned(), escape_segment(part)]).collect()
    }
}

/// A value of a page.
pub(super) struct Found<'a> {
    /// Its own pointer.
    pub(super) place: String,
    pub(super) node: Node<'a>,
    /// The elements that the stars of the pointer stood for.
    pub(super) stars: Vec<usize>,
}

/// Returns a member of an object, or an element of an array.
fn step<'a>(node: Node<'a>, part: &str, rows: u64) -> Result<Option<Node<'a>>> {
    if node.form() == Form::Array {
        let Ok(index) = part.parse::<usize>() else { return Ok(None) };
        return Ok(node.elements(rows)?.get(index).copied());
    }
    Ok(node.members()?.into_iter().find(|(name, _)| name == part).map(|(_, value)| value))
}
