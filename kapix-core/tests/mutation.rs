//! Every node of every vector's request, changed one at a time: never a panic, always JSON, never a better decision
//! by bad input.
//!
//! What a change may not do is told by [`Change::always_refused`] and [`judge`]. What is another applicant's truth
//! rather than bad input is left out of the comparison, with its reason, in [`is_another_truth`].
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/changes.rs"]
mod changes;
#[path = "vectors/run.rs"]
#[expect(dead_code, reason = "expected answers are compared in tests/vectors.rs")]
mod run;

use changes::{CHANGES, Change, changed, nodes};
use kapix_core::{Control, Desk, operations::DoorReply};
use run::{Vector, read_folder};
use serde_json::Value;
use std::path::Path;

/// Returns why a changed request says another truth instead of a worse one; only its shape is judged then.
fn is_another_truth(vector: &Vector, place: &str, change: &Change) -> Option<&'static str> {
    let starts = |names: &[&str]| names.iter().any(|name| place.starts_with(name));
    if place.contains("/accounts") || starts(&["/akiba"]) || place.contains("/retrieved_at") {
        return Some("rows, balances and the day of reading are evidence: without them it is another ledger");
    }
    if starts(&["/card", "/entity_type"]) {
        return Some("another card answers");
    }
    let is_name = starts(&["/features/", "/data/", "/columns/"]) && !feature(place).is_empty();
    if matches!(change, Change::Drop) && is_name && characteristics(vector, &feature(place)).next().is_none()
    {
        return Some("a name that the card does not read, or that is misspelt, says nothing once it is gone");
    }
    if let Change::Text(text) = change
        && characteristics(vector, &feature(place)).any(|it| it["reads_text"] == true)
        && text.parse::<f64>().is_ok_and(f64::is_finite)
    {
        return Some("a card that reads numbers from text takes it as a number, another applicant's");
    }
    if let Change::Number(number) = change
        && starts(&["/features/", "/data/", "/columns/"])
    {
        let value: f64 = number.parse().ok()?;
        let feature = feature(place);
        if feature.starts_with("history_") && value > 0.0 {
            return Some("a longer history is what the card's minimum asks for; it has no range of its own");
        }
        if feature == "coverage_age_days" && value >= 0.0 {
            return Some("fresher data are what the card asks for");
        }
        if characteristics(vector, &feature).any(|it| within(&it, value)) {
            return Some("a number in the range that the card states is another applicant's");
        }
    }
    None
}

/// Returns the name of the input at a place: `bureau.x` for `/data/bureau/values/x`.
fn feature(place: &str) -> String {
    let parts: Vec<&str> = place.split('/').skip(1).collect();
    let name = match parts.as_slice() {
        ["features" | "columns", name, ..] => (*name).to_owned(),
        ["data", source, "values", name] => format!("{source}.{name}"),
        _ => String::new(),
    };
    name.replace("~1", "/").replace("~0", "~")
}

fn characteristics(vector: &Vector, feature: &str) -> impl Iterator<Item = Value> {
    let documents = vector.artefacts.iter().filter_map(|text| serde_json::from_str::<Value>(text).ok());
    let cards = documents.flat_map(|it| it["artefacts"].as_array().cloned().unwrap_or_else(|| vec![it]));
    let all = cards.flat_map(|card| card["body"]["characteristics"].as_array().cloned().unwrap_or_default());
    all.filter(move |it| it["feature"] == feature)
}

fn within(characteristic: &Value, value: f64) -> bool {
    let range = &characteristic["range"];
    let least = range["min"].as_f64().unwrap_or(f64::MIN);
    let most = range["max"].as_f64().unwrap_or(f64::MAX);
    (least..=most).contains(&value)
}

