//! Bundles: several artefacts in one document, the routes to them, and pins of their hashes.

use super::artefact::{Loaded, check_format};
use super::kind::RouteKey;
use crate::canonical::Hash;
use crate::engine::operations::Operation;
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::{self, Limits};
use crate::scorecard::EntityType;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A bundle as it is on the wire.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct BundleDocument {
    #[serde(default)]
    artefacts: Vec<JsonValue>,
    id: String,
    #[serde(default)]
    includes: Vec<String>,
    kapix: u32,
    kind: String,
    #[serde(default)]
    pins: BTreeMap<String, Hash>,
    #[serde(default)]
    routes: Vec<Route>,
    version: String,
}

/// Which artefact answers an operation for an entity type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Route {
    /// `id@version` of the artefact.
    pub artefact: String,
    /// Whom it answers for.
    pub entity_type: EntityType,
    /// Operation that it answers, such as `credit.score`.
    pub operation: String,
}

/// Everything that a list of documents holds, proved.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) artefacts: Vec<Loaded>,
    pub(super) routes: Vec<Route>,
}

/// Reads artefacts and bundles, and proves that names are unique, includes and routes resolve and pins hold.
pub(super) fn read(documents: &[JsonValue], limits: &Limits) -> Result<Contents> {
    let mut contents = Contents::default();
    let mut bundles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut pins: Vec<(String, Hash, String)> = Vec::new();
    let mut places: Vec<String> = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let place = if documents.len() == 1 { String::new() } else { format!("/{index}") };
        if document.member("kind").and_then(JsonValue::as_str) == Some("bundle") {
            check_format(document).map_err(|error| error.under(&place))?;
            let bundle: BundleDocument = document.read(limits).map_err(|error| error.under(&place))?;
            for (position, artefact) in bundle.artefacts.iter().enumerate() {
                let loaded = Loaded::read(artefact, limits)
                    .map_err(|error| error.under(&format!("{place}/artefacts/{position}")))?;
                contents.artefacts.push(loaded);
            }
            let pinned = bundle.pins.into_iter();
            pins.extend(pinned.map(|(name, hash)| (name, hash, format!("{place}/pins"))));
            places.extend((0..bundle.routes.len()).map(|index| format!("{place}/routes/{index}")));
            contents.routes.extend(bundle.routes);
            let name = format!("{}@{}", bundle.id, bundle.version);
            if bundles.insert(name, bundle.includes).is_some() {
                return Err(Error::new(Cause::ArtefactDuplicate, "two bundles have the same id and version")
                    .at(place.as_str()));
            }
        } else {
            contents.artefacts.push(Loaded::read(document, limits).map_err(|error| error.under(&place))?);
        }
    }
    limits::check("artefacts", limits.artefacts, contents.artefacts.len())?;
    check_unique(&contents.artefacts)?;
    check_includes(&bundles, &contents.artefacts)?;
    check_pins(&pins, &contents.artefacts)?;
    check_routes(&contents, &places)?;
    Ok(contents)
}

fn check_unique(artefacts: &[Loaded]) -> Result<()> {
    let mut names = BTreeSet::new();
    for artefact in artefacts {
        if !names.insert(artefact.name()) {
            let message = format!("two artefacts are named `{}`", artefact.name());
            return Err(Error::new(Cause::ArtefactDuplicate, message));
        }
    }
    Ok(())
}

fn check_includes(bundles: &BTreeMap<String, Vec<String>>, artefacts: &[Loaded]) -> Result<()> {
    for (name, includes) in bundles {
        for include in includes {
            if !bundles.contains_key(include) && !artefacts.iter().any(|it| it.name() == *include) {
                let message = format!("bundle `{name}` includes what is not here; load it with the others");
                return Err(Error::new(Cause::ArtefactReference, message).at("/includes"));
            }
        }
    }
    // A bundle whose includes are all done is done; what is left at the end contains itself.
    let mut done: BTreeSet<&str> = BTreeSet::new();
    loop {
        let ready: Vec<&str> = bundles
            .iter()
            .filter(|(name, includes)| {
                !done.contains(name.as_str())
                    && includes.iter().all(|it| done.contains(it.as_str()) || !bundles.contains_key(it))
            })
            .map(|(name, _)| name.as_str())
            .collect();
        if ready.is_empty() {
            break;
        }
        done.extend(ready);
    }
    match bundles.keys().find(|name| !done.contains(name.as_str())) {
        Some(name) => {
            let message = format!("bundle `{name}` contains itself through its includes");
            Err(Error::new(Cause::ArtefactCycle, message).at("/includes"))
        }
        None => Ok(()),
    }
}

fn check_pins(pins: &[(String, Hash, String)], artefacts: &[Loaded]) -> Result<()> {
    for (name, hash, place) in pins {
        let Some(artefact) = artefacts.iter().find(|it| it.name() == *name) else {
            return Err(Error::new(Cause::ArtefactReference, "a pin names no artefact").at(place.as_str()));
        };
        if artefact.sha256 != *hash {
            let message = format!("`{name}` has SHA-256 `{}`; the pin says `{hash}`", artefact.sha256);
            return Err(Error::new(Cause::ArtefactHash, message).at(place.as_str()));
        }
    }
    Ok(())
}

fn check_routes(contents: &Contents, places: &[String]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (route, place) in contents.routes.iter().zip(places) {
        let operation =
            Operation::parse(&route.operation).map_err(|error| error.at(format!("{place}/operation")))?;
        let Some(artefact) = contents.artefacts.iter().find(|it| it.name() == route.artefact) else {
            let message = "a route must name a loaded artefact as `id@version`";
            return Err(Error::new(Cause::ArtefactReference, message).at(format!("{place}/artefact")));
        };
        let key = RouteKey::of(route);
        if !artefact.body.answers().contains(&operation) || !artefact.keys.contains(&key) {
            let message = "the artefact does not answer this operation for this entity type";
            return Err(Error::new(Cause::ArtefactReference, message).at(place.as_str()));
        }
        if !seen.insert((operation, key)) {
            let message = "two routes answer the same operation for the same entity type";
            return Err(Error::new(Cause::ArtefactAmbiguous, message).at(place.as_str()));
        }
    }
    Ok(())
}
