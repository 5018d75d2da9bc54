//! One fit: bins of every candidate, the chosen characteristics and their coefficients. The card, each fold of a
//! cross-validation and each redevelopment go through the same function.

use super::candidates::Candidate;
use super::missing_together;
use super::request::ScorecardDevelopRequest;
use super::sample::{Part, Sample};
use super::steps::Steps;
use crate::error::{Cause, Error, Result};
use crate::fitting::{self, Binning, BinningStatus, Fit, Prepared, Run, SelectionReport};
use crate::parallel;
use std::collections::BTreeSet;

/// The result of a fit.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// Bins of each candidate, in the order of the candidates.
    pub(super) binnings: Vec<Binning>,
    /// Places of the chosen candidates, ascending.
    pub(super) chosen: Vec<usize>,
    /// The coefficients: intercept, then one for each chosen candidate.
    pub(super) fit: Fit,
    /// How they were chosen.
    pub(super) selection: SelectionReport,
    /// Slot of each fitted row, for each chosen candidate.
    pub(super) slots: Vec<Vec<u16>>,
}

/// What every fit of a development uses beside its rows.
#[derive(Clone, Copy)]
pub(super) struct Plan<'p, 'f, 'a> {
    pub(super) candidates: &'p [Candidate<'f, 'a>],
    pub(super) request: &'p ScorecardDevelopRequest,
    pub(super) run: &'p Run<'p>,
    /// Outcomes and weights of the whole frame.
    pub(super) sample: &'p Sample,
    /// How far the development is.
    pub(super) steps: &'p Steps<'p>,
}

impl Plan<'_, '_, '_> {
    /// Returns the bins of every candidate on the rows of a part.
    pub(super) fn bin(&self, part: &Part) -> Result<Vec<Binning>> {
        let target = self.sample.frame.target();
        let mut binnings: Vec<Option<Binning>> = self.candidates.iter().map(|_| None).collect();
        parallel::run(
            binnings.iter_mut().zip(self.candidates),
            self.run.threads,
            |_, (place, candidate)| {
                (self.run.check)()?;
                let binning = fitting::bin(candidate.column, &part.rows, target, &candidate.options);
                *place = Some(binning.map_err(|error| candidate.place(error))?);
                self.steps.bin();
                Ok(())
            },
        )?;
        Ok(binnings.into_iter().flatten().collect())
    }

    /// Fits the rows of a part to bins that were made on them.
    pub(super) fn fit(&self, part: &Part, mut binnings: Vec<Binning>) -> Result<Model> {
        let request = self.request;
        let usable: Vec<usize> = (0..self.candidates.len())
            .filter(|place| binnings.get(*place).is_some_and(discriminates))
            .filter(|place| self.candidates.get(*place).is_some_and(Candidate::is_allowed))
            .collect();
        if usable.is_empty() {
            let message = "no column tells good and bad apart under the constraints; look at stage `binning`";
            return Err(Error::new(Cause::FittingNothing, message).at("/columns"));
        }
        let slots = self.slots(&binnings, &usable, &part.rows)?;
        missing_together::count_once(self.candidates, &mut binnings, (&usable, &slots));
        let design = self.design(part, &binnings, (&usable, &slots));
        let data = Prepared::new(&design, self.run)?;
        let known: Vec<fitting::SelectionCandidate> = usable
            .iter()
            .filter_map(|place| Some((binnings.get(*place)?, self.candidates.get(*place)?)))
            .map(|(binning, candidate)| fitting::SelectionCandidate {
                gini: binning.table.gini.unwrap_or_default(),
                iv: binning.table.iv,
                p_value: binning.table.chi_square.as_ref().map(|test| test.p_value),
                protected: candidate.settings.protected,
            })
            .collect();
        let mut selection = request.selection.clone();
        // A name that this fit cannot use is no error of the request: its names have been checked.
        let names: BTreeSet<&str> = data.names().into_iter().collect();
        selection.forced.retain(|name| names.contains(name.as_str()));
        selection.excluded.retain(|name| names.contains(name.as_str()));
        let selected = fitting::select(&data, &known, &selection, &request.regression, self.run)
            .map_err(|error| if error.fields.is_empty() { error.at("/columns") } else { error })?;
        if selected.fit.kept.is_empty() {
            let message = "the selection left no characteristic; look at its limits";
            return Err(Error::new(Cause::FittingNothing, message).at("/selection"));
        }
        let kept = &selected.fit.kept;
        let chosen = kept.iter().filter_map(|at| usable.get(*at).copied()).collect();
        drop((data, design));
        let mut slots = slots;
        let mut place = 0;
        slots.retain(|_| {
            place += 1;
            kept.contains(&(place - 1))
        });
        Ok(Model { binnings, chosen, fit: selected.fit, selection: selected.report, slots })
    }

    fn slots(&self, binnings: &[Binning], usable: &[usize], rows: &[u32]) -> Result<Vec<Vec<u16>>> {
        let mut slots: Vec<Vec<u16>> = vec![Vec::new(); usable.len()];
        parallel::run(slots.iter_mut().zip(usable), self.run.threads, |_, (own, place)| {
            (self.run.check)()?;
            let (Some(binning), Some(candidate)) = (binnings.get(*place), self.candidates.get(*place)) else {
                return Ok(());
            };
            own.resize(rows.len(), 0);
            binning.slots(candidate.column, rows, own).map_err(|error| candidate.place(error))
        })?;
        Ok(slots)
    }

    fn design<'d>(
        &self,
        part: &'d Part,
        binnings: &'d [Binning],
        (usable, slots): (&[usize], &'d [Vec<u16>]),
    ) -> fitting::Design<'d>
    where
        Self: 'd,
    {
        let predictors = usable
            .iter()
            .zip(slots)
            .filter_map(|(place, slots)| {
                let values = &binnings.get(*place)?.woe;
                let name = self.candidates.get(*place)?.name;
                Some(fitting::Predictor { name, values: fitting::PredictorValues::Coded { slots, values } })
            })
            .collect();
        fitting::Design { predictors, target: part.target(), offset: None }
    }
}

