//! `engine.describe` and `artefact.check`: what the engine is, and whether a document would load.

use super::artefact::{Loaded, Provenance};
use super::bundle::{self, Route};
use super::operation::Operation;
use super::record::{ENGINE_VERSION, SEMANTICS};
use super::registry::Registry;
use super::request::ArtefactCheckRequest;
use crate::canonical::Hash;
use crate::error::{Detail, Error};
use crate::limits::Limits;
use serde::Serialize;
use std::sync::Arc;

/// What the engine is and holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DescribeResponse {
    /// Loaded artefacts.
    pub artefacts: Vec<ArtefactEntry>,
    /// Version of the engine.
    pub engine: &'static str,
    /// Limits on what a stranger may send.
    pub limits: Limits,
    /// Operations that the engine answers.
    pub operations: Vec<OperationEntry>,
    /// Whether only approved artefacts load.
    pub production: bool,
    /// Routes from operation and entity type to artefact.
    pub routes: Vec<Route>,
    /// Changes with every change of a numeric result.
    pub semantics: u32,
}

/// One artefact.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArtefactEntry {
    /// Id of the artefact.
    pub id: Arc<str>,
    /// Kind of the artefact.
    pub kind: &'static str,
    /// Who answers for it, and its approval.
    pub provenance: Provenance,
    /// SHA-256 of its canonical form.
    pub sha256: Hash,
    /// Version of the artefact.
    pub version: Arc<str>,
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperationEntry {
    /// Whether it takes columns by the second door.
    pub columnar: bool,
    /// Name, `area.verb`.
    pub name: &'static str,
    /// Whether a call leaves a record.
    pub recorded: bool,
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

/// Returns what the engine is and holds.
pub(super) fn describe(registry: &Registry) -> DescribeResponse {
    DescribeResponse {
        artefacts: registry.artefacts.iter().map(entry).collect(),
        engine: ENGINE_VERSION,
        limits: registry.limits().clone(),
        operations: Operation::ALL
            .into_iter()
            .map(|it| OperationEntry {
                columnar: it.is_columnar(),
                name: it.as_str(),
                recorded: it.is_recorded(),
            })
            .collect(),
        production: registry.options.production,
        routes: registry.routes.clone(),
        semantics: SEMANTICS,
    }
}

/// Returns whether a document would load; a document that would not is a result, not an error.
pub(super) fn check(request: &ArtefactCheckRequest, limits: &Limits) -> ArtefactCheckResponse {
    match bundle::read(core::slice::from_ref(&request.artefact), limits) {
        Ok(contents) => ArtefactCheckResponse {
            artefacts: contents.artefacts.iter().map(entry).collect(),
            problems: Vec::new(),
            valid: true,
        },
        Err(error) => {
            ArtefactCheckResponse { artefacts: Vec::new(), problems: problems(error), valid: false }
        }
    }
}

fn entry(loaded: &Loaded) -> ArtefactEntry {
    ArtefactEntry {
        id: Arc::clone(&loaded.id),
        kind: "scorecard",
        provenance: loaded.provenance.clone(),
        sha256: loaded.sha256,
        version: Arc::clone(&loaded.version),
    }
}

fn problems(error: Error) -> Vec<Problem> {
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
