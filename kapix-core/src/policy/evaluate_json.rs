//! [`Policy::evaluate_json`]: an application to a decision, both as JSON, read into a run and written from it without
//! anything between.

use super::document::Outcome;
use super::input::About;
use super::load::{Policy, Step};
use super::run::not_effective;
use super::state::State;
use super::step::{Answered, StepResults};
use super::verdict::{MatchedRule, ReasonCode};
use crate::canonical;
use crate::error::{Cause, Error, Result, escape_segment};
use crate::id::Id;
use crate::json::{self, Seed};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::time::Instant;
use core::fmt;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_with::skip_serializing_none;
use std::borrow::Cow;
use std::sync::Arc;

impl Policy {
    /// Returns what the policy decides of an application, both as JSON: `{"as_of", "entity_id", "inputs"}`, with the inputs
    /// as in `policy.run`, gives the outcome, the rows that matched, the reasons and the terms. There is no record, and
    /// no texts of reasons: `policy.run` has both. A name that is no input of the policy is refused.
    ///
    /// Errors: those of [`Policy::evaluation`], and of a request of `policy.run`.
    ///
    /// ```
    /// # use kapix_core::policy::{Policy, PolicyBody};
    /// # use kapix_core::Limits;
    /// # let body: PolicyBody = serde_json::from_str(r#"{
    /// #     "inputs": {"age": {"type": "integer", "min": 0}},
    /// #     "reasons": {"UNDERAGE": {"texts": {"en": "The applicant is younger than 18."}}},
    /// #     "steps": [{"table": {"name": "adults", "hit": "first", "columns": ["age"], "rules": [
    /// #         {"when": ["< 18"], "then": {"outcome": "decline", "reason": "UNDERAGE"}},
    /// #         {"when": ["-"], "then": {"outcome": "approve"}}
    /// #     ]}}]
    /// # }"#)?;
    /// let policy = Policy::load(body, &Limits::default())?;
    /// let answer = policy.evaluate_json(r#"{"as_of": "2026-06-30T12:00:00Z", "inputs": {"age": 34}}"#)?;
    /// assert_eq!(
    ///     answer,
    ///     r#"{"matched_rules":[{"rule":"rule_2","table":"adults"}],"outcome":"approve","reasons":[]}"#,
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate_json(&self, application: &str) -> Result<String> {
        self.decides_alone()?;
        let application = json::read_seed(application.as_bytes(), Reads(self), &Limits::DEFAULT)?;
        self.evaluate(&application, &mut State::spare())
    }

    fn evaluate(&self, application: &Application, state: &mut State) -> Result<String> {
        let Application { as_of, entity_id, inputs } = application;
        if !self.is_effective(*as_of) {
            return Err(not_effective().at("/as_of"));
        }
        state.clear(self.slots.len(), self.lists.len());
        let about = About { as_of: *as_of, entity_id: entity_id.as_ref() };
        for (input, value) in self.inputs.iter().zip(inputs) {
            input
                .put(value.as_ref(), about, &self.symbols, state)
                .map_err(|error| error.under(&format!("/inputs/{}", escape_segment(&input.name))))?;
        }
        // A policy that decides alone needs no answers.
        self.walk(&mut Answered(&StepResults::new()), state);
        let (outcome, amount) = self.settle(state);
        canonical::to_string(&self.evaluated(outcome, amount, state))
    }

    fn evaluated<'s>(&'s self, outcome: Outcome, amount: Option<f64>, state: &'s State) -> Evaluated<'s> {
        let told = state.because.iter().filter(|it| it.outcome == outcome);
        let reasons = told.map(|it| Reason {
            code: match &it.code {
                ReasonCode::Policy(code) => code,
                ReasonCode::Doubt(doubt) => doubt.into(),
            },
            inputs: &it.inputs,
            outcome: it.outcome,
            queue: it.queue.as_deref(),
            step: it.step.map(|step| self.step_name(step)),
        });
        let has_terms = self.offer.as_ref().is_some_and(|offer| !offer.terms.is_empty());
        Evaluated {
            #[expect(clippy::cast_possible_truncation, reason = "money is whole, within +-(2^53 - 1)")]
            approved_amount_minor: amount.map(|amount| amount as i64),
            assumed: &state.assumed,
            matched_rules: state.matched.iter().map(|it| self.rule(*it)).collect(),
            outcome,
            reasons: reasons.collect(),
            terms: amount.filter(|_| has_terms).map(|_| Stated(self, state)),
        }
    }

