//! Inputs of an application: read by their type, range and age, or unknown with the cause.

use super::load::Policy;
use super::state::State;
use crate::error::{Cause, Error, Result, escape_segment};
use crate::expression::{Scalar, Slot, Symbols, Unknown, is_among, same};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::{Limits, WIRE_MAX};
use crate::money::Currency;
use crate::time::{At, Date, Instant, UtcOffset};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value with its date and owner, as it is written in an object.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dated {
    /// When it was true.
    pub at: Option<At>,
    /// Whose it is.
    pub entity_id: Option<Id>,
    /// The value.
    pub value: JsonValue,
}

impl Dated {
    /// Returns the value of these members; `None` where they are not well formed, which a strict reading then tells.
    fn of(members: &BTreeMap<String, JsonValue>) -> Option<Self> {
        let mut dated = Self { at: None, entity_id: None, value: JsonValue::Null };
        for (name, value) in members {
            match (&**name, value) {
                ("at", JsonValue::Text(at)) => dated.at = Some(At::parse(at).ok()?),
                ("entity_id", JsonValue::Text(id)) => dated.entity_id = Some(Id::parse(id).ok()?),
                ("at" | "entity_id", JsonValue::Null) => {}
                ("value", _) => dated.value = value.clone(),
                _ => return None,
            }
        }
        members.contains_key("value").then_some(dated)
    }
}

/// Where the value of an input stands in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Slot(u16),
    List(u16),
    /// Nowhere: no rule may read it.
    Unread,
}

/// What becomes of an application that lacks the input where it matters.
#[derive(Clone, Debug)]
pub(super) enum Absent {
    Refer,
    Decline(Arc<str>),
    Value(Slot, JsonValue),
    Skip,
}

/// An input that was proved.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) name: Arc<str>,
    pub(super) scalar: Scalar,
    pub(super) place: Place,
    pub(super) values: Option<Arc<[u32]>>,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) items_max: usize,
    pub(super) is_list: bool,
    pub(super) max_age_days: Option<u32>,
    pub(super) absent: Absent,
}

/// Whom and when a run is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'r> {
    pub(super) as_of: Instant,
    pub(super) entity_id: Option<&'r Id>,
}

impl Input {
    /// Returns a value of its type; one outside its range is unknown, one of another type an error.
    pub(super) fn read(&self, value: &JsonValue, symbols: &Symbols, texts: &mut Vec<String>) -> Result<Slot> {
        read(self.scalar, value, symbols, texts).map(|slot| self.within(slot))
    }

    pub(super) fn within(&self, slot: Slot) -> Slot {
        let is_known = slot.value().is_none_or(|value| {
            // No number on the wire is infinite; a host that calls by values could give one.
            let listed = self.values.as_ref().is_none_or(|all| is_among(value, all));
            listed && value.is_finite() && self.min <= value && value <= self.max
        });
        if is_known { slot } else { Slot::without(Unknown::INVALID) }
    }

    /// Puts what an application gives into a run.
    pub(super) fn put(
        &self,
        given: Option<&JsonValue>,
        about: About<'_>,
        symbols: &Symbols,
        state: &mut State,
    ) -> Result<()> {
        // An object is a value with its date and owner; any other has none.
        let dated: Option<Dated> = match given {
            Some(object @ JsonValue::Object(members)) => {
                Some(Dated::of(members).map_or_else(|| object.read(&Limits::DEFAULT), Ok)?)
            }
            _ => None,
        };
        let value =
            dated.as_ref().map_or(given, |it| Some(&it.value)).filter(|value| **value != JsonValue::Null);
        // The age of no value says nothing.
        let unknown = value.map_or(Unknown::MISSING, |_| self.doubt(dated.as_ref(), about));
        match self.place {
            Place::Unread => match value {
                Some(value) if self.is_list => drop(self.items(value, symbols, &mut Vec::new())?),
                Some(value) => drop(read(self.scalar, value, symbols, &mut Vec::new())?),
                None => {}
            },
            Place::Slot(slot) => {
                let read = value.map(|value| self.read(value, symbols, &mut state.texts)).transpose()?;
                self.fill(slot, read, unknown, state);
            }
            Place::List(list) => {
                let items = value.map(|value| self.items(value, symbols, &mut state.texts)).transpose()?;
                let items =
                    if unknown.is_empty() { items.unwrap_or(Err(Unknown::MISSING)) } else { Err(unknown) };
                state.set_list(list, items);
            }
        }
        Ok(())
    }

    /// Returns why a value cannot be used although it is there.
    fn doubt(&self, dated: Option<&Dated>, about: About<'_>) -> Unknown {
        let owner = dated.and_then(|it| it.entity_id.as_ref());
        if owner.is_some() && owner != about.entity_id {
            return Unknown::MISMATCH;
        }
        self.aged(dated.and_then(|it| it.at), about.as_of)
    }

    /// Returns why a value of this date cannot be used.
    pub(super) fn aged(&self, at: Option<At>, as_of: Instant) -> Unknown {
        if at.is_none() && self.max_age_days.is_none() {
            return Unknown::default();
        }
        let today = as_of.date_at(UtcOffset::UTC);
        let age = at.map(|at| today.days_since(at.date(UtcOffset::UTC)));
        // A date without a time lies in the future once nowhere on earth it is that day.
        let is_future = match at {
            Some(At::Instant(at)) => at > as_of,
            Some(At::Date(date)) => date > as_of.date_at(UtcOffset::FIRST),
            None => false,
        };
        let is_old =
            self.max_age_days.is_some_and(|max| age.is_none_or(|days| i64::from(days) > i64::from(max)));
        match (is_future, is_old) {
            (true, _) => Unknown::MISSING,
            (false, true) => Unknown::STALE,
            (false, false) => Unknown::default(),
        }
    }

