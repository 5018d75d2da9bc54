//! What may be decided while inputs are missing.
//!
//! A decision may not hang on what is missing. An approval stands if it would stand with each missing input at its
//! fewest points, a decline if it would stand with each at its most; anything else is referred. So hiding an input never
//! makes an approval. A card may be stricter: by inputs that it requires, by a least completeness, by `missing.refer`.
//!
//! The one exemption is a set of inputs that a source withholds, not the applicant, where the development saw enough
//! applicants without exactly this set and the card does not understate their risk. Then the points of the missing bins
//! count. A larger set is no evidence: who lacks the whole bureau record says nothing of one hidden field.

use super::body::{CardBody, CharacteristicBody, Cutoffs, Decision, SpecialBody};
use super::card::Card;
use super::score::Slots;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Rows that lacked exactly one set of inputs, from which they are evidence; with fewer, a missing bin also refers.
pub(super) const ROWS_MIN: u64 = 50;
/// Sets that a card states at most.
pub(super) const SETS_MAX: usize = 1_000;
/// Sources whose inputs the applicant does not bring.
const WITHHOLDING: [&str; 2] = ["bureau.", "internal_loans."];

/// A set of inputs that sources withheld from development rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WithheldSet {
    /// Weight of bad rows.
    pub bads: f64,
    /// Weight of good rows.
    pub goods: f64,
    /// One digit a characteristic, in card order: `1` is missing, `0` is not.
    pub inputs: String,
    /// Rows that lack exactly these inputs, at least 50.
    pub rows: u64,
}

/// What missing and unseen inputs do to a decision, from the least on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissingEffect {
    /// Nothing: the decision is that of the points.
    None,
    /// An approval becomes a referral.
    ForbidsApproval,
    /// The application is referred, whatever its points.
    Refers,
}

/// What missing and unseen inputs do to the decision of an applicant, and which inputs these are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What they do.
    pub effect: MissingEffect,
    /// Positions of the characteristics whose inputs do it, ascending; empty where the effect is `None`.
    pub positions: Vec<usize>,
    /// Those of them whose value no attribute covers: the development did not see it.
    pub unseen: Vec<usize>,
}

/// What the rule must know of one input.
#[derive(Clone, Copy, Debug)]
pub(super) struct InputTraits {
    /// Fewest points that the input can have in the card when it is known: of an attribute, a special value or an unseen
    /// category. Special values that mean no value count, so that a missing bin cannot better them.
    lowest: i32,
    /// Most points that a value has; special values that mean none are no value.
    highest: i32,
    is_required: bool,
    is_withheld: bool,
}

/// The missing inputs of one applicant, added up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gaps {
    count: usize,
    /// What the total loses when each missing input falls to its fewest points.
    fall: i64,
    /// What the total gains when each rises to its most.
    rise: i64,
    has_required: bool,
    is_withheld: bool,
}

/// The rule of one card.
#[derive(Clone, Debug)]
pub(super) struct MissingRule {
    cutoffs: Option<Cutoffs>,
    inputs: usize,
    completeness: f64,
    /// Sets of which the points of the missing bins count, as bits.
    exempt: BTreeSet<Vec<u64>>,
}

impl InputTraits {
    /// Returns the traits of an input of a card.
    pub(super) fn of(body: &CardBody, own: &CharacteristicBody) -> Self {
        let attributes = own.attributes.iter().map(|attribute| attribute.points);
        let values = own.special.iter().filter(|special| !special.missing).map(|special| special.points);
        let values = attributes.chain(values).chain(own.unseen.as_ref().map(|unseen| unseen.points));
        let special = own.special.iter().map(|special| special.points);
        let is_required = match &body.required {
            Some(names) => names.contains(&own.feature),
            None => body.development.is_none(),
        };
        Self {
            lowest: values.clone().chain(special).min().unwrap_or_default(),
            highest: values.max().unwrap_or_default(),
            is_required,
            is_withheld: is_withheld(own),
        }
    }
}

