//! Operations for tests. They show what each kind of operation costs: one file, one row.

use super::call::{Fulfilled, Need};
use super::table::Operation;
use super::{Call, Done, Interrupt, Operate, instant, recorded};
use crate::domain::{ResultColumn, ResultColumns, ResultValues};
use crate::engine::registry::{Chosen, Toy};
use crate::error::{Cause, Error};
use crate::id::Id;
use crate::json::Scalar;
use crate::json_value::JsonValue;
use crate::store::{RowKey, Write};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Doubles a number, or the numbers of the column `x`; a toy artefact multiplies them further.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToyDoubleRequest {
    /// The instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// The numbers, when no frame is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<BTreeMap<String, Vec<Scalar>>>,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// The seed.
    pub seed: i64,
    /// The artefact, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toy: Option<String>,
    /// The number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<f64>,
}

/// A doubled number, or the sum of doubled ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToyDoubleResponse {
    /// Twice the number.
    pub doubled: f64,
}

impl Operate for ToyDoubleRequest {
    const NAME: &'static str = "toy.double";
    const COLUMNAR: bool = true;
    const RETURNS_COLUMNS: bool = true;
    type Response = ToyDoubleResponse;
    recorded!();

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<ToyDoubleResponse>, Interrupt> {
        instant(self.as_of)?;
        let toy = self.toy.as_deref().map(|name| call.registry.named::<Toy>(name, |_| false)).transpose()?;
        let factor = 2.0 * toy.as_ref().map_or(1.0, |toy| toy.factor);
        let artefacts = toy.iter().map(Chosen::reference).collect();
        if let (Some(x), None) = (self.x, call.frame) {
            return Ok(Done::new(ToyDoubleResponse { doubled: factor * x }, artefacts));
        }
        let columns = call.with_frame(
            self.columns.as_ref(),
            |_| false,
            |frame| {
                let column = frame
                    .column("x")
                    .ok_or_else(|| Error::new(Cause::FrameColumnMissing, "no column `x`"))?;
                let doubled = (0..frame.rows()).map(|row| factor * column.number(row).unwrap_or(f64::NAN));
                Ok(doubled.collect::<Vec<f64>>())
            },
        )?;
        let doubled = columns.iter().sum();
        let columns = ResultColumn::new("doubled", ResultValues::Float(columns), None);
        let columns = call.frame.map(|_| columns).into_iter().collect::<ResultColumns>();
        Ok(Done { columns, ..Done::new(ToyDoubleResponse { doubled }, artefacts) })
    }
}

/// Counts one event under each of these keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToyCountRequest {
    /// The instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// What is counted.
    pub keys: Vec<String>,
    /// The seed.
    pub seed: i64,
}

/// The count of each key after the event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToyCountResponse {
    /// The counts, in the order of the keys.
    pub counts: Vec<u64>,
}

impl Operate for ToyCountRequest {
    const NAME: &'static str = "toy.count";
    const STATEFUL: bool = true;
    type Response = ToyCountResponse;
    recorded!();

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<ToyCountResponse>, Interrupt> {
        let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        let counts: Vec<u64> = call.state(&keys, |held| {
            let count = |key: &&str| {
                let counts = &mut held.partition(key)?.counts;
                let count = counts.entry((*key).to_owned()).or_default();
                *count += 1;
                Some(*count)
            };
            Ok(keys.iter().filter_map(count).collect())
        })?;
        Ok(Done::new(ToyCountResponse { counts }, Vec::new()))
    }
}

/// Doubles `x` the given number of times by `toy.double`, and adds the result to the total that the store keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToyTallyRequest {
    /// The instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// The seed.
    pub seed: i64,
    /// How often.
    pub times: u32,
    /// The artefact of each step, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toy: Option<String>,
    /// The number.
    pub x: f64,
}

/// The total so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToyTallyResponse {
    /// Why a step had no result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<JsonValue>,
    /// The total after this call.
    pub total: f64,
}

impl Operate for ToyTallyRequest {
    const NAME: &'static str = "toy.tally";
    type Response = ToyTallyResponse;
    recorded!();

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<ToyTallyResponse>, Interrupt> {
        let as_of = instant(self.as_of)?;
        let key = RowKey { key: "total".to_owned(), table: "toy".to_owned() };
        let before = call.row(&key)?.and_then(|row| row.value.as_f64()).unwrap_or(0.0);
        let mut x = self.x;
        let mut refused = None;
        for _ in 0..self.times {
            let mut arguments = BTreeMap::from([
                ("as_of".to_owned(), JsonValue::Text(as_of.to_string())),
                ("x".to_owned(), JsonValue::Number(x)),
            ]);
            arguments.extend(self.toy.clone().map(|toy| ("toy".to_owned(), JsonValue::Text(toy))));
            let need = Need { arguments: JsonValue::Object(arguments), operation: Operation::ToyDouble };
            match call.result(need)? {
                Fulfilled::Answer(answer) => {
                    x = answer.member("doubled").and_then(JsonValue::as_f64).unwrap_or(x);
                }
                Fulfilled::Refusal(error) => refused = Some(error.clone()),
            }
        }
        let total = before + x;
        let writes = vec![Write { key, value: Some(JsonValue::Number(total)) }];
        Ok(Done { writes, ..Done::new(ToyTallyResponse { refused, total }, Vec::new()) })
    }
}
