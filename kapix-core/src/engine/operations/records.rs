//! `records.get` and `records.list`: what earlier calls were asked and answered. Each reading of a person's data is on record
//! itself, by the ids of what was read.

use super::{Call, Done, Interrupt, Operate, instant, reading};
use crate::audit::{Leaf, Part};
use crate::canonical::Hash;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::store::{Held, Query};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// Entries of a page, at most.
pub(super) const PAGE_MAX: u32 = 1_000;

/// Asks for the record of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordsGetRequest {
    /// The instant of the reading; the engine's clock fills it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// The `audit_id` of the record, or the `request_id` of the call.
    pub id: Id,
}

/// The record of a call.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordsGetResponse {
    /// Id of the record.
    pub record_id: String,
    /// Whom the call is about; absent where it is about nobody, or where that was erased.
    pub entity_id: Option<String>,
    /// What the call found beside its request: results of steps, and rows of the store.
    pub found: Option<JsonValue>,
    /// Parts of the body that are gone: they lapsed or were erased.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Part>,
    /// What stays of the record for ever, by its names.
    pub leaf: JsonValue,
    /// SHA-256 of a zero byte and the leaf in canonical form: the leaf of the log.
    pub leaf_hash: Hash,
    /// The request, after defaults; with null for rows or features that are gone.
    pub request: Option<JsonValue>,
    /// The answer without its envelope, or `{"error": ...}`.
    pub response: Option<JsonValue>,
    /// Whether leaf and parts are those that were sealed and, where the store keeps a log, those of the log.
    pub verifies: bool,
}

/// Asks for the records of calls.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordsListRequest {
    /// The instant of the reading; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Whom the calls are about.
    pub entity_id: Option<Id>,
    /// Entries of a page, 1 to 1,000; default 100.
    pub limit: Option<u32>,
    /// The operation.
    pub operation: Option<String>,
    /// The first recorded instant.
    pub since: Option<Instant>,
    /// The first recorded instant that is too late.
    pub until: Option<Instant>,
}

/// Records of calls, the oldest first.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordsListResponse {
    /// Where the next page begins; absent at the end.
    pub next_cursor: Option<String>,
    /// The records.
    pub records: Vec<RecordEntry>,
}

/// One record, without its documents.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordEntry {
    /// The instant that was judged.
    pub as_of: Instant,
    /// Whom the call is about.
    pub entity_id: Option<String>,
    /// Parts of the body that are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Part>,
    /// The operation.
    pub operation: String,
    /// Id of the record.
    pub record_id: String,
    /// When it was sealed.
    pub recorded_at: Instant,
    /// Code of the error, where the request was refused.
    pub refused: Option<String>,
    /// Id of the call.
    pub request_id: String,
    /// Number of the record in its store, from 0.
    pub seq: u64,
}

impl Operate for RecordsGetRequest {
    const NAME: &'static str = "records.get";
    type Response = RecordsGetResponse;
    reading!();

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<RecordsGetResponse>, Interrupt> {
        instant(self.as_of)?;
        let held = find(call, self.id.as_str(), "/id")?;
        let record = &held.record;
        let proved = call.archive()?.proved(&held);
        let limits = whole(call.limits());
        let document =
            |text: Option<Vec<u8>>| text.map(|text| JsonValue::read_text(&text, &limits)).transpose();
        let leaf: Leaf = json::read(&record.leaf, &limits)?;
        if record.parts.is_empty() && !leaf.parts.is_empty() {
            let message = "the body of this record was erased, or has lapsed; its leaf stays in the log";
            return Err(Error::new(Cause::RecordBodyErased, message).at("/id").into());
        }
        let response = RecordsGetResponse {
            entity_id: held.entity_id.clone(),
            found: document(record.found())?,
            gone: gone(&held, &leaf),
            leaf: JsonValue::read_text(&record.leaf, &limits)?,
            leaf_hash: crate::audit::leaf_hash(&record.leaf),
            record_id: leaf.audit_id.clone(),
            request: document(record.request())?,
            response: document(record.response())?,
            verifies: proved.is_ok(),
        };
        let recorded_response = Some(read_of([leaf.audit_id]));
        Ok(Done { about: held.entity_id, recorded_response, ..Done::new(response, Vec::new()) })
    }
}

