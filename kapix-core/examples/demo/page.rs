//! What is said of each applicant.

use crate::loans::Loan;
use crate::paper::{Ink, Paper};
use crate::{Case, Scored};
use kapix_core::{
    Error,
    audit::{Part, Record},
    cashflow::SelectedRows,
    codes::AnswerCode,
    credit::{CreditScoreResponse, Explained, Explanation, ReasonView},
    ledger::{Finding, Severity},
    money::{Currency, Money},
    scorecard::Decision,
};
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) fn opening(paper: &Paper) {
    paper.text(0, Ink::Strong, "Kapix: transactions in, a decision with its reasons and its record out.");
    paper.text(
        0,
        Ink::Faint,
        "In this process, without a network. The shipped cards are examples: they rank, they give no PD until you calibrate.",
    );
}

pub(crate) fn closing(paper: &Paper) {
    paper.rule("next");
    paper.text(0, Ink::Plain, "Your own card: kapix-core/docs/ARTEFACT.md. Your own policy: copy one of kapix-core/artefacts. Your language: README.md.");
}

pub(crate) fn case(paper: &Paper, case: &Case) {
    paper.rule(&case.title);
    paper.text(0, Ink::Faint, &history(&case.request));
    match &case.outcome {
        Err(error) => refusal(paper, error),
        Ok(Scored { response, told, record, latency_ms }) => {
            verdict(paper, response, *latency_ms);
            findings(paper, &response.findings);
            if let Some(explanation) = response.explanation.as_ref().map(Explained::view) {
                points(response, &explanation);
                reasons(paper, &explanation, told, &case.request);
                change(paper, &explanation);
            }
            proof(paper, record);
        }
    }
}

/// A loan under a policy: what was asked, the decision, why, by which rows, and what is offered.
pub(crate) fn loan(paper: &Paper, title: &str, loan: &Loan) {
    let Loan { request, answer } = loan;
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
    let list = |name: &str| answer.get(name).and_then(Value::as_array).into_iter().flatten();
    let currency = Currency::parse(&text(answer, "currency")).ok();
    let money = |minor: Option<&Value>| {
        let amount =
            minor.and_then(Value::as_i64).zip(currency).and_then(|(minor, it)| Money::new(minor, it).ok());
        amount.map_or_else(
            || "?".to_owned(),
            |it| format!("{} {}", it.currency.as_str(), it.to_decimal_string()),
        )
    };
    paper.rule(&format!("{title}: a loan"));
    let asked = money(request.pointer("/inputs/requested"));
    paper.text(0, Ink::Faint, &format!("{asked} under the policy {}", text(request, "policy")));
    let outcome = text(answer, "outcome");
    let ink = match &*outcome {
        "approve" => Ink::Good,
        "decline" => Ink::Bad,
        _ => Ink::Doubtful,
    };
    let granted =
        answer.get("approved_amount_minor").map(|it| format!("  {}", money(Some(it)))).unwrap_or_default();
    println!("{}{granted}", paper.ink(ink, &outcome.to_uppercase()));
    for reason in list("reasons") {
        let inputs = reason.get("inputs").and_then(Value::as_array).into_iter().flatten();
        let inputs: Vec<&str> = inputs.filter_map(Value::as_str).collect();
        let inputs = if inputs.is_empty() { String::new() } else { format!(" ({})", inputs.join(", ")) };
        let told = format!("{} [{}]{inputs}", text(reason, "text"), text(reason, "code"));
        // A decline may stand beside what alone would be a referral.
        let is_other = text(reason, "outcome") != outcome;
        paper.text(
            2,
            if is_other { Ink::Faint } else { ink },
            &if is_other { format!("also: {told}") } else { told },
        );
    }
    let rows: Vec<String> =
        list("matched_rules").map(|row| format!("{}.{}", text(row, "table"), text(row, "rule"))).collect();
    if !rows.is_empty() {
        paper.hanging("  rows that matched: ", Ink::Faint, &rows.join(", "));
    }
    let terms = |terms: Option<&Value>| {
        let terms = terms.and_then(Value::as_object).into_iter().flatten();
        let told: Vec<String> = terms
            .map(|(name, value)| match name.strip_suffix("_minor") {
                Some(name) => format!("{} {}", name.replace('_', " "), money(Some(value))),
                None => format!("{} {value}", name.replace('_', " ")),
            })
            .collect();
        told.join(", ")
    };
    if answer.get("terms").is_some() {
        let until = text(answer, "valid_until");
        paper.hanging(
            "  offer: ",
            Ink::Plain,
            &format!("{}; valid until {until}", terms(answer.get("terms"))),
        );
    }
    if let Some(offer) = answer.get("counter_offer") {
        let amount = money(offer.get("amount_minor"));
        paper.hanging("  counter-offer: ", Ink::Plain, &format!("{amount}; {}", terms(offer.get("terms"))));
    }
}

