//! A card, proved and compiled: scoring cannot fail on it.

use super::batch::Outcome;
use super::body::{
    AttributeBody, CardBody, CharacteristicBody, CharacteristicKind, PdBasis, PdKind, ReasonText, ValueRange,
};
use super::check;
use super::confidence::Uncertainty;
use super::input_source::InputSource;
use super::missing::{self, InputTraits, MissingRule};
use crate::cashflow::{self, Definition};
use crate::error::Result;
use crate::json::Scalar;
use crate::limits::Limits;
use crate::numeric;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Totals whose outcomes are kept in a table; a card with a wider span computes each one.
const TABLE_MAX: i64 = 65_536;

/// A proved scorecard.
#[derive(Clone, Debug)]
pub struct Card {
    /// The document.
    pub body: CardBody,
    pub(super) characteristics: Vec<Characteristic>,
    pub(super) points_min: i32,
    pub(super) points_max: i32,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) band_names: Vec<Arc<str>>,
    /// Positions of what a counterfactual moves as one, in the order of their first characteristic.
    pub(super) units: Vec<Vec<usize>>,
    /// Whether two characteristics have the same reason code.
    pub(super) shares_reasons: bool,
    /// What may be decided while inputs are missing.
    pub(super) missing_rule: MissingRule,
    /// What the confidence of a decision rests on, where the card states it.
    pub(super) uncertainty: Option<Arc<Uncertainty>>,
    by_name: Vec<usize>,
    pd_basis: Arc<PdBasis>,
    log_odds0: f64,
}

/// The texts of a reason code, shared with every answer that carries them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReasonTexts {
    /// Text for the applicant when the characteristic lowered the score.
    pub(crate) adverse: Arc<str>,
    /// Text for the applicant when it raised the score.
    pub(crate) favourable: Arc<str>,
    /// Text for the lender's staff.
    pub(crate) internal: Option<Arc<str>>,
    /// Text for both when the input is missing.
    pub(crate) missing: Option<Arc<str>>,
}

/// What text stands for, where no category is it.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    /// Texts that mean no value.
    pub(super) missing: Arc<[String]>,
    /// Whether numbers may come as text.
    pub(super) are_numbers: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Characteristic {
    pub(super) id: Arc<str>,
    pub(super) feature: Arc<str>,
    pub(super) reason: Arc<str>,
    /// The same for characteristics that share a reason code.
    pub(super) reason_number: u16,
    pub(super) reason_texts: ReasonTexts,
    pub(super) source: InputSource,
    pub(super) bins: Bins,
    pub(super) attributes: u16,
    pub(super) points: Vec<i32>,
    pub(super) labels: Vec<Arc<str>>,
    pub(super) woe: Vec<f64>,
    pub(super) range: (f64, f64),
    pub(super) neutral: f64,
    pub(super) immovable: bool,
    pub(super) move_cost: u64,
    pub(super) moves_with: Option<Arc<str>>,
    /// Its place in the card.
    pub(super) position: usize,
    pub(super) traits: InputTraits,
    pub(super) missing_slot: Option<u16>,
    /// Slots of special values that mean no value.
    pub(super) missing_special: Vec<u16>,
    pub(super) texts: Texts,
    pub(super) missing_refers: bool,
    pub(super) unseen_slot: Option<u16>,
    pub(super) unseen_refers: bool,
    pub(super) no_record_slot: Option<u16>,
}

#[derive(Clone, Debug)]
pub(super) enum Bins {
    /// Slot = number of cut points at or below the value; special numbers go first.
    Numeric { cuts: Vec<f64>, special: Vec<(f64, u16)> },
    /// Categories in byte order with their slots; those that are the text of a number by its bits too, ascending.
    Categorical { slots: Vec<(Box<str>, u16)>, numbers: Vec<(u64, u16)> },
}

