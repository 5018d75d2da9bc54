//! The artefacts of an engine: documents proved once, one file and one row a kind, and which of them answers.

mod artefact;
mod bundle;
mod kind;
mod policy;
#[expect(clippy::module_inception, reason = "the file holds what the folder is named after")]
mod registry;
mod scorecard;
mod text;
#[cfg(test)]
mod toy;

pub(super) use artefact::draft;
pub use artefact::{ArtefactEntry, Provenance, ProvenanceStatus};
pub use bundle::Route;
pub(super) use kind::{Kind, RouteKey};
pub use registry::EngineOptions;
pub(super) use registry::{Chosen, Registry};
#[cfg(test)]
pub(super) use toy::Toy;
