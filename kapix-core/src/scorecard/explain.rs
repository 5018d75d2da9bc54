//! Why a total is what it is: the weight of each feature and the reasons, from the same points that made it.

use super::card::Card;
use super::score::Slots;
use core::cmp::Ordering;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Reasons of one direction that are reported: more than four are unlikely to help (12 CFR 1002, Supp. I,
/// 9(b)(2)-1).
pub(super) const REASONS_MAX: usize = 4;
/// Features that are shown by weight.
pub(crate) const WEIGHTS_MAX: usize = 8;

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
    /// The most points of each characteristic, of special, missing and unseen values too; only by explicit choice.
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
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::ReasonMethod;
    ///
    /// // An expert card has no sample whose means it could compare with.
    /// assert_eq!(card.default_method(), ReasonMethod::Neutral);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn default_method(&self) -> ReasonMethod {
        match &self.body.development {
            Some(development) if development.means_at_cutoff.is_some() => ReasonMethod::MeansAtCutoff,
            Some(_) => ReasonMethod::Mean,
            None => ReasonMethod::Neutral,
        }
    }

    /// Returns the reference points of a characteristic by a method, `None` when the card lacks what it needs.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::ReasonMethod;
    ///
    /// assert_eq!(card.reference(ReasonMethod::Neutral, 0), Some(28.0));
    /// assert_eq!(card.reference(ReasonMethod::Maximum, 0), Some(55.0));
    /// assert_eq!(card.reference(ReasonMethod::Mean, 0), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reference(&self, method: ReasonMethod, characteristic: usize) -> Option<f64> {
        let compiled = self.characteristics.get(characteristic)?;
        match method {
            ReasonMethod::MeansAtCutoff | ReasonMethod::Mean => {
                self.means(method)?.get(characteristic).copied()
            }
            ReasonMethod::Neutral => Some(compiled.neutral),
            ReasonMethod::Maximum => Some(f64::from(compiled.points_max())),
        }
    }

    /// Returns the weight of every feature in card order.
    ///
    /// weight_j = |p_j - r_j| / sum_k |p_k - r_k|, p the points, r the development mean, or the neutral points of
    /// an expert card; all 0 when the sum is 0.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// let slots = card.place(&[], |_, feature| feature.to_owned())?;
    /// // The neutral points of the thirteen characteristics sum to 179, those of the first are 28.
    /// assert_eq!(card.weights(&slots)[0].weight, 28.0 / 179.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn weights(&self, slots: &Slots) -> Vec<Weight> {
        let total = self.deviation(slots);
        let weight = |part: Part| Weight {
            characteristic: part.first,
            weight: part.weight(total),
            difference: part.difference,
        };
        self.parts(slots, self.weight_method()).map(weight).collect()
    }

    /// Returns the largest weights above 0, the largest first, ties in card order.
    pub(crate) fn top_weights(&self, slots: &Slots) -> Top<WEIGHTS_MAX> {
        let total = self.deviation(slots);
        let mut top = Top::default();
        for part in self.parts(slots, self.weight_method()) {
            let weight = part.weight(total);
            if weight > 0.0 {
                top.insert(Part { weight, ..part }, |a, b| b.weight.total_cmp(&a.weight));
            }
        }
        top
    }

    /// Returns the adverse and the favourable reasons, at most four each, the strongest first, ties in card order.
    ///
    /// A reason is the points of its characteristics minus the reference; characteristics that share a code and a
    /// direction are added up, and no code is left out before the four are taken.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// let slots = card.place(&[], |_, feature| feature.to_owned())?;
    /// let (adverse, favourable) = card.reasons(&slots, card.default_method());
    /// let codes: Vec<&str> = adverse.iter().map(|reason| &*reason.code).collect();
    /// assert_eq!(codes, ["LOWEST_BALANCE", "BALANCE_SWINGS", "DAYS_NEAR_ZERO", "DAYS_OVERDRAWN"]);
    /// assert!(favourable.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reasons(&self, slots: &Slots, method: ReasonMethod) -> (Vec<Reason>, Vec<Reason>) {
        let ranking = self.ranking(slots, method);
        let reason = |part: &Part| {
            Some(Reason {
                code: Arc::clone(&self.characteristics.get(part.first)?.reason),
                characteristics: ranking.carriers(part).collect(),
                difference: part.difference,
            })
        };
        let reasons = |strongest: &Top<REASONS_MAX>| strongest.iter().filter_map(reason).collect();
        (reasons(&ranking.adverse), reasons(&ranking.favourable))
    }

    /// Returns the numbers of the adverse reasons that [`Self::reasons`] gives: places in the card's table of reasons.
    pub(super) fn adverse_codes(&self, slots: &Slots, method: ReasonMethod) -> impl Iterator<Item = u16> {
        let Top { parts, length } = self.ranking(slots, method).adverse;
        parts.into_iter().take(length).map(|part| part.reason)
    }

    /// Returns what [`Self::reasons`] gives, without a list for each reason.
    pub(crate) fn ranking(&self, slots: &Slots, method: ReasonMethod) -> Ranking {
        let mut parts = Vec::with_capacity(self.characteristics.len());
        parts.extend(self.parts(slots, method).filter(|part| part.difference.abs() > 0.0));
        parts.sort_unstable_by(Part::order);
        let [adverse, favourable] = [-1.0, 1.0].map(|sign| {
            let own = parts.iter().filter(|part| sign * part.difference > 0.0);
            if self.shares_reasons { added_up(own) } else { own.take(REASONS_MAX).collect() }
        });
        Ranking { parts, adverse, favourable }
    }

    /// Returns the mean points that a method compares with, where it does and the card states them.
    fn means(&self, method: ReasonMethod) -> Option<&[f64]> {
        let development = self.body.development.as_ref()?;
        match method {
            ReasonMethod::MeansAtCutoff => development.means_at_cutoff.as_deref(),
            ReasonMethod::Mean => Some(&development.mean_points),
            ReasonMethod::Neutral | ReasonMethod::Maximum => None,
        }
    }

    /// Returns the method of the weights.
    fn weight_method(&self) -> ReasonMethod {
        if self.body.development.is_some() { ReasonMethod::Mean } else { ReasonMethod::Neutral }
    }

    /// Returns the sum of the absolute differences that weights are shares of.
    fn deviation(&self, slots: &Slots) -> f64 {
        self.parts(slots, self.weight_method()).map(|part| part.difference.abs()).sum()
    }

    /// Returns what each characteristic adds to the total against the reference, in card order.
    fn parts(&self, slots: &Slots, method: ReasonMethod) -> impl Iterator<Item = Part> {
        let means = self.means(method);
        let zipped = self.characteristics.iter().zip(&slots.slots).enumerate();
        zipped.map(move |(first, (characteristic, slot))| {
            let points = f64::from(characteristic.points_of(*slot));
            let reference = match (method, means) {
                (ReasonMethod::Maximum, _) => f64::from(characteristic.points_max()),
                (_, Some(means)) => means.get(first).copied().unwrap_or(characteristic.neutral),
                (_, None) => characteristic.neutral,
            };
            Part { reason: characteristic.reason_number, first, difference: points - reference, weight: 0.0 }
        })
    }
}

