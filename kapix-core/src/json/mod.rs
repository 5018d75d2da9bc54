//! Reading JSON strictly: every refusal names its cause, its place and what was expected, and never repeats a
//! string of the request.
//!
//! serde_json reads, and one deserializer around it ([`strict`]) makes every check for every type. A good document is
//! read once, straight into its type. Only a document that fails is read a second time, into a
//! `serde_json::Value`, by the same deserializer, which now follows where it is; and then from the value into the
//! type, by errors that know their place. The second reading is the judge: it accepts what the first cannot tell from
//! a fault (`-0` as an integer, numbers from 1e21 on).

mod number;
mod place;
mod read;
mod scalar;
mod shape;
mod strict;
mod syntax;
mod watch;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_hostile;
#[cfg(test)]
mod tests_vectors;

pub(crate) use read::read;
pub use scalar::Scalar;
pub(crate) use shape::fail;
pub(crate) use strict::Strict;
