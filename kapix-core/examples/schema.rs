//! Prints the JSON Schemas of every operation: `{operation: {request, response}}`, the response with its envelope.
//!
//! The bindings generate their types from it: `cargo run -p kapix-core --example schema --features schema`.

#![expect(clippy::print_stdout, reason = "printing is what the example is for")]

use kapix_core::{
    ArtefactCheckRequest, ArtefactCheckResponse, CashflowAnalyzeRequest, CashflowAnalyzeResponse,
    CreditScoreBatchRequest, CreditScoreBatchResponse, CreditScoreRequest, CreditScoreResponse,
    DescribeRequest, DescribeResponse, DevelopRequest, DevelopResponse, Envelope, EvaluateRequest,
    EvaluateResponse, Operation,
};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

fn main() {
    let operations: Map<String, Value> = Operation::ALL
        .into_iter()
        .map(|operation| (operation.as_str().to_owned(), schemas(operation)))
        .collect();
    println!("{:#}", Value::Object(operations));
}

fn schemas(operation: Operation) -> Value {
    match operation {
        Operation::ArtefactCheck => pair::<ArtefactCheckRequest, ArtefactCheckResponse>(),
        Operation::CashflowAnalyze => pair::<CashflowAnalyzeRequest, CashflowAnalyzeResponse>(),
        Operation::CreditScore => pair::<CreditScoreRequest, CreditScoreResponse>(),
        Operation::CreditScoreBatch => pair::<CreditScoreBatchRequest, CreditScoreBatchResponse>(),
        Operation::EngineDescribe => pair::<DescribeRequest, DescribeResponse>(),
        Operation::ScorecardDevelop => pair::<DevelopRequest, DevelopResponse>(),
        Operation::ScorecardEvaluate => pair::<EvaluateRequest, EvaluateResponse>(),
    }
}

fn pair<Q: JsonSchema, R: JsonSchema>() -> Value {
    let request = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Q>();
    let responses = || SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut response = responses().into_root_schema_for::<R>().to_value();
    let envelope = responses().into_root_schema_for::<Envelope>().to_value();
    for member in ["properties", "$defs"] {
        let Some(Value::Object(added)) = envelope.get(member) else { continue };
        if let Some(Value::Object(own)) = response.get_mut(member) {
            own.extend(added.clone());
        } else if let Some(object) = response.as_object_mut() {
            object.insert(member.to_owned(), Value::Object(added.clone()));
        }
    }
    json!({ "request": request, "response": response })
}
