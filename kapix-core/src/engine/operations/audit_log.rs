//! `audit.prove`, `audit.checkpoint` and `audit.key`: what proves to others that a record is in the log, and that the log only
//! grew.

use super::engine_health::{CHECKPOINTS, CheckpointMade, LAST};
use super::records::{find, whole};
use super::{Call, Done, Interrupt, Operate};
use crate::audit::{Checkpoint, LogProof, Nodes, Peaks, consistency_path, inclusion_path, leaf_hash};
use crate::canonical::{self, Hash};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::store::{RowKey, Write};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// Asks for the proof that a record is in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditProveRequest {
    /// The `audit_id` of the record, or the `request_id` of its call.
    pub id: Id,
    /// Leaves of the log that the proof is for; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// The proof that a record is in the log.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditProveResponse {
    /// Number of the leaf, from 0.
    pub index: u64,
    /// The leaf: what stays of the record for ever, by its names. Its canonical form is what is hashed.
    pub leaf: JsonValue,
    /// SHA-256 of a zero byte and the leaf in canonical form (RFC 6962, section 2.1).
    pub leaf_hash: Hash,
    /// The name of the log.
    pub origin: String,
    /// Hashes from the leaf to the root, the neighbour first.
    pub path: Vec<Hash>,
    /// The proof as a file of C2SP tlog-proof, with a signed checkpoint; absent where the engine has no key.
    pub proof: Option<String>,
    /// Id of the record.
    pub record_id: String,
    /// The root of the log at that size.
    pub root: Hash,
    /// Leaves of the log that the proof is for.
    pub size: u64,
}

/// Asks for the head of the log.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditCheckpointRequest {
    /// Size of an earlier checkpoint, which the answer proves to be the beginning of this one.
    pub from_size: Option<u64>,
    /// Leaves of the log; all of them when absent.
    pub size: Option<u64>,
}

/// The head of the log: keep it where whoever writes the store cannot.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditCheckpointResponse {
    /// The head as a signed note of C2SP tlog-checkpoint; absent where the engine has no key.
    pub checkpoint: Option<String>,
    /// The proof that the log of `from_size` leaves is the beginning of this one (RFC 6962, section 2.1.2).
    pub consistency: Option<Vec<Hash>>,
    /// The name of the log.
    pub origin: String,
    /// The root.
    pub root: Hash,
    /// Leaves of the log.
    pub size: u64,
}

impl Operate for AuditProveRequest {
    const NAME: &'static str = "audit.prove";
    type Response = AuditProveResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<AuditProveResponse>, Interrupt> {
        let held = find(call, self.id.as_str(), "/id")?;
        let (record, index) = (&held.record, held.record.seq);
        let mut proved = None;
        call.archive()?.log(&mut |leaves, nodes| {
            let size = self.size.unwrap_or(leaves);
            proved = Some((head(call, size, nodes)?, inclusion_path(nodes, index, size)?));
            Ok(())
        })?;
        let (head, path) = proved.ok_or_else(no_log)?;
        let proof = signed(call, &head)?
            .map(|checkpoint| LogProof { extra: None, index, path: path.clone(), checkpoint }.to_string());
        let response = AuditProveResponse {
            index,
            leaf: JsonValue::read_text(&record.leaf, &whole(call.limits()))?,
            leaf_hash: leaf_hash(&record.leaf),
            origin: head.origin,
            path,
            proof,
            record_id: record.audit_id.clone(),
            root: head.root,
            size: head.size,
        };
        Ok(Done::new(response, Vec::new()))
    }
}

impl Operate for AuditCheckpointRequest {
    const NAME: &'static str = "audit.checkpoint";
    type Response = AuditCheckpointResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<AuditCheckpointResponse>, Interrupt> {
        let mut found = None;
        call.archive()?.log(&mut |leaves, nodes| {
            let head = head(call, self.size.unwrap_or(leaves), nodes)?;
            let path = self.from_size.map(|from| consistency_path(nodes, from, head.size)).transpose()?;
            found = Some((head, path));
            Ok(())
        })?;
        let (head, consistency) = found.ok_or_else(no_log)?;
        let checkpoint = signed(call, &head)?.map(|note| note.to_string());
        // What `engine.health` says of it.
        let made = CheckpointMade { made_at: call.archive()?.now(), size: head.size };
        let value = JsonValue::read_text(&canonical::to_vec(&made)?, call.limits())?;
        let key = RowKey { key: LAST.to_owned(), table: CHECKPOINTS.to_owned() };
        let made = checkpoint.as_ref().map(|_| Write { key, value: Some(value) });
        let (origin, root, size) = (head.origin, head.root, head.size);
        let response = AuditCheckpointResponse { checkpoint, consistency, origin, root, size };
        Ok(Done { writes: made.into_iter().collect(), ..Done::new(response, Vec::new()) })
    }
}

fn head(call: &Call<'_, '_>, size: u64, nodes: &dyn Nodes) -> Result<Checkpoint> {
    let root = Peaks::of(size, nodes)?.root();
    Ok(Checkpoint { origin: call.archive()?.origin().to_owned(), size, root })
}

fn signed(call: &Call<'_, '_>, head: &Checkpoint) -> Result<Option<crate::audit::Note>> {
    let signers = call.archive()?.signers();
    if signers.is_empty() { Ok(None) } else { head.signed(&signers).map(Some) }
}

fn no_log() -> Error {
    Error::new(Cause::OperationNeedsStore, "the store keeps no log")
}
