//! The amount that an approval grants, and its terms.

use super::document::{OfferBody, Outcome};
use super::input::{Input, Place};
use super::load::{Call, Loader, Policy};
use super::state::State;
use crate::error::{Cause, Error, Result, escape_segment};
use crate::expression::{Expression, Name, Program, Scalar, Slot};
use crate::limits::WIRE_MAX;
use crate::money::Currency;
use std::sync::Arc;

/// Amounts from which a counter-offer is chosen, at most: each is a run of its own.
const GRID_MAX: i64 = 200;

/// Days for which an approval can be valid, at most: ten years.
const VALID_DAYS_MAX: u32 = 3_660;

/// Results of steps that a run may ask for, with those at every amount of the grid.
const RESULTS_MAX: usize = 250;

/// The least amount that can be asked for, in minor units.
pub(super) const AMOUNT_MIN: f64 = 1.0;

/// An offer that was proved.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) requested: u16,
    pub(super) limit: Option<Expression>,
    pub(super) above: (Outcome, Option<Arc<str>>),
    pub(super) terms: Vec<(Arc<str>, Expression)>,
}

impl Offer {
    /// Returns the offer of a document, and keeps what is wrong with it.
    pub(super) fn load(body: &OfferBody, loader: &mut Loader<'_>) -> Option<Self> {
        let field = "/offer";
        let is_input = loader.body.inputs.contains_key(&body.requested);
        let requested = match loader.scope.get(&body.requested) {
            Some(Name::One { slot, scalar: scalar @ Scalar::Money(_), .. }) if is_input => {
                Some((*slot, *scalar))
            }
            _ => None,
        };
        let Some((requested, scalar)) = requested else {
            loader.wrong(
                Cause::PolicyOffer,
                "/offer/requested",
                "`requested` must name an input of type money",
            );
            return None;
        };
        loader.above_nothing(&body.requested);
        let limit = body.limit.as_ref().and_then(|text| {
            let expression = loader.expression(text, "/offer/limit")?;
            // A whole number that is written is minor units of the currency, here as beside money.
            let is_units = expression.scalar == Scalar::Integer
                && expression.constant(&loader.symbols).is_some_and(|it| it.value().is_some());
            let fits = is_units || expression.scalar.joined(scalar).is_some();
            if !fits {
                let message = unexpected(scalar, expression.scalar);
                loader.wrong(Cause::ExpressionType, "/offer/limit", &message);
            }
            fits.then_some(expression)
        });
        let outcome = body.above_limit.unwrap_or(Outcome::Refer);
        if outcome == Outcome::Approve {
            let message = "a request above the limit is referred or declined; a counter-offer grants less";
            loader.wrong(Cause::PolicyOffer, "/offer/above_limit", message);
        }
        if body.reason.is_some() || outcome == Outcome::Decline {
            loader.reason(body.reason.as_ref(), "/offer/reason");
        }
        let mut terms = Vec::new();
        for (name, text) in &body.terms {
            let field = format!("{field}/terms/{}", escape_segment(name));
            let expression = loader.expression(text, &field);
            terms.extend(expression.map(|expression| (name.as_str().into(), expression)));
        }
        if body.valid_days.is_some_and(|days| !(1..=VALID_DAYS_MAX).contains(&days)) {
            let message = format!("`valid_days` lies in `1..={VALID_DAYS_MAX}`");
            loader.wrong(Cause::PolicyOffer, "/offer/valid_days", &message);
        }
        if let Some(grid) = body.counter_offer {
            let in_range = |it: i64| (1..=WIRE_MAX).contains(&it);
            let holds =
                in_range(grid.from) && in_range(grid.to) && in_range(grid.step) && grid.from <= grid.to;
            if !holds || (grid.to - grid.from) / grid.step >= GRID_MAX {
                let message = format!("a grid must rise in steps above 0, in at most `{GRID_MAX}` amounts");
                loader.wrong(Cause::PolicyOffer, "/offer/counter_offer", &message);
            }
        }
        let reason = body.reason.as_deref().map(Into::into);
        Some(Self { requested, limit, above: (outcome, reason), terms })
    }
}

