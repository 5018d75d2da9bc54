//! Reading JSON strictly: every refusal names its cause, its place and what was expected, and never repeats a
//! string of the request.
//!
//! serde_json reads, and one deserializer around it ([`strict`]) makes every check for every type; the same stands
//! around values that are no text, such as those of Python. A good document is read once. Only a document that fails is
//! read again, by the same deserializer, which now follows where it is: first whatever it holds, then as its type. The
//! second reading is the judge: it accepts what the first cannot tell from a fault (`-0` as an integer, numbers from
//! 1e21 on).

mod number;
mod read;
mod reading;
mod scalar;
mod shape;
mod strict;
mod syntax;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_hostile;
#[cfg(test)]
mod tests_vectors;

pub(crate) use number::{AMBIGUOUS_MIN, check_number, whole};
pub(crate) use read::{Seed, read, read_seed, read_values};
pub use scalar::Scalar;
pub(crate) use shape::fail;
