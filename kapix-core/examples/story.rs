//! The loan story in Rust: transactions in; points, reasons, the rows behind a number and the record out.
//!
//! `cargo run --example story [REQUEST.json]`

#![expect(clippy::print_stdout, reason = "the story is the output")]

use kapix_core::{
    Control, Desk, DeskOptions, EXPERT_CARDS, Engine, EngineOptions, Hash, Limits, Operation, Request,
    Response,
};
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/nigeria_trader.json");
    print!("{}", tell(&std::env::args().nth(1).map_or(default, PathBuf::from))?);
    Ok(())
}

/// Returns the story of one request.
fn tell(path: &Path) -> Result<String, Box<dyn Error>> {
    let desk = Desk::new(Engine::load(&[EXPERT_CARDS], EngineOptions::default())?, DeskOptions::default());
    let request = Request::read(Operation::CreditScore, &std::fs::read(path)?, &Limits::default())?;
    let answer = desk.run(request, &Control::default())?;
    let Response::CreditScore(score) = &*answer.response else { return Err("another answer".into()) };
    let why = score.explanation.as_ref().ok_or("no explanation")?;

    let mut story =
        format!("{} with {} points, band {}\n", score.decision.as_str(), score.points, score.risk_band);
    let base = why.base_points.unwrap_or_default();
    let mut total = base;
    for part in why.characteristics.iter().flatten() {
        total += part.points;
        writeln!(story, "{:+} {}: {}", part.points, part.feature, part.attribute)?;
    }
    writeln!(story, "{total} in all, {base} of them base points")?;
    for reason in &why.adverse_reasons {
        writeln!(story, "against: {} {:+}", reason.code, reason.points.unwrap_or_default())?;
    }
    for (name, selected) in &why.selections {
        let rows: u32 =
            selected.iter().flat_map(|part| &part.rows).map(|(first, last)| last - first + 1).sum();
        writeln!(story, "rows behind {name}: {rows}")?;
    }
    let audit_id = answer.envelope.and_then(|envelope| envelope.audit_id).ok_or("no record")?;
    writeln!(story, "on record: {}", Hash::of(&desk.record(&audit_id)?.response))?;
    Ok(story)
}

#[test]
fn the_story_is_the_one_that_every_language_tells() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let expected = std::fs::read_to_string(examples.join("story.txt")).unwrap();
    assert_eq!(tell(&examples.join("data/nigeria_trader.json")).unwrap(), expected);
}
