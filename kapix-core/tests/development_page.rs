//! The figures of docs/methods/development.md, from the rows and the request that stand there.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kapix_core::{Control, Engine, EngineOptions, Operation, Request, audit};
use serde_json::{Map, Value, json};

const PAGE: &str = include_str!("../docs/methods/development.md");
const ROWS: &str = include_str!("../../examples/data/development.csv");

/// The call of the page; a change here changes [`request`] too.
const CALL: &str = r#"made = kapix.Engine.load([]).scorecard.develop(
    frame, target="bad", as_of="2027-01-01T00:00:00Z",
    exclude=["id", "balance_last_minor", "income_mean_monthly_minor"],    # amounts of three currencies
    characteristics={"country": {"protected": True}},    # reported, and kept out of the card
    sample={"default_definition": "90 days past due", "horizon_days": 365, "population": "invented applicants",
            "observation_date": "as_of", "split": {"out_of_time_from": "2025-11-01"}},
    cutoffs={"curve": {"target_bad_rate": 0.05}},
)"#;

fn request() -> Value {
    json!({
        "as_of": "2027-01-01T00:00:00Z",
        "characteristics": {"country": {"protected": true}},
        "columns": columns(),
        "cutoffs": {"curve": {"target_bad_rate": 0.05}},
        "exclude": ["id", "balance_last_minor", "income_mean_monthly_minor"],
        "sample": {
            "default_definition": "90 days past due",
            "horizon_days": 365,
            "observation_date": "as_of",
            "population": "invented applicants",
            "split": {"out_of_time_from": "2025-11-01"},
        },
        "target": "bad",
    })
}

/// The columns as a frame library reads them: numbers, or text where a cell is none; an empty cell is missing.
fn columns() -> Map<String, Value> {
    let mut reader = csv::Reader::from_reader(ROWS.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut columns: Vec<Vec<Value>> = vec![Vec::new(); names.len()];
    for row in reader.records() {
        for (column, cell) in columns.iter_mut().zip(row.unwrap().iter()) {
            let number = || cell.parse::<f64>().map_or_else(|_| json!(cell), |number| json!(number));
            column.push(if cell.is_empty() { Value::Null } else { number() });
        }
    }
    names.into_iter().zip(columns.into_iter().map(Value::Array)).collect()
}

#[test]
fn the_page_prints_what_its_call_prints() {
    assert!(PAGE.contains(CALL), "the page must hold the call that is tested:\n{CALL}");
    let engine = Engine::load(&[] as &[&str], EngineOptions::default()).unwrap();
    let text = serde_json::to_vec(&request()).unwrap();
    let request = Request::read(Operation::ScorecardDevelop, &text, engine.limits()).unwrap();
    let reply = engine.run(&request, &Control::default()).unwrap();
    let answer: Value = serde_json::from_slice(&audit::to_vec(&reply.response).unwrap()).unwrap();
    let auc = &answer["validation"]["out_of_time"]["auc"];
    let figure = |value: &Value| format!("{:.3}", value.as_f64().unwrap());
    let [value, lower, upper] =
        [&auc["value"], &auc["interval"]["lower"], &auc["interval"]["upper"]].map(figure);
    let body = &answer["artefact"]["body"];
    let cutoffs = &body["cutoffs"];
    let printed = format!(
        "```text\nAUC {value}, 95 % {lower} to {upper}, on later rows\n{} {{'approve': {}, 'refer': {}}}\n```",
        body["pd_basis"]["kind"].as_str().unwrap(),
        cutoffs["approve"],
        cutoffs["refer"],
    );
    assert!(PAGE.contains(&printed), "the page must hold what the call prints:\n{printed}");
}
