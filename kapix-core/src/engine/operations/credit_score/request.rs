//! The request of `credit.score`, as it is on the wire.

use crate::domain::{Data, SourceKey};
use crate::engine::operations::yes;
use crate::id::Id;
use crate::json::Scalar;
use crate::money::Currency;
use crate::scorecard::{EntityType, ReasonMethod};
use crate::time::Instant;
use crate::view::akiba::AkibaRequest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Asks for the score of one applicant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditScoreRequest {
    /// Transactions in the form of the Akiba API; replaces `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub akiba: Option<AkibaRequest>,
    /// The instant that is scored; the engine's clock fills it when absent.
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
    /// Sources that the score rests on; each must be in `data`, and nothing else. Without `data` they are read from what
    /// `entity.put` keeps under `entity_id`.
    #[serde(default)]
    pub data_sources: Vec<SourceKey>,
    /// Your id of the applicant; opaque, up to 128 bytes.
    pub entity_id: Id,
    /// Whom the card must score.
    pub entity_type: EntityType,
    /// Whether the answer carries an explanation; default true.
    #[serde(default = "yes")]
    pub explain: bool,
    /// The inputs of the card by name, null for missing; replaces `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<BTreeMap<String, Scalar>>,
    /// The same key and request give the stored answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// What reasons compare with; default as the card's data allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_method: Option<ReasonMethod>,
    /// Seed of simulations; a score uses none and echoes it.
    #[serde(default)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loan_amount: Option<i64>,
    /// Purpose of the loan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loan_purpose: Option<String>,
    /// Days until the loan is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenure_days: Option<u32>,
}
