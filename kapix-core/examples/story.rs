//! The loan story in Rust: transactions in; points, reasons, the rows behind a number and the record out; then a loan
//! decided by a policy, with its reasons.
//!
//! `cargo run --example story [REQUEST.json]`
//!
//! The card was developed in Python, by `examples/develop.py`; the last test develops it again here.

#![expect(clippy::print_stdout, reason = "the story is the output")]

use kapix_core::artefact::{EXAMPLE_POLICIES, EXPERT_CARDS};
use kapix_core::{
    Control, Desk, DeskOptions, Engine, EngineOptions, Limits, Operation, Request, Response, audit::Hash,
};
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let default = examples().join("data/nigeria_trader.json");
    print!("{}", tell(&std::env::args().nth(1).map_or(default, PathBuf::from))?);
    Ok(())
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// Returns the story of one request.
fn tell(path: &Path) -> Result<String, Box<dyn Error>> {
    let card = std::fs::read_to_string(examples().join("developed_card.json"))?;
    let desk = Desk::new(Engine::load(&[&card], EngineOptions::default())?, DeskOptions::default());
    let request = Request::read(Operation::CreditScore, &std::fs::read(path)?, &Limits::default())?;
    let answer = desk.run(request, &Control::default())?;
    let Response::CreditScore(score) = &*answer.response else { return Err("another answer".into()) };
    let why = score.explanation.as_ref().ok_or("no explanation")?.view();

    let mut story =
        format!("{} with {} points, band {}\n", score.decision.as_str(), score.points, score.risk_band);
    writeln!(story, "probability of default: {:.4}", score.pd.ok_or("the PD is assumed")?)?;
    let base = why.base_points.unwrap_or_default();
    let mut total = base;
    for part in why.characteristics.iter().flatten() {
        total += part.points;
        writeln!(story, "{:+} {}: {}", part.points, part.feature, part.attribute)?;
    }
    writeln!(story, "{total} in all, {base} of them base points")?;
    for reason in &why.adverse_reasons {
        writeln!(story, "against: {} {:+.1}", reason.code, reason.points.unwrap_or_default())?;
    }
    if let Some(other) = &why.counterfactual {
        for part in &other.moves {
            writeln!(story, "to {}: {} {}", other.decision.as_str(), part.feature, part.to)?;
        }
    }
    for (name, selected) in why.selections {
        let rows: u32 =
            selected.iter().flat_map(|part| &part.rows).map(|(first, last)| last - first + 1).sum();
        writeln!(story, "rows behind {name}: {rows}")?;
    }
    let audit_id = answer.envelope.and_then(|envelope| envelope.audit_id).ok_or("no record")?;
    writeln!(story, "on record: {}", Hash::of(&desk.record(&audit_id)?.response().unwrap_or_default()))?;
    story += &decide()?;
    Ok(story)
}

/// Returns how a policy decides a loan, and why.
fn decide() -> Result<String, Box<dyn Error>> {
    let engine = Engine::load(&[EXPERT_CARDS, EXAMPLE_POLICIES], EngineOptions::default())?;
    let text = std::fs::read(examples().join("loan.json"))?;
    let request = Request::read(Operation::PolicyRun, &text, &Limits::default())?;
    let answer = Desk::new(engine, DeskOptions::default()).run(request, &Control::default())?;
    let Response::PolicyRun(loan) = &*answer.response else { return Err("another answer".into()) };

    let mut story = format!("loan under {}: {}\n", loan.policy.id, loan.outcome.as_str());
    for reason in &loan.reasons {
        writeln!(story, "because {}: {}", reason.code, reason.text)?;
    }
    for row in &loan.matched_rules {
        writeln!(story, "by row {}.{}", row.table, row.rule)?;
    }
    if let Some(offer) = &loan.counter_offer {
        writeln!(story, "counter-offer: {} minor units", offer.amount_minor)?;
    }
    Ok(story)
}

#[cfg(test)]
mod tests {
    use super::{Control, Desk, DeskOptions, Engine, EngineOptions, Limits, Operation, Request, Response};
    use super::{examples, tell};
    use kapix_core::{
        audit::to_string,
        frame::{Column, Frame},
    };

    #[test]
    fn the_story_is_the_one_that_every_language_tells() {
        let expected = std::fs::read_to_string(examples().join("story.txt")).unwrap();
        assert_eq!(tell(&examples().join("data/nigeria_trader.json")).unwrap(), expected);
    }

    /// The cells of one column of the development sample.
    enum Cells<'a> {
        Numbers(Vec<f64>),
        Text(Vec<&'a str>),
    }

    #[test]
    fn developing_again_gives_the_card_that_python_wrote() {
        let read = |name: &str| std::fs::read_to_string(examples().join(name)).unwrap();
        let csv = read("data/development.csv");
        let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let names = lines.next().unwrap();
        let rows: Vec<Vec<&str>> = lines.collect();
        let cells: Vec<Cells<'_>> = (0..names.len())
            .map(|place| {
                let cells = rows.iter().map(|row| row[place]);
                // An empty cell is missing.
                let number = |cell: &str| if cell.is_empty() { Ok(f64::NAN) } else { cell.parse() };
                let numbers: Result<Vec<f64>, _> = cells.clone().map(number).collect();
                numbers.map_or_else(|_| Cells::Text(cells.collect()), Cells::Numbers)
            })
            .collect();
        let codes: Vec<i32> = (0..).take(rows.len()).collect();
        let columns = names.iter().zip(&cells).map(|(name, cells)| {
            let column = match cells {
                Cells::Numbers(numbers) => Column::float(numbers),
                Cells::Text(texts) => Column::dictionary(&codes, texts.clone()),
            };
            ((*name).to_owned(), column)
        });
        let limits = Limits::default();
        let frame = Frame::new(columns.collect(), &limits).unwrap();
        let request =
            Request::read(Operation::ScorecardDevelop, read("develop.json").as_bytes(), &limits).unwrap();
        let desk =
            Desk::new(Engine::load::<&str>(&[], EngineOptions::default()).unwrap(), DeskOptions::default());
        let answer = desk.run_columns(request, &frame, &Control::default()).unwrap();
        let Response::ScorecardDevelop(developed) = &*answer.response else { panic!("another answer") };
        assert_eq!(to_string(developed.artefact.as_ref().unwrap()).unwrap(), read("developed_card.json"));
    }
}
