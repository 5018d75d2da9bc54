//! The native half of Kapix for Node.js: a Desk of the core behind four calls. The other half, `lib/*.js`, writes
//! requests as JSON, reads answers and gives errors their classes. Neither half computes anything.

mod columns;
mod desk;

use kapix_core::{Limits, RowStatus};
use napi_derive::napi;

/// The shipped example cards, in JSON.
#[napi]
pub const EXPERT_CARDS: &str = kapix_core::EXPERT_CARDS;

/// Version of the engine.
#[napi]
pub const VERSION: &str = kapix_core::ENGINE_VERSION;

/// Returns what the numbers of a status column mean, in their order.
#[napi]
pub fn row_statuses() -> Vec<&'static str> {
    RowStatus::ALL.iter().map(|status| status.as_str()).collect()
}

/// Returns the default limits, in JSON.
#[napi]
pub fn limits() -> String {
    serde_json::to_string(&Limits::default()).unwrap_or_default()
}
