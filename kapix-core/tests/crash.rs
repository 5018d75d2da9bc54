//! What a store keeps when its process is killed, its disk is full, or its file may not grow: everything that was acknowledged, and
//! nothing half. `KAPIX_KILLS=1000` kills so often (`make soak`); a test run kills ten times.
#![cfg(all(feature = "sqlite", unix))]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a process of its own is told its task by its environment")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;
#[path = "common/ledgered.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod ledgered;

use kapix_core::store::Durability;
use kapix_core::{Clock, Desk, DeskOptions};
use ledgered::{Place, call, engine, score};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const FILE: &str = "KAPIX_CRASH_FILE";
const NAME: &str = "KAPIX_CRASH_NAME";

fn open(path: &Path) -> Desk {
    let options = DeskOptions { clock: Clock::System, ..DeskOptions::default() };
    Desk::open(engine(&|_| {}), options, path, Durability::Group).unwrap()
}

/// Writes decisions on four threads until it is killed, and says which are acknowledged. Run by the tests below as a process of
/// its own; alone it does nothing.
#[test]
fn writer() {
    let Ok(path) = std::env::var(FILE) else { return };
    let name = std::env::var(NAME).unwrap();
    let desk = open(Path::new(&path));
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let (desk, name) = (&desk, &name);
            threads.spawn(move || {
                for number in 0.. {
                    let key = format!("{name}-{thread}-{number}");
                    let answer = score(desk, &json!({"idempotency_key": key, "entity_id": key}));
                    let line = match answer["audit_id"].as_str() {
                        Some(id) => format!("ack {key} {id}\n"),
                        None => format!("err {}\n", answer["error"]["cause"].as_str().unwrap()),
                    };
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                    if line.starts_with("err") {
                        return;
                    }
                }
            });
        }
    });
}

fn start(place: &Place, name: &str, shell: &str) -> Child {
    let own = std::env::current_exe().unwrap();
    let mut command = if shell.is_empty() {
        Command::new(&own)
    } else {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{shell}; exec \"$0\" \"$@\"")).arg(&own);
        command
    };
    command.args(["writer", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(FILE, place.file()).env(NAME, name).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Returns what a process said that it did, by key, and its errors.
fn said(child: &mut Child) -> (Vec<(String, String)>, Vec<String>) {
    let (mut acknowledged, mut errors) = (Vec::new(), Vec::new());
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["ack", key, id] => acknowledged.push((key.to_owned(), id.to_owned())),
            ["err", cause] => errors.push(cause.to_owned()),
            _ => {}
        }
    }
    (acknowledged, errors)
}

/// Opens the store and finds everything that was acknowledged, once.
fn check(place: &Place, acknowledged: &[(String, String)]) {
    let desk = open(&place.file());
    for (key, id) in acknowledged {
        let record = desk.record(id).unwrap();
        record.verify().unwrap();
        let again = score(&desk, &json!({"idempotency_key": key, "entity_id": key}));
        assert_eq!(again["audit_id"].as_str(), Some(id.as_str()), "the key gives its answer again");
    }
    let audit = call(&desk, "audit.verify", &json!({}));
    assert_eq!((&audit["valid"], &audit["findings"]), (&json!(true), &json!([])), "{audit}");
    let ids: BTreeSet<&String> = acknowledged.iter().map(|it| &it.1).collect();
    assert_eq!(ids.len(), acknowledged.len(), "no id twice");
}

fn kills() -> u64 {
    std::env::var("KAPIX_KILLS").ok().and_then(|it| it.parse().ok()).unwrap_or(10)
}

#[test]
fn a_process_that_is_killed_at_any_moment_loses_nothing_that_it_acknowledged() {
    let place = Place::new();
    let mut all = Vec::new();
    for round in 0..kills() {
        // Two processes on one file; both are killed, some moments after they began.
        let mut children: Vec<Child> =
            (0..2).map(|number| start(&place, &format!("r{round}p{number}"), "")).collect();
        std::thread::sleep(Duration::from_millis(20 + (round * 7_919) % 300));
        for child in &mut children {
            child.kill().unwrap();
        }
        for child in &mut children {
            all.extend(said(child).0);
            child.wait().unwrap();
        }
        if round % 50 == 0 || round + 1 == kills() {
            check(&place, &all);
        }
    }
    println!("{} kills, {} acknowledged", 2 * kills(), all.len());
    assert!(!all.is_empty());
}

#[test]
fn a_file_that_may_not_grow_is_an_error_and_keeps_what_is_there() {
    let place = Place::new();
    // The system refuses every byte beyond 600 blocks of 512 or 1,024 bytes, as a full disk does.
    let mut child = start(&place, "full", "trap '' XFSZ; ulimit -f 600");
    let (acknowledged, errors) = said(&mut child);
    child.wait().unwrap();
    assert!(!errors.is_empty() && !acknowledged.is_empty());
    for cause in errors {
        assert!(["store.full", "store.unavailable"].contains(&&*cause), "{cause}");
    }
    check(&place, &acknowledged);
    let desk = open(&place.file());
    assert!(score(&desk, &json!({}))["audit_id"].is_string(), "with room it goes on");
}

#[test]
fn a_file_that_may_only_be_read_answers_reads_and_refuses_writes() {
    let place = Place::new();
    let desk = open(&place.file());
    let scored = score(&desk, &json!({}));
    let connection = rusqlite::Connection::open(place.file()).unwrap();
    // Another process that holds the file for long.
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let busy = score(&desk, &json!({}));
    assert_eq!(
        (&busy["error"]["code"], &busy["error"]["cause"]),
        (&json!("SERVICE_UNAVAILABLE"), &json!("store.busy"))
    );
    assert!(desk.record(scored["audit_id"].as_str().unwrap()).is_ok(), "readers do not wait for writers");
    connection.execute_batch("ROLLBACK").unwrap();
    assert!(score(&desk, &json!({}))["audit_id"].is_string(), "it goes on");
    let held: Value = call(&desk, "audit.verify", &json!({}));
    assert_eq!(held["valid"], true);
}
