//! What an answer says of its points, for the applicant or for the lender's staff.

use super::answer::{
    CharacteristicView, CounterfactualView, Effect, Explanation, MoveView, ReasonView, TopFeature,
};
use super::inputs::{Inputs, NOT_GIVEN};
use super::null_reason::{InputNullReason, NO_MEAN, text_without_mean};
use super::request::{Audience, CreditScoreRequest};
use crate::cashflow::{FeatureId, Features, SelectedRows, Selection};
use crate::engine::registry::Chosen;
use crate::error::{Cause, Error, Result};
use crate::scorecard::{Card, Counterfactual, Input, Part, Ranking, ReasonMethod, Slots, Top, WEIGHTS_MAX};
use crate::view::origin::Origin;
use core::fmt;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What an explanation is made from.
pub(super) struct Scored<'s> {
    pub(super) card: &'s Chosen<'s, Card>,
    pub(super) slots: &'s Slots,
    pub(super) inputs: &'s Inputs<'s>,
    pub(super) features: Option<&'s Features<'s>>,
    /// Where the rows of a view stood.
    pub(super) origin: Option<&'s Origin>,
    /// Whether the decision is that of the points: only then moving points would change it.
    pub(super) by_points: bool,
    /// Whether inputs are missing on which the decision hangs: other points would not lift the referral.
    pub(super) is_open: bool,
}

/// Why a total is what it is: the card, and what it said of one applicant. The names and texts of
/// [`Explained::view`] are those of the card, which no answer copies.
#[derive(Clone)]
pub struct Explained {
    card: Arc<Card>,
    internal: bool,
    method: ReasonMethod,
    ranking: Ranking,
    top: Top<WEIGHTS_MAX>,
    slots: Slots,
    /// The inputs in card order; empty for the applicant.
    inputs: Vec<Shown>,
    /// Inputs that have no value because a mean is not above zero.
    without_mean: BTreeSet<usize>,
    counterfactual: Option<Counterfactual>,
    selections: BTreeMap<&'static str, Vec<SelectedRows>>,
}

/// An input as it is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shown {
    value: Option<f64>,
    null_reason: Option<InputNullReason>,
}

impl Scored<'_> {
    /// Returns the explanation that the request asks for.
    pub(super) fn explain(&self, request: &CreditScoreRequest) -> Result<Explained> {
        let method = request.reason_method.unwrap_or(self.card.default_method());
        if Card::reference(self.card, method, 0).is_none() {
            let message = "the card's development record does not hold what this method needs";
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/reason_method"));
        }
        let internal = request.audience == Audience::Internal;
        let ranking = self.card.ranking(self.slots, method);
        let selections = if internal { self.selections(&ranking) } else { BTreeMap::new() };
        let wanted = request.counterfactual && self.by_points && !self.is_open;
        Ok(Explained {
            card: self.card.shared()?,
            internal,
            method,
            ranking,
            top: self.card.top_weights(self.slots),
            slots: self.slots.clone(),
            inputs: if internal { self.shown() } else { Vec::new() },
            without_mean: self.without_mean(),
            counterfactual: if wanted { self.counterfactual() } else { None },
            selections,
        })
    }

    /// Returns the counterfactual if its decision holds in spite of what is missing after it.
    fn counterfactual(&self) -> Option<Counterfactual> {
        let found = self.card.counterfactual(self.slots)?;
        let mut moved = self.slots.clone();
        moved.points = found.points;
        for step in &found.moves {
            *moved.slots.get_mut(step.characteristic)? = step.to;
        }
        let judged = self.card.judge(&moved);
        (judged.decide(found.decision) == found.decision).then_some(found)
    }

    fn without_mean(&self) -> BTreeSet<usize> {
        let missing =
            self.inputs.values.iter().enumerate().filter(|(_, input)| matches!(input, Input::Missing));
        let positions = missing.map(|(position, _)| position);
        positions.filter(|position| self.inputs.null_reason(*position) == Some(NO_MEAN)).collect()
    }

    fn shown(&self) -> Vec<Shown> {
        let shown = self.inputs.values.iter().enumerate().map(|(position, input)| Shown {
            value: if let Input::Number(number) = input { Some(*number) } else { None },
            null_reason: match input {
                Input::Missing => self.inputs.null_reason(position),
                // The text said that there is no value.
                Input::Text(_) if self.card.is_missing(position, self.slots) => Some(NOT_GIVEN),
                _ => None,
            },
        });
        shown.collect()
    }

    /// The rows behind the cash-flow features of the reasons.
    fn selections(&self, ranking: &Ranking) -> BTreeMap<&'static str, Vec<SelectedRows>> {
        let Some(features) = self.features else { return BTreeMap::new() };
        let reasons = ranking.adverse.iter().chain(ranking.favourable.iter());
        let named: BTreeSet<Selection> = reasons
            .flat_map(|reason| ranking.carriers(reason))
            .filter_map(|position| FeatureId::of(self.card.names(position)?.1))
            .map(|id| id.definition().selection)
            .collect();
        let rows = |selection| {
            let selected = features.selected(selection);
            self.origin.map_or(selected.clone(), |origin| origin.selected(&selected))
        };
        named.into_iter().map(|selection| (selection.as_str(), rows(selection))).collect()
    }
}

