//! The data of applicants that a host puts into the Desk: `entity.put` and `entity.forget`, and how a request that
//! names sources and brings none gets them.
//!
//! An applicant has one row, which holds the sources as canonical JSON. A call reads it as of one moment, and the data
//! that it read enter its request before the engine judges it, so that the record holds them and a replay needs no Desk.

use super::credit_score::check_named;
use super::{Call, Done, Interrupt, Operate, subject};
use crate::canonical;
use crate::domain::{Data, SourceKey, check_data};
use crate::error::{Cause, Detail, Error};
use crate::id::Id;
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::{self, Limits};
use crate::store::{ENTITIES, RowKey, Write};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// Keeps what sources say of an applicant, so that requests may name them by `data_sources` and bring no data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityPutRequest {
    /// What the sources answered. Each source here replaces the one that is held, whole; the others stay.
    pub data: Data,
    /// Your id of the applicant; opaque, up to 128 bytes.
    pub entity_id: Id,
}

/// Forgets what was kept of an applicant. Records of earlier calls keep what they read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityForgetRequest {
    /// The sources to forget; default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_sources: Option<Vec<SourceKey>>,
    /// Your id of the applicant; opaque, up to 128 bytes.
    pub entity_id: Id,
}

/// What is kept of an applicant now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityPutResponse {
    /// Bytes of all that is held of the applicant, as canonical JSON.
    pub bytes: u64,
    /// What became of each source of the request, in the order of their names.
    pub changes: Vec<SourceChange>,
    /// Your id of the applicant.
    pub entity_id: Id,
    /// The sources that are held now.
    pub held: Vec<SourceKey>,
}

/// What is kept of an applicant still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityForgetResponse {
    /// What went, in the order of the names of the sources; a source that was not held is none.
    pub changes: Vec<SourceChange>,
    /// Your id of the applicant.
    pub entity_id: Id,
    /// The sources that are held still.
    pub held: Vec<SourceKey>,
}

/// A source before and after a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceChange {
    /// What is held now; null for nothing.
    pub after: Option<SourceSummary>,
    /// What was held before; null for nothing.
    pub before: Option<SourceSummary>,
    /// The source.
    pub source: SourceKey,
}

/// The extent of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceSummary {
    /// Its accounts.
    pub accounts: u64,
    /// Whether it holds no record of the applicant.
    pub no_record: bool,
    /// When it was read, as the data say; its age counts from there.
    pub retrieved_at: Option<Instant>,
    /// Rows of its accounts.
    pub rows: u64,
    /// Its named values.
    pub values: u64,
}

impl Operate for EntityPutRequest {
    const NAME: &'static str = "entity.put";
    const JUDGES: bool = true;
    type Response = EntityPutResponse;

    fn subject(&self) -> Option<&str> {
        Some(self.entity_id.as_str())
    }

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<EntityPutResponse>, Interrupt> {
        if held(&self.data).is_empty() {
            let message = "a put needs at least `1` source; entity.forget takes sources away";
            return Err(Error::new(Cause::DataMissing, message).at("/data").into());
        }
        check_data(&self.data, call.limits())?;
        let before = read(call, &self.entity_id)?.unwrap_or_default();
        if held(&self.data).iter().any(|key| before.has(*key)) {
            subject::check_hold(call, self.entity_id.as_str())?;
        }
        let mut after = before.clone();
        let mut given = self.data.clone();
        for key in held(&self.data) {
            take(&mut after, &mut given, key);
        }
        let text = canonical::to_string(&after)?;
        limits::check("request_bytes", call.limits().request_bytes, text.len())
            .map_err(|it| it.at("/data"))?;
        let response = EntityPutResponse {
            bytes: count(text.len()),
            changes: changes(&before, &after, |key| self.data.has(key)),
            entity_id: self.entity_id.clone(),
            held: held(&after),
        };
        let write = Write { key: row(&self.entity_id), value: Some(JsonValue::Text(text)) };
        Ok(Done { writes: vec![write], ..Done::new(response, Vec::new()) })
    }
}

