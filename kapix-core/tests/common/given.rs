//! Small cards and Desks for tests, built from JSON as a host would.

use kapix_core::{
    Clock, Desk, DeskOptions, Engine, EngineOptions, Limits,
    scorecard::{Card, CardBody},
    time::Instant,
};
use serde_json::{Value, json};

/// A numeric characteristic `id` over feature `id` with the given cut points and points.
pub(crate) fn numeric(id: &str, cuts: &[f64], points: &[i32], neutral: i32) -> Value {
    let bounds = |index: usize| index.checked_sub(1).and_then(|cut| cuts.get(cut));
    let attributes: Vec<Value> = points
        .iter()
        .enumerate()
        .map(|(index, points)| json!({"lower": bounds(index), "upper": cuts.get(index), "points": points}))
        .collect();
    json!({
        "id": id, "feature": id, "kind": "numeric", "attributes": attributes,
        "neutral_points": neutral, "reason": "R",
    })
}

/// The body of a card of these characteristics.
pub(crate) fn body(characteristics: &[Value], approve: i32, refer: i32) -> Value {
    json!({
        "bands": [{"id": "A", "points_min": approve}, {"id": "B", "points_min": refer}, {"id": "C", "points_min": null}],
        "characteristics": characteristics,
        "cutoffs": {"approve": approve, "refer": refer},
        "entity_types": ["individual"],
        "minimum": {"history_days": 0, "transactions": 0},
        "pd_basis": {
            "kind": "assumed", "horizon_days": 365, "default_definition": "90 days past due", "population": "test"
        },
        "reasons": {"R": {"adverse": "too low", "favourable": "high enough"}},
        "scaling": {"points0": 600, "odds0": 30, "pdo": 20},
    })
}

/// A whole artefact around a body.
pub(crate) fn artefact(id: &str, version: &str, body: &Value) -> String {
    json!({
        "kapix": 1, "kind": "scorecard", "id": id, "version": version,
        "provenance": {
            "owner": "tests", "purpose": "tests", "population": "none", "limitations": "not for use",
            "status": "draft"
        },
        "body": body,
    })
    .to_string()
}

/// A proved card.
pub(crate) fn card(body: &Value) -> kapix_core::Result<Card> {
    let body: CardBody = serde_json::from_value(body.clone()).unwrap();
    Card::load(body, &Limits::default())
}

/// The options that vectors run with.
pub(crate) fn quiet() -> DeskOptions {
    DeskOptions {
        clock: Clock::Fixed(Instant::parse("2026-03-31T12:00:00Z").unwrap()),
        envelope: false,
        record: false,
        ..DeskOptions::default()
    }
}

/// A Desk over one artefact.
pub(crate) fn desk(artefact: &str, options: DeskOptions) -> Desk {
    Desk::new(Engine::load(&[artefact], EngineOptions::default()).unwrap(), options)
}
