//! Stepwise search: which characteristic enters or leaves next.
#![expect(
    clippy::indexing_slicing,
    reason = "`inside`, `held` and the changes have one entry a kept characteristic"
)]

use super::quadratic::{Change, Quadratic};
use super::settings::{Criterion, SelectionAction, SelectionMethod, SelectionReason, SelectionSettings};
use crate::error::Result;
use crate::fitting::Run;
use crate::fitting::regression::{Prepared, RegressionSettings, deviance};
use crate::numeric::{chi_square_sf, ln};
use std::collections::BTreeMap;

/// How the change of the deviance by each step is found.
pub(super) enum Judge<'j, 'a> {
    /// A fit of each submodel; those already fitted are remembered.
    Exact {
        data: &'j Prepared<'a>,
        kept: &'j [usize],
        regression: &'j RegressionSettings,
        run: &'j Run<'j>,
        known: BTreeMap<Vec<bool>, (f64, Vec<f64>)>,
    },
    /// The quadratic around the fit of all.
    Approximate { quadratic: Quadratic, check: &'j (dyn Fn() -> Result<()> + Sync) },
}

impl Judge<'_, '_> {
    /// Returns whether the values are of fits.
    pub(super) const fn is_exact(&self) -> bool {
        matches!(self, Self::Exact { .. })
    }

    /// Returns what a change of each characteristic that is not `held` does.
    fn changes(
        &mut self,
        inside: &[bool],
        held: &[bool],
        action: SelectionAction,
    ) -> Result<Vec<Option<Change>>> {
        let is_open = |at: usize| !held[at] && inside[at] == (action == SelectionAction::Remove);
        if let Self::Approximate { quadratic, check } = self {
            check()?;
            let changes = quadratic.changes(inside);
            return Ok(changes
                .into_iter()
                .enumerate()
                .map(|(at, change)| is_open(at).then_some(change))
                .collect());
        }
        let (here, slopes) = self.fitted(inside)?;
        let mut changes = vec![None; inside.len()];
        for at in (0..inside.len()).filter(|&at| is_open(at)) {
            let mut other = inside.to_vec();
            other[at] = !inside[at];
            let (there, entered) = self.fitted(&other)?;
            let slope = if inside[at] { slopes[at] } else { entered[at] };
            changes[at] = Some(Change { deviance: (here - there).abs(), z: slope });
        }
        Ok(changes)
    }

    /// Returns the deviance of a submodel and its slopes, 0 of what is not inside.
    fn fitted(&mut self, inside: &[bool]) -> Result<(f64, Vec<f64>)> {
        let Self::Exact { data, kept, regression, run, known } = self else {
            return Ok((0.0, vec![0.0; inside.len()]));
        };
        if let Some(found) = known.get(inside) {
            return Ok(found.clone());
        }
        let columns: Vec<usize> =
            kept.iter().zip(inside).filter(|(_, inside)| **inside).map(|(at, _)| *at).collect();
        let (deviance, theta) = deviance(data, &columns, regression, run)?;
        let mut slopes = theta.into_iter().skip(1);
        let slopes: Vec<f64> =
            inside.iter().map(|&inside| if inside { slopes.next().unwrap_or(0.0) } else { 0.0 }).collect();
        known.insert(inside.to_vec(), (deviance, slopes.clone()));
        Ok((deviance, slopes))
    }
}

/// One decision of the search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision {
    pub(super) action: SelectionAction,
    pub(super) at: usize,
    pub(super) limit: Option<f64>,
    pub(super) reason: SelectionReason,
    pub(super) value: f64,
}

/// A search over the kept characteristics.
pub(super) struct Search<'s> {
    pub(super) settings: &'s SelectionSettings,
    /// Forced characteristics.
    pub(super) held: Vec<bool>,
    /// Order of ties: the place of each characteristic by information value and name.
    pub(super) rank: Vec<usize>,
    /// Sum of the weights of the rows.
    pub(super) weight: f64,
}

