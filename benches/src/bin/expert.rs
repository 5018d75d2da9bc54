//! Scores every Berka account with the expert cards: `cargo run --release -p kapix-benches --bin expert -- DIR`, where
//! DIR holds `trans_1993.asc.gz`. Nothing is fitted: it shows how the totals spread, and how they rank accounts by
//! what happens next, a balance below 0 or a penalty interest within the 90 days after the score.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use kapix_benches::berka;
use kapix_core::{
    Control, Engine, EngineOptions, Operation, Request, Response,
    artefact::EXPERT_CARDS,
    credit::CreditScoreResponse,
    ledger::{Account, Period},
    time::Date,
};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// Days of the score and last days of the outcome, 90 days later.
const CUTS: [(&str, &str); 2] = [("1993-09-30", "1993-12-29"), ("1993-12-30", "1994-03-30")];

/// The category of a penalty interest for a balance below 0.
const PENALTY: &str = "SANKC. UROK";

/// The category of a loan's instalment.
const INSTALMENT: &str = "UVER";

/// One scored account and what happened next.
struct Case {
    answer: CreditScoreResponse,
    went_below_zero: bool,
    has_loan: bool,
}

fn main() -> io::Result<()> {
    let dir = std::env::args_os()
        .nth(1)
        .ok_or_else(|| io::Error::other("the directory of the data must be given"))?;
    let accounts = berka::accounts(&PathBuf::from(dir))?;
    let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default()).map_err(io::Error::other)?;
    for entity_type in ["individual", "sme", "corporate"] {
        let mut cases = Vec::new();
        let mut refused: BTreeMap<String, u32> = BTreeMap::new();
        for (cut, end) in CUTS {
            let days = (date(cut)?, date(end)?);
            for (_, account) in &accounts {
                match score(&engine, entity_type, account, days)? {
                    Ok(case) => cases.push(case),
                    Err(cause) => *refused.entry(cause).or_default() += 1,
                }
            }
        }
        report(entity_type, &cases, &refused);
    }
    Ok(())
}

/// The file holds every row of the days up to the cut, so the account is covered from its first row to the cut.
fn score(
    engine: &Engine,
    entity_type: &str,
    account: &Account,
    (cut, end): (Date, Date),
) -> io::Result<Result<Case, String>> {
    let mut account = account.clone();
    let offset = account.utc_offset;
    let day = |row: &kapix_core::ledger::Transaction| row.at.date(offset);
    let Some(first) = account.transactions.iter().map(day).min().filter(|first| *first <= cut) else {
        return Ok(Err("no row before the cut".to_owned()));
    };
    account.period = Some(Period { from: first, to: cut });
    let next = account.transactions.iter().filter(|row| (cut..=end).contains(&day(row)) && day(row) != cut);
    let below = |row: &kapix_core::ledger::Transaction| row.balance_minor.is_some_and(|balance| balance < 0);
    let penalty = |row: &kapix_core::ledger::Transaction| row.category.as_deref() == Some(PENALTY);
    let went_below_zero = next.clone().any(|row| below(row) || penalty(row));
    let has_loan = account.transactions.iter().any(|row| row.category.as_deref() == Some(INSTALMENT));
    let request = serde_json::json!({
        "as_of": format!("{cut}T23:59:59{offset}"),
        "data": berka::applicant(account),
        "data_sources": ["bank"],
        "entity_id": "berka",
        "entity_type": entity_type,
        "explain": false,
    });
    let text = serde_json::to_vec(&request)?;
    let request = Request::read(Operation::CreditScore, &text, engine.limits()).map_err(io::Error::other)?;
    match engine.run(&request, &Control::default()) {
        Ok(reply) => match reply.response {
            Response::CreditScore(answer) => Ok(Ok(Case { answer: *answer, went_below_zero, has_loan })),
            _ => Err(io::Error::other("a score was asked for")),
        },
        Err(error) => Ok(Err(error.cause.as_str().to_owned())),
    }
}

fn report(entity_type: &str, cases: &[Case], refused: &BTreeMap<String, u32>) {
    println!("expert_{entity_type}: {} scored; refused {refused:?}", cases.len());
    let mut points: Vec<i32> = cases.iter().map(|case| case.answer.points).collect();
    points.sort_unstable();
    let quantile = |percent: usize| points.get((points.len().saturating_sub(1)) * percent / 100);
    println!("  points at 0, 5, 25, 50, 75, 95, 100 %: {:?}", [0, 5, 25, 50, 75, 95, 100].map(quantile));
    table("decision", cases, |case| case.answer.decision.as_str().to_owned());
    table("band", cases, |case| case.answer.risk_band.to_string());
    table("referral", cases, |case| {
        let codes: Vec<String> =
            case.answer.referral_reasons.iter().map(|it| format!("{:?}", it.code)).collect();
        if codes.is_empty() { "none".to_owned() } else { codes.join(" + ") }
    });
    println!("  AUC of points for the 90 days after: {:.3}", auc(cases, |_| true));
    println!(
        "  the same where no input is missing:  {:.3}",
        auc(cases, |case| case.answer.referral_reasons.is_empty())
    );
}

fn table(name: &str, cases: &[Case], key: impl Fn(&Case) -> String) {
    let mut rows: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    for case in cases {
        let [all, bad, loans] = rows.entry(key(case)).or_default();
        *all += 1;
        *bad += u32::from(case.went_below_zero);
        *loans += u32::from(case.has_loan);
    }
    for (value, [all, bad, loans]) in rows {
        println!("  {name:<9} {value:<14} {all:>5} cases, {bad:>3} went below zero, {loans:>3} of borrowers");
    }
}

/// The share of pairs (stayed above, went below) in which the first has more points; equal points count half.
fn auc(cases: &[Case], counts: impl Fn(&&Case) -> bool) -> f64 {
    let (mut wins, mut pairs) = (0.0, 0.0);
    for good in cases.iter().filter(&counts).filter(|case| !case.went_below_zero) {
        for bad in cases.iter().filter(&counts).filter(|case| case.went_below_zero) {
            pairs += 1.0;
            wins += match good.answer.points.cmp(&bad.answer.points) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    wins / pairs
}

fn date(text: &str) -> io::Result<Date> {
    Date::parse(text).map_err(io::Error::other)
}
