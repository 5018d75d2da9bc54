//! The probability that a decision stays when missing inputs become known and the card is developed anew.

use super::body::{BinCounts, CharacteristicCounts, Decision, DevelopmentBody};
use super::card::{Card, Characteristic};
use super::score::Slots;
use crate::numeric;
use ndarray::Array2;

/// Eigenvalues below this share of the largest are taken as 0: characteristics that move together.
const PSEUDO_INVERSE_TOLERANCE: f64 = 1e-10;
/// Estimates that err: the card's, and the one made anew on another sample of the same size.
const ESTIMATES: f64 = 2.0;
/// Added to both counts of a bin when one is 0, as the WoE of such a bin has it.
const EMPTY_CELL: f64 = 0.5;

impl Card {
    /// Returns the probability, 0..=1, that the decision stays, or `None` for a card without a development record
    /// or a covariance of its coefficients, or without cut-offs.
    ///
    /// Phi((hi - m) / s) - Phi((lo - m) / s) in points: lo and hi are the cut-offs of the decision's band minus
    /// 1/2; m = observed points + E\[points of missing inputs | observed\];
    /// s^2 = Var\[missing | observed\] + 2 (pdo / ln 2)^2 (x'Cx + sum of b^2 v), x = 1 and the scored WoEs, C the
    /// covariance of the coefficients, b the coefficients, v the sampling variance of the scored WoEs. The factor 2:
    /// the estimates in the card and those made anew both err, and the variance of a difference is the sum. The
    /// conditional law is the normal one of the development's mean vector and covariance of points, with the
    /// generalised inverse (T. W. Anderson, "An Introduction to Multivariate Statistical Analysis", 3rd ed.,
    /// section 2.5). It does not cover drift, forged data or a wrong model. `docs/methods/evidence.md` counts how often
    /// decisions stayed.
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
        let nats = self.quadratic_form(slots, covariance) + self.woe_variance(slots, development);
        let sd =
            numeric::sqrt((missing_variance + ESTIMATES * points_per_nat * points_per_nat * nats).max(0.0));
        if sd <= 0.0 {
            return Some(1.0);
        }
        // An sd beyond f64 must not meet an infinite limit.
        let below = |limit: f64| {
            if limit.is_finite() {
                numeric::normal_cdf((limit - mean) / sd)
            } else {
                f64::from(u8::from(limit > 0.0))
            }
        };
        Some((below(hi) - below(lo)).clamp(0.0, 1.0))
    }

    /// The variance that the sampling of the scored WoEs leaves in the log-odds: the sum of squared coefficient times
    /// variance of the WoE; 0 for a card that does not state its coefficients.
    fn woe_variance(&self, slots: &Slots, development: &DevelopmentBody) -> f64 {
        let slopes =
            development.coefficients.as_deref().and_then(|all| all.split_first()).map_or(&[][..], |it| it.1);
        let all = BinCounts { bads: development.bads, goods: development.goods };
        let bins = self.characteristics.iter().zip(&slots.slots).zip(&development.counts);
        let variances = bins.map(|((own, slot), counts)| {
            counts_of(own, *slot, counts).map_or(0.0, |bin| sampling_variance(bin, all))
        });
        variances.zip(slopes).map(|(variance, slope)| slope * slope * variance).sum()
    }

    /// The mean of the total and the variance that missing inputs leave in it, given the observed points.
    #[expect(
        clippy::indexing_slicing,
        reason = "a loaded card has a row and a column of covariances a characteristic"
    )]
    fn conditional(&self, slots: &Slots, development: &DevelopmentBody) -> Option<(f64, f64)> {
        let points = |position: usize, slot: u16| f64::from(self.characteristics[position].points_of(slot));
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
        let sigma = |i: usize, j: usize| development.points_covariance[i][j];
        let total: f64 = missing.iter().flat_map(|i| missing.iter().map(move |j| sigma(*i, *j))).sum();
        if observed.is_empty() {
            return Some((mean, total));
        }
        // One vector suffices: the covariance of each observed input with the sum of the missing ones.
        let cross: Vec<f64> =
            observed.iter().map(|(o, _)| missing.iter().map(|m| sigma(*m, *o)).sum()).collect();
        let size = observed.len();
        let entries = observed.iter().flat_map(|(i, _)| observed.iter().map(move |(j, _)| sigma(*i, *j)));
        let matrix = Array2::from_shape_vec((size, size), entries.collect()).ok()?;
        let inverse = numeric::pseudo_inverse(&matrix, PSEUDO_INVERSE_TOLERANCE)?;
        let regression = numeric::times(&inverse, &cross)?;
        let deviations: Vec<f64> = observed.iter().map(|(_, deviation)| *deviation).collect();
        let shift = numeric::dot(&regression, &deviations)?;
        let explained = numeric::dot(&regression, &cross)?;
        Some((mean + shift, (total - explained).max(0.0)))
    }

    #[expect(clippy::indexing_slicing, reason = "each slot of a loaded card has a weight of evidence")]
    fn quadratic_form(&self, slots: &Slots, covariance: &[Vec<f64>]) -> f64 {
        let woes = self.characteristics.iter().zip(&slots.slots).map(|(it, slot)| it.woe[usize::from(*slot)]);
        let x: Vec<f64> = core::iter::once(1.0).chain(woes).collect();
        let products = covariance
            .iter()
            .zip(&x)
            .map(|(row, own)| own * row.iter().zip(&x).map(|(entry, other)| entry * other).sum::<f64>());
        products.sum()
    }
}

/// Returns the development counts of a slot, `None` where the card states none.
fn counts_of(characteristic: &Characteristic, slot: u16, counts: &CharacteristicCounts) -> Option<BinCounts> {
    if characteristic.is_missing(slot) {
        return counts.missing;
    }
    if characteristic.unseen_slot == Some(slot) {
        return counts.unseen;
    }
    match slot.checked_sub(characteristic.attributes) {
        None => counts.attributes.get(usize::from(slot)).copied(),
        Some(special) => counts.special.get(usize::from(special)).copied(),
    }
}

/// Returns the sampling variance of ln((g / G) / (b / B)), 1/g - 1/G + 1/b - 1/B: that of the logarithm of two
/// binomial shares to first order (the delta method); 0 for a bin without rows, whose WoE is stated, not estimated.
fn sampling_variance(bin: BinCounts, all: BinCounts) -> f64 {
    if bin.goods + bin.bads <= 0.0 {
        return 0.0;
    }
    let added = if bin.goods > 0.0 && bin.bads > 0.0 { 0.0 } else { EMPTY_CELL };
    let variance = 1.0 / (bin.goods + added) - 1.0 / all.goods + 1.0 / (bin.bads + added) - 1.0 / all.bads;
    variance.max(0.0)
}
