//! The record of a call: a draft from the engine, sealed by the Desk.
//!
//! The body (request, response, salt) can be erased; the leaf stays. The leaf names the body only through
//! HMAC-SHA256 under the record's own random salt, so that an erased body cannot be guessed back from its leaf.

use super::operation::Operation;
use super::response::ArtefactRef;
use crate::canonical::{self, Hash};
use crate::error::Result;
use crate::time::Instant;
use serde::Serialize;

/// Version of the engine.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
/// Changes with every change of a numeric result.
pub const SEMANTICS: u32 = 1;

/// What the engine says of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The operation.
    pub operation: Operation,
    /// The instant that was judged.
    pub as_of: Instant,
    /// The seed of the request.
    pub seed: i64,
    /// The request after defaults, in canonical form.
    pub request: Vec<u8>,
    /// The response without envelope, in canonical form.
    pub response: Vec<u8>,
    /// Artefacts that took part.
    pub artefacts: Vec<ArtefactRef>,
    /// SHA-256 of the columns that came beside the request and of those that went beside the response.
    pub columns_sha256: Option<Hash>,
}

impl Draft {
    /// Returns the draft of a call, with request and response in canonical form.
    pub(super) fn new(
        operation: Operation,
        (as_of, seed): (Instant, i64),
        request: &impl Serialize,
        response: &impl Serialize,
        artefacts: Vec<ArtefactRef>,
    ) -> Result<Self> {
        Ok(Self {
            operation,
            as_of,
            seed,
            request: canonical::to_vec(request)?,
            response: canonical::to_vec(response)?,
            artefacts,
            columns_sha256: None,
        })
    }

    /// Seals the draft under an id, a number, a time and a salt.
    pub(super) fn seal(
        self,
        audit_id: String,
        seq: u64,
        recorded_at: Instant,
        salt: [u8; 16],
    ) -> Result<Record> {
        let leaf = canonical::to_vec(&Leaf {
            artefacts: &self.artefacts,
            as_of: self.as_of,
            audit_id: &audit_id,
            columns_sha256: self.columns_sha256,
            engine: ENGINE_VERSION,
            operation: self.operation.as_str(),
            recorded_at,
            request_hmac: canonical::hmac(&salt, &self.request),
            response_hmac: canonical::hmac(&salt, &self.response),
            seed: self.seed,
            semantics: SEMANTICS,
            seq,
        })?;
        Ok(Record { audit_id, seq, leaf, salt, request: self.request, response: self.response })
    }
}

/// What stays of a record for ever, in canonical form.
#[derive(Clone, Debug, Serialize)]
pub struct Leaf<'r> {
    /// Artefacts that took part.
    pub artefacts: &'r [ArtefactRef],
    /// The instant that was judged.
    pub as_of: Instant,
    /// Id of the record.
    pub audit_id: &'r str,
    /// SHA-256 of the columns that came beside the request and of those that went beside the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns_sha256: Option<Hash>,
    /// Version of the engine.
    pub engine: &'r str,
    /// The operation.
    pub operation: &'r str,
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

/// A sealed record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Id of the record, `aud_` and 26 characters.
    pub audit_id: String,
    /// Number of the record in its store, from 0.
    pub seq: u64,
    /// The [`Leaf`] in canonical form.
    pub leaf: Vec<u8>,
    /// The random salt of the record.
    pub salt: [u8; 16],
    /// The canonical request.
    pub request: Vec<u8>,
    /// The canonical response.
    pub response: Vec<u8>,
}

impl Record {
    /// Returns whether request and response are those that the leaf was sealed over.
    pub fn holds(&self) -> bool {
        let states = |name: &str, bytes: &[u8]| {
            let text = format!("\"{name}\":\"{}\"", canonical::hmac(&self.salt, bytes));
            self.leaf.windows(text.len()).any(|window| window == text.as_bytes())
        };
        states("request_hmac", &self.request) && states("response_hmac", &self.response)
    }

    /// Returns the bytes that the record takes in a store.
    pub fn size(&self) -> usize {
        self.leaf.len() + self.request.len() + self.response.len() + self.audit_id.len() + self.salt.len()
    }
}
