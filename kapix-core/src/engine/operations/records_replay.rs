//! `records.replay`: whether a call gives the same answer again, and if not, what changed.

use super::records::{find, read_of, whole};
use super::{Call, Done, Interrupt, Operate, instant, reading};
use crate::audit::{ArtefactRef, ENGINE_VERSION, Leaf, Part, Record, SEMANTICS};
use crate::canonical;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeSet;

/// Members of an answer that rest on features alone.
const OF_FEATURES: [&str; 5] = ["pd", "points", "points_range", "risk_band", "score"];
/// Differences that are told, at most.
const DIFFERENT_MAX: usize = 100;

/// Asks to answer the request of a record again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordsReplayRequest {
    /// The instant of the replay; the engine's clock fills it when absent. The request is answered as of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// The `audit_id` of the record, or the `request_id` of the call.
    pub id: Id,
}

/// What came of it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordsReplayResponse {
    /// What is not as it was: artefacts, engine, or parts of the record.
    pub changed: Vec<ReplayChange>,
    /// Members of the answer that differ; at most 100 are told.
    pub different: Vec<String>,
    /// Why there is no answer again.
    pub error: Option<JsonValue>,
    /// What it was answered from: the whole request, or the features, where the rows have lapsed or their texts are hashes. Then only `pd`, `points`,
    /// `points_range`, `risk_band` and `score` are compared.
    pub from: ReplayFrom,
    /// Id of the record.
    pub record_id: String,
    /// The answer again.
    pub response: Option<JsonValue>,
    /// Whether everything that was compared is the same; of a whole request, byte for byte.
    pub same: bool,
}

/// What a record is answered from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ReplayFrom {
    /// The features that were computed of rows.
    Features,
    /// The whole request.
    Request,
}

/// One thing that is not as it was.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayChange {
    /// What it is now; absent where it is gone.
    pub now: Option<String>,
    /// What it was.
    pub then: String,
    /// `artefact ID`, `engine`, `semantics`, `texts of rows` or `part NAME`.
    pub what: String,
}

impl Operate for RecordsReplayRequest {
    const NAME: &'static str = "records.replay";
    type Response = RecordsReplayResponse;
    reading!();

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<RecordsReplayResponse>, Interrupt> {
        instant(self.as_of)?;
        let held = find(call, self.id.as_str(), "/id")?;
        let record = &held.record;
        let leaf = call.archive()?.proved(&held)?;
        if let Some(entity_id) = &held.entity_id {
            super::subject::check_restriction(call, entity_id)?;
        }
        let Some(recorded) = record.response() else {
            let message = "the answer of this record was erased, or has lapsed: nothing is left to compare";
            return Err(Error::new(Cause::RecordBodyErased, message).at("/id").into());
        };
        let is_whole = leaf.parts.keys().all(|part| record.parts.contains_key(part));
        // Texts that are hashes now may have told what a row was.
        let is_as_it_came = is_whole && (leaf.hashed_texts.is_none() || record.computed().is_none());
        let from = if is_as_it_came { ReplayFrom::Request } else { ReplayFrom::Features };
        let mut response = RecordsReplayResponse {
            changed: changed(call, &leaf, record),
            different: Vec::new(),
            error: None,
            from,
            record_id: leaf.audit_id.clone(),
            response: None,
            same: false,
        };
        response.compare(call, record, &recorded)?;
        let recorded_response = Some(read_of([leaf.audit_id]));
        Ok(Done { about: held.entity_id, recorded_response, ..Done::new(response, Vec::new()) })
    }
}

impl RecordsReplayResponse {
    fn compare(&mut self, call: &Call<'_, '_>, record: &Record, recorded: &[u8]) -> Result<()> {
        let limits = whole(call.limits());
        let again = match call.archive()?.replay(record, self.from, call.control) {
            Ok(reply) => canonical::to_vec(&reply.response)?,
            Err(error) if error.cause == Cause::Cancelled => return Err(error),
            Err(error) => {
                let text = [b"{\"error\":", &*canonical::to_vec(&error)?, b"}"].concat();
                self.error = JsonValue::read_text(&text, &limits)?.member("error").cloned();
                text
            }
        };
        let (then, now) = (JsonValue::read_text(recorded, &limits)?, JsonValue::read_text(&again, &limits)?);
        let names = |document: &JsonValue| match document {
            JsonValue::Object(members) => members.keys().cloned().collect::<BTreeSet<String>>(),
            _ => BTreeSet::new(),
        };
        let asked = |name: &&String| self.from == ReplayFrom::Request || OF_FEATURES.contains(&name.as_str());
        let all = &names(&then) | &names(&now);
        let differs = |name: &&String| then.member(name) != now.member(name);
        let different = all.iter().filter(asked).filter(differs).map(|name| format!("/{name}"));
        self.different = different.take(DIFFERENT_MAX).collect();
        self.same = match self.from {
            ReplayFrom::Request => again == recorded,
            ReplayFrom::Features => self.error.is_none() && self.different.is_empty(),
        };
        self.response = Some(now).filter(|_| self.error.is_none());
        Ok(())
    }
}

/// Returns what a record rests on and is not as it was.
fn changed(call: &Call<'_, '_>, leaf: &Leaf, record: &Record) -> Vec<ReplayChange> {
    let mut changed = Vec::new();
    let mut compare = |what: &str, then: String, now: Option<String>| {
        if now.as_ref() != Some(&then) {
            changed.push(ReplayChange { now, then, what: what.to_owned() });
        }
    };
    compare("engine", leaf.engine.clone(), Some(ENGINE_VERSION.to_owned()));
    compare("semantics", leaf.semantics.to_string(), Some(SEMANTICS.to_string()));
    let entries = call.registry.entries();
    for own in &leaf.artefacts {
        let is_it = |id: &str, version: &str| id == &*own.id && version == &*own.version;
        let loaded = entries.iter().find(|entry| is_it(&entry.id, &entry.version));
        let told = |own: &ArtefactRef| format!("{}@{} {}", own.id, own.version, own.sha256);
        let now = loaded.map(|entry| format!("{}@{} {}", entry.id, entry.version, entry.sha256));
        compare(&format!("artefact {}", own.id), told(own), now);
    }
    if leaf.hashed_texts == Some(true) {
        compare("texts of rows", "text".to_owned(), Some("keyed hashes".to_owned()));
    }
    for part in Part::ALL.iter().filter(|part| leaf.parts.contains_key(part)) {
        let now = record.parts.contains_key(part).then(|| "held".to_owned());
        compare(&format!("part {}", part.as_str()), "held".to_owned(), now);
    }
    changed
}
