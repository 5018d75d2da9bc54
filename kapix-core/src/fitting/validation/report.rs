//! The settings and the report of a validation, as they are on the wire.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// How a validation is presented.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValidationSettings {
    /// Bins of the score distribution, 1..=200; default 20.
    pub distribution_bins: u16,
    /// Groups of the gains table, 2..=100; default 10.
    pub gains_groups: u16,
    /// Groups of the calibration table, of ECE, of Brier's parts and of Hosmer-Lemeshow, 3..=100; default 10.
    pub groups: u16,
    /// Level of the intervals, in 0.5..1; default 0.95.
    pub interval_level: f64,
    /// Points of the ROC curve besides (0, 0), 2..=1000; default 100.
    pub roc_points: u16,
}

impl Default for ValidationSettings {
    fn default() -> Self {
        Self { distribution_bins: 20, gains_groups: 10, groups: 10, interval_level: 0.95, roc_points: 100 }
    }
}

/// How well a score ranks the rows of a sample and a PD fits them. Bads and goods are weights of rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValidationReport {
    /// Area under the ROC curve.
    pub auc: Option<AucEstimate>,
    /// Bad rate, in 0..=1.
    pub bad_rate: Option<f64>,
    /// Weight of the bad rows, at least 0.
    pub bads: f64,
    /// The bands of the card from the riskiest to the safest, with their tests; empty without bands. Bounds are scores.
    pub bands: Vec<TestedGroup>,
    /// How the PD fits; null without PDs.
    pub calibration: Option<CalibrationMeasures>,
    /// Histogram of the scores.
    pub distribution: Vec<ScoreBin>,
    /// Gains and lift from the lowest scores on.
    pub gains: Vec<GainsRow>,
    /// 2 AUC - 1, in -1..=1.
    pub gini: Option<f64>,
    /// Weight of the good rows, at least 0.
    pub goods: f64,
    /// Greatest distance between the distributions of goods and bads.
    pub ks: Option<KolmogorovSmirnov>,
    /// JSON pointer within this report and cause of each figure that is null.
    pub null_reasons: BTreeMap<String, ValidationNull>,
    /// The ROC curve from (0, 0) to (1, 1).
    pub roc: Vec<RocPoint>,
    /// Number of rows.
    pub rows: u64,
}

/// Why a figure is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, IntoStaticStr, VariantArray, EnumMessage)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
pub enum ValidationNull {
    /// A row is bad at PD 0 or good at PD 1, or a PD is 0 or 1 where its log-odds are needed.
    #[strum(message = "Give PDs above 0 and below 1.")]
    CertainPd,
    /// The rows carry no PD.
    #[strum(message = "Give PDs, or calibrate the card.")]
    NoPd,
    /// There are no rows.
    #[strum(message = "Give rows.")]
    NoRows,
    /// The figure does not vary, as the area of a perfect rank.
    #[strum(message = "Nothing: no error of the estimate can be computed.")]
    NoVariance,
    /// The rows hold no bads or no goods.
    #[strum(message = "Give rows of both classes.")]
    OneClass,
    /// The PDs separate goods from bads, or are all equal: no finite slope.
    #[strum(message = "Give more rows, or PDs that differ.")]
    Separated,
    /// Too few rows or groups.
    #[strum(message = "Give more rows, or ask for fewer groups.")]
    TooFew,
    /// The test counts rows; weighted rows have no counts.
    #[strum(message = "Leave the weights out where the test is needed.")]
    Weighted,
}

/// Both ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// An area under the ROC curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AucEstimate {
    /// DeLong's interval at the level of the settings, within 0..=1.
    pub interval: Option<Interval>,
    /// DeLong's standard error, at least 0.
    pub standard_error: Option<f64>,
    /// The area, in 0..=1: the probability that a good row scores above a bad one, ties half.
    pub value: f64,
}

/// The difference of two areas of the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AucDifference {
    /// DeLong's interval, within -1..=1.
    pub interval: Option<Interval>,
    /// Two-sided p-value of equal areas, in 0..=1.
    pub p_value: Option<f64>,
    /// DeLong's standard error, at least 0.
    pub standard_error: Option<f64>,
    /// First area minus second, in -1..=1.
    pub value: f64,
}

/// The greatest distance between two distributions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KolmogorovSmirnov {
    /// The least score at and below which the shares of goods and bads differ most.
    pub threshold: f64,
    /// The distance, in 0..=1.
    pub value: f64,
}

