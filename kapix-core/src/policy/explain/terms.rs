//! What an approval grants, the texts of the reasons, and the policy's own cases.

use super::page::{Grid, Line, Page, Tone, code, line, words};
use super::policy::{Options, row_name};
use super::words::{becomes, expression, json, many, money, names, or_dash};
use crate::money::Currency;
use crate::policy::load::Policy;
use crate::policy::{
    OfferBody, OnMissing, Outcome, ReasonAudience, ReasonBody, StepBody, TestBody, TestResult,
};
use crate::time::Instant;
use std::collections::BTreeMap;

/// Reasons, cases, and places of one reason that are shown.
const SHOWN_MAX: usize = 500;
const PLACES_MAX: usize = 12;

impl Policy {
    pub(super) fn explain_offer(&self, page: &mut Page) {
        page.heading(words("What an approval grants"));
        match &self.body.offer {
            None => page.text(words("The policy states no offer: an approval grants no amount of its own.")),
            Some(offer) => page.list(self.offer_lines(offer)),
        }
    }

    /// Returns what is said of an offer.
    pub(super) fn offer_lines(&self, offer: &OfferBody) -> Vec<Line> {
        let mut lines = vec![words("The requested amount is ").code(&offer.requested).words(".")];
        match &offer.limit {
            None => {
                lines.push(words("There is no limit of its own: an approval grants the requested amount."));
            }
            Some(limit) => {
                let outcome = offer.above_limit.unwrap_or(Outcome::Refer);
                let reason = offer.reason.as_deref().unwrap_or("ABOVE_LIMIT");
                lines.push(words("The limit is ").line(expression(limit)).words("."));
                lines.push(
                    words("An approval grants the requested amount where it is at most the limit; above it, the application is ")
                        .words(becomes(outcome)).words(" with ").code(reason).words("."),
                );
            }
        }
        for (name, term) in &offer.terms {
            lines.push(words("It states ").code(name).words(": ").line(expression(term)).words("."));
        }
        if !offer.terms.is_empty() || offer.limit.is_some() {
            lines.push(words(
                "Where the limit, a term or the requested amount is unknown, the application is not approved.",
            ));
        }
        match (offer.counter_offer, self.offer_currency()) {
            (Some(grid), Some(currency)) => lines.push(words(format!(
                "A counter-offer is the largest of the amounts from {} to {} in steps of {}, below the requested one, at which the whole policy, run again, approves.",
                minor(grid.from, currency), minor(grid.to, currency), minor(grid.step, currency)
            ))),
            _ => lines.push(words("No counter-offer is made.")),
        }
        if let Some(days) = offer.valid_days {
            let days = many(usize::try_from(days).unwrap_or(usize::MAX), "day", "days");
            lines.push(words(format!("An approval is valid for {days}.")));
        }
        lines
    }

    pub(super) fn explain_reasons(&self, options: &Options<'_>, page: &mut Page) {
        page.heading(words("Reasons"));
        if self.body.reasons.is_empty() {
            page.text(words("The policy has no reasons of its own."));
            return;
        }
        let places = self.reason_places();
        let rows = self.body.reasons.iter().take(SHOWN_MAX).map(|(reason_code, reason)| {
            let found = places.get(&**reason_code).map_or(&[][..], |it| &**it);
            let shown = found.iter().take(PLACES_MAX).cloned();
            let mut used = line().joined(shown, ", ", ", ");
            if found.is_empty() {
                used = words("nothing");
            } else if found.len() > PLACES_MAX {
                used = used.words(format!(" and {} more", found.len() - PLACES_MAX));
            }
            (Tone::Plain, vec![code(reason_code), text(reason, options.language), told(reason), used])
        });
        let head = ["Code", "Text", "Told to", "Given by"];
        page.table(Grid {
            caption: words("Reasons of the policy, in the language ").code(options.language),
            head: head.map(words).to_vec(),
            rows: rows.collect(),
        });
        let more = self.body.reasons.len().saturating_sub(SHOWN_MAX);
        if more > 0 {
            page.text(words(format!("{more} more reasons are not shown.")));
        }
        page.text(words(
            "A declined applicant is told the reasons of the first step that declines: four at most, and a fifth where one is about inquiries.",
        ));
    }

