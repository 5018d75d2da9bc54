//! ARTEFACT.md against the engine: its example, its hash, its causes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kapix_core::{Control, Engine, EngineOptions, Operation, Request, Response, audit::Hash};
use serde_json::json;

const PAGE: &str = include_str!("../docs/ARTEFACT.md");
const ERRORS: &str = include_str!("../docs/ERRORS.md");

/// The first block of the page in a language.
fn block(language: &str) -> &'static str {
    let rest = PAGE.split(&format!("```{language}\n")).nth(1).unwrap();
    rest.split("\n```").next().unwrap()
}

#[test]
fn the_example_card_scores() {
    let engine = Engine::load(&[block("json")], EngineOptions::default()).unwrap();
    let request = json!({
        "as_of": "2026-06-30T23:59:59+03:00",
        "entity_id": "shop",
        "entity_type": "sme",
        "features": {
            "application.premises": "market_stall", "coverage_age_days": 0, "history_days": 120,
            "history_transactions": 300, "low_balance_days_share_90d": 0.1,
        },
    });
    let text = serde_json::to_vec(&request).unwrap();
    let request = Request::read(Operation::CreditScore, &text, engine.limits()).unwrap();
    let reply = engine.run(&request, &Control::default()).unwrap();
    let Response::CreditScore(answer) = reply.response else { panic!("a score was asked for") };
    // 500 + 40 (0.1 belongs to the second interval) + 15.
    assert_eq!((answer.points, &*answer.risk_band), (555, "B"));
}

#[test]
fn the_hash_of_a_definition_is_that_of_the_text_shown() {
    let text = block("text");
    assert!(PAGE.contains(&format!("printf '{text}' | sha256sum")));
    let definition = kapix_core::cashflow::definition("low_balance_days_share_90d").unwrap();
    assert_eq!(Hash::of(text.as_bytes()), definition.hash());
}

#[test]
fn the_page_names_every_cause_of_an_artefact() {
    let causes = |page: &'static str| -> Vec<&'static str> {
        let words = page.split('`').skip(1).step_by(2);
        let mut found: Vec<_> =
            words.filter(|word| word.starts_with("card.") || word.starts_with("artefact.")).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    let mut here = causes(PAGE);
    here.retain(|word| *word != "artefact.check");
    assert_eq!(here, causes(ERRORS));
}

#[test]
fn a_document_of_a_newer_format_is_told_as_such_whatever_else_it_holds() {
    for kind in ["bundle", "scorecard"] {
        let newer =
            json!({"kapix": 2, "kind": kind, "id": "b", "version": "1", "signatures": []}).to_string();
        let error = Engine::load(&[newer], EngineOptions::default()).unwrap_err();
        assert_eq!(error.cause.as_str(), "artefact.format");
        assert_eq!(error.fields, ["/kapix"]);
    }
}
