//! `subject.export`, `.erase` and `.restrict`: what is held of a person, and its end.

use super::records::{entry, from_cursor, page_size, read_of, whole};
use super::{Call, Done, Interrupt, Operate, instant, outcomes, reading};
use crate::audit::{Part, Removal};
use crate::canonical;
use crate::error::{Cause, Error};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::store::{ENTITIES, Query, RESTRICTIONS, RowKey, Write};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::{BTreeMap, BTreeSet};

/// Records of one erasure; the answer says when there are more.
const ERASED_MAX: usize = 10_000;

/// Asks for everything that is held of a person.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubjectExportRequest {
    /// Who asks: a name of yours.
    pub actor: Id,
    /// The instant of the export; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Your id of the person.
    pub entity_id: Id,
    /// Records of a page, 1 to 1,000; default 100.
    pub limit: Option<u32>,
}

/// What is held of a person.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubjectExportResponse {
    /// The data that `entity.put` gave.
    pub data: Option<JsonValue>,
    /// Where the next page begins; absent at the end.
    pub next_cursor: Option<String>,
    /// What became of the decisions of this page, by their ids.
    pub outcomes: BTreeMap<String, JsonValue>,
    /// The records, whole, as `kapix` keeps them: leaf and parts.
    pub records: Vec<JsonValue>,
    /// Whether and why the person's data may not be used or erased.
    pub restriction: Option<JsonValue>,
}

/// Asks for the bodies of all records of a person to be erased, with everything else that is held of them. Leaves stay.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubjectEraseRequest {
    /// Who asks: a name of yours. It stays in the log.
    pub actor: Id,
    /// The instant of the erasure; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// Your id of the person. No record keeps it.
    pub entity_id: Id,
    /// Why, such as `request of the person`. It stays in the log, so write no personal data here.
    pub ground: Id,
}

/// What was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubjectEraseResponse {
    /// Whether everything is erased; false where there were more than 10,000 records: ask again.
    pub complete: bool,
    /// Whether data of `entity.put` were erased.
    pub had_data: bool,
    /// Parts of bodies that were erased.
    pub parts: u64,
    /// Records whose bodies were erased.
    pub records: u64,
}

/// Says whether a person's data may be used, and whether they may be erased.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubjectRestrictRequest {
    /// Who asks: a name of yours.
    pub actor: Id,
    /// The instant of the call; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// Your id of the person.
    pub entity_id: Id,
    /// Why.
    pub ground: Id,
    /// Whether nothing may be erased: a legal hold beats an erasure. It stays as it is when absent.
    pub legal_hold: Option<bool>,
    /// Whether no operation may use the person's data. It stays as it is when absent.
    pub restricted: Option<bool>,
}

/// Whether a person's data may be used, and whether they may be erased.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubjectRestrictResponse {
    /// Whether nothing may be erased.
    pub legal_hold: bool,
    /// Whether no operation may use the person's data.
    pub restricted: bool,
}

impl Operate for SubjectExportRequest {
    const NAME: &'static str = "subject.export";
    type Response = SubjectExportResponse;
    reading!();

    fn subject(&self) -> Option<&str> {
        Some(self.entity_id.as_str())
    }

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<SubjectExportResponse>, Interrupt> {
        instant(self.as_of)?;
        let most = page_size(self.limit)?;
        let limits = whole(call.limits());
        let data = call.row(&key(ENTITIES, self.entity_id.as_str()))?;
        let data = data.and_then(|row| row.value.as_str());
        let data = data.map(|text| JsonValue::read_text(text.as_bytes(), &limits)).transpose()?;
        let restriction = call.row(&key(RESTRICTIONS, self.entity_id.as_str()))?.map(|row| row.value.clone());
        let mut response = SubjectExportResponse {
            data,
            next_cursor: None,
            outcomes: BTreeMap::new(),
            records: Vec::new(),
            restriction,
        };
        let query = Query {
            entity_id: Some(self.entity_id.as_str().to_owned()),
            from_seq: from_cursor(self.cursor.as_deref())?,
            ..Query::default()
        };
        let mut ids = Vec::new();
        call.visit(query, |held| {
            if response.records.len() == most {
                response.next_cursor = Some(held.record.seq.to_string());
                return Ok(false);
            }
            ids.push(entry(&held)?.record_id);
            response.records.push(JsonValue::read_text(&held.record.to_json(), &limits)?);
            Ok(true)
        })?;
        let names: Vec<RowKey> = ids.iter().map(|id| key(outcomes::OUTCOMES, id)).collect();
        let known = ids.iter().zip(call.rows(&names)?).filter_map(|(id, row)| Some((id, row?)));
        response.outcomes.extend(known.map(|(id, row)| (id.clone(), row.value.clone())));
        let recorded_response = Some(read_of(ids));
        Ok(Done { recorded_response, ..Done::new(response, Vec::new()) })
    }
}

