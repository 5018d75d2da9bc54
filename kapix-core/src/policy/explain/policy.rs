//! The whole page: what is told of a policy, of another version of it, and of a decision, in which order.

use super::decision::DecisionView;
use super::page::{Line, Page, Tone, code, words};
use super::words::{counted, many, names};
use super::{html, markdown};
use crate::error::Result;
use crate::fitting::Run;
use crate::limits::Limits;
use crate::policy::check::{JurisdictionFinding, OFFER_LIMIT};
use crate::policy::load::Policy;
use crate::policy::{EffectiveBody, Outcome, StepBody};
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// How often each row of each table matched, by table and row.
pub(crate) type Hits = BTreeMap<String, BTreeMap<String, u64>>;

/// What a page is to tell beside the policy.
#[derive(Clone, Debug)]
pub(crate) struct Options<'o> {
    /// The policy's `id@version`.
    pub name: String,
    /// A second policy with its name.
    pub against: Option<(&'o Policy, String)>,
    /// The instant of cases that state none.
    pub as_of: Option<Instant>,
    /// Applications of the portfolio that `hits` counts.
    pub applications: Option<u64>,
    /// A decision by the policy.
    pub decision: Option<DecisionView<'o>>,
    /// How often the rows of tables matched in a portfolio.
    pub hits: Option<Hits>,
    /// Language of the reasons.
    pub language: &'o str,
    /// Whether the page is HTML.
    pub is_html: bool,
    pub limits: &'o Limits,
    /// Rows of one table that are shown.
    pub rows_max: usize,
}

/// A page as a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Explained {
    /// Rows of tables that are not shown.
    pub rows_left_out: u64,
    pub text: String,
}

impl Policy {
    /// Returns the policy as a page for people, or CANCELLED.
    pub(crate) fn explain(&self, options: &Options<'_>, run: &Run<'_>) -> Result<Explained> {
        let title = words("Policy ").code(&options.name);
        let mut page = Page::new(match &options.against {
            Some((_, other)) => title.words(" beside ").code(other),
            None => title,
        });
        let mut left_out = 0;
        if let Some(decision) = &options.decision {
            let by = decision.by.as_ref().map_or(self, |(policy, _)| policy);
            by.explain_decision(decision, options, &mut page);
        }
        if let Some((other, name)) = &options.against {
            left_out += self.explain_difference(other, name, (options, run), &mut page)?;
        }
        self.explain_summary((options, run), &mut page)?;
        self.explain_inputs(&mut page);
        left_out += self.explain_steps(options, &mut page);
        self.explain_offer(&mut page);
        self.explain_findings((options.as_of, run), &mut page)?;
        self.explain_reasons(options, &mut page);
        self.explain_override(&mut page);
        self.explain_tests(options, &mut page);
        let text = if options.is_html { html::write(&page) } else { markdown::write(&page) };
        Ok(Explained { rows_left_out: left_out, text })
    }

    /// Returns the names of the rows of each table.
    pub(crate) fn rule_names_by_table(&self) -> BTreeMap<String, BTreeSet<String>> {
        let rows = |table: &crate::policy::table::Table| {
            (0..table.rows.len()).map(|row| table.row_name(row)).collect::<BTreeSet<String>>()
        };
        self.all_tables().map(|table| (table.body.name.clone(), rows(table))).collect()
    }

