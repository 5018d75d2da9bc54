//! The record of a call: the leaf, and the body that it names.
//!
//! The body (request, response, what was found beside the request, salt) can be erased; the leaf stays. The leaf names
//! the body only through HMAC-SHA256 under the record's own random salt, so that an erased body cannot be guessed back
//! from its leaf.

use super::leaf::Leaf;
use crate::canonical::{self, Hash};
use crate::error::{Cause, Error, Result};
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use base16ct::lower;
use serde::Deserialize;
use std::sync::Arc;

/// The limits of a record: one that was sealed under greater limits than the default is read too.
const WHOLE: Limits =
    Limits { request_bytes: u64::MAX, string_bytes: u64::MAX, json_depth: 127, ..Limits::DEFAULT };

fn altered(what: &str) -> Error {
    Error::new(Cause::RecordAltered, format!("{what} is not what the leaf was sealed over"))
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

/// A record in JSON: its parts by name, the salt in hexadecimal digits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordBody {
    #[serde(default)]
    found: Option<JsonValue>,
    leaf: JsonValue,
    request: JsonValue,
    response: JsonValue,
    salt: String,
}

impl Record {
    /// Returns the record of these parts, which a host kept: id and number are those that the leaf states. What was
    /// altered is [`Record::verify`]'s to say.
    ///
    /// Error `record.altered`: the leaf is none, or the salt has not 16 bytes.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, Operation, Request, artefact::EXPERT_CARDS, audit::Record};
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
    /// let kept = desk.record(&audit_id)?;
    /// let record = Record::from_parts(&kept.leaf, &kept.request, &kept.response, &kept.salt, None)?;
    /// assert_eq!(record, *kept);
    /// assert!(Record::from_parts(b"{}", b"{}", b"{}", &[0; 16], None).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_parts(
        leaf: &[u8],
        request: &[u8],
        response: &[u8],
        salt: &[u8],
        found: Option<&[u8]>,
    ) -> Result<Self> {
        let named: Leaf = json::read(leaf, &WHOLE).map_err(|_| altered("the leaf"))?;
        Ok(Self {
            audit_id: named.audit_id,
            seq: named.seq,
            leaf: leaf.to_vec(),
            salt: salt.try_into().map_err(|_| altered("the salt"))?,
            request: request.into(),
            response: response.into(),
            found: found.map(Into::into),
        })
    }

    /// Returns the record that [`Record::to_json`] wrote.
    ///
    /// Errors: those of JSON, and those of [`Record::from_parts`].
    ///
    /// ```
    /// use kapix_core::{Control, Desk, Operation, Request, artefact::EXPERT_CARDS, audit::Record};
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
    /// assert_eq!(Record::from_json(&record.to_json())?, *record);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_json(text: &[u8]) -> Result<Self> {
        let body: RecordBody = json::read(text, &WHOLE)?;
        let mut salt = [0; 16];
        let salt = lower::decode(&body.salt, &mut salt).map_err(|_| altered("the salt"))?;
        let found = body.found.as_ref().map(canonical::to_vec).transpose()?;
        let [leaf, request, response] = [&body.leaf, &body.request, &body.response].map(canonical::to_vec);
        Self::from_parts(&leaf?, &request?, &response?, salt, found.as_deref())
    }

    /// Returns the record in JSON: `leaf`, `request`, `response`, `salt` in hexadecimal digits, and `found` where there
    /// is something. The parts stand there byte for byte as they were hashed.
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
    /// assert!(desk.record(&audit_id)?.to_json().starts_with(br#"{"leaf":{"artefacts":[{"id":"expert_individual""#));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn to_json(&self) -> Vec<u8> {
        let found =
            self.found.as_ref().map(|found| [b"\"found\":", &**found, b","].concat()).unwrap_or_default();
        let salt = format!(",\"salt\":\"{:032x}\"}}", u128::from_be_bytes(self.salt));
        let parts: [&[u8]; 9] = [
            b"{",
            &found,
            b"\"leaf\":",
            &self.leaf,
            b",\"request\":",
            &self.request,
            b",\"response\":",
            &self.response,
            salt.as_bytes(),
        ];
        parts.concat()
    }

    /// Returns the leaf, after the body, id and number of the record are found to be those that it was sealed over.
    ///
    /// This proves a body against its leaf: no part of the record was changed alone, by damage or by a mistake. It does
    /// not prove that the record is the one that was sealed, or that it was sealed when it says: whoever holds the body
    /// holds the salt, and can seal another body under a new leaf. Keep a copy of the leaf, or its hash, where the holder
    /// of the body cannot write, and compare it; [`Engine::replay`](crate::Engine::replay) shows whether the engine gives
    /// that answer at all.
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
        let leaf: Leaf = json::read(&self.leaf, &WHOLE).map_err(|_| altered("the leaf"))?;
        if canonical::to_vec(&leaf)? != self.leaf {
            return Err(altered("the leaf"));
        }
        let sealed = |bytes: &[u8], hmac: &Hash| canonical::hmac_verify(&self.salt, bytes, hmac);
        let found = match (&self.found, &leaf.found_hmac) {
            (Some(found), Some(hmac)) => sealed(found, hmac),
            (found, hmac) => found.is_none() && hmac.is_none(),
        };
        for (what, holds) in [
            ("audit_id", leaf.audit_id == self.audit_id),
            ("seq", leaf.seq == self.seq),
            ("the request", sealed(&self.request, &leaf.request_hmac)),
            ("the response", sealed(&self.response, &leaf.response_hmac)),
            ("what the call found", found),
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
