//! Two versions side by side: what their documents state differently, and where their tables give different things.

use super::compare_rows::compare_rows;
use super::findings::region;
use super::page::{Grid, Line, Page, Tone, code, line, words};
use super::policy::{Options, effective, span};
use super::terms::text;
use super::words::{expression, names, or_dash, output, scalar_of_output};
use crate::error::Result;
use crate::fitting::Run;
use crate::money::Currency;
use crate::policy::load::Policy;
use crate::policy::table::Table;
use crate::policy::{
    HitPolicy, InputBody, OverrideBody, PolicyBody, ReasonBody, RuleDifference, RuleGives, StepBody,
    TableBody, TableDifference,
};
use crate::time::Instant;
use std::collections::BTreeSet;

/// Languages in which the changed text of one reason is shown.
const LANGUAGES_MAX: usize = 8;

/// Lines of one table that are shown.
const SHOWN_MAX: usize = 200;

impl Policy {
    /// Tells what another version has differently, and returns how many rows are left out.
    pub(super) fn explain_difference(
        &self,
        other: &Self,
        name: &str,
        (options, run): (&Options<'_>, &Run<'_>),
        page: &mut Page,
    ) -> Result<u64> {
        page.heading(words("What changes"));
        page.text(code(&options.name).words(" stands beside ").code(name).words(
            ". What is not named here is the same in both bodies; owners and approvals are not compared.",
        ));
        let found = self.difference(other, options.limits, &Run { progress: &|_, _| (), ..*run })?;
        let rows = self.stated_apart(other, options.language);
        let is_same = self.body == other.body;
        if is_same {
            page.note(Tone::Good, words("Both versions state the same."));
            return Ok(0);
        }
        let names = [code(&options.name), code(name)];
        let shown = rows.len().min(SHOWN_MAX);
        let more = rows.len() - shown;
        page.table(Grid {
            caption: words("What the documents state differently"),
            head: [&[words("Where")], &names[..]].concat(),
            rows: rows.into_iter().take(SHOWN_MAX).collect(),
        });
        if more > 0 {
            page.text(words(format!("{more} more differences are not shown.")));
        }
        let mut left_out = 0;
        for (table, same) in self.all_tables().filter_map(|table| {
            other.all_tables().find(|it| it.body.name == table.body.name).map(|same| (table, same))
        }) {
            if table.body != same.body {
                left_out += compare_rows((table, same), &names, options, page);
            }
        }
        let notes = found.documents.iter().filter(|it| !PLAIN.contains(&&*it.message));
        let notes: Vec<Line> =
            notes.map(|it| code(&it.field).words(": ").quote(&it.message).words(".")).collect();
        for difference in &found.tables {
            self.explain_parts((other, options.as_of), difference, (&options.name, name), page);
        }
        if !notes.is_empty() {
            page.text(words("What could not be compared without data:"));
            page.list(notes);
        }
        page.text(words("Tables are compared by themselves: what follows from other differences is seen over a portfolio (").code("policy.diff").words(" with columns)."));
        Ok(left_out)
    }

