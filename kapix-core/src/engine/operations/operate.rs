//! What an operation is.

use super::{Call, Interrupt};
use crate::audit::{ArtefactRef, Removal};
use crate::canonical::Hash;
use crate::domain::{Frame, ResultColumns};
use crate::engine::door::Event;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::scorecard::EntityType;
use crate::store::Write;
use crate::time::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// An operation, which its request defines: what it is called, what it takes, what it answers, and how.
pub(in crate::engine) trait Operate:
    Clone + PartialEq + Serialize + DeserializeOwned
{
    /// The name, `area.verb`.
    const NAME: &'static str;
    /// Whether it takes columns beside its request.
    const COLUMNAR: bool = false;
    /// Whether a call without columns may take seconds: where a language waits for calls, it offers one that can be stopped.
    const LONG: bool = false;
    /// Whether columns of transactions may come beside its request, which [`Operate::absorb`] takes into it.
    const TAKES_ROWS: bool = false;
    /// Whether result columns go beside its answer when columns came beside the request.
    const RETURNS_COLUMNS: bool = false;
    /// Whether a call leaves a record.
    const RECORDED: bool = false;
    /// Whether it judges a person, whose data it uses for that.
    const JUDGES: bool = false;
    /// Whether it is nothing without its record: a Desk that keeps none refuses it.
    const NEEDS_RECORD: bool = false;
    /// Whether it reads and changes the resident state of a Desk.
    const STATEFUL: bool = false;
    /// The fields of an [`Applicant`](super::Applicant) that its request has; none where it is not about one
    /// applicant. A policy may ask such an operation as a step.
    const APPLICANT: &'static [&'static str] = &[];
    /// The members of its answer, of an operation that a policy may ask as a step.
    const ANSWERS: &'static [&'static str] = &[];
    /// How a portfolio of applicants, given as columns, is answered; none where a policy cannot replay it so.
    const TWIN: Option<Twin> = None;
    /// What it answers.
    type Response: Serialize;

    /// Answers the request. A run that needs a result or a row ends early and is started again with it, so it does
    /// nothing but compute: what it changes, it returns in [`Done`].
    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<Self::Response>, Interrupt>;

    /// Returns the request with the data that its Desk holds for it, which its record then keeps; `None` for a request
    /// that brings everything itself.
    fn completed(&self, _call: &Call<'_, '_>) -> core::result::Result<Option<Self>, Interrupt> {
        Ok(None)
    }

    /// Takes the columns that came beside the request into it, where they are part of what it asks; false where they
    /// stay beside it.
    fn absorb(&mut self, _frame: &Frame<'_>, _limits: &Limits) -> Result<bool> {
        Ok(false)
    }

    /// Returns whether an answer, as it is on the wire, asks for a person itself.
    fn refers(_answer: &JsonValue) -> bool {
        false
    }

    /// Returns the fields that the Desk reads and fills; `None` for an operation that leaves no record.
    fn common(&mut self) -> Option<Common<'_>> {
        None
    }

    /// Returns the instant that the Desk's clock fills where it is absent.
    fn clocked(&mut self) -> Option<&mut Option<Instant>> {
        self.common().map(|common| common.as_of)
    }

    /// Returns whom the request is about, as the host names them: records are found by it.
    fn subject(&self) -> Option<&str> {
        None
    }

    /// Returns `as_of` and the seed, which a record states.
    fn when(&self) -> Option<(Instant, i64)> {
        None
    }
}

/// What an operation on one applicant is asked over the columns of many.
#[derive(Debug)]
pub(in crate::engine) struct Columnar<'a> {
    pub(super) as_of: Instant,
    /// What its request has beside the applicant.
    pub(super) arguments: &'a BTreeMap<String, JsonValue>,
    pub(super) entity_type: Option<EntityType>,
}

