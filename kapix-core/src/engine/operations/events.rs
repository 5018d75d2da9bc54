//! `events.poll`, `.ack`, `.fail` and `.retry`: what happened, fetched by consumers at least once, in order for each applicant.
//!
//! What a consumer has done stands in one row of the store, which a call reads and writes whole: of two processes that poll at
//! once, one starts again and finds the lease of the other.

use super::{Call, Done, Interrupt, Operate};
use crate::canonical;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::store::{RowKey, StoredEvent, Write};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::{BTreeMap, BTreeSet};

/// The table of what consumers have done.
const CONSUMERS: &str = "consumer";
/// Events of one poll, at most.
const POLL_MAX: u32 = 1_000;
/// Seconds of a lease, at most: a day.
const LEASE_MAX_S: u32 = 86_400;
/// How often an event is sent before it is a dead letter.
const ATTEMPTS_MAX: u32 = 10;
/// Seconds before an event that failed is sent again, by how often it was sent (Standard Webhooks, "Deliverability and
/// reliability").
const AGAIN_S: [u32; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Events that are read at once.
const PAGE: usize = 512;
/// Events of one poll that are looked at, at most: those behind them wait until some of these are done.
const LOOKED_AT_MAX: usize = 10_000;

/// Asks for events, and leases them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventsPollRequest {
    /// Who fetches them: a name of yours. Each consumer gets every event.
    pub consumer: Id,
    /// Whether to list the dead letters of the consumer in place of leasing; default false.
    #[serde(default)]
    pub dead: bool,
    /// Seconds in which no other process gets them, 1 to 86,400; default 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_s: Option<u32>,
    /// How many at most, 1 to 1,000; default 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Events, the oldest first.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventsPollResponse {
    /// The events.
    pub events: Vec<LeasedEvent>,
    /// Until when they are leased; absent of dead letters.
    pub leased_until: Option<Instant>,
}

/// An event of a consumer.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeasedEvent {
    /// How often it was sent, this time included.
    pub attempts: u32,
    /// Id of the record of the call that it tells of.
    pub audit_id: Option<String>,
    /// What a receiver needs of it.
    pub data: JsonValue,
    /// Whom it is about; the events of one come in order.
    pub entity_id: Option<String>,
    /// What the consumer said when it failed last.
    pub error: Option<String>,
    /// Its id, for `events.ack` and as the id of a message; of this consumer's store.
    pub event_id: String,
    /// When the call was recorded.
    pub occurred_at: Instant,
    /// What happened, such as `decision.made`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Says that events are done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventsAckRequest {
    /// Who fetched them.
    pub consumer: Id,
    /// Their ids.
    pub event_ids: Vec<String>,
}

/// Says that events could not be handled: they are sent again later, at last as dead letters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventsFailRequest {
    /// Who fetched them.
    pub consumer: Id,
    /// Why, for the list of dead letters; at most 1,024 bytes, without personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Their ids.
    pub event_ids: Vec<String>,
}

/// Asks for dead letters to be sent again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventsRetryRequest {
    /// Whose they are.
    pub consumer: Id,
    /// Their ids.
    pub event_ids: Vec<String>,
}

/// What became of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventsChangedResponse {
    /// The ids that were changed.
    pub changed: Vec<String>,
    /// The ids that were dead letters after it.
    pub dead: Vec<String>,
    /// The ids that were not: no event of this consumer, done already, or not leased.
    pub unchanged: Vec<String>,
}

/// What a consumer has done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Progress {
    /// Every event below this number is done or dead.
    below: u64,
    /// Events from there on that are done.
    done: BTreeSet<u64>,
    #[serde(with = "pairs")]
    dead: BTreeMap<u64, Sent>,
    /// Events that were sent and are not done.
    #[serde(with = "pairs")]
    sent: BTreeMap<u64, Sent>,
}

/// Numbers with what became of them, as a list of pairs: names of JSON are texts.
mod pairs {
    use super::{BTreeMap, Deserialize, Sent, Serialize};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        sent: &BTreeMap<u64, Sent>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        sent.iter().collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<u64, Sent>, D::Error> {
        Vec::<(u64, Sent)>::deserialize(deserializer).map(|sent| sent.into_iter().collect())
    }
}

/// An event that was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Nobody gets it before.
    until: Instant,
}

