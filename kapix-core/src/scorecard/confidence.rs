//! The probability that a decision stays when missing inputs become known and the coefficients are estimated
//! anew.

use super::body::{Decision, DevelopmentBody};
use super::card::Card;
use super::score::Slots;
use crate::numeric::{self, Matrix};

/// Eigenvalues below this share of the largest are taken as 0: characteristics that move together.
const PSEUDO_INVERSE_TOLERANCE: f64 = 1e-10;

impl Card {
    /// Returns the probability, 0..=1, that the decision stays, or `None` for a card without a development record
    /// or a covariance of its coefficients, or without cut-offs.
    ///
    /// Phi((hi - m) / s) - Phi((lo - m) / s) in points: lo and hi are the cut-offs of the decision's band minus
    /// 1/2; m = observed points + E\[points of missing inputs | observed\];
    /// s^2 = Var\[missing | observed\] + (pdo / ln 2)^2 x'Cx, x = 1 and the scored WoEs, C the covariance of the
    /// coefficients. The conditional law is the normal one of the development's mean vector and covariance of
    /// points, with the generalised inverse (T. W. Anderson, "An Introduction to Multivariate Statistical
    /// Analysis", 3rd ed., section 2.5). It does not cover drift, forged data or a wrong model.
    pub fn confidence(&self, slots: &Slots) -> Option<f64> {
        let development = self.body.development.as_ref()?;
        let covariance = development.coefficient_covariance.as_ref()?;
        let cutoffs = self.body.cutoffs?;
        let decision = self.decision(slots.points)?;
        let (lo, hi) = match decision {
            Decision::Approve => (f64::from(cutoffs.approve) - 0.5, f64::INFINITY),
            Decision::Refer => (f64::from(cutoffs.refer) - 0.5, f64::from(cutoffs.approve) - 0.5),
            Decision::Decline => (f64::NEG_INFINITY, f64::from(cutoffs.refer) - 0.5),
        };
        let (mean, missing_variance) = self.conditional(slots, development)?;
        let points_per_nat = self.body.scaling.pdo / core::f64::consts::LN_2;
        let estimation = points_per_nat * points_per_nat * self.quadratic_form(slots, covariance);
        let sd = numeric::sqrt((missing_variance + estimation).max(0.0));
        if sd <= 0.0 {
            return Some(1.0);
        }
        let below = |limit: f64| numeric::normal_cdf((limit - mean) / sd);
        Some((below(hi) - below(lo)).clamp(0.0, 1.0))
    }

    /// The mean of the total and the variance that missing inputs leave in it, given the observed points.
    fn conditional(&self, slots: &Slots, development: &DevelopmentBody) -> Option<(f64, f64)> {
        let points = |position: usize, slot: u16| {
            self.characteristics.get(position).map_or(0.0, |it| f64::from(it.points_of(slot)))
        };
        let mut missing = Vec::new();
        let mut observed = Vec::new();
        let mut mean = f64::from(self.body.base_points);
        for (position, (characteristic, slot)) in self.characteristics.iter().zip(&slots.slots).enumerate() {
            if characteristic.is_missing(*slot) {
                missing.push(position);
                mean += development.mean_points.get(position)?;
            } else {
                mean += points(position, *slot);
                let own = development.mean_points.get(position)?;
                observed.push((position, points(position, *slot) - own));
            }
        }
        if missing.is_empty() {
            return Some((mean, 0.0));
        }
        let sigma = |i: usize, j: usize| {
            development.points_covariance.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0.0)
        };
        let total: f64 = missing.iter().flat_map(|i| missing.iter().map(move |j| sigma(*i, *j))).sum();
        if observed.is_empty() {
            return Some((mean, total));
        }
        // One vector suffices: the covariance of each observed input with the sum of the missing ones.
        let cross: Vec<f64> =
            observed.iter().map(|(o, _)| missing.iter().map(|m| sigma(*m, *o)).sum()).collect();
        let size = observed.len();
        let entries = observed.iter().flat_map(|(i, _)| observed.iter().map(move |(j, _)| sigma(*i, *j)));
        let inverse =
            numeric::pseudo_inverse(&Matrix::new(size, size, entries.collect())?, PSEUDO_INVERSE_TOLERANCE)?;
        let regression = inverse.times(&cross)?;
        let deviations: Vec<f64> = observed.iter().map(|(_, deviation)| *deviation).collect();
        let shift = numeric::dot(&regression, &deviations)?;
        let explained = numeric::dot(&regression, &cross)?;
        Some((mean + shift, (total - explained).max(0.0)))
    }

    fn quadratic_form(&self, slots: &Slots, covariance: &[Vec<f64>]) -> f64 {
        let woes = self
            .characteristics
            .iter()
            .zip(&slots.slots)
            .map(|(it, slot)| it.woe.get(usize::from(*slot)).copied().unwrap_or(0.0));
        let x: Vec<f64> = core::iter::once(1.0).chain(woes).collect();
        let products = covariance
            .iter()
            .zip(&x)
            .map(|(row, own)| own * row.iter().zip(&x).map(|(entry, other)| entry * other).sum::<f64>());
        products.sum()
    }
}
