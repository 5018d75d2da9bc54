//! What a caller may state about binning; every field is optional.

use crate::fitting::optimal::{Objective, PValueTest, Trend};
use crate::json::Scalar;
use serde::{Deserialize, Serialize};

/// How characteristics are binned. A characteristic's own fields replace those of the whole card one by one.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BinningSettings {
    /// Least weight of bad rows in an attribute, at least 0; default 0. Binary targets.
    pub bads_min: Option<f64>,
    /// Most attributes, 1..=50; default 10.
    pub bins_max: Option<u32>,
    /// Fewest attributes, 1..=`bins_max`; default 1.
    pub bins_min: Option<u32>,
    /// Cut points between pre-bins, ascending; they set `prebinning.method` to `given`.
    pub cuts: Option<Vec<f64>>,
    /// Cut points that the result must keep, ascending.
    pub cuts_fixed: Option<Vec<f64>>,
    /// Least weight of good rows in an attribute, at least 0; default 0. Binary targets.
    pub goods_min: Option<f64>,
    /// Attributes as intervals or as sets of categories; default by the column: text is categorical.
    pub kind: Option<BinKind>,
    /// Rule for the weight of evidence of missing inputs; default `own`.
    pub missing: Option<BinRule>,
    /// What the partition maximises; default `iv`.
    pub objective: Option<Objective>,
    /// Greatest p-value of the test between neighbouring attributes, above 0 and at most 1, where 1 is no test.
    pub p_value_max: Option<f64>,
    /// The test between neighbours.
    pub p_value_test: Option<PValueTest>,
    /// The fine classes from which the attributes are made.
    pub prebinning: Option<PrebinningSettings>,
    /// Categories with a smaller share of the total weight than this, 0..=0.5, count as unseen.
    pub rare_share: Option<f64>,
    /// Least difference of bad rates (means) between neighbours, at least 0; default 0.
    pub rate_difference_min: Option<f64>,
    /// Greatest share of the total weight in an attribute, above `size_min` and at most 1; default 1.
    pub size_max: Option<f64>,
    /// Least share of the total weight, missing and special rows included, in an attribute, 0..=0.5.
    pub size_min: Option<f64>,
    /// Rule for the weight of evidence of special values, any but `refuse`; default `own`.
    pub special: Option<BinRule>,
    /// Numbers and categories with a meaning of their own, such as -9 for `no record`, each once. Each is read as what the
    /// column holds: the text `-9` is a number among numbers, and the number -9 a category among categories.
    pub special_values: Option<Vec<Scalar>>,
    /// The shape of the bad rate (mean) along ascending values; default `auto`. Categories have none.
    pub trend: Option<Trend>,
    /// Rule for the weight of evidence of unseen and rare categories; default `own`, that of all rare ones as one bin.
    pub unseen: Option<BinRule>,
}

/// How the fine classes are made.
#[serde_with::skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PrebinningSettings {
    /// Most pre-bins, 2..=500, or 100 for a concave or convex trend; fixed cut points add to them. Default 20.
    pub bins_max: Option<u32>,
    /// The method.
    pub method: Option<PrebinningMethod>,
    /// Least share of the total weight in a pre-bin of a tree, 0..=0.5.
    pub size_min: Option<f64>,
}

/// How pre-bins are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PrebinningMethod {
    /// At `cuts`.
    Given,
    /// Pre-bins of nearly equal weight: each share j/k is cut where the weight below is nearest to it.
    Quantile,
    /// The leaves of a regression tree, best split first (L. Breiman, J. Friedman, R. Olshen, C. Stone,
    /// Classification and Regression Trees, 1984).
    Tree,
    /// Intervals of equal width between the least and the greatest value.
    Uniform,
}

/// Whether attributes are intervals or sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum BinKind {
    /// Attributes are sets of categories; numbers become categories by their shortest text.
    Categorical,
    /// Attributes are intervals `[lower, upper)`.
    Numeric,
}

/// Which weight of evidence missing, special and unseen values get. A rule gives more than 0 only where the counts show
/// that the bin is safer than the sample. Otherwise the bin gets 0, and a finding says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum BinRule {
    /// The weight of evidence of the attribute whose rate is closest; 0 when the bin has no rows.
    Closest,
    /// Weight of evidence 0.
    Neutral,
    /// Its own weight of evidence; 0 when the bin has no rows.
    Own,
    /// No bin: the card refuses the input.
    Refuse,
    /// The weight of evidence of the riskiest attribute.
    Worst,
}

/// Takes each named field from the characteristic's own settings, or from the general ones.
macro_rules! first_of {
    ($own:ident, $general:ident: $($field:ident),+) => {
        Self { $($field: $own.$field.clone().or_else(|| $general.$field.clone()),)+ }
    };
}

impl BinningSettings {
    /// Returns the settings of a characteristic: its own fields, and the general ones where it states none.
    ///
    /// ```
    /// use kapix_core::fitting::BinningSettings;
    ///
    /// let card = BinningSettings { bins_max: Some(5), size_min: Some(0.05), ..BinningSettings::default() };
    /// let income = BinningSettings { bins_max: Some(8), ..BinningSettings::default() };
    /// let settings = income.over(&card);
    /// assert_eq!((settings.bins_max, settings.size_min), (Some(8), Some(0.05)));
    /// ```
    #[must_use]
    pub fn over(&self, general: &Self) -> Self {
        let mut settings = first_of!(self, general:
            bads_min, bins_max, bins_min, cuts, cuts_fixed, goods_min, kind, missing, objective, p_value_max,
            p_value_test, prebinning, rare_share, rate_difference_min, size_max, size_min, special,
            special_values, trend, unseen);
        if let (Some(own), Some(general)) = (&self.prebinning, &general.prebinning) {
            settings.prebinning = Some(own.over(general));
        }
        if self.cuts.is_some() && self.prebinning.is_none_or(|own| own.method.is_none()) {
            settings.prebinning.get_or_insert_default().method = Some(PrebinningMethod::Given);
        }
        settings
    }
}

impl PrebinningSettings {
    fn over(&self, general: &Self) -> Self {
        first_of!(self, general: bins_max, method, size_min)
    }
}
