//! The engine: artefacts proved once, then pure functions from request to reply.

use super::door::{Control, Reply};
use super::operations::{Beside, Call, Fulfilled, Interrupt, Known, Need, Operation, Request, Surroundings};
use super::registry::{EngineOptions, Registry};
use crate::audit::ArtefactRef;
use crate::audit::Record;
use crate::canonical;
use crate::domain::Frame;
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::store::RowKey;
use serde::Serialize;

/// Needs of one call; a policy that could need half as many is refused when it is loaded.
pub(super) const NEEDS_MAX: usize = 500;
/// How deep a need may have needs of its own.
const NEEDS_DEPTH_MAX: usize = 4;

/// A set of proved artefacts and the pure operations on them; immutable, `Send + Sync`.
#[derive(Clone, Debug)]
pub struct Engine {
    registry: Registry,
}

/// How far an engine comes with a request.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a reply is moved once; a box would be one more allocation a score"
)]
pub(super) enum Progressed {
    /// To its reply.
    Done(Reply),
    /// To rows of a store, which its Desk reads.
    Rows(Vec<RowKey>),
}

impl Engine {
    /// Returns an engine of these documents: artefacts and bundles, each proved whole. A text that begins with `{` is
    /// JSON, any other is YAML (`docs/ARTEFACT.md`), in which a line `---` stands between documents.
    ///
    /// Errors: everything that `docs/ARTEFACT.md` names, at JSON pointers that start at the document (or at
    /// `/INDEX` when there are several).
    ///
    /// ```
    /// use kapix_core::{Cause, Engine, EngineOptions, artefact::EXPERT_CARDS};
    ///
    /// assert!(Engine::load(&[EXPERT_CARDS], EngineOptions::default()).is_ok());
    /// // The example cards name nobody who approved them.
    /// let production = EngineOptions { production: true, ..EngineOptions::default() };
    /// let refused = Engine::load(&[EXPERT_CARDS], production);
    /// assert_eq!(refused.map_err(|error| error.cause).err(), Some(Cause::ArtefactNotApproved));
    /// ```
    pub fn load<T: AsRef<[u8]>>(documents: &[T], options: EngineOptions) -> Result<Self> {
        Registry::load(documents, options).map(|registry| Self { registry })
    }

