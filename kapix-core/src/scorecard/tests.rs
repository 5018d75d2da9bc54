//! Cards built from JSON, as a host would, for the tests beside the code.

mod calibration;
mod codes;
mod counterfactual;
mod develop;
mod findings;
mod hostile;
mod levels;

use super::{Card, CardBody};
use crate::error::Result;
use crate::json;
use crate::limits::Limits;
use serde_json::{Value, json};

/// A body around characteristics: approve at `approve`, refer at `refer`, even odds at 600 points, pdo 20.
fn body(characteristics: &[Value], approve: i32, refer: i32) -> Value {
    json!({
        "bands": [{"id": "all", "points_min": null}],
        "characteristics": characteristics,
        "cutoffs": {"approve": approve, "refer": refer},
        "entity_types": ["individual"],
        "minimum": {"history_days": 0, "transactions": 0},
        "pd_basis": {
            "kind": "assumed", "horizon_days": 365, "default_definition": "90 days past due", "population": "test"
        },
        "reasons": {"R": {"adverse": "too low", "favourable": "high enough"}},
        "scaling": {"points0": 600, "odds0": 1, "pdo": 20},
    })
}

/// A numeric characteristic with cut points 1, 2, ... and these points; neutral points are high, so any missing points
/// are allowed.
fn numeric(id: &str, points: &[i32]) -> Value {
    let last = points.len() - 1;
    let bound = |at: usize| (1..=last).contains(&at).then_some(at);
    let attributes: Vec<Value> = points
        .iter()
        .enumerate()
        .map(|(at, points)| json!({"lower": bound(at), "upper": bound(at + 1), "points": points}))
        .collect();
    json!({
        "id": id, "feature": id, "kind": "numeric", "attributes": attributes, "neutral_points": 1000, "reason": "R",
    })
}

fn card(body: &Value) -> Result<Card> {
    let body: CardBody = json::read(body.to_string().as_bytes(), &Limits::default())?;
    Card::load(body, &Limits::default())
}
