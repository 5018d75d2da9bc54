//! Decisions by one policy alone, without an engine or a record: for Rust programs that decide many applications.

use super::document::Outcome;
use super::input::{self, Absent, Place};
use super::load::Policy;
use super::run::not_effective;
use super::state::State;
use super::step::{Answered, StepResults};
use super::verdict::{Because, MatchedRule};
use crate::error::{Cause, Error, Result};
use crate::expression::{Scalar, Slot, Symbols, Unknown};
use crate::time::{At, Date, Instant};

/// Decides one application after another; its memory is used again, so that a decision allocates next to nothing.
#[derive(Debug)]
pub struct Evaluation<'p> {
    policy: &'p Policy,
    as_of: Instant,
    state: State,
    is_decided: bool,
}

/// Number of an input of a policy, from [`Evaluation::input`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputNumber(u32);

/// A value of an application.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InputValue<'v> {
    /// A truth value.
    Boolean(bool),
    /// A civil date.
    Date(Date),
    /// A number; of a money input its minor units. NaN is a missing value.
    Number(f64),
    /// A text.
    Text(&'v str),
}

impl Policy {
    /// Returns memory in which this policy decides applications of one instant.
    ///
    /// Errors: `policy.step_unanswered` where the policy asks other operations, which only an engine answers, and
    /// `policy.not_effective`.
    ///
    /// ```
    /// use kapix_core::policy::{InputValue, Outcome, Policy, PolicyBody};
    /// use kapix_core::{Limits, time::Instant};
    ///
    /// let body: PolicyBody = serde_json::from_str(r#"{
    ///     "inputs": {"age": {"type": "integer", "min": 0}},
    ///     "reasons": {"UNDERAGE": {"texts": {"en": "The applicant is younger than 18."}}},
    ///     "steps": [{"table": {"name": "adults", "hit": "first", "columns": ["age"], "rules": [
    ///         {"when": ["< 18"], "then": {"outcome": "decline", "reason": "UNDERAGE"}},
    ///         {"when": ["-"], "then": {"outcome": "approve"}}
    ///     ]}}]
    /// }"#)?;
    /// let policy = Policy::load(body, &Limits::default())?;
    /// let mut evaluation = policy.evaluation(Instant::parse("2026-06-30T12:00:00Z")?)?;
    /// let age = evaluation.input("age").unwrap();
    /// evaluation.set(age, InputValue::Number(17.0), None)?;
    /// assert_eq!(evaluation.decide(), Outcome::Decline);
    /// // Values are those of one application: nothing is known of the next one.
    /// assert_eq!(evaluation.decide(), Outcome::Refer);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluation(&self, as_of: Instant) -> Result<Evaluation<'_>> {
        self.decides_alone()?;
        if !self.is_effective(as_of) {
            return Err(not_effective());
        }
        let mut state = State::default();
        state.clear(self.slots.len(), self.lists.len());
        Ok(Evaluation { policy: self, as_of, state, is_decided: false })
    }

    /// Returns an error where the policy asks other operations.
    pub(super) fn decides_alone(&self) -> Result<()> {
        if self.calls().next().is_some() { Err(asks()) } else { Ok(()) }
    }
}

#[cold]
fn asks() -> Error {
    let message = "the policy asks other operations; load it into an `Engine` and call `policy.run`";
    Error::new(Cause::PolicyStepUnanswered, message)
}

