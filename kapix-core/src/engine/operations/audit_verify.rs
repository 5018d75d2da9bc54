//! `audit.verify`: whether anything in the log was altered, taken out, put in or moved.
//!
//! It reads the leaves of the store, or of records that were exported, in their order; makes the tree over them anew; and
//! compares what is stored beside it: subtrees, bodies, answers under keys, and a checkpoint that was kept elsewhere.

use super::records::whole;
use super::{Call, Done, Interrupt, Operate};
use crate::audit::{Checkpoint, Leaf, Node, Note, Part, Peaks, Record, Signer, Verifier, leaf_hash};
use crate::canonical::{self, Hash};
use crate::error::Result;
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::store::{Held, Query, StoredLeaf};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::{BTreeMap, BTreeSet};

/// Findings of one answer, at most; more are counted.
const FINDINGS_MAX: usize = 1_000;
/// Leaves that are read at once.
const PAGE: usize = 1_024;

/// Asks whether the log is whole.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditVerifyRequest {
    /// A checkpoint that was kept elsewhere: the log must begin with what it states.
    pub checkpoint: Option<String>,
    /// The name of the log that the checkpoint must state; that of the engine when absent.
    pub origin: Option<String>,
    /// Public keys, as `audit.key` gives them, of which one must have signed the checkpoint; those of the engine when absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub public_keys: Vec<String>,
    /// Records as they were exported, from number 0 on without a gap, in place of those of the store.
    pub records: Option<Vec<JsonValue>>,
}

/// Whether the log is whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditVerifyResponse {
    /// What was found, in the order of the records; at most 1,000 are told.
    pub findings: Vec<AuditFinding>,
    /// Findings in all.
    pub findings_total: u64,
    /// Whether the checkpoint was signed by a known key and is the beginning of this log; null without one.
    pub holds_checkpoint: Option<bool>,
    /// Records whose bodies were compared with their leaves: those of this tenant.
    pub records: u64,
    /// The root over the leaves as they are.
    pub root: Hash,
    /// Leaves.
    pub size: u64,
    /// Whether nothing was found.
    pub valid: bool,
}

/// One thing that is not as it was sealed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditFinding {
    /// What it is.
    pub code: AuditFindingCode,
    /// One lower-case sentence.
    pub message: String,
    /// Id of the record.
    pub record_id: Option<String>,
    /// Number of the leaf.
    pub seq: Option<u64>,
}

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum AuditFindingCode {
    /// An answer under an idempotency key is not that of its record, or the key is not the one of its leaf.
    AnswerAltered,
    /// An answer under an idempotency key is gone, and its record is whole.
    AnswerRemoved,
    /// The checkpoint is not signed by a known key, or not of this log.
    CheckpointSignature,
    /// The log does not begin with what the checkpoint states.
    CheckpointContradicted,
    /// An id occurs twice.
    IdTwice,
    /// A leaf is not in canonical form, or not at its number.
    LeafAltered,
    /// A part of a body is not what the leaf was sealed over.
    PartAltered,
    /// A part is gone, and no leaf says that it was taken out.
    PartRemoved,
    /// A leaf says that a part was taken out, and it is there.
    PartReturned,
    /// A record of this tenant is kept as one of another, or the other way round.
    RecordHidden,
    /// A leaf of the log is not there.
    RecordRemoved,
    /// A record is kept as one about somebody else than its request is.
    SubjectAltered,
    /// A stored subtree is not that over the leaves.
    SubtreeAltered,
}

impl Operate for AuditVerifyRequest {
    const NAME: &'static str = "audit.verify";
    const LONG: bool = true;
    type Response = AuditVerifyResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<AuditVerifyResponse>, Interrupt> {
        let mut audit = Audit::default();
        let claim = self.checkpoint.as_deref().map(|note| self.claim(call, note, &mut audit)).transpose()?;
        audit.claim = claim.flatten();
        match &self.records {
            Some(records) => {
                for (place, record) in records.iter().enumerate() {
                    call.control.check()?;
                    audit.exported(place, record);
                }
            }
            None => stored(call, &mut audit)?,
        }
        audit.finish();
        let is_held = self.checkpoint.as_ref().map(|_| audit.holds);
        let response = AuditVerifyResponse {
            findings_total: audit.total,
            holds_checkpoint: is_held,
            records: audit.records,
            root: audit.peaks.root(),
            size: audit.peaks.size(),
            valid: audit.total == 0,
            findings: audit.findings,
        };
        Ok(Done::new(response, Vec::new()))
    }
}

