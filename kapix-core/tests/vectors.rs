//! The committed vectors, by each path that Rust has: the JSON door, typed requests and, for batches, columns.
//! All must give the same bytes, and `DIGEST` pins them.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "vectors/run.rs"]
mod run;

use kapix_core::{
    Control, Desk, Operation, Request,
    audit::to_vec,
    frame::{Column, Frame},
    operations::DoorReply,
};
use run::{DIGEST, Vector, read_folder, refusal};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn vectors() -> Vec<Vector> {
    read_folder(&folder()).unwrap_or_default()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

#[test]
fn every_vector_holds_by_the_json_door() {
    let vectors = read_folder(&folder()).unwrap();
    assert_eq!(vectors.len(), read(DIGEST).lines().count());
    let mut problems = Vec::new();
    for vector in &vectors {
        let differences = vector.differences(&vector.reply());
        problems.extend(differences.into_iter().map(|difference| format!("{}: {difference}", vector.path)));
    }
    assert!(problems.is_empty(), "{} differences:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn the_bytes_of_every_answer_are_those_of_the_digest() {
    let digest: String = vectors().iter().map(|vector| vector.digest_line(&vector.reply())).collect();
    let committed = read(DIGEST);
    let known: BTreeSet<&str> = committed.lines().collect();
    let moved: Vec<&str> = digest.lines().filter(|line| !known.contains(line)).collect();
    let advice = "if the change is meant: cargo run -p kapix-core --example vectors -- \
                  kapix-core/tests/vectors --write-digest";
    assert!(digest == committed, "{} answers moved; {advice}\n{}", moved.len(), moved.join("\n"));
}

#[test]
fn no_source_is_the_engine_itself() {
    const OURS: [&str; 3] = ["ARCHITECTURE", "METHODS", ".rs"];
    let vectors = vectors();
    let own = vectors.iter().filter(|it| OURS.iter().any(|name| it.document.source.contains(name)));
    let own: Vec<&str> = own.map(|it| it.path.as_str()).collect();
    assert!(!vectors.is_empty() && own.is_empty(), "{own:?}");
}

#[test]
fn typed_requests_give_the_bytes_of_the_door() {
    for vector in vectors() {
        let door = vector.reply();
        let Ok(desk) = vector.desk() else { continue };
        assert_eq!(typed(&vector, &desk), door, "{}", vector.path);
    }
}

/// Answers by a typed request, which is read from a `serde_json::Value` where the vector has one.
fn typed(vector: &Vector, desk: &Desk) -> DoorReply {
    let request = Operation::parse(&vector.document.operation).and_then(|operation| {
        let request = Request::read(operation, vector.request_text().as_bytes(), desk.engine().limits())?;
        if let Some(value) = &vector.document.request {
            let same = Request::deserialize(operation, value.clone(), desk.engine().limits());
            assert_eq!(same.ok().as_ref(), Some(&request), "{}", vector.path);
        }
        Ok(request)
    });
    let answer = request.and_then(|request| desk.run(request, &Control::default())?.to_json());
    answer.map_or_else(|error| refusal(&error), |body| DoorReply { status: 0, body })
}

#[test]
fn batches_by_columns_give_the_bytes_of_the_door() {
    let mut run = 0;
    for vector in vectors().iter().filter(|vector| vector.document.operation == "credit.score_batch") {
        let door = vector.reply();
        let (Ok(desk), 0) = (vector.desk(), door.status) else { continue };
        assert_eq!(by_columns(vector, &desk), door, "{}", vector.path);
        run += 1;
    }
    assert!(run > 0);
}

#[test]
fn developments_by_columns_give_the_bytes_of_the_door() {
    let mut run = 0;
    for vector in vectors().iter().filter(|vector| vector.document.operation.starts_with("scorecard.")) {
        let mut request = vector.document.request.clone().unwrap_or_default();
        let (Ok(desk), Some(columns)) = (vector.desk(), request.as_object_mut().unwrap().remove("columns"))
        else {
            continue;
        };
        // A column of a host has one type.
        if columns.as_object().unwrap().values().any(is_mixed) {
            continue;
        }
        let owned: Vec<Owned> = columns.as_object().unwrap().iter().map(owned).collect();
        let frame = Frame::new(owned.iter().map(Owned::column).collect(), desk.engine().limits()).unwrap();
        let text = request.to_string();
        let operation = &vector.document.operation;
        let (reply, columns) = desk.call_columns(operation, text.as_bytes(), &frame, &Control::default());
        assert_eq!(reply, vector.reply(), "{}", vector.path);
        assert!(columns.is_none_or(|columns| columns.is_empty()), "{}", vector.path);
        run += 1;
    }
    assert!(run > 0);
}

fn is_mixed(values: &Value) -> bool {
    let values = values.as_array().map_or(&[][..], Vec::as_slice);
    values.iter().any(Value::is_string) && values.iter().any(Value::is_number)
}

/// Returns a column as a host would own it: text where a value is text or a boolean.
fn owned((name, values): (&String, &Value)) -> Owned {
    let values = values.as_array().map_or(&[][..], Vec::as_slice);
    Owned::of(name, values, values.iter().any(|value| value.is_string() || value.is_boolean()))
}

/// One column of a request, as another language would own it.
struct Owned {
    name: String,
    text: bool,
    numbers: Vec<f64>,
    codes: Vec<i32>,
    categories: Vec<String>,
}

impl Owned {
    fn of(name: &str, values: &[Value], text: bool) -> Self {
        let name = name.to_owned();
        let mut owned = Self { name, text, numbers: Vec::new(), codes: Vec::new(), categories: Vec::new() };
        for value in values {
            match value {
                Value::String(_) | Value::Bool(_) => {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let known = owned.categories.iter().position(|it| *it == text);
                    let code = known.unwrap_or(owned.categories.len());
                    if known.is_none() {
                        owned.categories.push(text);
                    }
                    owned.codes.push(i32::try_from(code).unwrap_or(-1));
                }
                Value::Number(number) => owned.numbers.push(number.as_f64().unwrap_or(f64::NAN)),
                _ => {
                    owned.codes.push(-1);
                    owned.numbers.push(f64::NAN);
                }
            }
        }
        owned
    }

    fn column(&self) -> (String, Column<'_>) {
        let column = if self.text {
            Column::dictionary(&self.codes, self.categories.iter().map(String::as_str).collect())
        } else {
            Column::float(&self.numbers)
        };
        (self.name.clone(), column)
    }
}

/// Returns the names that the vector's cards read as text: categories, and numbers where a card says so.
fn texts(vector: &Vector) -> BTreeSet<String> {
    let documents = vector.artefacts.iter().filter_map(|text| serde_json::from_str::<Value>(text).ok());
    let cards = documents.flat_map(|it| it["artefacts"].as_array().cloned().unwrap_or_else(|| vec![it]));
    let characteristics =
        cards.flat_map(|card| card["body"]["characteristics"].as_array().cloned().unwrap_or_default());
    let text = characteristics.filter(|it| it["kind"] == "categorical" || it["reads_text"] == true);
    text.filter_map(|it| it["feature"].as_str().map(str::to_owned)).collect()
}

fn by_columns(vector: &Vector, desk: &Desk) -> DoorReply {
    let mut request = vector.document.request.clone().unwrap_or_default();
    let columns = request.as_object_mut().and_then(|it| it.remove("columns")).unwrap_or_default();
    let text = texts(vector);
    let members = columns.as_object().into_iter().flatten();
    let owned = members.map(|(name, values)| {
        let values = values.as_array().map_or(&[][..], Vec::as_slice);
        Owned::of(name, values, text.contains(name.as_str()) && !values.iter().any(Value::is_number))
    });
    let owned: Vec<Owned> = owned.collect();
    let engine = desk.engine();
    let Ok(frame) = Frame::new(owned.iter().map(Owned::column).collect(), engine.limits()) else {
        return DoorReply { status: 1, body: Vec::new() };
    };
    let text = request.to_string();
    let control = Control::default();
    let (reply, found) = desk.call_columns(&vector.document.operation, text.as_bytes(), &frame, &control);
    let mut answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    if let (Some(found), Some(members)) = (found, answer.as_object().cloned()) {
        answer = Value::Object(members);
        answer["columns"] = serde_json::to_value(&found).unwrap_or_default();
    }
    DoorReply { status: reply.status, body: to_vec(&answer).unwrap_or_default() }
}
