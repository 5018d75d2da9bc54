//! From a request and a frame to a card.

use super::super::body::{
    Calibration, CardBody, CharacteristicKind, Cutoffs, DevelopmentBody, Minimum, NOT_STATED, OUTSIDE_MIN,
    PdBasis, PdKind, Scaling,
};
use super::super::finding::{DevelopmentFinding, DevelopmentFindingCode as Code};
use super::assemble;
use super::candidates::{Candidate, candidates, named};
use super::cutoffs;
use super::digest;
use super::findings::{self, finding, mostly_bad, note_binnings, with_details};
use super::measure::{self, Measure, OutsideRows};
use super::model::{Model, Plan};
use super::population::{DevelopmentSample, Population, SlotPoints};
use super::reading::Reading;
use super::request::{ScorecardDevelopRequest, Stage, TargetKind};
use super::response::{BinnedColumn, Development, DevelopmentValidation, SampleReport};
use super::sample::Sample;
use super::steps::Steps;
use super::summary;
use super::withheld::{self, Judging};
use crate::canonical::Hash;
use crate::domain::Frame;
use crate::error::{Cause, Error, Result};
use crate::fitting::{
    self, Binning, BinningFindingKind, CalibrationCurve, CalibrationReport, CutoffReport, PointsModel,
    RowKind, Run, ScaledPoints, SeparationKind,
};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::numeric;
use crate::scorecard::missing::WithheldSet;
use crate::time::Date;
use ndarray::Array2;

/// Share of decisions that rounding may change without a finding.
const ROUNDING_SHARE_MAX: f64 = 0.05;
/// Findings that say why no column tells good and bad apart.
const WHY_NOTHING: [Code; 3] = [Code::ColumnType, Code::NotBinned, Code::Protected];
/// The horizon of an assumed PD: a year.
const HORIZON_DAYS: u32 = 365;

/// Returns a card developed from the rows of a frame, and everything that was measured on the way to it.
///
/// Errors: `fitting.*` with the place in the request, the causes of the columns that it names, and CANCELLED.
pub(crate) fn develop(
    request: &ScorecardDevelopRequest,
    frame: &Frame<'_>,
    as_of: Date,
    limits: &Limits,
    run: &Run<'_>,
) -> Result<Development> {
    if request.target_kind == TargetKind::Continuous && request.stage == Stage::Card {
        let message = "a card needs an outcome; a continuous target is binned only: state stage `binning`";
        return Err(Error::new(Cause::FittingTarget, message).at("/target_kind"));
    }
    request.selection.check().map_err(|error| error.under("/selection"))?;
    request.regression.check().map_err(|error| error.under("/regression"))?;
    request.missing.check()?;
    named(request, frame)?;
    let encoded = frame.encode();
    let frame = &frame.with_codes(&encoded);
    let mut sample = Sample::read(request, frame, as_of)?;
    let mut findings = Vec::new();
    if request.sample.observation_date.is_some() && request.sample.horizon_days.is_none() {
        let message = "`horizon_days` is not stated: rows whose outcome is not yet known were not left out";
        findings.push(finding(Code::Immature, None, message));
    }
    if request.target_kind == TargetKind::Binary {
        mostly_bad(&sample.development.bad, sample.development.weight.as_deref(), &mut findings);
    }
    let reading = Reading::of(request, frame, &sample.development, &mut findings)?;
    let frame = &reading.frame(frame);
    let candidates = candidates(request, (frame, &reading), &sample.development, (limits, &mut findings))?;
    let sha256 = digest::of(&candidates, &sample.development, run)?;
    let report = core::mem::take(&mut sample.report);
    let report = SampleReport { sha256: Some(sha256), ..report };
    let folds = if request.stage == Stage::Card { measure::folds(request, &sample) } else { 0 };
    let steps = Steps::new(run, candidates.len(), folds);
    let plan = Plan { candidates: &candidates, request, run, sample: &sample, steps: &steps };
    let binnings = plan.bin(&sample.development)?;
    note_binnings(request, (&candidates, &binnings), &mut findings);
    if request.stage == Stage::Binning {
        steps.end();
        return Ok(Development::binned(columns(&candidates, &binnings), findings, report));
    }
    let cross = measure::cross(&plan, &mut findings)?;
    let model = plan.fit(&sample.development, binnings).map_err(|error| {
        let is_nothing = error.cause == Cause::FittingNothing && error.fields == ["/columns"];
        if is_nothing { with_details(error, &findings, &WHY_NOTHING) } else { error }
    })?;
    let made = Card { plan, model, cross, findings, report, sha256, limits }.make()?;
    steps.end();
    Ok(made)
}