/// Returns the rank of each decision of an answer: 0 none, 1 decline, 2 refer, 3 approve.
fn ranks(answer: &Value) -> Vec<usize> {
    let rank = |decision: &Value| {
        let names = ["decline", "refer", "approve"];
        names.iter().position(|name| decision == name).map_or(0, |at| at + 1)
    };
    match answer["columns"]["decision"].as_array() {
        Some(rows) => rows.iter().map(rank).collect(),
        None => vec![rank(&answer["decision"])],
    }
}

/// Returns what is wrong with the answer to a changed request.
fn judge(
    vector: &Vector,
    original: &DoorReply,
    place: &str,
    change: &Change,
    reply: &DoorReply,
) -> Option<String> {
    if reply.status == 500 {
        return Some("an internal error".into());
    }
    let Ok(answer) = serde_json::from_slice::<Value>(&reply.body) else {
        return Some("the answer is not JSON".into());
    };
    if reply.status != 0 {
        return answer["error"]["cause"].is_null().then(|| "an error without a cause".into());
    }
    // A refused request has no decision to compare with, nor has a refused row: a change may mend it.
    if original.status != 0 {
        return None;
    }
    if change.always_refused(place) {
        return Some("must be refused".into());
    }
    if is_another_truth(vector, place, change).is_some() {
        return None;
    }
    let before = ranks(&serde_json::from_slice(&original.body).unwrap_or_default());
    let after = ranks(&answer);
    // A decline may become a referral, where an input that could lift it is no longer known.
    let is_missing = matches!(change, Change::Drop | Change::Null);
    let may = |before: usize, after: usize| is_missing && (before, after) == (1, 2);
    let better = before.len() != after.len()
        || before
            .iter()
            .zip(&after)
            .any(|(before, after)| *before > 0 && after > before && !may(*before, *after));
    better.then(|| format!("decisions {before:?} became {after:?}"))
}

fn mutate(operation: &str) {
    mutate_every(operation, 1);
}

/// Changes the requests of every `nth` vector of an operation: a development takes a thousand times longer than a
/// score, and its requests share their shape.
fn mutate_every(operation: &str, nth: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut problems = Vec::new();
    let mut calls = 0;
    let vectors = read_folder(&folder).unwrap();
    for vector in vectors.iter().filter(|it| it.document.operation == operation).step_by(nth) {
        let (Some(request), Ok(desk)) = (&vector.document.request, vector.desk()) else { continue };
        // A faulty artefact differs by one node from a good one, whose changes stand for its own.
        if vector.document.response.as_ref().is_some_and(|it| it["valid"] == false) {
            continue;
        }
        let original = call(&desk, operation, &request.to_string());
        let mut places = Vec::new();
        nodes(request, "", &mut places);
        for place in &places {
            for change in CHANGES {
                let Some(text) = changed(request, place, change) else { continue };
                calls += 1;
                let reply = call(&desk, operation, &text);
                if let Some(problem) = judge(vector, &original, place, change, &reply) {
                    problems.push(format!("{}: {place} {change:?}: {problem}", vector.path));
                }
            }
        }
    }
    assert!(calls > 0, "no vector of {operation}");
    let shown = problems.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(problems.is_empty(), "{} of {calls} changes:\n{shown}", problems.len());
}

fn call(desk: &Desk, operation: &str, request: &str) -> DoorReply {
    desk.call(operation, request.as_bytes(), &Control::default())
}

#[test]
fn no_change_of_a_score_request_gives_a_better_decision() {
    mutate("credit.score");
}

#[test]
fn no_change_of_a_batch_gives_a_row_a_better_decision() {
    mutate("credit.score_batch");
}

#[test]
fn no_change_of_an_analysis_panics() {
    mutate("cashflow.analyze");
}

#[test]
fn no_change_of_a_development_panics() {
    mutate_every("scorecard.develop", 12);
}

#[test]
fn no_change_of_an_evaluation_panics() {
    mutate("scorecard.evaluate");
}

#[test]
fn no_change_of_an_artefact_panics() {
    mutate("artefact.check");
}