/// Returns what to say where an expression has another type than its place asks for.
pub(super) fn unexpected(expected: Scalar, found: Scalar) -> String {
    let instead = match (expected, found) {
        (Scalar::Money(_), Scalar::Amount(_)) => ": round it, as by `floor(...)`",
        (Scalar::Money(_), Scalar::Integer | Scalar::Number) => {
            ": an amount is a whole number of minor units as it is written, or computed from money"
        }
        _ => "",
    };
    format!("expected {expected}, not {found}{instead}")
}

impl Loader<'_> {
    /// Lets the requested amount be one to lend: one that is not above 0 is out of its range.
    fn above_nothing(&mut self, requested: &str) {
        let mut inputs = self.inputs.iter_mut();
        let Some(input) = inputs.find(|input| &*input.name == requested) else { return };
        input.min = input.min.max(AMOUNT_MIN);
        if input.min > input.max {
            self.wrong(Cause::PolicyOffer, "/offer/requested", "no amount above 0 lies in its range");
        }
    }
}

impl Policy {
    /// Returns an error where a run could ask for more results of steps than one call may.
    pub(super) fn check_results(&self) -> Result<()> {
        let grid = self.body.offer.as_ref().and_then(|offer| offer.counter_offer);
        let amounts = grid.map_or(0, |grid| (grid.to - grid.from) / grid.step.max(1) + 1);
        let amounts = usize::try_from(amounts).unwrap_or(usize::MAX);
        let slot = self.offer.as_ref().map(|offer| offer.requested);
        let number =
            self.inputs.iter().position(|input| slot.is_some_and(|it| input.place == Place::Slot(it)));
        let asks = |call: &Call| match number.filter(|number| self.feeds(*number, call)) {
            Some(_) => amounts.saturating_add(1),
            None => 1,
        };
        let most = self.calls().map(asks).fold(0_usize, usize::saturating_add);
        if most <= RESULTS_MAX {
            return Ok(());
        }
        let message = format!(
            "a run asks for at most `{RESULTS_MAX}` results of steps, with those at each amount of the grid; this one may ask \
             for `{most}`"
        );
        Err(Error::new(Cause::LimitExceeded, message).at("/steps"))
    }

    /// Returns whether a value of an input enters what a step is asked.
    pub(super) fn feeds(&self, number: usize, call: &Call) -> bool {
        let programs = || call.values.iter().map(|(_, expression)| &expression.program);
        let slots = programs().flat_map(Program::slots).filter_map(|slot| self.slots.get(usize::from(*slot)));
        let lists = programs().flat_map(Program::lists).filter_map(|list| self.lists.get(usize::from(*list)));
        slots.chain(lists).any(|info| info.rests_on.contains(&Some(number)))
    }

    /// Returns the input that is the requested amount.
    fn requested(&self) -> Option<&Input> {
        let slot = self.offer.as_ref()?.requested;
        self.inputs.iter().find(|input| input.place == Place::Slot(slot))
    }

    /// Returns the amounts below the requested one at which an approval may be looked for, the largest first.
    pub(crate) fn counter_amounts(&self, state: &State) -> Vec<i64> {
        let grid = self.body.offer.as_ref().and_then(|offer| offer.counter_offer);
        let requested = self.offer.as_ref().and_then(|offer| state.get(offer.requested).value());
        let (Some(grid), Some(requested), Some(input)) = (grid, requested, self.requested()) else {
            return Vec::new();
        };
        let amounts =
            (0..=(grid.to - grid.from) / grid.step).rev().map(|number| grid.from + number * grid.step);
        #[expect(clippy::cast_precision_loss, reason = "amounts lie within +-(2^53 - 1)")]
        let number = |amount: i64| amount as f64;
        // One that the input cannot be is no offer: to ask for it would be referred.
        let can_be = |amount: &i64| input.within(Slot::number(number(*amount))).value().is_some();
        amounts.filter(|amount| number(*amount) < requested && can_be(amount)).collect()
    }

    /// Puts another requested amount into a run.
    #[expect(clippy::cast_precision_loss, reason = "amounts lie within +-(2^53 - 1)")]
    pub(crate) fn ask_for(&self, amount: i64, state: &mut State) {
        if let Some(offer) = &self.offer {
            state.set(offer.requested, Slot::number(amount as f64));
        }
    }

    /// Returns the currency of the requested amount.
    pub(crate) fn offer_currency(&self) -> Option<Currency> {
        let slot = self.offer.as_ref()?.requested;
        match self.slots.get(usize::from(slot))?.scalar {
            Scalar::Money(currency) => Some(currency),
            _ => None,
        }
    }
}
