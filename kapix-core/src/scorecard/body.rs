//! The card as a document.

use super::finding::DevelopmentFinding;
use super::missing::WithheldSet;
use crate::canonical::Hash;
use crate::domain::FindingKind;
use crate::fitting::CalibrationCurve;
use crate::json::Scalar;
use crate::json_value::JsonValue;
use crate::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strum::IntoStaticStr;

/// The body of an artefact of kind `scorecard`.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CardBody {
    /// Findings of the ledger that do not turn an approval into a referral for this card.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepts: Vec<FindingKind>,
    /// Risk bands from the safest to the riskiest.
    pub bands: Vec<BandBody>,
    /// Points that every applicant has.
    #[serde(default)]
    pub base_points: i32,
    /// Characteristics in the order in which ties are broken.
    pub characteristics: Vec<CharacteristicBody>,
    /// Totals at which the decision changes. Without them every application is referred.
    pub cutoffs: Option<Cutoffs>,
    /// SHA-256 of the definition of each cash-flow feature that the card reads.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub definitions: BTreeMap<String, Hash>,
    /// What the development measured; absent in an expert card.
    pub development: Option<DevelopmentBody>,
    /// Whom the card scores.
    pub entity_types: Vec<EntityType>,
    /// The least history that the card accepts.
    pub minimum: Minimum,
    /// Texts that say that there is no value, without white space at their ends. An input that is such a text counts as
    /// missing, unless an attribute or a special value names it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_texts: Vec<String>,
    /// What the card's PD means.
    pub pd_basis: PdBasis,
    /// Texts of the reason codes.
    pub reasons: BTreeMap<String, ReasonText>,
    /// Names of the inputs without which the application is referred. Without a list, an expert card requires every
    /// input, and a developed card none.
    pub required: Option<Vec<String>>,
    /// How points translate to odds.
    pub scaling: Scaling,
}

/// Whom a card scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
pub enum EntityType {
    /// A natural person.
    Individual,
    /// A small or medium enterprise.
    Sme,
    /// A corporate.
    Corporate,
}

impl EntityType {
    /// Returns the wire name.
    ///
    /// ```
    /// use kapix_core::scorecard::EntityType;
    ///
    /// assert_eq!(EntityType::Sme.as_str(), "sme");
    /// ```
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The outcome of a score under the card's cut-offs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
pub enum Decision {
    /// Below the refer cut-off.
    Decline,
    /// A person decides.
    Refer,
    /// At or above the approve cut-off.
    Approve,
}

impl Decision {
    /// Returns the wire name.
    ///
    /// ```
    /// use kapix_core::scorecard::Decision;
    ///
    /// assert_eq!(Decision::Refer.as_str(), "refer");
    /// ```
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One risk band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BandBody {
    /// Name of the band, local to the card.
    pub id: String,
    /// Least total of the band; null only in the last band.
    pub points_min: Option<i32>,
}

/// One characteristic: a feature and the points of its attributes.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CharacteristicBody {
    /// Attributes; those of a numeric characteristic ascend and cover every number.
    pub attributes: Vec<AttributeBody>,
    /// Name of the input: a cash-flow feature, `SOURCE.NAME` of a flat source, or a name of your own.
    pub feature: String,
    /// Name of the characteristic within the card.
    pub id: String,
    /// A counterfactual may not move it.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub immovable: bool,
    /// Whether attributes are intervals or sets of categories.
    pub kind: CharacteristicKind,
    /// Why a protected characteristic may be used; shown to auditors.
    pub legal_basis: Option<String>,
    /// Points of a missing input; without them a missing input is INSUFFICIENT_DATA.
    pub missing: Option<Fallback>,
    /// Cost of moving it by one bin in a counterfactual, 1..=1000; default 1.
    pub move_cost: Option<u32>,
    /// Name of a group of numeric characteristics that are windows of one attribute: a counterfactual moves them
    /// together, as one.
    pub moves_with: Option<String>,
    /// Points at which the characteristic neither helps nor harms: by judgement in an expert card, points at
    /// WoE 0 in a developed one.
    pub neutral_points: i32,
    /// The input is protected by law (age, sex, ...); then `legal_basis` must be stated.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub protected: bool,
    /// Numbers outside are refused as VALIDATION_ERROR; special values are allowed.
    pub range: Option<ValueRange>,
    /// The numbers may come as text, such as `60` (numeric only).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub reads_text: bool,
    /// Reason code in the card's table.
    pub reason: String,
    /// Values with a meaning of their own, such as -9 or `no_record`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub special: Vec<SpecialBody>,
    /// Points of a category that no attribute names; without them such an input is INSUFFICIENT_DATA.
    pub unseen: Option<Fallback>,
    /// Why a source, and not the applicant, withholds this input; not needed for `bureau.NAME` and `internal_loans.NAME`.
    pub withheld: Option<String>,
}

/// Whether attributes are intervals or sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CharacteristicKind {
    /// Attributes are intervals `[lower, upper)`.
    Numeric,
    /// Attributes are sets of categories.
    Categorical,
}

