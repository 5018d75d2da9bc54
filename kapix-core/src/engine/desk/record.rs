//! The record of a call: a draft from the engine, sealed by the Desk.
//!
//! The body (request, response, what was found beside the request, salt) can be erased; the leaf stays. The leaf names
//! the body only through HMAC-SHA256 under the record's own random salt, so that an erased body cannot be guessed back
//! from its leaf.

use crate::canonical::{self, Hash, Joinable};
use crate::engine::operations::Operation;
use crate::engine::registry::ArtefactRef;
use crate::error::{Cause, Error, Result};
use crate::json;
use crate::limits::Limits;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    pub request: Arc<[u8]>,
    /// The response without envelope, in canonical form.
    pub response: Arc<[u8]>,
    /// The response as the envelope joins it.
    pub(crate) answer: Joinable<4>,
    /// What the call found beside its request (results of other operations, rows of the store, values of resident
    /// state), in canonical form; `None` when the answer rests on the request and the artefacts alone.
    pub found: Option<Arc<[u8]>>,
    /// Artefacts that took part.
    pub artefacts: Vec<ArtefactRef>,
    /// SHA-256 of the columns that came beside the request and of those that went beside the response.
    pub columns_sha256: Option<Hash>,
}

/// A draft with everything of its record but its number, which the store gives it.
#[derive(Debug)]
pub(crate) struct Unsealed {
    draft: Draft,
    audit_id: String,
    recorded_at: Instant,
    salt: [u8; 16],
    request_hmac: Hash,
    response_hmac: Hash,
    found_hmac: Option<Hash>,
}

impl Draft {
    /// Returns the draft with its id, time and salt, and the HMACs that take time: a store gives numbers one by one.
    pub(crate) fn unsealed(self, audit_id: String, recorded_at: Instant, salt: [u8; 16]) -> Unsealed {
        Unsealed {
            request_hmac: canonical::hmac(&salt, &self.request),
            response_hmac: canonical::hmac(&salt, &self.response),
            found_hmac: self.found.as_ref().map(|found| canonical::hmac(&salt, found)),
            draft: self,
            audit_id,
            recorded_at,
            salt,
        }
    }
}

impl Unsealed {
    /// Returns the id of the record.
    pub(super) fn audit_id(&self) -> &str {
        &self.audit_id
    }

    /// Seals the record under its number.
    pub(crate) fn seal(self, seq: u64) -> Result<Record> {
        let Draft { operation, as_of, seed, request, response, found, artefacts, columns_sha256, .. } =
            self.draft;
        let leaf = Leaf {
            artefacts,
            as_of,
            audit_id: self.audit_id,
            columns_sha256,
            engine: ENGINE_VERSION.into(),
            found_hmac: self.found_hmac,
            operation: operation.as_str().into(),
            recorded_at: self.recorded_at,
            request_hmac: self.request_hmac,
            response_hmac: self.response_hmac,
            seed,
            semantics: SEMANTICS,
            seq,
        };
        let mut bytes = canonical::to_vec(&leaf)?;
        bytes.shrink_to_fit();
        Ok(Record { audit_id: leaf.audit_id, seq, leaf: bytes, salt: self.salt, request, response, found })
    }
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
    pub request: Arc<[u8]>,
    /// The canonical response.
    pub response: Arc<[u8]>,
    /// What the call found beside its request, in canonical form; `None` when there was nothing.
    pub found: Option<Arc<[u8]>>,
}

impl Record {
    /// Returns the leaf, after the body, id and number of the record are found to be those that it was sealed over.
    ///
    /// This proves a body against its leaf. Whoever holds the salt can make another leaf: that a leaf was not replaced
    /// is proved against a copy of it kept elsewhere.
    ///
    /// Error `record.altered`: the leaf is not in canonical form, or names another request, response, id or number.
    ///
    /// ```
    /// use kapix_core::{Cause, Control, Desk, Operation, Request, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    /// let text = br#"{
    ///     "entity_id": "a-1", "entity_type": "individual",
    ///     "features": {"coverage_age_days": 2, "history_days": 200, "history_transactions": 120}
    /// }"#;
    /// let request = Request::read(Operation::CreditScore, text, desk.engine().limits())?;
    /// let answer = desk.run(request, &Control::default())?;
    /// let audit_id = answer.envelope.as_ref().and_then(|it| it.audit_id.clone()).unwrap_or_default();
    ///
    /// let mut record = (*desk.record(&audit_id)?).clone();
    /// assert_eq!(record.verify()?.operation, "credit.score");
    /// record.response = b"{}".as_slice().into();
    /// assert_eq!(record.verify().map_err(|error| error.cause), Err(Cause::RecordAltered));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn verify(&self) -> Result<Leaf> {
        let altered = |what: &str| {
            Error::new(Cause::RecordAltered, format!("{what} is not what the leaf was sealed over"))
        };
        let leaf: Leaf = json::read(&self.leaf, &Limits::default()).map_err(|_| altered("the leaf"))?;
        if canonical::to_vec(&leaf)? != self.leaf {
            return Err(altered("the leaf"));
        }
        let found = self.found.as_ref().map(|found| canonical::hmac(&self.salt, found));
        for (what, holds) in [
            ("audit_id", leaf.audit_id == self.audit_id),
            ("seq", leaf.seq == self.seq),
            ("the request", leaf.request_hmac == canonical::hmac(&self.salt, &self.request)),
            ("the response", leaf.response_hmac == canonical::hmac(&self.salt, &self.response)),
            ("what the call found", leaf.found_hmac == found),
        ] {
            if !holds {
                return Err(altered(what));
            }
        }
        Ok(leaf)
    }

    /// Returns the bytes that the record takes in a store.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, Operation, Request, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    /// let text = br#"{
    ///     "entity_id": "a-1", "entity_type": "individual",
    ///     "features": {"coverage_age_days": 2, "history_days": 200, "history_transactions": 120}
    /// }"#;
    /// let request = Request::read(Operation::CreditScore, text, desk.engine().limits())?;
    /// let answer = desk.run(request, &Control::default())?;
    /// let audit_id = answer.envelope.as_ref().and_then(|it| it.audit_id.clone()).unwrap_or_default();
    ///
    /// let record = desk.record(&audit_id)?;
    /// assert!(record.size() > record.request.len() + record.response.len());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn size(&self) -> usize {
        let found = self.found.as_ref().map_or(0, |found| found.len());
        let body = self.request.len() + self.response.len() + found + self.salt.len();
        self.leaf.len() + self.audit_id.len() + body
    }
}
