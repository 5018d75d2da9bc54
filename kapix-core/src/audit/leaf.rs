//! The leaf of a record: what stays of it for ever, and is a leaf of the log.

use crate::canonical::Hash;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Version of the engine.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
/// Changes with every change of a numeric result.
pub const SEMANTICS: u32 = 1;

/// The artefact that answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArtefactRef {
    /// Id of the artefact.
    pub id: Arc<str>,
    /// SHA-256 of its canonical form.
    pub sha256: Hash,
    /// Version of the artefact.
    pub version: Arc<str>,
}
/// What stays of a record for ever, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Artefacts that took part.
    pub artefacts: Vec<ArtefactRef>,
    /// The instant that was judged.
    pub as_of: Instant,
    /// Id of the record.
    pub audit_id: String,
    /// SHA-256 of the columns that came beside the request and of those that went beside the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns_sha256: Option<Hash>,
    /// Version of the engine.
    pub engine: String,
    /// HMAC-SHA256, under the salt, of what the call found beside its request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_hmac: Option<Hash>,
    /// The operation.
    pub operation: String,
    /// When the Desk sealed the record.
    pub recorded_at: Instant,
    /// HMAC-SHA256 of the canonical request under the salt.
    pub request_hmac: Hash,
    /// HMAC-SHA256 of the canonical response under the salt.
    pub response_hmac: Hash,
    /// The seed of the request.
    pub seed: i64,
    /// The engine's semantics number.
    pub semantics: u32,
    /// Number of the record in its store, from 0.
    pub seq: u64,
}