impl Explained {
    /// Returns the explanation as it is on the wire.
    ///
    /// ```
    /// use kapix_core::artefact::EXPERT_CARDS;
    /// use kapix_core::{Control, Engine, EngineOptions, Limits, Operation, Request, Response};
    ///
    /// let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default())?;
    /// let text = br#"{"entity_id": "a", "entity_type": "individual", "as_of": "2026-06-30T20:00:00Z",
    ///     "features": {"history_days": 400, "history_transactions": 90, "coverage_age_days": 0}}"#;
    /// let request = Request::read(Operation::CreditScore, text, &Limits::default())?;
    /// let Response::CreditScore(score) = engine.run(&request, &Control::default())?.response else { unreachable!() };
    /// let why = score.explanation.as_ref().unwrap().view();
    /// assert_eq!(why.adverse_reasons[0].code, "LOWEST_BALANCE");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn view(&self) -> Explanation<'_> {
        Explanation {
            adverse_reasons: self.reasons(&self.ranking.adverse),
            base_points: self.internal.then_some(self.card.body.base_points),
            characteristics: self.internal.then(|| self.characteristics()),
            counterfactual: self.counterfactual.as_ref().map(|it| self.moved(it)),
            favourable_reasons: self.reasons(&self.ranking.favourable),
            reason_method: self.method,
            selections: &self.selections,
            top_features: self.top_features(),
        }
    }

    fn feature(&self, position: usize) -> Option<&str> {
        self.card.names(position).map(|(_, feature)| &**feature)
    }

    fn top_features(&self) -> Vec<TopFeature<'_>> {
        let feature = |part: &Part| {
            Some(TopFeature {
                direction: if part.difference > 0.0 { Effect::Positive } else { Effect::Negative },
                feature: self.feature(part.first)?,
                weight: part.weight,
            })
        };
        self.top.iter().filter_map(feature).collect()
    }

    fn reasons<const N: usize>(&self, strongest: &Top<N>) -> Vec<ReasonView<'_>> {
        strongest.iter().filter_map(|part| self.reason(part)).collect()
    }

    fn reason(&self, part: &Part) -> Option<ReasonView<'_>> {
        // The texts are those of the characteristic that carries most of the reason.
        let largest = self.ranking.carriers(part).next()?;
        let texts = self.card.reason_text(largest)?;
        let missing = self.card.is_missing(largest, &self.slots);
        // What the applicant did not give speaks for nobody.
        if missing && !self.internal && part.difference > 0.0 {
            return None;
        }
        let is_known = missing && self.without_mean.contains(&largest);
        let known = self.feature(largest).filter(|_| is_known).and_then(text_without_mean);
        let text = match (&texts.missing, &texts.internal) {
            _ if known.is_some() => known.unwrap_or_default(),
            (Some(text), _) if missing => text,
            (_, Some(text)) if self.internal => text,
            _ if part.difference < 0.0 => &texts.adverse,
            _ => &texts.favourable,
        };
        Some(ReasonView {
            code: self.card.reason_code(part.first)?,
            features: self.ranking.carriers(part).filter_map(|position| self.feature(position)).collect(),
            points: self.internal.then_some(part.difference),
            text,
        })
    }

    fn characteristics(&self) -> Vec<CharacteristicView<'_>> {
        let rows = self.slots.slots.iter().zip(&self.inputs).enumerate();
        let view = rows.filter_map(|(position, (slot, input))| {
            let (id, feature) = self.card.names(position)?;
            let (label, points) = self.card.slot(position, *slot)?;
            let Shown { value, null_reason } = *input;
            Some(CharacteristicView {
                attribute: label,
                characteristic: id,
                feature,
                null_reason,
                points,
                value,
            })
        });
        view.collect()
    }

    fn moved<'e>(&'e self, found: &'e Counterfactual) -> CounterfactualView<'e> {
        let moves = found.moves.iter().filter_map(|it| {
            Some(MoveView {
                feature: self.feature(it.characteristic)?,
                from: self.card.slot(it.characteristic, it.from)?.0,
                moves_with: self.card.moves_with(it.characteristic).map(|group| &**group),
                points: it.gain,
                to: self.card.slot(it.characteristic, it.to)?.0,
            })
        });
        CounterfactualView { decision: found.decision, moves: moves.collect(), points: found.points }
    }
}

impl fmt::Debug for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl PartialEq for Explained {
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}

impl Serialize for Explained {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        self.view().serialize(serializer)
    }
}
