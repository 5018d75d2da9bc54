//! What the engine says of a call, and what is sealed of it as a [`Record`].

use crate::audit::{ArtefactRef, ENGINE_VERSION, Leaf, Record, SEMANTICS};
use crate::canonical::{self, Hash, Joinable};
use crate::engine::operations::Operation;
use crate::error::Result;
use crate::time::Instant;
use std::sync::Arc;

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
