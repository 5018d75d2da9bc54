//! A kind for tests: a factor, which requests name. It shows that a kind is one file and one row.

use super::artefact::Document;
use super::kind::{Kind, RouteKey};
use crate::engine::operations::Operation;
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use serde::Deserialize;

/// What multiplies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::engine) struct Toy {
    /// A number above 0.
    pub(in crate::engine) factor: f64,
}

impl Kind for Toy {
    const KIND: &'static str = "toy";
    const NOUN: &'static str = "toy";
    const ANSWERS: &'static [Operation] = &[Operation::ToyDouble];

    fn load(artefact: &JsonValue, limits: &Limits) -> Result<Self> {
        let toy = Document::<Self>::read(artefact, limits)?.body;
        if toy.factor > 0.0 {
            return Ok(toy);
        }
        Err(Error::new(Cause::ValueOutOfRange, "factor must be above `0`").at("/body/factor"))
    }

    fn keys(&self) -> Vec<RouteKey> {
        Vec::new()
    }
}