    /// Tells where a table gives different things.
    fn explain_parts(
        &self,
        (other, as_of): (&Self, Option<Instant>),
        found: &TableDifference,
        names: (&str, &str),
        page: &mut Page,
    ) {
        fn of<'p>(policy: &'p Policy, name: &str) -> Option<&'p Table> {
            policy.all_tables().find(|it| it.body.name == name)
        }
        let (Some(table), Some(same)) = (of(self, &found.table), of(other, &found.table)) else { return };
        let rows = found.differences.iter().map(|part| {
            let cells = vec![
                region(table, &part.region),
                gives(table, part.gives.as_ref()),
                gives(same, part.other_gives.as_ref()),
                self.shown((part, other), as_of, names),
            ];
            (Tone::Plain, cells)
        });
        let gives = |name| code(name).words(" gives");
        page.table(Grid {
            caption: words("Where ")
                .code(&found.table)
                .words(" gives different things, with an applicant who shows it"),
            head: vec![words("Where"), gives(names.0), gives(names.1), words("An applicant")],
            rows: rows.collect(),
        });
        if found.differences.is_empty() && found.whole {
            page.text(
                words("What is written in the rows of ")
                    .code(&found.table)
                    .words(" differs; they give the same for all known values of its columns."),
            );
        }
        if !found.whole {
            page.note(
                Tone::Doubtful,
                words("Not everything of ")
                    .code(&found.table)
                    .words(" was compared: there may be more differences than those told here."),
            );
        }
    }

    /// Returns the applicant who shows a part, with what becomes of one.
    fn shown(
        &self,
        (part, other): (&RuleDifference, &Self),
        as_of: Option<Instant>,
        names: (&str, &str),
    ) -> Line {
        let Some(witness) = &part.witness else {
            return words("none was found, so it may be that none is there");
        };
        let said = self.applicant(&other.dated(witness.clone(), as_of), as_of);
        match (part.outcome, part.other_outcome) {
            (Some(one), Some(other)) if one != other => {
                let said = said.words("; run whole, ").code(names.0).words(" says ").outcome(one);
                said.words(", ").code(names.1).words(" says ").outcome(other)
            }
            (Some(one), _) => {
                let said = said.words("; run whole, both say ").outcome(one);
                said.words(if part.differs == Some(true) {
                    " with other reasons or terms"
                } else {
                    " with the same reasons and terms: no applicant was found to whom this part makes a difference"
                })
            }
            (None, _) => said,
        }
    }

    /// Returns what the documents state differently beside the rows of tables.
    fn stated_apart(&self, other: &Self, language: &str) -> Vec<(Tone, Vec<Line>)> {
        let (one, two) = (&self.body, &other.body);
        let mut rows: Vec<(Tone, Vec<Line>)> = Vec::new();
        let mut add = |place: Line, first: Line, second: Line| {
            rows.push((Tone::Plain, vec![place, or_dash(first), or_dash(second)]));
        };
        let inputs: BTreeSet<&String> = one.inputs.keys().chain(two.inputs.keys()).collect();
        for name in inputs {
            let (first, second) = (one.inputs.get(name), two.inputs.get(name));
            if first != second || first.is_some() && one.currency != two.currency {
                add(words("Input ").code(name), input(one, first), input(two, second));
            }
        }
        for (place, first, second) in steps(one, two) {
            add(place, first, second);
        }
        if one.offer != two.offer {
            let lines = |policy: &Self| match &policy.body.offer {
                Some(offer) => line().joined(policy.offer_lines(offer), " ", " "),
                None => words("none"),
            };
            add(words("Offer"), lines(self), lines(other));
        }
        let reasons: BTreeSet<&String> = one.reasons.keys().chain(two.reasons.keys()).collect();
        for name in reasons {
            let (first, second) = (one.reasons.get(name), two.reasons.get(name));
            if first != second {
                let changed = changed_languages(first, second, language);
                let said = |reason: Option<&ReasonBody>| match reason {
                    None => words("not there"),
                    Some(reason) => in_languages(reason, language, &changed).words(format!(
                        " ({}, told to {}{})",
                        super::words::many(reason.texts.len(), "language", "languages"),
                        if reason.audience == crate::policy::ReasonAudience::Internal {
                            "staff only"
                        } else {
                            "the applicant"
                        },
                        if reason.inquiries { ", about inquiries" } else { "" }
                    )),
                };
                add(words("Reason ").code(name), said(first), said(second));
            }
        }
        if one.effective != two.effective {
            add(words("When it may decide"), effective(one.effective), effective(two.effective));
        }
        if one.all_reasons != two.all_reasons {
            let said = |all| words(if all { "all steps run" } else { "the first decline ends the run" });
            add(words("After a decline"), said(one.all_reasons), said(two.all_reasons));
        }
        if one.overriding != two.overriding {
            add(words("Decisions by people"), overriding(one), overriding(two));
        }
        let or_none = |text: Option<&str>| text.map_or_else(|| words("none"), code);
        if one.jurisdiction != two.jurisdiction {
            add(
                words("Jurisdiction"),
                or_none(one.jurisdiction.as_deref()),
                or_none(two.jurisdiction.as_deref()),
            );
        }
        if one.currency != two.currency {
            let said = |body: &PolicyBody| or_none(body.currency.as_ref().map(Currency::as_str));
            add(words("Currency"), said(one), said(two));
        }
        if one.tests != two.tests {
            let said = |body: &PolicyBody| words(super::words::many(body.tests.len(), "case", "cases"));
            add(words("Cases of its own"), said(one), said(two));
        }
        rows
    }
}

/// What a difference of documents says where the page shows both sides itself.
const PLAIN: [&str; 4] = [
    "only the first version has it",
    "only the second version has it",
    "the versions have other columns",
    "the versions state it differently",
];

/// Returns the languages beside the page's in which the texts of a reason differ.
fn changed_languages<'r>(
    first: Option<&'r ReasonBody>,
    second: Option<&'r ReasonBody>,
    language: &str,
) -> Vec<&'r str> {
    let (Some(first), Some(second)) = (first, second) else { return Vec::new() };
    let all: BTreeSet<&String> = first.texts.keys().chain(second.texts.keys()).collect();
    let changed =
        all.into_iter().filter(|it| first.texts.get(*it) != second.texts.get(*it) && **it != language);
    changed.take(LANGUAGES_MAX).map(String::as_str).collect()
}

/// Returns the text of a reason in the page's language, and in those in which it changed.
fn in_languages(reason: &ReasonBody, language: &str, changed: &[&str]) -> Line {
    changed.iter().fold(text(reason, language), |said, other| {
        let said = said.words("; in ").code(other).words(": ");
        match reason.texts.get(*other) {
            Some(text) => said.quote(text),
            None => said.words("no text"),
        }
    })
}