impl Operate for EntityForgetRequest {
    const NAME: &'static str = "entity.forget";
    type Response = EntityForgetResponse;

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<EntityForgetResponse>, Interrupt> {
        subject::check_hold(call, self.entity_id.as_str())?;
        let before = read(call, &self.entity_id)?.unwrap_or_default();
        let mut after = before.clone();
        for &key in self.data_sources.as_deref().unwrap_or(SourceKey::ALL) {
            take(&mut after, &mut Data::default(), key);
        }
        let response = EntityForgetResponse {
            changes: changes(&before, &after, |key| before.has(key) && !after.has(key)),
            entity_id: self.entity_id.clone(),
            held: held(&after),
        };
        let is_empty = response.held.is_empty();
        let value = if is_empty { None } else { Some(JsonValue::Text(canonical::to_string(&after)?)) };
        let changed = !response.changes.is_empty();
        let writes = changed.then(|| Write { key: row(&self.entity_id), value }).into_iter().collect();
        Ok(Done { writes, ..Done::new(response, Vec::new()) })
    }
}

/// Returns the data that a request which names sources and brings none rests on; `None` for an engine without a Desk.
///
/// Error `data.missing` for each source that is not held.
pub(super) fn named(
    call: &Call<'_, '_>,
    entity_id: &Id,
    named: &[SourceKey],
) -> Result<Option<Data>, Interrupt> {
    check_named(named)?;
    if !call.has_desk() {
        return Ok(None);
    }
    let mut held = read(call, entity_id)?.unwrap_or_default();
    let mut data = Data::default();
    let mut details = Vec::new();
    for &key in SourceKey::ALL.iter().filter(|key| named.contains(key)) {
        if !held.has(key) {
            let what = "entity.put gave none for this entity_id, or it left when the store was full";
            details.push(Detail {
                cause: Cause::DataMissing,
                message: format!("data_sources names `{}`, which carries no data: {what}", key.as_str()),
                field: format!("/data/{}", key.as_str()),
            });
        }
        take(&mut data, &mut held, key);
    }
    Error::from_details(details).map_or(Ok(Some(data)), |error| Err(error.into()))
}

fn row(entity_id: &Id) -> RowKey {
    RowKey { key: entity_id.as_str().to_owned(), table: ENTITIES.to_owned() }
}

/// Returns what is held of an applicant.
fn read(call: &Call<'_, '_>, entity_id: &Id) -> Result<Option<Data>, Interrupt> {
    let Some(row) = call.row(&row(entity_id))? else { return Ok(None) };
    // Each put kept within the limits of a request; several of them together need not.
    let limits = Limits { request_bytes: u64::MAX, ..call.limits().clone() };
    Ok(row.value.as_str().map(|text| json::read(text.as_bytes(), &limits)).transpose()?)
}

/// Takes one source over, or its absence.
fn take(to: &mut Data, from: &mut Data, key: SourceKey) {
    match key {
        SourceKey::Application => to.application = from.application.take(),
        SourceKey::Bank => to.bank = from.bank.take(),
        SourceKey::Bureau => to.bureau = from.bureau.take(),
        SourceKey::InternalLoans => to.internal_loans = from.internal_loans.take(),
        SourceKey::MobileMoney => to.mobile_money = from.mobile_money.take(),
        SourceKey::TransactionHistory => to.transaction_history = from.transaction_history.take(),
    }
}

fn held(data: &Data) -> Vec<SourceKey> {
    SourceKey::ALL.iter().copied().filter(|key| data.has(*key)).collect()
}

fn changes(before: &Data, after: &Data, is_told: impl Fn(SourceKey) -> bool) -> Vec<SourceChange> {
    let told = SourceKey::ALL.iter().copied().filter(|key| is_told(*key));
    told.map(|source| SourceChange { after: summary(after, source), before: summary(before, source), source })
        .collect()
}

fn summary(data: &Data, key: SourceKey) -> Option<SourceSummary> {
    let accounts = data.transaction_sources().find(|(own, _)| *own == key).map(|(_, source)| SourceSummary {
        accounts: count(source.accounts.len()),
        retrieved_at: source.retrieved_at,
        rows: count(source.accounts.iter().map(|account| account.transactions.len()).sum()),
        ..SourceSummary::default()
    });
    let values = data.flat_sources().find(|(own, _)| *own == key).map(|(_, source)| SourceSummary {
        no_record: source.no_record,
        retrieved_at: source.retrieved_at,
        values: count(source.values.len()),
        ..SourceSummary::default()
    });
    accounts.or(values)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
