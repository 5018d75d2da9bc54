//! Scores every Berka account on its last usable day with the individual expert card; see `HELP`.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use kapix_benches::berka;
use kapix_benches::timing::{Whose, cpu_seconds};
use kapix_core::{
    Control, Desk, DeskOptions, Engine, EngineOptions, Limits, Operation, Request, Response,
    artefact::EXPERT_CARDS, credit::CreditScoreResponse, ledger::Ledger,
};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

const HELP: &str = "\
Builds the ledger of every Berka account, checks how far its balances chain,
and scores it at the end of its last day with the individual expert card. The
card is written by judgement: its bands are ranks, not probabilities.

usage: berka DIR

  DIR   holds trans_1993.asc.gz (PKDD'99 Discovery Challenge, P. Berka)

Figures in microseconds are CPU time, the fastest of five runs.";

/// Runs of which the fastest counts.
const RUNS: u32 = 5;

/// One account as a request, typed and in JSON.
struct Case {
    request: Request,
    text: Vec<u8>,
}

/// How far the balances of all accounts chain.
#[derive(Default)]
struct Chain {
    rows: usize,
    days: u32,
    days_chained: u32,
}

/// What the card said of all accounts.
#[derive(Default)]
struct Tally {
    scored: u32,
    refused: BTreeMap<&'static str, u32>,
    bands: BTreeMap<String, BTreeMap<&'static str, u32>>,
}

fn main() -> io::Result<()> {
    let argument = std::env::args_os().nth(1);
    let Some(dir) = argument.filter(|it| it != "--help" && it != "-h").map(PathBuf::from) else {
        println!("{HELP}");
        return Ok(());
    };
    let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default()).map_err(io::Error::other)?;
    let cases = cases(&dir)?;
    let count = u32::try_from(cases.len()).map_err(io::Error::other)?;
    let (chain, tally) = (chain(&cases)?, tally(&engine, &cases)?);
    println!("accounts           {count:>9}");
    println!("rows               {:>9}", chain.rows);
    println!("account-days       {:>9}", chain.days);
    println!("days that chain    {:>9}  {}", chain.days_chained, share(chain.days_chained, chain.days));
    println!("scored             {:>9}  {}", tally.scored, share(tally.scored, count));
    for (cause, accounts) in &tally.refused {
        println!("refused            {accounts:>9}  {}  {cause}", share(*accounts, count));
    }
    println!(
        "\n{:<8}{:>9}{:>10}{:>10}{:>10}{:>10}",
        "band", "accounts", "share", "approve", "refer", "decline"
    );
    for (band, decisions) in &tally.bands {
        let of = |name: &str| decisions.get(name).copied().unwrap_or_default();
        let accounts: u32 = decisions.values().sum();
        let share = share(accounts, tally.scored);
        println!(
            "{band:<8}{accounts:>9}{share:>10}{:>10}{:>10}{:>10}",
            of("approve"),
            of("refer"),
            of("decline")
        );
    }
    times(&engine, &cases);
    Ok(())
}

fn cases(dir: &std::path::Path) -> io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (number, account) in berka::accounts(dir)? {
        let as_of = berka::as_of(&account)?;
        let request = serde_json::json!({
            "as_of": as_of,
            "data": berka::applicant(account),
            "data_sources": ["bank"],
            "entity_id": number.to_string(),
            "entity_type": "individual",
        });
        let text = serde_json::to_vec(&request)?;
        let request =
            Request::read(Operation::CreditScore, &text, &Limits::default()).map_err(io::Error::other)?;
        cases.push(Case { request, text });
    }
    Ok(cases)
}

fn chain(cases: &[Case]) -> io::Result<Chain> {
    let mut chain = Chain::default();
    for case in cases {
        let Request::CreditScore(request) = &case.request else { continue };
        let (Some(data), Some(as_of)) = (&request.data, request.as_of) else { continue };
        let ledger = Ledger::build(data, as_of, &Limits::default()).map_err(io::Error::other)?;
        for account in &ledger.accounts {
            chain.rows += account.rows.len();
            chain.days += account.days;
            chain.days_chained += account.days_chained;
        }
    }
    Ok(chain)
}

fn tally(engine: &Engine, cases: &[Case]) -> io::Result<Tally> {
    let desk = Desk::new(engine.clone(), DeskOptions::default());
    let mut tally = Tally::default();
    for case in cases {
        match engine.run(&case.request, &Control::default()) {
            Ok(reply) => {
                let Response::CreditScore(response) = reply.response else { continue };
                same_by_json(&desk, case, &response)?;
                tally.scored += 1;
                let band = tally.bands.entry(response.risk_band.to_string()).or_default();
                *band.entry(response.decision.as_str()).or_default() += 1;
            }
            Err(error) => *tally.refused.entry(error.cause.as_str()).or_default() += 1,
        }
    }
    Ok(tally)
}

/// Fails unless the JSON door gives the same points.
fn same_by_json(desk: &Desk, case: &Case, response: &CreditScoreResponse) -> io::Result<()> {
    let reply = desk.call("credit.score", &case.text, &Control::default());
    let answer: serde_json::Value = serde_json::from_slice(&reply.body)?;
    if answer.get("points").is_some_and(|points| *points == response.points) {
        return Ok(());
    }
    Err(io::Error::other("the JSON door and the typed engine differ"))
}

fn times(engine: &Engine, cases: &[Case]) {
    let desk = Desk::new(engine.clone(), DeskOptions::default());
    let control = Control::default();
    let typed = microseconds(cases, |case| engine.run(&case.request, &control).is_ok());
    let json = microseconds(cases, |case| desk.call("credit.score", &case.text, &control).status == 0);
    println!("\nmicroseconds an account, typed, with explanation and counterfactual {typed:>10.1}");
    println!("microseconds an account, JSON to JSON, with record and envelope     {json:>10.1}");
}

fn microseconds(cases: &[Case], mut call: impl FnMut(&Case) -> bool) -> f64 {
    let mut run = || {
        let start = cpu_seconds(Whose::Thread);
        for case in cases {
            std::hint::black_box(call(case));
        }
        cpu_seconds(Whose::Thread) - start
    };
    let best = (0..RUNS).map(|_| run()).fold(f64::INFINITY, f64::min);
    1e6 * best / f64::from(u32::try_from(cases.len()).unwrap_or(u32::MAX))
}

fn share(part: u32, whole: u32) -> String {
    format!("{:.2} %", 100.0 * f64::from(part) / f64::from(whole))
}
