//! Desks on a file, with a card and a policy that takes its scores by their id.

use crate::given::{artefact, body, numeric};
use kapix_core::store::Durability;
use kapix_core::time::Instant;
use kapix_core::{Clock, Control, Desk, DeskOptions, Engine, EngineOptions};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) const AS_OF: &str = "2026-06-30T12:00:00Z";

/// A folder of its own, which goes with it.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("kapix-decisions-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("kapix.db")
    }

    pub(crate) fn open_at(&self, now: &str) -> Desk {
        let options =
            DeskOptions { clock: Clock::Fixed(Instant::parse(now).unwrap()), ..DeskOptions::default() };
        self.open_with(options)
    }

    pub(crate) fn open_with(&self, options: DeskOptions) -> Desk {
        Desk::open(engine(&|_| {}), options, &self.file(), Durability::Os).unwrap()
    }

    pub(crate) fn open(&self) -> Desk {
        self.open_at(AS_OF)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A card that approves from 80 points and a policy that approves from 50.
pub(crate) fn engine(change: &dyn Fn(&mut Value)) -> Engine {
    let mut policy = json!({
        "currency": "KES",
        "inputs": {"amount": {"type": "money", "min": 1, "max": 1_000_000}},
        "reasons": {"LOW": {"texts": {"en": "a low score"}}},
        "steps": [
            {"call": {"name": "card", "operation": "credit.score", "arguments": {"card": "small", "explain": false},
                      "by_id": {"artefacts": ["small"], "max_age_days": 30},
                      "results": {"points": {"type": "integer", "pointer": "/points"}}}},
            {"table": {"name": "rules", "hit": "first", "columns": ["card.points"], "rules": [
                {"when": ["< 50"], "then": {"outcome": "decline", "reason": "LOW"}},
                {"when": ["-"], "then": {"outcome": "approve"}}
            ]}}
        ],
        "offer": {"requested": "amount"},
        "override": {"window_s": 600, "never": [], "four_eyes": true}
    });
    change(&mut policy);
    let mut policy: Value = serde_json::from_str(&artefact("loans", "1", &policy)).unwrap();
    policy["kind"] = json!("policy");
    let characteristics =
        [numeric("x", &[20.0, 40.0], &[10, 30, 60], 20), numeric("y", &[1.0], &[40, 10], 20)];
    let card = |id: &str| -> Value {
        serde_json::from_str(&artefact(id, "1", &body(&characteristics, 80, 20))).unwrap()
    };
    let routes: Vec<Value> = ["credit.score", "credit.score_batch", "scorecard.evaluate"]
        .map(|operation| json!({"operation": operation, "entity_type": "individual", "artefact": "small@1"}))
        .into();
    let artefacts = [policy, card("small"), card("other")];
    let bundle = json!({"kapix": 1, "kind": "bundle", "id": "b", "version": "1", "artefacts": artefacts, "routes": routes});
    Engine::load(&[bundle.to_string()], EngineOptions::default()).unwrap()
}

pub(crate) fn call(desk: &Desk, operation: &str, request: &Value) -> Value {
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

/// A score of 100 points, with changes.
pub(crate) fn score(desk: &Desk, change: &Value) -> Value {
    let mut request = json!({
        "card": "small", "entity_id": "a-1", "entity_type": "individual", "explain": false,
        "features": {"x": 50, "y": 0, "coverage_age_days": 2},
    });
    request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    call(desk, "credit.score", &request)
}

/// A decision on an earlier score.
pub(crate) fn decide(desk: &Desk, id: &Value) -> Value {
    let inputs = json!({"applicant_id": "a-1", "credit_score_id": id, "requested_amount": 500});
    call(desk, "decisions.run", &json!({"policy_id": "loans", "inputs": inputs}))
}