    /// Returns the places that give each reason.
    fn reason_places(&self) -> BTreeMap<&str, Vec<Line>> {
        let mut places: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
        for (number, step) in self.body.steps.iter().enumerate() {
            let StepBody::Table(table) = step else { continue };
            for (row, rule) in table.rules.iter().enumerate() {
                if let Some(reason) = &rule.then.reason {
                    let found = places.entry(reason).or_default();
                    let name = self.rule_name(
                        u32::try_from(number).unwrap_or(u32::MAX),
                        u32::try_from(row).unwrap_or(u32::MAX),
                    );
                    found.push(if found.len() < PLACES_MAX { row_name(&table.name, &name) } else { line() });
                }
            }
        }
        for (name, input) in &self.body.inputs {
            if let OnMissing::Decline(reason) = &input.on_missing {
                places.entry(reason).or_default().push(code(name).words(" where it is missing"));
            }
        }
        let above = self.body.offer.as_ref().filter(|offer| offer.limit.is_some());
        if let Some(reason) = above.and_then(|offer| offer.reason.as_ref()) {
            places.entry(reason).or_default().push(words("the limit of the offer"));
        }
        places
    }

    pub(super) fn explain_tests(&self, options: &Options<'_>, page: &mut Page) {
        page.heading(words("Cases of the policy"));
        let tests = &self.body.tests;
        if tests.is_empty() {
            page.text(words("The policy has no cases of its own."));
            return;
        }
        let head = ["Case", "Inputs", "Must come of it", "Came of it"];
        let rows = tests.iter().take(SHOWN_MAX).map(|case| {
            let result = case.as_of.or(options.as_of).map(|as_of| self.run_test(case, as_of));
            let tone = match &result {
                Some(result) if result.passed => Tone::Good,
                Some(_) => Tone::Bad,
                None => Tone::Plain,
            };
            let dated = case.as_of.map(|at: Instant| format!(" at {at} (UTC)")).unwrap_or_default();
            let name = line().quote(&case.name).words(dated);
            (tone, vec![name, self.given(case), expected(case), came(result.as_ref())])
        });
        page.table(Grid {
            caption: words("Cases, run for this page"),
            head: head.map(words).to_vec(),
            rows: rows.collect(),
        });
        let more = tests.len().saturating_sub(SHOWN_MAX);
        if more > 0 {
            page.text(words(format!("{more} more cases are not shown.")));
        }
    }

    /// Returns the inputs and results of a case.
    fn given(&self, case: &TestBody) -> Line {
        let all = case.inputs.iter().chain(&case.results);
        let shown =
            all.take(40).map(|(name, given)| code(name).words(" = ").line(json(self.scalar_of(name), given)));
        or_dash(line().joined(shown, ", ", ", "))
    }
}

/// Returns an amount of minor units.
pub(super) fn minor(amount: i64, currency: Currency) -> String {
    #[expect(clippy::cast_precision_loss, reason = "amounts lie within +-(2^53 - 1)")]
    money(amount as f64, currency)
}

/// Returns the text of a reason in a language, or in English where it has none.
pub(super) fn text(reason: &ReasonBody, language: &str) -> Line {
    let own = reason.texts.get(language);
    let Some(text) = own.or_else(|| reason.texts.get("en")) else { return words("–") };
    let said = line().quote(text);
    if own.is_some() { said } else { said.words(" (no text in ").code(language).words(": English)") }
}

fn told(reason: &ReasonBody) -> Line {
    let told = match reason.audience {
        ReasonAudience::Customer => "the applicant and staff",
        ReasonAudience::Internal => "staff only",
    };
    if reason.inquiries { words(format!("{told}; it is about inquiries")) } else { words(told) }
}

fn expected(case: &TestBody) -> Line {
    let mut parts = Vec::new();
    if let Some(outcome) = case.expect.outcome {
        parts.push(line().outcome(outcome));
    }
    match &case.expect.reasons {
        Some(reasons) if reasons.is_empty() => parts.push(words("no reason")),
        Some(reasons) => parts.push(names(reasons.iter().map(String::as_str).take(20), ", ")),
        None => {}
    }
    for (name, term) in case.expect.terms.iter().flatten().take(20) {
        parts.push(code(name).words(" = ").line(json(None, term)));
    }
    if parts.is_empty() { words("anything") } else { line().joined(parts, ", ", ", ") }
}

fn came(result: Option<&TestResult>) -> Line {
    let Some(result) = result else { return words("not run: the case has no instant, and none was given") };
    let said = result.outcome.map_or_else(line, |outcome| line().outcome(outcome).words(": "));
    match &result.differs {
        Some(differs) => said.strong("differs").words(", ").quote(differs),
        None => said.words("as expected"),
    }
}
