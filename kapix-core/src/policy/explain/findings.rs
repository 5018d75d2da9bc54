//! What analysis finds of the tables, in words: gaps, conflicts, and rows that never decide, with applicants that show it.

use super::page::{Line, Page, Tone, code, line, words};
use super::words::{cell, json, names};
use crate::error::Result;
use crate::fitting::Run;
use crate::json_value::JsonValue;
use crate::policy::load::{Policy, Step};
use crate::policy::table::Table;
use crate::policy::{HitPolicy, RuleFinding, RuleFindingKind, RuleFindingLevel, TableAnalysis};
use crate::time::Instant;
use std::collections::BTreeMap;

/// Rows that are named.
const ROWS_MAX: usize = 20;

/// Tests of all tables up to which they are looked at for the page; `policy.check` has no such limit.
const TESTS_MAX: usize = 20_000;

impl Policy {
    pub(super) fn explain_findings(
        &self,
        (as_of, run): (Option<Instant>, &Run<'_>),
        page: &mut Page,
    ) -> Result<()> {
        page.heading(words("Gaps and overlaps"));
        let tables: Vec<&Table> = self.all_tables().collect();
        if tables.is_empty() {
            page.text(words("There are no tables."));
            return Ok(());
        }
        if tables.iter().map(|table| table.tests.len()).sum::<usize>() > TESTS_MAX {
            page.note(
                Tone::Doubtful,
                words("The tables were not looked at, since they are too large for this page: ask ")
                    .code("policy.check")
                    .words("."),
            );
            return Ok(());
        }
        for (analysis, table) in self.analyse(run)?.iter().zip(&tables) {
            page.subheading(words("Table ").code(&analysis.table));
            self.explain_analysis((analysis, table), as_of, page);
        }
        Ok(())
    }

    /// Returns the tables in the order of their steps.
    pub(super) fn all_tables(&self) -> impl Iterator<Item = &Table> {
        self.steps.iter().filter_map(|step| if let Step::Table(table) = step { Some(table) } else { None })
    }

    fn explain_analysis(
        &self,
        (analysis, table): (&TableAnalysis, &Table),
        as_of: Option<Instant>,
        page: &mut Page,
    ) {
        if !analysis.whole {
            page.note(
                Tone::Doubtful,
                words("The table was too large to look at all of it: there may be more than what is told here (")
                    .line(names(analysis.unfinished.iter().map(Into::into), " and "))
                    .words(")."),
            );
        }
        if !analysis.not_analysed.is_empty() {
            let rows = names(analysis.not_analysed.iter().map(String::as_str).take(ROWS_MAX), " and ");
            let more = analysis.not_analysed.len().saturating_sub(ROWS_MAX);
            let rows = if more > 0 { rows.words(format!(" and {more} more")) } else { rows };
            page.text(
                words("Rows with computed cells were not looked at: ")
                    .line(rows)
                    .words("; where one of them may match, a gap is told of single applicants only."),
            );
        }
        if analysis.findings.is_empty() {
            let is_all = analysis.whole && analysis.not_analysed.is_empty();
            let looked_for = match table.body.hit {
                HitPolicy::First | HitPolicy::Priority => {
                    "no gap, and no row that is hidden, twice there or out of reach"
                }
                HitPolicy::Unique | HitPolicy::Any => {
                    "no gap, no two rows in conflict, and no row that is twice there or out of reach"
                }
                _ => "no gap, and no row that is twice there or out of reach",
            };
            let told = if is_all {
                format!("There is {looked_for}.")
            } else {
                format!("Of what was looked at, there is {looked_for}.")
            };
            page.note(if is_all { Tone::Good } else { Tone::Plain }, words(told));
        }
        for finding in &analysis.findings {
            let tone = match finding.level {
                RuleFindingLevel::Error => Tone::Bad,
                RuleFindingLevel::Warning => Tone::Doubtful,
                RuleFindingLevel::Info => Tone::Plain,
            };
            page.note(tone, self.finding(finding, table, as_of));
        }
    }

    fn finding(&self, finding: &RuleFinding, table: &Table, as_of: Option<Instant>) -> Line {
        let rows =
            |skip: usize| names(finding.rules.iter().skip(skip).map(String::as_str).take(ROWS_MAX), " and ");
        let first = finding.rules.first().map(String::as_str).unwrap_or_default();
        let place = region(table, &finding.region);
        let said = match finding.kind {
            RuleFindingKind::Gap => line().strong("Gap").words(": no row matches where ").line(place),
            RuleFindingKind::Conflict => line()
                .strong("Conflict")
                .words(": ")
                .line(rows(0))
                .words(" match together where ")
                .line(place),
            RuleFindingKind::Shadowed => line()
                .strong("Hidden row")
                .words(": ")
                .code(first)
                .words(" never decides, since ")
                .line(rows(1))
                .words(" come before it wherever it matches"),
            RuleFindingKind::Unreachable => line()
                .strong("Row out of reach")
                .words(": no value that the inputs can have passes the cells of ")
                .code(first),
            RuleFindingKind::Duplicate => {
                line().strong("Row twice").words(": ").line(rows(0)).words(" have the same cells")
            }
        };
        let said = said.words(". ");
        let consequence = match finding.kind {
            RuleFindingKind::Gap => {
                "Such an application gets nothing from this table; it is referred where no other table says anything of it. "
            }
            RuleFindingKind::Conflict => "Such an application is not approved. ",
            _ => "",
        };
        let said = said.words(consequence);
        match (&finding.witness, finding.kind) {
            (Some(witness), _) => {
                let said = said.words("An applicant who shows it: ").line(self.applicant(witness, as_of));
                match finding.outcome {
                    Some(outcome) => said.words("; run whole, the policy says ").outcome(outcome).words("."),
                    None => said.words("."),
                }
            }
            (None, RuleFindingKind::Unreachable) => said,
            (None, _) => said.words("No applicant was found who shows it, so it may be that none can."),
        }
    }

    /// Returns values by name, those whose age counts with their dates.
    pub(super) fn applicant(&self, witness: &BTreeMap<String, JsonValue>, as_of: Option<Instant>) -> Line {
        let dated = self.dated(witness.clone(), as_of);
        let told = |(name, value): (&String, &JsonValue)| {
            let said = code(name).words(" = ").line(json(self.scalar_of(name), value));
            let is_dated = matches!(value, JsonValue::Object(_));
            if self.ages(name) && !is_dated { said.words(" of the day of the run") } else { said }
        };
        let values = dated.iter().take(ROWS_MAX * 2).map(told);
        if witness.is_empty() { words("any") } else { line().joined(values, ", ", ", ") }
    }
}

/// Returns a part of a table in words.
pub(super) fn region(table: &Table, region: &BTreeMap<String, String>) -> Line {
    let mut told: Vec<&str> = Vec::new();
    let mut parts = Vec::new();
    for column in &table.columns {
        let text = &*column.text;
        let Some(asked) = region.get(text).filter(|_| !told.contains(&text)) else { continue };
        told.push(text);
        if let Some(asked) = cell(column.scalar, asked) {
            parts.push(code(text).words(" is ").line(asked));
        }
    }
    if parts.is_empty() { words("anything is given") } else { line().joined(parts, ", ", " and ") }
}
