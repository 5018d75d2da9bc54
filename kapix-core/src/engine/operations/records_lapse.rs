//! `records.lapse`: parts of records leave when their time is over; leaves stay and say so.

use super::records::whole;
use super::subject::held_subjects;
use super::{Call, Done, Interrupt, Operate, instant, reading};
use crate::audit::{Leaf, Part, Removal};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json;
use crate::store::Query;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// Records of one call, at most.
const LAPSED_MAX: usize = 10_000;
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Takes parts out of records that are older than a retention allows, by the time of their records. What is absent stays.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordsLapseRequest {
    /// Who asks: a name of yours. It stays in the log.
    pub actor: Id,
    /// The instant from which ages count; the engine's clock fills it when absent, and a later one is refused.
    pub as_of: Option<Instant>,
    /// Days that requests and responses stay, 1 and above.
    pub decision_days: Option<u32>,
    /// Days that features and reasons, and results of steps, stay.
    pub features_days: Option<u32>,
    /// Under which rule, such as `retention 2026-01`. It stays in the log.
    pub ground: Id,
    /// Days that rows of accounts stay.
    pub rows_days: Option<u32>,
}

/// What lapsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordsLapseResponse {
    /// Whether everything that is over has lapsed; false where there were more than 10,000 records: ask again.
    pub complete: bool,
    /// Records that stay because the person is under a legal hold.
    pub held: u64,
    /// Parts that lapsed.
    pub parts: u64,
    /// Records that they were of.
    pub records: u64,
}

impl Operate for RecordsLapseRequest {
    const NAME: &'static str = "records.lapse";
    const NEEDS_RECORD: bool = true;
    type Response = RecordsLapseResponse;
    reading!();

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<RecordsLapseResponse>, Interrupt> {
        let as_of = instant(self.as_of)?;
        if call.archive()?.now().is_some_and(|now| as_of > now) {
            let message =
                "as_of must not be later than the engine's clock: parts would lapse before their time";
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/as_of").into());
        }
        let days = self.days()?;
        let least = days.values().min().copied().unwrap_or(0);
        let until = before(as_of, least);
        let query = Query { until: Some(until), ..Query::default() };
        let mut parts: BTreeMap<String, Vec<Part>> = BTreeMap::new();
        let (mut complete, mut candidates) = (true, Vec::new());
        call.visit(query, |held| {
            let leaf: Leaf = json::read(&held.record.leaf, &whole(call.limits()))?;
            let is_over =
                |part: &Part| days.get(part).is_some_and(|days| leaf.recorded_at < before(as_of, *days));
            let over: Vec<Part> = held.record.parts.keys().copied().filter(is_over).collect();
            if over.is_empty() {
                return Ok(true);
            }
            if candidates.len() == LAPSED_MAX {
                complete = false;
                return Ok(false);
            }
            candidates.push((leaf.audit_id, held.entity_id, over));
            Ok(true)
        })?;
        let held = held_subjects(call, candidates.iter().filter_map(|it| it.1.as_deref()))?;
        let mut kept = 0;
        for (audit_id, entity_id, over) in candidates {
            if entity_id.is_some_and(|id| held.contains(&id)) {
                kept += 1;
            } else {
                parts.insert(audit_id, over);
            }
        }
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let response = RecordsLapseResponse {
            complete,
            held: kept,
            parts: parts.values().map(|it| count(it.len())).sum(),
            records: count(parts.len()),
        };
        let removal =
            Removal { actor: self.actor.as_str().to_owned(), ground: self.ground.as_str().to_owned(), parts };
        let removal = Some(removal).filter(|it| !it.parts.is_empty());
        Ok(Done { removal, ..Done::new(response, Vec::new()) })
    }
}

impl RecordsLapseRequest {
    /// Returns how many days each part stays that may lapse: the longer a part stays, the less it tells.
    fn days(&self) -> Result<BTreeMap<Part, u32>> {
        let mut days = BTreeMap::new();
        for (name, stated, own) in [
            ("rows_days", self.rows_days, &[Part::Rows][..]),
            ("features_days", self.features_days, &[Part::Features, Part::Found]),
            ("decision_days", self.decision_days, &[Part::Request, Part::Response]),
        ] {
            let Some(stated) = stated else { continue };
            if stated == 0 {
                let message = format!("{name} must be at least `1`");
                return Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/{name}")));
            }
            days.extend(own.iter().map(|part| (*part, stated)));
        }
        if days.is_empty() {
            let message = "give `rows_days`, `features_days` or `decision_days`: nothing lapses without one";
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/rows_days"));
        }
        Ok(days)
    }
}

fn before(as_of: Instant, days: u32) -> Instant {
    let micros = as_of.epoch_microseconds().saturating_sub(i64::from(days).saturating_mul(DAY));
    Instant::from_epoch_microseconds(micros).unwrap_or(Instant::MIN)
}
