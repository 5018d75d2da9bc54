//! Civil dates, instants and the offset that ties them: which day a payment belongs to depends on where the account is.
//!
//! Everything lies within 1900-01-01..=9999-12-31 of the proleptic Gregorian calendar, without leap seconds (as POSIX
//! time). The calendar and RFC 3339 are chrono's, without its clock and time zones: an account states its own offset.

mod at;
mod date;
mod form;
mod instant;
mod offset;
#[cfg(test)]
mod oracle;
mod window;

pub use at::At;
pub use date::Date;
pub use instant::Instant;
pub use offset::UtcOffset;
pub use window::{Window, complete_months};
