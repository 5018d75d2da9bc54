//! `engine.describe`: what the engine is and holds.

use super::table::Operation;
use super::{Archive, Call, Done, Interrupt, Operate};
use crate::audit::{ENGINE_VERSION, SEMANTICS};
use crate::engine::registry::{ArtefactEntry, Route};
use crate::limits::Limits;
use crate::store::StoreStatistics;
use serde::{Deserialize, Serialize};

/// Asks what the engine is and holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EngineDescribeRequest {}

/// What the engine is and holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EngineDescribeResponse {
    /// Loaded artefacts.
    pub artefacts: Vec<ArtefactEntry>,
    /// Version of the engine.
    pub engine: &'static str,
    /// Limits on untrusted input.
    pub limits: Limits,
    /// Operations that the engine answers.
    pub operations: Vec<OperationEntry>,
    /// Whether only approved artefacts load.
    pub production: bool,
    /// Routes from operation and entity type to artefact.
    pub routes: Vec<Route>,
    /// Changes with every change of a numeric result.
    pub semantics: u32,
    /// What the store holds and what it dropped when it was full; absent without a store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreStatistics>,
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperationEntry {
    /// Whether it takes columns beside its request.
    pub columnar: bool,
    /// Name, `area.verb`.
    pub name: &'static str,
    /// Whether a call leaves a record.
    pub recorded: bool,
}

impl Operate for EngineDescribeRequest {
    const NAME: &'static str = "engine.describe";
    type Response = EngineDescribeResponse;

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<EngineDescribeResponse>, Interrupt> {
        let entry = |operation: &Operation| OperationEntry {
            columnar: operation.is_columnar(),
            name: operation.as_str(),
            recorded: operation.is_recorded(),
        };
        let response = EngineDescribeResponse {
            artefacts: call.registry.entries(),
            engine: ENGINE_VERSION,
            limits: call.limits().clone(),
            operations: Operation::ALL.iter().map(entry).collect(),
            production: call.registry.options.production,
            routes: call.registry.routes.clone(),
            semantics: SEMANTICS,
            store: call.surroundings.archive.map(Archive::statistics).transpose()?,
        };
        Ok(Done::new(response, Vec::new()))
    }
}
