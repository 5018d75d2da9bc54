//! The answer of `credit.score`, as it is on the wire; fields stand in alphabetical order, so that the canonical form
//! is written as they come.

use super::explanation::Explained;
use super::null_reason::{InputNullReason, ScoreNullReason};
use crate::audit::ArtefactRef;
use crate::cashflow::SelectedRows;
use crate::domain::Finding;
use crate::id::Id;
use crate::scorecard::{Decision, EntityType, PdBasis, ReasonMethod};
use crate::time::{Date, Instant};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// The score of one applicant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditScoreResponse {
    /// The instant that was scored.
    pub as_of: Instant,
    /// The card that answered.
    pub card: ArtefactRef,
    /// Probability, 0..=1, that the decision stays when missing inputs become known and the card is
    /// developed anew; null for an expert card.
    pub confidence: Option<f64>,
    /// Share of the card's characteristics whose input was observed, 0..=1. An input that two of them read counts twice.
    pub data_completeness: f64,
    /// The outcome under the card's cut-offs; see `referral_reasons`.
    pub decision: Decision,
    /// Your id of the applicant.
    pub entity_id: Id,
    /// Whom the card scored.
    pub entity_type: EntityType,
    /// Why; absent with `explain: false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Explanation<'static>>"))]
    pub explanation: Option<Explained>,
    /// The last civil day of every window: the latest covered day of any account; null where no account was read.
    pub features_as_of: Option<Date>,
    /// What the ledger says of the data.
    pub findings: Vec<Finding>,
    /// Names of the inputs that are missing, each once, in card order.
    pub missing_inputs: Vec<Arc<str>>,
    /// Cause of each null, by JSON pointer.
    pub null_reasons: BTreeMap<&'static str, ScoreNullReason>,
    /// Probability of default within the horizon, 0..=1; null unless calibrated.
    pub pd: Option<f64>,
    /// What the PD means.
    pub pd_basis: Arc<PdBasis>,
    /// Total points, higher is safer.
    pub points: i32,
    /// Least and greatest total of the card.
    pub points_range: PointsRange,
    /// What forbids the decision of the points; what forbids an approval is reported even where the points decline.
    pub referral_reasons: Vec<ReferralReason>,
    /// Band of the total, local to the card.
    pub risk_band: Arc<str>,
    /// 1 - PD, 0..=1, higher is safer; only a rank unless the PD is calibrated.
    pub score: f64,
    /// The request's seed.
    pub seed: i64,
    /// JSON pointers to what the request gives and the card does not read.
    pub unused: Vec<String>,
}

/// The least and the greatest total of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PointsRange {
    /// Greatest total; special, missing and unseen values count.
    pub max: i32,
    /// Least total; special, missing and unseen values count.
    pub min: i32,
}

/// One thing that forbids a decision by points. An approval becomes a referral; a decline does too where an input is
/// missing that could lift it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReferralReason {
    /// What it is.
    pub code: ReferralCode,
    /// JSON pointers to the findings or inputs concerned.
    pub fields: Vec<String>,
    /// Names of the inputs concerned, each once.
    pub inputs: Vec<Arc<str>>,
    /// What to do; of data that are too old also their age and the limit, in days.
    pub message: String,
}

/// What forbids an approval.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr, VariantArray, EnumMessage,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ReferralCode {
    /// The data contradict themselves.
    #[strum(
        message = "Look into the findings that `fields` names; a card may list their kinds in `accepts`."
    )]
    DataQuality,
    /// The data end too long before `as_of`.
    #[strum(message = "Bring data that reach closer to `as_of`.")]
    InputStale,
    /// The decision hangs on inputs that are missing, or a missing or unseen one forbids an approval. A case that is referred so
    /// has no counterfactual.
    #[strum(message = "Bring what `inputs` names; what no data can give is for a person to decide.")]
    MissingInput,
    /// The card has no cut-offs.
    #[strum(message = "State `cutoffs` in the card.")]
    NoCutoffs,
}

/// Why a total is what it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation<'e> {
    /// What lowered the score, at most four, the strongest first.
    pub adverse_reasons: Vec<ReasonView<'e>>,
    /// Points of every applicant; with those of the characteristics they sum to the total. Internal only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_points: Option<i32>,
    /// The points of each characteristic. Internal only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characteristics: Option<Vec<CharacteristicView<'e>>>,
    /// The smallest change that improves the decision by one step. Null when there is none, or when a card of many
    /// characteristics with many different costs would make the search take seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterfactual: Option<CounterfactualView<'e>>,
    /// What raised the score, at most four, the strongest first.
    pub favourable_reasons: Vec<ReasonView<'e>>,
    /// What the reasons compare with.
    pub reason_method: ReasonMethod,
    /// Rows behind the features of the reasons, by selection. Internal only.
    #[serde(skip_serializing_if = "no_selections")]
    pub selections: &'e BTreeMap<&'static str, Vec<SelectedRows>>,
    /// Features by weight, at most eight, zeros left out.
    pub top_features: Vec<TopFeature<'e>>,
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReasonView<'e> {
    /// Code in the card's table.
    pub code: &'e str,
    /// Features that carry it, the strongest first.
    pub features: Vec<&'e str>,
    /// Points against the reference, below 0 adverse. Internal only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// The reason in words, for the audience.
    pub text: &'e str,
}

/// The weight of one feature.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TopFeature<'e> {
    /// Whether it raised or lowered the total against its reference.
    pub direction: Effect,
    /// Name of the feature.
    pub feature: &'e str,
    /// Share in the absolute deviations of all features, 0..=1.
    pub weight: f64,
}

/// The direction of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Effect {
    /// It raised the total.
    Positive,
    /// It lowered the total.
    Negative,
}

/// The points of one characteristic.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CharacteristicView<'e> {
    /// The attribute that the input fell into.
    pub attribute: &'e str,
    /// Id of the characteristic.
    pub characteristic: &'e str,
    /// Name of the feature.
    pub feature: &'e str,
    /// Why the input is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub null_reason: Option<InputNullReason>,
    /// Its points.
    pub points: i32,
    /// The input where it is a number.
    pub value: Option<f64>,
}

/// The smallest change that improves the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CounterfactualView<'e> {
    /// The decision after the moves.
    pub decision: Decision,
    /// The moves, in card order.
    pub moves: Vec<MoveView<'e>>,
    /// The total after the moves.
    pub points: i32,
}

/// One characteristic that moves to another attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MoveView<'e> {
    /// Name of the feature.
    pub feature: &'e str,
    /// The attribute that it leaves.
    pub from: &'e str,
    /// The windows of one attribute that it moves together with, by the name that the card gives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moves_with: Option<&'e str>,
    /// Points that the move adds; at most 0 only where it moves together with others.
    pub points: i32,
    /// The attribute that it moves to.
    pub to: &'e str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference to the field")]
fn no_selections(selections: &&BTreeMap<&'static str, Vec<SelectedRows>>) -> bool {
    selections.is_empty()
}