/// One attribute: an interval `[lower, upper)` or a set of categories, and its points.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttributeBody {
    /// Categories of the attribute (categorical only). One that is the decimal text of a number without exponent, such
    /// as `2` or `0.5`, also matches that number; `true` and `false` match booleans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Label of the attribute; default is made from bounds or categories.
    pub label: Option<String>,
    /// Least number of the interval, included; null in the first attribute: no lower bound.
    pub lower: Option<f64>,
    /// Points of the attribute.
    pub points: i32,
    /// End of the interval, not included; null in the last attribute: no upper bound.
    pub upper: Option<f64>,
    /// Weight of evidence in nats, of a developed card.
    pub woe: Option<f64>,
}

/// The points of inputs that no attribute covers: missing values, or unseen categories.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fallback {
    /// Points. More than the neutral points only where the development counts show that the bin is safer than the sample.
    pub points: i32,
    /// An approval becomes a referral when this is used.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub refer: bool,
    /// Weight of evidence in nats, of a developed card.
    pub woe: Option<f64>,
}

/// A value with a meaning of its own.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpecialBody {
    /// Label of the value; default is the value.
    pub label: Option<String>,
    /// The value says that there is none: the input counts as missing.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub missing: bool,
    /// Points. More than the neutral points only where the development counts show that the bin is safer than the sample.
    pub points: i32,
    /// The value: a number, a category, or `no_record` for a flat source that holds no record, or for this text as
    /// input.
    pub value: Scalar,
    /// Weight of evidence in nats, of a developed card.
    pub woe: Option<f64>,
}

/// Numbers that an input may take, both ends included.
#[serde_with::skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueRange {
    /// Greatest number.
    pub max: Option<f64>,
    /// Least number.
    pub min: Option<f64>,
}

/// Totals at which the decision changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cutoffs {
    /// Least total that is approved.
    pub approve: i32,
    /// Least total that is referred; below it is declined.
    pub refer: i32,
}

/// The least history that a card accepts.
#[serde_with::skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Minimum {
    /// Days between the last covered day and `as_of` beyond which an approval becomes a referral (INPUT_STALE).
    pub age_days_max: Option<u32>,
    /// Share of the inputs that must be observed, 0..=1; below it the application is referred.
    pub completeness: Option<f64>,
    /// Days of history.
    pub history_days: u32,
    /// Number of transactions.
    pub transactions: u32,
}

/// How points translate to odds: odds(points) = odds0 x 2^((points - points0) / pdo), good : bad.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scaling {
    /// Odds good : bad at `points0`, above 0.
    pub odds0: f64,
    /// Points that double the odds, above 0.
    pub pdo: f64,
    /// Total at which the odds are `odds0`.
    pub points0: f64,
}

