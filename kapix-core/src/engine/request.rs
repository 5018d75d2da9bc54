//! The requests of every operation, as they are on the wire.

use super::operation::Operation;
use crate::domain::{Data, SourceKey};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json::{self, Scalar};
use crate::limits::Limits;
use crate::money::Currency;
use crate::scorecard::development::{DevelopRequest, EvaluateRequest};
use crate::scorecard::{EntityType, ReasonMethod, ScoreInclude};
use crate::time::Instant;
use crate::tree::Tree;
use crate::view::akiba::AkibaRequest;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// A request of any operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// `engine.describe`
    EngineDescribe(DescribeRequest),
    /// `artefact.check`
    ArtefactCheck(ArtefactCheckRequest),
    /// `credit.score`
    CreditScore(Box<CreditScoreRequest>),
    /// `credit.score_batch`
    CreditScoreBatch(Box<CreditScoreBatchRequest>),
    /// `cashflow.analyze`
    CashflowAnalyze(Box<CashflowAnalyzeRequest>),
    /// `scorecard.develop`
    ScorecardDevelop(Box<DevelopRequest>),
    /// `scorecard.evaluate`
    ScorecardEvaluate(Box<EvaluateRequest>),
}

impl Request {
    /// Returns the request of an operation from any serde source.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        operation: Operation,
        deserializer: D,
    ) -> core::result::Result<Self, D::Error> {
        let deserializer = json::Objects(deserializer);
        Ok(match operation {
            Operation::EngineDescribe => Self::EngineDescribe(DescribeRequest::deserialize(deserializer)?),
            Operation::ArtefactCheck => Self::ArtefactCheck(ArtefactCheckRequest::deserialize(deserializer)?),
            Operation::CreditScore => Self::CreditScore(Box::deserialize(deserializer)?),
            Operation::CreditScoreBatch => Self::CreditScoreBatch(Box::deserialize(deserializer)?),
            Operation::CashflowAnalyze => Self::CashflowAnalyze(Box::deserialize(deserializer)?),
            Operation::ScorecardDevelop => Self::ScorecardDevelop(Box::deserialize(deserializer)?),
            Operation::ScorecardEvaluate => Self::ScorecardEvaluate(Box::deserialize(deserializer)?),
        })
    }

    /// Returns the request of an operation from JSON, or the error with its place.
    pub fn read(operation: Operation, text: &[u8], limits: &Limits) -> Result<Self> {
        Ok(match operation {
            Operation::EngineDescribe => Self::EngineDescribe(json::read(text, limits)?),
            Operation::ArtefactCheck => Self::ArtefactCheck(json::read(text, limits)?),
            Operation::CreditScore => Self::CreditScore(json::read(text, limits)?),
            Operation::CreditScoreBatch => Self::CreditScoreBatch(json::read(text, limits)?),
            Operation::CashflowAnalyze => Self::CashflowAnalyze(json::read(text, limits)?),
            Operation::ScorecardDevelop => Self::ScorecardDevelop(json::read(text, limits)?),
            Operation::ScorecardEvaluate => Self::ScorecardEvaluate(json::read(text, limits)?),
        })
    }

    /// Returns the operation that the request belongs to.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::EngineDescribe(_) => Operation::EngineDescribe,
            Self::ArtefactCheck(_) => Operation::ArtefactCheck,
            Self::CreditScore(_) => Operation::CreditScore,
            Self::CreditScoreBatch(_) => Operation::CreditScoreBatch,
            Self::CashflowAnalyze(_) => Operation::CashflowAnalyze,
            Self::ScorecardDevelop(_) => Operation::ScorecardDevelop,
            Self::ScorecardEvaluate(_) => Operation::ScorecardEvaluate,
        }
    }

    /// Returns what every recorded operation has in common.
    pub(super) fn common(&mut self) -> Option<Common<'_>> {
        match self {
            Self::EngineDescribe(_) | Self::ArtefactCheck(_) => None,
            Self::CreditScore(it) => Some(Common { as_of: &mut it.as_of, key: &mut it.idempotency_key }),
            Self::CreditScoreBatch(it) => Some(Common { as_of: &mut it.as_of, key: &mut it.idempotency_key }),
            Self::CashflowAnalyze(it) => Some(Common { as_of: &mut it.as_of, key: &mut it.idempotency_key }),
            Self::ScorecardDevelop(it) => Some(Common { as_of: &mut it.as_of, key: &mut it.idempotency_key }),
            Self::ScorecardEvaluate(it) => {
                Some(Common { as_of: &mut it.as_of, key: &mut it.idempotency_key })
            }
        }
    }
}

