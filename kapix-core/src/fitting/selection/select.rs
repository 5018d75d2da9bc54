//! The selection from the candidates to the fitted model.
#![expect(
    clippy::indexing_slicing,
    reason = "`select` proves one candidate a column; all places are of kept columns"
)]

use super::correlation;
use super::quadratic::Quadratic;
use super::settings::{
    Cluster, SelectionAction, SelectionMethod, SelectionReason, SelectionReport, SelectionSettings,
    SelectionStep,
};
use super::stepwise::{Judge, Search};
use crate::error::{Cause, Error, Result};
use crate::fitting::Run;
use crate::fitting::regression::{
    Fit, Prepared, RegressionSettings, SeparationKind, Start, correlations, first_dependency, fit_prepared,
    submatrix, without,
};
use crate::numeric::count;
use ndarray::Array2;
use std::collections::BTreeMap;

/// Rows times cubed characteristics up to which each submodel is fitted: about a second of one core.
const EXACT_WORK_MAX: f64 = 2e7;

/// What is known of a column beside its values.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Gini of the characteristic alone, -1..=1.
    pub gini: f64,
    /// Information value, at least 0.
    pub iv: f64,
    /// P-value of the test that all its bins have one bad rate; `None` where there is no such test.
    pub p_value: Option<f64>,
    /// Whether the characteristic is protected by law (age, sex, ...).
    pub protected: bool,
}

/// The selected model.
#[derive(Clone, Debug)]
pub struct Selected {
    /// The fit of the selected columns; `fit.kept` are their places, ascending.
    pub fit: Fit,
    /// What was done.
    pub report: SelectionReport,
}

/// Returns the selected characteristics with their fit; `candidates` are those of the columns of `data`.
///
/// In this order: names left out, leaks, information value and Gini, constant and dependent columns, correlation,
/// clusters, variance inflation, signs, stepwise search, signs again. Names are unique; what is chosen then does not
/// depend on the order of the columns. Small samples are fitted at every step, larger ones searched by a quadratic
/// approximation around a fit and fitted again.
///
/// Errors: settings out of range, a forced or excluded name that no column has, `fitting.collinear` if forced columns
/// are dependent, and `fitting.separation` if no maximum exists and l2 = 0.
///
/// ```
/// use kapix_core::fitting::{
///     Design, Predictor, PredictorValues, Prepared, RegressionSettings, Run, SelectionCandidate,
///     SelectionReason, SelectionSettings, Target, select,
/// };
///
/// // Weights of evidence: 3 of 10 rows are bad in the safe bin, 6 of 10 in the other. The second column is a copy.
/// let predictors = vec![
///     Predictor { name: "income", values: PredictorValues::Dense(&[0.6, 0.6, -0.6, -0.6]) },
///     Predictor { name: "income_in_euro", values: PredictorValues::Dense(&[0.6, 0.6, -0.6, -0.6]) },
/// ];
/// let target = Target::Binary { bad: &[1, 0, 1, 0], weight: Some(&[3.0, 7.0, 6.0, 4.0]) };
/// let run = Run { check: &|| Ok(()), progress: &|_, _| (), threads: 1 };
/// let data = Prepared::new(&Design { predictors, target, offset: None }, &run)?;
/// let income = SelectionCandidate { gini: 0.3, iv: 0.37, p_value: None, protected: false };
/// let candidates = [income, SelectionCandidate { iv: 0.36, ..income }];
/// let (settings, regression) = (SelectionSettings::default(), RegressionSettings::default());
/// let selected = select(&data, &candidates, &settings, &regression, &run)?;
/// assert_eq!(selected.report.chosen, ["income"]);
/// assert_eq!(selected.report.steps[0].characteristic, "income_in_euro");
/// assert_eq!(selected.report.steps[0].reason, SelectionReason::Collinear);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn select(
    data: &Prepared<'_>,
    candidates: &[Candidate],
    settings: &SelectionSettings,
    regression: &RegressionSettings,
    run: &Run<'_>,
) -> Result<Selected> {
    settings.check()?;
    regression.check()?;
    let names = data.names();
    if candidates.len() != names.len() {
        return Err(Error::new(Cause::FittingColumn, "each column needs one candidate"));
    }
    for (field, listed) in [("/forced", &settings.forced), ("/excluded", &settings.excluded)] {
        if let Some(at) = listed.iter().position(|name| !names.contains(&name.as_str())) {
            let message = "a listed name is no characteristic of the sample";
            return Err(Error::new(Cause::ValueOutOfRange, message).at(format!("{field}/{at}")));
        }
    }
    let plain = RegressionSettings { likelihood_ratio: false, ..regression.clone() };
    let forced = names.iter().map(|name| settings.forced.iter().any(|forced| forced == name)).collect();
    let kept = (0..names.len()).collect();
    let report = SelectionReport {
        chosen: vec![],
        clusters: vec![],
        leaking: vec![],
        protected: vec![],
        steps: vec![],
        vif: vec![],
        wrong_sign: vec![],
    };
    let state = State { data, candidates, settings, regression: &plain, run, names, forced, kept, report };
    state.select(regression)
}

