//! Prints what the bindings generate their types and methods from, for every operation:
//! `{operation: {about, columnar, long, recorded, request, response, returns_columns, stateful, takes_rows}}`, with the JSON Schemas of request
//! and response, the latter with its envelope.
//!
//! `cargo run -p kapix-core --example schema --features schema`

#![expect(clippy::print_stdout, reason = "printing is what the example is for")]

use kapix_core::{Envelope, Operation};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

fn main() {
    let operations: Map<String, Value> =
        Operation::ALL.iter().map(|operation| (operation.as_str().to_owned(), entry(*operation))).collect();
    println!("{:#}", Value::Object(operations));
}

fn entry(operation: Operation) -> Value {
    let (request, response) = operation.schemas();
    json!({
        "about": operation.about(),
        "columnar": operation.is_columnar(),
        "long": operation.is_long(),
        "recorded": operation.is_recorded(),
        "request": request,
        "response": with_envelope(response.to_value()),
        "returns_columns": operation.returns_columns(),
        "stateful": operation.is_stateful(),
        "takes_rows": operation.takes_rows(),
    })
}

/// Returns the schema of a response with the members of the envelope beside its own.
fn with_envelope(mut response: Value) -> Value {
    let responses = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let envelope = responses.into_root_schema_for::<Envelope>().to_value();
    for member in ["properties", "$defs"] {
        let Some(Value::Object(added)) = envelope.get(member) else { continue };
        if let Some(Value::Object(own)) = response.get_mut(member) {
            own.extend(added.clone());
        } else if let Some(object) = response.as_object_mut() {
            object.insert(member.to_owned(), Value::Object(added.clone()));
        }
    }
    response
}
