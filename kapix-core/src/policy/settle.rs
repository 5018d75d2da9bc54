//! How a run ends: the outcome of all reasons, and what an approval grants.

use super::document::Outcome;
use super::load::Policy;
use super::run::Hangs;
use super::state::State;
use super::verdict::{Because, PolicyDoubt, ReasonCode, Terms, Verdict};
use crate::expression::{Slot, Unknown};
use crate::json_value::JsonValue;
use std::collections::BTreeSet;

impl Policy {
    /// Returns the outcome of a run that went through its steps, and the granted amount; keeps why it cannot approve.
    pub(super) fn settle(&self, state: &mut State) -> (Outcome, Option<f64>) {
        // The offer belongs to an approval: what a run that ended early did not compute says nothing.
        let is_open = state.because.iter().all(|it| it.outcome == Outcome::Approve);
        let amount = if is_open && state.approvals > 0 { self.granted(state) } else { None };
        let worst = state.because.iter().map(|it| it.outcome).max();
        match worst {
            Some(outcome) if outcome != Outcome::Approve => (outcome, None),
            _ if state.approvals > 0 => (Outcome::Approve, amount),
            _ => {
                state.because.push(Because::doubt(PolicyDoubt::NoRowMatched, None));
                (Outcome::Refer, None)
            }
        }
    }

    /// Returns what a run ends with.
    pub(super) fn verdict(&self, state: &mut State) -> Verdict {
        let (outcome, amount) = self.settle(state);
        let terms = amount.map(|amount| {
            #[expect(clippy::cast_possible_truncation, reason = "money is whole, within +-(2^53 - 1)")]
            let amount_minor = amount as i64;
            Terms {
                amount_minor,
                stated: self.terms(state).map(|(name, it)| (name.to_owned(), it)).collect(),
            }
        });
        Verdict {
            outcome,
            because: core::mem::take(&mut state.because),
            matched: core::mem::take(&mut state.matched),
            assumed: state.assumed.clone(),
            terms,
        }
    }

    /// Returns the amount that an approval grants, and keeps why it cannot.
    fn granted(&self, state: &mut State) -> Option<f64> {
        let offer = self.offer.as_ref()?;
        let values = state.values(&self.symbols);
        let requested = state.get(offer.requested);
        let limit = offer.limit.as_ref().map(|limit| limit.program.run(&values));
        // Above the limit, whatever the terms are.
        if let (Some(amount), Some(limit)) = (requested.value(), limit.and_then(Slot::value))
            && amount > limit
        {
            let (outcome, reason) = offer.above.clone();
            let code = reason.map_or(ReasonCode::Doubt(PolicyDoubt::AboveLimit), ReasonCode::Policy);
            state.because.push(Because { outcome, code, ..Because::doubt(PolicyDoubt::AboveLimit, None) });
            return None;
        }
        let (mut causes, mut slots, mut lists) = (Unknown::default(), BTreeSet::new(), BTreeSet::new());
        if let Some(unknown) = requested.unknown() {
            causes = causes.with(unknown);
            slots.insert(offer.requested);
        }
        for expression in offer.limit.iter().chain(offer.terms.iter().map(|(_, term)| term)) {
            if let Some(unknown) = expression.program.run(&values).unknown() {
                causes = causes.with(unknown);
                slots.extend(expression.program.slots());
                lists.extend(expression.program.lists());
            }
        }
        if !causes.is_empty() {
            let lacks = self.lacking(&slots, &lists, state);
            self.doubt(&Hangs { causes, step: None, rows: &[], lacks }, state);
            return None;
        }
        requested.value()
    }

    /// Returns the terms of an approval by name, as they are written in JSON.
    pub(super) fn terms<'s>(&'s self, state: &'s State) -> impl Iterator<Item = (&'s str, JsonValue)> {
        let terms = self.offer.iter().flat_map(|offer| &offer.terms);
        terms.filter_map(|(name, term)| {
            let value = term.program.run(&state.values(&self.symbols)).value()?;
            Some((&**name, self.written(term.scalar, value, state)))
        })
    }
}