/// Everything that a card is made of.
struct Card<'p, 'f, 'a> {
    plan: Plan<'p, 'f, 'a>,
    model: Model,
    cross: Option<OutsideRows>,
    findings: Vec<DevelopmentFinding>,
    report: SampleReport,
    sha256: Hash,
    limits: &'p Limits,
}

impl Card<'_, '_, '_> {
    fn make(mut self) -> Result<Development> {
        let Plan { request, sample, run, .. } = self.plan;
        findings::note_missing_only(&self.model, self.plan.candidates, &mut self.findings);
        self.note_model();
        let mut scaled = self.scale()?;
        self.lower(&mut scaled);
        let part = &sample.development;
        let totals = measure::totals(&self.model.slots, &scaled, part.rows.len());
        let outside = self.outside(&scaled)?;
        let cutoffs = self.cutoffs(&scaled, &totals, outside.as_ref())?;
        let (bands, band_report) = cutoffs::bands(&request.bands, &totals, part, &mut self.findings)?;
        let slots: Vec<&[u16]> = self.model.slots.iter().map(Vec::as_slice).collect();
        let population = Population::measure(
            &DevelopmentSample { bad: &part.bad, slots: &slots, weight: part.weight.as_deref() },
            &SlotPoints {
                approve: cutoffs.as_ref().map(|(cutoffs, _)| cutoffs.approve),
                base_points: scaled.base_points,
                pdo: scaled.scaling.pdo,
                points: &scaled.points,
            },
            run.threads,
        )?;
        let sides: Vec<i32> = cutoffs.iter().flat_map(|(it, _)| [it.refer, it.approve]).collect();
        let rows =
            fitting::DevelopmentRows { slots: &slots, weight: part.weight.as_deref(), rows: part.rows.len() };
        let rounding = scaled.report(&rows, &sides, run.threads)?;
        if let Some(share) = rounding.decisions_changed.filter(|share| *share > ROUNDING_SHARE_MAX) {
            let message = format!(
                "rounding to points changes `{share}` of the decisions: choose a larger pdo or range"
            );
            self.findings.push(finding(Code::Rounding, None, message));
        }
        let calibration = self.calibrate(outside.as_ref())?;
        let curve = calibration.as_ref().and_then(|it| it.curve.as_ref());
        let measure = Measure { plan: &self.plan, model: &self.model, scaled: &scaled, bands: &bands, curve };
        let validation = measure.all(&totals, self.cross.as_ref())?;
        findings::note_ranks(&validation, &mut self.findings);
        let mut body = self.body(&scaled, bands, cutoffs.as_ref().map(|(cutoffs, _)| *cutoffs));
        body.pd_basis = self.pd_basis(calibration.as_ref());
        let slots: Vec<&[u16]> = self.model.slots.iter().map(Vec::as_slice).collect();
        let curve = curve.filter(|_| body.pd_basis.kind == PdKind::Calibrated);
        let withheld = self.withheld((&body, curve), &slots, outside.as_ref())?;
        body.development =
            Some(self.development((&body, &population), calibration.as_ref(), &validation, withheld)?);
        let missing = withheld::report(&body, &slots, (part, &population), &mut self.findings);
        if let Some(development) = &mut body.development {
            development.findings = findings::of_a_card(&self.findings);
        }
        let Self { plan, model, findings, report, .. } = self;
        Ok(Development {
            bands: Some(band_report),
            binning: columns(plan.candidates, &model.binnings),
            calibration,
            card: Some(body),
            cutoffs: cutoffs.map(|(_, report)| report),
            findings,
            missing: Some(missing),
            regression: Some(model.fit.report),
            rounding: Some(rounding),
            sample: report,
            selection: Some(model.selection),
            validation: Some(validation),
        })
    }

    fn scale(&self) -> Result<ScaledPoints> {
        let (intercept, coefficients) = self.model.fit.coefficients.split_first().unwrap_or((&0.0, &[]));
        let chosen = || self.model.chosen.iter().filter_map(|place| self.model.binnings.get(*place));
        let woe: Vec<Vec<f64>> = chosen().map(|binning| binning.woe.clone()).collect();
        let size = |binning: &Binning| {
            binning.table.rows.iter().map(|row| row.goods.unwrap_or(0.0) + row.bads.unwrap_or(0.0)).collect()
        };
        let population: Vec<Vec<f64>> = chosen().map(size).collect();
        let model = PointsModel { intercept: *intercept, coefficients, woe: &woe, population: &population };
        fitting::scale(&model, &self.plan.request.scaling).map_err(|error| error.under("/scaling"))
    }

    /// Lowers bins for missing, special and unseen values to the neutral points where a coefficient of the wrong sign
    /// gave them more: by their weight of evidence they are no safer than the sample.
    fn lower(&mut self, scaled: &mut ScaledPoints) {
        for (position, place) in self.model.chosen.iter().enumerate() {
            let Some(binning) = self.model.binnings.get(*place) else { continue };
            let slots = binning.table.rows.iter().zip(&binning.woe).enumerate();
            for (slot, (row, woe)) in slots {
                let outside = row.kind != RowKind::Attribute;
                if outside && *woe <= 0.0 && scaled.lower_to_neutral(position, slot) {
                    let name = self.plan.candidates.get(*place).map(|candidate| candidate.name);
                    let message = "a bin for missing, special or unseen values was lowered to the neutral points: its rows do not show that it is safer than the sample";
                    self.findings.push(finding(Code::PointsLowered, name, message));
                }
            }
        }
    }

    /// Returns the rows that the fit did not see: those held out, else each by its fold.
    fn outside(&self, scaled: &ScaledPoints) -> Result<Option<OutsideRows>> {
        let held = &self.plan.sample.hold_out;
        if held.rows.is_empty() {
            return Ok(self.cross.clone());
        }
        let slots = self.model.slots_of(&self.plan, &held.rows)?;
        let totals = measure::totals(&slots, scaled, held.rows.len());
        Ok(Some(OutsideRows {
            log_odds: totals.iter().map(|total| measure::log_odds(&scaled.scaling, *total)).collect(),
            bad: held.bad.clone(),
            weight: held.weight.clone(),
        }))
    }

    /// Returns the cut-offs, chosen on rows outside the fit where there are any: on the fitted rows a card ranks
    /// better than it will.
    fn cutoffs(
        &mut self,
        scaled: &ScaledPoints,
        totals: &[f64],
        outside: Option<&OutsideRows>,
    ) -> Result<Option<(Cutoffs, CutoffReport)>> {
        let Plan { request, sample, .. } = self.plan;
        let part = &sample.development;
        let (settings, scaling) = (request.cutoffs.as_ref(), &scaled.scaling);
        let Some(outside) = outside else {
            if settings.is_some_and(|it| it.approve.is_none()) {
                let message = "the cut-offs were chosen on the rows that were fitted, which promise too much";
                self.findings.push(finding(Code::NoOutsideRows, None, message));
            }
            return cutoffs::cutoffs(settings, (totals, &part.bad, part.weight.as_deref()), scaling);
        };
        let scores: Vec<f64> =
            outside.log_odds.iter().map(|it| scaling.offset() - scaling.factor() * it).collect();
        if measure::ranks_nothing(&scores, outside)? {
            let message = "outside the fit the interval of the AUC holds 0.5: the card does not rank";
            self.findings.push(finding(Code::RanksNothing, None, message));
            if settings.is_some_and(|it| it.approve.is_none()) {
                let message =
                    "no cut-offs were chosen for a card that does not rank: every application is referred";
                self.findings.push(finding(Code::RanksNothing, None, message));
                return Ok(None);
            }
        }
        cutoffs::cutoffs(settings, (&scores, &outside.bad, outside.weight.as_deref()), scaling)
    }

    /// Returns the curve measured on rows outside the fit; `None` without any.
    fn calibrate(&mut self, outside: Option<&OutsideRows>) -> Result<Option<CalibrationReport>> {
        let Some(rows) = outside else { return Ok(None) };
        let settings = &self.plan.request.calibration;
        let report = fitting::calibrate(&rows.log_odds, &rows.bad, rows.weight.as_deref(), settings)
            .map_err(|error| error.under("/calibration"))?;
        Ok(Some(report))
    }

    fn pd_basis(&mut self, calibration: Option<&CalibrationReport>) -> PdBasis {
        let settings = &self.plan.request.sample;
        let enough = calibration.is_some_and(|it| {
            let goods = it.outside_rows.saturating_sub(it.outside_bads);
            it.curve.is_some() && it.outside_bads >= OUTSIDE_MIN && goods >= OUTSIDE_MIN
        });
        let stated = settings.default_definition.is_some()
            && settings.horizon_days.is_some()
            && settings.population.is_some();
        if !stated {
            let message =
                "the PD is a rank: state `default_definition`, `horizon_days` and `population` in `sample`";
            self.findings.push(finding(Code::PdAssumed, None, message));
        } else if let Some(refusal) = calibration.and_then(|it| it.refusal) {
            let message = format!("the PD is a rank: the calibration was refused, {}", refusal.as_str());
            self.findings.push(finding(Code::PdAssumed, None, message));
        } else if !enough {
            let message = format!(
                "the PD is a rank: no calibration on at least `{OUTSIDE_MIN}` bad and `{OUTSIDE_MIN}` good rows outside the fit"
            );
            self.findings.push(finding(Code::PdAssumed, None, message));
        }
        PdBasis {
            bads: Some(self.report.development.bads),
            dates: self.report.dates,
            default_definition: settings.default_definition.clone().unwrap_or_else(|| NOT_STATED.to_owned()),
            horizon_days: settings.horizon_days.unwrap_or(HORIZON_DAYS),
            kind: if stated && enough { PdKind::Calibrated } else { PdKind::Assumed },
            n: Some(self.report.development.rows),
            population: settings.population.clone().unwrap_or_else(|| NOT_STATED.to_owned()),
        }
    }

    fn body(
        &mut self,
        scaled: &ScaledPoints,
        bands: Vec<super::super::body::BandBody>,
        cutoffs: Option<Cutoffs>,
    ) -> CardBody {
        let request = self.plan.request;
        let made = assemble::characteristics(
            self.plan.candidates,
            (&self.model, scaled),
            &request.missing,
            &mut self.findings,
        );
        let reads_text =
            made.bodies.iter().any(|it| it.kind == CharacteristicKind::Categorical || it.reads_text);
        CardBody {
            accepts: Vec::new(),
            bands,
            base_points: scaled.base_points,
            characteristics: made.bodies,
            cutoffs,
            definitions: made.definitions,
            development: None,
            entity_types: request.entity_types.clone(),
            missing_texts: if reads_text { request.missing.texts().into_owned() } else { Vec::new() },
            minimum: request.minimum.unwrap_or(Minimum {
                age_days_max: None,
                completeness: None,
                history_days: 0,
                transactions: 0,
            }),
            pd_basis: PdBasis {
                bads: None,
                dates: None,
                default_definition: NOT_STATED.to_owned(),
                horizon_days: HORIZON_DAYS,
                kind: PdKind::Assumed,
                n: None,
                population: NOT_STATED.to_owned(),
            },
            reasons: made.reasons,
            required: None,
            scaling: Scaling {
                odds0: scaled.scaling.odds0,
                pdo: scaled.scaling.pdo,
                points0: scaled.scaling.points0,
            },
        }
    }

    fn development(
        &self,
        (body, population): (&CardBody, &Population),
        calibration: Option<&CalibrationReport>,
        validation: &DevelopmentValidation,
        withheld: Vec<WithheldSet>,
    ) -> Result<DevelopmentBody> {
        let numbered = body.characteristics.iter().enumerate();
        let counts = numbered.map(|(position, it)| population.counts_of(position, it)).collect();
        let options =
            ScorecardDevelopRequest { columns: None, idempotency_key: None, ..self.plan.request.clone() };
        let curve = |report: &CalibrationReport| {
            let curve = report.curve.clone()?;
            Some(Calibration { curve, outside_bads: report.outside_bads, outside_rows: report.outside_rows })
        };
        Ok(DevelopmentBody {
            bads: population.bads,
            calibration: calibration.and_then(curve),
            coefficient_covariance: self.model.fit.covariance.as_ref().map(rows_of),
            coefficients: Some(self.model.fit.coefficients.clone()),
            counts,
            findings: Vec::new(),
            goods: population.goods,
            mean_points: population.mean_points.clone(),
            means_at_cutoff: population.means_at_cutoff.clone(),
            options: Some(JsonValue::read_text(&crate::canonical::to_vec(&options)?, self.limits)?),
            points_covariance: population.points_covariance.clone(),
            sample_sha256: self.sha256,
            validation: Some(summary::of(validation)),
            withheld,
        })
    }

    /// Returns the sets of withheld inputs that are evidence, judged on rows outside the fit: the cross-validated ones,
    /// else those held out.
    fn withheld(
        &self,
        (body, curve): (&CardBody, Option<&CalibrationCurve>),
        fitted: &[&[u16]],
        outside: Option<&OutsideRows>,
    ) -> Result<Vec<WithheldSet>> {
        let Some(rows) = self.cross.as_ref().or(outside) else { return Ok(Vec::new()) };
        let pd_of = |x: &f64| curve.map_or_else(|| numeric::logistic(*x), |curve| curve.pd(*x));
        let pd = rows.log_odds.iter().map(pd_of).collect();
        let Sample { development, hold_out, .. } = self.plan.sample;
        let own = (fitted, development);
        if self.cross.is_some() {
            let judging = Judging { part: development, pd, slots: fitted };
            return Ok(withheld::sets(&body.characteristics, own, &judging));
        }
        let slots = self.model.slots_of(&self.plan, &hold_out.rows)?;
        let slots: Vec<&[u16]> = slots.iter().map(Vec::as_slice).collect();
        let judging = Judging { part: hold_out, pd, slots: &slots };
        Ok(withheld::sets(&body.characteristics, own, &judging))
    }

    fn note_model(&mut self) {
        for place in &self.model.chosen {
            let candidate = self.plan.candidates.get(*place);
            let findings = self.model.binnings.get(*place).map_or(&[][..], |binning| &binning.findings);
            for own in findings.iter().filter(|own| own.kind == BinningFindingKind::Together) {
                let other = own.with.as_deref().unwrap_or_default();
                let message = format!(
                    "a bin for missing, special or unseen values gets the neutral points: its rows are those of a bin of `{other}`, which counts them"
                );
                self.findings.push(finding(Code::MissingTogether, candidate.map(|it| it.name), message));
            }
        }
        let selection = &self.model.selection;
        for (code, names, message) in [
            (
                Code::Leaking,
                &selection.leaking,
                "predicts the outcome better than anything known before it should",
            ),
            (Code::Protected, &selection.protected, "is marked protected and in the card"),
            (Code::WrongSign, &selection.wrong_sign, "a safer bin raises the risk in the card"),
        ] {
            for name in names {
                self.findings.push(finding(code, Some(name), message));
            }
        }
        let separation = &self.model.fit.report.separation;
        if separation.kind != SeparationKind::None {
            for name in &separation.characteristics {
                let message =
                    "takes part in separating good and bad rows: its coefficient rests on the penalty";
                self.findings.push(finding(Code::Separation, Some(name), message));
            }
        }
    }
}

fn rows_of(matrix: &Array2<f64>) -> Vec<Vec<f64>> {
    matrix.rows().into_iter().map(|row| row.to_vec()).collect()
}

fn columns(candidates: &[Candidate<'_, '_>], binnings: &[Binning]) -> Vec<BinnedColumn> {
    let column = |(candidate, binning): (&Candidate<'_, '_>, &Binning)| BinnedColumn {
        binning: binning.clone(),
        feature: candidate.name.to_owned(),
        options: candidate.options.clone(),
    };
    candidates.iter().zip(binnings).map(column).collect()
}
