//! An artefact: a versioned document that decides, with its owner and its approval.

use super::kind::{self, Body, RouteKey};
use crate::audit::ArtefactRef;
use crate::canonical::{self, Hash};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::time::{Date, Instant};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The artefact format that this engine writes; it reads every lower one.
const FORMAT: u32 = 1;

/// The frame of every artefact around its body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document<B> {
    pub(super) body: B,
    id: Id,
    kapix: u32,
    kind: String,
    provenance: Provenance,
    version: String,
}

/// Who answers for an artefact, and what it may be used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provenance {
    /// When it was approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Instant>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// What it must not be used for, and what is not known of it.
    pub limitations: String,
    /// Who answers for it.
    pub owner: String,
    /// Whom it was made for.
    pub population: String,
    /// What it is for.
    pub purpose: String,
    /// Day by which it must be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_due: Option<Date>,
    /// Whether it may decide.
    pub status: ProvenanceStatus,
}

/// Whether an artefact may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ProvenanceStatus {
    /// Being worked on.
    Draft,
    /// Approved by the person named; the only status that loads with `production: true`.
    Approved,
    /// No longer to be used.
    Retired,
}

/// One artefact, as `engine.describe` lists it.
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

/// A loaded artefact.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Loaded {
    pub(super) id: Arc<str>,
    pub(super) version: Arc<str>,
    pub(super) sha256: Hash,
    pub(super) provenance: Provenance,
    pub(super) body: Arc<dyn Body>,
    /// Keys of the routes that may lead to it.
    pub(super) keys: Box<[RouteKey]>,
}

impl<B: DeserializeOwned> Document<B> {
    /// Reads the frame of an artefact; pointers start at it.
    pub(super) fn read(value: &JsonValue, limits: &Limits) -> Result<Self> {
        let document: Self = value.read(limits)?;
        if document.id.as_str().contains('@') || document.version.is_empty() || document.version.len() > 64 {
            let message = "an artefact's id must not contain `@`, and its version must have 1..=64 bytes";
            return Err(Error::new(Cause::IdInvalid, message).at("/id"));
        }
        Ok(document)
    }
}

impl Loaded {
    /// Reads and proves one artefact; pointers start at it.
    pub(super) fn read(value: &JsonValue, limits: &Limits) -> Result<Self> {
        check_format(value)?;
        if let Some(JsonValue::Number(_)) = value.member("version") {
            let message = "version is a text: put the number in quotes, `\"1.0\"`";
            return Err(Error::new(Cause::JsonShape, message).at("/version"));
        }
        let body = kind::load(value, limits)?;
        let document: Document<JsonValue> = Document::read(value, limits)?;
        Ok(Self {
            id: document.id.as_str().into(),
            version: document.version.as_str().into(),
            sha256: canonical::hash(value)?,
            provenance: document.provenance,
            keys: body.keys().into(),
            body,
        })
    }

    /// Returns `id@version`.
    pub(super) fn name(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// Returns the name that results carry.
    pub(in crate::engine) fn reference(&self) -> ArtefactRef {
        ArtefactRef { id: Arc::clone(&self.id), sha256: self.sha256, version: Arc::clone(&self.version) }
    }

    /// Returns how `engine.describe` lists it.
    pub(in crate::engine) fn entry(&self) -> ArtefactEntry {
        ArtefactEntry {
            id: Arc::clone(&self.id),
            kind: self.body.kind(),
            provenance: self.provenance.clone(),
            sha256: self.sha256,
            version: Arc::clone(&self.version),
        }
    }

    /// Returns whether this is its `id` or its `id@version`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        match name.split_once('@') {
            Some((id, version)) => *self.id == *id && *self.version == *version,
            None => *self.id == *name,
        }
    }

    /// Returns whether the approval is complete.
    pub(super) fn is_approved(&self) -> bool {
        self.provenance.status == ProvenanceStatus::Approved
            && self.provenance.approved_by.as_ref().is_some_and(|name| !name.trim().is_empty())
            && self.provenance.approved_at.is_some()
    }
}

/// Returns a new artefact of this kind; it is proved as it will be when it is loaded.
pub(in crate::engine) fn draft(
    kind: &str,
    (id, version): (Id, String),
    provenance: Provenance,
    body: &impl Serialize,
    limits: &Limits,
) -> Result<JsonValue> {
    let document = Document { body, id, kapix: FORMAT, kind: kind.to_owned(), provenance, version };
    let value = JsonValue::read_text(&canonical::to_vec(&document)?, limits)?;
    Loaded::read(&value, limits)?;
    Ok(value)
}

/// Checks the format before anything else is read, so that a newer document is reported as such.
pub(super) fn check_format(value: &JsonValue) -> Result<()> {
    let format = value.member("kapix").and_then(JsonValue::as_f64);
    if let Some(format) = format
        && !(1.0..=f64::from(FORMAT)).contains(&format)
    {
        let message = format!("this engine reads artefacts up to format `{FORMAT}`; got `{format}`");
        return Err(Error::new(Cause::ArtefactFormat, message).at("/kapix"));
    }
    Ok(())
}
