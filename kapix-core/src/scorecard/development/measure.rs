//! How the card does on each part of the sample, and the rows outside the fit.

use super::super::body::BandBody;
use super::super::finding::{DevelopmentFinding, DevelopmentFindingCode as Code};
use super::findings::finding;
use super::model::{Model, Plan};
use super::request::ScorecardDevelopRequest;
use super::response::DevelopmentValidation;
use super::sample::{Part, Sample, count};
use crate::error::{Cause, Error, Result};
use crate::fitting::{
    self, CalibrationCurve, PointsToOdds, ScaledPoints, ValidationReport, ValidationSample,
};
use crate::numeric;

/// Folds of a cross-validation by default.
const FOLDS: u8 = 5;
/// Most folds.
const FOLDS_MAX: u8 = 20;

/// Log-odds of bad of rows that a fit did not see.
#[derive(Clone, Debug)]
pub(super) struct OutsideRows {
    pub(super) log_odds: Vec<f64>,
    pub(super) bad: Vec<u8>,
    pub(super) weight: Option<Vec<f64>>,
}

/// Returns whether the interval of the AUC of rows outside the fit holds 0.5 or lies below.
pub(super) fn ranks_nothing(scores: &[f64], outside: &OutsideRows) -> Result<bool> {
    let sample = ValidationSample {
        bad: &outside.bad,
        band_floors: &[],
        development: false,
        pd: None,
        score: scores,
        weight: outside.weight.as_deref(),
    };
    let report = fitting::validate(&sample, &fitting::ValidationSettings::default())?;
    Ok(report.auc.is_none_or(|auc| auc.interval.map_or(auc.value, |interval| interval.lower) <= 0.5))
}

/// Returns the total of each row.
#[expect(clippy::indexing_slicing, reason = "points are scaled from a weight of evidence a slot")]
pub(super) fn totals(slots: &[Vec<u16>], scaled: &ScaledPoints, rows: usize) -> Vec<f64> {
    let mut totals = vec![f64::from(scaled.base_points); rows];
    for (slots, points) in slots.iter().zip(&scaled.points) {
        let points: Vec<f64> = points.iter().map(|points| f64::from(*points)).collect();
        for (total, slot) in totals.iter_mut().zip(slots) {
            *total += points[usize::from(*slot)];
        }
    }
    totals
}

/// Returns the log-odds of bad of a total by the card's points-to-odds scaling.
pub(super) fn log_odds(scaling: &PointsToOdds, total: f64) -> f64 {
    (scaling.offset() - total) / scaling.factor()
}

/// Returns the folds that the request asks for; by default none beside a hold-out part.
fn wanted(request: &ScorecardDevelopRequest, sample: &Sample) -> u8 {
    let default = if sample.hold_out.rows.is_empty() { FOLDS } else { 0 };
    request.folds.unwrap_or(default)
}

/// Returns the folds of the cross-validation, each with a bad and a good row; below 2 there is none.
pub(super) fn folds(request: &ScorecardDevelopRequest, sample: &Sample) -> u8 {
    let part = &sample.development;
    let bads = part.bad_rows();
    let rarer = bads.min(count(part.rows.len()).saturating_sub(bads));
    u8::try_from(rarer.min(u64::from(wanted(request, sample)))).unwrap_or(FOLDS_MAX)
}

/// Returns the log-odds of each development row by a fit, with binning and selection, that did not see it; `None` without
/// folds.
pub(super) fn cross(
    plan: &Plan<'_, '_, '_>,
    findings: &mut Vec<DevelopmentFinding>,
) -> Result<Option<OutsideRows>> {
    let request = plan.request;
    if let Some(folds) = request.folds
        && (folds == 1 || folds > FOLDS_MAX)
    {
        let message = format!("folds must be `0` or in 2..=`{FOLDS_MAX}`; got `{folds}`");
        return Err(Error::new(Cause::ValueOutOfRange, message).at("/folds"));
    }
    let part = &plan.sample.development;
    let wanted = wanted(request, plan.sample);
    let folds = folds(request, plan.sample);
    if folds < 2 {
        if wanted > 0 {
            let message =
                "too few bad or good rows for a cross-validation: nothing was measured outside the fit";
            findings.push(finding(Code::NoOutsideRows, None, message));
        }
        return Ok(None);
    }
    let assigned = fitting::folds(&part.bad, folds, request.seed.cast_unsigned());
    let mut log_odds = vec![0.0; part.rows.len()];
    for fold in 0..folds {
        (plan.run.check)()?;
        let inside = |own: bool| {
            let places = assigned.iter().enumerate().filter(|(_, it)| (**it == fold) == own);
            places.map(|(place, _)| place).collect::<Vec<usize>>()
        };
        let (judged, fitted) = (inside(true), part.pick(inside(false).iter().copied()));
        let rows = part.pick(judged.iter().copied()).rows;
        let model = plan.bin(&fitted).and_then(|binnings| plan.fit(&fitted, binnings));
        let own = match model {
            Ok(model) => model.log_odds(plan, &rows)?,
            Err(error) if error.cause == Cause::FittingNothing => vec![prior(&fitted); rows.len()],
            Err(error) => return Err(error),
        };
        for (place, own) in judged.into_iter().zip(own) {
            if let Some(place) = log_odds.get_mut(place) {
                *place = own;
            }
        }
        plan.steps.fold(fold);
    }
    Ok(Some(OutsideRows { log_odds, bad: part.bad.clone(), weight: part.weight.clone() }))
}

