//! One row a kind of artefact.

use super::bundle::Route;
use crate::engine::operations::Operation;
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::scorecard::{Card, EntityType};
use core::any::Any;
use core::fmt::Debug;
use std::sync::Arc;

/// A kind of artefact: how its body is proved, whom it answers for, and which operations.
pub(in crate::engine) trait Kind: Any + Debug + Send + Sync + Sized {
    /// The kind, as documents name it.
    const KIND: &'static str;
    /// What messages call one of them; a request names it by the field of this name.
    const NOUN: &'static str;
    /// Operations that one of them answers, in the order in which ambiguity is looked for.
    const ANSWERS: &'static [Operation];

    /// Reads and proves the body of an artefact; pointers start at the artefact.
    fn load(artefact: &JsonValue, limits: &Limits) -> Result<Self>;

    /// Returns the keys of the routes that may lead to it, in their order; none for a kind that requests name.
    fn keys(&self) -> Vec<RouteKey>;
}

/// The kinds that this engine loads.
const KINDS: &[Row] = &[
    Row::of::<Card>(),
    Row::of::<Policy>(),
    #[cfg(test)]
    Row::of::<super::Toy>(),
];

/// What a route is found by, beside the operation. It belongs to the kind of artefact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum RouteKey {
    /// Whom the artefact answers for.
    Entity(EntityType),
}

impl RouteKey {
    /// Returns the key of a route.
    pub(super) fn of(route: &Route) -> Self {
        Self::Entity(route.entity_type)
    }

    /// Returns name and value of the key, for messages.
    pub(super) fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Entity(entity_type) => ("entity_type", entity_type.as_str()),
        }
    }
}

/// The proved body of a loaded artefact, of whichever kind.
pub(in crate::engine) trait Body: Any + Debug + Send + Sync {
    /// Returns the kind, as documents name it.
    fn kind(&self) -> &'static str;
    /// Returns what messages call one of its kind.
    fn noun(&self) -> &'static str;
    /// Returns the operations that it answers.
    fn answers(&self) -> &'static [Operation];
    /// Returns the keys of the routes that may lead to it.
    fn keys(&self) -> Vec<RouteKey>;
}

impl<K: Kind> Body for K {
    fn kind(&self) -> &'static str {
        K::KIND
    }

    fn noun(&self) -> &'static str {
        K::NOUN
    }

    fn answers(&self) -> &'static [Operation] {
        K::ANSWERS
    }

    fn keys(&self) -> Vec<RouteKey> {
        Kind::keys(self)
    }
}

/// Returns the body as what it is, if it is of this kind.
pub(super) fn of_kind<K: Kind>(body: &dyn Body) -> Option<&K> {
    let body: &dyn Any = body;
    body.downcast_ref()
}

struct Row {
    kind: &'static str,
    load: fn(&JsonValue, &Limits) -> Result<Arc<dyn Body>>,
}

impl Row {
    const fn of<K: Kind>() -> Self {
        Self { kind: K::KIND, load: |artefact, limits| Ok(Arc::new(K::load(artefact, limits)?)) }
    }
}

/// Reads and proves the body of an artefact.
pub(super) fn load(artefact: &JsonValue, limits: &Limits) -> Result<Arc<dyn Body>> {
    let kind = artefact.member("kind");
    // What is no object is refused for that as its frame is read.
    if let (None, JsonValue::Object(_)) = (kind, artefact) {
        // What a body of each kind has, and no other.
        let body = artefact.member("body");
        let has = |name: &str| body.is_some_and(|body| body.member(name).is_some());
        let meant = if has("steps") { Policy::KIND } else { Card::KIND };
        let message = format!("kind is missing: write `kind: {meant}`");
        return Err(Error::new(Cause::ArtefactKind, message).at("/kind"));
    }
    let stated = kind.map_or(Card::KIND, |kind| kind.as_str().unwrap_or_default());
    let Some(row) = KINDS.iter().find(|row| row.kind == stated) else {
        let names: Vec<&str> = KINDS.iter().map(|row| row.kind).collect();
        let message = format!("kind must be `{}`, or `bundle` at the top", names.join("`, `"));
        return Err(Error::new(Cause::ArtefactKind, message).at("/kind"));
    };
    (row.load)(artefact, limits)
}
