//! `engine.health`: how the store does, for whoever watches the service.

use super::records::whole;
use super::{Call, Done, Interrupt, Operate};
use crate::error::{Cause, Error, Result};
use crate::store::{RowKey, StoreStatistics};
use crate::time::Instant;
use core::fmt::Write as _;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// The table of the last checkpoint.
pub(super) const CHECKPOINTS: &str = "checkpoint";
/// Its only row.
pub(super) const LAST: &str = "last";

/// Asks how the store does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EngineHealthRequest {}

/// How the store does.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EngineHealthResponse {
    /// Whether what was committed is there when the process ends.
    pub durable: bool,
    /// The last checkpoint that was signed; absent where there was none.
    pub last_checkpoint: Option<CheckpointMade>,
    /// Leaves of the log; absent in memory.
    pub log_size: Option<u64>,
    /// Leaves that no signed checkpoint covers: the window in which the log could be changed unseen. Absent in memory.
    pub log_uncovered: Option<u64>,
    /// Seconds since the oldest event that is held; absent without one, or without a clock.
    pub oldest_event_s: Option<f64>,
    /// The same figures as text for Prometheus (exposition format 0.0.4).
    pub prometheus: String,
    /// Number of the schema; absent in memory.
    pub schema: Option<u32>,
    /// What the store holds and what it dropped.
    pub store: StoreStatistics,
}

/// A checkpoint that was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckpointMade {
    /// When.
    pub made_at: Option<Instant>,
    /// Leaves that it covers.
    pub size: u64,
}

impl Operate for EngineHealthRequest {
    const NAME: &'static str = "engine.health";
    type Response = EngineHealthResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<EngineHealthResponse>, Interrupt> {
        let archive = call.archive()?;
        let key = RowKey { key: LAST.to_owned(), table: CHECKPOINTS.to_owned() };
        let last_checkpoint: Option<CheckpointMade> = match call.row(&key)? {
            Some(row) => Some(row.value.read(&whole(call.limits()))?),
            None => None,
        };
        let mut log_size = None;
        let looked_at = archive.log(&mut |leaves, _| {
            log_size = Some(leaves);
            Ok(())
        });
        looked_at.or_else(in_memory)?;
        let oldest = archive.events(0, 1)?.into_iter().next().map(|event| event.occurred_at);
        let oldest_event_s = oldest.zip(archive.now()).map(|(oldest, now)| {
            #[expect(clippy::cast_precision_loss, reason = "microseconds of the calendar are within 2^59")]
            let age = (now.epoch_microseconds() - oldest.epoch_microseconds()) as f64;
            (age / 1e6).max(0.0)
        });
        let mut response = EngineHealthResponse {
            durable: archive.schema().is_some(),
            log_uncovered: log_size
                .map(|size| size - last_checkpoint.as_ref().map_or(0, |it| it.size.min(size))),
            last_checkpoint,
            log_size,
            oldest_event_s,
            prometheus: String::new(),
            schema: archive.schema(),
            store: archive.statistics()?,
        };
        response.prometheus = response.exposition();
        Ok(Done::new(response, Vec::new()))
    }
}

/// Passes over that a store in memory keeps no log.
fn in_memory(error: Error) -> Result<()> {
    if error.cause == Cause::OperationNeedsStore { Ok(()) } else { Err(error) }
}

impl EngineHealthResponse {
    fn exposition(&self) -> String {
        let store = &self.store;
        let gauges: [(&str, &str, Option<u64>); 12] = [
            (
                "durable",
                "Whether what was committed is there when the process ends.",
                Some(self.durable.into()),
            ),
            ("records", "Records held.", Some(store.records)),
            ("records_bytes", "Bytes of the records.", Some(store.records_bytes)),
            ("records_evicted", "Records dropped because the store was full.", Some(store.records_evicted)),
            ("keys", "Idempotency keys held.", Some(store.keys)),
            ("keys_evicted", "Keys dropped because the store was full.", Some(store.keys_evicted)),
            ("entities", "Applicants whose data are held.", Some(store.entities)),
            ("entities_evicted", "Applicants whose data were dropped.", Some(store.entities_evicted)),
            ("events", "Events held.", Some(store.events)),
            ("events_evicted", "Events dropped because the store was full.", Some(store.events_evicted)),
            ("log_size", "Leaves of the log.", self.log_size),
            ("log_uncovered", "Leaves that no signed checkpoint covers.", self.log_uncovered),
        ];
        let mut text = String::new();
        for (name, help, value) in gauges {
            let Some(value) = value else { continue };
            // Writing to a text does not fail.
            let _ =
                writeln!(text, "# HELP kapix_{name} {help}\n# TYPE kapix_{name} gauge\nkapix_{name} {value}");
        }
        if let Some(age) = self.oldest_event_s {
            let help = "Seconds since the oldest event that is held.";
            let name = "oldest_event_seconds";
            let _ =
                writeln!(text, "# HELP kapix_{name} {help}\n# TYPE kapix_{name} gauge\nkapix_{name} {age}");
        }
        text
    }
}