impl Card {
    /// Returns the proved card, or one error with every finding; pointers start at the body.
    ///
    /// ```
    /// use kapix_core::scorecard::{Card, CardBody};
    /// use kapix_core::{Limits, artefact::EXPERT_CARDS};
    ///
    /// let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// let mut gap = body.clone();
    /// assert_eq!(Card::load(body, &Limits::default())?.body.characteristics.len(), 13);
    ///
    /// gap.characteristics[0].attributes[1].lower = Some(0.01);
    /// let error = Card::load(gap, &Limits::default()).unwrap_err();
    /// assert_eq!(error.fields, ["/characteristics/0/attributes/1/lower"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(body: CardBody, limits: &Limits) -> Result<Self> {
        check::prove(&body, limits)?;
        let numbered = body.characteristics.iter().enumerate();
        let mut characteristics: Vec<_> =
            numbered.map(|(position, it)| Characteristic::compile(it, &body, position)).collect();
        let missing_texts: Arc<[String]> = body.missing_texts.as_slice().into();
        for it in &mut characteristics {
            it.texts.missing = Arc::clone(&missing_texts);
        }
        // One value feeds both, so neither attribute can change alone: no counterfactual names such a feature.
        for position in shared_features(&body.characteristics) {
            characteristics.iter_mut().skip(position).take(1).for_each(|it| it.immovable = true);
        }
        let extreme = |pick: fn(&[i32]) -> Option<i32>| -> i32 {
            characteristics.iter().filter_map(|it| pick(&it.points)).sum::<i32>() + body.base_points
        };
        let points_min = extreme(|points| points.iter().copied().min());
        let points_max = extreme(|points| points.iter().copied().max());
        let band_names = body.bands.iter().map(|band| Arc::from(band.id.as_str())).collect();
        let mut by_name: Vec<usize> = (0..characteristics.len()).collect();
        by_name.sort_by_key(|position| characteristics.get(*position).map(|it| Arc::clone(&it.feature)));
        let pd_basis = Arc::new(body.pd_basis.clone());
        let units = units(&body.characteristics);
        let outcomes = Vec::new();
        let codes: BTreeSet<&str> = characteristics.iter().map(|it| &*it.reason).collect();
        let shares_reasons = codes.len() < characteristics.len();
        let development = body.development.as_ref();
        let uncertainty = development.and_then(|it| Uncertainty::of(it, &characteristics)).map(Arc::new);
        let log_odds0 = numeric::ln(body.scaling.odds0);
        let missing_rule = MissingRule::of(&body);
        let mut card = Self {
            body,
            characteristics,
            points_min,
            points_max,
            outcomes,
            band_names,
            units,
            shares_reasons,
            missing_rule,
            uncertainty,
            by_name,
            pd_basis,
            log_odds0,
        };
        if i64::from(points_max) - i64::from(points_min) < TABLE_MAX {
            card.outcomes = (points_min..=points_max).map(|points| card.outcome_by_rule(points)).collect();
        }
        Ok(card)
    }

    /// Returns the least and the greatest total of the card; special, missing and unseen values count.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// // The expert card for persons: 400 base points, and 0 to 335 of its characteristics.
    /// assert_eq!(card.points_range(), (400, 735));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn points_range(&self) -> (i32, i32) {
        (self.points_min, self.points_max)
    }

    /// Returns the names of the inputs, their kind and where they come from, in card order.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::{CharacteristicKind, InputSource};
    ///
    /// let (name, kind, source) = card.inputs().next().unwrap();
    /// assert_eq!((name, kind), ("balance_min_to_outflow_ratio_90d", CharacteristicKind::Numeric));
    /// assert!(matches!(source, InputSource::Cashflow(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = (&str, CharacteristicKind, &InputSource)> {
        self.characteristics.iter().map(|it| {
            let kind = match it.bins {
                Bins::Numeric { .. } => CharacteristicKind::Numeric,
                Bins::Categorical { .. } => CharacteristicKind::Categorical,
            };
            (&*it.feature, kind, &it.source)
        })
    }

    /// Returns the names of the inputs with their position in the card, in the order of the names.
    pub(crate) fn inputs_by_name(&self) -> impl Iterator<Item = (&str, usize)> {
        let names =
            |position: &usize| self.characteristics.get(*position).map(|it| (&*it.feature, *position));
        self.by_name.iter().filter_map(names)
    }

    /// Returns whether an input has this name.
    pub(crate) fn reads(&self, name: &str) -> bool {
        let own = |position: &usize| self.characteristics.get(*position).map_or("", |it| &it.feature);
        self.by_name.binary_search_by(|position| own(position).cmp(name)).is_ok()
    }

    /// Returns id and feature of a characteristic.
    pub(crate) fn names(&self, position: usize) -> Option<(&Arc<str>, &Arc<str>)> {
        self.characteristics.get(position).map(|it| (&it.id, &it.feature))
    }

    /// Returns the group that a characteristic moves with.
    pub(crate) fn moves_with(&self, position: usize) -> Option<&Arc<str>> {
        self.characteristics.get(position)?.moves_with.as_ref()
    }

    /// Returns label and points of a slot.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// let (label, points) = card.slot(0, 1).unwrap();
    /// assert_eq!((&**label, points), ("0 to below 0.02", 8));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn slot(&self, position: usize, slot: u16) -> Option<(&Arc<str>, i32)> {
        let characteristic = self.characteristics.get(position)?;
        Some((characteristic.labels.get(usize::from(slot))?, characteristic.points_of(slot)))
    }

    /// Returns the texts of a characteristic's reason.
    pub(crate) fn reason_text(&self, position: usize) -> Option<&ReasonTexts> {
        self.characteristics.get(position).map(|it| &it.reason_texts)
    }

    /// Returns the code of a characteristic's reason.
    pub(crate) fn reason_code(&self, position: usize) -> Option<&str> {
        self.characteristics.get(position).map(|it| &*it.reason)
    }

    /// Returns what the card's PD means.
    pub(crate) fn pd_basis(&self) -> &Arc<PdBasis> {
        &self.pd_basis
    }

    /// Returns the name of a band.
    pub(crate) fn band_name(&self, band: usize) -> Option<&Arc<str>> {
        self.band_names.get(band)
    }

    /// Returns whether the card's PD is a probability.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// // No outcomes stand behind an expert card.
    /// assert!(!card.is_calibrated());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_calibrated(&self) -> bool {
        self.body.pd_basis.kind == PdKind::Calibrated
    }

    /// Returns the PD of a total, 0..=1, by the card's points-to-odds scaling and the calibration. It is a probability only when
    /// [`Card::is_calibrated`]; otherwise it is a rank.
    ///
    /// PD = 1 / (1 + odds0 x 2^((points - points0) / pdo)). Source: N. Siddiqi, "Credit Risk Scorecards" (2006),
    /// chapter 6, "Scorecard Scaling".
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// // 600 points are odds of 30:1, and 20 points double them.
    /// assert!((card.pd(600) - 1.0 / 31.0).abs() < 1e-12);
    /// assert!((card.pd(620) - 1.0 / 61.0).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pd(&self, points: i32) -> f64 {
        let scaling = self.body.scaling;
        let doublings = (f64::from(points) - scaling.points0) / scaling.pdo;
        let log_odds_bad = -(self.log_odds0 + doublings * core::f64::consts::LN_2);
        let calibration =
            self.body.development.as_ref().and_then(|development| development.calibration.as_ref());
        match calibration {
            Some(it) if self.is_calibrated() => it.curve.pd(log_odds_bad),
            _ => numeric::logistic(log_odds_bad),
        }
    }
}

