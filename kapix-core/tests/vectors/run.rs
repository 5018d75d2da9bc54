//! Vectors as data: how a folder of them is read, run by the JSON door and compared.
//!
//! The test `tests/vectors.rs`, the test `tests/mutation.rs` and the example `vectors` share this file; the format
//! is that of `tests/vectors/README.md`.

use kapix_core::{
    Clock, Control, Desk, DeskOptions, Engine, EngineOptions, Idempotency, Limits,
    artefact::EXPERT_CARDS,
    audit::{Hash, to_vec},
    operations::DoorReply,
    time::Instant,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// The file that pins the bytes of every answer.
pub(crate) const DIGEST: &str = "DIGEST";

/// Folders beside those of the operations.
const NOT_OPERATIONS: [&str; 2] = ["artefacts", "tools"];

/// What a case takes from its file where it does not say otherwise.
const SHARED: [&str; 6] = ["absent", "artefacts", "clock", "operation", "options", "tolerance"];

/// A call with what it must answer: a case with what its file shares, and with its request whole.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// What it shows, one sentence.
    pub(crate) name: String,
    /// Citation with page or table, or program and version that made the figures.
    pub(crate) source: String,
    pub(crate) operation: String,
    /// Documents, or names of files in `artefacts/`; `expert` is the bundle that ships.
    #[serde(default)]
    pub(crate) artefacts: Vec<Value>,
    /// The request, unless `request_text` gives it byte by byte.
    pub(crate) request: Option<Value>,
    pub(crate) request_text: Option<String>,
    /// Fields that the answer must hold.
    pub(crate) response: Option<Value>,
    /// Fields that the error must hold.
    pub(crate) error: Option<Value>,
    /// JSON pointers that the answer must not hold.
    #[serde(default)]
    pub(crate) absent: Vec<String>,
    /// Relative above 1 and absolute below.
    pub(crate) tolerance: f64,
    /// What the clock shows; without it there is none.
    pub(crate) clock: Option<Instant>,
    #[serde(default)]
    pub(crate) options: Options,
}

/// How engine and Desk are made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Options {
    pub(crate) limits: Limits,
    pub(crate) production: bool,
    /// `durable` or `process`.
    pub(crate) idempotency: Option<String>,
}

/// A vector and its name.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    /// `OPERATION/FILE.json#CASE`.
    pub(crate) path: String,
    pub(crate) document: Document,
    /// Artefacts as JSON text.
    pub(crate) artefacts: Vec<String>,
}

/// Returns the vectors of a folder, ordered by name.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<Vector>, String> {
    let mut vectors = Vec::new();
    for operation in entries(folder)? {
        let name = file_name(&operation);
        if !operation.is_dir() || NOT_OPERATIONS.contains(&name.as_str()) {
            continue;
        }
        for file in entries(&operation)?.iter().filter(|file| file.extension().is_some_and(|it| it == "json"))
        {
            let path = format!("{name}/{}", file_name(file));
            let found = read_file(folder, file, &path).map_err(|problem| format!("{path}: {problem}"))?;
            vectors.extend(found);
        }
    }
    vectors.sort_by(|a, b| a.path.cmp(&b.path));
    match vectors.windows(2).find(|pair| matches!(pair, [a, b] if a.path == b.path)) {
        Some(pair) => Err(format!("{:?} has two cases of one name", pair.first().map(|it| &it.path))),
        None => Ok(vectors),
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let listing = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    listing.map(|entry| entry.map(|it| it.path()).map_err(|error| error.to_string())).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn read_file(folder: &Path, file: &Path, path: &str) -> Result<Vec<Vector>, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let mut topic: Map<String, Value> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let Some(Value::Array(cases)) = topic.remove("cases") else {
        return Err("`cases` must be a list".into());
    };
    let known = |name: &str| SHARED.contains(&name) || ["name", "request"].contains(&name);
    if let Some(unknown) = topic.keys().find(|name| !known(name)) {
        return Err(format!("unknown field `{unknown}`"));
    }
    let mut vectors = Vec::new();
    for case in cases {
        let id = case.get("case").and_then(Value::as_str).unwrap_or_default().to_owned();
        if id.is_empty() || id.contains(['#', ' ']) {
            return Err("`case` must be text without `#` and spaces".into());
        }
        let vector = resolved(&topic, case).and_then(|it| vector_of(folder, it, format!("{path}#{id}")));
        vectors.push(vector.map_err(|problem| format!("#{id}: {problem}"))?);
    }
    Ok(vectors)
}

/// Returns a case with what its file shares, and with its request whole.
fn resolved(topic: &Map<String, Value>, case: Value) -> Result<Document, String> {
    let Value::Object(mut case) = case else { return Err("a case must be an object".into()) };
    let shared = topic.iter().filter(|(name, _)| SHARED.contains(&name.as_str()));
    let mut document: Map<String, Value> =
        shared.map(|(name, value)| (name.clone(), value.clone())).collect();
    case.remove("case");
    let (change, set) = (case.remove("change"), case.remove("set"));
    if case.contains_key("request") || case.contains_key("request_text") {
        if change.is_some() || set.is_some() {
            return Err("`change` and `set` apply to the request of the file".into());
        }
    } else {
        let mut request = topic.get("request").cloned().ok_or("neither case nor file has a request")?;
        merge(&mut request, change.unwrap_or_else(|| Map::new().into()));
        for (pointer, value) in set.as_ref().and_then(Value::as_object).into_iter().flatten() {
            place(&mut request, pointer, value.clone()).ok_or_else(|| format!("no place for `{pointer}`"))?;
        }
        document.insert("request".into(), request);
    }
    document.append(&mut case);
    serde_json::from_value(Value::Object(document)).map_err(|error| error.to_string())
}