/// A selection under way.
struct State<'s, 'a> {
    data: &'s Prepared<'a>,
    candidates: &'s [Candidate],
    settings: &'s SelectionSettings,
    regression: &'s RegressionSettings,
    run: &'s Run<'s>,
    names: Vec<&'a str>,
    forced: Vec<bool>,
    /// Columns still in, by rank.
    kept: Vec<usize>,
    report: SelectionReport,
}

impl State<'_, '_> {
    fn select(mut self, regression: &RegressionSettings) -> Result<Selected> {
        self.filter();
        self.rank();
        let correlation = correlations(self.data, &self.kept, self.run)?;
        let order: BTreeMap<usize, usize> =
            self.kept.iter().enumerate().map(|(place, &at)| (at, place)).collect();
        let of = |kept: &[usize]| {
            let places: Vec<usize> = kept.iter().filter_map(|at| order.get(at).copied()).collect();
            submatrix(&correlation, &places)
        };
        self.dependent(&of);
        self.correlated(&of);
        self.clusters(&of);
        self.inflated(&of);
        self.kept.sort_unstable();
        let mut fit = self.fitted(None)?;
        if fit.report.converged {
            fit = self.signs(fit)?;
            fit = self.search(fit)?;
            fit = self.signs(fit)?;
        }
        if regression.likelihood_ratio {
            let start = Some(fit.standardised.clone()).filter(|_| fit.report.converged);
            fit = fit_prepared(self.data, &self.kept, regression, (self.run, start))?;
        }
        self.report.vif = correlation::variance_inflation(&of(&self.kept)).unwrap_or_default();
        let names =
            |kept: &mut dyn Iterator<Item = &usize>| kept.map(|&at| self.names[at].to_owned()).collect();
        self.report.chosen = names(&mut self.kept.iter());
        self.report.protected = names(&mut self.kept.iter().filter(|&&at| self.candidates[at].protected));
        let is_wrong = |place: &usize| self.settings.sign && fit.coefficients[place + 1] >= 0.0;
        let wrong: Vec<usize> = (0..self.kept.len()).filter(is_wrong).map(|place| self.kept[place]).collect();
        self.report.wrong_sign = names(&mut wrong.iter());
        Ok(Selected { fit, report: self.report })
    }

    /// Removes by name, leak, information value and Gini.
    fn filter(&mut self) {
        let settings = self.settings;
        for at in 0..self.names.len() {
            let Candidate { gini, iv, p_value, .. } = self.candidates[at];
            let is_leak = gini.abs() > settings.leak_gini || iv > settings.leak_iv;
            if settings.excluded.iter().any(|name| name == self.names[at]) {
                self.remove(at, SelectionReason::Excluded, [None, None]);
                continue;
            }
            if is_leak {
                self.report.leaking.push(self.names[at].to_owned());
            }
            if self.forced[at] {
                continue;
            }
            if gini.abs() > settings.leak_gini {
                self.remove(at, SelectionReason::LeakGini, [Some(gini), Some(settings.leak_gini)]);
            } else if is_leak {
                self.remove(at, SelectionReason::LeakIv, [Some(iv), Some(settings.leak_iv)]);
            } else if iv < settings.iv_min {
                self.remove(at, SelectionReason::Iv, [Some(iv), Some(settings.iv_min)]);
            } else if gini.abs() < settings.gini_min {
                self.remove(at, SelectionReason::Gini, [Some(gini), Some(settings.gini_min)]);
            } else if p_value.is_some_and(|p_value| p_value > settings.significance_max) {
                self.remove(at, SelectionReason::Significance, [p_value, Some(settings.significance_max)]);
            }
        }
    }