/// What an operation on one applicant answers over the columns of many.
#[derive(Debug)]
pub(in crate::engine) struct ColumnarAnswer {
    /// The artefact that answered.
    pub(super) artefact: ArtefactRef,
    /// The result columns.
    pub(super) columns: ResultColumns,
    /// Names of the columns that it read.
    pub(super) read: BTreeSet<String>,
    /// Which rows it refers itself.
    pub(super) referred: Vec<bool>,
}

/// Answers an operation on one applicant over the columns of many.
pub(in crate::engine) type Twin = fn(&Columnar<'_>, &Frame<'_>, &Call<'_, '_>) -> Result<ColumnarAnswer>;

/// The members of [`Operate`] that every recorded request has by its fields `as_of`, `idempotency_key` and `seed`.
macro_rules! recorded {
    () => {
        const RECORDED: bool = true;

        fn common(&mut self) -> Option<$crate::engine::operations::Common<'_>> {
            let (as_of, key) = (&mut self.as_of, &mut self.idempotency_key);
            Some($crate::engine::operations::Common { as_of, key })
        }

        fn when(&self) -> Option<($crate::time::Instant, i64)> {
            Some((self.as_of?, self.seed))
        }
    };
}
pub(super) use recorded;

/// The members of [`Operate`] of an operation that reads what records hold of people: the reading leaves a record too.
macro_rules! reading {
    () => {
        const RECORDED: bool = true;

        fn clocked(&mut self) -> Option<&mut Option<$crate::time::Instant>> {
            Some(&mut self.as_of)
        }

        fn when(&self) -> Option<($crate::time::Instant, i64)> {
            Some((self.as_of?, 0))
        }
    };
}
pub(super) use reading;

/// The fields of a request that the Desk reads and fills.
pub(in crate::engine) struct Common<'r> {
    pub(in crate::engine) as_of: &'r mut Option<Instant>,
    pub(in crate::engine) key: &'r mut Option<Id>,
}

/// What an operation ends with.
#[derive(Debug)]
pub(in crate::engine) struct Done<R> {
    /// The answer.
    pub(super) response: R,
    /// The result columns that go beside it; none unless columns came beside the request.
    pub(super) columns: ResultColumns,
    /// Artefacts that took part.
    pub(super) artefacts: Vec<ArtefactRef>,
    /// Whom the record is about, where the request does not say.
    pub(super) about: Option<String>,
    /// Features that were computed of rows, by name, for the record.
    pub(super) computed: Option<JsonValue>,
    /// SHA-256 of the columns that came beside the request and of those that go beside the answer.
    pub(super) columns_sha256: Option<Hash>,
    /// What a host may pass on.
    pub(super) events: Vec<Event>,
    /// The person whom it forgets, and below which number it saw their records.
    pub(super) forgets: Option<(String, u64)>,
    /// What the record keeps in place of the request, of a call that must leave no trace of whom it is about.
    pub(super) recorded_request: Option<JsonValue>,
    /// What the record keeps in place of the answer, of a call that reads what other records hold.
    pub(super) recorded_response: Option<JsonValue>,
    /// What is taken out of other records.
    pub(super) removal: Option<Removal>,
    /// What changes in the store.
    pub(super) writes: Vec<Write>,
}

impl<R> Done<R> {
    /// Returns an answer that rests on these artefacts.
    pub(super) fn new(response: R, artefacts: Vec<ArtefactRef>) -> Self {
        Self {
            response,
            columns: ResultColumns::default(),
            about: None,
            artefacts,
            computed: None,
            columns_sha256: None,
            events: Vec::new(),
            forgets: None,
            recorded_request: None,
            recorded_response: None,
            removal: None,
            writes: Vec::new(),
        }
    }
}

/// Returns the instant of a request, or the error of a request without one.
pub(super) fn instant(as_of: Option<Instant>) -> Result<Instant> {
    as_of.ok_or_else(|| {
        Error::new(Cause::TimeAsOfMissing, "as_of is required: this engine has no clock").at("/as_of")
    })
}

/// The default of a field that is on unless the request says otherwise.
pub(super) const fn yes() -> bool {
    true
}
