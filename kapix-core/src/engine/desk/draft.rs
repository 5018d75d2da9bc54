//! What the engine says of a call, and what is sealed of it as a [`Record`].

use crate::audit::{
    ArtefactRef, ENGINE_VERSION, Leaf, Part, Record, Removal, SEMANTICS, SealedPart, Whole, divide,
};
use crate::canonical::{self, Hash, Joinable};
use crate::engine::operations::Operation;
use crate::error::Result;
use crate::store::KeyScope;
use crate::time::Instant;
use std::collections::BTreeMap;
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
    /// The response as the envelope joins it; none of a refusal.
    pub(crate) answer: Option<Joinable<4>>,
    /// The features that were computed of rows, by name, in canonical form; `None` where there were none.
    pub computed: Option<Arc<[u8]>>,
    /// What the call found beside its request (results of other operations, rows of the store, values of resident
    /// state), in canonical form; `None` when the answer rests on the request and the artefacts alone.
    pub found: Option<Arc<[u8]>>,
    /// Whom the call is about, as the host names them; `None` where it is about nobody.
    pub entity_id: Option<String>,
    /// Artefacts that took part.
    pub artefacts: Vec<ArtefactRef>,
    /// SHA-256 of the columns that came beside the request and of those that went beside the response.
    pub columns_sha256: Option<Hash>,
    /// Code of the error, where the request was refused: the response is that error.
    pub refused: Option<&'static str>,
    /// What the call takes out of other records, and why.
    pub removal: Option<Removal>,
}

/// The ids of a call, and when it was.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) audit_id: String,
    pub(super) recorded_at: Instant,
    pub(super) request_id: String,
    pub(super) tenant: Option<String>,
    /// The key under which texts of rows are hashed; none where they are kept.
    pub(super) text_key: Option<[u8; 32]>,
}

/// A draft with everything of its record but its number, which the store gives it.
#[derive(Clone, Debug)]
pub(crate) struct Unsealed {
    leaf: Leaf,
    parts: BTreeMap<Part, SealedPart>,
    /// Whom the call is about: a store finds records by it, and no leaf holds it.
    pub(crate) entity_id: Option<String>,
}

impl Draft {
    /// Returns the draft with ids, time and salts, and the HMACs that take time: a store gives numbers one by one.
    pub(super) fn unsealed(
        self,
        named: Named,
        key: Option<(&KeyScope, Hash)>,
        salt: impl Fn() -> Result<[u8; 16]>,
    ) -> Result<Unsealed> {
        let Named { audit_id, recorded_at, request_id, tenant, text_key } = named;
        let whole = Whole {
            computed: self.computed,
            found: self.found,
            request: self.request,
            response: self.response,
        };
        let seal = |(part, body)| Ok((part, SealedPart { body, salt: salt()? }));
        let divided = divide(&whole, text_key.as_ref())?;
        let hashed_texts = divided.has_hashed_texts.then_some(true);
        let parts: BTreeMap<Part, SealedPart> = divided.parts.into_iter().map(seal).collect::<Result<_>>()?;
        let request_salt = parts.get(&Part::Request).map(|part| part.salt).unwrap_or_default();
        let key_hmac = key.map(|(scope, body)| scope.hmac(&request_salt, body)).transpose()?;
        let leaf = Leaf {
            artefacts: self.artefacts,
            as_of: self.as_of,
            audit_id,
            columns_sha256: self.columns_sha256,
            engine: ENGINE_VERSION.into(),
            hashed_texts,
            key_hmac,
            operation: self.operation.as_str().into(),
            parts: parts.iter().map(|(part, own)| (*part, own.hmac())).collect(),
            recorded_at,
            refused: self.refused.map(Into::into),
            removal: self.removal,
            request_id,
            seed: self.seed,
            semantics: SEMANTICS,
            seq: 0,
            tenant,
        };
        Ok(Unsealed { leaf, parts, entity_id: self.entity_id })
    }
}

#[cfg(test)]
impl Draft {
    /// Returns the draft with this id, for tests of stores.
    pub(crate) fn unsealed_as(self, audit_id: &str) -> Unsealed {
        let request_id = audit_id.replace("aud_", "req_");
        let named = Named {
            audit_id: audit_id.to_owned(),
            recorded_at: self.as_of,
            request_id,
            tenant: None,
            text_key: None,
        };
        self.unsealed(named, None, || Ok([7; 16])).unwrap()
    }
}

#[cfg(test)]
impl Unsealed {
    /// Makes the record one of a removal, for tests of stores.
    pub(crate) fn take_out(&mut self, removal: Removal) {
        self.leaf.removal = Some(removal);
    }
}

impl Unsealed {
    /// Returns the id of the record.
    pub(super) fn audit_id(&self) -> &str {
        &self.leaf.audit_id
    }

    /// Returns when the call was recorded.
    pub(crate) fn recorded_at(&self) -> Instant {
        self.leaf.recorded_at
    }

    /// Returns the leaf, whose number is not known yet.
    pub(crate) fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// Returns what the call takes out of other records.
    pub(crate) fn removal(&self) -> Option<&Removal> {
        self.leaf.removal.as_ref()
    }

    /// Returns the id of the call.
    pub(crate) fn request_id(&self) -> &str {
        &self.leaf.request_id
    }

    /// Seals the record under its number.
    pub(crate) fn seal(self, seq: u64) -> Result<Record> {
        let leaf = Leaf { seq, ..self.leaf };
        let mut bytes = canonical::to_vec(&leaf)?;
        bytes.shrink_to_fit();
        Ok(Record { audit_id: leaf.audit_id, leaf: bytes, parts: self.parts, seq })
    }
}
