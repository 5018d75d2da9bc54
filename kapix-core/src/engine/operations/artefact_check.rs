//! `artefact.check`: whether a document would load.

use super::{Call, Done, Interrupt, Operate};
use crate::engine::registry::{ArtefactEntry, Registry};
use crate::error::{Detail, Error};
use crate::json_value::{Document, JsonValue};
use serde::{Deserialize, Deserializer, Serialize};

/// Asks whether an artefact would load, without loading it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArtefactCheckRequest {
    /// The artefact or bundle: the document itself, or its text in JSON or YAML, which may be as long as a request.
    #[serde(deserialize_with = "document")]
    pub artefact: JsonValue,
}

/// Whether an artefact would load.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArtefactCheckResponse {
    /// The artefacts that the document holds, when it is valid.
    pub artefacts: Vec<ArtefactEntry>,
    /// Everything that is wrong with it.
    pub problems: Vec<Problem>,
    /// Whether it would load.
    pub valid: bool,
}

/// One thing that is wrong with an artefact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// The stable, fine cause.
    pub cause: &'static str,
    /// JSON pointer into the document.
    pub field: String,
    /// One lower-case sentence.
    pub message: String,
}

impl Operate for ArtefactCheckRequest {
    const NAME: &'static str = "artefact.check";
    type Response = ArtefactCheckResponse;

    /// A document that would not load is a result, not an error.
    fn run(&self, call: &Call<'_, '_>) -> Result<Done<ArtefactCheckResponse>, Interrupt> {
        let (artefacts, problems) = match proved(&self.artefact, call) {
            Ok(registry) => (registry.entries(), Vec::new()),
            Err(error) => (Vec::new(), problems(error)),
        };
        let valid = problems.is_empty();
        Ok(Done::new(ArtefactCheckResponse { artefacts, problems, valid }, Vec::new()))
    }
}

fn document<'de, D: Deserializer<'de>>(deserializer: D) -> Result<JsonValue, D::Error> {
    Document::deserialize(deserializer).map(|it| it.0)
}

/// Returns the artefacts of a document, or of its text.
pub(super) fn proved(artefact: &JsonValue, call: &Call<'_, '_>) -> Result<Registry, Error> {
    let options = call.registry.options.clone();
    match artefact {
        JsonValue::Text(text) => Registry::load(core::slice::from_ref(text), options),
        document => Registry::prove(core::slice::from_ref(document), options),
    }
}

pub(super) fn problems(error: Error) -> Vec<Problem> {
    let problem = |detail: Detail| Problem {
        cause: detail.cause.as_str(),
        field: detail.field,
        message: detail.message,
    };
    if error.details.is_empty() {
        let field = error.fields.first().cloned().unwrap_or_default();
        return vec![problem(Detail { cause: error.cause, message: error.message, field })];
    }
    error.details.into_iter().map(problem).collect()
}
