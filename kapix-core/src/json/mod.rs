//! Reading JSON strictly: every refusal names its cause, its place and what was expected, and never repeats a
//! string of the request.
//!
//! A good document is read once by serde_json, after a scan of the bytes that bounds depth and strings and finds
//! integers that no language reads exactly. Only a document that fails is read a second time, into a flat list
//! of its values ([`tape::Tape`]), from which the same type is deserialized again by a deserializer whose errors know
//! where they are. The slow reading is the judge: it may even accept what serde_json refuses (`-0` as an
//! integer).

mod access;
mod cursor;
mod field;
mod literal;
mod objects;
mod parse;
mod read;
mod scalar;
mod scan;
mod shape;
mod tape;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_hostile;

pub(crate) use field::{
    checked_number, integer, integer_option, map, map_option, number, number_of_integer, number_option,
};
pub(crate) use objects::Objects;
pub(crate) use read::read;
pub use scalar::Scalar;
pub(crate) use shape::fail;