    fn rule(&self, matched: MatchedRule) -> Rule<'_> {
        let stated = match self.steps.get(matched.step as usize) {
            Some(Step::Table(table)) => {
                table.body.rules.get(matched.row as usize).and_then(|it| it.id.as_deref())
            }
            _ => None,
        };
        let rule = stated.map_or_else(|| self.rule_name(matched.step, matched.row).into(), Cow::Borrowed);
        Rule { rule, table: self.step_name(matched.step) }
    }
}

/// What the text says.
struct Application {
    as_of: Instant,
    entity_id: Option<Id>,
    /// By the number of the input.
    inputs: Vec<Option<JsonValue>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Member {
    AsOf,
    EntityId,
    Inputs,
}

/// Reads an application of a policy.
#[derive(Clone, Copy)]
struct Reads<'p>(&'p Policy);

impl Seed for Reads<'_> {
    type Value = Application;

    fn read<'de, D: Deserializer<'de>>(self, source: D) -> core::result::Result<Application, D::Error> {
        source.deserialize_struct("Application", &[], self)
    }
}

impl<'de> Visitor<'de> for Reads<'_> {
    type Value = Application;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `as_of`, `entity_id` and `inputs`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> core::result::Result<Application, A::Error> {
        let (mut as_of, mut entity_id, mut inputs) = (None, None, None);
        while let Some(member) = members.next_key()? {
            match member {
                Member::AsOf if as_of.is_none() => as_of = Some(members.next_value()?),
                Member::EntityId if entity_id.is_none() => entity_id = Some(members.next_value()?),
                Member::Inputs if inputs.is_none() => inputs = Some(members.next_value_seed(Inputs(self.0))?),
                _ => return Err(de::Error::duplicate_field("as_of, entity_id or inputs")),
            }
        }
        Ok(Application {
            as_of: as_of.ok_or_else(|| de::Error::missing_field("as_of"))?,
            entity_id: entity_id.flatten(),
            inputs: inputs.ok_or_else(|| de::Error::missing_field("inputs"))?,
        })
    }
}

/// Reads the inputs of a policy by their number.
struct Inputs<'p>(&'p Policy);

impl<'de> DeserializeSeed<'de> for Inputs<'_> {
    type Value = Vec<Option<JsonValue>>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> core::result::Result<Self::Value, D::Error> {
        source.deserialize_struct("Inputs", &[], self)
    }
}

impl<'de> Visitor<'de> for Inputs<'_> {
    type Value = Vec<Option<JsonValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of inputs by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> core::result::Result<Self::Value, A::Error> {
        let mut inputs = Vec::new();
        inputs.resize_with(self.0.inputs.len(), || None);
        while let Some(number) = members.next_key_seed(Named(self.0))? {
            match inputs.get_mut(number) {
                Some(place @ None) => *place = Some(members.next_value()?),
                _ => return Err(de::Error::duplicate_field("input")),
            }
        }
        Ok(inputs)
    }
}

/// Reads the number of an input from its name.
struct Named<'p>(&'p Policy);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> core::result::Result<usize, D::Error> {
        source.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Named<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an input")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> core::result::Result<usize, E> {
        // Inputs stand in the order of their names.
        self.0.inputs.binary_search_by(|input| (*input.name).cmp(name)).map_err(|_| {
            json::fail(Error::new(Cause::DataInputUnknown, "the policy has no input of this name"))
        })
    }
}

/// What is written.
#[skip_serializing_none]
#[derive(Serialize)]
struct Evaluated<'s> {
    approved_amount_minor: Option<i64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    assumed: &'s [Arc<str>],
    matched_rules: Vec<Rule<'s>>,
    outcome: Outcome,
    reasons: Vec<Reason<'s>>,
    terms: Option<Stated<'s>>,
}

#[derive(Serialize)]
struct Rule<'s> {
    rule: Cow<'s, str>,
    table: &'s str,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Reason<'s> {
    code: &'s str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    inputs: &'s [Arc<str>],
    outcome: Outcome,
    queue: Option<&'s str>,
    step: Option<&'s str>,
}

/// The terms of an approval.
struct Stated<'s>(&'s Policy, &'s State);

impl Serialize for Stated<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.terms(self.1))
    }
}