impl Characteristic {
    fn compile(body: &CharacteristicBody, card: &CardBody, position: usize) -> Self {
        let reasons = &card.reasons;
        let reason_number = slot_number(reasons.range(..body.reason.clone()).count());
        let attributes = slot_number(body.attributes.len());
        let mut points: Vec<i32> = body.attributes.iter().map(|attribute| attribute.points).collect();
        let mut woe: Vec<f64> =
            body.attributes.iter().map(|attribute| attribute.woe.unwrap_or(0.0)).collect();
        let mut labels: Vec<Arc<str>> = body.attributes.iter().map(label).collect();
        let mut no_record_slot = None;
        let mut special_numbers = Vec::new();
        let mut special_texts = Vec::new();
        for special in &body.special {
            let slot = slot_number(points.len());
            let name = match &special.value {
                Scalar::Text(text) if text == check::NO_RECORD => {
                    no_record_slot = Some(slot);
                    text.clone()
                }
                Scalar::Text(text) => {
                    special_texts.push((text.as_str().into(), slot));
                    text.clone()
                }
                Scalar::Number(number) => {
                    special_numbers.push((number + 0.0, slot));
                    number.to_string()
                }
                Scalar::Null | Scalar::Bool(_) => String::new(),
            };
            points.push(special.points);
            woe.push(special.woe.unwrap_or(0.0));
            labels.push(special.label.clone().unwrap_or(name).into());
        }
        let mut fallback = |bin: Option<&super::body::Fallback>, name: &str| {
            bin.map(|bin| {
                points.push(bin.points);
                woe.push(bin.woe.unwrap_or(0.0));
                labels.push(name.into());
                slot_number(points.len() - 1)
            })
        };
        let missing_slot = fallback(body.missing.as_ref(), "missing");
        let unseen_slot = fallback(body.unseen.as_ref(), "unseen");
        Self {
            id: body.id.as_str().into(),
            feature: body.feature.as_str().into(),
            reason: body.reason.as_str().into(),
            reason_number,
            reason_texts: reason_texts(reasons.get(&body.reason)),
            source: InputSource::of(&body.feature),
            bins: bins(body, special_numbers, special_texts),
            attributes,
            points,
            labels,
            woe,
            range: range(body),
            neutral: f64::from(body.neutral_points),
            immovable: body.immovable,
            move_cost: u64::from(body.move_cost.unwrap_or(1)),
            moves_with: body.moves_with.as_deref().map(Arc::from),
            position,
            traits: InputTraits::of(card, body),
            missing_slot,
            missing_special: missing::special_slots(body).map(slot_number).collect(),
            texts: Texts { missing: Arc::default(), are_numbers: body.reads_text },
            missing_refers: body.missing.as_ref().is_some_and(|bin| bin.refer),
            unseen_slot,
            unseen_refers: body.unseen.as_ref().is_some_and(|bin| bin.refer),
            no_record_slot,
        }
    }
}