/// One group of the gains table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GainsRow {
    /// Bad rate of the group, in 0..=1.
    pub bad_rate: f64,
    /// Weight of the bad rows.
    pub bads: f64,
    /// Share of all bads in this group and those below, in 0..=1.
    pub cumulative_bads: f64,
    /// Share of all goods in this group and those below, in 0..=1.
    pub cumulative_goods: f64,
    /// Bad rate of this group and those below, in multiples of the bad rate of all.
    pub cumulative_lift: f64,
    /// Weight of the good rows.
    pub goods: f64,
    /// Bad rate in multiples of the bad rate of all, at least 0.
    pub lift: f64,
    /// Highest score of the group.
    pub score_max: f64,
    /// Lowest score of the group.
    pub score_min: f64,
}

/// One point of the ROC curve: the shares at or below a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RocPoint {
    /// Share of the bads, in 0..=1: the true positive rate.
    pub bads: f64,
    /// Share of the goods, in 0..=1: the false positive rate.
    pub goods: f64,
}

/// One bin `[lower, upper)` of the score distribution; the last one holds its upper bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoreBin {
    /// Weight of the bad rows.
    pub bads: f64,
    /// Weight of the good rows.
    pub goods: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// How a PD fits the outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalibrationMeasures {
    /// Mean of (PD - outcome)^2, in 0..=1, and its parts.
    pub brier: Brier,
    /// Expected calibration error, in 0..=1: mean over the groups of abs(bad rate - mean PD), by size.
    pub ece: f64,
    /// Groups of about equal size by ascending PD, with their tests. Bounds are PDs.
    pub groups: Vec<TestedGroup>,
    /// Test of the groups against their mean PDs.
    pub hosmer_lemeshow: Option<HosmerLemeshow>,
    /// Calibration in the large, in nats: the a of logit P(bad) = a + logit PD; 0 is ideal, above 0 the PDs are too low.
    pub in_the_large: Option<Estimate>,
    /// Probability that the true rate is at most the mean PD: Beta(D + 1/2, N - D + 1/2) at it, in 0..=1.
    pub jeffreys_p: Option<f64>,
    /// Mean of -ln P(outcome), in nats, at least 0.
    pub log_loss: Option<f64>,
    /// Mean PD, in 0..=1.
    pub mean_pd: f64,
    /// The b of logit P(bad) = a + b logit PD; 1 is ideal, below 1 the PDs are too extreme.
    pub slope: Option<Estimate>,
}

/// The Brier score and its parts: score = reliability - resolution + uncertainty + within.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Brier {
    /// Mean square distance between bad rate and mean PD of the groups, at least 0; small is good.
    pub reliability: f64,
    /// Mean square distance between the bad rates of the groups and of all, at least 0; large is good.
    pub resolution: f64,
    /// Mean of (PD - outcome)^2, in 0..=1.
    pub score: f64,
    /// Rate (1 - rate) of all rows, in 0..=0.25: the score of the bad rate as PD of all.
    pub uncertainty: f64,
    /// The part of the score from differences of PDs within the groups; 0 where a group has one PD.
    pub within: f64,
}

/// An estimate and its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// Standard error, at least 0; of weighted rows by the sandwich.
    pub standard_error: f64,
    /// The estimate.
    pub value: f64,
}

/// A test of Hosmer and Lemeshow.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HosmerLemeshow {
    /// Sum over groups of (D - E)^2/E + (D - E)^2/(N - E), E the sum of PDs; at least 0.
    pub chi_square: f64,
    /// g - 2 on the rows of the fit, g on others, for g groups.
    pub degrees_of_freedom: u32,
    /// Probability of a greater statistic if the PDs are right, in 0..=1.
    pub p_value: f64,
}

/// A group of rows, its PD, and tests of that PD against the outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TestedGroup {
    /// Bad rate, in 0..=1; null without rows.
    pub bad_rate: Option<f64>,
    /// Weight of the bad rows.
    pub bads: f64,
    /// Probability of as many bads or more if each is bad with the mean PD, in 0..=1; null without PDs or rows and with
    /// weights.
    pub binomial_p: Option<f64>,
    /// Weight of the good rows.
    pub goods: f64,
    /// Probability that the true rate is at most the mean PD, by Jeffreys' prior, in 0..=1; null as `binomial_p`.
    pub jeffreys_p: Option<f64>,
    /// Least value of the group; of a band its least score, null in the riskiest.
    pub lower: Option<f64>,
    /// Mean PD, in 0..=1; null without PDs or rows.
    pub mean_pd: Option<f64>,
    /// Greatest value of the group; of a band the least score of the next one, not included, null in the safest.
    pub upper: Option<f64>,
}
