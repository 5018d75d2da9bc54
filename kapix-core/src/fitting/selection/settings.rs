//! The settings and the report of a selection.

use crate::error::{Cause, Error, Result};
use serde::{Deserialize, Serialize};

/// How characteristics are selected. The defaults are those of the module's first page.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SelectionSettings {
    /// Most characteristics in the card, at least 1; null: no bound.
    pub characteristics_max: Option<i64>,
    /// Whether only the characteristic of the highest information value of each cluster stays; default false.
    pub cluster_best: bool,
    /// Clusters join while the average of abs(r) between them is at least this, 0..=1; null: no clusters; default 0.7.
    #[serialize_always]
    pub cluster_correlation: Option<f64>,
    /// Greatest abs(r) of two weight of evidence columns, 0..=1; of a pair the one of lower information value leaves;
    /// null: no bound; default 0.95.
    #[serialize_always]
    pub correlation_max: Option<f64>,
    /// What stepwise search minimises or tests; default `aic`.
    pub criterion: Criterion,
    /// Characteristics left out by name.
    pub excluded: Vec<String>,
    /// Characteristics that no step removes.
    pub forced: Vec<String>,
    /// Least abs(Gini) of a characteristic alone, 0..=1; default 0.
    pub gini_min: f64,
    /// Least information value, at least 0; default 0: what is significant is measured by `significance_max`, which knows
    /// the size of the sample.
    pub iv_min: f64,
    /// Above this abs(Gini) of one characteristic it is taken to leak the outcome and left out unless forced, 0..=1;
    /// default 0.95.
    pub leak_gini: f64,
    /// Above this information value of one characteristic it is taken to leak the outcome and left out unless forced;
    /// default 5.
    pub leak_iv: f64,
    /// Stepwise search; default `none`.
    pub method: SelectionMethod,
    /// With `p_value`: a characteristic enters below this p-value of the likelihood ratio, 0..=1; default 0.05.
    pub p_enter: f64,
    /// With `p_value`: a characteristic leaves above this p-value, at least `p_enter`, 0..=1; default 0.10.
    pub p_remove: f64,
    /// Greatest p-value of Pearson's test that all bins of a characteristic have one bad rate, 0..=1; default 0.01. Bins
    /// that were chosen for their differences pass such a test too easily, hence not the usual 0.05.
    pub significance_max: f64,
    /// Whether a characteristic whose coefficient is not negative leaves: higher weight of evidence is lower risk.
    /// Default true.
    pub sign: bool,
    /// Greatest variance inflation 1/(1 - R2), at least 1; null: no bound; default null.
    pub vif_max: Option<f64>,
}

impl Default for SelectionSettings {
    fn default() -> Self {
        Self {
            characteristics_max: None,
            cluster_best: false,
            cluster_correlation: Some(0.7),
            correlation_max: Some(0.95),
            criterion: Criterion::Aic,
            excluded: Vec::new(),
            forced: Vec::new(),
            gini_min: 0.0,
            iv_min: 0.0,
            leak_gini: 0.95,
            leak_iv: 5.0,
            method: SelectionMethod::None,
            p_enter: 0.05,
            p_remove: 0.10,
            sign: true,
            significance_max: 0.01,
            vif_max: None,
        }
    }
}

impl SelectionSettings {
    /// Returns an error unless each setting is in its range.
    pub(crate) fn check(&self) -> Result<()> {
        let unit = 0.0..=1.0;
        let checks = [
            (self.characteristics_max.is_none_or(|most| most >= 1), "characteristics_max", "at least 1"),
            (self.cluster_correlation.is_none_or(|r| unit.contains(&r)), "cluster_correlation", "in 0..=1"),
            (self.correlation_max.is_none_or(|r| unit.contains(&r)), "correlation_max", "in 0..=1"),
            (unit.contains(&self.gini_min), "gini_min", "in 0..=1"),
            (self.iv_min >= 0.0, "iv_min", "at least 0"),
            (unit.contains(&self.leak_gini), "leak_gini", "in 0..=1"),
            (self.leak_iv >= 0.0, "leak_iv", "at least 0"),
            (unit.contains(&self.p_enter), "p_enter", "in 0..=1"),
            ((self.p_enter..=1.0).contains(&self.p_remove), "p_remove", "in p_enter..=1"),
            (unit.contains(&self.significance_max), "significance_max", "in 0..=1"),
            (self.vif_max.is_none_or(|vif| vif >= 1.0), "vif_max", "at least 1"),
        ];
        match checks.iter().find(|(holds, ..)| !holds) {
            None => Ok(()),
            Some((_, name, range)) => {
                Err(Error::new(Cause::ValueOutOfRange, format!("{name} must be {range}"))
                    .at(format!("/{name}")))
            }
        }
    }
}

