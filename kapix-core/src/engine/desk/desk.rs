//! The Desk: an engine with a store and a clock. It fills `as_of`, honours idempotency keys, reads what an operation
//! needs of the store, makes ids, seals records and writes the envelope; it computes nothing of an answer.

use super::answer::{Answer, Envelope};
use super::clock::{StopWatch, entropy};
use super::draft::{Draft, Named, Unsealed};
use super::options::{DeskOptions, Idempotency};
use super::resident::Resident;
use crate::audit::Record;
use crate::canonical::{self, Hash};
use crate::domain::Frame;
use crate::engine::door::{Control, Reply};
use crate::engine::engine::{Engine, Progressed};
use crate::engine::operations::{Archive, Beside, Known, Request, Surroundings};
use crate::error::{Cause, Error, Result};
use crate::fork;
use crate::id::{self, Prefix};
use crate::store::{
    Claim, Commit, Committed, KeyScope, MemoryStore, RESTRICTIONS, Row, RowKey, Store, StoreStatistics,
};
use crate::time::Instant;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

/// How often a call starts again because another one changed a row that it had read.
const STARTS_MAX: usize = 100;
/// How long a twin waits before it looks again whether it is cancelled or its key is free. It waits for no bell: a lock
/// that a waiting thread takes as it wakes would be held for ever in a process that forked then.
const TWIN_WAIT: Duration = Duration::from_millis(1);

/// An engine with a store, resident state and a clock; `Send + Sync`.
#[derive(Debug)]
pub struct Desk {
    engine: RwLock<Arc<Engine>>,
    pub(super) options: DeskOptions,
    resident: Resident,
    pub(super) store: Box<dyn Store>,
    /// The key under which texts of rows are hashed. It is written nowhere, so that no hash can be guessed once the process
    /// has ended.
    text_key: OnceLock<[u8; 32]>,
}

/// What a call starts with.
pub(super) struct Call {
    watch: StopWatch,
    pub(super) now: Option<Instant>,
    random: Option<[u8; 20]>,
    text_key: Option<[u8; 32]>,
}

