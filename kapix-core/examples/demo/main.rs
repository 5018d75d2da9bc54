//! The main job in one command: three applicants and a damaged statement, from transactions to a score with its reasons
//! and its record, then to a loan that a policy decides.
//!
//! `cargo run --example demo [DIR]`; DIR holds requests of `credit.score`, by default `examples/data`.

#![expect(clippy::print_stdout, reason = "printing is what a demonstration is for")]

mod loans;
mod page;
mod paper;

use kapix_core::{
    Answer, Control, Desk, DeskOptions, Engine, EngineOptions, Limits, Operation, Request, Response,
    artefact::EXPERT_CARDS,
    audit::Record,
    credit::{CreditScoreResponse, Explained},
};
use paper::Paper;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What one applicant's call gave.
struct Case {
    title: String,
    request: serde_json::Value,
    outcome: Result<Scored, kapix_core::Error>,
}

/// An answer for the lender, the words for the applicant, and the record.
struct Scored {
    response: Box<CreditScoreResponse>,
    told: BTreeMap<String, String>,
    record: Arc<Record>,
    latency_ms: f64,
}

fn main() -> ExitCode {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("examples/data"), PathBuf::from);
    match run(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("demo: {what}");
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path) -> Result<(), String> {
    let engine =
        Engine::load(&[EXPERT_CARDS], EngineOptions::default()).map_err(|error| error.to_string())?;
    let desk = Desk::new(engine, DeskOptions::default());
    let paper = Paper::of_terminal();
    page::opening(&paper);
    let requests = requests(folder)?;
    for path in &requests {
        page::case(&paper, &score(&desk, path)?);
    }
    loans::tell(&paper, folder, &requests)?;
    page::closing(&paper);
    Ok(())
}

/// The requests of the folder, in the order of their names.
fn requests(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let told = |error: std::io::Error| format!("{} cannot be read: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.extension().is_some_and(|it| it == "json") && !path.to_string_lossy().contains("truth") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() { Err(format!("{} holds no request", folder.display())) } else { Ok(paths) }
}

fn score(desk: &Desk, path: &Path) -> Result<Case, String> {
    let told = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
    let text = std::fs::read(path).map_err(|error| told(&error))?;
    let request: serde_json::Value = serde_json::from_slice(&text).map_err(|error| told(&error))?;
    let title = path.file_stem().map(|stem| stem.to_string_lossy().replace('_', " ")).unwrap_or_default();
    let outcome = match ask(desk, &text) {
        Err(error) => Err(error),
        Ok(answer) => {
            let envelope = answer.envelope.as_ref().ok_or_else(|| told(&"the desk gave no envelope"))?;
            let audit_id = envelope.audit_id.as_deref().unwrap_or_default();
            let record = desk.record(audit_id).map_err(|error| told(&error))?;
            let mut customer = request.clone();
            if let Some(members) = customer.as_object_mut() {
                members.insert("audience".to_owned(), "customer".into());
            }
            let customer = ask(desk, customer.to_string().as_bytes()).map_err(|error| told(&error))?;
            let response = credit_score(&answer).ok_or_else(|| told(&"the desk gave another answer"))?;
            let words = credit_score(&customer).and_then(|it| it.explanation);
            let reasons =
                words.iter().map(Explained::view).flat_map(|it| [it.adverse_reasons, it.favourable_reasons]);
            let told =
                reasons.flatten().map(|reason| (reason.code.to_string(), reason.text.to_string())).collect();
            Ok(Scored { response, told, record, latency_ms: envelope.latency_ms })
        }
    };
    Ok(Case { title, request, outcome })
}

fn ask(desk: &Desk, request: &[u8]) -> kapix_core::Result<Answer> {
    desk.run(Request::read(Operation::CreditScore, request, &Limits::default())?, &Control::default())
}

fn credit_score(answer: &Answer) -> Option<Box<CreditScoreResponse>> {
    if let Response::CreditScore(response) = &*answer.response { Some(response.clone()) } else { None }
}
