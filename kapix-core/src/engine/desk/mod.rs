//! The Desk: an engine with a store and a clock, its records and its resident state.

mod answer;
mod archive;
mod clock;
#[expect(clippy::module_inception, reason = "the file holds what the folder is named after")]
mod desk;
mod draft;
mod options;
mod refusal;
mod resident;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Envelope};
pub use clock::Clock;
pub use desk::Desk;
pub use draft::Draft;
pub(crate) use draft::Unsealed;
pub use options::{DeskOptions, Idempotency};
pub(super) use resident::{Held, Resident};
