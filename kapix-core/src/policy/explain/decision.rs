//! A decision in words: the outcome, its reasons, the rows that matched with the values that they read, what kept the rows that
//! approve from matching, and the least change at which the policy would approve.

use super::page::{Grid, Line, Page, Tone, code, line, words};
use super::policy::{Options, row_name};
use super::steps::tone;
use super::terms::minor;
use super::words::{cell, json, names, or_dash, then};
use crate::json_value::JsonValue;
use crate::policy::load::Policy;
use crate::policy::table::Table;
use crate::policy::{CounterfactualNull, InputChange, Outcome, RuleResult, RuleTrace, StepBody, TableTrace};
use crate::time::Instant;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of each kind that are told, and values.
const ROWS_MAX: usize = 20;
const VALUES_MAX: usize = 100;

/// Inputs that change, whether none is smaller, and the steps that were held; or why none is stated.
pub(crate) type Change<'d> = Result<(&'d [InputChange], bool, &'d [String]), Option<CounterfactualNull>>;

/// A decision as `policy.run` gave it.
#[derive(Clone, Debug)]
pub(crate) struct DecisionView<'d> {
    /// What an approval grants, in minor units.
    pub approved_amount_minor: Option<i64>,
    pub as_of: Instant,
    pub assumed: &'d BTreeMap<Arc<str>, JsonValue>,
    /// The policy that decided with its name, where a split drew another one than that of the page.
    pub by: Option<(&'d Policy, String)>,
    /// The least change at which the policy approves, with whether none is smaller, and the steps that were held; or why none is
    /// stated.
    pub change: Change<'d>,
    pub counter_offer_minor: Option<i64>,
    pub explanation: &'d str,
    pub inputs: &'d BTreeMap<String, JsonValue>,
    /// Table and row.
    pub matched: Vec<(&'d str, &'d str)>,
    pub outcome: Outcome,
    pub reasons: Vec<ReasonLine<'d>>,
    /// Steps that gave no result with why, and steps that referred the application themselves.
    pub refused: Vec<(&'d str, String)>,
    pub referred: Vec<&'d str>,
    pub terms: Option<&'d BTreeMap<String, JsonValue>>,
    pub trace: &'d [TableTrace],
    /// What was sent and not read.
    pub unused: &'d [String],
}

/// One reason of a decision.
#[derive(Clone, Debug)]
pub(crate) struct ReasonLine<'d> {
    pub code: &'d str,
    pub inputs: &'d [Arc<str>],
    pub outcome: Outcome,
    pub queue: Option<&'d str>,
    pub rules: &'d [String],
    pub step: Option<&'d str>,
    pub text: &'d str,
}

impl Policy {
    pub(super) fn explain_decision(&self, view: &DecisionView<'_>, options: &Options<'_>, page: &mut Page) {
        page.heading(words("The decision"));
        if let Some((_, name)) = &view.by {
            page.note(Tone::Doubtful, words("The split drew ").code(name).words(", not ").code(&options.name).words(
                ", for this applicant: it took this decision, and the rows named here are its own. All that follows the decision is about ",
            ).code(&options.name).words("."));
        }
        let outcome = line().outcome(view.outcome).words(": ").quote(view.explanation);
        page.note(tone(Some(view.outcome)), outcome);
        page.list(self.facts(view));
        reasons_given(view, page);
        self.explain_matched(view, page);
        if view.outcome != Outcome::Approve {
            self.kept_from_approval(view, page);
        }
        self.explain_change(view, page);
        if let (Some(amount), Some(currency)) = (view.counter_offer_minor, self.offer_currency()) {
            let text = format!(
                "For {} the whole policy approves: this is the counter-offer.",
                minor(amount, currency)
            );
            page.note(Tone::Good, words(text));
        }
    }