impl Search<'_> {
    /// Returns the decisions of the search by its method, and who is inside in the end.
    pub(super) fn run(&self, judge: &mut Judge<'_, '_>) -> Result<(Vec<Decision>, Vec<bool>)> {
        let method = self.settings.method;
        let is_growing = matches!(method, SelectionMethod::Forward | SelectionMethod::Stepwise);
        let mut inside = if is_growing { self.held.clone() } else { vec![true; self.held.len()] };
        let mut decisions = Vec::new();
        let most = self
            .settings
            .characteristics_max
            .and_then(|most| usize::try_from(most).ok())
            .unwrap_or(usize::MAX);
        // With equal limits a characteristic could enter and leave for ever by rounding.
        let steps_max = 4 * inside.len() + 4;
        while is_growing && decisions.len() < steps_max && count(&inside) < most {
            let Some(entering) = self.next(judge, &inside, SelectionAction::Add)? else { break };
            inside[entering.at] = true;
            decisions.push(entering);
            while method == SelectionMethod::Stepwise
                && decisions.len() < steps_max
                && let Some(leaving) = self.next(judge, &inside, SelectionAction::Remove)?
            {
                inside[leaving.at] = false;
                decisions.push(leaving);
            }
        }
        while method == SelectionMethod::Backward
            && let Some(leaving) = self.next(judge, &inside, SelectionAction::Remove)?
        {
            inside[leaving.at] = false;
            decisions.push(leaving);
        }
        while count(&inside) > most {
            let changes = judge.changes(&inside, &self.held, SelectionAction::Remove)?;
            let Some((at, change)) = self.extreme(&changes, SelectionAction::Remove) else { break };
            let limit =
                self.settings.characteristics_max.and_then(|most| i32::try_from(most).ok()).map(f64::from);
            let value = chi_square_sf(change.deviance, 1.0);
            decisions.push(Decision {
                action: SelectionAction::Remove,
                at,
                limit,
                reason: SelectionReason::CharacteristicsMax,
                value,
            });
            inside[at] = false;
        }
        Ok((decisions, inside))
    }

    /// Returns the best change of a kind if the criterion takes it.
    fn next(
        &self,
        judge: &mut Judge<'_, '_>,
        inside: &[bool],
        action: SelectionAction,
    ) -> Result<Option<Decision>> {
        let changes = judge.changes(inside, &self.held, action)?;
        let Some((at, change)) = self.extreme(&changes, action) else { return Ok(None) };
        let (reason, limit, value, is_taken) = self.verdict(change.deviance, action);
        Ok(is_taken.then_some(Decision { action, at, limit, reason, value }))
    }

    /// Returns the change that raises the deviance least or lowers it most; ties by rank.
    fn extreme(&self, changes: &[Option<Change>], action: SelectionAction) -> Option<(usize, Change)> {
        let open = changes.iter().enumerate().filter_map(|(at, change)| Some((at, (*change)?)));
        let is_wrong =
            |change: &Change| action == SelectionAction::Add && self.settings.sign && change.z >= 0.0;
        let open = open.filter(|(_, change)| !is_wrong(change));
        let by_deviance = |a: &(usize, Change), b: &(usize, Change)| {
            let order = a.1.deviance.total_cmp(&b.1.deviance);
            order.then(self.rank[b.0].cmp(&self.rank[a.0]))
        };
        if action == SelectionAction::Add { open.max_by(by_deviance) } else { open.min_by(by_deviance) }
    }

    /// Returns reason, limit, value and whether the criterion takes a change of the deviance by one coefficient.
    fn verdict(&self, deviance: f64, action: SelectionAction) -> (SelectionReason, Option<f64>, f64, bool) {
        let gain = |cost: f64| if action == SelectionAction::Add { deviance - cost } else { cost - deviance };
        match self.settings.criterion {
            Criterion::Aic => (SelectionReason::Aic, Some(0.0), gain(2.0), gain(2.0) > 0.0),
            Criterion::Bic => {
                (SelectionReason::Bic, Some(0.0), gain(ln(self.weight)), gain(ln(self.weight)) > 0.0)
            }
            Criterion::PValue => {
                let p = chi_square_sf(deviance, 1.0);
                let (limit, is_taken) = match action {
                    SelectionAction::Add => (self.settings.p_enter, p < self.settings.p_enter),
                    SelectionAction::Remove => (self.settings.p_remove, p > self.settings.p_remove),
                };
                (SelectionReason::PValue, Some(limit), p, is_taken)
            }
        }
    }
}

fn count(inside: &[bool]) -> usize {
    inside.iter().filter(|inside| **inside).count()
}
