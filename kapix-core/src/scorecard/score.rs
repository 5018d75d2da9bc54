//! One applicant on a card: inputs to slots, slots to points.

use super::body::Decision;
use super::card::{Bins, Card, Characteristic};
use super::check::NO_RECORD;
use crate::domain::{is_missing_text, number_of};
use crate::error::{Cause, Detail, Error, Result};
use crate::json::{AMBIGUOUS_MIN, check_number};

/// One input of a characteristic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input<'a> {
    /// No value.
    Missing,
    /// The flat source was asked and holds no record.
    NoRecord,
    /// A number; NaN is missing, an infinity is an error.
    Number(f64),
    /// A category.
    Text(&'a str),
}

/// Where each input of an applicant fell, and the total; only the card that placed them can say more of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Slots {
    /// Slot of each characteristic, in card order: attributes first, then special values, missing, unseen.
    pub slots: Vec<u16>,
    /// Total points: base points and the points of every slot.
    pub points: i32,
}

impl Card {
    /// Returns slots and total points of one applicant; `inputs` follow the order of the characteristics.
    ///
    /// Errors name every characteristic that fails, at `pointer(position, feature)`: `data.input_missing` and
    /// `data.input_unseen` where the card states no rule, `data.input_type`, `data.input_out_of_range`,
    /// `frame.infinity`.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// // Nothing is known of the applicant: the expert card gives its 400 base points and no more.
    /// let slots = card.place(&[], |_, feature| feature.to_owned())?;
    /// assert_eq!((slots.points, slots.slots.len()), (400, 13));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn place(&self, inputs: &[Input<'_>], pointer: impl Fn(usize, &str) -> String) -> Result<Slots> {
        let mut slots = Vec::with_capacity(self.characteristics.len());
        let mut points = self.body.base_points;
        let mut details = Vec::new();
        let padded = inputs.iter().copied().chain(core::iter::repeat(Input::Missing));
        for (position, (characteristic, input)) in self.characteristics.iter().zip(padded).enumerate() {
            match characteristic.slot(input) {
                Ok(slot) => {
                    points += characteristic.points_of(slot);
                    slots.push(slot);
                }
                Err(cause) => details.push(Detail {
                    cause,
                    message: characteristic.refusal(cause),
                    field: pointer(position, &characteristic.feature),
                }),
            }
        }
        Error::from_details(details).map_or(Ok(Slots { slots, points }), Err)
    }

    /// Returns the outcome of a total under the cut-offs, `None` when the card has none.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::Decision;
    ///
    /// let decided = [600, 599, 559].map(|points| card.decision(points));
    /// assert_eq!(decided, [Decision::Approve, Decision::Refer, Decision::Decline].map(Some));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decision(&self, points: i32) -> Option<Decision> {
        let cutoffs = self.body.cutoffs?;
        Some(if points >= cutoffs.approve {
            Decision::Approve
        } else if points >= cutoffs.refer {
            Decision::Refer
        } else {
            Decision::Decline
        })
    }

    /// Returns the index in `bands` of the band of a total.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// assert_eq!(card.body.bands[card.band(600)].id, "C1");
    /// assert_eq!(card.body.bands[card.band(599)].id, "C2");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn band(&self, points: i32) -> usize {
        let bands = &self.body.bands;
        bands
            .iter()
            .position(|band| band.points_min.is_none_or(|least| points >= least))
            .unwrap_or(bands.len().saturating_sub(1))
    }

    /// Returns whether the input of a characteristic is missing.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::Input;
    ///
    /// let slots = card.place(&[Input::Number(0.3)], |_, feature| feature.to_owned())?;
    /// assert_eq!((card.is_missing(0, &slots), card.is_missing(1, &slots)), (false, true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_missing(&self, position: usize, slots: &Slots) -> bool {
        let pair = self.characteristics.get(position).zip(slots.slots.get(position));
        pair.is_some_and(|(characteristic, slot)| characteristic.is_missing(*slot))
    }

    /// Returns the share of characteristics whose input was observed, 0..=1; special and unseen values are observed,
    /// special values that mean no value are not.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::Input;
    ///
    /// let slots = card.place(&[Input::Number(0.3)], |_, feature| feature.to_owned())?;
    /// assert_eq!(card.data_completeness(&slots), 1.0 / 13.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn data_completeness(&self, slots: &Slots) -> f64 {
        let observed = self
            .characteristics
            .iter()
            .zip(&slots.slots)
            .filter(|(characteristic, slot)| !characteristic.is_missing(**slot))
            .count();
        // Both are at most 1,000.
        f64::from(u16::try_from(observed).unwrap_or(u16::MAX))
            / f64::from(u16::try_from(self.characteristics.len()).unwrap_or(u16::MAX))
    }
}

impl Characteristic {
    /// Returns the slot of an input, or why it has none.
    #[inline]
    pub(super) fn slot(&self, input: Input<'_>) -> core::result::Result<u16, Cause> {
        match input {
            Input::Missing => self.missing_slot.ok_or(Cause::DataInputMissing),
            Input::NoRecord => self.no_record_slot.ok_or(Cause::DataInputUnseen),
            Input::Number(value) => self.slot_of_number(value),
            Input::Text(text) => self.slot_of_text(text),
        }
    }