impl AuditVerifyRequest {
    /// Returns what the checkpoint states, if a known key signed it.
    fn claim(&self, call: &Call<'_, '_>, note: &str, audit: &mut Audit) -> Result<Option<Checkpoint>> {
        let note = Note::parse(note).map_err(|error| error.at("/checkpoint"))?;
        let stated = Checkpoint::parse(note.text()).map_err(|error| error.at("/checkpoint"))?;
        let keys = self.keys(call)?;
        let known: Vec<&dyn Verifier> = keys.iter().map(|key| &**key).collect();
        let origin = match (&self.origin, call.archive()) {
            (Some(origin), _) => origin.clone(),
            (None, Ok(archive)) => archive.origin().to_owned(),
            (None, Err(_)) => stated.origin.clone(),
        };
        if note.verify(&known).is_err() || stated.origin != origin {
            audit.find(
                AuditFindingCode::CheckpointSignature,
                None,
                "no known key signed the checkpoint, or it is one of another log".to_owned(),
            );
            return Ok(None);
        }
        Ok(Some(stated))
    }

    #[cfg(feature = "signing")]
    fn keys(&self, call: &Call<'_, '_>) -> Result<Vec<Box<dyn Verifier>>> {
        use crate::audit::Ed25519Verifier;

        let mut keys: Vec<Box<dyn Verifier>> = Vec::new();
        for (number, text) in self.public_keys.iter().enumerate() {
            let key = Ed25519Verifier::from_text(text);
            keys.push(Box::new(key.map_err(|error| error.at(format!("/public_keys/{number}")))?));
        }
        if keys.is_empty()
            && let Ok(archive) = call.archive()
        {
            keys.extend(archive.signers().into_iter().map(Signer::public));
        }
        Ok(keys)
    }

    #[cfg(not(feature = "signing"))]
    fn keys(&self, call: &Call<'_, '_>) -> Result<Vec<Box<dyn Verifier>>> {
        if !self.public_keys.is_empty() {
            use crate::error::{Cause, Error};

            let message = "this build verifies no signatures";
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/public_keys"));
        }
        Ok(call.archive()?.signers().into_iter().map(Signer::public).collect())
    }
}

/// Subtrees that a leaf completes.
type Subtrees = Vec<(Node, Hash)>;

/// What is known while the log is walked.
#[derive(Default)]
struct Audit {
    claim: Option<Checkpoint>,
    findings: Vec<AuditFinding>,
    holds: bool,
    ids: BTreeSet<String>,
    /// Records whose answer must stand under a key, with their numbers.
    keyed: BTreeMap<String, u64>,
    /// Parts that are named by a leaf and gone, by the id of the record, with its number.
    missing: BTreeMap<(String, Part), u64>,
    peaks: Peaks,
    records: u64,
    /// Parts that a leaf says were taken out.
    removed: BTreeSet<(String, Part)>,
    /// Parts that are there.
    present: BTreeMap<(String, Part), u64>,
    total: u64,
}

impl Audit {
    fn find(&mut self, code: AuditFindingCode, place: Option<(u64, &str)>, message: String) {
        self.total += 1;
        if self.findings.len() < FINDINGS_MAX {
            let (seq, record_id) = (place.map(|it| it.0), place.map(|it| it.1.to_owned()));
            self.findings.push(AuditFinding { code, message, record_id, seq });
        }
    }

    /// Takes the next leaf, and returns the subtrees that it completes.
    fn leaf(&mut self, text: &[u8]) -> Result<(Option<Leaf>, Subtrees)> {
        let seq = self.peaks.size();
        let leaf: Option<Leaf> = json::read(text, &whole(&Limits::DEFAULT)).ok();
        let is_canonical = leaf.as_ref().is_some_and(|leaf| {
            leaf.seq == seq && canonical::to_vec(leaf).is_ok_and(|canonical| canonical == text)
        });
        if !is_canonical {
            let message = format!("leaf `{seq}` is not in canonical form, or states another number");
            self.find(AuditFindingCode::LeafAltered, Some((seq, "")), message);
        }
        if let Some(leaf) = &leaf {
            for id in [&leaf.audit_id, &leaf.request_id] {
                if !self.ids.insert(id.clone()) {
                    let message = "an id of this leaf is that of an earlier one".to_owned();
                    self.find(AuditFindingCode::IdTwice, Some((seq, &leaf.audit_id)), message);
                }
            }
            let removed = leaf.removal.iter().flat_map(|removal| &removal.parts);
            for (id, parts) in removed {
                self.removed.extend(parts.iter().map(|part| (id.clone(), *part)));
            }
        }
        let mut completed = Vec::new();
        self.peaks.append(leaf_hash(text), |node, hash| completed.push((node, hash)))?;
        self.compare_head();
        Ok((leaf, completed))
    }

