//! What an answer says of its points, for the applicant or for the lender's staff.

use super::answer::{
    CharacteristicView, CounterfactualView, Effect, Explanation, MoveView, ReasonView, TopFeature,
};
use super::inputs::Inputs;
use super::request::{Audience, CreditScoreRequest};
use crate::cashflow::{FeatureId, Features, Selection};
use crate::error::{Cause, Error, Result};
use crate::scorecard::{Card, Counterfactual, Input, Reason, Slots};
use crate::view::origin::Origin;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Features that are shown by weight.
const TOP_FEATURES_MAX: usize = 8;

/// What an explanation is made from.
pub(super) struct Scored<'s> {
    pub(super) card: &'s Card,
    pub(super) slots: &'s Slots,
    pub(super) inputs: &'s Inputs<'s>,
    pub(super) features: Option<&'s Features<'s>>,
    /// Where the rows of a view stood.
    pub(super) origin: Option<&'s Origin>,
    /// Whether the decision is that of the points: only then moving points would change it.
    pub(super) by_points: bool,
}

impl Scored<'_> {
    /// Returns the explanation that the request asks for.
    pub(super) fn explain(&self, request: &CreditScoreRequest) -> Result<Explanation> {
        let method = request.reason_method.unwrap_or(self.card.default_method());
        if self.card.reference(method, 0).is_none() {
            let message = "the card's development record does not hold what this method needs";
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/reason_method"));
        }
        let internal = request.audience == Audience::Internal;
        let (adverse, favourable) = self.card.reasons(self.slots, method);
        let selections =
            if internal { self.selections(adverse.iter().chain(&favourable)) } else { BTreeMap::new() };
        let wanted = request.counterfactual && self.by_points;
        let counterfactual = if wanted { self.card.counterfactual(self.slots) } else { None };
        Ok(Explanation {
            adverse_reasons: adverse.iter().map(|reason| self.reason(reason, internal)).collect(),
            base_points: internal.then_some(self.card.body.base_points),
            characteristics: internal.then(|| self.characteristics()),
            counterfactual: counterfactual.map(|it| self.counterfactual(&it)),
            favourable_reasons: favourable.iter().map(|reason| self.reason(reason, internal)).collect(),
            reason_method: method,
            selections,
            top_features: self.top_features(),
        })
    }

    fn top_features(&self) -> Vec<TopFeature> {
        let mut weights = self.card.weights(self.slots);
        weights.retain(|it| it.weight > 0.0);
        weights.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.characteristic.cmp(&b.characteristic)));
        weights.truncate(TOP_FEATURES_MAX);
        weights
            .into_iter()
            .filter_map(|it| {
                Some(TopFeature {
                    direction: if it.difference > 0.0 { Effect::Positive } else { Effect::Negative },
                    feature: Arc::clone(self.card.names(it.characteristic)?.1),
                    weight: it.weight,
                })
            })
            .collect()
    }

    fn reason(&self, reason: &Reason, internal: bool) -> ReasonView {
        let names = |position: &usize| self.card.names(*position).map(|(_, feature)| Arc::clone(feature));
        let texts = reason.characteristics.first().and_then(|first| self.card.reason_text(*first));
        let missing =
            reason.characteristics.first().is_some_and(|first| self.card.is_missing(*first, self.slots));
        let text = texts.map(|texts| match (&texts.missing, &texts.internal) {
            (Some(text), _) if missing => text,
            (_, Some(text)) if internal => text,
            _ if reason.difference < 0.0 => &texts.adverse,
            _ => &texts.favourable,
        });
        ReasonView {
            code: Arc::clone(&reason.code),
            features: reason.characteristics.iter().filter_map(names).collect(),
            points: internal.then_some(reason.difference),
            text: text.cloned().unwrap_or_default(),
        }
    }

    fn characteristics(&self) -> Vec<CharacteristicView> {
        let rows =
            self.slots.slots.iter().zip(&self.inputs.values).zip(&self.inputs.null_reasons).enumerate();
        rows.filter_map(|(position, ((slot, input), null_reason))| {
            let (id, feature) = self.card.names(position)?;
            let (label, points) = self.card.slot(position, *slot)?;
            let value = if let Input::Number(number) = input { Some(*number) } else { None };
            let missing = *input == Input::Missing;
            Some(CharacteristicView {
                attribute: Arc::clone(label),
                characteristic: Arc::clone(id),
                feature: Arc::clone(feature),
                null_reason: null_reason.filter(|_| missing),
                points,
                value,
            })
        })
        .collect()
    }

    fn counterfactual(&self, found: &Counterfactual) -> CounterfactualView {
        let moves = found.moves.iter().filter_map(|it| {
            Some(MoveView {
                feature: Arc::clone(self.card.names(it.characteristic)?.1),
                from: Arc::clone(self.card.slot(it.characteristic, it.from)?.0),
                moves_with: self.card.moves_with(it.characteristic).cloned(),
                points: it.gain,
                to: Arc::clone(self.card.slot(it.characteristic, it.to)?.0),
            })
        });
        CounterfactualView { decision: found.decision, moves: moves.collect(), points: found.points }
    }

    /// The rows behind the cash-flow features of the reasons.
    fn selections<'a>(
        &self,
        reasons: impl Iterator<Item = &'a Reason>,
    ) -> BTreeMap<&'static str, Vec<crate::cashflow::SelectedRows>> {
        let Some(features) = self.features else { return BTreeMap::new() };
        let positions = reasons.flat_map(|reason| &reason.characteristics);
        let named: BTreeSet<Selection> = positions
            .filter_map(|position| FeatureId::of(self.card.names(*position)?.1))
            .map(|id| id.definition().selection)
            .collect();
        let rows = |selection| {
            let selected = features.selected(selection);
            self.origin.map_or(selected.clone(), |origin| origin.selected(&selected))
        };
        named.into_iter().map(|selection| (selection.as_str(), rows(selection))).collect()
    }
}