impl Desk {
    /// Returns a Desk that keeps its state in memory, which the limits `store_record_bytes`, `store_key_bytes` and
    /// `store_entity_bytes` of the engine bound; [`Desk::swap`] leaves them as they are.
    ///
    /// ```
    /// use kapix_core::{Desk, DeskOptions, Engine, EngineOptions, artefact::EXPERT_CARDS};
    ///
    /// let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default())?;
    /// let desk = Desk::new(engine, DeskOptions { record: false, ..DeskOptions::default() });
    /// assert_eq!(desk.statistics()?.records, 0);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn new(engine: Engine, options: DeskOptions) -> Self {
        let store = MemoryStore::new(engine.limits());
        Self::with_store(engine, options, Box::new(store))
    }

    /// Returns a Desk that keeps its state in a SQLite file, which is made if there is none: records, the log over them,
    /// idempotency keys, the data of applicants and events are there when the process comes back. Several processes may
    /// open one file.
    ///
    /// Errors: `store.schema` if the file is something else or of a later schema, `store.corrupt`, `store.unavailable`.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, DeskOptions, Engine, EngineOptions, Operation, Request};
    /// use kapix_core::{artefact::EXPERT_CARDS, store::Durability};
    ///
    /// let path = std::env::temp_dir().join(format!("kapix-open-{}.db", std::process::id()));
    /// let open = || {
    ///     let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default())?;
    ///     Desk::open(engine, DeskOptions::default(), &path, Durability::Group)
    /// };
    /// let desk = open()?;
    /// let text = br#"{
    ///     "entity_id": "a-1", "entity_type": "individual", "idempotency_key": "application-7",
    ///     "features": {"coverage_age_days": 2, "history_days": 200, "history_transactions": 120}
    /// }"#;
    /// let request = Request::read(Operation::CreditScore, text, desk.engine().limits())?;
    /// let first = desk.run(request.clone(), &Control::default())?.to_json()?;
    /// drop(desk);
    ///
    /// // After a restart the same key gives the same bytes.
    /// assert_eq!(open()?.run(request, &Control::default())?.to_json()?, first);
    /// # for end in ["", "-wal", "-shm"] {
    /// #     let _ = std::fs::remove_file(path.with_extension(format!("db{end}")));
    /// # }
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    #[cfg(feature = "sqlite")]
    pub fn open(
        engine: Engine,
        options: DeskOptions,
        path: &std::path::Path,
        durability: crate::store::Durability,
    ) -> Result<Self> {
        let store = crate::store::SqliteStore::open(path, durability)?;
        Ok(Self::with_store(engine, options, Box::new(store)))
    }

    /// Returns a Desk on a store.
    pub(super) fn with_store(engine: Engine, options: DeskOptions, store: Box<dyn Store>) -> Self {
        Self {
            engine: RwLock::new(Arc::new(engine)),
            options,
            resident: Resident::new(),
            store,
            text_key: OnceLock::new(),
        }
    }

    /// Returns the engine that answers now.
    ///
    /// ```
    /// use kapix_core::{Desk, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), b"{}")?;
    /// assert_eq!(desk.engine().limits().accounts, 1_000);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn engine(&self) -> Arc<Engine> {
        let _held = fork::hold();
        Arc::clone(&self.engine.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts an engine with other artefacts in place; calls under way end on the one that they began with.
    ///
    /// ```
    /// use kapix_core::{Desk, Engine, EngineOptions, Limits, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), b"{}")?;
    /// let limits = Limits { rows: 5_000, ..Limits::default() };
    /// desk.swap(Engine::load(&[EXPERT_CARDS], EngineOptions { limits, ..EngineOptions::default() })?);
    /// assert_eq!(desk.engine().limits().rows, 5_000);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn swap(&self, engine: Engine) {
        let engine = Arc::new(engine);
        let _held = fork::hold();
        let mut place = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        let _before = core::mem::replace(&mut *place, engine);
    }

    /// Returns how the Desk works.
    ///
    /// ```
    /// use kapix_core::{Clock, Desk, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "none"}"#)?;
    /// assert_eq!(desk.options().clock, Clock::None);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn options(&self) -> &DeskOptions {
        &self.options
    }

    /// Answers a request.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, Operation, Request, Response, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    /// let text = br#"{
    ///     "entity_id": "a-1", "entity_type": "individual",
    ///     "features": {"coverage_age_days": 2, "history_days": 200, "history_transactions": 120}
    /// }"#;
    /// let request = Request::read(Operation::CreditScore, text, desk.engine().limits())?;
    /// let answer = desk.run(request, &Control::default())?;
    ///
    /// // 400 points of every applicant, and 10 for 200 days of history; the clock gave `as_of`.
    /// let Response::CreditScore(score) = &*answer.response else { unreachable!() };
    /// assert_eq!((score.points, score.as_of.to_string().as_str()), (410, "2026-03-31T12:00:00Z"));
    /// assert!(answer.envelope.is_some_and(|envelope| envelope.request_id.starts_with("req_")));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn run(&self, request: Request, control: &Control<'_>) -> Result<Answer> {
        self.answer(request, None, control)
    }

    /// Answers a request with columns, which are borrowed for the call. Keys are for single answers: a request
    /// with columns carries none.
    ///
    /// ```
    /// use kapix_core::{Control, Desk, Operation, Request, artefact::EXPERT_CARDS, cashflow::DEFINITIONS};
    /// use kapix_core::frame::{Column, Frame};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    /// // One applicant: 200 days and rows of history, 1 for every other feature.
    /// let columns = DEFINITIONS.iter().map(|feature| {
    ///     let values = if feature.name.starts_with("history") { &[200.0] } else { &[1.0] };
    ///     (feature.name.to_owned(), Column::float(values))
    /// });
    /// let frame = Frame::new(columns.collect(), desk.engine().limits())?;
    /// let text = br#"{"entity_type": "individual"}"#;
    /// let request = Request::read(Operation::CreditScoreBatch, text, desk.engine().limits())?;
    /// let answer = desk.run_columns(request, &frame, &Control::default())?;
    /// let decision = answer.columns.get("decision").and_then(|it| it.name_of(0));
    /// assert_eq!(decision.map(|name| &**name), Some("refer"));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn run_columns(&self, request: Request, frame: &Frame<'_>, control: &Control<'_>) -> Result<Answer> {
        self.answer(request, Some(frame), control)
    }

    /// Returns the record of a call, by its `audit_id` or the `request_id` of the call.
    ///
    /// Error `record.not_found`: no record has this id, or the store dropped it when it was full.
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
    /// assert_eq!(desk.record(&audit_id)?.seq, 0);
    /// assert_eq!(desk.record("aud_0").map_err(|error| error.cause).err(), Some(Cause::RecordNotFound));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn record(&self, audit_id: &str) -> Result<Arc<Record>> {
        let held = Archive::record(self, audit_id)?.ok_or_else(|| {
            let message = format!("no record has this audit id of `{}` bytes", audit_id.len());
            Error::new(Cause::RecordNotFound, message)
        })?;
        Ok(held.record)
    }

    /// Returns what the store holds and what it let go.
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
    /// desk.run(request, &Control::default())?;
    /// assert_eq!(desk.statistics()?.records, 1);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn statistics(&self) -> Result<StoreStatistics> {
        self.store.statistics()
    }

    /// Returns an id for an error that leaves no answer.
    pub(in crate::engine) fn request_id(&self) -> Option<String> {
        let call = self.begin().ok()?;
        self.options.envelope.then(|| call.request_id().ok()).flatten()
    }

    fn text_key(&self) -> Result<[u8; 32]> {
        if let Some(key) = self.text_key.get() {
            return Ok(*key);
        }
        let made = entropy()?;
        let _held = fork::hold();
        Ok(*self.text_key.get_or_init(|| made))
    }

    fn begin(&self) -> Result<Call> {
        let wanted = self.options.envelope || self.options.record;
        let random = if wanted { Some(entropy()?) } else { None };
        let text_key =
            if self.options.record && !self.options.store_text { Some(self.text_key()?) } else { None };
        Ok(Call { watch: StopWatch::start(), now: self.options.clock.now(), random, text_key })
    }

    fn answer(
        &self,
        mut request: Request,
        mut frame: Option<&Frame<'_>>,
        control: &Control<'_>,
    ) -> Result<Answer> {
        if request.operation().needs_record() && !self.options.record {
            let message = format!(
                "`{}` is nothing without its record, and this engine keeps none (option `record`)",
                request.operation().as_str()
            );
            return Err(Error::new(Cause::OperationNeedsStore, message));
        }
        let call = self.begin()?;
        let engine = self.engine();
        if let Some(own) = frame
            && request.absorb(own, engine.limits())?
        {
            frame = None;
        }
        let claimed = match self.key(&mut request, frame.is_some())? {
            None => None,
            Some(scope) => {
                // The body is compared before the clock fills it in.
                let body = canonical::hash(&request)?;
                if let Some(stored) = self.claim(&scope, body, control)? {
                    return Ok(stored);
                }
                Some(Claimed { desk: self, scope, body })
            }
        };
        fill(&mut request, &call);
        let control = Control { draft: self.options.record, ..control.clone() };
        let surroundings = Surroundings { resident: Some(&self.resident), archive: Some(self) };
        let beside = Beside { frame, control: &control, surroundings };
        let mut known = Known::default();
        for _ in 0..STARTS_MAX {
            known.keep_rows(self.restriction(&request)?);
            let reply = loop {
                match engine.start(&request, beside, &mut known, 0) {
                    Ok(Progressed::Done(reply)) => break reply,
                    Ok(Progressed::Rows(keys)) => known.keep_rows(self.rows(keys, &call)?),
                    Err(error) => return Err(self.refused(error, &request, &call)?),
                }
            };
            if let Some(answer) = self.commit(reply, &call, known.versions(), claimed.as_ref())? {
                return Ok(answer);
            }
            known.forget_rows();
        }
        let message = format!("rows of the store changed under the call `{STARTS_MAX}` times; try again");
        Err(Error::new(Cause::StoreBusy, message))
    }

    /// Refuses to use the data of a person who is restricted; what reads or ends them stays possible. Returns the row that
    /// says so: if it changes before the call is recorded, the call starts again.
    fn restriction(&self, request: &Request) -> Result<Option<(RowKey, Option<Row>)>> {
        let judged = request.subject().filter(|_| request.operation().judges());
        let Some(entity_id) = judged else { return Ok(None) };
        let key = RowKey { key: entity_id.to_owned(), table: RESTRICTIONS.to_owned() };
        let row = if self.store.is_restricted(&self.options.tenant, entity_id)? {
            let message = "the person's data may not be used: `subject.restrict` says so";
            return Err(Error::new(Cause::SubjectRestricted, message));
        } else {
            let mut rows = self.store.read(&self.options.tenant, core::slice::from_ref(&key))?;
            rows.pop().and_then(|(_, row)| row)
        };
        Ok(Some((key, row)))
    }

    /// Takes the key out of a request: it is no part of the body.
    fn key(&self, request: &mut Request, with_columns: bool) -> Result<Option<KeyScope>> {
        let operation = request.operation().as_str();
        let Some(key) = request.common().and_then(|common| common.key.take()) else { return Ok(None) };
        let refusal = |message| Error::new(Cause::IdempotencyNotDurable, message).at("/idempotency_key");
        if with_columns {
            return Err(refusal("a request with columns takes no idempotency_key"));
        }
        if self.options.idempotency == Idempotency::Durable && !self.store.is_durable() {
            return Err(refusal(
                "an idempotency_key needs a durable store, or the option idempotency `process`",
            ));
        }
        let (operation, key) = (operation.to_owned(), key.as_str().to_owned());
        Ok(Some(KeyScope { operation, tenant: self.options.tenant.clone(), key }))
    }

    /// Claims a key, or returns the answer that is stored under it; waits for a twin that runs.
    fn claim(&self, scope: &KeyScope, body: Hash, control: &Control<'_>) -> Result<Option<Answer>> {
        loop {
            match self.store.claim(scope, body)? {
                Claim::Mine => return Ok(None),
                Claim::Stored(answer) => return Ok(Some(*answer)),
                Claim::Running => {
                    control.check()?;
                    std::thread::sleep(TWIN_WAIT);
                }
                Claim::OtherBody => return Err(key_reuse()),
            }
        }
    }

    /// Stores what a call leaves, all of it or nothing; `None` when a row that the call had read has changed.
    fn commit(
        &self,
        reply: Reply,
        call: &Call,
        reads: Vec<(RowKey, u64)>,
        claimed: Option<&Claimed<'_>>,
    ) -> Result<Option<Answer>> {
        let Reply { response, columns, draft, events, forgets, writes, .. } = reply;
        let written = draft.as_ref().and_then(|draft| draft.answer.clone());
        let named = claimed.map(|claimed| (&claimed.scope, claimed.body));
        let record = draft.map(|draft| call.unsealed(draft, &self.options.tenant, named)).transpose()?;
        let envelope = match call.random {
            Some(_) if self.options.envelope => Some(Envelope {
                audit_id: record.as_ref().map(|record| record.audit_id().to_owned()),
                latency_ms: call.watch.milliseconds(),
                recorded_at: call.now,
                request_id: call.request_id()?,
            }),
            _ => None,
        };
        let answer = Answer { response: Arc::new(response), columns, envelope, events, written };
        if record.is_none() && writes.is_empty() && claimed.is_none() {
            return Ok(Some(answer));
        }
        let removes = record.as_ref().is_some_and(|record| record.removal().is_some());
        let key = claimed.map(|claimed| (claimed.scope.clone(), claimed.body, answer.clone()));
        let (tenant, events) = (self.options.tenant.clone(), answer.events.clone());
        let commit = Commit { tenant, reads, writes, forgets, record, key, events };
        match self.store.commit(commit)? {
            Committed::All => {
                if removes {
                    self.store.purge()?;
                }
                Ok(Some(answer))
            }
            Committed::Moved => Ok(None),
            // Another process has answered under the key. If that answer has left meanwhile, the call starts again.
            Committed::Taken => match claimed.map(|it| self.store.claim(&it.scope, it.body)).transpose()? {
                Some(Claim::Stored(answer)) => Ok(Some(*answer)),
                Some(Claim::OtherBody) => Err(key_reuse()),
                Some(Claim::Mine | Claim::Running) | None => Ok(None),
            },
        }
    }
}

