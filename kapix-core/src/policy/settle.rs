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
        let terms = offer.terms.iter().map(|(_, term)| term.program.run(&values));
        let all = terms.chain(limit).chain([requested]);
        let causes = all.filter_map(Slot::unknown).fold(Unknown::default(), Unknown::with);
        if !causes.is_empty() {
            let programs = || offer.limit.iter().chain(offer.terms.iter().map(|(_, term)| term));
            let mut slots: BTreeSet<u16> = programs().flat_map(|it| it.program.slots()).copied().collect();
            let lists = programs().flat_map(|it| it.program.lists()).copied().collect();
            slots.insert(offer.requested);
            let lacks = self.lacking(&slots, &lists, state);
            self.doubt(&Hangs { causes, step: None, rows: &[], lacks }, state);
            return None;
        }
        let amount = requested.value()?;
        if limit.and_then(Slot::value).is_some_and(|limit| amount > limit) {
            let (outcome, reason) = offer.above.clone();
            let code = reason.map_or(ReasonCode::Doubt(PolicyDoubt::AboveLimit), ReasonCode::Policy);
            state.because.push(Because { outcome, code, ..Because::doubt(PolicyDoubt::AboveLimit, None) });
            return None;
        }
        Some(amount)
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
