//! What happened, fetched at least once and in order for each applicant.
#![cfg(feature = "sqlite")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;
#[path = "common/ledgered.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod ledgered;

use kapix_core::{Desk, DeskOptions};
use ledgered::{AS_OF, Place, call, engine, score};
use serde_json::{Value, json};

fn poll(desk: &Desk, limit: u32) -> Vec<(String, String)> {
    let answer = call(desk, "events.poll", &json!({"consumer": "c", "limit": limit, "lease_s": 60}));
    let events = answer["events"].as_array().unwrap().iter();
    events
        .map(|it| (it["event_id"].as_str().unwrap().into(), it["entity_id"].as_str().unwrap().into()))
        .collect()
}

fn change(desk: &Desk, operation: &str, ids: &[&String]) -> Value {
    call(desk, operation, &json!({"consumer": "c", "event_ids": ids}))
}

#[test]
fn events_come_in_order_and_once_while_they_are_leased() {
    let place = Place::new();
    let desk = place.open();
    for entity in ["a", "b", "a", "c"] {
        score(&desk, &json!({"entity_id": entity}));
    }
    let first = poll(&desk, 1);
    assert_eq!(first[0].1, "a");
    let rest = poll(&desk, 10);
    assert_eq!(
        rest.iter().map(|it| it.1.as_str()).collect::<Vec<_>>(),
        ["b", "c"],
        "the second of `a` waits"
    );
    assert!(poll(&desk, 10).is_empty());
    let acked = change(&desk, "events.ack", &[&first[0].0, &rest[1].0, &"evt_99".to_owned()]);
    assert_eq!(acked["changed"].as_array().unwrap().len(), 2);
    assert_eq!(acked["unchanged"], json!(["evt_99"]));
    let second = poll(&desk, 10);
    assert_eq!(second.iter().map(|it| it.1.as_str()).collect::<Vec<_>>(), ["a"]);
    let other = call(&desk, "events.poll", &json!({"consumer": "d", "limit": 10}));
    assert_eq!(other["events"].as_array().unwrap().len(), 4, "each consumer gets every event");
    assert_eq!(other["events"][0]["type"], "credit.score.completed");

    // When its lease ends an event goes to whoever polls, counted.
    let later = place.open_at("2026-06-30T12:01:00.000001Z");
    let again = call(&later, "events.poll", &json!({"consumer": "c", "limit": 10}));
    let attempts: Vec<u64> =
        again["events"].as_array().unwrap().iter().filter_map(|it| it["attempts"].as_u64()).collect();
    assert_eq!(attempts, [2, 2]);
}

#[test]
fn what_fails_comes_later_and_at_last_is_a_dead_letter_that_is_sent_again_on_request() {
    let place = Place::new();
    score(&place.open(), &json!({}));
    let mut now = kapix_core::time::Instant::parse(AS_OF).unwrap().epoch_microseconds();
    for attempt in 1..=10 {
        let at = kapix_core::time::Instant::from_epoch_microseconds(now).unwrap().to_string();
        let desk = place.open_at(&at);
        let leased = poll(&desk, 10);
        assert_eq!(leased.len(), 1, "attempt {attempt}");
        let failed =
            call(&desk, "events.fail", &json!({"consumer": "c", "event_ids": [leased[0].0], "error": "500"}));
        assert_eq!(failed["dead"].as_array().unwrap().len(), usize::from(attempt == 10));
        assert!(poll(&desk, 10).is_empty(), "it waits");
        now += 86_400_000_001;
    }
    let at = kapix_core::time::Instant::from_epoch_microseconds(now).unwrap().to_string();
    let desk = place.open_at(&at);
    assert!(poll(&desk, 10).is_empty());
    let dead = call(&desk, "events.poll", &json!({"consumer": "c", "dead": true}));
    assert_eq!((&dead["events"][0]["attempts"], &dead["events"][0]["error"]), (&json!(10), &json!("500")));
    let id = dead["events"][0]["event_id"].as_str().unwrap().to_owned();
    assert_eq!(change(&desk, "events.retry", &[&id])["changed"], json!([id]));
    assert_eq!(poll(&desk, 10).len(), 1);
    assert_eq!(change(&desk, "events.ack", &[&id])["changed"], json!([id]));
    assert!(poll(&place.open_at("2027-06-30T12:00:00Z"), 10).is_empty());
    // What was done before is not sent again with it.
    score(&desk, &json!({"entity_id": "another"}));
    let next = poll(&desk, 10);
    assert_eq!(next.len(), 1);
    change(&desk, "events.ack", &[&next[0].0]);
    assert!(change(&desk, "events.retry", &[&id])["changed"].as_array().unwrap().is_empty());
    assert!(poll(&place.open_at("2028-06-30T12:00:00Z"), 10).is_empty());
}

#[test]
fn processes_that_poll_at_once_get_no_event_twice() {
    let place = Place::new();
    let desk = place.open();
    for number in 0..40 {
        score(&desk, &json!({"entity_id": format!("e-{number}")}));
    }
    let desks: Vec<Desk> = (0..4).map(|_| place.open()).collect();
    let got: Vec<String> = std::thread::scope(|threads| {
        let polls: Vec<_> = desks
            .iter()
            .map(|desk| {
                threads.spawn(move || {
                    let mut own = Vec::new();
                    loop {
                        let events = poll(desk, 3);
                        if events.is_empty() {
                            return own;
                        }
                        own.extend(events.into_iter().map(|it| it.0));
                    }
                })
            })
            .collect();
        polls.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    let different: std::collections::BTreeSet<&String> = got.iter().collect();
    assert_eq!((got.len(), different.len()), (40, 40));
}

#[test]
fn a_store_in_memory_hands_out_events_too() {
    let desk = Desk::new(engine(&|_| {}), DeskOptions::default());
    score(&desk, &json!({}));
    let leased = poll(&desk, 10);
    assert_eq!(leased.len(), 1);
    assert_eq!(change(&desk, "events.ack", &[&leased[0].0])["changed"], json!([leased[0].0]));
    assert!(poll(&desk, 10).is_empty());
}