impl Call {
    pub(super) fn unsealed(
        &self,
        draft: Draft,
        tenant: &str,
        key: Option<(&KeyScope, Hash)>,
    ) -> Result<Unsealed> {
        let recorded_at = self.now.unwrap_or(draft.as_of);
        let (_, random) =
            self.random.as_ref().and_then(|it| it.split_last_chunk()).unwrap_or((&[], &[0; 10]));
        let audit_id = id::make(Prefix::Audit, milliseconds(recorded_at), *random)?;
        let request_id = self.request_id()?;
        let tenant = Some(tenant.to_owned()).filter(|it| !it.is_empty());
        let text_key = self.text_key;
        draft.unsealed(Named { audit_id, recorded_at, request_id, tenant, text_key }, key, entropy)
    }

    fn request_id(&self) -> Result<String> {
        let random = self.random.as_ref().and_then(|it| it.first_chunk()).copied().unwrap_or_default();
        id::make(Prefix::Request, self.now.map_or(0, milliseconds), random)
    }
}

fn key_reuse() -> Error {
    let message = "this idempotency_key was used before with another request";
    Error::new(Cause::IdempotencyReuse, message).at("/idempotency_key")
}

/// The clock stands in for an absent `as_of`.
fn fill(request: &mut Request, call: &Call) {
    if let Some(as_of) = request.clocked()
        && as_of.is_none()
    {
        *as_of = call.now;
    }
}

/// A claimed key: freed when the call ends, unless an answer was stored under it.
struct Claimed<'d> {
    desk: &'d Desk,
    scope: KeyScope,
    body: Hash,
}

impl Drop for Claimed<'_> {
    fn drop(&mut self) {
        self.desk.store.release(&self.scope);
    }
}

fn milliseconds(instant: Instant) -> u64 {
    u64::try_from(instant.epoch_microseconds() / 1000).unwrap_or_default()
}
