//! Why a total is what it is: the weight of each feature and the reasons, from the same points that made it.

use super::card::Card;
use super::score::Slots;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Reasons of one direction that are reported: more than four are unlikely to help (12 CFR 1002, Supp. I,
/// 9(b)(2)-1).
const REASONS_MAX: usize = 4;

/// What an applicant's points are compared with to find the reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ReasonMethod {
    /// Mean points of applicants at or slightly above the approve cut-off (12 CFR 1002, Supp. I, 9(b)(2)-5).
    MeansAtCutoff,
    /// Mean points of all applicants of the development sample (the same comment's second method).
    Mean,
    /// The card's neutral points.
    Neutral,
    /// The most points of each characteristic; only by explicit choice.
    Maximum,
}

/// The weight of one feature in a total.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Position of the characteristic in the card.
    pub characteristic: usize,
    /// Name of the feature.
    pub feature: Arc<str>,
    /// Share of this characteristic in the absolute deviations of all from their reference, 0..=1.
    pub weight: f64,
    /// Points minus reference: its sign is the direction.
    pub difference: f64,
}

/// One reason: what lowered or raised the total against the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// Code in the card's table.
    pub code: Arc<str>,
    /// Positions of the characteristics that carry it, the largest difference first.
    pub characteristics: Vec<usize>,
    /// Sum of their differences in points: below 0 adverse, above 0 favourable.
    pub difference: f64,
}

impl Card {
    /// Returns the method that the card's data allow by default: the first of means at the cut-off, means, neutral.
    pub fn default_method(&self) -> ReasonMethod {
        match &self.body.development {
            Some(development) if development.means_at_cutoff.is_some() => ReasonMethod::MeansAtCutoff,
            Some(_) => ReasonMethod::Mean,
            None => ReasonMethod::Neutral,
        }
    }

    /// Returns the reference points of a characteristic by a method, `None` when the card lacks what it needs.
    pub fn reference(&self, method: ReasonMethod, characteristic: usize) -> Option<f64> {
        let development = self.body.development.as_ref();
        let compiled = self.characteristics.get(characteristic)?;
        match method {
            ReasonMethod::MeansAtCutoff => {
                development?.means_at_cutoff.as_ref()?.get(characteristic).copied()
            }
            ReasonMethod::Mean => development?.mean_points.get(characteristic).copied(),
            ReasonMethod::Neutral => Some(compiled.neutral),
            ReasonMethod::Maximum => compiled.points.iter().copied().max().map(f64::from),
        }
    }

    /// Returns the weight of every feature in card order.
    ///
    /// weight_j = |p_j - r_j| / sum_k |p_k - r_k|, p the points, r the development mean, or the neutral points of
    /// an expert card; all 0 when the sum is 0.
    pub fn weights(&self, slots: &Slots) -> Vec<Weight> {
        let method = if self.body.development.is_some() { ReasonMethod::Mean } else { ReasonMethod::Neutral };
        let differences = self.differences(slots, method);
        let total: f64 = differences.iter().map(|difference| difference.abs()).sum();
        let zipped = self.characteristics.iter().zip(differences).enumerate();
        zipped
            .map(|(position, (characteristic, difference))| Weight {
                characteristic: position,
                feature: Arc::clone(&characteristic.feature),
                weight: if total > 0.0 { difference.abs() / total } else { 0.0 },
                difference,
            })
            .collect()
    }

    /// Returns the adverse and the favourable reasons, at most four each, the strongest first, ties in card order.
    ///
    /// A reason is the points of its characteristics minus the reference; characteristics that share a code and a
    /// direction are added up, and no code is left out before the four are taken.
    pub fn reasons(&self, slots: &Slots, method: ReasonMethod) -> (Vec<Reason>, Vec<Reason>) {
        let differences = self.differences(slots, method);
        (self.ranked(&differences, -1.0), self.ranked(&differences, 1.0))
    }

    fn differences(&self, slots: &Slots, method: ReasonMethod) -> Vec<f64> {
        let zipped = self.characteristics.iter().zip(&slots.slots).enumerate();
        zipped
            .map(|(position, (characteristic, slot))| {
                let points = f64::from(characteristic.points_of(*slot));
                points - self.reference(method, position).unwrap_or(characteristic.neutral)
            })
            .collect()
    }

    fn ranked(&self, differences: &[f64], sign: f64) -> Vec<Reason> {
        let mut order: Vec<(usize, f64)> = differences
            .iter()
            .enumerate()
            .filter(|(_, difference)| sign * **difference > 0.0)
            .map(|(position, difference)| (position, *difference))
            .collect();
        order.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        let mut reasons: Vec<Reason> = Vec::with_capacity(REASONS_MAX);
        for (position, difference) in order {
            let Some(characteristic) = self.characteristics.get(position) else { continue };
            match reasons.iter_mut().find(|reason| *reason.code == *characteristic.reason) {
                Some(reason) => {
                    reason.characteristics.push(position);
                    reason.difference += difference;
                }
                None => reasons.push(Reason {
                    code: Arc::clone(&characteristic.reason),
                    characteristics: vec![position],
                    difference,
                }),
            }
        }
        let first = |reason: &Reason| reason.characteristics.iter().min().copied().unwrap_or_default();
        reasons
            .sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()).then(first(a).cmp(&first(b))));
        reasons.truncate(REASONS_MAX);
        reasons
    }
}
