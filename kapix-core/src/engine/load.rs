//! The engine: artefacts proved once, then pure functions from request to reply.

use super::artefact::Loaded;
use super::bundle::{self, Contents, Route};
use super::control::Control;
use super::operation::Operation;
use super::record::Draft;
use super::request::Request;
use super::response::{ArtefactRef, Response};
use super::{batch, cashflow, credit, describe};
use crate::domain::Frame;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json::Tree;
use crate::limits::Limits;
use crate::scorecard::{Decision, EntityType};
use serde::Serialize;
use std::sync::Arc;

/// Version of the engine.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
/// Changes with every change of a numeric result.
pub const SEMANTICS: u32 = 1;

/// How an engine is loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineOptions {
    /// Limits on what a stranger may send.
    pub limits: Limits,
    /// Load only approved artefacts.
    pub production: bool,
}

/// A set of proved artefacts and the pure operations on them; immutable, `Send + Sync`.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) artefacts: Vec<Loaded>,
    pub(super) routes: Vec<Route>,
    pub(super) options: EngineOptions,
}

/// The reply to one request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer.
    pub response: Response,
    /// What a record of the call holds; `None` unless asked for and the operation is recorded.
    pub draft: Option<Draft>,
    /// What a host may want to tell others.
    pub events: Vec<Event>,
}

/// The reply to one request with columns.
#[derive(Clone, Debug)]
pub struct ColumnsReply {
    /// The answer, its draft and events.
    pub reply: Reply,
    /// The result columns.
    pub columns: batch::Columns,
}

/// Something that happened, as a value; nothing is sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// What it says, small.
    pub data: EventData,
    /// What happened, such as `credit.score.completed`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum EventData {
    /// Of `credit.score.completed`.
    CreditScoreCompleted(CreditScoreCompleted),
}

/// A score that was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreditScoreCompleted {
    /// The card that answered.
    pub card: ArtefactRef,
    /// The outcome.
    pub decision: Decision,
    /// The host's id of the applicant.
    pub entity_id: Id,
    /// Total points.
    pub points: i32,
    /// Band of the total.
    pub risk_band: Arc<str>,
    /// 1 - PD, or a rank.
    pub score: f64,
}

impl Engine {
    /// Returns an engine of these documents: artefacts and bundles in JSON, each proved whole.
    ///
    /// Errors: everything that `docs/ARTEFACT.md` names, at JSON pointers that start at the document (or at
    /// `/INDEX` when there are several).
    pub fn load<T: AsRef<[u8]>>(documents: &[T], options: EngineOptions) -> Result<Self> {
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
        let engine = Self { artefacts, routes, options };
        engine.check_unambiguous()?;
        Ok(engine)
    }

    /// Answers a request; the same request always has the same answer.
    pub fn run(&self, request: &Request, control: &Control<'_>) -> Result<Reply> {
        control.check()?;
        match request {
            Request::EngineDescribe(_) => {
                Ok(unrecorded(Response::EngineDescribe(Box::new(describe::describe(self)))))
            }
            Request::ArtefactCheck(request) => {
                let answer = describe::check(request, &self.options.limits);
                Ok(unrecorded(Response::ArtefactCheck(Box::new(answer))))
            }
            Request::CreditScore(request) => credit::score(self, request, control),
            Request::CreditScoreBatch(request) => batch::score_json(self, request, control),
            Request::CashflowAnalyze(request) => cashflow::analyze(self, request, control),
        }
    }

    /// Answers a request with columns, which are borrowed for the call.
    pub fn run_columns(
        &self,
        request: &Request,
        frame: &Frame<'_>,
        control: &Control<'_>,
    ) -> Result<ColumnsReply> {
        control.check()?;
        match request {
            Request::CreditScoreBatch(request) => batch::score(self, request, frame, control),
            _ => {
                let message = format!("`{}` takes no columns", request.operation().as_str());
                Err(Error::new(Cause::OperationNotColumnar, message))
            }
        }
    }

    /// Returns the limits of the engine.
    pub fn limits(&self) -> &Limits {
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

impl Loaded {
    /// Returns the name that results carry.
    pub(super) fn reference(&self) -> ArtefactRef {
        ArtefactRef { id: Arc::clone(&self.id), sha256: self.sha256, version: Arc::clone(&self.version) }
    }
}

fn unrecorded(response: Response) -> Reply {
    Reply { response, draft: None, events: Vec::new() }
}
