//! The Desk: an engine with a store and a clock. It fills `as_of`, honours idempotency keys, makes ids, seals
//! records and writes the envelope; it computes nothing of an answer.

use super::clock::{Clock, StopWatch, entropy};
use super::control::Control;
use super::engine::Engine;
use super::record::{Draft, Record};
use super::reply::{Event, Reply};
use super::request::Request;
use super::response::Response;
use crate::canonical;
use crate::domain::{Frame, ResultColumns};
use crate::error::{Cause, Error, Result};
use crate::id::{self, Prefix};
use crate::store::{Claim, KeyScope, MemoryStore, StoreStatistics};
use crate::time::Instant;
use serde::Serialize;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};

/// How a Desk works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskOptions {
    /// Where recorded time and an absent `as_of` come from.
    pub clock: Clock,
    /// Whether answers carry ids, times and latency; default true. Vectors run without.
    pub envelope: bool,
    /// What an idempotency key rests on.
    pub idempotency: Idempotency,
    /// Whether calls leave a record; default true.
    pub record: bool,
    /// Separates the keys of the host's customers; default empty.
    pub tenant: String,
}

/// What an idempotency key rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Idempotency {
    /// A durable store: without one a request with a key is refused.
    #[default]
    Durable,
    /// The memory of this process: 100,000 keys, the oldest evicted and counted.
    Process,
}

impl Default for DeskOptions {
    fn default() -> Self {
        Self {
            clock: Clock::System,
            envelope: true,
            idempotency: Idempotency::Durable,
            record: true,
            tenant: String::new(),
        }
    }
}

/// An engine with a store and a clock; `Send + Sync`.
#[derive(Debug)]
pub struct Desk {
    engine: RwLock<Arc<Engine>>,
    options: DeskOptions,
    store: Mutex<MemoryStore<Arc<Record>, Answer>>,
    answered: Condvar,
}

/// The fields around an answer that no hash covers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Envelope {
    /// Id of the record; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_id: Option<String>,
    /// Milliseconds from request to answer.
    pub latency_ms: f64,
    /// When the Desk answered; absent without a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Instant>,
    /// Id of the call.
    pub request_id: String,
}

/// An answer with its envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer.
    pub response: Arc<Response>,
    /// The envelope, when the options ask for one.
    pub envelope: Option<Envelope>,
    /// What a host may want to tell others.
    pub events: Vec<Event>,
    record: Option<Arc<Record>>,
}

/// An answer with its result columns.
#[derive(Clone, Debug)]
pub struct ColumnsAnswer {
    /// The answer.
    pub answer: Answer,
    /// The result columns; none where the operation returns none.
    pub columns: ResultColumns,
}

impl Answer {
    /// Returns the answer with its envelope in canonical JSON.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let fresh;
        let response: &[u8] = if let Some(record) = &self.record {
            &record.response
        } else {
            fresh = canonical::to_vec(&*self.response)?;
            &fresh
        };
        let Some(envelope) = &self.envelope else { return Ok(response.to_vec()) };
        let latency = canonical::to_vec(&envelope.latency_ms)?;
        let request_id = canonical::to_vec(&envelope.request_id)?;
        let audit_id = envelope.audit_id.as_ref().map(canonical::to_vec).transpose()?;
        let recorded_at = envelope.recorded_at.as_ref().map(canonical::to_vec).transpose()?;
        let members: Vec<(&str, &[u8])> = [
            ("audit_id", audit_id.as_deref()),
            ("latency_ms", Some(latency.as_slice())),
            ("recorded_at", recorded_at.as_deref()),
            ("request_id", Some(request_id.as_slice())),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect();
        canonical::merge_members(response, &members)
    }
}

/// What a call starts with.
struct Call {
    watch: StopWatch,
    now: Option<Instant>,
    random: Option<[u8; 36]>,
}

impl Desk {
    /// Returns a Desk that keeps its state in bounded memory.
    pub fn new(engine: Engine, options: DeskOptions) -> Self {
        Self {
            engine: RwLock::new(Arc::new(engine)),
            options,
            store: Mutex::new(MemoryStore::new()),
            answered: Condvar::new(),
        }
    }

    /// Returns the engine that answers now.
    pub fn engine(&self) -> Arc<Engine> {
        Arc::clone(&self.engine.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts an engine with other artefacts in place; calls under way end on the one that they began with.
    pub fn swap(&self, engine: Engine) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(engine);
    }

    /// Returns how the Desk works.
    pub fn options(&self) -> &DeskOptions {
        &self.options
    }

    /// Answers a request.
    pub fn run(&self, mut request: Request, control: &Control<'_>) -> Result<Answer> {
        let call = self.begin()?;
        let Some(scope) = self.key(&mut request)? else {
            fill(&mut request, &call);
            return self.answer(&request, control, &call);
        };
        // The body is compared before the clock fills it in.
        let body = canonical::hash(&request)?;
        fill(&mut request, &call);
        if let Some(stored) = self.claim(&scope, body)? {
            return Ok(stored);
        }
        let claimed = Claimed { desk: self, scope: Some(scope) };
        let answer = self.answer(&request, control, &call)?;
        claimed.store(answer.clone());
        Ok(answer)
    }

    /// Answers a request with columns, which are borrowed for the call. Keys are for single answers: a request
    /// with columns carries none.
    pub fn run_columns(
        &self,
        mut request: Request,
        frame: &Frame<'_>,
        control: &Control<'_>,
    ) -> Result<ColumnsAnswer> {
        let call = self.begin()?;
        if request.common().is_some_and(|common| common.key.is_some()) {
            let message = "a request with columns takes no idempotency_key";
            return Err(Error::new(Cause::IdempotencyNotDurable, message).at("/idempotency_key"));
        }
        fill(&mut request, &call);
        let control = Control { draft: self.options.record, ..control.clone() };
        let reply = self.engine().run_columns(&request, frame, &control)?;
        Ok(ColumnsAnswer { answer: self.seal(reply.reply, &call)?, columns: reply.columns })
    }

    /// Returns the record of a call.
    pub fn record(&self, audit_id: &str) -> Result<Arc<Record>> {
        let store = self.lock();
        store.find(|record| record.audit_id == audit_id).cloned().ok_or_else(|| {
            Error::new(
                Cause::RecordNotFound,
                format!("no record has this audit id of `{}` bytes", audit_id.len()),
            )
        })
    }

    /// Returns what the store holds and what it let go.
    pub fn statistics(&self) -> StoreStatistics {
        self.lock().statistics()
    }

    /// Returns an id for an error that leaves no answer.
    pub(super) fn request_id(&self) -> Option<String> {
        let call = self.begin().ok()?;
        let random = call.random?;
        self.options.envelope.then(|| make_id(Prefix::Request, call.now, &random)).flatten()
    }

    fn lock(&self) -> MutexGuard<'_, MemoryStore<Arc<Record>, Answer>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> Result<Call> {
        let wanted = self.options.envelope || self.options.record;
        let random = if wanted { Some(entropy()?) } else { None };
        Ok(Call { watch: StopWatch::start(), now: self.options.clock.now(), random })
    }