/// Returns whether a binning gives two of its filled slots a different weight of evidence.
fn discriminates(binning: &Binning) -> bool {
    let filled = binning.table.rows.iter().zip(&binning.woe).filter(|(row, _)| row.count > 0);
    let mut woe = filled.map(|(_, woe)| *woe);
    let Some(first) = woe.next() else { return false };
    binning.status != BinningStatus::Infeasible && woe.any(|other| (other - first).abs() > 0.0)
}

impl Model {
    /// Returns the log-odds of bad of rows of the frame.
    #[expect(clippy::indexing_slicing, reason = "a binning has a weight of evidence for each of its slots")]
    pub(super) fn log_odds(&self, plan: &Plan<'_, '_, '_>, rows: &[u32]) -> Result<Vec<f64>> {
        let (intercept, slopes) = self.fit.coefficients.split_first().unwrap_or((&0.0, &[]));
        let mut sums = vec![*intercept; rows.len()];
        let mut slots = vec![0; rows.len()];
        for (place, coefficient) in self.chosen.iter().zip(slopes) {
            let (Some(binning), Some(candidate)) = (self.binnings.get(*place), plan.candidates.get(*place))
            else {
                continue;
            };
            binning.slots(candidate.column, rows, &mut slots).map_err(|error| candidate.place(error))?;
            for (sum, slot) in sums.iter_mut().zip(&slots) {
                *sum += coefficient * binning.woe[usize::from(*slot)];
            }
        }
        Ok(sums)
    }

    /// Returns the slots of rows of the frame, for each chosen candidate.
    pub(super) fn slots_of(&self, plan: &Plan<'_, '_, '_>, rows: &[u32]) -> Result<Vec<Vec<u16>>> {
        plan.slots(&self.binnings, &self.chosen, rows)
    }
}
