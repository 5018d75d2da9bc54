//! What is odd in a policy that loads: values that nothing reads or gives. It may be meant, and no remark makes a policy not
//! valid.

use super::analysis::RuleFindingLevel;
use super::document::{InputType, OnMissing, Outcome, StepBody};
use super::input::Place;
use super::load::{Policy, Step};
use crate::error::escape_segment;
use crate::json_value::JsonValue;
use crate::money::Currency;
use serde::Serialize;
use serde_with::skip_serializing_none;
use std::collections::BTreeSet;

/// One thing that is odd.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyRemark {
    /// What it is.
    pub code: PolicyRemarkCode,
    /// JSON pointer into the document.
    pub field: String,
    /// `warning` where it is probably a mistake, `info` where it may be meant.
    pub level: RuleFindingLevel,
    /// One lower-case sentence.
    pub message: String,
}

/// What is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PolicyRemarkCode {
    /// A step asks for an artefact that no loaded one is.
    ArtefactNotLoaded,
    /// A reason has no text in a language that other reasons have.
    LanguageMissing,
    /// No row of a table approves: no application can be approved.
    NothingApproves,
    /// No rule, step or term reads an input.
    UnreadInput,
    /// Nothing gives a reason.
    UnusedReason,
}

/// One input of a policy, for a form that asks for it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyInput {
    /// Currency of an amount, whose values are whole minor units.
    pub currency: Option<Currency>,
    /// What it is, in one sentence.
    pub description: Option<String>,
    /// Whether it is a list of values.
    pub list: bool,
    /// The largest value; of an amount in minor units.
    pub max: Option<f64>,
    /// Calendar days of UTC that a value may be old; such a value must be dated.
    pub max_age_days: Option<u32>,
    /// The most values of a list.
    pub max_items: Option<u64>,
    /// The least value; of an amount in minor units, and above 0 for the requested one.
    pub min: Option<f64>,
    /// Its name.
    pub name: String,
    /// What becomes of an application that lacks it where it matters: `refer`, `decline`, `value` or `skip`.
    pub on_missing: &'static str,
    /// The reason of a decline for what is missing.
    pub on_missing_reason: Option<String>,
    /// The value that stands for a missing one.
    pub on_missing_value: Option<JsonValue>,
    /// Whether no rule may read it.
    pub protected: bool,
    /// Whether a rule, a step or the offer reads it.
    pub read: bool,
    /// Type of its values.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// What one is.
    pub unit: Option<String>,
    /// The texts that it may have.
    pub values: Option<Vec<String>>,
}

impl Policy {
    /// Returns the inputs, in the order of their names.
    pub(crate) fn form(&self) -> Vec<PolicyInput> {
        let unread = self.unread_inputs();
        let inputs =
            self.inputs.iter().filter_map(|input| Some((input, self.body.inputs.get(&*input.name)?)));
        let inputs = inputs.map(|(input, body)| {
            let (on_missing, reason, value) = match &body.on_missing {
                OnMissing::Refer => ("refer", None, None),
                OnMissing::Decline(reason) => ("decline", Some(reason.clone()), None),
                OnMissing::Value(value) => ("value", None, Some(value.clone())),
                OnMissing::Skip => ("skip", None, None),
            };
            PolicyInput {
                currency: body.currency.or(self.body.currency).filter(|_| body.kind == InputType::Money),
                description: body.description.clone(),
                list: body.list,
                max: Some(input.max).filter(|it| it.is_finite()),
                max_age_days: body.max_age_days,
                max_items: body.list.then(|| u64::try_from(input.items_max).unwrap_or(u64::MAX)),
                min: Some(input.min).filter(|it| it.is_finite()),
                name: input.name.to_string(),
                on_missing,
                on_missing_reason: reason,
                on_missing_value: value,
                protected: body.protected,
                read: !body.protected && !unread.contains(&*input.name),
                kind: body.kind,
                unit: body.unit.clone(),
                values: body.values.clone(),
            }
        });
        inputs.collect()
    }

    /// Returns what is odd.
    pub(crate) fn remarks(&self) -> Vec<PolicyRemark> {
        let mut remarks = Vec::new();
        let mut add = |code, level, field: String, message: String| {
            remarks.push(PolicyRemark { code, field, level, message });
        };
        if !self.can_approve() {
            let message =
                "no row of a table says `approve`: every application is referred or declined".to_owned();
            add(
                PolicyRemarkCode::NothingApproves,
                RuleFindingLevel::Warning,
                "/body/steps".to_owned(),
                message,
            );
        }
        for name in self.unread_inputs() {
            let field = format!("/body/inputs/{}", escape_segment(name));
            let message = format!("nothing reads the input `{name}`");
            add(PolicyRemarkCode::UnreadInput, RuleFindingLevel::Warning, field, message);
        }
        let given = self.given_reasons();
        let all = self.body.reasons.values().flat_map(|reason| reason.texts.keys());
        let languages: BTreeSet<&String> = all.collect();
        for (code, reason) in &self.body.reasons {
            let field = format!("/body/reasons/{}", escape_segment(code));
            if !given.contains(&**code) {
                let message = format!("nothing gives the reason `{code}`");
                add(PolicyRemarkCode::UnusedReason, RuleFindingLevel::Warning, field.clone(), message);
            }
            let lacks = languages.iter().filter(|it| !reason.texts.contains_key(**it));
            let lacks: Vec<&str> = lacks.map(|it| it.as_str()).collect();
            if !lacks.is_empty() {
                let message = format!(
                    "`{code}` has no text in `{}`, as other reasons have: an answer in it has the English one",
                    lacks.join("`, `")
                );
                add(
                    PolicyRemarkCode::LanguageMissing,
                    RuleFindingLevel::Info,
                    format!("{field}/texts"),
                    message,
                );
            }
        }
        remarks
    }

    fn can_approve(&self) -> bool {
        let says = |step: &Step| match step {
            Step::Table(table) => table.thens.iter().any(|then| then.outcome == Some(Outcome::Approve)),
            Step::Call(_) | Step::Derive { .. } => false,
        };
        self.steps.iter().any(says)
    }

    /// Returns the codes that a row, a missing input or the offer gives.
    fn given_reasons(&self) -> BTreeSet<&str> {
        let mut given: BTreeSet<&str> = BTreeSet::new();
        for step in &self.body.steps {
            if let StepBody::Table(table) = step {
                given.extend(table.rules.iter().filter_map(|rule| rule.then.reason.as_deref()));
            }
        }
        for input in self.body.inputs.values() {
            if let OnMissing::Decline(reason) = &input.on_missing {
                given.insert(reason);
            }
        }
        given.extend(self.body.offer.iter().filter_map(|offer| offer.reason.as_deref()));
        given
    }

    /// Returns the inputs that nothing reads, beside protected ones, which nothing may read.
    pub(super) fn unread_inputs(&self) -> BTreeSet<&str> {
        let asked = |slot: Option<u16>, list: Option<u16>| {
            self.steps.iter().any(|step| match step {
                Step::Call(call) => call.values.iter().any(|(_, expression)| {
                    let program = &expression.program;
                    slot.is_some_and(|it| program.slots().contains(&it))
                        || list.is_some_and(|it| program.lists().contains(&it))
                }),
                Step::Derive { .. } | Step::Table(_) => false,
            })
        };
        let unread = self.inputs.iter().filter(|input| match input.place {
            Place::Slot(slot) => !self.reads_slot(slot) && !asked(Some(slot), None),
            Place::List(list) => !self.reads_list(list) && !asked(None, Some(list)),
            Place::Unread => false,
        });
        unread.map(|input| &*input.name).collect()
    }
}
