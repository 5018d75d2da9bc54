//! The proved artefacts of an engine, and which of them answers.

use super::artefact::{ArtefactEntry, Loaded};
use super::bundle::{self, Contents, Route};
use super::kind::{Kind, RouteKey, of_kind};
use super::text;
use crate::audit::ArtefactRef;
use crate::engine::operations::Operation;
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use core::any::Any;
use core::ops::Deref;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How an engine is loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineOptions {
    /// Limits on untrusted input.
    pub limits: Limits,
    /// Load only approved artefacts.
    pub production: bool,
}

/// Proved artefacts, routes to them, and the options that they were loaded with.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Registry {
    artefacts: Vec<Loaded>,
    pub(in crate::engine) routes: Vec<Route>,
    pub(in crate::engine) options: EngineOptions,
}

/// The artefact that answers a request: its name and, by dereference, its body.
#[derive(Debug)]
pub(in crate::engine) struct Chosen<'e, K> {
    loaded: &'e Loaded,
    body: &'e K,
}

impl<K> Chosen<'_, K> {
    /// Returns the name that results carry.
    pub(in crate::engine) fn reference(&self) -> ArtefactRef {
        self.loaded.reference()
    }
}

impl<K: Kind> Chosen<'_, K> {
    /// Returns the body as answers share it.
    pub(in crate::engine) fn shared(&self) -> Result<Arc<K>> {
        let body: Arc<dyn Any + Send + Sync> = Arc::clone(&self.loaded.body) as _;
        let wrong =
            |_| Error::new(Cause::ArtefactKind, "an artefact is not of the kind that it was chosen for");
        body.downcast().map_err(wrong)
    }
}

impl<K> Deref for Chosen<'_, K> {
    type Target = K;

    fn deref(&self) -> &K {
        self.body
    }
}

impl Registry {
    /// Reads and proves every document.
    pub(in crate::engine) fn load<T: AsRef<[u8]>>(documents: &[T], options: EngineOptions) -> Result<Self> {
        let parts = documents.iter().map(|it| text::documents(it.as_ref(), &options.limits));
        let texts = parts.collect::<Result<Vec<_>>>()?.concat();
        let values = texts.iter().map(|part| text::read(*part, &options.limits));
        let values: Vec<JsonValue> = values.collect::<Result<_>>()?;
        let limits = options.limits.clone();
        Self::prove(&values, options).map_err(|error| text::placed(error, &texts, &limits))
    }

    /// Proves every document.
    pub(in crate::engine) fn prove(documents: &[JsonValue], options: EngineOptions) -> Result<Self> {
        let Contents { artefacts, routes } = bundle::read(documents, &options.limits)?;
        if options.production
            && let Some(artefact) = artefacts.iter().find(|artefact| !artefact.is_approved())
        {
            let message = format!(
                "`{}` needs status `approved`, approved_by and approved_at to load with production",
                artefact.name()
            );
            return Err(Error::new(Cause::ArtefactNotApproved, message).at("/provenance/status"));
        }
        let registry = Self { artefacts, routes, options };
        registry.check_unambiguous()?;
        Ok(registry)
    }

    /// Returns the limits on untrusted input.
    pub(in crate::engine) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// Returns every artefact, as `engine.describe` lists it.
    pub(in crate::engine) fn entries(&self) -> Vec<ArtefactEntry> {
        self.artefacts.iter().map(Loaded::entry).collect()
    }

    /// Returns the artefact that answers: the named one, else the routed one, else the only one.
    pub(in crate::engine) fn choose<K: Kind>(
        &self,
        operation: Operation,
        key: RouteKey,
        name: Option<&str>,
    ) -> Result<Chosen<'_, K>> {
        let (key_name, value) = key.described();
        let Some(name) = name else {
            let found = match self.route(operation, key) {
                Some(route) => self.of_kind::<K>().find(|it| it.loaded.is_named(&route.artefact)),
                None => self.of_kind::<K>().find(|it| it.loaded.keys.contains(&key)),
            };
            return found.ok_or_else(|| {
                let message = format!("no {} for {key_name} `{value}` is loaded", K::NOUN);
                Error::new(Cause::ArtefactNotFound, message).at(format!("/{key_name}"))
            });
        };
        let routed = |it: &Chosen<'_, K>| {
            self.route(operation, key).is_some_and(|route| it.loaded.is_named(&route.artefact))
        };
        let chosen = self.named::<K>(name, routed)?;
        if chosen.loaded.keys.contains(&key) {
            return Ok(chosen);
        }
        let message = format!("the {} does not score {key_name} `{value}`", K::NOUN);
        Err(Error::new(Cause::ArtefactNotFound, message).at(format!("/{}", K::NOUN)))
    }

    /// Returns the artefact of this `id` or `id@version`; `preferred` decides between several versions.
    pub(in crate::engine) fn named<'e, K: Kind>(
        &'e self,
        name: &str,
        preferred: impl Fn(&Chosen<'e, K>) -> bool,
    ) -> Result<Chosen<'e, K>> {
        let refusal = |cause, message: String| Error::new(cause, message).at(format!("/{}", K::NOUN));
        let mut named: Vec<Chosen<'_, K>> = self.of_kind().filter(|it| it.loaded.is_named(name)).collect();
        if named.len() > 1 {
            named.retain(preferred);
        } else if named.is_empty() {
            let message = format!("no loaded {} has this name of `{}` bytes", K::NOUN, name.len());
            return Err(refusal(Cause::ArtefactNotFound, message));
        }
        named.pop().ok_or_else(|| {
            let message = format!("several versions of this {} are loaded; pin `id@version`", K::NOUN);
            refusal(Cause::ArtefactAmbiguous, message)
        })
    }

    /// Returns the bodies of a kind.
    pub(in crate::engine) fn bodies<K: Kind>(&self) -> impl Iterator<Item = &K> {
        self.of_kind().map(|chosen| chosen.body)
    }

    fn of_kind<K: Kind>(&self) -> impl Iterator<Item = Chosen<'_, K>> {
        self.artefacts.iter().filter_map(|loaded| Some(Chosen { loaded, body: of_kind(&*loaded.body)? }))
    }

    fn route(&self, operation: Operation, key: RouteKey) -> Option<&Route> {
        let operation = operation.as_str();
        self.routes.iter().find(|route| route.operation == operation && RouteKey::of(route) == key)
    }

    /// Without a route, one key of one operation has at most one artefact.
    fn check_unambiguous(&self) -> Result<()> {
        let operations: BTreeSet<Operation> =
            self.artefacts.iter().flat_map(|it| it.body.answers()).copied().collect();
        for operation in operations {
            let answering = self.artefacts.iter().filter(|it| it.body.answers().contains(&operation));
            let mut nouns: BTreeMap<RouteKey, Vec<&str>> = BTreeMap::new();
            for artefact in answering {
                for key in artefact.keys.iter().copied() {
                    nouns.entry(key).or_default().push(artefact.body.noun());
                }
            }
            for (key, nouns) in nouns {
                if let [noun, _, ..] = nouns.as_slice()
                    && self.route(operation, key).is_none()
                {
                    let (name, (_, value)) = (operation.as_str(), key.described());
                    let message =
                        format!("several {noun}s answer `{name}` for `{value}`; add a route to a bundle");
                    return Err(Error::new(Cause::ArtefactAmbiguous, message).at("/routes"));
                }
            }
        }
        Ok(())
    }
}