    /// Puts a value that was read into its slot, or what stands for it.
    pub(super) fn fill(&self, slot: u16, read: Option<Slot>, doubt: Unknown, state: &mut State) {
        let read = read.unwrap_or_else(|| Slot::without(Unknown::MISSING));
        let read = if doubt.is_empty() { read } else { Slot::without(doubt) };
        let is_missing = read.unknown().is_some_and(is_missing);
        let instead = match &self.absent {
            Absent::Value(value, _) if is_missing => {
                state.assumed.push(self.name.clone());
                *value
            }
            _ => read,
        };
        state.set(slot, instead);
    }

    /// Returns an error where a list is longer than the policy states.
    pub(super) fn check_items(&self, count: usize) -> Result<()> {
        if count <= self.items_max {
            return Ok(());
        }
        let message = format!("a list must have at most `{}` items; got `{count}`", self.items_max);
        Err(Error::new(Cause::LimitExceeded, message))
    }

    fn items(
        &self,
        value: &JsonValue,
        symbols: &Symbols,
        texts: &mut Vec<String>,
    ) -> Result<core::result::Result<Vec<Slot>, Unknown>> {
        let JsonValue::Array(items) = value else {
            return Err(Error::new(Cause::PolicyInput, format!("expected a list of {}", self.scalar)));
        };
        self.check_items(items.len())?;
        let read = |(number, item): (usize, &JsonValue)| {
            if *item == JsonValue::Null {
                return Ok(Slot::without(Unknown::MISSING));
            }
            self.read(item, symbols, texts).map_err(|error| error.at(format!("/{number}")))
        };
        items.iter().enumerate().map(read).collect::<Result<Vec<Slot>>>().map(Ok)
    }
}

/// Returns whether a value is unknown only because it is absent or too old.
pub(super) fn is_missing(unknown: Unknown) -> bool {
    Unknown::MISSING.with(Unknown::STALE).has(unknown)
}

/// Returns a JSON value of a type as a slot, or an error that says which type was expected.
pub(super) fn read(
    scalar: Scalar,
    value: &JsonValue,
    symbols: &Symbols,
    texts: &mut Vec<String>,
) -> Result<Slot> {
    let expected = || {
        let units = match scalar {
            Scalar::Money(currency) => minor_units(currency),
            _ => String::new(),
        };
        Error::new(Cause::PolicyInput, format!("expected {scalar}{units}; nothing is converted"))
    };
    match (scalar, value) {
        (Scalar::Boolean, JsonValue::Bool(value)) => Ok(Slot::boolean(*value)),
        (Scalar::Number, JsonValue::Number(value)) => Ok(Slot::number(*value)),
        (Scalar::Integer | Scalar::Money(_), JsonValue::Number(value)) if is_integer(*value) => {
            Ok(Slot::number(*value))
        }
        (Scalar::Text, JsonValue::Text(text)) => Ok(Slot::number(f64::from(symbol(text, symbols, texts)))),
        (Scalar::Date, JsonValue::Text(text)) => {
            let date = Date::parse(text)?;
            Ok(Slot::number(f64::from(date.epoch_days())))
        }
        _ => Err(expected()),
    }
}

/// Returns how an amount of a currency is written.
fn minor_units(currency: Currency) -> String {
    match currency.exponent() {
        0 => format!(" as a whole number of {currency}"),
        decimals => {
            let one = 10_i64.saturating_pow(u32::from(decimals));
            format!(" in minor units, a whole number: `{one}` is 1 {currency}")
        }
    }
}

/// Returns whether a number is an integer of the wire; the conversion there and back costs less than to truncate.
#[inline]
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "2^53 - 1 is exact")]
pub(super) fn is_integer(value: f64) -> bool {
    value.abs() <= WIRE_MAX as f64 && same((value as i64) as f64, value)
}

/// Returns the number of a text: that of the policy, or the next one of this run.
pub(super) fn symbol(text: &str, symbols: &Symbols, texts: &mut Vec<String>) -> u32 {
    symbols.get(text).unwrap_or_else(|| {
        let at = texts.iter().position(|own| own == text).unwrap_or_else(|| {
            texts.push(text.to_owned());
            texts.len() - 1
        });
        u32::try_from(symbols.count() + at).unwrap_or(u32::MAX)
    })
}

/// Puts all inputs of an application into a run; pointers of errors start at the inputs.
pub(super) fn read_all(
    inputs: &[Input],
    given: &BTreeMap<String, JsonValue>,
    about: About<'_>,
    symbols: &Symbols,
    state: &mut State,
) -> Result<()> {
    for input in inputs {
        let value = given.get(&*input.name);
        input
            .put(value, about, symbols, state)
            .map_err(|error| error.under(&format!("/{}", escape_segment(&input.name))))?;
    }
    Ok(())
}

impl Policy {
    /// Returns the value that the policy has for a missing input.
    pub(crate) fn assumed(&self, name: &str) -> JsonValue {
        let input = self.inputs.iter().find(|input| &*input.name == name);
        match input.map(|input| &input.absent) {
            Some(Absent::Value(_, value)) => value.clone(),
            _ => JsonValue::Null,
        }
    }
}