    /// Tells the rows that matched, and those that matched in a table that gave nothing.
    fn explain_matched(&self, view: &DecisionView<'_>, page: &mut Page) {
        let (mut matched, mut in_doubt) = (Vec::new(), Vec::new());
        for (table, trace) in self.all_tables().zip(view.trace) {
            let decides = |rule: &str| view.matched.contains(&(&*trace.table, rule));
            let gave_nothing = !trace.rules.iter().any(|rule| decides(&rule.rule));
            for (row, rule) in trace.rules.iter().enumerate() {
                if decides(&rule.rule) {
                    matched.push(matched_row(table, trace, (row, rule)));
                } else if gave_nothing && rule.result == RuleResult::Matched {
                    in_doubt.push(matched_row(table, trace, (row, rule)));
                }
            }
        }
        if matched.is_empty() && in_doubt.is_empty() {
            page.text(words("No row of a table matched."));
        }
        for (said, mut rows) in [
            ("Rows that matched:", matched),
            (
                "Rows that matched and did not decide, since rows of the table disagree or what it gives is in doubt:",
                in_doubt,
            ),
        ] {
            rows.truncate(ROWS_MAX);
            if !rows.is_empty() {
                page.text(words(said));
                page.list(rows);
            }
        }
    }

    /// Returns when and on what it was decided, and what an approval grants.
    fn facts(&self, view: &DecisionView<'_>) -> Vec<Line> {
        let mut lines = vec![words(format!("Decided at {} (UTC).", view.as_of))];
        let inputs = self.body.inputs.iter().filter(|(_, input)| !input.protected).take(VALUES_MAX);
        let values = inputs.map(|(name, _)| {
            let given = view.inputs.get(name).unwrap_or(&JsonValue::Null);
            code(name).words(" = ").line(json(self.scalar_of(name), given))
        });
        lines.push(words("Inputs: ").line(or_dash(line().joined(values, ", ", ", "))).words("."));
        for (name, value) in view.assumed {
            let value = json(self.scalar_of(name), value);
            lines.push(code(name).words(" is missing; the policy takes ").line(value).words(" instead."));
        }
        for (step, why) in &view.refused {
            lines.push(words("The step ").code(step).words(" gave no result: ").quote(why).words("."));
        }
        if !view.referred.is_empty() {
            lines.push(
                words("Steps that refer the application themselves: ")
                    .line(names(view.referred.iter().copied(), " and "))
                    .words("."),
            );
        }
        if let (Some(amount), Some(currency)) = (view.approved_amount_minor, self.offer_currency()) {
            lines.push(words(format!("It grants {}.", minor(amount, currency))));
        }
        for (name, term) in view.terms.into_iter().flatten().take(VALUES_MAX) {
            let scalar =
                self.offer.as_ref().and_then(|offer| offer.terms.iter().find(|(own, _)| **own == **name));
            let term = json(scalar.map(|(_, expression)| expression.scalar), term);
            lines.push(words("It states ").code(name).words(" = ").line(term).words("."));
        }
        if !view.unused.is_empty() {
            let unused = view.unused.iter().map(String::as_str).take(VALUES_MAX);
            lines.push(words("Sent and not read: ").line(names(unused, ", ")).words("."));
        }
        lines
    }

    /// Tells what kept the rows that approve from matching, or from deciding.
    fn kept_from_approval(&self, view: &DecisionView<'_>, page: &mut Page) {
        let mut told = Vec::new();
        for (table, trace) in self.all_tables().zip(view.trace) {
            let rows = table.body.rules.iter().zip(&trace.rules);
            let approving = rows.filter(|(document, _)| document.then.outcome == Some(Outcome::Approve));
            for (_, rule) in approving.take(ROWS_MAX) {
                if !view.matched.contains(&(&*trace.table, &*rule.rule)) {
                    told.push(not_matched(table, trace, rule));
                }
            }
        }
        told.truncate(ROWS_MAX);
        if !told.is_empty() {
            page.text(words("Rows that approve, and why they did not decide:"));
            page.list(told);
        }
        let later: Vec<&str> = self
            .body
            .steps
            .iter()
            .filter_map(|step| if let StepBody::Table(table) = step { Some(&*table.name) } else { None })
            .skip(view.trace.len())
            .collect();
        if !later.is_empty() {
            page.text(
                words("The run ended before it came to ")
                    .line(names(later.iter().copied().take(ROWS_MAX), " and "))
                    .words("."),
            );
        }
    }

