//! Any bytes as an artefact. What loads must score without an internal error.
#![no_main]

use kapix_core::{Control, Desk, DeskOptions, Engine, EngineOptions};
use libfuzzer_sys::fuzz_target;

/// Requests that any card may get.
const REQUESTS: [&str; 2] = [
    r#"{"entity_id":"e","entity_type":"individual","as_of":"2026-03-31T12:00:00Z","features":{}}"#,
    r#"{"entity_id":"e","entity_type":"individual","as_of":"2026-03-31T12:00:00Z","features":{"x":1,"history_days":90}}"#,
];

fuzz_target!(|artefact: &[u8]| {
    let Ok(engine) = Engine::load(&[artefact], EngineOptions::default()) else { return };
    let desk = Desk::new(engine, DeskOptions { envelope: false, ..DeskOptions::default() });
    for request in REQUESTS {
        assert_ne!(desk.call("credit.score", request.as_bytes(), &Control::default()).status, 500);
    }
});
