//! Why a total is what it is: the weight of each feature and the reasons, from the same points that made it.

use super::card::Card;
use super::score::Slots;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Reasons of one direction that are reported: more than four are unlikely to help (12 CFR 1002, Supp. I,
/// 9(b)(2)-1).
pub(super) const REASONS_MAX: usize = 4;

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    /// Position of the characteristic in the card.
    pub characteristic: usize,
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
        differences
            .into_iter()
            .enumerate()
            .map(|(position, difference)| Weight {
                characteristic: position,
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

    /// Returns the numbers of the adverse reasons that [`Self::reasons`] gives: places in the card's table of reasons.
    pub(super) fn adverse_codes(&self, slots: &Slots, method: ReasonMethod) -> impl Iterator<Item = u16> {
        let (_, totals) = self.totals(&self.differences(slots, method), -1.0);
        totals.into_iter().map(|total| total.reason)
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

    /// Returns what the characteristics of one direction add, and the sums of the strongest reasons, in their order.
    fn totals(&self, differences: &[f64], sign: f64) -> (Vec<Part>, Vec<Part>) {
        let zipped = self.characteristics.iter().zip(differences).enumerate();
        let own = zipped.filter(|(_, (_, difference))| sign * **difference > 0.0).map(
            |(first, (it, difference))| Part { reason: it.reason_number, first, difference: *difference },
        );
        let mut parts: Vec<Part> = Vec::with_capacity(differences.len());
        parts.extend(own);
        parts.sort_unstable_by(Part::order);
        let mut totals: Vec<Part> = Vec::with_capacity(parts.len());
        for part in &parts {
            match totals.iter_mut().find(|total| total.reason == part.reason) {
                Some(total) => {
                    total.first = total.first.min(part.first);
                    total.difference += part.difference;
                }
                None => totals.push(*part),
            }
        }
        totals.sort_unstable_by(Part::order);
        totals.truncate(REASONS_MAX);
        (parts, totals)
    }

    fn ranked(&self, differences: &[f64], sign: f64) -> Vec<Reason> {
        let (parts, totals) = self.totals(differences, sign);
        let reason = |total: &Part| {
            let own = parts.iter().filter(|part| part.reason == total.reason);
            Some(Reason {
                code: Arc::clone(&self.characteristics.get(total.first)?.reason),
                characteristics: own.map(|part| part.first).collect(),
                difference: total.difference,
            })
        };
        totals.iter().filter_map(reason).collect()
    }
}

/// What one characteristic, or all of one reason, add to a total against the reference.
#[derive(Clone, Copy)]
struct Part {
    reason: u16,
    /// Position of the characteristic, or of the first of the reason.
    first: usize,
    difference: f64,
}

impl Part {
    /// The largest difference first, ties in card order.
    fn order(&self, other: &Self) -> core::cmp::Ordering {
        other.difference.abs().total_cmp(&self.difference.abs()).then(self.first.cmp(&other.first))
    }
}