/// Returns the sums of the strongest reasons, in their order, of parts in theirs.
fn added_up<'p>(parts: impl Iterator<Item = &'p Part>) -> Top<REASONS_MAX> {
    let mut totals: Vec<Part> = Vec::new();
    for part in parts {
        match totals.iter_mut().find(|total| total.reason == part.reason) {
            Some(total) => {
                total.first = total.first.min(part.first);
                total.difference += part.difference;
            }
            None => totals.push(*part),
        }
    }
    totals.sort_unstable_by(Part::order);
    totals.iter().take(REASONS_MAX).collect()
}

/// What the characteristics add to a total against a reference, and the strongest reasons.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ranking {
    /// Every part but 0, the largest first, ties in card order.
    parts: Vec<Part>,
    /// The strongest that lower the total; `first` is the first of the reason in the card.
    pub(crate) adverse: Top<REASONS_MAX>,
    /// The strongest that raise it.
    pub(crate) favourable: Top<REASONS_MAX>,
}

impl Ranking {
    /// Returns the positions of the characteristics that carry a reason, the largest difference first.
    pub(crate) fn carriers(&self, reason: &Part) -> impl Iterator<Item = usize> {
        let (number, lowers) = (reason.reason, reason.difference < 0.0);
        let own = self.parts.iter().filter(move |it| it.reason == number && (it.difference < 0.0) == lowers);
        own.map(|part| part.first)
    }
}

/// What one characteristic, or all of one reason, add to a total against the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Part {
    reason: u16,
    /// Position of the characteristic, or of the first of the reason.
    pub(crate) first: usize,
    /// Points against the reference.
    pub(crate) difference: f64,
    /// Share in the differences of all characteristics, where weights are asked for.
    pub(crate) weight: f64,
}

impl Part {
    /// The largest difference first, ties in card order.
    fn order(&self, other: &Self) -> Ordering {
        other.difference.abs().total_cmp(&self.difference.abs()).then(self.first.cmp(&other.first))
    }

    fn weight(&self, total: f64) -> f64 {
        if total > 0.0 { self.difference.abs() / total } else { 0.0 }
    }
}

/// The first parts of an order, at most `N`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Top<const N: usize> {
    parts: [Part; N],
    length: usize,
}

impl<const N: usize> Default for Top<N> {
    fn default() -> Self {
        Self { parts: [Part::default(); N], length: 0 }
    }
}

impl<const N: usize> Top<N> {
    /// Returns the parts in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().take(self.length)
    }

    /// Puts a part behind those that come before it or beside it in the order; the last one may fall out.
    fn insert(&mut self, part: Part, order: impl Fn(&Part, &Part) -> Ordering) {
        let place = self.iter().position(|own| order(&part, own) == Ordering::Less).unwrap_or(self.length);
        if let Some(tail) = self.parts.get_mut(place..).filter(|tail| !tail.is_empty()) {
            tail.rotate_right(1);
            tail.iter_mut().take(1).for_each(|first| *first = part);
            self.length = N.min(self.length + 1);
        }
    }
}

impl<'p, const N: usize> FromIterator<&'p Part> for Top<N> {
    fn from_iter<I: IntoIterator<Item = &'p Part>>(parts: I) -> Self {
        let mut top = Self::default();
        for (own, part) in top.parts.iter_mut().zip(parts) {
            *own = *part;
            top.length += 1;
        }
        top
    }
}