/// Returns whether a source, and not the applicant, withholds an input.
pub(super) fn is_withheld(own: &CharacteristicBody) -> bool {
    own.withheld.is_some() || WITHHOLDING.iter().any(|source| own.feature.starts_with(source))
}

/// Returns the slots of the special values of a characteristic that mean no value.
pub(super) fn special_slots(own: &CharacteristicBody) -> impl Iterator<Item = usize> {
    let says_so = |(_, special): &(usize, &SpecialBody)| special.missing;
    own.special.iter().enumerate().filter(says_so).map(|(at, _)| own.attributes.len() + at)
}

impl Gaps {
    /// No input is missing.
    pub(super) const NONE: Self = Self { count: 0, fall: 0, rise: 0, has_required: false, is_withheld: true };

    /// Adds a missing input, whose points in the total are `points`.
    pub(super) fn add(&mut self, input: &InputTraits, points: i32) {
        self.count += 1;
        self.fall += i64::from(points) - i64::from(input.lowest);
        self.rise += i64::from(input.highest) - i64::from(points);
        self.has_required |= input.is_required;
        self.is_withheld &= input.is_withheld;
    }

    /// Returns whether nothing is missing.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl MissingRule {
    /// Returns the rule of a proved card.
    pub(super) fn of(body: &CardBody) -> Self {
        let stated = body.development.iter().flat_map(|development| &development.withheld);
        Self {
            cutoffs: body.cutoffs,
            inputs: body.characteristics.len(),
            completeness: body.minimum.completeness.unwrap_or(0.0),
            exempt: stated.map(|set| bits_of(&set.inputs)).collect(),
        }
    }

    /// Returns the number of words of a set, 0 where no set is exempt and none need be kept.
    pub(super) fn words(&self) -> usize {
        if self.exempt.is_empty() { 0 } else { words(self.inputs) }
    }

    /// Returns whether an applicant with these points and missing inputs is referred; `bits` is the set.
    pub(super) fn refers(&self, points: i32, gaps: &Gaps, bits: &[u64]) -> bool {
        if gaps.is_empty() {
            return false;
        }
        if gaps.count >= self.inputs || gaps.has_required || self.share(gaps) < self.completeness {
            return true;
        }
        let Some(cutoffs) = self.cutoffs else { return false };
        let points = i64::from(points);
        let stands = match decision(cutoffs, points) {
            Decision::Approve => decision(cutoffs, points - gaps.fall) == Decision::Approve,
            Decision::Decline => decision(cutoffs, points + gaps.rise) == Decision::Decline,
            Decision::Refer => false,
        };
        !(stands || gaps.is_withheld && self.exempt.contains(bits))
    }

    /// Returns whether missing inputs change the decision of the points; `forbids`: one of them forbids an approval.
    pub(super) fn changes(&self, points: i32, (gaps, bits): (&Gaps, &[u64]), forbids: bool) -> bool {
        let by_points = self.cutoffs.map_or(Decision::Refer, |cutoffs| decision(cutoffs, i64::from(points)));
        by_points != Decision::Refer && self.refers(points, gaps, bits)
            || by_points == Decision::Approve && forbids
    }

    /// Returns the share of the inputs that are observed, 0..=1.
    fn share(&self, gaps: &Gaps) -> f64 {
        let number = |count: usize| f64::from(u16::try_from(count).unwrap_or(u16::MAX));
        number(self.inputs.saturating_sub(gaps.count)) / number(self.inputs)
    }
}

fn decision(cutoffs: Cutoffs, points: i64) -> Decision {
    if points >= i64::from(cutoffs.approve) {
        Decision::Approve
    } else if points >= i64::from(cutoffs.refer) {
        Decision::Refer
    } else {
        Decision::Decline
    }
}

/// Returns the words of a set of so many inputs.
pub(super) fn words(inputs: usize) -> usize {
    inputs.div_ceil(64)
}

