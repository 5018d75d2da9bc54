//! The record of a call: the leaf, and the body that it names.
//!
//! The body is kept in parts, each of which can be erased; the leaf stays. The leaf names each part only through
//! HMAC-SHA256 under the part's own random salt, so that an erased part cannot be guessed back from the leaf.

use super::leaf::Leaf;
use super::parts::{Document, Part, SealedPart, computed, join};
use crate::canonical;
use crate::error::{Cause, Error, Result};
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use base16ct::lower;
use serde::Deserialize;
use std::collections::BTreeMap;

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
    /// The [`Leaf`] in canonical form.
    pub leaf: Vec<u8>,
    /// The parts of its body that are held.
    pub parts: BTreeMap<Part, SealedPart>,
    /// Number of the record in its store, from 0.
    pub seq: u64,
}

/// A record in JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordBody {
    leaf: JsonValue,
    parts: BTreeMap<Part, PartBody>,
}

/// A part in JSON, the salt in hexadecimal digits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartBody {
    body: JsonValue,
    salt: String,
}

impl Record {
    /// Returns the record of a leaf and parts, which a store kept: id and number are those that the leaf states. What was
    /// altered is [`Record::verify`]'s to say.
    ///
    /// Error `record.altered`: the leaf is none.
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
    /// assert_eq!(Record::from_parts(kept.leaf.clone(), kept.parts.clone())?, *kept);
    /// assert!(Record::from_parts(b"{}".to_vec(), kept.parts.clone()).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_parts(leaf: Vec<u8>, parts: BTreeMap<Part, SealedPart>) -> Result<Self> {
        let named: Leaf = json::read(&leaf, &WHOLE).map_err(|_| altered("the leaf"))?;
        Ok(Self { audit_id: named.audit_id, leaf, parts, seq: named.seq })
    }

    /// Returns the record that [`Record::to_json`] wrote.
    ///
    /// Errors: those of JSON, and `record.altered` if the leaf is none, or a salt has not 16 bytes.
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
        let mut parts = BTreeMap::new();
        for (part, own) in body.parts {
            let mut salt = [0; 16];
            let read = lower::decode(&own.salt, &mut salt).map_err(|_| altered("a salt"))?;
            if read.len() != 16 {
                return Err(altered("a salt"));
            }
            parts.insert(part, SealedPart { body: canonical::to_vec(&own.body)?.into(), salt });
        }
        Self::from_parts(canonical::to_vec(&body.leaf)?, parts)
    }

    /// Returns the record in JSON: `{"leaf": ..., "parts": {"request": {"body": ..., "salt": ...}, ...}}`, each salt in
    /// hexadecimal digits. Leaf and bodies stand there byte for byte as they were hashed.
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
        let mut out = [b"{\"leaf\":", &*self.leaf, b",\"parts\":{"].concat();
        for (number, (part, own)) in self.parts.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            out.extend(format!("{comma}\"{}\":{{\"body\":", part.as_str()).bytes());
            out.extend_from_slice(&own.body);
            out.extend(format!(",\"salt\":\"{:032x}\"}}", u128::from_be_bytes(own.salt)).bytes());
        }
        out.extend_from_slice(b"}}");
        out
    }

    /// Returns the canonical request: whole while all parts that hold it are held, with `null` for what is gone; none when
    /// its own part is gone.
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
    /// let request = desk.record(&audit_id)?.request().unwrap_or_default();
    /// assert!(request.starts_with(br#"{"as_of":"2026-03-31T12:00:00Z","#));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn request(&self) -> Option<Vec<u8>> {
        self.whole(Document::Request, Part::Request)
    }

    /// Returns the canonical response, in the same way.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, Operation, Request, artefact::EXPERT_CARDS, audit};
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
    /// let response = desk.record(&audit_id)?.response().unwrap_or_default();
    /// assert_eq!(response, audit::to_vec(&*answer.response)?);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn response(&self) -> Option<Vec<u8>> {
        self.whole(Document::Response, Part::Response)
    }

    /// Returns what the call found beside its request (results of steps, rows of the store), in canonical form; none where
    /// there was nothing, or where it is gone.
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
    /// assert_eq!(desk.record(&audit_id)?.found(), None);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn found(&self) -> Option<Vec<u8>> {
        self.whole(Document::Found, Part::Found)
    }

    fn whole(&self, document: Document, part: Part) -> Option<Vec<u8>> {
        let body = self.parts.get(&part)?;
        Some(join(document, &body.body, [self.parts.get(&Part::Features), self.parts.get(&Part::Rows)]))
    }

    /// Returns the features that the call computed of rows, by name; none where it computed none, or where they are gone.
    pub(crate) fn computed(&self) -> Option<JsonValue> {
        self.parts.get(&Part::Features).and_then(computed)
    }

    /// Returns the leaf, after id and number of the record, and every part that is held, are found to be those that it was
    /// sealed over. Parts that the leaf names and that are not held have lapsed or were erased: a later leaf says so.
    ///
    /// This proves a body against its leaf: no part of the record was changed alone, by damage or by a mistake. It does
    /// not prove that the record is the one that was sealed, or that it was sealed when it says: whoever holds the body
    /// holds the salts, and can seal another body under a new leaf. That the leaf is the one of the log is
    /// [`LogProof`](super::LogProof)'s to prove; [`Engine::replay`](crate::Engine::replay) shows whether the engine gives
    /// that answer at all.
    ///
    /// Error `record.altered`: the leaf is not in canonical form, or names another part, id or number.
    ///
    /// ```
    /// use kapix_core::{Cause, Control, Desk, Operation, Request, artefact::EXPERT_CARDS, audit::Part};
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
    /// record.parts.entry(Part::Response).and_modify(|part| part.body = b"{}".as_slice().into());
    /// assert_eq!(record.verify().map_err(|error| error.cause), Err(Cause::RecordAltered));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn verify(&self) -> Result<Leaf> {
        let leaf: Leaf = json::read(&self.leaf, &WHOLE).map_err(|_| altered("the leaf"))?;
        if canonical::to_vec(&leaf)? != self.leaf {
            return Err(altered("the leaf"));
        }
        if leaf.audit_id != self.audit_id {
            return Err(altered("audit_id"));
        }
        if leaf.seq != self.seq {
            return Err(altered("seq"));
        }
        for (part, own) in &self.parts {
            if !leaf.parts.get(part).is_some_and(|hmac| own.is(hmac)) {
                return Err(altered(&format!("part `{}`", part.as_str())));
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
    /// assert!(record.size() > record.leaf.len());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn size(&self) -> usize {
        let body: usize = self.parts.values().map(|part| part.body.len() + part.salt.len()).sum();
        self.leaf.len() + self.audit_id.len() + body
    }
}