/// The way of a stepwise search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SelectionMethod {
    /// No search.
    None,
    /// From the forced characteristics, one enters at a time.
    Forward,
    /// From all, one leaves at a time.
    Backward,
    /// From the forced characteristics; after each that enters, those that lost their place leave.
    Stepwise,
}

/// What a stepwise search minimises or tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Criterion {
    /// Akaike's: a coefficient must raise the log-likelihood by 1.
    Aic,
    /// Schwarz's: by half of ln(weight).
    Bic,
    /// The likelihood-ratio test against `p_enter` and `p_remove`.
    PValue,
}

/// What a selection did.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SelectionReport {
    /// The selected characteristics, in the order given.
    pub chosen: Vec<String>,
    /// Clusters of more than one correlated characteristic, by average linkage on 1 - abs(r).
    pub clusters: Vec<Cluster>,
    /// Characteristics above the bounds of a leak, whether left out or forced.
    pub leaking: Vec<String>,
    /// Selected characteristics that are marked protected.
    pub protected: Vec<String>,
    /// The steps in their order.
    pub steps: Vec<SelectionStep>,
    /// Variance inflation of the selected characteristics, in their order.
    pub vif: Vec<f64>,
    /// Forced characteristics whose coefficient is not negative.
    pub wrong_sign: Vec<String>,
}

/// Characteristics that carry much the same information.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cluster {
    /// Their names, of the highest information value first.
    pub characteristics: Vec<String>,
    /// Average abs(r) at which the cluster was joined last, 0..=1.
    pub correlation: f64,
}

/// One step of a selection.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SelectionStep {
    /// What happened.
    pub action: SelectionAction,
    /// The characteristic.
    pub characteristic: String,
    /// False where the value is the quadratic approximation of Lawless and Singhal, not a fit.
    pub is_exact: bool,
    /// The bound that decided; null where there is none.
    #[serialize_always]
    pub limit: Option<f64>,
    /// The other characteristic of a correlated pair.
    pub other: Option<String>,
    /// Why.
    pub reason: SelectionReason,
    /// Number of the step, from 1.
    pub step: usize,
    /// The value that decided: by `reason` an information value, a Gini, a correlation, a variance inflation, a
    /// coefficient by its standard error, a change of the criterion or a p-value; null where there is none.
    #[serialize_always]
    pub value: Option<f64>,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SelectionAction {
    /// The characteristic entered.
    Add,
    /// The characteristic left.
    Remove,
}

/// Why a step was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SelectionReason {
    /// Left out by name.
    Excluded,
    /// The Gini is above `leak_gini`.
    LeakGini,
    /// The information value is above `leak_iv`.
    LeakIv,
    /// The information value is below `iv_min`.
    Iv,
    /// The Gini is below `gini_min`.
    Gini,
    /// The p-value of equal bad rates in all bins is above `significance_max`.
    Significance,
    /// Constant, or a linear function of characteristics of higher information value.
    Collinear,
    /// Correlated with one of higher information value.
    Correlation,
    /// Not the best of its cluster.
    Cluster,
    /// Variance inflation above `vif_max`.
    Vif,
    /// The coefficient is not negative.
    Sign,
    /// Akaike's criterion falls by `value`.
    Aic,
    /// Schwarz's criterion falls by `value`.
    Bic,
    /// The p-value of the likelihood ratio.
    PValue,
    /// The least significant beyond `characteristics_max`.
    CharacteristicsMax,
}