    /// Answers a request; the same request always has the same answer.
    ///
    /// Error `operation.needs_desk`: the operation reads or changes what only a [`Desk`](crate::Desk) keeps.
    ///
    /// ```
    /// use kapix_core::{Control, Engine, EngineOptions, Operation, Request, Response, artefact::EXPERT_CARDS};
    ///
    /// let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default())?;
    /// let text = br#"{
    ///     "as_of": "2026-03-31T12:00:00Z", "entity_id": "a-1", "entity_type": "individual",
    ///     "features": {
    ///         "balance_min_to_outflow_ratio_90d": 0.3, "balance_variability": 0.2, "coverage_age_days": 2,
    ///         "days_since_last_income": 10, "history_days": 200, "history_transactions": 120,
    ///         "low_balance_days_share_90d": 0.05, "negative_balance_days_90d": 0
    ///     }
    /// }"#;
    /// let request = Request::read(Operation::CreditScore, text, engine.limits())?;
    /// let Response::CreditScore(score) = engine.run(&request, &Control::default())?.response else { unreachable!() };
    ///
    /// // 400 of every applicant, then 38 + 42 + 32 + 30 + 15 + 10 in the card's bins; from 560 on a person decides.
    /// assert_eq!((score.points, &*score.risk_band), (567, "D1"));
    /// assert_eq!(score.decision, kapix_core::scorecard::Decision::Refer);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn run(&self, request: &Request, control: &Control<'_>) -> Result<Reply> {
        self.run_alone(request, None, control, &mut Known::default())
    }

    /// Answers a request with columns, which are borrowed for the call.
    ///
    /// ```
    /// use kapix_core::{Control, Engine, EngineOptions, Operation, Request, artefact::EXPERT_CARDS};
    /// use kapix_core::cashflow::DEFINITIONS;
    /// use kapix_core::frame::{Column, Frame, ResultValues};
    ///
    /// let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default())?;
    /// // One applicant: 200 days and rows of history, 1 for every other feature.
    /// let columns = DEFINITIONS.iter().map(|feature| {
    ///     let values = if feature.name.starts_with("history") { &[200.0] } else { &[1.0] };
    ///     (feature.name.to_owned(), Column::float(values))
    /// });
    /// let frame = Frame::new(columns.collect(), engine.limits())?;
    /// let text = br#"{"as_of": "2026-03-31T12:00:00Z", "entity_type": "individual"}"#;
    /// let request = Request::read(Operation::CreditScoreBatch, text, engine.limits())?;
    /// let reply = engine.run_columns(&request, &frame, &Control::default())?;
    /// assert_eq!(reply.columns.get("points").map(|it| &it.values), Some(&ResultValues::Integer32(vec![583])));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn run_columns(&self, request: &Request, frame: &Frame<'_>, control: &Control<'_>) -> Result<Reply> {
        let mut own = request.clone();
        if own.absorb(frame, self.limits())? {
            return self.run_alone(&own, None, control, &mut Known::default());
        }
        self.run_alone(request, Some(frame), control, &mut Known::default())
    }

    /// Answers the request of a record again: what the call found beside its request is taken from the record. With
    /// the artefacts that the record names, the answer has the same bytes.
    ///
    /// Errors: `record.altered` when the record does not verify, `operation.columns_missing` when columns came beside
    /// its request, and those of the operation.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, Operation, Request, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    /// let text = br#"{
    ///     "entity_id": "a-1", "entity_type": "individual",
    ///     "features": {"coverage_age_days": 2, "history_days": 200, "history_transactions": 120}
    /// }"#;
    /// let request = Request::read(Operation::CreditScore, text, desk.engine().limits())?;
    /// let answer = desk.run(request, &Control::default())?;
    /// let audit_id = answer.envelope.as_ref().and_then(|it| it.audit_id.clone()).unwrap_or_default();
    ///
    /// let record = desk.record(&audit_id)?;
    /// let again = desk.engine().replay(&record, &Control::default())?;
    /// assert_eq!(again.response, *answer.response);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn replay(&self, record: &Record, control: &Control<'_>) -> Result<Reply> {
        let leaf = record.verify()?;
        if leaf.columns_sha256.is_some() {
            let message = "the columns of the call are not in its record; call again with them";
            return Err(Error::new(Cause::OperationColumnsMissing, message));
        }
        let own = record.request().filter(|_| leaf.parts.keys().all(|part| record.parts.contains_key(part)));
        let own = own.ok_or_else(|| {
            let message = "parts of the record have lapsed or were erased; what is left cannot be replayed";
            Error::new(Cause::RecordBodyErased, message)
        })?;
        let request = Request::read(Operation::parse(&leaf.operation)?, &own, self.limits())?;
        let mut known = match &record.found() {
            Some(found) => JsonValue::read_text(found, self.limits())?.read(self.limits())?,
            None => Known::default(),
        };
        self.run_alone(&request, None, control, &mut known)
    }

    /// Answers the request of a record again, from the features that were computed of its rows, where these are gone. Points,
    /// score, PD and band are those of the record; what is said of rows is not.
    ///
    /// Errors: `record.altered`, `record.body_erased` where the features are gone too or the operation computes none, and those
    /// of the operation.
    ///
    /// ```
    /// use kapix_core::{Cause, Control, Desk, Operation, Request, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    /// let text = br#"{
    ///     "entity_id": "a-1", "entity_type": "individual",
    ///     "features": {"coverage_age_days": 2, "history_days": 200, "history_transactions": 120}
    /// }"#;
    /// let request = Request::read(Operation::CreditScore, text, desk.engine().limits())?;
    /// let answer = desk.run(request, &Control::default())?;
    /// let audit_id = answer.envelope.as_ref().and_then(|it| it.audit_id.clone()).unwrap_or_default();
    ///
    /// // This call named its features: none were computed, and `replay` gives the same bytes.
    /// let record = desk.record(&audit_id)?;
    /// let again = desk.engine().replay_from_features(&record, &Control::default());
    /// assert_eq!(again.map_err(|error| error.cause).err(), Some(Cause::RecordBodyErased));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn replay_from_features(&self, record: &Record, control: &Control<'_>) -> Result<Reply> {
        let leaf = record.verify()?;
        let gone = || {
            let message = "the record holds no features that were computed of rows";
            Error::new(Cause::RecordBodyErased, message)
        };
        let request = record.request().ok_or_else(gone)?;
        let JsonValue::Object(mut members) = JsonValue::read_text(&request, self.limits())? else {
            return Err(gone());
        };
        members.insert("features".to_owned(), record.computed().ok_or_else(gone)?);
        for name in ["akiba", "data", "data_sources"] {
            members.remove(name);
        }
        let request = canonical::to_vec(&members)?;
        let request = Request::read(Operation::parse(&leaf.operation)?, &request, self.limits())?;
        self.run_alone(&request, None, control, &mut Known::default())
    }

    fn run_alone(
        &self,
        request: &Request,
        frame: Option<&Frame<'_>>,
        control: &Control<'_>,
        known: &mut Known,
    ) -> Result<Reply> {
        let beside = Beside { frame, control, surroundings: Surroundings::default() };
        match self.start(request, beside, known, 0)? {
            Progressed::Done(reply) => Ok(reply),
            Progressed::Rows(_) => {
                let message = "the operation reads a store: call it on a Desk, not on an Engine";
                Err(Error::new(Cause::OperationNeedsDesk, message))
            }
        }
    }

    /// Runs a request with what is known, and again with each result that it needs.
    pub(super) fn start(
        &self,
        request: &Request,
        beside: Beside<'_, '_>,
        known: &mut Known,
        depth: usize,
    ) -> Result<Progressed> {
        loop {
            beside.control.check()?;
            match request.run(&Call::new(&self.registry, beside, known)) {
                Ok(reply) => return Ok(Progressed::Done(reply)),
                Err(Interrupt::Failed(error)) => return Err(error),
                Err(Interrupt::Rows(keys)) => return Ok(Progressed::Rows(keys)),
                Err(Interrupt::Result(need)) => {
                    if depth == NEEDS_DEPTH_MAX || known.results() == NEEDS_MAX {
                        let message = format!(
                            "a call must need at most `{NEEDS_MAX}` results, nested at most `{NEEDS_DEPTH_MAX}` deep"
                        );
                        return Err(Error::new(Cause::LimitExceeded, message));
                    }
                    let (fulfilled, artefacts) = self.fulfil(&need, beside.control, depth + 1)?;
                    known.fulfil(need, fulfilled, artefacts);
                }
            }
        }
    }

    /// Returns what comes of a need: a refused request is a result, a cancelled call is not.
    fn fulfil(
        &self,
        need: &Need,
        control: &Control<'_>,
        depth: usize,
    ) -> Result<(Fulfilled, Vec<ArtefactRef>)> {
        let inner = Control { draft: false, ..control.clone() };
        let beside = Beside { frame: None, control: &inner, surroundings: Surroundings::default() };
        let request = canonical::to_vec(&need.arguments)?;
        let answer = Request::read(need.operation, &request, self.limits())
            .and_then(|request| self.start(&request, beside, &mut Known::default(), depth));
        match answer {
            Ok(Progressed::Done(reply)) => {
                Ok((Fulfilled::Answer(self.json(&reply.response)?), reply.artefacts))
            }
            Ok(Progressed::Rows(_)) => {
                let message = "a need must be a pure operation, which reads no store";
                Err(Error::new(Cause::OperationNeedsDesk, message))
            }
            Err(error) if error.cause == Cause::Cancelled => Err(error),
            Err(error) => Ok((Fulfilled::Refusal(self.json(&error)?), Vec::new())),
        }
    }

    fn json(&self, value: &impl Serialize) -> Result<JsonValue> {
        JsonValue::read_text(&canonical::to_vec(value)?, self.limits())
    }

    /// Returns how the engine was loaded.
    ///
    /// ```
    /// use kapix_core::{Engine, EngineOptions, artefact::EXPERT_CARDS};
    ///
    /// let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default())?;
    /// assert!(!engine.options().production);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn options(&self) -> &EngineOptions {
        &self.registry.options
    }

    /// Returns the limits of the engine.
    ///
    /// ```
    /// use kapix_core::{Engine, EngineOptions, artefact::EXPERT_CARDS};
    ///
    /// let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default())?;
    /// assert_eq!(engine.limits().json_depth, 64);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn limits(&self) -> &Limits {
        self.registry.limits()
    }
}
