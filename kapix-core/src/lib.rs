//! Kapix is a credit decision engine that you link, not call.
#![forbid(unsafe_code)]

mod error;
mod id;
mod json;
mod limits;
mod money;
mod numeric;
mod text;
mod time;

pub use error::{Cause, Code, Detail, Error, Result};
pub use id::Id;
pub use limits::Limits;
pub use money::{Currency, Money, Rounding, WIRE_MAX};
pub use time::{At, Date, Instant, UtcOffset, Window, complete_months};
