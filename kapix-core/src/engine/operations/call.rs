//! One run of an operation: what it may use, and how it asks for more.
//!
//! An operation computes; it neither waits nor changes anything. What it needs beside its request is of three kinds.
//! The *result* of another operation and the *rows* of the store end the run with an [`Interrupt`] and start it again
//! with what was found so far. The *resident state* of a Desk is read and changed in place, once a call, and the
//! values that the answer used are kept: a replay takes all three from the record.

use super::Operate;
use super::archive::Archive;
use super::table::{Operation, Response};
use crate::audit::ArtefactRef;
use crate::canonical::{self, Joinable};
use crate::domain::Frame;
use crate::engine::desk::{Draft, Envelope, Held, Resident};
use crate::engine::door::{Control, Reply};
use crate::engine::engine::NEEDS_MAX;
use crate::engine::registry::Registry;
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::store::{ENTITIES, RECORDS, RESTRICTIONS, Row, RowKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What surrounds a run: nothing for an engine alone, the Desk's state otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::engine) struct Surroundings<'c> {
    /// The resident state.
    pub(in crate::engine) resident: Option<&'c Resident>,
    /// The Desk.
    pub(in crate::engine) archive: Option<&'c dyn Archive>,
}

/// What enters a run beside the request.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Beside<'c, 'f> {
    pub(in crate::engine) frame: Option<&'c Frame<'f>>,
    pub(in crate::engine) control: &'c Control<'c>,
    pub(in crate::engine) surroundings: Surroundings<'c>,
}

/// One run of an operation.
pub(in crate::engine) struct Call<'c, 'f> {
    pub(super) registry: &'c Registry,
    pub(super) frame: Option<&'c Frame<'f>>,
    pub(super) control: &'c Control<'c>,
    pub(super) surroundings: Surroundings<'c>,
    known: &'c Known,
}

/// Why a run ended without an answer.
#[derive(Debug)]
pub(in crate::engine) enum Interrupt {
    /// The request is refused.
    Failed(Error),
    /// The result of another operation is needed.
    Result(Need),
    /// Rows of the store are needed.
    Rows(Vec<RowKey>),
}

impl From<Error> for Interrupt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// An operation whose result is needed, and its request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct Need {
    pub(in crate::engine) arguments: JsonValue,
    pub(in crate::engine) operation: Operation,
}

/// What came of a need: an answer or a refusal, both as they are on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::engine) enum Fulfilled {
    /// The answer.
    Answer(JsonValue),
    /// The error.
    Refusal(JsonValue),
}

/// What earlier runs of a call found; it stands in the record and replays.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::engine) struct Known {
    /// Artefacts that the results rest on; a replay finds them in the leaf.
    #[serde(skip)]
    artefacts: Vec<ArtefactRef>,
    #[serde(default)]
    results: Vec<(Need, Fulfilled)>,
    #[serde(default, with = "rows")]
    rows: BTreeMap<RowKey, Option<Row>>,
    #[serde(default)]
    state: RefCell<Option<JsonValue>>,
}

/// Returns the rows that a record keeps beside the request: the data of applicants are in the request, and whether a person
/// may be judged or erased is not what an answer rests on.
fn kept(rows: &BTreeMap<RowKey, Option<Row>>) -> impl Iterator<Item = (&RowKey, &Option<Row>)> {
    rows.iter().filter(|(key, _)| key.table != ENTITIES && key.table != RESTRICTIONS)
}

/// Rows as a list: JSON has no keys of two parts.
mod rows {
    use super::{BTreeMap, Deserialize, Row, RowKey, Serialize, kept};
    use serde::{Deserializer, Serializer};

    type Rows = BTreeMap<RowKey, Option<Row>>;

    pub(super) fn serialize<S: Serializer>(rows: &Rows, serializer: S) -> Result<S::Ok, S::Error> {
        kept(rows).collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rows, D::Error> {
        Vec::<(RowKey, Option<Row>)>::deserialize(deserializer).map(|rows| rows.into_iter().collect())
    }
}

impl Known {
    /// Keeps what came of a need.
    pub(in crate::engine) fn fulfil(
        &mut self,
        need: Need,
        fulfilled: Fulfilled,
        artefacts: Vec<ArtefactRef>,
    ) {
        self.results.push((need, fulfilled));
        self.artefacts.extend(artefacts);
    }

    /// Returns the number of results so far.
    pub(in crate::engine) fn results(&self) -> usize {
        self.results.len()
    }

    /// Keeps rows of the store.
    pub(in crate::engine) fn keep_rows(&mut self, rows: impl IntoIterator<Item = (RowKey, Option<Row>)>) {
        self.rows.extend(rows);
    }

    /// Forgets the rows, since one of them has changed meanwhile; results and state stay.
    pub(in crate::engine) fn forget_rows(&mut self) {
        self.rows.clear();
    }

    /// Returns the version of each row that was read, 0 where there was none.
    pub(in crate::engine) fn versions(&self) -> Vec<(RowKey, u64)> {
        let rows = self.rows.iter().filter(|(key, _)| key.table != RECORDS);
        rows.map(|(key, row)| (key.clone(), row.as_ref().map_or(0, |row| row.version))).collect()
    }

