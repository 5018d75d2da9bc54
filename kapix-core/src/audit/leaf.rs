//! The leaf of a record: what stays of it for ever, and is a leaf of the log.

use super::parts::Part;
use crate::canonical::Hash;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;
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

/// What stays of a record for ever, in canonical form. It holds no id of an applicant, and of what it names only HMACs
/// under salts that go with what they salt.
#[skip_serializing_none]
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
    pub columns_sha256: Option<Hash>,
    /// Version of the engine.
    pub engine: String,
    /// Whether texts of rows are kept as keyed hashes; absent where they are as they came, or there are none.
    pub hashed_texts: Option<bool>,
    /// HMAC-SHA256, under the salt of the request, of the idempotency key with its operation, its tenant and the SHA-256 of the
    /// request as it was compared: the canonical JSON `["OPERATION","TENANT","KEY","SHA-256"]`.
    pub key_hmac: Option<Hash>,
    /// The operation.
    pub operation: String,
    /// HMAC-SHA256 of each part of the body under the part's own salt.
    pub parts: BTreeMap<Part, Hash>,
    /// When the Desk sealed the record.
    pub recorded_at: Instant,
    /// Code of the error, where the request was refused: the response is that error.
    pub refused: Option<String>,
    /// What the call took out of other records, and why.
    pub removal: Option<Removal>,
    /// Id of the call.
    pub request_id: String,
    /// The seed of the request.
    pub seed: i64,
    /// The engine's semantics number.
    pub semantics: u32,
    /// Number of the record in its store, from 0.
    pub seq: u64,
    /// The tenant whose call it was; absent for the one without a name.
    pub tenant: Option<String>,
}

/// What was taken out of records. The leaves of those stay, and their other parts still verify.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Removal {
    /// Who asked for it: a name of the host's.
    pub actor: String,
    /// Why, such as `erasure` or `retention`.
    pub ground: String,
    /// What was taken out, by the id of the record.
    pub parts: BTreeMap<String, Vec<Part>>,
}
