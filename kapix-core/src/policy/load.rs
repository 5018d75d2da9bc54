//! A document becomes a policy: every name, type and row is proved, and every mistake is told.

use super::document::{CallBody, Ground, InputType, PolicyBody, ReasonBody, StepBody};
use super::input::Input;
use super::offer::Offer;
use super::table::Table;
use crate::error::{Cause, Detail, Error, Result};
use crate::expression::{Expression, Name, Scalar, Scope, Symbols, reads};

use crate::limits::Limits;
use crate::money::Currency;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Steps of a run at most, with the longest lists: an answer in about a tenth of a second.
const COST_MAX: usize = 10_000_000;

/// Days that an earlier result may be old, at most: ten years.
const BY_ID_DAYS_MAX: u32 = 3_660;

/// Bytes of a name.
const NAME_BYTES_MAX: usize = 64;

/// Names that the language has for itself.
const RESERVED: [&str; 13] =
    ["and", "between", "else", "false", "if", "in", "item", "not", "null", "or", "then", "true", "for"];

/// A policy that was proved.
#[derive(Debug)]
pub struct Policy {
    /// The document.
    pub body: PolicyBody,
    pub(super) symbols: Symbols,
    pub(super) inputs: Vec<Input>,
    pub(super) slots: Vec<SlotInfo>,
    pub(super) lists: Vec<SlotInfo>,
    pub(super) steps: Vec<Step>,
    pub(super) offer: Option<Offer>,
    /// Steps of a run at most.
    pub(super) cost: usize,
}

/// What stands in a slot or a list, and on which inputs it rests.
#[derive(Clone, Debug)]
pub(super) struct SlotInfo {
    pub(super) name: Arc<str>,
    pub(super) scalar: Scalar,
    /// On which grounds it rests: none of the amount that is asked for.
    pub(super) ground: BTreeSet<Ground>,
    /// Numbers of the inputs, and `None` for the result of a step.
    pub(super) rests_on: BTreeSet<Option<usize>>,
}

#[derive(Debug)]
pub(super) enum Step {
    Call(Call),
    Derive { slot: u16, expression: Expression },
    Table(Table),
}

/// A call that was proved.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) body: CallBody,
    /// Expressions by JSON pointer, as its tokens.
    pub(super) values: Vec<(Vec<String>, Expression)>,
    pub(super) results: Vec<CallResult>,
}

#[derive(Debug)]
pub(super) struct CallResult {
    pub(super) slot: u16,
    pub(super) scalar: Scalar,
    pub(super) pointer: Vec<String>,
    pub(super) values: Option<Arc<[u32]>>,
}

/// Reads a document and keeps what is wrong with it.
pub(super) struct Loader<'b> {
    pub(super) body: &'b PolicyBody,
    pub(super) symbols: Symbols,
    pub(super) scope: Scope,
    pub(super) slots: Vec<SlotInfo>,
    pub(super) lists: Vec<SlotInfo>,
    pub(super) inputs: Vec<Input>,
    errors: Vec<Detail>,
    names: BTreeSet<String>,
    /// Names of values whose own place in the document is wrong: what reads them is looked at once that is mended.
    broken: BTreeSet<String>,
    /// Items of the longest list.
    pub(super) items_max: usize,
    cost: usize,
}

