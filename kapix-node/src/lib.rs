//! The native half of Kapix for Node.js: a Desk of the core behind a few calls. The other half, `lib/*.js`, writes
//! requests as JSON, reads answers and gives errors their classes. Neither half computes anything.

pub mod about;
pub mod columns;
pub mod desk;
mod threads;
