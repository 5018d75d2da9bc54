//! Every node of every vector's request, changed one at a time: never a panic, always JSON, never a better decision
//! by bad input.
//!
//! What a change may not do is told by [`Change::always_refused`] and [`judge`]. What is another applicant's truth
//! rather than bad input is left out of the comparison, with its reason, in [`is_another_truth`].
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "vectors/run.rs"]
#[expect(dead_code, reason = "expected answers are compared in tests/vectors.rs")]
mod run;

use kapix_core::{Control, Desk, DoorReply};
use run::{Vector, read_folder};
use serde_json::{Value, json};
use std::path::Path;

/// Stands in for the changed node until the text is written; no vector holds it.
const HERE: &str = "@here@";
/// Longer than `string_bytes`, 65,536.
const LONG: usize = 70_000;
/// Deeper than `json_depth`, 64.
const DEEP: usize = 70;
/// Elements of a longer array that are changed: the first two and the last.
const ARRAY_MAX: usize = 4;

/// One change of a node.
#[derive(Clone, Debug, PartialEq)]
enum Change {
    Drop,
    Null,
    /// A value of another type.
    OtherType,
    /// A number, as it stands in the text.
    Number(&'static str),
    /// An integer beyond +-(2^53 - 1), as it stands in the text.
    Wide(&'static str),
    /// Text.
    Text(&'static str),
    LongText,
    DeepNest,
    /// The member once more.
    Twice,
}

const CHANGES: &[Change] = &[
    Change::Drop,
    Change::Null,
    Change::OtherType,
    Change::Number("0"),
    Change::Number("-1"),
    Change::Number("9007199254740991"),
    Change::Number("1e308"),
    Change::Number("-1e308"),
    Change::Wide("9007199254740992"),
    Change::Wide("-9007199254740992"),
    Change::Wide("9223372036854775807"),
    Change::Wide("-9223372036854775808"),
    Change::Text(""),
    Change::Text("9223372036854775807"),
    Change::Text("NaN"),
    Change::LongText,
    Change::DeepNest,
    Change::Twice,
];

impl Change {
    /// Returns whether no request may pass with it, wherever it stands.
    fn always_refused(&self) -> bool {
        matches!(self, Self::Wide(_) | Self::LongText | Self::DeepNest | Self::Twice)
    }

    /// Returns the text of the changed node, `None` where the change does not apply.
    fn text(&self, name: Option<&str>, value: &Value) -> Option<String> {
        Some(match self {
            Self::Drop => return None,
            Self::Null => "null".to_owned(),
            Self::OtherType => match value {
                Value::Number(_) => "\"x\"".to_owned(),
                Value::Object(_) | Value::Null => "[]".to_owned(),
                Value::Array(_) => "{}".to_owned(),
                _ => "7".to_owned(),
            },
            Self::Number(number) | Self::Wide(number) => (*number).to_owned(),
            Self::Text(text) => json!(text).to_string(),
            Self::LongText => format!("\"{}\"", "a".repeat(LONG)),
            Self::DeepNest => "[".repeat(DEEP) + &"]".repeat(DEEP),
            Self::Twice => format!("{value},{}:{value}", json!(name?)),
        })
    }
}

/// Returns the JSON pointers of the nodes that are changed.
fn nodes(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                found.push(place.clone());
                nodes(value, &place, found);
            }
        }
        Value::Array(elements) => {
            let sampled = elements.len() > ARRAY_MAX;
            for (index, value) in elements.iter().enumerate() {
                if sampled && index > 1 && index + 1 < elements.len() {
                    continue;
                }
                let place = format!("{place}/{index}");
                found.push(place.clone());
                nodes(value, &place, found);
            }
        }
        _ => {}
    }
}

/// Returns the request with one change, `None` where it does not apply.
fn changed(request: &Value, place: &str, change: &Change) -> Option<String> {
    let (parent, last) = place.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    let mut copy = request.clone();
    let parent = copy.pointer_mut(parent)?;
    let name = parent.is_object().then_some(last.as_str());
    if *change == Change::Drop {
        match parent {
            Value::Object(members) => members.remove(&last),
            Value::Array(elements) => Some(elements.remove(last.parse().ok()?)),
            _ => None,
        }?;
        return Some(copy.to_string());
    }
    let node = match parent {
        Value::Object(members) => members.get_mut(&last)?,
        Value::Array(elements) => elements.get_mut(last.parse::<usize>().ok()?)?,
        _ => return None,
    };
    let text = change.text(name, node)?;
    *node = json!(HERE);
    Some(copy.to_string().replacen(&json!(HERE).to_string(), &text, 1))
}

/// Returns why a changed request says another truth instead of a worse one; only its shape is judged then.
fn is_another_truth(vector: &Vector, place: &str, change: &Change) -> Option<&'static str> {
    let starts = |names: &[&str]| names.iter().any(|name| place.starts_with(name));
    if place.contains("/accounts") || starts(&["/akiba"]) || place.contains("/retrieved_at") {
        return Some("rows, balances and the day of reading are evidence: without them it is another ledger");
    }
    if starts(&["/card", "/entity_type"]) {
        return Some("another card answers");
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
    if change.always_refused() {
        return Some("must be refused".into());
    }
    if is_another_truth(vector, place, change).is_some() {
        return None;
    }
    let before = ranks(&serde_json::from_slice(&original.body).unwrap_or_default());
    let after = ranks(&answer);
    let better = before.len() != after.len()
        || before.iter().zip(&after).any(|(before, after)| *before > 0 && after > before);
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