impl Evaluation<'_> {
    /// Returns the number of an input that rules read, `None` where the policy has none of this name.
    ///
    /// ```
    /// # use kapix_core::policy::Evaluation;
    /// # fn example(evaluation: &Evaluation<'_>) {
    /// if let Some(age) = evaluation.input("age") {
    ///     assert_eq!(evaluation.input("age"), Some(age));
    /// }
    /// # }
    /// ```
    pub fn input(&self, name: &str) -> Option<InputNumber> {
        let place = self.policy.inputs.iter().position(|input| &*input.name == name)?;
        u32::try_from(place).ok().map(InputNumber)
    }

    /// Puts a value of the application that is decided next, with its date where it has one. A value outside its range, one
    /// that is too old, and one that is not set are unknown.
    ///
    /// Errors: `policy.input` for a value of another type.
    ///
    /// ```
    /// # use kapix_core::policy::{Evaluation, InputNumber, InputValue};
    /// # fn example(evaluation: &mut Evaluation<'_>, name: InputNumber) -> kapix_core::Result<()> {
    /// evaluation.set(name, InputValue::Text("SME"), None)?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn set(&mut self, input: InputNumber, value: InputValue<'_>, at: Option<At>) -> Result<()> {
        if self.is_decided {
            self.forget();
        }
        let Some(input) = self.policy.inputs.get(input.0 as usize) else {
            return Err(another_type("no input"));
        };
        let symbols = &self.policy.symbols;
        let read = value.read(input.scalar, symbols, &mut self.state.texts)?;
        match input.place {
            Place::Slot(slot) => {
                if !self.state.assumed.is_empty() {
                    self.state.assumed.retain(|name| *name != input.name);
                }
                let doubt = input.aged(at, self.as_of);
                input.fill(slot, read.map(|slot| input.within(slot)), doubt, &mut self.state);
                Ok(())
            }
            Place::List(_) => Err(another_type("a list: see `set_list`")),
            Place::Unread => Ok(()),
        }
    }

    /// Puts the values of a list, as [`Evaluation::set`] puts one.
    ///
    /// Errors: `policy.input` for a value of another type, `limit.exceeded` for more than the input's `max_items`.
    ///
    /// ```
    /// # use kapix_core::policy::{Evaluation, InputNumber, InputValue};
    /// # fn example(evaluation: &mut Evaluation<'_>, late_days: InputNumber) -> kapix_core::Result<()> {
    /// evaluation.set_list(late_days, &[InputValue::Number(0.0), InputValue::Number(12.0)], None)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_list(&mut self, input: InputNumber, values: &[InputValue<'_>], at: Option<At>) -> Result<()> {
        if self.is_decided {
            self.forget();
        }
        let Some(input) = self.policy.inputs.get(input.0 as usize) else {
            return Err(another_type("no input"));
        };
        let Place::List(list) = input.place else { return Err(another_type("one value: see `set`")) };
        input.check_items(values.len())?;
        let items: Result<Vec<Slot>> = values
            .iter()
            .map(|value| {
                let read = value.read(input.scalar, &self.policy.symbols, &mut self.state.texts)?;
                Ok(read.map_or_else(|| Slot::without(Unknown::MISSING), |slot| input.within(slot)))
            })
            .collect();
        let doubt = input.aged(at, self.as_of);
        let items = items?;
        self.state.set_list(list, if doubt.is_empty() { Ok(items) } else { Err(doubt) });
        Ok(())
    }

    /// Decides the application whose values were set. The values are forgotten with the next one that is set.
    ///
    /// ```
    /// # use kapix_core::policy::{Evaluation, Outcome};
    /// # fn example(evaluation: &mut Evaluation<'_>) {
    /// // Nothing is approved on nothing.
    /// assert_ne!(evaluation.decide(), Outcome::Approve);
    /// # }
    /// ```
    pub fn decide(&mut self) -> Outcome {
        if self.is_decided {
            self.forget();
        }
        for input in &self.policy.inputs {
            if let (Place::Slot(slot), Absent::Value(..)) = (input.place, &input.absent)
                && self.state.get(slot).unknown().is_some_and(input::is_missing)
            {
                input.fill(slot, None, Unknown::default(), &mut self.state);
            }
        }
        self.is_decided = true;
        // A policy that decides alone needs no answers.
        self.policy.walk(&mut Answered(&StepResults::new()), &mut self.state);
        self.policy.settle(&mut self.state).0
    }

    /// Returns the rows that matched in the last decision, in the order of the steps.
    ///
    /// ```
    /// # use kapix_core::policy::Evaluation;
    /// # fn example(evaluation: &mut Evaluation<'_>) {
    /// evaluation.decide();
    /// for rule in evaluation.matched() {
    ///     println!("row {} of step {}", rule.row, rule.step);
    /// }
    /// # }
    /// ```
    pub fn matched(&self) -> &[MatchedRule] {
        &self.state.matched
    }

    /// Returns the reasons and doubts of the last decision, in the order of the steps.
    ///
    /// ```
    /// # use kapix_core::policy::{Evaluation, PolicyDoubt, ReasonCode};
    /// # fn example(evaluation: &mut Evaluation<'_>) {
    /// evaluation.decide();
    /// assert_eq!(evaluation.because()[0].code, ReasonCode::Doubt(PolicyDoubt::MissingInput));
    /// # }
    /// ```
    pub fn because(&self) -> &[Because] {
        &self.state.because
    }

    fn forget(&mut self) {
        self.state.clear(self.policy.slots.len(), self.policy.lists.len());
        self.is_decided = false;
    }
}

impl InputValue<'_> {
    /// Returns the value as one of a type; `None` for NaN.
    #[inline]
    fn read(self, scalar: Scalar, symbols: &Symbols, texts: &mut Vec<String>) -> Result<Option<Slot>> {
        match (scalar, self) {
            (_, Self::Number(value)) if value.is_nan() => Ok(None),
            (Scalar::Number, Self::Number(value)) if value.is_finite() => Ok(Some(Slot::number(value))),
            (Scalar::Integer | Scalar::Money(_), Self::Number(value)) if input::is_integer(value) => {
                Ok(Some(Slot::number(value)))
            }
            (Scalar::Boolean, Self::Boolean(value)) => Ok(Some(Slot::boolean(value))),
            (Scalar::Date, Self::Date(date)) => Ok(Some(Slot::number(f64::from(date.epoch_days())))),
            (Scalar::Text, Self::Text(text)) => {
                Ok(Some(Slot::number(f64::from(input::symbol(text, symbols, texts)))))
            }
            _ => Err(another_type(&scalar.to_string())),
        }
    }
}

#[cold]
fn another_type(expected: &str) -> Error {
    Error::new(Cause::PolicyInput, format!("expected {expected}; nothing is converted"))
}
