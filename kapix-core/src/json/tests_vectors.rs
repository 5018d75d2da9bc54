//! Over changes of every vector's request: both readings accept it, or both refuse it, and what they read is equal.

use super::read::{again, quickly};
use crate::Operation;
use crate::credit::{CreditScoreBatchRequest, CreditScoreRequest};
use crate::limits::Limits;
use crate::operations::{ArtefactCheckRequest, CashflowAnalyzeRequest, EngineDescribeRequest};
use crate::scorecard::development::{ScorecardDevelopRequest, ScorecardEvaluateRequest};
use changes::{CHANGES, Change, changed, nodes};
use core::marker::PhantomData;
use serde::de::DeserializeOwned;
use std::path::Path;

#[path = "../../tests/common/changes.rs"]
mod changes;
#[path = "../../tests/vectors/run.rs"]
#[expect(dead_code, reason = "only requests are read here")]
mod run;

/// Returns whether the quick reading took the text, or what the readings disagree about.
fn compare<T: DeserializeOwned + PartialEq>(text: &str) -> Result<bool, &'static str> {
    let limits = Limits::default();
    match (quickly(text, PhantomData::<T>, &limits), again(text, PhantomData::<T>, &limits)) {
        (Ok(quick), Ok(second)) if quick == second => Ok(true),
        (Ok(_), Ok(_)) => Err("the values differ"),
        (Ok(_), Err(_)) => Err("only the quick reading accepts it"),
        (Err(_), Ok(_)) => Err("only the second reading accepts it"),
        (Err(_), Err(_)) => Ok(false),
    }
}

fn compare_request(operation: &str, text: &str) -> Result<bool, &'static str> {
    match Operation::parse(operation) {
        Ok(Operation::EngineDescribe) => compare::<EngineDescribeRequest>(text),
        Ok(Operation::ArtefactCheck) => compare::<ArtefactCheckRequest>(text),
        Ok(Operation::CreditScore) => compare::<CreditScoreRequest>(text),
        Ok(Operation::CreditScoreBatch) => compare::<CreditScoreBatchRequest>(text),
        Ok(Operation::CashflowAnalyze) => compare::<CashflowAnalyzeRequest>(text),
        Ok(Operation::ScorecardDevelop) => compare::<ScorecardDevelopRequest>(text),
        Ok(Operation::ScorecardEvaluate) => compare::<ScorecardEvaluateRequest>(text),
        _ => Ok(false),
    }
}

fn is_huge(change: &Change) -> bool {
    matches!(change, Change::Number(number) if number.ends_with("e308"))
}

/// Compares the readings of each vector's request, and of the changes of every `nth` one.
fn compare_all(operation: &str, nth: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let vectors = run::read_folder(&folder).unwrap();
    let (mut problems, mut taken, mut refused) = (Vec::new(), 0, 0);
    let mut judge =
        |name: &str, place: &str, text: &str, change: &Change| match compare_request(operation, text) {
            Ok(true) if change.always_refused(place) => problems.push(format!("{name}: it must be refused")),
            Ok(true) => taken += 1,
            Ok(false) => refused += 1,
            // From 1e21 on the value alone does not show an integer literal: the quick reading leaves it.
            Err("only the second reading accepts it") if is_huge(change) => refused += 1,
            Err(problem) => problems.push(format!("{name}: {problem}")),
        };
    for (number, vector) in vectors.iter().filter(|it| it.document.operation == operation).enumerate() {
        judge(&vector.path, "", &vector.request_text(), &Change::Null);
        // A faulty artefact differs by one node from a good one, whose changes stand for its own.
        let is_faulty = vector.document.response.as_ref().is_some_and(|it| it["valid"] == false);
        let Some(request) = vector.document.request.as_ref().filter(|_| number % nth == 0 && !is_faulty)
        else {
            continue;
        };
        let mut places = Vec::new();
        nodes(request, "", &mut places);
        let changes = places.iter().enumerate().flat_map(|place| CHANGES.iter().map(move |it| (place, it)));
        for ((count, place), change) in changes {
            // Seventy kilobytes take as long as all other changes of ten nodes.
            if *change == Change::LongText && count % 10 != 0 {
                continue;
            }
            let Some(text) = changed(request, place, change) else { continue };
            judge(&format!("{} {place} {change:?}", vector.path), place, &text, change);
        }
    }
    assert!(taken > 0 && refused > 0, "{taken} requests taken, {refused} refused");
    let shown = problems.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(problems.is_empty(), "{} problems:\n{shown}", problems.len());
}

#[test]
fn both_readings_agree_on_scores() {
    compare_all("credit.score", 1);
}

#[test]
fn both_readings_agree_on_batches() {
    compare_all("credit.score_batch", 1);
}

#[test]
fn both_readings_agree_on_analyses() {
    compare_all("cashflow.analyze", 1);
}

#[test]
fn both_readings_agree_on_developments_and_evaluations() {
    compare_all("scorecard.develop", 12);
    compare_all("scorecard.evaluate", 1);
}

#[test]
fn both_readings_agree_on_artefacts_and_descriptions() {
    compare_all("artefact.check", 1);
    compare_all("engine.describe", 1);
}
