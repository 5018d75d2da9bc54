//! The kind `policy`.

use super::artefact::Document;
use super::kind::{Kind, RouteKey};
use crate::engine::operations::Operation;
use crate::error::{Cause, Detail, Error, Result, escape_segment};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::{CallBody, Policy, PolicyBody, StepBody};
use crate::scorecard::EntityType;

impl Kind for Policy {
    const KIND: &'static str = "policy";
    const NOUN: &'static str = "policy";
    const ANSWERS: &'static [Operation] = &[Operation::PolicyRun, Operation::DecisionsRun];

    fn load(artefact: &JsonValue, limits: &Limits) -> Result<Self> {
        let document: Document<PolicyBody> = Document::read(artefact, limits)?;
        let policy = Self::load(document.body, limits).map_err(|error| error.under("/body"))?;
        check_calls(&policy.body)?;
        Ok(policy)
    }

    fn keys(&self) -> Vec<RouteKey> {
        Vec::new()
    }
}

/// Returns an error unless every step asks an operation on one applicant, gives it what its request has, and reads what its answer
/// has.
fn check_calls(body: &PolicyBody) -> Result<()> {
    let mut wrong = Vec::new();
    for (number, step) in body.steps.iter().enumerate() {
        let StepBody::Call(call) = step else { continue };
        let field = format!("/body/steps/{number}/call");
        wrong.extend(own_fields(call, &field));
        match Operation::parse(&call.operation) {
            Err(error) => wrong.push(Detail {
                cause: error.cause,
                message: error.message,
                field: format!("{field}/operation"),
            }),
            Ok(operation) if !operation.is_of_applicant() => {
                let names: Vec<&str> =
                    Operation::ALL.iter().filter(|it| it.is_of_applicant()).map(|it| it.as_str()).collect();
                let message = format!("a step asks an operation on one applicant: `{}`", names.join("`, `"));
                wrong.push(Detail {
                    cause: Cause::PolicyShape,
                    message,
                    field: format!("{field}/operation"),
                });
            }
            Ok(operation) => wrong.extend(unknown_members(call, operation, &field)),
        }
    }
    Error::from_details(wrong).map_or(Ok(()), Err)
}

/// Fields of a step's request that are the application's: a policy that set them would decide on other data, another day, or
/// somebody else.
const OF_THE_APPLICATION: [&str; 7] =
    ["akiba", "as_of", "data", "data_sources", "entity_id", "features", "idempotency_key"];

/// Returns what a step states although it is the application's; single features may come from values of the policy.
fn own_fields(call: &CallBody, field: &str) -> Vec<Detail> {
    let wrong = |name: &str, field: String| {
        let message = format!("`{name}` of a step is the application's: a policy does not set it");
        Detail { cause: Cause::PolicyShape, message, field }
    };
    let names = call.arguments.keys().filter(|name| OF_THE_APPLICATION.contains(&name.as_str()));
    let stated = names.map(|name| wrong(name, format!("{field}/arguments/{name}")));
    let values = call.values.keys().filter_map(|pointer| {
        let mut tokens = pointer.split('/').skip(1);
        let first = tokens.next();
        let name = OF_THE_APPLICATION.into_iter().find(|it| Some(*it) == first)?;
        if name == "features" && tokens.next().is_some_and(|feature| !feature.is_empty()) {
            return None;
        }
        Some(wrong(name, format!("{field}/values/{}", escape_segment(pointer))))
    });
    stated.chain(values).collect()
}

/// Returns what a step gives that the request does not take, and what it reads that no answer has.
fn unknown_members(call: &CallBody, operation: Operation, field: &str) -> Vec<Detail> {
    let [takes, answers] = operation.members();
    let first =
        |pointer: &str| pointer.split('/').nth(1).unwrap_or_default().replace("~1", "/").replace("~0", "~");
    let mut wrong = Vec::new();
    let mut check = |member: &str, known: &[&str], field: String, what: &str| {
        if !known.contains(&member) {
            let message =
                format!("{what} of `{}` has no member `{member}`{}", operation.as_str(), near(member, known));
            wrong.push(Detail { cause: Cause::PolicyShape, message, field });
        }
    };
    for name in call.arguments.keys() {
        check(name, takes, format!("{field}/arguments/{}", escape_segment(name)), "the request");
    }
    for pointer in call.values.keys() {
        check(&first(pointer), takes, format!("{field}/values/{}", escape_segment(pointer)), "the request");
    }
    for (name, result) in &call.results {
        let field = format!("{field}/results/{}/pointer", escape_segment(name));
        check(&first(&result.pointer), answers, field, "the answer");
    }
    if let Some(stated) = call.arguments.get("entity_type")
        && stated.read::<EntityType>(&Limits::DEFAULT).is_err()
    {
        let message = "entity_type must be `individual`, `sme` or `corporate`".to_owned();
        wrong.push(Detail {
            cause: Cause::PolicyShape,
            message,
            field: format!("{field}/arguments/entity_type"),
        });
    }
    wrong
}

/// Returns what to say of the name that was probably meant.
fn near(name: &str, known: &[&str]) -> String {
    let edits = |own: &&&str| strsim::damerau_levenshtein(own, name);
    let near = known.iter().min_by_key(edits).filter(|own| edits(own) <= 2);
    near.map_or_else(
        || format!("; it has `{}`", known.join("`, `")),
        |near| format!("; did you mean `{near}`?"),
    )
}