    /// Compares the root with that of the checkpoint, at its size.
    fn compare_head(&mut self) {
        let Some(claim) = self.claim.take_if(|claim| claim.size == self.peaks.size()) else { return };
        if claim.root == self.peaks.root() {
            self.holds = true;
        } else {
            let message = format!(
                "the first `{}` leaves are not those that the checkpoint was signed over",
                claim.size
            );
            self.find(AuditFindingCode::CheckpointContradicted, None, message);
        }
    }

    /// Compares the body of a record with its leaf.
    fn body(&mut self, record: &Record, leaf: &Leaf) {
        self.records += 1;
        let place = (leaf.seq, leaf.audit_id.as_str());
        if record.audit_id != leaf.audit_id {
            let message = "the record is kept under another id than its leaf states".to_owned();
            self.find(AuditFindingCode::PartAltered, Some(place), message);
        }
        let is_answer = [Part::Features, Part::Request, Part::Response]
            .iter()
            .all(|part| !leaf.parts.contains_key(part) || record.parts.contains_key(part));
        if leaf.key_hmac.is_some() && is_answer {
            self.keyed.insert(leaf.audit_id.clone(), leaf.seq);
        }
        for part in Part::ALL {
            let key = (leaf.audit_id.clone(), *part);
            match (leaf.parts.get(part), record.parts.get(part)) {
                (None, None) => {}
                (Some(_), None) => drop(self.missing.insert(key, leaf.seq)),
                (Some(hmac), Some(own)) if own.is(hmac) => drop(self.present.insert(key, leaf.seq)),
                (_, Some(_)) => {
                    let message = format!("part `{}` is not what the leaf was sealed over", part.as_str());
                    self.find(AuditFindingCode::PartAltered, Some(place), message);
                }
            }
        }
    }

    fn exported(&mut self, place: usize, record: &JsonValue) {
        let seq = self.peaks.size();
        let read = canonical::to_vec(record).and_then(|text| Record::from_json(&text));
        let Ok(record) = read else {
            let message = format!("what stands at `/records/{place}` is no record");
            self.find(AuditFindingCode::LeafAltered, Some((seq, "")), message);
            return;
        };
        if let Ok((Some(leaf), _)) = self.leaf(&record.leaf) {
            self.body(&record, &leaf);
        }
    }

    /// Compares what is gone with what was taken out.
    fn finish(&mut self) {
        if self.claim.as_ref().is_some_and(|claim| claim.size == 0) {
            self.compare_head();
        }
        if let Some(claim) = self.claim.take() {
            let size = self.peaks.size();
            let message = format!("the log has `{size}` leaves, and the checkpoint states `{}`", claim.size);
            self.find(AuditFindingCode::CheckpointContradicted, None, message);
        }
        for ((id, part), seq) in core::mem::take(&mut self.missing) {
            if !self.removed.contains(&(id.clone(), part)) {
                let message = format!("part `{}` is gone, and no leaf says why", part.as_str());
                self.find(AuditFindingCode::PartRemoved, Some((seq, &id)), message);
            }
        }
        for ((id, part), seq) in core::mem::take(&mut self.present) {
            if self.removed.contains(&(id.clone(), part)) {
                let message =
                    format!("part `{}` is there, and a leaf says that it was taken out", part.as_str());
                self.find(AuditFindingCode::PartReturned, Some((seq, &id)), message);
            }
        }
        self.findings.sort_by_key(|it| it.seq);
    }
}