/// One line on what came in.
fn history(request: &Value) -> String {
    let empty = serde_json::Map::new();
    let sources = request.get("data").and_then(Value::as_object).unwrap_or(&empty);
    let accounts = sources.values().filter_map(|source| source.get("accounts")?.as_array()).flatten();
    let rows = |account: &Value| account.get("transactions").and_then(Value::as_array).map_or(0, Vec::len);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
    let told: Vec<String> = accounts
        .map(|account| {
            format!(
                "{} {} with {} rows",
                text(account, "currency"),
                text(account, "kind").replace('_', " "),
                rows(account)
            )
        })
        .collect();
    format!("{}; as of {}", told.join(", "), text(request, "as_of"))
}

fn refusal(paper: &Paper, error: &Error) {
    println!("{}  {}", paper.ink(Ink::Bad, error.code().as_str()), error.cause.as_str());
    paper.text(2, Ink::Plain, &error.message);
    paper.text(2, Ink::Faint, &format!("at {}", error.fields.join(", ")));
}

fn verdict(paper: &Paper, response: &CreditScoreResponse, latency_ms: f64) {
    let ink = match response.decision {
        Decision::Approve => Ink::Good,
        Decision::Refer => Ink::Doubtful,
        Decision::Decline => Ink::Bad,
    };
    println!(
        "{}  {} points of {}..{}, band {}, {:.0} % of inputs seen, {latency_ms:.2} ms",
        paper.ink(ink, &response.decision.as_str().to_uppercase()),
        response.points,
        response.points_range.min,
        response.points_range.max,
        response.risk_band,
        response.data_completeness * 100.0,
    );
    for reason in &response.referral_reasons {
        let code = serde_json::to_value(reason.code).ok();
        let code = code.as_ref().and_then(Value::as_str).unwrap_or_default().replace('_', " ").to_lowercase();
        paper.text(2, Ink::Doubtful, &format!("a person must look: {code} ({})", reason.fields.join(", ")));
    }
}

fn findings(paper: &Paper, findings: &[Finding]) {
    for finding in findings {
        let kind = finding.kind.as_str().replace('_', " ");
        let ink = if finding.severity == Severity::Refer { Ink::Doubtful } else { Ink::Faint };
        let amounts: Vec<String> = finding.amounts_minor.iter().map(i64::to_string).collect();
        let amounts =
            if amounts.is_empty() { String::new() } else { format!(", minor units {}", amounts.join(" / ")) };
        let rows: Vec<String> = finding.rows.iter().take(6).map(u32::to_string).collect();
        let text = format!("data: {kind}, {} case(s), rows {}{amounts}", finding.count, rows.join(" "));
        paper.text(2, ink, &text);
    }
}

/// The points of each characteristic; they sum to the total.
fn points(response: &CreditScoreResponse, explanation: &Explanation<'_>) {
    println!();
    let base = explanation.base_points.unwrap_or_default();
    println!("  {base:>6}  base");
    let mut sum = base;
    for row in explanation.characteristics.iter().flatten() {
        sum += row.points;
        let value = match (row.value, row.null_reason) {
            (Some(value), _) => format!("{value:.3}"),
            (None, Some(reason)) => format!("missing: {}", reason.as_str().replace('_', " ")),
            (None, None) => String::new(),
        };
        println!("  {:>+6}  {:<36} {:<16} {}", row.points, row.feature, value, row.attribute);
    }
    let equal = if sum == response.points { "=" } else { "!=" };
    println!("  {:>6}  {equal} the score's {} points", sum, response.points);
}