impl Operate for SubjectEraseRequest {
    const NAME: &'static str = "subject.erase";
    const NEEDS_RECORD: bool = true;
    type Response = SubjectEraseResponse;
    reading!();

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<SubjectEraseResponse>, Interrupt> {
        instant(self.as_of)?;
        check_hold(call, self.entity_id.as_str())?;
        let had_data = call.row(&key(ENTITIES, self.entity_id.as_str()))?.is_some();
        let query = Query { entity_id: Some(self.entity_id.as_str().to_owned()), ..Query::default() };
        let mut parts: BTreeMap<String, Vec<Part>> = BTreeMap::new();
        let (mut complete, mut seen) = (true, 0);
        call.visit(query, |held| {
            if parts.len() == ERASED_MAX {
                complete = false;
                return Ok(false);
            }
            seen = held.record.seq + 1;
            let own = held.record.parts.keys().copied().collect();
            parts.insert(held.record.audit_id.clone(), own);
            Ok(true)
        })?;
        let mut writes = vec![
            Write { key: key(ENTITIES, self.entity_id.as_str()), value: None },
            Write { key: key(RESTRICTIONS, self.entity_id.as_str()), value: None },
        ];
        let outcome = |id: &String| RowKey { key: id.clone(), table: outcomes::OUTCOMES.to_owned() };
        writes.extend(parts.keys().map(|id| Write { key: outcome(id), value: None }));
        let response = SubjectEraseResponse {
            complete,
            had_data,
            parts: parts.values().map(|parts| count(parts.len())).sum(),
            records: count(parts.len()),
        };
        // Whom it was about is what must be forgotten.
        let stated = [("actor", &self.actor), ("ground", &self.ground)];
        let stated = stated.map(|(name, id)| (name.to_owned(), JsonValue::Text(id.as_str().to_owned())));
        let removal =
            Removal { actor: self.actor.as_str().to_owned(), ground: self.ground.as_str().to_owned(), parts };
        // Where there are more, the next call forgets the rest.
        let forgets = complete.then(|| (self.entity_id.as_str().to_owned(), seen));
        Ok(Done {
            forgets,
            recorded_request: Some(JsonValue::Object(stated.into())),
            removal: Some(removal).filter(|it| !it.parts.is_empty()),
            writes,
            ..Done::new(response, Vec::new())
        })
    }
}

impl Operate for SubjectRestrictRequest {
    const NAME: &'static str = "subject.restrict";
    type Response = SubjectRestrictResponse;
    reading!();

    fn subject(&self) -> Option<&str> {
        Some(self.entity_id.as_str())
    }

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<SubjectRestrictResponse>, Interrupt> {
        instant(self.as_of)?;
        let before = restriction(call, self.entity_id.as_str())?;
        let after = SubjectRestrictResponse {
            legal_hold: self.legal_hold.unwrap_or(before.legal_hold),
            restricted: self.restricted.unwrap_or(before.restricted),
        };
        let value = if after == SubjectRestrictResponse::default() {
            None
        } else {
            Some(JsonValue::read_text(&canonical::to_vec(&after)?, &Limits::DEFAULT)?)
        };
        let writes = vec![Write { key: key(RESTRICTIONS, self.entity_id.as_str()), value }];
        Ok(Done { writes, ..Done::new(after, Vec::new()) })
    }
}

/// Refuses to let data of a person go who is under a legal hold.
pub(super) fn check_hold(call: &Call<'_, '_>, entity_id: &str) -> Result<(), Interrupt> {
    if restriction(call, entity_id)?.legal_hold {
        let message = "the person's data are under a legal hold, which beats an erasure";
        return Err(Error::new(Cause::SubjectHeld, message).at("/entity_id").into());
    }
    Ok(())
}

/// Refuses to use the data of a person who is restricted.
pub(super) fn check_restriction(call: &Call<'_, '_>, entity_id: &str) -> Result<(), Interrupt> {
    if restriction(call, entity_id)?.restricted {
        let message = "the person's data may not be used: `subject.restrict` says so";
        return Err(Error::new(Cause::SubjectRestricted, message).into());
    }
    Ok(())
}

/// Returns those of these people whose data may not be erased.
pub(super) fn held_subjects<'i>(
    call: &Call<'_, '_>,
    ids: impl Iterator<Item = &'i str>,
) -> Result<BTreeSet<String>, Interrupt> {
    let ids: BTreeSet<&str> = ids.collect();
    let keys: Vec<RowKey> = ids.iter().map(|id| key(RESTRICTIONS, id)).collect();
    let mut held = BTreeSet::new();
    for (id, row) in ids.into_iter().zip(call.rows(&keys)?) {
        let Some(row) = row else { continue };
        let restriction: SubjectRestrictResponse = row.value.read(&Limits::DEFAULT)?;
        held.extend(restriction.legal_hold.then(|| id.to_owned()));
    }
    Ok(held)
}

fn restriction(call: &Call<'_, '_>, entity_id: &str) -> Result<SubjectRestrictResponse, Interrupt> {
    match call.row(&key(RESTRICTIONS, entity_id))? {
        Some(row) => Ok(row.value.read(&Limits::DEFAULT)?),
        None => Ok(SubjectRestrictResponse::default()),
    }
}

fn key(table: &str, entity_id: &str) -> RowKey {
    RowKey { key: entity_id.to_owned(), table: table.to_owned() }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
