//! Kapix is a credit decision engine that you link, not call.
#![forbid(unsafe_code)]

mod canonical;
mod error;
mod limits;

pub use canonical::{Hash, hash, hmac, hmac_verify, to_string, to_vec};
pub use error::{Cause, Code, Detail, Error, Result};

pub use limits::Limits;
