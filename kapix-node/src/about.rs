//! What the library is, whatever engines are loaded.

use kapix_core::Limits;
use napi_derive::napi;

/// The shipped example cards, in JSON.
#[napi]
pub const EXPERT_CARDS: &str = kapix_core::artefact::EXPERT_CARDS;

/// The shipped example policies, in YAML.
#[napi]
pub const EXAMPLE_POLICIES: &str = kapix_core::artefact::EXAMPLE_POLICIES;

/// Version of the engine.
#[napi]
pub const VERSION: &str = kapix_core::audit::ENGINE_VERSION;

/// Returns the default limits, in JSON.
#[napi]
pub fn limits() -> String {
    serde_json::to_string(&Limits::default()).unwrap_or_default()
}
