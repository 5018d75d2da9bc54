//! The answers of `scorecard.develop` and `scorecard.evaluate`, as they are on the wire.

use super::super::body::{CardBody, SampleDates};
use super::super::finding::DevelopmentFinding;
use super::sample::{Part, count};
use crate::canonical::Hash;
use crate::fitting::{
    BandReport, Binning, BinningOptions, CalibrationReport, CutoffReport, Regression, RoundingReport,
    SelectionReport, ValidationReport,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// A developed card, and everything that was measured on the way to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Development {
    /// The bands, from the riskiest to the safest; `None` at stage `binning`.
    pub(crate) bands: Option<BandReport>,
    /// Bins and table of every candidate column, in the order of their names.
    pub(crate) binning: Vec<BinnedColumn>,
    /// From the score to a probability; `None` at stage `binning` and without rows outside the fit.
    pub(crate) calibration: Option<CalibrationReport>,
    /// The body of the card; `None` at stage `binning`.
    pub(crate) card: Option<CardBody>,
    /// Cut-offs and profit by total; `None` without `cutoffs`.
    pub(crate) cutoffs: Option<CutoffReport>,
    /// What a reader must know before the card is used.
    pub(crate) findings: Vec<DevelopmentFinding>,
    /// What the rule of missing inputs does to the fitted rows; `None` at stage `binning`.
    pub(crate) missing: Option<MissingReport>,
    /// The effect of rounding the points; `None` at stage `binning`.
    pub(crate) rounding: Option<RoundingReport>,
    /// The coefficients of the card; `None` at stage `binning`.
    pub(crate) regression: Option<Regression>,
    /// How many rows are in each part, and how many were left out.
    pub(crate) sample: SampleReport,
    /// How the characteristics were chosen; `None` at stage `binning`.
    pub(crate) selection: Option<SelectionReport>,
    /// How the card ranks and is calibrated; `None` at stage `binning`.
    pub(crate) validation: Option<DevelopmentValidation>,
}

impl Development {
    /// Returns the result of stage `binning`.
    pub(super) fn binned(
        binning: Vec<BinnedColumn>,
        findings: Vec<DevelopmentFinding>,
        sample: SampleReport,
    ) -> Self {
        Self {
            bands: None,
            binning,
            calibration: None,
            card: None,
            cutoffs: None,
            findings,
            missing: None,
            regression: None,
            rounding: None,
            sample,
            selection: None,
            validation: None,
        }
    }
}

/// What the rule of missing inputs does to the development rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MissingReport {
    /// By input of the card, in card order.
    pub inputs: Vec<MissingInput>,
    /// Number of sets of withheld inputs whose missing bins the card may rest on.
    pub sets: u64,
    /// Share of the rows, by weight, whose points approve or decline and that are referred since inputs are missing.
    pub share: f64,
}

/// The rows that are referred and lack one input.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MissingInput {
    /// Name of the input.
    pub feature: String,
    /// Their share of the rows, by weight.
    pub share: f64,
}

/// One candidate column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BinnedColumn {
    /// Its bins and their table.
    pub binning: Binning,
    /// Name of the column.
    pub feature: String,
    /// How it was binned, every default filled in.
    pub options: BinningOptions,
}

/// Validation by part of the sample. Only rows outside the fit show what to expect of the card.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevelopmentValidation {
    /// By cross-validation: each row is scored by a fit, with binning and selection, that did not see it.
    pub cross: Option<ValidationReport>,
    /// On the rows that were fitted: better than on new applicants.
    pub development: ValidationReport,
    /// On the rows that were held out.
    pub hold_out: Option<ValidationReport>,
    /// On later rows.
    pub out_of_time: Option<ValidationReport>,
}

/// The rows of the frame by part, and those that were left out.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SampleReport {
    /// First and last observation date of the rows that stayed.
    pub dates: Option<SampleDates>,
    /// Rows that are fitted.
    pub development: PartReport,
    /// Rows that were left out, by reason, in the order in which it was done.
    pub excluded: Vec<ExcludedRows>,
    /// Rows held out.
    pub hold_out: PartReport,
    /// Later rows.
    pub out_of_time: PartReport,
    /// Rows of the frame.
    pub rows: u64,
    /// SHA-256 of the development rows.
    pub sha256: Option<Hash>,
    /// Mean weight of the development rows, which every weight was divided by; absent without weights.
    pub weight_mean: Option<f64>,
}

/// One part of the sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartReport {
    /// Rows that are bad.
    pub bads: u64,
    /// Rows.
    pub rows: u64,
    /// Sum of the weights, which have mean 1 over the development rows.
    pub weight: f64,
}

/// Rows that were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExcludedRows {
    /// Why.
    pub reason: String,
    /// How many.
    pub rows: u64,
}

impl SampleReport {
    /// Counts the three parts.
    pub(super) fn count(&mut self, development: &Part, hold_out: &Part, out_of_time: &Part) {
        let of = |part: &Part| {
            let target = part.target();
            PartReport {
                bads: part.bad_rows(),
                rows: count(part.rows.len()),
                weight: (0..part.rows.len()).fold(0.0, |sum, row| sum + target.weight(row)),
            }
        };
        self.development = of(development);
        self.hold_out = of(hold_out);
        self.out_of_time = of(out_of_time);
    }
}

/// What an evaluation measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Evaluation {
    /// Decisions by kind.
    pub(crate) decisions: BTreeMap<&'static str, u64>,
    /// What a reader must know of the figures.
    pub(crate) findings: Vec<DevelopmentFinding>,
    /// SHA-256 of the rows.
    pub(crate) sha256: Hash,
    /// Rows by status; only scored rows with a known outcome are measured.
    pub(crate) statuses: BTreeMap<&'static str, u64>,
    /// What was measured.
    pub(crate) validation: ValidationReport,
}