    /// Returns what a record keeps: `None` for an answer that rests on its request alone.
    fn to_bytes(&self) -> Result<Option<Vec<u8>>> {
        let nothing =
            self.results.is_empty() && kept(&self.rows).next().is_none() && self.state.borrow().is_none();
        if nothing { Ok(None) } else { canonical::to_vec(self).map(Some) }
    }
}

impl<'c, 'f> Call<'c, 'f> {
    pub(in crate::engine) fn new(registry: &'c Registry, beside: Beside<'c, 'f>, known: &'c Known) -> Self {
        let Beside { frame, control, surroundings } = beside;
        Self { registry, frame, control, surroundings, known }
    }

    /// Runs an operation and makes its reply, with the draft of a record where one is wanted.
    pub(super) fn answer<O: Operate>(
        &self,
        operation: Operation,
        request: &O,
        response: impl FnOnce(O::Response) -> Response,
    ) -> core::result::Result<Reply, Interrupt> {
        if self.frame.is_some() && !O::COLUMNAR {
            let message = format!("`{}` takes no columns", O::NAME);
            return Err(Error::new(Cause::OperationNotColumnar, message).into());
        }
        let completed = request.completed(self)?;
        let request = completed.as_ref().unwrap_or(request);
        let mut done = request.run(self)?;
        done.artefacts.extend(self.known.artefacts.iter().cloned());
        let when = if O::RECORDED && self.control.draft { request.when() } else { None };
        let draft = match when {
            Some((as_of, seed)) => {
                let answer = Joinable::of(&done.response, Envelope::NAMES)?;
                Some(Draft {
                    operation,
                    as_of,
                    seed,
                    request: match &done.recorded_request {
                        Some(instead) => canonical::to_shared(instead)?,
                        None => canonical::to_shared(request)?,
                    },
                    response: match &done.recorded_response {
                        Some(instead) => canonical::to_shared(instead)?,
                        None => Arc::clone(answer.text()),
                    },
                    answer: Some(answer),
                    computed: done.computed.as_ref().map(canonical::to_shared).transpose()?,
                    entity_id: done.about.or_else(|| request.subject().map(str::to_owned)),
                    found: self.known.to_bytes()?.map(Into::into),
                    artefacts: done.artefacts.clone(),
                    columns_sha256: done.columns_sha256,
                    refused: None,
                    removal: done.removal,
                })
            }
            None => None,
        };
        Ok(Reply {
            response: response(done.response),
            columns: done.columns,
            draft,
            events: done.events,
            forgets: done.forgets,
            writes: done.writes,
            artefacts: done.artefacts,
        })
    }

    /// Returns whether a Desk surrounds the run: an engine alone, a replay and a need have none.
    pub(super) fn has_desk(&self) -> bool {
        self.surroundings.resident.is_some()
    }

    /// Returns the limits on untrusted input.
    pub(super) fn limits(&self) -> &'c Limits {
        self.registry.limits()
    }

    /// Returns what came of another operation; a run that asks for the first time ends here and starts again.
    pub(super) fn result(&self, need: Need) -> core::result::Result<&'c Fulfilled, Interrupt> {
        match self.known.results.iter().find(|(asked, _)| *asked == need) {
            Some((_, fulfilled)) => Ok(fulfilled),
            None => Err(Interrupt::Result(need)),
        }
    }

    /// Returns whether nothing more may be needed.
    pub(super) fn is_full(&self) -> bool {
        self.known.results() >= NEEDS_MAX
    }

    /// Returns rows of the store; a run that asks for the first time ends here and starts again.
    pub(super) fn row(&self, key: &RowKey) -> core::result::Result<Option<&'c Row>, Interrupt> {
        match self.known.rows.get(key) {
            Some(row) => Ok(row.as_ref()),
            None => Err(Interrupt::Rows(vec![key.clone()])),
        }
    }

    /// Returns these rows of the store, all of them as of one moment; a run that asks for the first time starts again once.
    pub(super) fn rows(&self, keys: &[RowKey]) -> core::result::Result<Vec<Option<&'c Row>>, Interrupt> {
        let missing: Vec<RowKey> =
            keys.iter().filter(|key| !self.known.rows.contains_key(key)).cloned().collect();
        if !missing.is_empty() {
            return Err(Interrupt::Rows(missing));
        }
        Ok(keys.iter().map(|key| self.known.rows.get(key).and_then(Option::as_ref)).collect())
    }

    /// Reads and changes the resident state under the locks of these keys, once a call; what `apply` returns is what
    /// the answer may use. A run that is started again, and a replay, get the same values without applying again.
    #[cfg_attr(not(test), expect(dead_code, reason = "the windows of fraud are the first resident state"))]
    pub(super) fn state<V: Serialize + DeserializeOwned>(
        &self,
        keys: &[&str],
        apply: impl FnOnce(&mut Held<'_>) -> Result<V>,
    ) -> Result<V> {
        if let Some(value) = &*self.known.state.borrow() {
            return value.read(self.limits());
        }
        let Some(resident) = self.surroundings.resident else {
            let message = "the operation keeps state in memory: call it on a Desk, not on an Engine";
            return Err(Error::new(Cause::OperationNeedsDesk, message));
        };
        let value = apply(&mut resident.hold(keys))?;
        let kept = JsonValue::read_text(&canonical::to_vec(&value)?, self.limits())?;
        *self.known.state.borrow_mut() = Some(kept);
        Ok(value)
    }
}
