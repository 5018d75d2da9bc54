//! One fit: bins of every candidate, the chosen characteristics and their coefficients. The card, each fold of a
//! cross-validation and each redevelopment go through the same function.

use super::candidates::Candidate;
use super::request::DevelopRequest;
use super::sample::{Part, Sample};
use crate::error::Result;
use crate::fitting::{
    Applicant, Binning, Choice, Regression, RegressionSettings, Run, SelectionReport, SelectionSettings, bin, select,
};
use crate::parallel;

/// What a fit made.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// Bins of each candidate, in the order of the candidates.
    pub(super) binnings: Vec<Binning>,
    /// Places of the chosen candidates, ascending.
    pub(super) chosen: Vec<usize>,
    /// The coefficients: intercept, then one for each chosen candidate.
    pub(super) regression: Regression,
    /// How they were chosen.
    pub(super) selection: SelectionReport,
    /// Slot of each fitted row, for each chosen candidate.
    pub(super) slots: Vec<Vec<u16>>,
}

/// What a fit is told beside its rows.
#[derive(Clone, Copy)]
pub(super) struct Plan<'p, 'f, 'a> {
    pub(super) candidates: &'p [Candidate<'f, 'a>],
    pub(super) request: &'p DevelopRequest,
    pub(super) run: &'p Run<'p>,
}

impl Model {
    /// Fits the rows of a part.
    pub(super) fn fit(plan: Plan<'_, '_, '_>, sample: &Sample, part: &Part) -> Result<Self> {
        let binnings = bin_all(plan, sample, part)?;
        let usable: Vec<usize> =
            (0..binnings.len()).filter(|place| binnings.get(*place).is_some_and(Binning::tells_apart)).collect();
        let slots = slots(plan, &binnings, &usable, &part.rows)?;
        todo(usable, slots)
    }

    /// Returns the log-odds of bad of rows of the frame.
    pub(super) fn log_odds(&self, plan: Plan<'_, '_, '_>, rows: &[u32]) -> Result<Vec<f64>> {
        let mut coefficients = self.regression.coefficients.iter().map(|it| it.estimate);
        let intercept = coefficients.next().unwrap_or_default();
        let mut sums = vec![intercept; rows.len()];
        let mut slots = vec![0; rows.len()];
        for (place, coefficient) in self.chosen.iter().zip(coefficients) {
            let (Some(binning), Some(candidate)) = (self.binnings.get(*place), plan.candidates.get(*place)) else {
                continue;
            };
            binning.slots(candidate.column, rows, &mut slots)?;
            for (sum, slot) in sums.iter_mut().zip(&slots) {
                *sum += coefficient * binning.woe.get(usize::from(*slot)).copied().unwrap_or_default();
            }
        }
        Ok(sums)
    }
}
