//! The whole validation of one sample.

use super::super::calibration::Cells;
use super::accuracy::{measures, tested_group};
use super::discrimination::{auc, kolmogorov_smirnov};
use super::gains::{distribution, gains, roc};
use super::report::{TestedGroup, ValidationNull, ValidationReport, ValidationSettings};
use crate::error::{Cause, Detail, Error, Result};
use crate::numeric::Sum;
use std::collections::BTreeMap;

/// The rows of a validation; slices have one entry a row.
#[derive(Clone, Copy, Debug)]
pub struct ValidationSample<'a> {
    /// 0 or 1; 1 is bad.
    pub bad: &'a [u8],
    /// Least score of each band but the riskiest, strictly ascending; empty: no bands.
    pub band_floors: &'a [f64],
    /// Whether score and PD were fitted on these rows.
    pub development: bool,
    /// PDs, in 0..=1; `None`: the score is a rank only.
    pub pd: Option<&'a [f64]>,
    /// Finite; higher is safer.
    pub score: &'a [f64],
    /// Finite and above 0; `None`: 1 each.
    pub weight: Option<&'a [f64]>,
}

/// Returns how well the score ranks and the PD fits.
///
/// Errors: settings outside their range, and `frame.shape` where the slices differ in length.
///
/// ```
/// use kapix_core::fitting::{ValidationSample, ValidationSettings, validate};
///
/// let sample = ValidationSample {
///     bad: &[1, 0, 1, 0],
///     band_floors: &[],
///     development: false,
///     pd: None,
///     score: &[500.0, 520.0, 540.0, 560.0],
///     weight: None,
/// };
/// let report = validate(&sample, &ValidationSettings::default())?;
/// // 3 of the 4 pairs of a good and a bad row are in order.
/// assert_eq!((report.auc.unwrap().value, report.gini), (0.75, Some(0.5)));
/// assert!(report.calibration.is_none());
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn validate(sample: &ValidationSample<'_>, settings: &ValidationSettings) -> Result<ValidationReport> {
    check(settings)?;
    let cells = Cells::of(sample.score, sample.bad, sample.weight)?;
    let rows = cells.bad_rows + cells.good_rows;
    let mut nulls = BTreeMap::new();
    let mut null = |pointer: &str, cause| {
        nulls.insert(pointer.to_owned(), cause);
    };
    let no_class = if rows == 0 { ValidationNull::NoRows } else { ValidationNull::OneClass };
    let area = auc(&cells, settings.interval_level);
    match &area {
        None => {
            for pointer in ["/auc", "/gini", "/ks"] {
                null(pointer, no_class);
            }
        }
        Some(area) => {
            if area.standard_error.is_none() {
                null("/auc/standard_error", ValidationNull::TooFew);
                null("/auc/interval", ValidationNull::TooFew);
            } else if area.interval.is_none() {
                null("/auc/interval", ValidationNull::NoVariance);
            }
        }
    }
    let by_pd = sample.pd.map(|pd| Cells::of(pd, sample.bad, sample.weight)).transpose()?;
    let measured = by_pd.and_then(|cells| measures(&cells, usize::from(settings.groups), sample.development));
    let calibration = measured.map(|(measures, causes)| {
        for (pointer, cause) in causes {
            null(&format!("/calibration{pointer}"), cause);
        }
        measures
    });
    if calibration.is_none() {
        let cause = if sample.pd.is_none() { ValidationNull::NoPd } else { ValidationNull::NoRows };
        null("/calibration", cause);
    }
    if rows == 0 {
        null("/bad_rate", ValidationNull::NoRows);
    }
    Ok(ValidationReport {
        auc: area,
        bad_rate: (rows > 0).then(|| cells.bads / cells.size()),
        bads: cells.bads,
        bands: bands(sample),
        calibration,
        distribution: distribution(&cells, usize::from(settings.distribution_bins)),
        gains: gains(&cells, usize::from(settings.gains_groups)),
        gini: area.map(|area| 2.0 * area.value - 1.0),
        goods: cells.goods,
        ks: kolmogorov_smirnov(&cells),
        null_reasons: nulls,
        roc: roc(&cells, usize::from(settings.roc_points)),
        rows,
    })
}

/// Returns every setting that lies outside its range as one error.
fn check(settings: &ValidationSettings) -> Result<()> {
    let ranges = [
        ("distribution_bins", settings.distribution_bins, 1, 200),
        ("gains_groups", settings.gains_groups, 2, 100),
        ("groups", settings.groups, 3, 100),
        ("roc_points", settings.roc_points, 2, 1000),
    ];
    let mut details: Vec<Detail> = ranges
        .into_iter()
        .filter(|(_, value, least, most)| value < least || value > most)
        .map(|(name, value, least, most)| Detail {
            cause: Cause::FittingSettings,
            message: format!("{name} must be in `{least}..={most}`; got `{value}`"),
            field: format!("/{name}"),
        })
        .collect();
    if !(settings.interval_level >= 0.5 && settings.interval_level < 1.0) {
        details.push(Detail {
            cause: Cause::FittingSettings,
            message: "interval_level must be in `0.5..1`".to_owned(),
            field: "/interval_level".to_owned(),
        });
    }
    Error::from_details(details).map_or(Ok(()), Err)
}

/// Returns the bands from the riskiest on.
#[expect(clippy::indexing_slicing, reason = "the slices have been found to be equally long")]
fn bands(sample: &ValidationSample<'_>) -> Vec<TestedGroup> {
    if sample.band_floors.is_empty() {
        return Vec::new();
    }
    let mut sums = vec![[Sum::default(); 3]; sample.band_floors.len() + 1];
    for (row, (score, bad)) in sample.score.iter().zip(sample.bad).enumerate() {
        let weight = sample.weight.map_or(1.0, |weight| weight[row]);
        let pd = sample.pd.map_or(0.0, |pd| pd[row]);
        let band = sample.band_floors.partition_point(|floor| floor <= score);
        if let Some([goods, bads, pds]) = sums.get_mut(band) {
            if *bad == 0 {
                goods.add(weight);
            } else {
                bads.add(weight);
            }
            pds.add(weight * pd);
        }
    }
    let floors = sample.band_floors.iter().copied().map(Some);
    let lowers = core::iter::once(None).chain(floors.clone());
    let uppers = floors.chain(core::iter::once(None));
    let bounds = lowers.zip(uppers);
    sums.iter()
        .zip(bounds)
        .map(|([goods, bads, pds], (lower, upper))| {
            let pds = sample.pd.map(|_| pds.value());
            let group = tested_group(goods.value(), bads.value(), pds, sample.weight.is_some());
            TestedGroup { lower, upper, ..group }
        })
        .collect()
}