    /// Orders what is left: forced ones first, then by information value, then by name.
    fn rank(&mut self) {
        let key = |at: usize| (self.forced[at], self.candidates[at].iv, self.names[at]);
        let mut kept = core::mem::take(&mut self.kept);
        kept.sort_by(|&a, &b| {
            let (a, b) = (key(a), key(b));
            b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(b.2))
        });
        self.kept = kept;
    }

    fn dependent(&mut self, of: &dyn Fn(&[usize]) -> Array2<f64>) {
        let constant = |at: &usize| self.data.is_constant(*at) && !self.forced[*at];
        for at in self.kept.iter().copied().filter(constant).collect::<Vec<_>>() {
            self.remove(at, SelectionReason::Collinear, [None, None]);
        }
        while let Some((place, others)) = first_dependency(&of(&self.kept)) {
            let at = self.kept[place];
            if self.forced[at] {
                return;
            }
            self.remove(at, SelectionReason::Collinear, [None, None]);
            if let (Some(step), [other]) = (self.report.steps.last_mut(), others.as_slice()) {
                step.other = Some(self.names[self.kept[*other]].to_owned());
            }
        }
    }

    fn correlated(&mut self, of: &dyn Fn(&[usize]) -> Array2<f64>) {
        let Some(most) = self.settings.correlation_max else { return };
        let ranked = self.kept.clone();
        let correlation = of(&ranked);
        let mut stayed: Vec<usize> = Vec::new();
        for (place, &at) in ranked.iter().enumerate() {
            let r = |other: usize| correlation[[place, other]];
            let pair = stayed.iter().copied().find(|&other| r(other).abs() > most);
            let Some(other) = pair.filter(|_| !self.forced[at]) else {
                stayed.push(place);
                continue;
            };
            self.remove(at, SelectionReason::Correlation, [Some(r(other)), Some(most)]);
            if let Some(step) = self.report.steps.last_mut() {
                step.other = Some(self.names[ranked[other]].to_owned());
            }
        }
    }

    fn clusters(&mut self, of: &dyn Fn(&[usize]) -> Array2<f64>) {
        let Some(least) = self.settings.cluster_correlation else { return };
        let ranked = self.kept.clone();
        for (members, similarity) in correlation::clusters(&of(&ranked), least) {
            if members.len() < 2 {
                continue;
            }
            let characteristics = members.iter().map(|&place| self.names[ranked[place]].to_owned()).collect();
            self.report.clusters.push(Cluster { characteristics, correlation: similarity });
            for &place in members.iter().skip(1).filter(|_| self.settings.cluster_best) {
                if !self.forced[ranked[place]] {
                    self.remove(ranked[place], SelectionReason::Cluster, [Some(similarity), Some(least)]);
                }
            }
        }
    }

    fn inflated(&mut self, of: &dyn Fn(&[usize]) -> Array2<f64>) {
        let Some(most) = self.settings.vif_max else { return };
        while let Some(inflation) = correlation::variance_inflation(&of(&self.kept)) {
            let open = self.kept.iter().zip(inflation).filter(|(at, vif)| *vif > most && !self.forced[**at]);
            // Of equal ones the last by rank, of the lower information value.
            let Some((&at, vif)) = open.max_by(|a, b| a.1.total_cmp(&b.1)) else { return };
            self.remove(at, SelectionReason::Vif, [Some(vif), Some(most)]);
        }
    }

    /// Removes the characteristics whose coefficient is not negative, the most significant first, and fits again.
    fn signs(&mut self, mut fit: Fit) -> Result<Fit> {
        while self.settings.sign {
            let quadratic = Quadratic::of(&fit.standardised);
            let all = self.kept.clone();
            let mut inside = vec![true; all.len()];
            let mut start = Some(fit.standardised.clone());
            loop {
                let changes = quadratic.changes(&inside);
                let wrong =
                    (0..all.len()).filter(|&at| inside[at] && !self.forced[all[at]] && changes[at].z >= 0.0);
                let by_z = |a: &usize, b: &usize| {
                    changes[*a].z.total_cmp(&changes[*b].z).then(self.names[all[*b]].cmp(self.names[all[*a]]))
                };
                let Some(worst) = wrong.max_by(by_z) else { break };
                let place = inside[..worst].iter().filter(|inside| **inside).count();
                start = start.and_then(|start| without(&start, place + 1));
                let is_exact = inside.iter().all(|inside| *inside);
                inside[worst] = false;
                self.remove(all[worst], SelectionReason::Sign, [Some(changes[worst].z), Some(0.0)]);
                if let Some(step) = self.report.steps.last_mut() {
                    step.is_exact = is_exact;
                }
                if self.is_small() {
                    break;
                }
            }
            if inside.iter().all(|inside| *inside) {
                break;
            }
            fit = self.fitted(start)?;
        }
        Ok(fit)
    }

    fn search(&mut self, fit: Fit) -> Result<Fit> {
        let settings = self.settings;
        if settings.method == SelectionMethod::None && settings.characteristics_max.is_none() {
            return Ok(fit);
        }
        let kept = self.kept.clone();
        let mut ranked: Vec<usize> = (0..kept.len()).collect();
        ranked.sort_by(|&a, &b| {
            let iv = |place: usize| self.candidates[kept[place]].iv;
            iv(b).total_cmp(&iv(a)).then(self.names[kept[a]].cmp(self.names[kept[b]]))
        });
        let mut rank = vec![0; kept.len()];
        ranked.iter().enumerate().for_each(|(order, &place)| rank[place] = order);
        let held = kept.iter().map(|&at| self.forced[at]).collect();
        let search = Search { settings, held, rank, weight: self.data.weight() };
        let mut judge = if self.is_small() {
            let (data, regression, run) = (self.data, self.regression, self.run);
            Judge::Exact { data, kept: &kept, regression, run, known: BTreeMap::new() }
        } else {
            Judge::Approximate { quadratic: Quadratic::of(&fit.standardised), check: self.run.check }
        };
        let (decisions, inside) = search.run(&mut judge)?;
        for decision in &decisions {
            let numbers = [Some(decision.value), decision.limit];
            self.record(kept[decision.at], decision.action, decision.reason, numbers);
            if let Some(step) = self.report.steps.last_mut() {
                step.is_exact = judge.is_exact();
            }
        }
        let mut start = Some(fit.standardised.clone());
        for place in (0..kept.len()).rev().filter(|&place| !inside[place]) {
            start = start.and_then(|start| without(&start, place + 1));
        }
        self.kept = kept.iter().zip(&inside).filter(|(_, inside)| **inside).map(|(at, _)| *at).collect();
        if self.kept.len() == kept.len() { Ok(fit) } else { self.fitted(start) }
    }

    /// Returns the fit of what is kept, or an error that names what separates the rows.
    fn fitted(&self, start: Option<Start>) -> Result<Fit> {
        let fit = fit_prepared(self.data, &self.kept, self.regression, (self.run, start))?;
        let separation = &fit.report.separation;
        if fit.report.converged || separation.kind == SeparationKind::None {
            return Ok(fit);
        }
        let names = separation.characteristics.join("`, `");
        let message = format!("`{names}` separate good and bad rows; leave them out or set l2 above 0");
        Err(Error::new(Cause::FittingSeparation, message))
    }

    fn is_small(&self) -> bool {
        let columns = count(self.kept.len());
        count(self.data.rows()) * columns * columns * columns <= EXACT_WORK_MAX
    }

    fn remove(&mut self, at: usize, reason: SelectionReason, numbers: [Option<f64>; 2]) {
        self.kept.retain(|&kept| kept != at);
        self.record(at, SelectionAction::Remove, reason, numbers);
    }

    fn record(
        &mut self,
        at: usize,
        action: SelectionAction,
        reason: SelectionReason,
        [value, limit]: [Option<f64>; 2],
    ) {
        let characteristic = self.names[at].to_owned();
        let step = self.report.steps.len() + 1;
        let other = None;
        self.report.steps.push(SelectionStep {
            action,
            characteristic,
            is_exact: true,
            limit,
            other,
            reason,
            step,
            value,
        });
    }
}
