//! The probability that a decision stays when missing inputs become known and the card is developed anew.

mod regression;

use super::body::{BinCounts, CharacteristicCounts, Decision, DevelopmentBody};
use super::card::{Card, Characteristic};
use super::score::Slots;
use crate::numeric;
use regression::Regressions;

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
    /// conditional distribution is the normal one of the development's mean vector and covariance of points, with the
    /// generalised inverse (T. W. Anderson, "An Introduction to Multivariate Statistical Analysis", 3rd ed.,
    /// section 2.5). It does not cover drift, forged data or a wrong model. `docs/methods/evidence.md` counts how often
    /// decisions stayed.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// let slots = card.place(&[], |_, feature| feature.to_owned())?;
    /// // Nobody has measured how an expert card errs.
    /// assert_eq!(card.confidence(&slots), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn confidence(&self, slots: &Slots) -> Option<f64> {
        let uncertainty = self.uncertainty.as_deref()?;
        let cutoffs = self.body.cutoffs?;
        let decision = self.decision(slots.points)?;
        let (lo, hi) = match decision {
            Decision::Approve => (f64::from(cutoffs.approve) - 0.5, f64::INFINITY),
            Decision::Refer => (f64::from(cutoffs.refer) - 0.5, f64::from(cutoffs.approve) - 0.5),
            Decision::Decline => (f64::NEG_INFINITY, f64::from(cutoffs.refer) - 0.5),
        };
        let (mean, missing_variance) = self.conditional(slots, uncertainty)?;
        let points_per_nat = self.body.scaling.pdo / core::f64::consts::LN_2;
        let nats = self.quadratic_form(slots, uncertainty) + uncertainty.woe_variance(slots);
        let sd =
            numeric::sqrt((missing_variance + ESTIMATES * points_per_nat * points_per_nat * nats).max(0.0));
        if sd <= 0.0 {
            return Some(f64::from(u8::from((lo..hi).contains(&mean))));
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

    /// The mean of the total and the variance that missing inputs leave in it, given the observed points.
    fn conditional(&self, slots: &Slots, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
        let development = self.body.development.as_ref()?;
        let mut missing = Vec::new();
        let mut mean = f64::from(self.body.base_points);
        let expected = self.characteristics.iter().zip(&slots.slots).zip(&development.mean_points);
        for (position, ((own, slot), mean_points)) in expected.clone().enumerate() {
            if own.is_missing(*slot) {
                missing.push(position);
                mean += mean_points;
            } else {
                mean += f64::from(own.points_of(*slot));
            }
        }
        if missing.is_empty() {
            return Some((mean, 0.0));
        }
        let regression = uncertainty.regressions.on(&missing, &development.points_covariance)?;
        let observed = expected.filter(|((own, slot), _)| !own.is_missing(**slot));
        let deviations: Vec<f64> = observed
            .map(|((own, slot), mean_points)| f64::from(own.points_of(*slot)) - mean_points)
            .collect();
        let shift = numeric::dot(&regression.coefficients, &deviations)?;
        Some((mean + shift, regression.residual_variance))
    }

    /// The form x'Cx of x = 1 and the scored WoEs, C the covariance of the coefficients.
    #[expect(clippy::indexing_slicing, reason = "each slot of a loaded card has a weight of evidence")]
    fn quadratic_form(&self, slots: &Slots, uncertainty: &Uncertainty) -> f64 {
        let woes = self.characteristics.iter().zip(&slots.slots).map(|(it, slot)| it.woe[usize::from(*slot)]);
        let x: Vec<f64> = core::iter::once(1.0).chain(woes).collect();
        let mut form = 0.0;
        for (strip, own) in uncertainty.covariance.chunks(x.len()).zip(x.chunks(LANES)) {
            let mut sums = [0.0; LANES];
            for (entries, other) in strip.iter().zip(&x) {
                for (sum, entry) in sums.iter_mut().zip(entries) {
                    *sum += entry * other;
                }
            }
            for (sum, own) in sums.iter().zip(own) {
                form += own * sum;
            }
        }
        form
    }
}

/// Rows of a covariance that are summed side by side, each in the order of its columns.
const LANES: usize = 8;

/// What a confidence rests on beside the points, worked out when the card is loaded.
#[derive(Debug)]
pub(super) struct Uncertainty {
    /// Covariance of the coefficients in strips of [`LANES`] rows, each column by column; 0 below the last row.
    covariance: Vec<[f64; LANES]>,
    /// Squared coefficient times sampling variance of the WoE, by characteristic and slot.
    woe_variances: Vec<Vec<f64>>,
    regressions: Regressions,
}

impl Uncertainty {
    /// Returns what the development record says, `None` where it states no covariance of the coefficients.
    pub(super) fn of(development: &DevelopmentBody, characteristics: &[Characteristic]) -> Option<Self> {
        let covariance = development.coefficient_covariance.as_ref()?;
        let strips = covariance.chunks(LANES).flat_map(|rows| {
            (0..covariance.len()).map(move |column| {
                let mut entries = [0.0; LANES];
                for (entry, row) in entries.iter_mut().zip(rows) {
                    *entry = row.get(column).copied().unwrap_or_default();
                }
                entries
            })
        });
        let slopes =
            development.coefficients.as_deref().and_then(|all| all.split_first()).map_or(&[][..], |it| it.1);
        let all = BinCounts { bads: development.bads, goods: development.goods };
        let bins = characteristics.iter().zip(&development.counts).zip(slopes);
        let woe_variances = bins.map(|((own, counts), slope)| {
            let slots = (0..own.points.len()).map(|slot| {
                let bin = u16::try_from(slot).ok().and_then(|slot| counts_of(own, slot, counts));
                slope * slope * bin.map_or(0.0, |bin| sampling_variance(bin, all))
            });
            slots.collect()
        });
        Some(Self {
            covariance: strips.collect(),
            woe_variances: woe_variances.collect(),
            regressions: Regressions::default(),
        })
    }

    /// Returns the variance that the sampling of the scored WoEs leaves in the log-odds: the sum of squared coefficient
    /// times variance of the WoE; 0 for a card that does not state its coefficients.
    fn woe_variance(&self, slots: &Slots) -> f64 {
        let variances = self.woe_variances.iter().zip(&slots.slots);
        variances.filter_map(|(own, slot)| own.get(usize::from(*slot))).sum()
    }
}

/// Returns the development counts of a slot, `None` where the card states none.
fn counts_of(characteristic: &Characteristic, slot: u16, counts: &CharacteristicCounts) -> Option<BinCounts> {
    if characteristic.missing_slot == Some(slot) {
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
