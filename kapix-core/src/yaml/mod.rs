//! Documents in YAML: another way to write what JSON says, and nothing else.
//!
//! A text is read twice. The first reading ([`walk`]) goes through it piece by piece and refuses, with line and column,
//! what JSON has no form for or what tools read in different ways: anchors, aliases, merges, tags, directives, a second
//! document, a name that comes twice, an absent value, a number that JSON does not write so. The second reading takes
//! the values, behind the checks that every value from outside passes. So a document has the value, and the hash, of
//! the JSON that says the same.

mod place;
mod read;
mod scalar;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use place::placed;
pub(crate) use read::read;