/// The fields that the Desk reads and fills.
pub(super) struct Common<'r> {
    pub(super) as_of: &'r mut Option<Instant>,
    pub(super) key: &'r mut Option<Id>,
}

impl Serialize for Request {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        match self {
            Self::EngineDescribe(it) => it.serialize(serializer),
            Self::ArtefactCheck(it) => it.serialize(serializer),
            Self::CreditScore(it) => it.serialize(serializer),
            Self::CreditScoreBatch(it) => it.serialize(serializer),
            Self::CashflowAnalyze(it) => it.serialize(serializer),
            Self::ScorecardDevelop(it) => it.serialize(serializer),
            Self::ScorecardEvaluate(it) => it.serialize(serializer),
        }
    }
}

/// Asks what the engine is and holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DescribeRequest {}

/// Asks whether an artefact would load, without loading it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArtefactCheckRequest {
    /// The artefact or bundle.
    pub artefact: Tree,
}

/// Asks for the score of one applicant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditScoreRequest {
    /// Transactions in the form of the Akiba API; replaces `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub akiba: Option<AkibaRequest>,
    /// The instant that is scored; the Desk's clock fills it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// Who reads the explanation; default `internal`.
    #[serde(default)]
    pub audience: Audience,
    /// `id` or `id@version` of a card; default by the routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// What the credit is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// Whether the explanation says what would change the decision; default true.
    #[serde(default = "yes")]
    pub counterfactual: bool,
    /// What the sources answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// Sources that the score rests on; each must be in `data`, and nothing else.
    #[serde(default)]
    pub data_sources: Vec<SourceKey>,
    /// The host's id of the applicant; opaque, up to 128 bytes.
    pub entity_id: Id,
    /// Whom the card must score.
    pub entity_type: EntityType,
    /// Whether the answer carries an explanation; default true.
    #[serde(default = "yes")]
    pub explain: bool,
    /// The inputs of the card by name, null for missing; replaces `data`.
    #[serde(default, deserialize_with = "json::map_option", skip_serializing_if = "Option::is_none")]
    pub features: Option<BTreeMap<String, Scalar>>,
    /// The same key and request give the stored answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// What reasons compare with; default as the card's data allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_method: Option<ReasonMethod>,
    /// Seed of simulations; a score uses none and echoes it.
    #[serde(default, deserialize_with = "json::integer")]
    pub seed: i64,
}

/// Who reads an explanation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Audience {
    /// The applicant: codes and texts only.
    Customer,
    /// The lender's staff: points, values and rows too.
    #[default]
    Internal,
}

/// What a credit is for; the names are those of the Kapix API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Context {
    /// Currency of `loan_amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Amount of the loan in minor units.
    #[serde(default, deserialize_with = "json::integer_option", skip_serializing_if = "Option::is_none")]
    pub loan_amount: Option<i64>,
    /// Purpose of the loan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loan_purpose: Option<String>,
    /// Days until the loan is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenure_days: Option<u32>,
}

/// Asks for the scores of many applicants, given as columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditScoreBatchRequest {
    /// The instant that is scored; the Desk's clock fills it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// `id` or `id@version` of a card; default by the routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// Inputs by name, one value a row, when no frame is given.
    #[serde(default, deserialize_with = "json::map_option", skip_serializing_if = "Option::is_none")]
    pub columns: Option<BTreeMap<String, Vec<Scalar>>>,
    /// Whom the card must score.
    pub entity_type: EntityType,
    /// The same key and request give the stored answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// Columns beside the score; default none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<ScoreInclude>,
    /// Seed of simulations; a score uses none and echoes it.
    #[serde(default, deserialize_with = "json::integer")]
    pub seed: i64,
}

/// Asks for the cash-flow features of one applicant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CashflowAnalyzeRequest {
    /// Transactions in the form of the Akiba API; replaces `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub akiba: Option<AkibaRequest>,
    /// The instant that windows end at; the Desk's clock fills it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// What the sources answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// The host's id of the applicant; opaque, up to 128 bytes.
    pub entity_id: Id,
    /// The same key and request give the stored answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// Seed of simulations; features use none and echo it.
    #[serde(default, deserialize_with = "json::integer")]
    pub seed: i64,
}

const fn yes() -> bool {
    true
}

/// Returns the instant of a request, or the error that names its absence.
pub(super) fn instant(as_of: Option<Instant>) -> Result<Instant> {
    as_of.ok_or_else(|| {
        Error::new(Cause::TimeAsOfMissing, "as_of is required: this engine has no clock").at("/as_of")
    })
}