/// Applies a JSON merge patch (RFC 7386, section 2).
fn merge(target: &mut Value, change: Value) {
    let Value::Object(change) = change else {
        *target = change;
        return;
    };
    if !target.is_object() {
        *target = Map::new().into();
    }
    for (name, value) in change {
        if value.is_null() {
            target.as_object_mut().and_then(|it| it.remove(&name));
        } else {
            merge(&mut target[name], value);
        }
    }
}

/// Puts a value at a JSON pointer (RFC 6901): a member of an object, an element of an array, or one after its last.
/// Returns `None` where nothing holds it.
fn place(target: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let (parent, last) = pointer.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    match target.pointer_mut(parent)? {
        Value::Object(members) => {
            members.insert(last, value);
        }
        Value::Array(elements) => match (last.parse::<usize>().ok()?, elements.len()) {
            (index, length) if index == length => elements.push(value),
            (index, _) => *elements.get_mut(index)? = value,
        },
        _ => return None,
    }
    Some(())
}

fn vector_of(folder: &Path, document: Document, path: String) -> Result<Vector, String> {
    if document.name.trim().is_empty() || document.source.trim().is_empty() {
        return Err("`name` and `source` must not be empty".into());
    }
    if document.request.is_some() == document.request_text.is_some() {
        return Err("give one of `request` and `request_text`".into());
    }
    if document.response.is_some() == document.error.is_some() {
        return Err("give one of `response` and `error`".into());
    }
    let artefacts = document.artefacts.iter().map(|artefact| match artefact {
        Value::String(name) if name == "expert" => Ok(EXPERT_CARDS.to_owned()),
        Value::String(name) => {
            let place = folder.join("artefacts").join(format!("{name}.json"));
            fs::read_to_string(&place).map_err(|error| format!("{}: {error}", place.display()))
        }
        inline => Ok(inline.to_string()),
    });
    let artefacts = artefacts.collect::<Result<_, String>>()?;
    Ok(Vector { path, document, artefacts })
}

impl Vector {
    /// Returns the request as the JSON door takes it.
    pub(crate) fn request_text(&self) -> String {
        match (&self.document.request_text, &self.document.request) {
            (Some(text), _) => text.clone(),
            (None, Some(request)) => request.to_string(),
            (None, None) => String::new(),
        }
    }

    /// Returns a Desk with the artefacts of the vector, or why they do not load.
    pub(crate) fn desk(&self) -> kapix_core::Result<Desk> {
        let options = &self.document.options;
        let engine_options = EngineOptions { limits: options.limits.clone(), production: options.production };
        let engine = Engine::load(&self.artefacts, engine_options)?;
        let idempotency = match options.idempotency.as_deref() {
            Some("process") => Idempotency::Process,
            _ => Idempotency::Durable,
        };
        let options = DeskOptions {
            clock: self.document.clock.map_or(Clock::None, Clock::Fixed),
            envelope: false,
            idempotency,
            record: false,
            ..DeskOptions::default()
        };
        Ok(Desk::new(engine, options))
    }

    /// Returns what the JSON door answers; artefacts that do not load answer with their error.
    pub(crate) fn reply(&self) -> DoorReply {
        match self.desk() {
            Ok(desk) => {
                desk.call(&self.document.operation, self.request_text().as_bytes(), &Control::default())
            }
            Err(error) => refusal(&error),
        }
    }

    /// Returns how the answer differs from what the vector expects; empty when it does not.
    pub(crate) fn differences(&self, reply: &DoorReply) -> Vec<String> {
        let Ok(answer) = serde_json::from_slice::<Value>(&reply.body) else {
            return vec!["the answer is not JSON".into()];
        };
        let mut found = Vec::new();
        let tolerance = self.document.tolerance;
        match (&self.document.response, &self.document.error) {
            (Some(response), _) if reply.status == 0 => compare(response, &answer, tolerance, "", &mut found),
            (None, Some(error)) if reply.status != 0 => {
                let got = answer.get("error").unwrap_or(&Value::Null);
                compare(error, got, tolerance, "/error", &mut found);
            }
            _ => found.push(format!("status {}: {answer}", reply.status)),
        }
        let held = self.document.absent.iter().filter(|pointer| answer.pointer(pointer).is_some());
        found.extend(held.map(|pointer| format!("{pointer}: must be absent")));
        found
    }

    /// Returns the line of the digest.
    pub(crate) fn digest_line(&self, reply: &DoorReply) -> String {
        format!("{} {}\n", self.path, Hash::of(&reply.body))
    }
}

/// Returns an error as a door without envelope writes it.
pub(crate) fn refusal(error: &kapix_core::Error) -> DoorReply {
    let body = Map::from_iter([("error".to_owned(), serde_json::to_value(error).unwrap_or_default())]);
    DoorReply { status: error.code().http_status(), body: to_vec(&body).unwrap_or_default() }
}

fn compare(expected: &Value, got: &Value, tolerance: f64, place: &str, found: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            for (name, value) in expected {
                let place = format!("{place}/{name}");
                match got.get(name) {
                    Some(got) => compare(value, got, tolerance, &place, found),
                    None => found.push(format!("{place}: absent")),
                }
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                compare(expected, got, tolerance, &format!("{place}/{index}"), found);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            let agree = (a - b).abs() <= tolerance * a.abs().max(1.0);
            if !agree {
                found.push(format!("{place}: expected {a}, got {b}"));
            }
        }
        _ if expected == got => {}
        _ => found.push(format!("{place}: expected {expected}, got {got}")),
    }
}