impl Operate for EventsPollRequest {
    const NAME: &'static str = "events.poll";
    type Response = EventsPollResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<EventsPollResponse>, Interrupt> {
        let most = in_range(self.limit.unwrap_or(10), POLL_MAX, "limit")?;
        let lease = in_range(self.lease_s.unwrap_or(60), LEASE_MAX_S, "lease_s")?;
        let mut progress = Progress::read(call, &self.consumer)?;
        let now = now(call)?;
        let most = usize::try_from(most).unwrap_or(1);
        if self.dead {
            let mut events = Vec::new();
            for (number, sent) in progress.dead.iter().take(most) {
                let page = call.archive()?.events(*number, 1)?;
                events.extend(page.into_iter().filter(|it| it.number == *number).map(|it| view(it, sent)));
            }
            return Ok(Done::new(EventsPollResponse { events, leased_until: None }, Vec::new()));
        }
        let until = later(now, lease);
        let events = progress.lease(call, now, until, most)?;
        let writes = if events.is_empty() { Vec::new() } else { vec![progress.write(&self.consumer)?] };
        let response = EventsPollResponse { events, leased_until: Some(until) };
        Ok(Done { writes, ..Done::new(response, Vec::new()) })
    }
}

impl Operate for EventsAckRequest {
    const NAME: &'static str = "events.ack";
    type Response = EventsChangedResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<EventsChangedResponse>, Interrupt> {
        change(call, &self.consumer, &self.event_ids, |progress, number| {
            let was_sent = progress.sent.remove(&number).is_some() || progress.dead.remove(&number).is_some();
            if was_sent {
                progress.done.insert(number);
            }
            Ok(was_sent)
        })
    }
}

impl Operate for EventsFailRequest {
    const NAME: &'static str = "events.fail";
    type Response = EventsChangedResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<EventsChangedResponse>, Interrupt> {
        if self.error.as_ref().is_some_and(|it| it.len() > 1_024) {
            let message = "error has at most `1024` bytes";
            return Err(Error::new(Cause::LimitExceeded, message).at("/error").into());
        }
        let now = now(call)?;
        change(call, &self.consumer, &self.event_ids, |progress, number| {
            let Some(mut sent) = progress.sent.remove(&number) else { return Ok(false) };
            sent.error.clone_from(&self.error);
            if sent.attempts >= ATTEMPTS_MAX {
                progress.dead.insert(number, sent);
                return Ok(true);
            }
            let place = usize::try_from(sent.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
            let wait = AGAIN_S.get(place).copied().unwrap_or(LEASE_MAX_S);
            sent.until = later(now, wait);
            progress.sent.insert(number, sent);
            Ok(true)
        })
    }
}

impl Operate for EventsRetryRequest {
    const NAME: &'static str = "events.retry";
    type Response = EventsChangedResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<EventsChangedResponse>, Interrupt> {
        let now = now(call)?;
        change(call, &self.consumer, &self.event_ids, |progress, number| {
            let Some(sent) = progress.dead.remove(&number) else { return Ok(false) };
            progress.sent.insert(number, Sent { attempts: 0, until: now, ..sent });
            Ok(true)
        })
    }
}

impl Progress {
    fn read(call: &Call<'_, '_>, consumer: &Id) -> core::result::Result<Self, Interrupt> {
        match call.row(&key(consumer))? {
            Some(row) => {
                let limits = Limits { request_bytes: u64::MAX, ..call.limits().clone() };
                Ok(row.value.read(&limits)?)
            }
            None => Ok(Self::default()),
        }
    }

    fn write(&self, consumer: &Id) -> Result<Write> {
        let value = JsonValue::read_text(&canonical::to_vec(self)?, &Limits::DEFAULT)?;
        Ok(Write { key: key(consumer), value: Some(value) })
    }

    /// Leases the oldest events that nobody has, of no applicant who has an older one that is not done.
    fn lease(
        &mut self,
        call: &Call<'_, '_>,
        now: Instant,
        until: Instant,
        most: usize,
    ) -> Result<Vec<LeasedEvent>> {
        let (mut leased, mut waiting) = (Vec::new(), BTreeSet::new());
        self.lease_again(call, now, until, (most, &mut leased))?;
        let (mut from, mut looked_at) = (self.below, 0);
        while leased.len() < most && looked_at < LOOKED_AT_MAX {
            call.control.check()?;
            let page = call.archive()?.events(from, PAGE)?;
            let Some(last) = page.last() else { break };
            from = last.number + 1;
            for event in page {
                if leased.len() == most || self.is_over(event.number) {
                    continue;
                }
                looked_at += 1;
                let earlier = self.sent.get(&event.number);
                let is_held = earlier.is_some_and(|sent| sent.until > now)
                    || event.entity_id.as_ref().is_some_and(|id| waiting.contains(id));
                if is_held {
                    waiting.extend(event.entity_id);
                    continue;
                }
                let sent = Sent {
                    attempts: earlier.map_or(0, |it| it.attempts) + 1,
                    error: earlier.and_then(|it| it.error.clone()),
                    until,
                };
                self.sent.insert(event.number, sent.clone());
                leased.push(view(event, &sent));
            }
        }
        Ok(leased)
    }

