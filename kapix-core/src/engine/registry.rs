//! The proved artefacts of an engine, and which of them answers.

use super::artefact::Loaded;
use super::bundle::{self, Contents, Route};
use super::operation::Operation;
use crate::error::{Cause, Error, Result};
use crate::limits::Limits;
use crate::scorecard::EntityType;
use crate::tree::Tree;

/// How an engine is loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineOptions {
    /// Limits on what a stranger may send.
    pub limits: Limits,
    /// Load only approved artefacts.
    pub production: bool,
}

/// Proved artefacts, routes to them, and the options that they were loaded with.
#[derive(Clone, Debug)]
pub(super) struct Registry {
    pub(super) artefacts: Vec<Loaded>,
    pub(super) routes: Vec<Route>,
    pub(super) options: EngineOptions,
}

impl Registry {
    /// Reads and proves every document.
    pub(super) fn load<T: AsRef<[u8]>>(documents: &[T], options: EngineOptions) -> Result<Self> {
        let trees = documents.iter().map(|text| Tree::read_text(text.as_ref(), &options.limits));
        let trees: Vec<Tree> = trees.collect::<Result<_>>()?;
        let Contents { artefacts, routes } = bundle::read(&trees, &options.limits)?;
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

    /// Returns the limits on what a stranger may send.
    pub(super) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// Returns the artefact that answers: the named one, else the routed one, else the only one.
    pub(super) fn choose(
        &self,
        operation: Operation,
        entity_type: EntityType,
        name: Option<&str>,
    ) -> Result<&Loaded> {
        let answers = |it: &&Loaded| it.card.body.entity_types.contains(&entity_type);
        let Some(name) = name else {
            let route = self
                .routes
                .iter()
                .find(|route| route.operation == operation.as_str() && route.entity_type == entity_type);
            let found = match route {
                Some(route) => self.artefacts.iter().find(|it| it.is_named(&route.artefact)),
                None => self.artefacts.iter().find(answers),
            };
            return found.ok_or_else(|| {
                let message = format!("no card for entity_type `{}` is loaded", entity_type.as_str());
                Error::new(Cause::ArtefactNotFound, message).at("/entity_type")
            });
        };
        let named: Vec<&Loaded> = self.artefacts.iter().filter(|it| it.is_named(name)).collect();
        let loaded = match named.as_slice() {
            [] => {
                let message = format!("no loaded card has this name of `{}` bytes", name.len());
                return Err(Error::new(Cause::ArtefactNotFound, message).at("/card"));
            }
            [one] => one,
            several => {
                // A route that names one of several versions decides between them.
                let routed = several.iter().find(|it| {
                    self.routes.iter().any(|route| {
                        it.is_named(&route.artefact)
                            && route.operation == operation.as_str()
                            && route.entity_type == entity_type
                    })
                });
                routed.ok_or_else(|| {
                    let message = "several versions of this card are loaded; pin `id@version`";
                    Error::new(Cause::ArtefactAmbiguous, message).at("/card")
                })?
            }
        };
        if answers(loaded) {
            return Ok(loaded);
        }
        let message = format!("the card does not score entity_type `{}`", entity_type.as_str());
        Err(Error::new(Cause::ArtefactNotFound, message).at("/card"))
    }

    /// Without a route, one entity type has at most one card.
    fn check_unambiguous(&self) -> Result<()> {
        for operation in [Operation::CreditScore, Operation::CreditScoreBatch] {
            for entity_type in [EntityType::Individual, EntityType::Sme, EntityType::Corporate] {
                let routed = self
                    .routes
                    .iter()
                    .any(|route| route.operation == operation.as_str() && route.entity_type == entity_type);
                let cards =
                    self.artefacts.iter().filter(|it| it.card.body.entity_types.contains(&entity_type));
                if !routed && cards.count() > 1 {
                    let message = format!(
                        "several cards answer `{}` for `{}`; add a route to a bundle",
                        operation.as_str(),
                        entity_type.as_str()
                    );
                    return Err(Error::new(Cause::ArtefactAmbiguous, message).at("/routes"));
                }
            }
        }
        Ok(())
    }
}