impl Operate for RecordsListRequest {
    const NAME: &'static str = "records.list";
    type Response = RecordsListResponse;
    reading!();

    fn subject(&self) -> Option<&str> {
        self.entity_id.as_ref().map(Id::as_str)
    }

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<RecordsListResponse>, Interrupt> {
        instant(self.as_of)?;
        let most = page_size(self.limit)?;
        let query = Query {
            entity_id: self.entity_id.as_ref().map(|id| id.as_str().to_owned()),
            from_seq: from_cursor(self.cursor.as_deref())?,
            operation: self.operation.clone(),
            since: self.since,
            until: self.until,
            most: 0,
        };
        let mut records = Vec::new();
        let mut next_cursor = None;
        call.visit(query, |held| {
            if records.len() == most {
                next_cursor = Some(held.record.seq.to_string());
                return Ok(false);
            }
            records.push(entry(&held)?);
            Ok(true)
        })?;
        let recorded_response = Some(read_of(records.iter().map(|it: &RecordEntry| it.record_id.clone())));
        let response = RecordsListResponse { next_cursor, records };
        Ok(Done { recorded_response, ..Done::new(response, Vec::new()) })
    }
}

/// Returns the record with this id, or of the call with this id.
pub(super) fn find(call: &Call<'_, '_>, id: &str, field: &str) -> Result<Held> {
    call.archive()?.record(id)?.ok_or_else(|| {
        let message = format!("no record has this id of `{}` bytes", id.len());
        Error::new(Cause::RecordNotFound, message).at(field)
    })
}

/// Returns the limits of what a store gives back, which was within those of a request when it was written.
pub(super) fn whole(limits: &Limits) -> Limits {
    Limits { request_bytes: u64::MAX, string_bytes: u64::MAX, json_depth: 127, ..limits.clone() }
}

/// Returns what the record of a reading keeps: which records were read.
pub(super) fn read_of(ids: impl IntoIterator<Item = String>) -> JsonValue {
    let ids = ids.into_iter().map(JsonValue::Text).collect();
    JsonValue::Object(BTreeMap::from([("read".to_owned(), JsonValue::Array(ids))]))
}

/// Returns the parts that a leaf names and that are not held.
pub(super) fn gone(held: &Held, leaf: &Leaf) -> Vec<Part> {
    leaf.parts.keys().copied().filter(|part| !held.record.parts.contains_key(part)).collect()
}

/// Returns how many entries a page has.
pub(super) fn page_size(limit: Option<u32>) -> Result<usize> {
    let limit = limit.unwrap_or(100);
    if !(1..=PAGE_MAX).contains(&limit) {
        let message = format!("limit must be in `1..={PAGE_MAX}`; got `{limit}`");
        return Err(Error::new(Cause::ValueOutOfRange, message).at("/limit"));
    }
    Ok(usize::try_from(limit).unwrap_or(1))
}

/// Returns the number of the first record of a page.
pub(super) fn from_cursor(cursor: Option<&str>) -> Result<u64> {
    let Some(cursor) = cursor else { return Ok(0) };
    let is_plain = cursor.bytes().all(|it| it.is_ascii_digit()) && cursor.len() <= 15;
    cursor.parse().ok().filter(|_| is_plain).ok_or_else(|| {
        let message = "a cursor is the `next_cursor` of an earlier page";
        Error::new(Cause::ValueOutOfRange, message).at("/cursor")
    })
}

pub(super) fn entry(held: &Held) -> Result<RecordEntry> {
    let leaf: Leaf = json::read(&held.record.leaf, &whole(&Limits::DEFAULT))?;
    Ok(RecordEntry {
        as_of: leaf.as_of,
        entity_id: held.entity_id.clone(),
        gone: gone(held, &leaf),
        operation: leaf.operation,
        record_id: leaf.audit_id,
        recorded_at: leaf.recorded_at,
        refused: leaf.refused,
        request_id: leaf.request_id,
        seq: leaf.seq,
    })
}