    /// Leases events that lie behind what is done: dead letters that are sent again. What was erased meanwhile is let go.
    fn lease_again(
        &mut self,
        call: &Call<'_, '_>,
        now: Instant,
        until: Instant,
        (most, leased): (usize, &mut Vec<LeasedEvent>),
    ) -> Result<()> {
        let again: Vec<u64> = self.sent.range(..self.below).map(|(number, _)| *number).collect();
        for number in again {
            let event = call.archive()?.events(number, 1)?.into_iter().find(|event| event.number == number);
            let Some(event) = event else {
                self.sent.remove(&number);
                continue;
            };
            if let Some(sent) = self.sent.get_mut(&number)
                && sent.until <= now
                && leased.len() < most
            {
                sent.attempts += 1;
                sent.until = until;
                leased.push(view(event, sent));
            }
        }
        Ok(())
    }

    fn is_over(&self, number: u64) -> bool {
        self.done.contains(&number) || self.dead.contains_key(&number)
    }

    /// Moves the number below which all is done over what is done.
    fn advance(&mut self, call: &Call<'_, '_>) -> Result<()> {
        loop {
            let page = call.archive()?.events(self.below, PAGE)?;
            let Some(last) = page.last().map(|it| it.number) else { break };
            let open = page
                .iter()
                .map(|it| it.number)
                .find(|number| !self.done.contains(number) && !self.dead.contains_key(number));
            self.below = open.unwrap_or(last + 1);
            if open.is_some() {
                break;
            }
        }
        let below = self.below;
        self.done.retain(|number| *number >= below);
        Ok(())
    }
}

/// Changes what a consumer has done of events.
fn change(
    call: &Call<'_, '_>,
    consumer: &Id,
    ids: &[String],
    mut one: impl FnMut(&mut Progress, u64) -> Result<bool>,
) -> core::result::Result<Done<EventsChangedResponse>, Interrupt> {
    let mut progress = Progress::read(call, consumer)?;
    let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
    for id in ids {
        let is_changed = match number_of(id) {
            Some(number) => one(&mut progress, number)?,
            None => false,
        };
        if is_changed { changed.push(id.clone()) } else { unchanged.push(id.clone()) }
    }
    let is_dead = |id: &&String| number_of(id).is_some_and(|number| progress.dead.contains_key(&number));
    let dead = changed.iter().filter(is_dead).cloned().collect();
    let writes = if changed.is_empty() {
        Vec::new()
    } else {
        progress.advance(call)?;
        vec![progress.write(consumer)?]
    };
    Ok(Done { writes, ..Done::new(EventsChangedResponse { changed, dead, unchanged }, Vec::new()) })
}

fn view(event: StoredEvent, sent: &Sent) -> LeasedEvent {
    LeasedEvent {
        attempts: sent.attempts,
        audit_id: event.audit_id,
        data: event.data,
        entity_id: event.entity_id,
        error: sent.error.clone(),
        event_id: format!("evt_{}", event.number),
        occurred_at: event.occurred_at,
        kind: event.kind,
    }
}

fn number_of(id: &str) -> Option<u64> {
    let number = id.strip_prefix("evt_")?.parse().ok()?;
    (id == format!("evt_{number}")).then_some(number)
}

fn key(consumer: &Id) -> RowKey {
    RowKey { key: consumer.as_str().to_owned(), table: CONSUMERS.to_owned() }
}

fn now(call: &Call<'_, '_>) -> Result<Instant> {
    call.archive()?
        .now()
        .ok_or_else(|| Error::new(Cause::TimeAsOfMissing, "leases need a clock, and this engine has none"))
}

fn later(now: Instant, seconds: u32) -> Instant {
    let moved = now.epoch_microseconds() + i64::from(seconds) * 1_000_000;
    Instant::from_epoch_microseconds(moved).unwrap_or(Instant::MAX)
}

fn in_range(value: u32, most: u32, name: &str) -> Result<u32> {
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    let message = format!("{name} must be in `1..={most}`; got `{value}`");
    Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/{name}")))
}