    #[inline]
    pub(super) fn slot_of_number(&self, value: f64) -> core::result::Result<u16, Cause> {
        // No request can state such a number, which several integers share.
        if value.is_finite() && value.abs() >= AMBIGUOUS_MIN && check_number(value).is_err() {
            return Err(Cause::JsonInteger);
        }
        let (cuts, special) = match &self.bins {
            Bins::Numeric { cuts, special } => (cuts, special),
            Bins::Categorical { numbers, .. } => return self.slot_of_code(numbers, value),
        };
        if value.is_nan() {
            return self.missing_slot.ok_or(Cause::DataInputMissing);
        }
        if value.is_infinite() {
            return Err(Cause::FrameInfinity);
        }
        // Adding 0 makes -0 and 0 the same bits.
        if let Some((_, slot)) =
            special.iter().find(|(number, _)| number.to_bits() == (value + 0.0).to_bits())
        {
            return Ok(*slot);
        }
        if !(value >= self.range.0 && value <= self.range.1) {
            return Err(Cause::DataInputRange);
        }
        Ok(cuts.iter().map(|cut| u16::from(value >= *cut)).sum())
    }

    /// Returns the slot of a number that is a category; only a characteristic with such categories reads numbers.
    #[cold]
    fn slot_of_code(&self, numbers: &[(u64, u16)], value: f64) -> core::result::Result<u16, Cause> {
        if value.is_nan() {
            return self.missing_slot.ok_or(Cause::DataInputMissing);
        }
        if value.is_infinite() {
            return Err(Cause::FrameInfinity);
        }
        if numbers.is_empty() {
            return Err(Cause::DataInputType);
        }
        let bits = (value + 0.0).to_bits();
        let found = numbers.binary_search_by_key(&bits, |(own, _)| *own).ok();
        found
            .and_then(|place| numbers.get(place))
            .map(|(_, slot)| *slot)
            .or(self.unseen_slot)
            .ok_or(Cause::DataInputUnseen)
    }

    pub(super) fn slot_of_text(&self, text: &str) -> core::result::Result<u16, Cause> {
        if let Some(slot) = self.no_record_slot
            && text == NO_RECORD
        {
            return Ok(slot);
        }
        let found = match &self.bins {
            Bins::Categorical { slots, .. } => {
                let place = slots.binary_search_by(|(category, _)| (**category).cmp(text)).ok();
                place.and_then(|place| slots.get(place)).map(|(_, slot)| *slot).ok_or(Cause::DataInputUnseen)
            }
            Bins::Numeric { .. } if self.texts.are_numbers => {
                number_of(text).map_or(Err(Cause::DataInputType), |number| self.slot_of_number(number))
            }
            Bins::Numeric { .. } => return Err(Cause::DataInputType),
        };
        match found {
            Err(Cause::DataInputUnseen | Cause::DataInputType)
                if is_missing_text(text, &self.texts.missing) =>
            {
                self.missing_slot.ok_or(Cause::DataInputMissing)
            }
            Err(Cause::DataInputUnseen) => self.unseen_slot.ok_or(Cause::DataInputUnseen),
            found => found,
        }
    }

    /// Returns the points of a slot of this characteristic.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "slots are numbered by the list of points")]
    pub(super) fn points_of(&self, slot: u16) -> i32 {
        self.points[usize::from(slot)]
    }

    /// Returns the most points of this characteristic.
    pub(super) fn points_max(&self) -> i32 {
        self.points.iter().copied().max().unwrap_or_default()
    }

    /// Returns whether a slot says that the input is missing: that of the missing bin, or of a special value that means
    /// no value.
    pub(super) fn is_missing(&self, slot: u16) -> bool {
        self.missing_slot == Some(slot) || self.missing_special.contains(&slot)
    }

    pub(super) fn refers(&self, slot: u16) -> bool {
        (self.missing_refers && self.is_missing(slot))
            || (self.unseen_refers && self.unseen_slot == Some(slot))
    }

    fn refusal(&self, cause: Cause) -> String {
        let name = &self.feature;
        match cause {
            Cause::DataInputMissing => {
                format!("input `{name}` is missing and the card states no points for that")
            }
            Cause::DataInputUnseen => {
                format!(
                    "the category of input `{name}` is unknown to the card and it states no points for that"
                )
            }
            Cause::DataInputRange => {
                let (min, max) = self.range;
                // The ends of all numbers are none that anybody states.
                match (min > f64::MIN, max < f64::MAX) {
                    (true, false) => format!("input `{name}` must be at least `{min}`"),
                    (false, true) => format!("input `{name}` must be at most `{max}`"),
                    _ => format!("input `{name}` must be within `{min}`..=`{max}`"),
                }
            }
            Cause::FrameInfinity => format!("input `{name}` must be a finite number"),
            _ => match self.bins {
                Bins::Numeric { .. } => format!("input `{name}` must be a number"),
                Bins::Categorical { .. } => format!("input `{name}` must be a category (text)"),
            },
        }
    }
}