    fn explain_change(&self, view: &DecisionView<'_>, page: &mut Page) {
        let (changes, exact, held) = match view.change {
            Ok(found) => found,
            Err(Some(CounterfactualNull::NoneFound)) => {
                page.text(words("No change of at most three inputs that the applicant can change was found at which the policy would approve."));
                return;
            }
            Err(Some(CounterfactualNull::SearchEnded)) => {
                page.text(words("A change at which the policy would approve was looked for, and not found before the search came to its limit."));
                return;
            }
            Err(Some(CounterfactualNull::NotDeclined) | None) => return,
        };
        let moved = changes.iter().map(|change| {
            let scalar = self.scalar_of(&change.input);
            code(&change.input)
                .words(" were ")
                .line(json(scalar, &change.to))
                .words(" instead of ")
                .line(json(scalar, &change.from))
        });
        let said = words("The policy would approve if ").joined(moved, ", ", " and ");
        let said = said.words(", all else as it is: a run of the whole policy shows it. ");
        let mut said = said.words(if exact {
            "No change of fewer inputs, and no smaller one, would do."
        } else {
            "It is the least change that was found; a smaller one may exist."
        });
        if !held.is_empty() {
            let held = names(held.iter().map(String::as_str), " and ");
            said = said
                .words(" The results of ")
                .line(held)
                .words(" were held as they are; a change could change them.");
        }
        page.note(Tone::Plain, said);
    }
}

fn reasons_given(view: &DecisionView<'_>, page: &mut Page) {
    let rows = view.reasons.iter().take(VALUES_MAX).map(|reason| {
        let mut asks = line().outcome(reason.outcome);
        if let Some(queue) = reason.queue {
            asks = asks.words(" to the queue ").code(queue);
        }
        let from = match reason.step {
            None => words("the end of the run"),
            Some(step) if reason.rules.is_empty() => code(step),
            Some(step) => {
                let rows = reason.rules.iter().take(ROWS_MAX).map(|rule| row_name(step, rule));
                line().joined(rows, ", ", " and ")
            }
        };
        let inputs = or_dash(names(reason.inputs.iter().map(|it| &**it), ", "));
        (tone(Some(reason.outcome)), vec![code(reason.code), line().quote(reason.text), asks, from, inputs])
    });
    let head = ["Reason", "Text", "Asks for", "From", "Inputs without a usable value"];
    page.table(Grid {
        caption: words("Reasons of the decision"),
        head: head.map(words).to_vec(),
        rows: rows.collect(),
    });
}

/// Returns a row that matched, with the values that it read.
fn matched_row(table: &Table, trace: &TableTrace, (row, rule): (usize, &RuleTrace)) -> Line {
    let said = row_name(&trace.table, &rule.rule);
    let Some(document) = table.body.rules.get(row) else { return said };
    let cells = table.columns.iter().zip(&document.when).zip(&trace.columns);
    let held: Vec<Line> = cells
        .filter_map(|((column, text), found)| {
            let asked = cell(column.scalar, text)?;
            let value = json(Some(column.scalar), &found.value);
            Some(code(&column.text).words(" is ").line(value).words(", which is ").line(asked))
        })
        .collect();
    let said = said.words(": ");
    let said = if held.is_empty() { said.words("it asks nothing") } else { said.joined(held, "; ", "; ") };
    said.words("; it gives ").line(then(table, &document.then)).words(".")
}

fn not_matched(table: &Table, trace: &TableTrace, rule: &RuleTrace) -> Line {
    let said = row_name(&trace.table, &rule.rule).words(": ");
    if rule.result == RuleResult::Matched {
        return said.words(
            "it would match, but another row of the table decides, or what the table gives is in doubt.",
        );
    }
    let cells = rule.cells.iter().map(|found| {
        let scalar = table.columns.iter().find(|column| *column.text == *found.column).map(|it| it.scalar);
        let asked = scalar.and_then(|scalar| cell(scalar, &found.cell));
        let asked = asked.unwrap_or_else(|| code(&found.cell));
        let said = code(&found.column);
        match found.result {
            RuleResult::Unknown if found.value == JsonValue::Null => {
                said.words(" is unknown; the row needs one that is ").line(asked)
            }
            RuleResult::Unknown => {
                let value = json(scalar, &found.value);
                said.words(" is ").line(value).words("; whether that is ").line(asked).words(" is unknown")
            }
            RuleResult::Failed | RuleResult::Matched => said
                .words(" is ")
                .line(json(scalar, &found.value))
                .words("; the row needs one that is ")
                .line(asked),
        }
    });
    said.joined(cells, ", and ", ", and ").words(".")
}