    /// Takes the key out of a request: it is no part of the body.
    fn key(&self, request: &mut Request) -> Result<Option<KeyScope>> {
        let operation = request.operation().as_str();
        let Some(key) = request.common().and_then(|common| common.key.take()) else { return Ok(None) };
        if self.options.idempotency == Idempotency::Durable {
            let message = "an idempotency_key needs a durable store, or the option idempotency `process`";
            return Err(Error::new(Cause::IdempotencyNotDurable, message).at("/idempotency_key"));
        }
        Ok(Some(KeyScope { operation, tenant: self.options.tenant.clone(), key: key.as_str().to_owned() }))
    }

    fn claim(&self, scope: &KeyScope, body: canonical::Hash) -> Result<Option<Answer>> {
        let mut store = self.lock();
        loop {
            match store.claim(scope, body) {
                Claim::Mine => return Ok(None),
                Claim::Stored(answer) => return Ok(Some(answer)),
                Claim::Running => {
                    store = self.answered.wait(store).unwrap_or_else(PoisonError::into_inner);
                }
                Claim::OtherBody => {
                    let message = "this idempotency_key was used before with another request";
                    return Err(Error::new(Cause::IdempotencyReuse, message).at("/idempotency_key"));
                }
            }
        }
    }

    fn answer(&self, request: &Request, control: &Control<'_>, call: &Call) -> Result<Answer> {
        let control = Control { draft: self.options.record, ..control.clone() };
        let reply = self.engine().run(request, &control)?;
        self.seal(reply, call)
    }

    fn seal(&self, reply: Reply, call: &Call) -> Result<Answer> {
        let Reply { response, draft, events } = reply;
        let record = draft.map(|draft| self.record_draft(draft, call)).transpose()?;
        let envelope = match call.random {
            Some(random) if self.options.envelope => Some(Envelope {
                audit_id: record.as_ref().map(|record| record.audit_id.clone()),
                latency_ms: call.watch.milliseconds(),
                recorded_at: call.now,
                request_id: make_id(Prefix::Request, call.now, &random).unwrap_or_default(),
            }),
            _ => None,
        };
        Ok(Answer { response: Arc::new(response), envelope, events, record })
    }

    fn record_draft(&self, draft: Draft, call: &Call) -> Result<Arc<Record>> {
        let random = match call.random {
            Some(random) => random,
            None => entropy()?,
        };
        // Bytes 0..10 are the request id's, 10..20 the audit id's, 20..36 the salt.
        let (ids, salt) = random.split_last_chunk::<16>().unwrap_or((&[], &[0; 16]));
        let audit_random = *ids.last_chunk::<10>().unwrap_or(&[0; 10]);
        let recorded_at = call.now.unwrap_or(draft.as_of);
        let audit_id = id::make(Prefix::Audit, milliseconds(recorded_at), audit_random)?;
        let seq = self.lock().take_seq();
        let record = Arc::new(draft.seal(audit_id, seq, recorded_at, *salt)?);
        self.lock().push(seq, record.size(), Arc::clone(&record));
        Ok(record)
    }
}

/// The clock stands in for an absent `as_of`.
fn fill(request: &mut Request, call: &Call) {
    if let Some(common) = request.common()
        && common.as_of.is_none()
    {
        *common.as_of = call.now;
    }
}

/// A claimed key: stored when the call answers, freed when it fails or panics.
struct Claimed<'d> {
    desk: &'d Desk,
    scope: Option<KeyScope>,
}

impl Claimed<'_> {
    fn store(mut self, answer: Answer) {
        if let Some(scope) = self.scope.take() {
            self.desk.lock().store(scope, answer);
            self.desk.answered.notify_all();
        }
    }
}

impl Drop for Claimed<'_> {
    fn drop(&mut self) {
        if let Some(scope) = self.scope.take() {
            self.desk.lock().release(&scope);
            self.desk.answered.notify_all();
        }
    }
}

fn make_id(prefix: Prefix, now: Option<Instant>, random: &[u8; 36]) -> Option<String> {
    let first: [u8; 10] = random.first_chunk().copied()?;
    id::make(prefix, now.map_or(0, milliseconds), first).ok()
}

fn milliseconds(instant: Instant) -> u64 {
    u64::try_from(instant.epoch_microseconds() / 1000).unwrap_or_default()
}
