//! A loan under a shipped policy for each applicant: what the lender knows beside the transactions lies in
//! `examples/loans`, what the transactions say is measured here.

use crate::page;
use crate::paper::Paper;
use kapix_core::artefact::{EXAMPLE_POLICIES, EXPERT_CARDS};
use kapix_core::{Control, Desk, DeskOptions, Engine, EngineOptions};
use serde_json::{Map, Value, json};
use std::path::Path;

/// A loan that was asked for, and what a policy decided.
pub(crate) struct Loan {
    pub(crate) request: Value,
    pub(crate) answer: Value,
}

/// Members of a request of `credit.score` that an applicant of `policy.run` has too.
const APPLICANT: [&str; 4] = ["context", "data", "data_sources", "features"];

pub(crate) fn tell(paper: &Paper, folder: &Path, requests: &[std::path::PathBuf]) -> Result<(), String> {
    let engine = Engine::load(&[EXPERT_CARDS, EXAMPLE_POLICIES], EngineOptions::default());
    let desk = Desk::new(engine.map_err(|error| error.to_string())?, DeskOptions::default());
    for path in requests {
        let Some(name) = path.file_name() else { continue };
        let asked = folder.join("../loans").join(name);
        if asked.exists() {
            let title = path.file_stem().map(|it| it.to_string_lossy().replace('_', " ")).unwrap_or_default();
            let (scored, asked) = (read(path)?, read(&asked)?);
            for amount in asked.get("amounts_minor").and_then(Value::as_array).into_iter().flatten() {
                page::loan(paper, &title, &decide(&desk, &scored, &asked, amount)?);
            }
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Value, String> {
    let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn call(desk: &Desk, operation: &str, request: &Value) -> Result<Value, String> {
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    let answer: Value = serde_json::from_slice(&reply.body).map_err(|error| error.to_string())?;
    if reply.status == 0 { Ok(answer) } else { Err(answer.to_string()) }
}

/// Decides a loan: its inputs are what was asked for, and what the transactions of the request say.
fn decide(desk: &Desk, scored: &Value, asked: &Value, amount: &Value) -> Result<Loan, String> {
    let mut inputs = asked.get("inputs").cloned().unwrap_or_else(|| json!({}));
    if let Some(inputs) = inputs.as_object_mut() {
        inputs.insert("requested".to_owned(), amount.clone());
    }
    let analysis = json!({
        "as_of": scored.get("as_of"), "entity_id": scored.get("entity_id"), "data": scored.get("data")
    });
    let analysis = call(desk, "cashflow.analyze", &analysis)?;
    let features = analysis.pointer("/analysis/features").and_then(Value::as_array);
    for (input, feature) in asked.get("measured").and_then(Value::as_object).into_iter().flatten() {
        let found = features.into_iter().flatten().find(|it| it.get("name") == Some(feature));
        let value = found.and_then(|it| it.get("value")?.as_f64()).map(f64::round);
        if let (Some(inputs), Some(value)) = (inputs.as_object_mut(), value) {
            let dated = json!({"value": value, "at": analysis.get("features_as_of")});
            inputs.insert(input.clone(), dated);
        }
    }
    let mut applicant: Map<String, Value> = Map::new();
    for name in APPLICANT {
        applicant.extend(scored.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    applicant.insert("entity_type".to_owned(), asked.get("entity_type").cloned().unwrap_or(Value::Null));
    let mut request = json!({
        "as_of": scored.get("as_of"), "entity_id": scored.get("entity_id"), "policy": asked.get("policy"),
        "language": asked.get("language"), "audience": "internal", "inputs": inputs,
    });
    if let Some(members) = request.as_object_mut() {
        members.insert("applicant".to_owned(), applicant.into());
    }
    let answer = call(desk, "policy.run", &request)?;
    Ok(Loan { request, answer })
}