fn input(body: &PolicyBody, input: Option<&InputBody>) -> Line {
    match input {
        None => words("not there"),
        Some(input) => super::inputs::said(body, input),
    }
}

/// Returns the steps that differ; tables of both stand elsewhere with their rows.
fn steps(one: &PolicyBody, two: &PolicyBody) -> Vec<(Line, Line, Line)> {
    let name = |step: &StepBody| super::policy::step_name(step).1.to_owned();
    let find = |body: &PolicyBody, wanted: &str| body.steps.iter().position(|it| name(it) == wanted);
    let mut rows = Vec::new();
    for step in &one.steps {
        let own = name(step);
        let same = find(two, &own).and_then(|at| two.steps.get(at));
        let are_tables = matches!((step, same), (StepBody::Table(_), Some(StepBody::Table(_))));
        if are_tables {
            let (Some(first), Some(second)) = (table(Some(step)), table(same)) else { continue };
            if first.hit != second.hit || first.outputs != second.outputs || first.columns != second.columns {
                rows.push((words("Table ").code(&own), frame(first), frame(second)));
            }
        } else if same != Some(step) {
            rows.push((words("Step ").code(&own), said(Some(step)), said(same)));
        }
    }
    for step in &two.steps {
        let own = name(step);
        if find(one, &own).is_none() {
            rows.push((words("Step ").code(&own), said(None), said(Some(step))));
        }
    }
    let order = |body: &PolicyBody| body.steps.iter().map(name).collect::<Vec<_>>();
    let (first, second) = (order(one), order(two));
    if first != second {
        let shown = |all: &[String]| names(all.iter().map(String::as_str).take(50), ", ");
        rows.push((words("Order of the steps"), shown(&first), shown(&second)));
    }
    rows
}

const fn table(step: Option<&StepBody>) -> Option<&TableBody> {
    match step {
        Some(StepBody::Table(table)) => Some(table),
        _ => None,
    }
}

/// Returns what a table is beside its rows.
fn frame(table: &TableBody) -> Line {
    let hit = serde_json::to_value(table.hit).ok();
    let hit = hit.as_ref().and_then(|it| it.as_str()).unwrap_or_default();
    let said = words("hit ")
        .code(hit)
        .words("; columns ")
        .line(names(table.columns.iter().map(String::as_str), ", "));
    if table.outputs.is_empty() {
        return said;
    }
    said.words("; outputs ").line(names(table.outputs.keys().map(String::as_str), ", "))
}

fn said(step: Option<&StepBody>) -> Line {
    match step {
        None => words("not there"),
        Some(StepBody::Derive(derive)) => expression(&derive.expression),
        Some(StepBody::Table(table)) => {
            words(format!("a table of {}", super::words::many(table.rules.len(), "row", "rows")))
        }
        Some(StepBody::Call(call)) => {
            let results =
                call.results.iter().map(|(name, result)| code(name).words(" at ").code(&result.pointer));
            let values = call.values.iter().map(|(pointer, text)| code(pointer).words(" = ").code(text));
            let arguments =
                call.arguments.iter().map(|(name, value)| output(&format!("/{name}"), value, None));
            let given: Vec<Line> = arguments.chain(values).collect();
            let said = words("asks ").code(&call.operation).words(" for ").joined(results, ", ", ", ");
            if given.is_empty() { said } else { said.words(" with ").joined(given, ", ", ", ") }
        }
    }
}

fn overriding(body: &PolicyBody) -> Line {
    let Some(OverrideBody { window_s, four_eyes, never }) = &body.overriding else {
        return words("not stated");
    };
    let said = words(format!("within {}", span(u64::from(*window_s))));
    let said = said.words(if *four_eyes { ", by two people" } else { ", by one person" });
    if never.is_empty() {
        said
    } else {
        said.words(", never of ").line(names(never.iter().map(String::as_str), ", "))
    }
}

/// Returns what a version gives in a part of a table.
fn gives(table: &Table, gives: Option<&RuleGives>) -> Line {
    let is_single =
        matches!(table.body.hit, HitPolicy::First | HitPolicy::Unique | HitPolicy::Any | HitPolicy::Priority);
    let Some(gives) = gives else {
        return words(if is_single { "nothing: no row matches" } else { "nothing beside what both give" });
    };
    let mut parts = Vec::new();
    if let Some(outcome) = gives.outcome {
        let said = line().outcome(outcome);
        parts.push(match &gives.reason {
            Some(reason) => said.words(" with ").code(reason),
            None => said,
        });
    }
    parts
        .extend(gives.outputs.iter().map(|(name, value)| output(name, value, scalar_of_output(table, name))));
    let rows = gives.rules.iter().chain(&gives.rule).map(String::as_str);
    let rows = line().words(" (").line(names(rows, ", ")).words(")");
    line().joined(parts, ", ", ", ").line(rows)
}