/// Returns the range that the card states; for a feature of the cash flow within what its unit allows.
fn range(body: &CharacteristicBody) -> (f64, f64) {
    let (least, most) = cashflow::definition(&body.feature).map_or((f64::MIN, f64::MAX), Definition::range);
    let stated = |end: fn(&ValueRange) -> Option<f64>| body.range.as_ref().and_then(end);
    (
        stated(|it| it.min).map_or(least, |min| min.max(least)),
        stated(|it| it.max).map_or(most, |max| max.min(most)),
    )
}

fn reason_texts(texts: Option<&ReasonText>) -> ReasonTexts {
    ReasonTexts {
        adverse: texts.map_or("", |texts| &texts.adverse).into(),
        favourable: texts.map_or("", |texts| &texts.favourable).into(),
        internal: texts.and_then(|texts| texts.internal.as_deref()).map(Arc::from),
        missing: texts.and_then(|texts| texts.missing.as_deref()).map(Arc::from),
    }
}

/// Returns the positions of the characteristics whose feature another one reads too.
fn shared_features(characteristics: &[CharacteristicBody]) -> Vec<usize> {
    let mut readers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, characteristic) in characteristics.iter().enumerate() {
        readers.entry(&characteristic.feature).or_default().push(position);
    }
    readers.into_values().filter(|positions| positions.len() > 1).flatten().collect()
}

/// Returns the positions of each unit of a counterfactual.
fn units(characteristics: &[CharacteristicBody]) -> Vec<Vec<usize>> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (position, characteristic) in characteristics.iter().enumerate() {
        let place = characteristic
            .moves_with
            .as_deref()
            .map_or(units.len(), |group| *places.entry(group).or_insert(units.len()));
        match units.get_mut(place) {
            Some(unit) => unit.push(position),
            None => units.push(vec![position]),
        }
    }
    units
}

fn bins(body: &CharacteristicBody, special: Vec<(f64, u16)>, texts: Vec<(Box<str>, u16)>) -> Bins {
    match body.kind {
        CharacteristicKind::Numeric => Bins::Numeric {
            cuts: body.attributes.iter().filter_map(|attribute| attribute.lower).collect(),
            special,
        },
        CharacteristicKind::Categorical => {
            let mut slots = texts;
            for (index, attribute) in body.attributes.iter().enumerate() {
                let slot = slot_number(index);
                slots.extend(attribute.categories.iter().map(|category| (category.as_str().into(), slot)));
            }
            slots.sort_unstable();
            let number = |(text, slot): &(Box<str>, u16)| Some((bits_of_text(text)?, *slot));
            let mut numbers: Vec<(u64, u16)> = slots.iter().filter_map(number).collect();
            numbers.sort_unstable();
            Bins::Categorical { slots, numbers }
        }
    }
}

/// Returns the bits of the number whose shortest decimal text, without exponent, this is: a code such as `2` is read
/// from text and from numbers.
fn bits_of_text(text: &str) -> Option<u64> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && number.to_string() == text).then(|| number.to_bits())
}

/// Attributes are limited to 10,000 by default; a configured limit beyond 65,535 is cut there.
fn slot_number(slot: usize) -> u16 {
    u16::try_from(slot).unwrap_or(u16::MAX)
}

fn label(attribute: &AttributeBody) -> Arc<str> {
    if let Some(label) = &attribute.label {
        return label.as_str().into();
    }
    if !attribute.categories.is_empty() {
        return attribute.categories.join(", ").into();
    }
    match (attribute.lower, attribute.upper) {
        (None, None) => "any number".into(),
        (None, Some(upper)) => format!("below {upper}").into(),
        (Some(lower), None) => format!("{lower} or more").into(),
        (Some(lower), Some(upper)) => format!("{lower} to below {upper}").into(),
    }
}
