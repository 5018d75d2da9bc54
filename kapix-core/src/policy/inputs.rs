//! The inputs of a document: their types, ranges, places, and what becomes of an application without them.

use super::document::{Ground, InputBody, InputType, OnMissing};
use super::input::{Absent, Input, Place};
use super::load::{Loader, SlotInfo};
use crate::error::{Cause, escape_segment};
use crate::expression::{Scalar, Slot};
use crate::json_value::JsonValue;
use crate::limits::{self, Limits};
use std::collections::BTreeSet;

/// The names that the published requests of the engine have for the amount that is asked for.
const REQUESTED: [&str; 3] = ["amount", "loan_amount", "requested_amount"];

impl Loader<'_> {
    pub(super) fn inputs(&mut self, limits: &Limits) {
        let body = self.body;
        let count = limits::check("features", limits.features, body.inputs.len());
        self.keep(count, "/inputs");
        for (name, input) in &body.inputs {
            let field = format!("/inputs/{}", escape_segment(name));
            if self.name(name, &field) {
                self.input(name, input, &field);
            }
        }
    }

    fn input(&mut self, name: &str, body: &InputBody, field: &str) {
        let Some(scalar) = self.scalar(body.kind, body.currency, field) else { return };
        let values = self.values(body.values.as_ref(), scalar, field);
        let has_range = body.min.is_some() || body.max.is_some();
        let (min, max) = (body.min.unwrap_or(f64::NEG_INFINITY), body.max.unwrap_or(f64::INFINITY));
        if has_range && !matches!(scalar, Scalar::Integer | Scalar::Number | Scalar::Money(_)) || min > max {
            self.wrong(Cause::PolicyShape, field, "a range belongs to numbers and money, min not above max");
        }
        let items_max = body.max_items.unwrap_or(1_000);
        if body.max_items.is_some() && !body.list || items_max > 10_000 {
            self.wrong(Cause::PolicyShape, field, "`max_items` belongs to a list and is at most `10000`");
        }
        let number = self.inputs.len();
        let info = SlotInfo {
            name: name.into(),
            scalar,
            ground: if self.is_requested(name, body) {
                BTreeSet::new()
            } else {
                BTreeSet::from([body.ground])
            },
            rests_on: BTreeSet::from([Some(number)]),
        };
        // A rule cannot read what has no name in the language.
        let place = if body.protected {
            Place::Unread
        } else if body.list {
            self.items_max = self.items_max.max(usize::try_from(items_max).unwrap_or(usize::MAX));
            Place::List(self.list(info, values.clone()))
        } else {
            Place::Slot(self.slot(info, values.clone()))
        };
        let mut input = Input {
            name: name.into(),
            scalar,
            place,
            values,
            min,
            max,
            items_max: usize::try_from(items_max).unwrap_or(usize::MAX),
            is_list: body.list,
            max_age_days: body.max_age_days,
            absent: Absent::Refer,
        };
        input.absent = self.absent(body, &input, field);
        self.inputs.push(input);
    }

    /// Returns whether an input is the amount that is asked for: the one that the offer names, and without an offer one that has a
    /// name which requests of the engine have for it. It is no ground of a decision by itself: what decides is what it is
    /// compared with.
    fn is_requested(&self, name: &str, body: &InputBody) -> bool {
        let is_amount = matches!(body.kind, InputType::Integer | InputType::Money | InputType::Number);
        let is_named = match &self.body.offer {
            Some(offer) => offer.requested == name,
            None => REQUESTED.contains(&name),
        };
        is_named && is_amount && !body.list && body.ground == Ground::Other
    }

    fn absent(&mut self, body: &InputBody, input: &Input, field: &str) -> Absent {
        let field = format!("{field}/on_missing");
        match &body.on_missing {
            OnMissing::Refer => Absent::Refer,
            OnMissing::Skip => Absent::Skip,
            OnMissing::Decline(code) => {
                self.reason(Some(code), &field);
                Absent::Decline(code.as_str().into())
            }
            OnMissing::Value(_) if body.list => {
                self.wrong(Cause::PolicyMissing, &field, "a list cannot have a value instead");
                Absent::Refer
            }
            OnMissing::Value(value) => {
                let slot = self.literal(value, input, &field);
                slot.map_or(Absent::Refer, |slot| Absent::Value(slot, value.clone()))
            }
        }
    }

    fn literal(&mut self, value: &JsonValue, input: &Input, field: &str) -> Option<Slot> {
        if let JsonValue::Text(text) = value
            && input.scalar == Scalar::Text
        {
            self.symbols.add(text);
        }
        let read = input.read(value, &self.symbols, &mut Vec::new());
        let slot = self.keep(read, field)?;
        if slot.value().is_none() {
            self.wrong(Cause::PolicyMissing, field, "the value must lie within the range of the input");
        }
        slot.value().is_some().then_some(slot)
    }
}
