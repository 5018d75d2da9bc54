//! The request of `policy.run`, as it is on the wire.

use super::PolicySplit;
use crate::canonical;
use crate::domain::{Data, SourceKey};
use crate::engine::operations::credit_score::{Audience, Context};
use crate::engine::operations::table::Operation;
use crate::error::Result;
use crate::id::Id;
use crate::json::Scalar;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::scorecard::EntityType;
use crate::time::Instant;
use crate::view::akiba::AkibaRequest;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// An earlier result that an application brings by its id.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::engine) struct EarlierId {
    pub(in crate::engine) id: String,
    /// The name of the input that brings it.
    pub(in crate::engine) name: &'static str,
    pub(in crate::engine) operation: Operation,
}

/// Asks for a decision on one application.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyRunRequest {
    /// What the steps of the policy are given of the applicant: each operation takes the fields that it has.
    #[serde(default)]
    pub applicant: Applicant,
    /// The instant of the application; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// Who reads the reasons; default `internal`.
    #[serde(default)]
    pub audience: Audience,
    /// Whether the answer to a decline says which least change of the inputs that the applicant can change would be approved;
    /// default false.
    #[serde(default)]
    pub counterfactual: bool,
    /// Your id of the applicant; opaque, up to 128 bytes.
    pub entity_id: Id,
    /// The same key and request give the stored answer.
    pub idempotency_key: Option<Id>,
    /// Earlier results that stand for steps; they come by `decisions.run`.
    #[serde(skip)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(in crate::engine) earlier: Vec<EarlierId>,
    /// The inputs of the policy by name: a value, or `{value, at, entity_id}` with its date and owner. Null is missing.
    #[serde(default)]
    pub inputs: BTreeMap<String, JsonValue>,
    /// Language of the reasons, ISO 639-1; default `en`, also where a reason has no text in it. The answer's `language` is `en`
    /// where neither the engine nor the policy has any text in it.
    #[serde(default = "english")]
    pub language: String,
    /// `id` or `id@version` of a policy.
    pub policy: String,
    /// Seed of simulations; a policy uses none itself, hands it to its steps and echoes it.
    #[serde(default)]
    pub seed: i64,
    /// At most 8 policies, `id` or `id@version`, that are run beside the one that decides and never touch the outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadows: Vec<String>,
    /// Challengers that decide a share of the applicants in place of `policy`.
    pub split: Option<PolicySplit>,
    /// Whether the answer says of every row why it did not match; default false.
    #[serde(default)]
    pub trace: bool,
}

pub(in crate::engine) fn english() -> String {
    "en".to_owned()
}

/// What operations are given of an applicant; the fields are those of `credit.score`.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Applicant {
    /// Transactions in the form of the Akiba API.
    pub akiba: Option<AkibaRequest>,
    /// What the credit is for.
    pub context: Option<Context>,
    /// What the sources answered.
    pub data: Option<Data>,
    /// Sources that results rest on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub data_sources: Vec<SourceKey>,
    /// Whom a card must score.
    pub entity_type: Option<EntityType>,
    /// The inputs of a card by name, null for missing.
    pub features: Option<BTreeMap<String, Scalar>>,
}

impl Applicant {
    /// Returns the fields as they are written in the request of a step; a feature that is NaN is missing, as in `credit.score`.
    pub(super) fn as_json(&self, limits: &Limits) -> Result<JsonValue> {
        let is_nan = |value: &Scalar| matches!(value, Scalar::Number(number) if number.is_nan());
        let own = match &self.features {
            Some(features) if features.values().any(is_nan) => {
                let known = |(name, value): (&String, &Scalar)| {
                    (name.clone(), if is_nan(value) { Scalar::Null } else { value.clone() })
                };
                canonical::to_vec(&Self {
                    features: Some(features.iter().map(known).collect()),
                    ..self.clone()
                })
            }
            _ => canonical::to_vec(self),
        };
        JsonValue::read_text(&own?, limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_is_no_number_is_missing_as_in_a_score() {
        let features = [("a", Scalar::Number(f64::NAN)), ("b", Scalar::Number(2.0)), ("c", Scalar::Null)];
        let features = features.map(|(name, value)| (name.to_owned(), value)).into();
        let applicant = Applicant { features: Some(features), ..Applicant::default() };
        let json = applicant.as_json(&Limits::default()).unwrap();
        assert_eq!(
            String::from_utf8(canonical::to_vec(&json).unwrap()).unwrap(),
            r#"{"features":{"a":null,"b":2,"c":null}}"#
        );
    }
}
