//! A Desk with the cards of the vectors, and what every answer must keep.

use kapix_core::{Clock, Control, Desk, DeskOptions, Engine, EngineOptions, time::Instant};
use std::sync::OnceLock;

/// The cards, in the order of [`Answers`].
const CARDS: [&str; 4] = [
    include_str!("../../kapix-core/tests/vectors/artefacts/loan.json"),
    include_str!("../../kapix-core/tests/vectors/artefacts/flow.json"),
    include_str!("../../kapix-core/tests/vectors/artefacts/developed.json"),
    include_str!("../../kapix-core/tests/vectors/artefacts/ledger.json"),
];

/// Which card answers a target: an engine has one card for an entity type, so each target has its own.
#[derive(Clone, Copy)]
pub enum Answers {
    /// Named features with specials, missing and unseen bins.
    Loan,
    /// Bureau values and a cash flow.
    Flow,
    /// A developed, calibrated card.
    Developed,
    /// Nothing but the rows of a ledger.
    Ledger,
}

fn desk(card: Answers) -> Option<&'static Desk> {
    static DESKS: [OnceLock<Option<Desk>>; 4] = [const { OnceLock::new() }; 4];
    let place = card as usize;
    let desk = DESKS.get(place)?.get_or_init(|| {
        let engine = Engine::load(&[CARDS.get(place)?], EngineOptions::default()).ok()?;
        let clock = Clock::Fixed(Instant::parse("2026-03-31T12:00:00Z").ok()?);
        Some(Desk::new(engine, DeskOptions { clock, envelope: false, ..DeskOptions::default() }))
    });
    desk.as_ref()
}

/// Calls an operation by the JSON door. The answer must be JSON, the same twice, and never an internal error; a
/// record is kept, so that the canonical forms of request and response are made too.
pub fn call(card: Answers, operation: &str, request: &[u8]) {
    let desk = desk(card).expect("the cards of the vectors load");
    let reply = desk.call(operation, request, &Control::default());
    assert_ne!(reply.status, 500);
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_ok());
    assert_eq!(desk.call(operation, request, &Control::default()), reply);
}
