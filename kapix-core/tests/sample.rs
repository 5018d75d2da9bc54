//! The files of `examples/data/`: their bytes, what the engine finds in them, and what it decides.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/sample/files.rs"]
mod files;

use kapix_core::{
    Control, Desk, DeskOptions, Engine, EngineOptions, Limits, Operation, Request, Response,
    artefact::EXPERT_CARDS, ledger::FindingKind, scorecard::Decision,
};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// Decision and findings of a file under the shipped expert card.
fn scored(text: &str) -> (Decision, Vec<(FindingKind, Vec<u32>)>) {
    let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default()).unwrap();
    let desk = Desk::new(engine, DeskOptions::default());
    let request = Request::read(Operation::CreditScore, text.as_bytes(), &Limits::default()).unwrap();
    let answer = desk.run(request, &Control::default()).unwrap();
    let Response::CreditScore(response) = &*answer.response else { panic!("another answer") };
    // The applicants move money between their own accounts.
    let told = response.findings.iter().filter(|finding| finding.kind != FindingKind::OwnTransfers);
    let findings = told.map(|finding| (finding.kind, finding.rows.clone())).collect();
    (response.decision, findings)
}

#[test]
fn the_files_are_what_the_seed_gives() {
    let files = files::files(files::SEED).unwrap();
    let refresh = "cargo run -p kapix-core --example sample --features sample";
    for file in &files {
        assert!(read(&file.name) == file.text, "{} differs; refresh it with `{refresh}`", file.name);
    }
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        // `examples/statement.py` writes the file of a bank.
        let is_made = files.iter().any(|file| *file.name == *name) || name == "bank_statement.csv";
        assert!(is_made, "{name:?} is no file of the generator");
        bytes += entry.metadata().unwrap().len();
    }
    assert!(bytes < 2_000_000, "{bytes}");
}

#[test]
fn three_applicants_are_approved_referred_and_declined_by_the_shipped_card() {
    let of = |name: &str| {
        let (decision, findings) = scored(&read(name));
        assert!(findings.is_empty(), "{name}: {findings:?}");
        decision
    };
    assert_eq!(of("kenya_salaried.json"), Decision::Approve);
    assert_eq!(of("nigeria_trader.json"), Decision::Refer);
    assert_eq!(of("south_africa_overdrawn.json"), Decision::Decline);
}

/// The raised balance breaks the chain at its row and at the next, the repeated row at its own.
#[test]
fn the_tampered_statement_refers_for_its_damage_and_for_nothing_else() {
    let truth: serde_json::Value = serde_json::from_str(&read("tampered_statement.truth.json")).unwrap();
    let row = |pointer: &str| u32::try_from(truth.pointer(pointer).unwrap().as_u64().unwrap()).unwrap();
    let (raised, first, repeated) = (row("/damage/0/row"), row("/damage/1/first"), row("/damage/1/row"));
    let (decision, findings) = scored(&read("tampered_statement.json"));
    let expected = [
        (FindingKind::ChainBreak, vec![raised, raised + 1, repeated]),
        (FindingKind::LikelyDuplicate, vec![first, repeated]),
    ];
    assert_eq!(findings, expected);
    assert_eq!(decision, Decision::Refer);
}

#[test]
fn the_development_sample_has_outcomes_to_learn_from() {
    let csv = read("development.csv");
    let mut lines = csv.lines();
    let columns = lines.next().unwrap().split(',').count();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 5_000);
    assert!(rows.iter().all(|row| row.len() == columns));
    let bads = rows.iter().filter(|row| row.last() == Some(&"1")).count();
    // E[logistic(-4.5 + 5 u^2)] over a uniform u is 0.1181 by the midpoint rule with 200,000 points; five standard
    // deviations of the count are 114.
    assert!((477..=704).contains(&bads), "{bads}");
}
