//! Arrays and objects being written. An object remembers where each member starts; when it closes, the members
//! are permuted into the order of their names unless they came in that order.

use super::key::NameWriter;
use super::text;
use super::writer::{Refused, Writer};
use crate::error::Cause;
use core::cmp::Ordering;
use core::ops::Range;
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

type Written = Result<(), Refused>;

/// An array being written.
pub(super) struct List<'w> {
    writer: &'w mut Writer,
    first: bool,
    closing: &'static [u8],
}

impl<'w> List<'w> {
    /// Opens an array that ends with `closing`: `]`, or `]}` inside an enum variant.
    pub(super) fn open(writer: &'w mut Writer, closing: &'static [u8]) -> Self {
        writer.out.push(b'[');
        Self { writer, first: true, closing }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        if !self.first {
            self.writer.out.push(b',');
        }
        self.first = false;
        value.serialize(&mut *self.writer)
    }

    fn close(self) {
        self.writer.out.extend_from_slice(self.closing);
    }
}

macro_rules! lists {
    ($($trait:ident: $method:ident;)+) => { $(
        impl $trait for List<'_> {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.element(value)
            }

            fn end(self) -> Written {
                self.close();
                Ok(())
            }
        }
    )+ };
}

lists! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

/// One member of an open object: where its text starts, and its name.
#[derive(Clone)]
pub(super) struct Member {
    start: usize,
    name: Name,
}

#[derive(Clone)]
enum Name {
    /// A field of a struct.
    Field(&'static str),
    /// Bytes of an entry's name that stands in the text as it is, after the quote.
    Plain(usize),
    /// An entry's name that is escaped in the text: a range of [`Writer::names`].
    Escaped(Range<usize>),
}

impl Member {
    /// Returns the place of the first member that stands after `name`; `members` are in order.
    pub(super) fn after(writer: &Writer, name: &str) -> Option<usize> {
        let Writer { out, names, members, .. } = writer;
        let later =
            |member: &&Self| text::utf16_order(member.name(out, names), name.as_bytes()) == Ordering::Greater;
        members.iter().find(later).map(|member| member.start)
    }

    fn name<'n>(&self, out: &'n [u8], names: &'n str) -> &'n [u8] {
        match &self.name {
            Name::Field(name) => name.as_bytes(),
            Name::Plain(length) => out.get(self.start + 1..self.start + 1 + length).unwrap_or_default(),
            Name::Escaped(range) => names.as_bytes().get(range.clone()).unwrap_or_default(),
        }
    }
}

/// An object being written.
pub(super) struct Object<'w> {
    writer: &'w mut Writer,
    /// Offset in the output after the opening brace.
    inside: usize,
    /// Where this object's members and names begin on the stacks of the writer.
    first_member: usize,
    first_name: usize,
    ascending: bool,
    closing: &'static [u8],
}

impl<'w> Object<'w> {
    /// Opens an object that ends with `closing`: `}`, or `}}` inside an enum variant.
    pub(super) fn open(writer: &'w mut Writer, closing: &'static [u8]) -> Self {
        writer.out.push(b'{');
        Self {
            inside: writer.out.len(),
            first_member: writer.members.len(),
            first_name: writer.names.len(),
            ascending: true,
            closing,
            writer,
        }
    }

    /// Writes the name of the next member.
    fn begin(&mut self, text: &str, name: Name) {
        let Writer { out, names, members, .. } = &mut *self.writer;
        out.reserve(text.len() + 4);
        if members.len() > self.first_member {
            if let Some(last) = members.last() {
                self.ascending &= text::utf16_order(last.name(out, names), text.as_bytes()) == Ordering::Less;
            }
            out.push(b',');
        }
        let start = out.len();
        text::write(out, text);
        out.push(b':');
        members.push(Member { start, name });
    }

    /// Writes the name of the next entry of a map.
    pub(super) fn begin_entry(&mut self, text: &str) {
        let names = &mut self.writer.names;
        let name = if text::has_escaped(text.as_bytes()) {
            let start = names.len();
            names.push_str(text);
            Name::Escaped(start..names.len())
        } else {
            Name::Plain(text.len())
        };
        self.begin(text, name);
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        self.begin(name, Name::Field(name));
        value.serialize(&mut *self.writer)
    }

    fn close(mut self) -> Written {
        if !self.ascending {
            self.sort()?;
        }
        if self.first_member > 0 || !self.writer.keeps_members {
            self.writer.members.truncate(self.first_member);
            self.writer.names.truncate(self.first_name);
        }
        self.writer.out.extend_from_slice(self.closing);
        Ok(())
    }

    /// Permutes the members into the order of their names; costs one copy of the object's text.
    fn sort(&mut self) -> Written {
        let Writer { out, names, members, .. } = &mut *self.writer;
        let held = members.get(self.first_member..).unwrap_or_default();
        // A member ends before the comma of the next one, the last one at the end of the text.
        let ends = held.iter().skip(1).map(|next| next.start - 1).chain([out.len()]);
        let mut order: Vec<(&Member, Range<usize>)> =
            held.iter().zip(ends).map(|(member, end)| (member, member.start..end)).collect();
        order.sort_by(|(a, _), (b, _)| text::utf16_order(a.name(out, names), b.name(out, names)));
        if order
            .windows(2)
            .any(|pair| matches!(pair, [(a, _), (b, _)] if a.name(out, names) == b.name(out, names)))
        {
            return Err(Refused::new(Cause::JsonDuplicateKey, "two members of an object have the same name"));
        }
        let mut sorted = Vec::with_capacity(out.len() - self.inside);
        let mut moved = Vec::with_capacity(order.len());
        for (index, (member, range)) in order.into_iter().enumerate() {
            if index > 0 {
                sorted.push(b',');
            }
            moved.push(Member { start: self.inside + sorted.len(), name: member.name.clone() });
            sorted.extend_from_slice(out.get(range).unwrap_or_default());
        }
        members.truncate(self.first_member);
        members.append(&mut moved);
        out.truncate(self.inside);
        out.append(&mut sorted);
        Ok(())
    }
}

impl SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        key.serialize(NameWriter(self))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Written {
        self.close()
    }
}

macro_rules! structs {
    ($($trait:ident)+) => { $(
        impl $trait for Object<'_> {
            type Ok = ();
            type Error = Refused;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
                self.member(name, value)
            }

            fn end(self) -> Written {
                self.close()
            }
        }
    )+ };
}

structs! { SerializeStruct SerializeStructVariant }
