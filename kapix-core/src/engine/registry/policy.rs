//! The kind `policy`.

use super::artefact::Document;
use super::kind::{Kind, RouteKey};
use crate::engine::operations::Operation;
use crate::error::{Cause, Detail, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::{Policy, PolicyBody, StepBody};

impl Kind for Policy {
    const KIND: &'static str = "policy";
    const NOUN: &'static str = "policy";
    const ANSWERS: &'static [Operation] = &[Operation::PolicyRun];

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

/// Returns an error unless every step asks an operation on one applicant.
fn check_calls(body: &PolicyBody) -> Result<()> {
    let mut wrong = Vec::new();
    for (number, step) in body.steps.iter().enumerate() {
        let StepBody::Call(call) = step else { continue };
        let field = format!("/body/steps/{number}/call/operation");
        match Operation::parse(&call.operation) {
            Err(error) => wrong.push(Detail { cause: error.cause, message: error.message, field }),
            Ok(operation) if !operation.is_of_applicant() => {
                let names: Vec<&str> =
                    Operation::ALL.iter().filter(|it| it.is_of_applicant()).map(|it| it.as_str()).collect();
                let message = format!("a step asks an operation on one applicant: `{}`", names.join("`, `"));
                wrong.push(Detail { cause: Cause::PolicyShape, message, field });
            }
            Ok(_) => {}
        }
    }
    Error::from_details(wrong).map_or(Ok(()), Err)
}