    fn explain_summary(&self, (options, run): (&Options<'_>, &Run<'_>), page: &mut Page) -> Result<()> {
        let body = &self.body;
        page.heading(words("In short"));
        let tables = body.steps.iter().filter(|step| matches!(step, StepBody::Table(_))).count();
        let asked: Vec<&str> = body
            .steps
            .iter()
            .filter_map(|step| if let StepBody::Call(call) = step { Some(&*call.operation) } else { None })
            .collect();
        let protected = body.inputs.values().filter(|input| input.protected).count();
        let idle = protected + self.unread_inputs().len();
        let read = body.inputs.len().saturating_sub(idle);
        let unread =
            if idle == 0 { String::new() } else { format!(", states {idle} more that nothing reads,") };
        let mut steps = words(format!(
            "It reads {}{unread} and takes {}, of which {}.",
            many(read, "input", "inputs"),
            many(body.steps.len(), "step", "steps"),
            if tables == 1 {
                "1 is a decision table".to_owned()
            } else {
                format!("{tables} are decision tables")
            }
        ));
        if !asked.is_empty() {
            steps = steps.words(" It asks ").line(names(asked.iter().copied().take(20), " and ")).words(".");
        }
        let mut lines = vec![steps];
        lines.push(
            words("An application is approved only where a row that matches says ").outcome(Outcome::Approve).words(
                ", no row that matches refers or declines, and nothing that could change the result is in doubt.",
            ),
        );
        lines.push(
            words("Where no row says anything of an application, it is referred with ")
                .code("NO_ROW_MATCHED")
                .words("; there is no default outcome."),
        );
        lines.push(words(if body.all_reasons {
            "All steps run, also after a table has declined, so that a decline has every reason."
        } else {
            "A table after which the application is declined ends the run: later steps are not taken."
        }));
        lines.push(effective(body.effective));
        if let Some(currency) = body.currency {
            lines.push(words(format!(
                "Amounts are in {currency} where nothing else is said. They are shown with decimals; the document, and formulas on this page, count minor units."
            )));
        }
        let findings = self.jurisdiction_findings(run)?;
        lines.extend(self.jurisdiction_line(&findings));
        page.list(lines);
        for finding in findings {
            let tone = if finding.rejected { Tone::Bad } else { Tone::Doubtful };
            let place = match finding.rule.as_str() {
                OFFER_LIMIT => words("The offer"),
                rule => words("Row ").code(rule),
            };
            page.note(tone, place.words(format!(": {}.", finding.message)));
        }
        if options.hits.is_some() {
            let of = match options.applications {
                Some(applications) => format!("a portfolio of {}", counted(applications, None)),
                None => "the portfolio that was given for this page".to_owned(),
            };
            page.text(words(format!("Counts of matches are those of {of}.")));
        }
        Ok(())
    }

    fn jurisdiction_line(&self, findings: &[JurisdictionFinding]) -> Option<Line> {
        let country = self.body.jurisdiction.as_ref()?;
        let said = words("Its jurisdiction is ").code(country);
        Some(match (country.as_str(), findings.is_empty()) {
            ("KE", true) => said.words(": no decline on a credit score alone was found."),
            ("KE", false) => said.words(": what declines on a credit score alone is named below."),
            _ => said.words("; no rule of that country is checked."),
        })
    }

    fn explain_override(&self, page: &mut Page) {
        page.heading(words("Decisions by people"));
        let Some(body) = &self.body.overriding else {
            page.text(words("The policy does not say that people may decide otherwise."));
            return;
        };
        let seconds = u64::from(body.window_s);
        let mut lines = vec![words(format!(
            "A person may decide otherwise within {} of a referral or a decline.",
            span(seconds)
        ))];
        lines.push(words(if body.four_eyes {
            "A second person must agree."
        } else {
            "No second person must agree."
        }));
        if !body.never.is_empty() {
            let never = names(body.never.iter().map(String::as_str).take(50), " and ");
            lines.push(words("Nobody may set aside ").line(never).words("."));
        }
        page.list(lines);
    }
}

/// Returns when a policy may decide.
pub(super) fn effective(body: EffectiveBody) -> Line {
    let said = match (body.from, body.until) {
        (None, None) => return words("It may decide at any time."),
        (Some(from), None) => format!("It may decide from {from} (UTC) on"),
        (None, Some(until)) => format!("It may decide before {until} (UTC)"),
        (Some(from), Some(until)) => format!("It may decide from {from} on and before {until} (both UTC)"),
    };
    words(said).words("; outside that time a call fails with ").code("policy.not_effective").words(".")
}

/// Returns seconds in the largest unit that has a whole number of them.
pub(super) fn span(seconds: u64) -> String {
    for (each, one, more) in [
        (86_400, "day", "days"),
        (3_600, "hour", "hours"),
        (60, "minute", "minutes"),
        (1, "second", "seconds"),
    ] {
        if seconds > 0 && seconds.is_multiple_of(each) {
            return many(usize::try_from(seconds / each).unwrap_or(usize::MAX), one, more);
        }
    }
    "0 seconds".to_owned()
}

/// Returns the name of a step with what it is.
pub(super) fn step_name(step: &StepBody) -> (&'static str, &str) {
    match step {
        StepBody::Call(call) => ("asks", &call.name),
        StepBody::Derive(derive) => ("computes", &derive.name),
        StepBody::Table(table) => ("reads the table", &table.name),
    }
}

/// Returns `TABLE.ROW` as code.
pub(super) fn row_name(table: &str, row: &str) -> Line {
    if row.is_empty() { code(table) } else { code(&format!("{table}.{row}")) }
}