impl Policy {
    /// Returns the policy of a document, or every mistake in it; pointers start at the body.
    ///
    /// ```
    /// use kapix_core::policy::{Policy, PolicyBody};
    /// use kapix_core::{Cause, Limits};
    ///
    /// let text = r#"{
    ///     "inputs": {"age": {"type": "integer", "min": 0}},
    ///     "reasons": {"UNDERAGE": {"texts": {"en": "The applicant is younger than 18."}}},
    ///     "steps": [{"table": {"name": "adults", "hit": "first", "columns": ["age"], "rules": [
    ///         {"when": ["< 18"], "then": {"outcome": "decline", "reason": "UNDERAGE"}},
    ///         {"when": ["-"], "then": {"outcome": "approve"}}
    ///     ]}}]
    /// }"#;
    /// let mut body: PolicyBody = serde_json::from_str(text)?;
    /// assert!(Policy::load(body.clone(), &Limits::default()).is_ok());
    /// body.inputs.clear();
    /// let error = Policy::load(body, &Limits::default()).unwrap_err();
    /// assert_eq!((error.cause, &*error.fields[0]), (Cause::ExpressionName, "/steps/0/table/columns/0"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(body: PolicyBody, limits: &Limits) -> Result<Self> {
        let mut loader = Loader {
            body: &body,
            symbols: Symbols::default(),
            scope: Scope::default(),
            slots: Vec::new(),
            lists: Vec::new(),
            inputs: Vec::new(),
            errors: Vec::new(),
            names: BTreeSet::new(),
            broken: BTreeSet::new(),
            items_max: 1,
            cost: 0,
        };
        loader.frame();
        loader.explain_unread();
        loader.inputs(limits);
        loader.keep_broken(body.inputs.iter().filter(|(_, it)| !it.protected).map(|(name, _)| name.clone()));
        let mut steps = Vec::new();
        for (number, step) in body.steps.iter().enumerate() {
            steps.extend(loader.step(step, &format!("/steps/{number}")));
            loader.keep_broken(step.gives());
        }
        let offer = body.offer.as_ref().and_then(|offer| Offer::load(offer, &mut loader));
        loader.refuse_gains(&steps, offer.as_ref());
        if loader.cost > COST_MAX {
            let message = format!(
                "a policy must need at most `{COST_MAX}` steps for its longest lists; it needs `{}`",
                loader.cost
            );
            loader.wrong(Cause::LimitExceeded, "", &message);
        }
        let Loader { symbols, slots, lists, inputs, errors, cost, .. } = loader;
        if let Some(error) = Error::from_details(errors) {
            return Err(error);
        }
        let policy = Self { body, symbols, inputs, slots, lists, steps, offer, cost };
        policy.check_results()?;
        Ok(policy)
    }

    /// Returns how many steps a run makes at most.
    pub(crate) const fn cost(&self) -> usize {
        self.cost
    }
}

