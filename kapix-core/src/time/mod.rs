//! Civil dates, instants and the offset that ties them: which day a payment belongs to depends on where the account is.
//!
//! Everything lies within 1900-01-01..=9999-12-31 of the proleptic Gregorian calendar, without leap seconds (as POSIX
//! time). There is no clock here and no time-zone table: an account states its own offset.

mod at;
mod date;
mod digits;
mod instant;
mod offset;
mod window;

pub use at::At;
pub use date::Date;
pub use instant::Instant;
pub use offset::UtcOffset;
pub use window::{Window, complete_months};
