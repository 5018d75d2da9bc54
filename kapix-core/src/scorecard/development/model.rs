//! One fit: bins of every candidate, the chosen characteristics and their coefficients. The card, each fold of a
//! cross-validation and each redevelopment go through the same function.

use super::candidates::Candidate;
use super::sample::Part;
use crate::domain::Frame;
use crate::error::Result;
use crate::fitting::{self, Binning, Coded, Regression, RegressionOptions, Run, SelectionOptions, SelectionReport};
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

/// What a fit is told.
#[derive(Clone, Copy)]
pub(super) struct Plan<'p> {
    pub(super) selection: &'p SelectionOptions,
    pub(super) regression: &'p RegressionOptions,
    pub(super) run: &'p Run<'p>,
}

/// Returns the bins of every candidate on the rows of a part.
pub(super) fn bin(candidates: &[Candidate<'_, '_>], part: &Part, run: &Run<'_>) -> Result<Vec<Binning>> {
    let mut binnings: Vec<Option<Binning>> = candidates.iter().map(|_| None).collect();
    parallel::run(binnings.iter_mut().zip(candidates), run.threads, |_, (place, candidate)| {
        (run.check)()?;
        let binning = fitting::bin(candidate.column, &part.rows, part.target(), &candidate.options);
        *place = Some(binning.map_err(|error| candidate.place(error))?);
        Ok(())
    })?;
    Ok(binnings.into_iter().flatten().collect())
}