impl Loader<'_> {
    /// Keeps a mistake.
    pub(super) fn wrong(&mut self, cause: Cause, field: &str, message: &str) {
        self.errors.push(Detail { cause, message: message.to_owned(), field: field.to_owned() });
    }

    /// Returns a value, or keeps its mistake with the place.
    pub(super) fn keep<T>(&mut self, result: Result<T>, field: &str) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(error.cause, field, &error.message);
                None
            }
        }
    }

    /// Keeps why names of the document cannot be read, or not yet.
    fn explain_unread(&mut self) {
        for (name, _) in self.body.inputs.iter().filter(|(_, input)| input.protected) {
            self.scope.explain(name, format!("`{name}` is protected: no rule may read it"));
        }
        for (number, step) in self.body.steps.iter().enumerate() {
            for name in step.gives() {
                let why = format!(
                    "`{name}` is computed by the step `{}` (`/steps/{number}`): only what stands behind that step can read it",
                    step.name()
                );
                self.scope.explain(&name, why);
            }
        }
    }

    /// Keeps the names that stand for nothing although their place was read: a mistake is kept for each.
    fn keep_broken(&mut self, names: impl IntoIterator<Item = String>) {
        self.broken.extend(names.into_iter().filter(|name| self.scope.get(name).is_none()));
    }

    /// Returns whether a text reads a value whose own place is wrong.
    pub(super) fn reads_broken(&self, text: &str) -> bool {
        reads(text, &self.broken)
    }

    fn frame(&mut self) {
        let body = self.body;
        let effective = body.effective;
        if let (Some(from), Some(until)) = (effective.from, effective.until)
            && from >= until
        {
            self.wrong(Cause::PolicyShape, "/effective", "from must lie before until");
        }
        let is_country = |it: &String| it.len() == 2 && it.bytes().all(|it| it.is_ascii_uppercase());
        if !body.jurisdiction.as_ref().is_none_or(is_country) {
            self.wrong(
                Cause::PolicyShape,
                "/jurisdiction",
                "jurisdiction must be a country in two capital letters",
            );
        }
        for (code, reason) in &body.reasons {
            let field = format!("/reasons/{}", crate::error::escape_segment(code));
            let is_code = !code.is_empty()
                && code.len() <= NAME_BYTES_MAX
                && code.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_');
            if !is_code {
                self.wrong(
                    Cause::PolicyShape,
                    &field,
                    "the code of a reason must be capital letters, digits and `_`",
                );
            }
            let has_english =
                |reason: &ReasonBody| reason.texts.get("en").is_some_and(|it| !it.trim().is_empty());
            if !has_english(reason) {
                self.wrong(Cause::PolicyReason, &field, "a reason must have a text in English, `en`");
            }
        }
        for (number, code) in body.overriding.iter().flat_map(|it| it.never.iter().enumerate()) {
            self.reason(Some(code), &format!("/override/never/{number}"));
        }
    }

    /// Keeps a mistake unless the code of a reason is in the table of reasons.
    pub(super) fn reason(&mut self, code: Option<&String>, field: &str) {
        match code {
            Some(code) if self.body.reasons.contains_key(code) => {}
            Some(_) => self.wrong(Cause::PolicyReason, field, "the code is not in `reasons`"),
            None => {
                self.wrong(Cause::PolicyReason, field, "a decline and a referral must state their reason");
            }
        }
    }

    /// Returns whether a name is well formed and new.
    pub(super) fn name(&mut self, name: &str, field: &str) -> bool {
        let mut bytes = name.bytes();
        let well_formed = bytes.next().is_some_and(|it| it.is_ascii_lowercase())
            && bytes.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
            && name.len() <= NAME_BYTES_MAX
            && !RESERVED.contains(&name);
        if !well_formed {
            let message = format!(
                "a name must be small letters, digits and `_`, at most `{NAME_BYTES_MAX}`, and no word of the language"
            );
            self.wrong(Cause::PolicyName, field, &message);
        } else if !self.names.insert(name.to_owned()) {
            self.wrong(Cause::PolicyName, field, &format!("`{name}` stands for something already"));
            return false;
        }
        well_formed
    }

    /// Returns the type of values.
    pub(super) fn scalar(
        &mut self,
        kind: InputType,
        currency: Option<Currency>,
        field: &str,
    ) -> Option<Scalar> {
        if kind != InputType::Money && currency.is_some() {
            self.wrong(Cause::PolicyShape, field, "only money has a currency");
        }
        Some(match kind {
            InputType::Boolean => Scalar::Boolean,
            InputType::Date => Scalar::Date,
            InputType::Integer => Scalar::Integer,
            InputType::Number => Scalar::Number,
            InputType::Text => Scalar::Text,
            InputType::Money => {
                let Some(currency) = currency.or(self.body.currency) else {
                    self.wrong(Cause::MoneyCurrency, field, "money needs a currency, here or of the policy");
                    return None;
                };
                Scalar::Money(currency)
            }
        })
    }

    /// Returns the symbols of the texts that a value may have.
    pub(super) fn values(
        &mut self,
        values: Option<&Vec<String>>,
        scalar: Scalar,
        field: &str,
    ) -> Option<Arc<[u32]>> {
        let values = values?;
        if scalar != Scalar::Text || values.is_empty() {
            self.wrong(Cause::PolicyShape, field, "`values` are the texts of a text, one at least");
        }
        let mut symbols: Vec<u32> = values.iter().map(|it| self.symbols.add(it)).collect();
        symbols.sort_unstable();
        symbols.dedup();
        Some(symbols.into())
    }

    /// Returns a new slot that this name reads.
    pub(super) fn slot(&mut self, info: SlotInfo, values: Option<Arc<[u32]>>) -> u16 {
        let slot = u16::try_from(self.slots.len()).unwrap_or(u16::MAX);
        if slot == u16::MAX {
            self.wrong(Cause::LimitExceeded, "", "a policy must have at most `65535` values");
        }
        self.scope.add(&info.name, Name::One { slot, scalar: info.scalar, values });
        self.slots.push(info);
        slot
    }

    /// Returns a new list that this name reads.
    pub(super) fn list(&mut self, info: SlotInfo, values: Option<Arc<[u32]>>) -> u16 {
        let list = u16::try_from(self.lists.len()).unwrap_or(u16::MAX);
        if list == u16::MAX {
            self.wrong(Cause::LimitExceeded, "", "a policy must have at most `65535` lists");
        }
        self.scope.add(&info.name, Name::List { list, scalar: info.scalar, values });
        self.lists.push(info);
        list
    }

    /// Returns an expression whose value rests on what is known so far.
    pub(super) fn expression(&mut self, text: &str, field: &str) -> Option<Expression> {
        if self.reads_broken(text) {
            return None;
        }
        let compiled = Expression::compile(text, &self.scope, &mut self.symbols);
        let expression = self.keep(compiled, field)?;
        self.cost = self.cost.saturating_add(expression.program.steps(self.items_max));
        Some(expression)
    }

    /// Adds to what a run costs.
    pub(super) fn costs(&mut self, steps: usize) {
        self.cost = self.cost.saturating_add(steps);
    }

    /// Returns the items of the longest list.
    pub(super) const fn items_max(&self) -> usize {
        self.items_max
    }

    /// Returns what a value rests on that is computed of these slots and lists.
    pub(super) fn rests_on(
        &self,
        slots: &[u16],
        lists: &[u16],
    ) -> (BTreeSet<Ground>, BTreeSet<Option<usize>>) {
        let of = |all: &'_ [SlotInfo], numbers: &[u16]| -> Vec<SlotInfo> {
            numbers.iter().filter_map(|it| all.get(usize::from(*it)).cloned()).collect()
        };
        let infos = [of(&self.slots, slots), of(&self.lists, lists)].concat();
        let grounds = infos.iter().flat_map(|info| info.ground.iter().copied()).collect();
        let rests_on = infos.into_iter().flat_map(|info| info.rests_on).collect();
        (grounds, rests_on)
    }

    fn step(&mut self, step: &StepBody, field: &str) -> Option<Step> {
        match step {
            StepBody::Derive(derive) => {
                let field = format!("{field}/derive");
                let expression = self.expression(&derive.expression, &format!("{field}/expression"))?;
                self.name(&derive.name, &format!("{field}/name"));
                let (ground, rests_on) =
                    self.rests_on(expression.program.slots(), expression.program.lists());
                let name = derive.name.as_str().into();
                let info = SlotInfo { name, scalar: expression.scalar, ground, rests_on };
                let slot = self.slot(info, expression.values.clone());
                Some(Step::Derive { slot, expression })
            }
            StepBody::Call(call) => self.call(call, &format!("{field}/call")),
            StepBody::Table(table) => Table::load(table, self, &format!("{field}/table")).map(Step::Table),
        }
    }

    fn call(&mut self, body: &CallBody, field: &str) -> Option<Step> {
        self.name(&body.name, &format!("{field}/name"));
        let mut values = Vec::new();
        for (pointer, text) in &body.values {
            let field = format!("{field}/values/{}", crate::error::escape_segment(pointer));
            let tokens = self.pointer(pointer, &field);
            values.extend(tokens.zip(self.expression(text, &field)));
        }
        let mut results = Vec::new();
        for (name, result) in &body.results {
            let field = format!("{field}/results/{}", crate::error::escape_segment(name));
            let Some(scalar) = self.scalar(result.kind, result.currency, &field) else { continue };
            let pointer = self.pointer(&result.pointer, &format!("{field}/pointer"));
            let allowed = self.values(result.values.as_ref(), scalar, &field);
            let info = SlotInfo {
                name: format!("{}.{name}", body.name).into(),
                scalar,
                ground: BTreeSet::from([result.ground]),
                rests_on: BTreeSet::from([None]),
            };
            let slot = self.slot(info, allowed.clone());
            results.push(CallResult { slot, scalar, pointer: pointer?, values: allowed });
        }
        if let Some(by_id) = &body.by_id {
            let field = format!("{field}/by_id");
            if by_id.artefacts.is_empty() || by_id.artefacts.iter().any(String::is_empty) {
                let message = "`by_id` lists the artefacts whose results it takes, at least one";
                self.wrong(Cause::PolicyShape, &format!("{field}/artefacts"), message);
            }
            if !(1..=BY_ID_DAYS_MAX).contains(&by_id.max_age_days) {
                let message = format!("`max_age_days` lies in `1..={BY_ID_DAYS_MAX}`");
                self.wrong(Cause::PolicyShape, &format!("{field}/max_age_days"), &message);
            }
        }
        Some(Step::Call(Call { body: body.clone(), values, results }))
    }

    /// Returns the tokens of a JSON pointer (RFC 6901).
    fn pointer(&mut self, pointer: &str, field: &str) -> Option<Vec<String>> {
        let Some(rest) = pointer.strip_prefix('/') else {
            self.wrong(Cause::PolicyShape, field, "a JSON pointer must begin with `/`");
            return None;
        };
        Some(rest.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect())
    }
}
