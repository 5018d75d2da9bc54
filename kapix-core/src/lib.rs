//! Kapix is a credit decision engine that you link, not call.
#![forbid(unsafe_code)]

mod error;
mod limits;

pub use error::{Cause, Code, Detail, Error, Result};
pub use limits::Limits;