fn reasons(paper: &Paper, explanation: &Explanation<'_>, told: &BTreeMap<String, String>, request: &Value) {
    for (title, ink, reasons) in [
        ("against", Ink::Bad, &explanation.adverse_reasons),
        ("in favour", Ink::Good, &explanation.favourable_reasons),
    ] {
        if reasons.is_empty() {
            continue;
        }
        println!("\n  {}", paper.ink(ink, title));
        for reason in reasons {
            let points = reason.points.unwrap_or_default();
            let text = told.get(reason.code).map_or(reason.text, String::as_str);
            paper.hanging(&format!("  {points:>+5.0}  "), Ink::Plain, &format!("{text} [{}]", reason.code));
            evidence(paper, reason, explanation, request);
        }
    }
}

/// The rows behind a reason: how many, from when to when, and the largest.
fn evidence(paper: &Paper, reason: &ReasonView<'_>, explanation: &Explanation<'_>, request: &Value) {
    let selection = reason.features.iter().find_map(|feature| {
        let name = kapix_core::cashflow::definition(feature)?.selection.as_str();
        explanation.selections.get(name)
    });
    let rows: Vec<(String, Money)> =
        selection.into_iter().flatten().flat_map(|selected| rows(selected, request)).collect();
    let first = rows.iter().map(|(date, _)| date).min();
    let last = rows.iter().map(|(date, _)| date).max();
    let largest = rows.iter().max_by_key(|(_, money)| money.minor.abs());
    if let (Some(first), Some(last), Some((date, money))) = (first, last, largest) {
        let amount = format!("{} {}", money.currency.as_str(), money.to_decimal_string());
        let text = format!("{} rows, {first} to {last}; the largest {amount} on {date}", rows.len());
        paper.text(9, Ink::Faint, &text);
    }
}

fn rows<'a>(selected: &'a SelectedRows, request: &'a Value) -> impl Iterator<Item = (String, Money)> + 'a {
    let account = request.pointer(&selected.pointer);
    let currency =
        account.and_then(|it| it.get("currency")?.as_str()).and_then(|it| Currency::parse(it).ok());
    let numbers = selected.rows.iter().flat_map(|(first, last)| *first..=*last);
    numbers.filter_map(move |row| {
        let row = account?.get("transactions")?.get(usize::try_from(row).ok()?)?;
        let money = Money::new(row.get("amount_minor")?.as_i64()?, currency?).ok()?;
        Some((row.get("at")?.as_str()?.chars().take(10).collect(), money))
    })
}

fn change(paper: &Paper, explanation: &Explanation<'_>) {
    let Some(found) = &explanation.counterfactual else { return };
    let moves: Vec<String> =
        found.moves.iter().map(|step| format!("{} {} ({:+})", step.feature, step.to, step.points)).collect();
    println!();
    let text = format!("{} at {} points if: {}", found.decision.as_str(), found.points, moves.join("; "));
    paper.text(2, Ink::Plain, &text);
}

/// The record holds, and a changed one does not.
fn proof(paper: &Paper, record: &Record) {
    let mut forged = record.clone();
    if let Some(part) = forged.parts.get_mut(&Part::Response) {
        let mut response = part.body.to_vec();
        if let Some(byte) = response.last_mut() {
            *byte ^= 1;
        }
        part.body = response.into();
    }
    let told = |holds: bool| if holds { "holds" } else { "does not hold" };
    println!();
    let text = format!(
        "record {}: {}; with one bit of the answer changed it {}",
        record.audit_id,
        told(record.verify().is_ok()),
        told(forged.verify().is_ok())
    );
    paper.text(2, Ink::Faint, &text);
}