/// Puts an input into a set.
pub(super) fn put(bits: &mut [u64], position: usize) {
    if let Some(word) = bits.get_mut(position / 64) {
        *word |= 1 << (position % 64);
    }
}

/// Returns whether an input is in a set.
pub(super) fn holds(bits: &[u64], position: usize) -> bool {
    bits.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
}

/// Returns a set from its digits.
fn bits_of(digits: &str) -> Vec<u64> {
    let mut bits = vec![0; words(digits.len())];
    for (position, _) in digits.bytes().enumerate().filter(|(_, digit)| *digit == b'1') {
        put(&mut bits, position);
    }
    bits
}

/// Returns the digits of a set of so many inputs.
pub(super) fn digits_of(bits: &[u64], inputs: usize) -> String {
    (0..inputs).map(|position| if holds(bits, position) { '1' } else { '0' }).collect()
}

impl Judged {
    /// Returns the decision, from that of the points.
    ///
    /// ```
    /// use kapix_core::scorecard::{Decision, Judged, MissingEffect};
    ///
    /// let judged = Judged { effect: MissingEffect::ForbidsApproval, positions: vec![2], unseen: vec![] };
    /// assert_eq!(judged.decide(Decision::Approve), Decision::Refer);
    /// assert_eq!(judged.decide(Decision::Decline), Decision::Decline);
    /// ```
    pub fn decide(&self, by_points: Decision) -> Decision {
        match self.effect {
            MissingEffect::None => by_points,
            MissingEffect::ForbidsApproval => by_points.min(Decision::Refer),
            MissingEffect::Refers => Decision::Refer,
        }
    }
}

impl Card {
    /// Returns what the missing and unseen inputs of an applicant do to the decision.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::MissingEffect;
    ///
    /// let slots = card.place(&[], |_, feature| feature.to_owned())?;
    /// // Nothing is known of the applicant, so a person decides.
    /// let judged = card.judge(&slots);
    /// assert_eq!((judged.effect, judged.positions.len()), (MissingEffect::Refers, 13));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn judge(&self, slots: &Slots) -> Judged {
        let placed = || self.characteristics.iter().zip(&slots.slots).enumerate();
        let missing = || placed().filter(|(_, (own, slot))| own.is_missing(**slot));
        let mut gaps = Gaps::NONE;
        for (_, (own, slot)) in missing() {
            gaps.add(&own.traits, own.points_of(*slot));
        }
        let mut bits = Vec::new();
        if gaps.is_withheld && !gaps.is_empty() {
            bits.resize(self.missing_rule.words(), 0);
            missing().for_each(|(position, _)| put(&mut bits, position));
        }
        let refers = self.missing_rule.refers(slots.points, &gaps, &bits);
        let names = |(position, (own, slot)): (usize, (&super::card::Characteristic, &u16))| {
            (own.refers(*slot) || refers && own.is_missing(*slot)).then_some(position)
        };
        let positions: Vec<usize> = placed().filter_map(names).collect();
        let effect = match (refers, positions.is_empty()) {
            (true, _) => MissingEffect::Refers,
            (false, false) => MissingEffect::ForbidsApproval,
            (false, true) => MissingEffect::None,
        };
        let is_unseen = |(_, (own, slot)): &(usize, (&super::card::Characteristic, &u16))| {
            own.unseen_slot == Some(**slot) && own.refers(**slot)
        };
        let unseen = placed().filter(is_unseen).map(|(position, _)| position).collect();
        Judged { effect, positions, unseen }
    }

    /// Returns the positions of the characteristics whose input is missing.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::Input;
    ///
    /// let slots = card.place(&[Input::Number(0.3)], |_, feature| feature.to_owned())?;
    /// assert_eq!(card.missing(&slots).next(), Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn missing(&self, slots: &Slots) -> impl Iterator<Item = usize> {
        let placed = self.characteristics.iter().zip(&slots.slots).enumerate();
        placed.filter(|(_, (own, slot))| own.is_missing(**slot)).map(|(position, _)| position)
    }
}