/// Walks the log of the store.
fn stored(call: &Call<'_, '_>, audit: &mut Audit) -> Result<()> {
    let archive = call.archive()?;
    // The size of one moment: what is written meanwhile is of the next audit.
    let mut size = 0;
    archive.log(&mut |leaves, _| {
        size = leaves;
        Ok(())
    })?;
    let mut leaves: BTreeMap<u64, Leaf> = BTreeMap::new();
    while audit.peaks.size() < size {
        call.control.check()?;
        let from = audit.peaks.size();
        let most = usize::try_from(size - from).unwrap_or(PAGE).min(PAGE);
        let page = archive.leaves(from, most)?;
        if page.is_empty() {
            let message = format!("leaf `{from}` and those behind it are not there");
            audit.find(AuditFindingCode::RecordRemoved, Some((from, "")), message);
            break;
        }
        for StoredLeaf { ids, leaf: text, seq } in page {
            let wanted = audit.peaks.size();
            if seq != wanted {
                let message = format!("leaf `{wanted}` is not there");
                audit.find(AuditFindingCode::RecordRemoved, Some((wanted, "")), message);
                return Ok(());
            }
            let (leaf, completed) = audit.leaf(&text)?;
            let mut altered = None;
            archive.log(&mut |_, nodes| {
                altered = completed
                    .iter()
                    .find(|(node, hash)| nodes.node(*node).ok() != Some(*hash))
                    .map(|it| it.0);
                Ok(())
            })?;
            if let Some(node) = altered {
                let message =
                    format!("subtree `{}` of level `{}` is not that over the leaves", node.index, node.level);
                audit.find(AuditFindingCode::SubtreeAltered, Some((seq, "")), message);
            }
            if let Some(leaf) = &leaf
                && ids != [leaf.audit_id.as_str(), leaf.request_id.as_str()]
            {
                let message = "the record is kept under ids that its leaf does not state".to_owned();
                audit.find(AuditFindingCode::LeafAltered, Some((seq, &leaf.audit_id)), message);
            }
            leaves.extend(leaf.map(|leaf| (seq, leaf)));
        }
        bodies(call, audit, &mut leaves, from)?;
    }
    let node = Node { level: 0, index: audit.peaks.size() };
    let mut is_beyond = false;
    archive.log(&mut |leaves, nodes| {
        is_beyond = leaves == node.index && nodes.node(node).is_ok();
        Ok(())
    })?;
    if is_beyond {
        let message = format!("leaf `{}` is not there, and a subtree over it is", node.index);
        audit.find(AuditFindingCode::RecordRemoved, Some((node.index, "")), message);
    }
    answers(call, audit)
}

/// Compares the bodies of this tenant with the leaves of a page.
fn bodies(call: &Call<'_, '_>, audit: &mut Audit, leaves: &mut BTreeMap<u64, Leaf>, from: u64) -> Result<()> {
    let end = audit.peaks.size();
    let tenant = call.archive()?.tenant();
    call.visit(Query { from_seq: from, ..Query::default() }, |held| {
        let seq = held.record.seq;
        if seq >= end {
            return Ok(false);
        }
        if let Some(leaf) = leaves.remove(&seq) {
            audit.body(&held.record, &leaf);
            let place = Some((seq, leaf.audit_id.as_str()));
            if leaf.tenant.as_deref().unwrap_or_default() != tenant {
                let message =
                    "the record is kept as one of this tenant, and its leaf names another".to_owned();
                audit.find(AuditFindingCode::RecordHidden, place, message);
            }
            if is_about_another(&held) {
                let message = "the record is kept as one about somebody else than its request is".to_owned();
                audit.find(AuditFindingCode::SubjectAltered, place, message);
            }
        }
        Ok(true)
    })?;
    for (seq, leaf) in core::mem::take(leaves) {
        if leaf.tenant.as_deref().unwrap_or_default() == tenant {
            let message = "the leaf is that of a record of this tenant, and it has none".to_owned();
            audit.find(AuditFindingCode::RecordHidden, Some((seq, &leaf.audit_id)), message);
        }
    }
    Ok(())
}

/// Compares the answers under idempotency keys with their records.
fn answers(call: &Call<'_, '_>, audit: &mut Audit) -> Result<()> {
    let archive = call.archive()?;
    let mut after = None;
    loop {
        call.control.check()?;
        let page = archive.answers(after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.scope.clone());
        for stored in page {
            let Some(audit_id) = &stored.audit_id else {
                let message =
                    "an answer under an idempotency key has no record: nothing proves it".to_owned();
                audit.find(AuditFindingCode::AnswerAltered, None, message);
                continue;
            };
            audit.keyed.remove(audit_id);
            let held = archive.record(audit_id)?;
            if !held.as_ref().is_some_and(|held| stored.is_of(held)) {
                let message = "the answer under an idempotency key is not that of its record".to_owned();
                let place = held.as_ref().map(|held| (held.record.seq, audit_id.as_str()));
                audit.find(AuditFindingCode::AnswerAltered, place, message);
            }
        }
    }
    for (audit_id, seq) in core::mem::take(&mut audit.keyed) {
        let message = "the answer under the idempotency key of this record is gone".to_owned();
        audit.find(AuditFindingCode::AnswerRemoved, Some((seq, &audit_id)), message);
    }
    Ok(())
}

/// Returns whether a record is kept as one about somebody else than its request says.
fn is_about_another(held: &Held) -> bool {
    let limits = whole(&Limits::DEFAULT);
    let request = held.record.request().and_then(|text| JsonValue::read_text(&text, &limits).ok());
    let stated = request.as_ref().and_then(|request| {
        let id = request.member("entity_id").or_else(|| request.member("inputs")?.member("applicant_id"));
        id.and_then(JsonValue::as_str)
    });
    stated.is_some_and(|stated| held.entity_id.as_deref() != Some(stated))
}
