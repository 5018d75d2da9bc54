//! The engine: artefacts proved once, then pure functions from request to reply.

use super::control::Control;
use super::registry::{EngineOptions, Registry};
use super::reply::{ColumnsReply, Reply};
use super::request::Request;
use super::response::Response;
use super::{batch, cashflow, credit, describe, develop};
use crate::domain::Frame;
use crate::error::{Cause, Error, Result};
use crate::limits::Limits;

/// A set of proved artefacts and the pure operations on them; immutable, `Send + Sync`.
#[derive(Clone, Debug)]
pub struct Engine {
    registry: Registry,
}

impl Engine {
    /// Returns an engine of these documents: artefacts and bundles in JSON, each proved whole.
    ///
    /// Errors: everything that `docs/ARTEFACT.md` names, at JSON pointers that start at the document (or at
    /// `/INDEX` when there are several).
    pub fn load<T: AsRef<[u8]>>(documents: &[T], options: EngineOptions) -> Result<Self> {
        Registry::load(documents, options).map(|registry| Self { registry })
    }

    /// Answers a request; the same request always has the same answer.
    pub fn run(&self, request: &Request, control: &Control<'_>) -> Result<Reply> {
        control.check()?;
        match request {
            Request::EngineDescribe(_) => {
                Ok(Reply::unrecorded(Response::EngineDescribe(Box::new(describe::describe(&self.registry)))))
            }
            Request::ArtefactCheck(request) => {
                let answer = describe::check(request, self.registry.limits());
                Ok(Reply::unrecorded(Response::ArtefactCheck(Box::new(answer))))
            }
            Request::CreditScore(request) => credit::score(&self.registry, request, control),
            Request::CreditScoreBatch(request) => batch::score_json(&self.registry, request, control),
            Request::CashflowAnalyze(request) => cashflow::analyze(&self.registry, request, control),
            Request::ScorecardDevelop(request) => develop::develop_json(&self.registry, request, control),
            Request::ScorecardEvaluate(request) => develop::evaluate_json(&self.registry, request, control),
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
            Request::CreditScoreBatch(request) => {
                return batch::score(&self.registry, request, frame, control);
            }
            Request::ScorecardDevelop(request) => {
                return develop::develop(&self.registry, request, frame, control);
            }
            Request::ScorecardEvaluate(request) => {
                return develop::evaluate(&self.registry, request, frame, control);
            }
            _ => {}
        }
        let message = format!("`{}` takes no columns", request.operation().as_str());
        Err(Error::new(Cause::OperationNotColumnar, message))
    }

    /// Returns how the engine was loaded.
    pub fn options(&self) -> &EngineOptions {
        &self.registry.options
    }

    /// Returns the limits of the engine.
    pub fn limits(&self) -> &Limits {
        self.registry.limits()
    }
}