/// Returns the log-odds of bad of a part.
fn prior(part: &Part) -> f64 {
    let (goods, bads) = part.goods_and_bads();
    numeric::ln(bads / goods)
}

/// What the measures of a card are computed from.
#[derive(Clone, Copy)]
pub(super) struct Measure<'m, 'p, 'f, 'a> {
    pub(super) plan: &'m Plan<'p, 'f, 'a>,
    pub(super) model: &'m Model,
    pub(super) scaled: &'m ScaledPoints,
    pub(super) bands: &'m [BandBody],
    pub(super) curve: Option<&'m CalibrationCurve>,
}

impl Measure<'_, '_, '_, '_> {
    /// Returns everything that is measured of a card.
    ///
    /// PDs of the development, cross-validated and hold-out rows are those of the card's points-to-odds scaling: the curve was
    /// measured on the latter two. Those of the out-of-time rows are calibrated where the card is.
    pub(super) fn all(&self, totals: &[f64], cross: Option<&OutsideRows>) -> Result<DevelopmentValidation> {
        let sample = self.plan.sample;
        let scaling = &self.scaled.scaling;
        let part = |part: &Part, curve: Option<&CalibrationCurve>| -> Result<Option<ValidationReport>> {
            if part.rows.is_empty() {
                return Ok(None);
            }
            let slots = self.model.slots_of(self.plan, &part.rows)?;
            let totals = self::totals(&slots, self.scaled, part.rows.len());
            self.report(&totals, (&part.bad, part.weight.as_deref()), curve).map(Some)
        };
        let cross = cross.map(|outside| {
            let scores: Vec<f64> =
                outside.log_odds.iter().map(|it| scaling.offset() - scaling.factor() * it).collect();
            self.report(&scores, (&outside.bad, outside.weight.as_deref()), None)
        });
        let development = &sample.development;
        Ok(DevelopmentValidation {
            cross: cross.transpose()?,
            development: self.fitted(totals, development)?,
            hold_out: part(&sample.hold_out, None)?,
            out_of_time: part(&sample.out_of_time, self.curve)?,
        })
    }

    fn fitted(&self, totals: &[f64], part: &Part) -> Result<ValidationReport> {
        self.validate(totals, (&part.bad, part.weight.as_deref()), (None, true))
    }

    fn report(
        &self,
        scores: &[f64],
        outcomes: (&[u8], Option<&[f64]>),
        curve: Option<&CalibrationCurve>,
    ) -> Result<ValidationReport> {
        self.validate(scores, outcomes, (curve, false))
    }

    fn validate(
        &self,
        scores: &[f64],
        (bad, weight): (&[u8], Option<&[f64]>),
        (curve, development): (Option<&CalibrationCurve>, bool),
    ) -> Result<ValidationReport> {
        let odds = scores.iter().map(|score| log_odds(&self.scaled.scaling, *score));
        let pd: Vec<f64> =
            odds.map(|odds| curve.map_or_else(|| numeric::logistic(odds), |curve| curve.pd(odds))).collect();
        let floors = floors(self.bands);
        let sample =
            ValidationSample { bad, band_floors: &floors, development, pd: Some(&pd), score: scores, weight };
        fitting::validate(&sample, &self.plan.request.validation).map_err(|error| error.under("/validation"))
    }
}

/// Returns the least totals of all bands but the riskiest, ascending.
pub(super) fn floors(bands: &[BandBody]) -> Vec<f64> {
    bands.iter().rev().filter_map(|band| band.points_min).map(f64::from).collect()
}
