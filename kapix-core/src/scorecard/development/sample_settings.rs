//! What the development sample is: who, when, what counts as bad, which rows are left out, and how rows are set
//! aside.

use crate::json::Scalar;
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// The sample of a development, as the card's `pd_basis` will state it.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SampleSettings {
    /// What counts as bad, such as `90 days past due within 12 months`. Without it, `horizon_days` and `population` the
    /// card's PD is assumed, even where a calibration was measured.
    pub default_definition: Option<String>,
    /// Rows that are left out, each with its reason; counted in the answer in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// The outcome window: days after the observation within which a default counts, 1..=36,500.
    pub horizon_days: Option<u32>,
    /// Column with the day on which each row was observed: dates, instants by their day in UTC, or text `YYYY-MM-DD`. Rows whose outcome window ends
    /// after `as_of` are left out and counted: a row that may still turn bad is not a good one.
    pub observation_date: Option<String>,
    /// Who is in the sample.
    pub population: Option<String>,
    /// How rows are set aside from the fit.
    #[serde(default)]
    pub split: SplitSettings,
}

/// Rows that are left out of the sample: those with one of `values`, or with a number below `below` or above
/// `above`, in `column`.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Exclusion {
    /// Numbers above this are left out.
    pub above: Option<f64>,
    /// Numbers below this are left out.
    pub below: Option<f64>,
    /// The column of the values; it need not be a characteristic.
    pub column: String,
    /// Why, such as `fraud` or `staff loan`.
    pub reason: String,
    /// Values that are left out; null stands for missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Scalar>,
}

/// How rows are set aside: development rows are fitted, hold-out and out-of-time rows only validate the card.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SplitSettings {
    /// Column whose value puts a row into a part (method `column`).
    pub column: Option<String>,
    /// Values of `column` that put a row into the development part; default 1, `train`, `development` and true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub development: Vec<Scalar>,
    /// Share of the rows before `out_of_time_from` that are held out, stratified by outcome, 0..=0.9.
    pub hold_out: Option<f64>,
    /// How rows are set aside; default `auto`.
    #[serde(default)]
    pub method: SplitMethod,
    /// Rows observed from this day on are out of time (methods `auto` and `random`; needs `observation_date`).
    pub out_of_time_from: Option<Date>,
    /// Values of `column` that put a row into the out-of-time part; every other value holds the row out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub out_of_time: Vec<Scalar>,
}

/// How rows are set aside from the fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SplitMethod {
    /// `random` with a hold-out of 0.2 from 50,000 rows on; below, all rows are fitted and cross-validation
    /// validates the card.
    #[default]
    Auto,
    /// By the value of a column.
    Column,
    /// By the request's seed.
    Random,
    /// Every row is fitted.
    None,
}