/// What a PD means, and on what it rests.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PdBasis {
    /// Number of bad outcomes in the sample.
    pub bads: Option<u64>,
    /// Days from which the sample was taken.
    pub dates: Option<SampleDates>,
    /// What counts as bad.
    pub default_definition: String,
    /// Days within which it counts.
    pub horizon_days: u32,
    /// `calibrated` only with a calibration measured on rows outside the fit.
    pub kind: PdKind,
    /// Number of rows in the sample.
    pub n: Option<u64>,
    /// Who was in the sample.
    pub population: String,
}

/// The first and last day of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SampleDates {
    /// First observation date.
    pub from: Date,
    /// Last observation date.
    pub to: Date,
}

/// Whether a PD is a probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PdKind {
    /// Measured on rows outside the fit: a probability.
    Calibrated,
    /// Not measured: `pd` is null and `score` is a rank.
    Assumed,
}

/// The texts of one reason code.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReasonText {
    /// Text for the applicant when the characteristic lowered the score.
    pub adverse: String,
    /// Text for the applicant when it raised the score.
    pub favourable: String,
    /// Text for the lender's staff; default is the adverse or favourable text.
    pub internal: Option<String>,
    /// Text for both when the input is missing. Default: the texts of an input that is not missing, so `internal` for
    /// the lender's staff where it is stated.
    pub missing: Option<String>,
}

/// What the development of a card measured; all vectors follow the order of the characteristics.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevelopmentBody {
    /// Weight of bad rows.
    pub bads: f64,
    /// From the card's points-to-odds scaling to a probability, measured on rows outside the fit.
    pub calibration: Option<Calibration>,
    /// Covariance of the coefficients: intercept first, then the characteristics; row by row.
    pub coefficient_covariance: Option<Vec<Vec<f64>>>,
    /// Coefficients in nats: intercept first, then one a characteristic, on its WoE.
    pub coefficients: Option<Vec<f64>>,
    /// Weights of good and bad rows in each bin.
    pub counts: Vec<CharacteristicCounts>,
    /// What an auditor must know of the fit: assumptions, left-out columns, and limits of the card.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<DevelopmentFinding>,
    /// Weight of good rows.
    pub goods: f64,
    /// Mean points by characteristic over all rows.
    pub mean_points: Vec<f64>,
    /// Mean points by characteristic of rows with totals at or slightly above the approve cut-off; absent with fewer
    /// than 100 rows from it on.
    pub means_at_cutoff: Option<Vec<f64>>,
    /// The request that developed the card, with every default filled in.
    pub options: Option<JsonValue>,
    /// Covariance of the points between characteristics, row by row; its divisor is the weight of all rows.
    pub points_covariance: Vec<Vec<f64>>,
    /// SHA-256 of the development sample.
    pub sample_sha256: Hash,
    /// What the validation measured, by sample.
    pub validation: Option<JsonValue>,
    /// Sets of inputs that sources withheld from at least 50 development rows, and whose risk the card does not
    /// understate: only there does a decision rest on the points of missing inputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldSet>,
}

/// The weights of good and bad rows in each bin of one characteristic.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CharacteristicCounts {
    /// By attribute.
    pub attributes: Vec<BinCounts>,
    /// Of missing inputs.
    pub missing: Option<BinCounts>,
    /// By special value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub special: Vec<BinCounts>,
    /// Of categories that no attribute names.
    pub unseen: Option<BinCounts>,
}

/// Weights of the rows of one bin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BinCounts {
    /// Weight of bad rows, at least 0.
    pub bads: f64,
    /// Weight of good rows, at least 0.
    pub goods: f64,
}

/// Bad rows, and good rows, outside the fit from which a PD may be called calibrated.
pub(super) const OUTSIDE_MIN: u64 = 20;
/// Text of what the request of a development does not state.
pub(super) const NOT_STATED: &str = "not stated";

/// From the card's points-to-odds scaling to a probability, and the rows that it was measured on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Calibration {
    /// From log-odds of bad by the card's points-to-odds scaling to a PD.
    pub curve: CalibrationCurve,
    /// Bad rows among those that it was measured on.
    pub outside_bads: u64,
    /// Rows outside the fit that it was measured on; a calibrated PD needs 20 bad and 20 good ones.
    pub outside_rows: u64,
}
