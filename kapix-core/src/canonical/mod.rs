//! Canonical JSON (RFC 8785, "JCS") and the hashes over it: two equal documents have the same bytes in every
//! language, so the SHA-256 of the bytes names the document.
//!
//! A typed value is written as it is visited: no tree of values is built. Members of an object are sorted when it
//! closes, in place and only if they did not arrive in order, so a struct whose fields are declared alphabetically
//! is never sorted.

mod hash;
mod join;
mod key;
mod object;
mod text;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use hash::Hasher;
pub use hash::{Hash, hash, hmac, hmac_verify};
pub(crate) use join::Joinable;
pub(crate) use writer::to_shared;
pub use writer::{to_string, to_vec};
