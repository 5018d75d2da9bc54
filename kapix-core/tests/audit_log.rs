//! The log of a store: what proves a record, what finds a change, and what erasure leaves.
#![cfg(all(feature = "sqlite", feature = "signing"))]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;
#[path = "common/ledgered.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod ledgered;

use kapix_core::audit::{
    Ed25519Signer, Ed25519Verifier, Hash, LogProof, verify_consistency, verify_inclusion,
};
use kapix_core::time::Instant;
use kapix_core::{Clock, Desk, DeskOptions, Idempotency};
use ledgered::{AS_OF, Place, call, decide, score};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::sync::Arc;

const ORIGIN: &str = "lender.example/kapix";

fn signing(place: &Place) -> Desk {
    let key = Ed25519Signer::from_seed(ORIGIN, &[7; 32]).unwrap();
    place.open_with(DeskOptions {
        clock: Clock::Fixed(Instant::parse(AS_OF).unwrap()),
        idempotency: Idempotency::Durable,
        origin: ORIGIN.to_owned(),
        signers: vec![Arc::new(key)],
        ..DeskOptions::default()
    })
}

fn public() -> Ed25519Verifier {
    Ed25519Signer::from_seed(ORIGIN, &[7; 32]).unwrap().verifier()
}

/// A store with scores, decisions and keys.
fn filled(place: &Place) -> Desk {
    let desk = signing(place);
    for number in 0..7 {
        let scored = score(&desk, &json!({"idempotency_key": format!("k-{number}")}));
        assert!(scored["audit_id"].is_string());
        decide(&desk, &scored["audit_id"]);
    }
    desk
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn hashes(value: &Value) -> Vec<Hash> {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn a_proof_leads_from_each_record_to_the_signed_head() {
    let place = Place::new();
    let desk = filled(&place);
    let records = call(&desk, "records.list", &json!({}));
    for entry in records["records"].as_array().unwrap() {
        let proved = call(&desk, "audit.prove", &json!({"id": entry["record_id"]}));
        let leaf = desk.record(entry["record_id"].as_str().unwrap()).unwrap().leaf.clone();
        let proof = LogProof::parse(&text(&proved["proof"])).unwrap();
        let head = proof.verify(&leaf, ORIGIN, &[&public()]).unwrap();
        assert_eq!((head.size, proof.index), (15, entry["seq"].as_u64().unwrap()));
        let root: Hash = serde_json::from_value(proved["root"].clone()).unwrap();
        let leaf_hash: Hash = serde_json::from_value(proved["leaf_hash"].clone()).unwrap();
        assert!(verify_inclusion(&leaf_hash, proof.index, 15, &hashes(&proved["path"]), &root));
        assert!(proof.verify(b"{}", ORIGIN, &[&public()]).is_err());
    }
    let early = call(&desk, "audit.checkpoint", &json!({"size": 4}));
    let late = call(&desk, "audit.checkpoint", &json!({"from_size": 4}));
    let root = |it: &Value| -> Hash { serde_json::from_value(it["root"].clone()).unwrap() };
    assert!(verify_consistency((4, &root(&early)), (15, &root(&late)), &hashes(&late["consistency"])));
    let beyond = call(&desk, "audit.prove", &json!({"id": records["records"][0]["record_id"], "size": 99}));
    assert_eq!(beyond["error"]["cause"], "audit.range");
}

#[test]
fn a_store_in_memory_says_that_it_proves_nothing() {
    let desk = Desk::new(ledgered::engine(&|_| {}), DeskOptions::default());
    let scored = score(&desk, &json!({}));
    for operation in ["audit.prove", "audit.checkpoint", "audit.verify"] {
        let request = if operation == "audit.prove" { json!({"id": scored["audit_id"]}) } else { json!({}) };
        assert_eq!(
            call(&desk, operation, &request)["error"]["cause"],
            "operation.needs_store",
            "{operation}"
        );
    }
}

/// Changes the file behind the store's back and returns what an audit finds.
fn after(change: &str) -> (Vec<String>, Value) {
    let place = Place::new();
    let desk = filled(&place);
    let checkpoint = call(&desk, "audit.checkpoint", &json!({}))["checkpoint"].clone();
    drop(desk);
    let connection = Connection::open(place.file()).unwrap();
    connection.pragma_update(None, "foreign_keys", "OFF").unwrap();
    connection.execute_batch(change).unwrap();
    drop(connection);
    let desk = signing(&place);
    let audit = call(&desk, "audit.verify", &json!({"checkpoint": checkpoint}));
    let codes = audit["findings"].as_array().unwrap().iter().map(|it| text(&it["code"])).collect();
    (codes, audit)
}

#[test]
fn an_untouched_store_is_valid_and_holds_its_checkpoint() {
    let (codes, audit) = after("");
    assert_eq!((codes.len(), &audit["valid"], &audit["holds_checkpoint"]), (0, &json!(true), &json!(true)));
    assert_eq!((&audit["size"], &audit["records"]), (&json!(14), &json!(14)));
}

#[test]
fn whatever_is_changed_behind_the_back_of_the_store_is_found() {
    for (change, code) in [
        ("UPDATE body SET response = replace(response, '100', '101') WHERE seq = 4", "part_altered"),
        ("UPDATE body SET request_salt = randomblob(16) WHERE seq = 4", "part_altered"),
        ("UPDATE body SET response = NULL, response_salt = NULL WHERE seq = 4", "part_removed"),
        ("UPDATE body SET \"rows\" = '{}', rows_salt = zeroblob(16) WHERE seq = 4", "part_altered"),
        (
            "UPDATE record SET leaf = replace(leaf, '\"seed\":0', '\"seed\":1') WHERE seq = 4",
            "subtree_altered",
        ),
        ("UPDATE record SET leaf = replace(leaf, '\"seq\":4', '\"seq\": 4') WHERE seq = 4", "leaf_altered"),
        ("UPDATE record SET audit_id = 'aud_other' WHERE seq = 4", "part_altered"),
        ("UPDATE record SET request_id = 'req_other' WHERE seq = 4", "leaf_altered"),
        ("UPDATE answer SET audit_id = NULL WHERE key = 'k-3'", "answer_altered"),
        (
            "UPDATE answer SET answer = json_set(answer, '$.recorded_at', '1999-01-01T00:00:00Z') WHERE key = 'k-3'",
            "answer_altered",
        ),
        ("DELETE FROM record WHERE seq = 13", "record_removed"),
        ("DELETE FROM record WHERE seq = 4", "record_removed"),
        ("DELETE FROM record WHERE seq = 0", "record_removed"),
        ("UPDATE node SET hash = randomblob(32) WHERE level = 0 AND number = 4", "subtree_altered"),
        ("UPDATE node SET hash = randomblob(32) WHERE level = 2 AND number = 0", "subtree_altered"),
        ("DELETE FROM node WHERE level = 1 AND number = 2", "subtree_altered"),
        ("UPDATE answer SET key = 'other' WHERE key = 'k-3'", "answer_altered"),
        ("UPDATE answer SET body = randomblob(32) WHERE key = 'k-3'", "answer_altered"),
        ("UPDATE answer SET answer = replace(answer, '100', '101') WHERE key = 'k-3'", "answer_altered"),
        (
            "UPDATE answer SET audit_id = (SELECT audit_id FROM record WHERE seq = 0) WHERE key = 'k-3'",
            "answer_altered",
        ),
        ("DELETE FROM answer WHERE key = 'k-3'", "answer_removed"),
        (
            "UPDATE record SET seq = 100 WHERE seq = 4; UPDATE record SET seq = 4 WHERE seq = 5;
          UPDATE record SET seq = 5 WHERE seq = 100",
            "leaf_altered",
        ),
        ("UPDATE record SET tenant = 'other' WHERE seq = 4", "record_hidden"),
        ("DELETE FROM body WHERE seq = 4", "part_removed"),
        ("UPDATE subject SET entity_id = 'a-9' WHERE seq = 4", "subject_altered"),
        ("DELETE FROM subject WHERE seq = 4", "subject_altered"),
    ] {
        let (codes, audit) = after(change);
        assert!(codes.iter().any(|it| it == code), "{change}: {code} is not in {codes:?}");
        assert_eq!(audit["valid"], false, "{change}");
    }
}

#[test]
fn a_record_that_is_sealed_again_with_its_own_salt_contradicts_the_checkpoint() {
    // Whoever writes the file can make leaf, salts and subtrees anew; only a checkpoint that was kept elsewhere tells.
    let place = Place::new();
    let desk = filled(&place);
    let checkpoint = call(&desk, "audit.checkpoint", &json!({}))["checkpoint"].clone();
    drop(desk);
    std::fs::remove_file(place.file()).unwrap();
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(place.0.join(format!("kapix.db{end}")));
    }
    let desk = filled(&place);
    assert_eq!(call(&desk, "audit.verify", &json!({}))["valid"], true, "by itself it is whole");
    let audit = call(&desk, "audit.verify", &json!({"checkpoint": checkpoint}));
    assert_eq!((&audit["valid"], &audit["holds_checkpoint"]), (&json!(false), &json!(false)));
    assert_eq!(audit["findings"][0]["code"], "checkpoint_contradicted");
}

#[test]
fn a_checkpoint_of_another_key_log_or_form_holds_nothing() {
    let place = Place::new();
    let desk = filled(&place);
    let note = text(&call(&desk, "audit.checkpoint", &json!({}))["checkpoint"]);
    let found = |request: &Value| call(&desk, "audit.verify", request);
    let other = Ed25519Signer::from_seed(ORIGIN, &[8; 32]).unwrap().verifier().to_string();
    let audit = found(&json!({"checkpoint": note, "public_keys": [other]}));
    assert_eq!(
        (&audit["findings"][0]["code"], &audit["valid"]),
        (&json!("checkpoint_signature"), &json!(false))
    );
    let audit = found(&json!({"checkpoint": note, "origin": "another.example/log"}));
    assert_eq!(audit["findings"][0]["code"], "checkpoint_signature");
    let audit = found(&json!({"checkpoint": note, "public_keys": [public().to_string()]}));
    assert_eq!(audit["valid"], true);
    assert_eq!(found(&json!({"checkpoint": "x"}))["error"]["fields"], json!(["/checkpoint"]));
    assert_eq!(
        found(&json!({"checkpoint": note, "public_keys": ["x"]}))["error"]["fields"],
        json!(["/public_keys/0"])
    );
}

#[test]
fn exported_records_are_audited_without_the_store() {
    let place = Place::new();
    let desk = filled(&place);
    let checkpoint = call(&desk, "audit.checkpoint", &json!({}))["checkpoint"].clone();
    let ids = call(&desk, "records.list", &json!({}));
    let ids = ids["records"].as_array().unwrap().iter().take(14);
    let records: Vec<Value> = ids
        .map(|it| desk.record(it["record_id"].as_str().unwrap()).unwrap().to_json())
        .map(|text| serde_json::from_slice(&text).unwrap())
        .collect();
    let alone = Desk::new(ledgered::engine(&|_| {}), DeskOptions::default());
    let audit = |records: &[Value]| {
        let request = json!({"records": records, "checkpoint": checkpoint, "origin": ORIGIN,
            "public_keys": [public().to_string()]});
        let answer = call(&alone, "audit.verify", &request);
        let codes: Vec<String> =
            answer["findings"].as_array().unwrap().iter().map(|it| text(&it["code"])).collect();
        (answer["valid"].as_bool().unwrap(), codes)
    };
    assert_eq!(audit(&records), (true, vec![]));
    let mut swapped = records.clone();
    swapped.swap(2, 3);
    assert!(!audit(&swapped).0);
    let mut shorter = records.clone();
    shorter.pop();
    assert_eq!(audit(&shorter), (false, vec!["checkpoint_contradicted".to_owned()]));
    let mut without = records.clone();
    without.remove(5);
    assert!(!audit(&without).0);
    let mut twice = records.clone();
    twice.insert(5, records[4].clone());
    assert!(audit(&twice).1.contains(&"id_twice".to_owned()));
    let mut altered = records.clone();
    altered[3]["parts"]["response"]["body"]["outcome"] = json!("decline");
    assert_eq!(audit(&altered), (false, vec!["part_altered".to_owned()]));
    let mut emptied = records;
    emptied[3]["parts"].as_object_mut().unwrap().remove("features");
    assert_eq!(audit(&emptied), (false, vec!["part_removed".to_owned()]));
}

fn bytes_of(place: &Place) -> Vec<u8> {
    let files = std::fs::read_dir(&place.0).unwrap();
    files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn an_erased_person_is_in_no_file_and_the_log_still_verifies() {
    let place = Place::new();
    let desk = signing(&place);
    let person = "person-0711223344";
    let data = json!({"bureau": {"values": {"note_of_bureau": "SECRET-VALUE-1"}}});
    call(&desk, "entity.put", &json!({"entity_id": person, "data": data}));
    let scored = score(&desk, &json!({"entity_id": person, "idempotency_key": "key-of-person"}));
    let inputs =
        json!({"applicant_id": person, "credit_score_id": scored["audit_id"], "requested_amount": 500});
    let decision = call(&desk, "decisions.run", &json!({"policy_id": "loans", "inputs": inputs}));
    assert_eq!(decision["outcome"], "approve");
    call(
        &desk,
        "outcomes.record",
        &json!({"decision_id": decision["audit_id"], "known_on": "2026-06-30", "status": "paid"}),
    );
    call(&desk, "records.get", &json!({"id": scored["audit_id"]}));
    let other = score(&desk, &json!({}));
    let exported = call(&desk, "subject.export", &json!({"entity_id": person, "actor": "dpo"}));
    assert_eq!(exported["records"].as_array().unwrap().len(), 4);
    assert_eq!(exported["data"], data);
    assert!(exported["outcomes"][text(&decision["audit_id"])].is_array());
    assert!(holds(&bytes_of(&place), person) && holds(&bytes_of(&place), "SECRET-VALUE-1"));

    let hold = json!({"entity_id": person, "actor": "legal", "ground": "case 7", "legal_hold": true});
    call(&desk, "subject.restrict", &hold);
    let erase = json!({"entity_id": person, "actor": "dpo", "ground": "request of the person"});
    assert_eq!(call(&desk, "subject.erase", &erase)["error"]["cause"], "subject.held");
    let mut lifted = hold;
    lifted["legal_hold"] = json!(false);
    call(&desk, "subject.restrict", &lifted);
    let erased = call(&desk, "subject.erase", &erase);
    assert_eq!((&erased["complete"], &erased["had_data"]), (&json!(true), &json!(true)), "{erased}");

    let gone = call(&desk, "records.get", &json!({"id": scored["audit_id"]}));
    assert_eq!(
        (&gone["error"]["code"], &gone["error"]["cause"]),
        (&json!("ENTITY_NOT_FOUND"), &json!("record.body_erased"))
    );
    let (leaf, other_record) = (
        call(&desk, "audit.prove", &json!({"id": scored["audit_id"]})),
        call(&desk, "records.get", &json!({"id": other["audit_id"]})),
    );
    assert!(leaf["proof"].is_string(), "the leaf is proved still");
    assert_eq!(other_record["verifies"], true);
    let audit = call(&desk, "audit.verify", &json!({}));
    assert_eq!((&audit["valid"], &audit["findings"]), (&json!(true), &json!([])));
    let gone = call(&desk, "entity.forget", &json!({"entity_id": person}));
    assert_eq!(gone["changes"], json!([]), "its data went");
    let removal =
        desk.record(erased["audit_id"].as_str().unwrap()).unwrap().verify().unwrap().removal.unwrap();
    assert_eq!((removal.actor.as_str(), removal.ground.as_str()), ("dpo", "request of the person"));
    assert!(removal.parts.contains_key(scored["audit_id"].as_str().unwrap()));
    drop(desk);
    let bytes = bytes_of(&place);
    for trace in [person, "SECRET-VALUE-1", "key-of-person"] {
        assert!(!holds(&bytes, trace), "{trace} is in the files");
    }
    assert!(holds(&bytes, &text(&scored["audit_id"])));
}

#[test]
fn a_restricted_person_is_not_judged() {
    let place = Place::new();
    let desk = signing(&place);
    let restrict = |on: bool| {
        let request = json!({"entity_id": "a-1", "actor": "dpo", "ground": "contested", "restricted": on});
        call(&desk, "subject.restrict", &request)
    };
    assert_eq!(restrict(true)["restricted"], true);
    for answer in [score(&desk, &json!({})), decide(&desk, &json!("aud_0"))] {
        assert_eq!(
            (&answer["error"]["code"], &answer["error"]["cause"]),
            (&json!("FORBIDDEN"), &json!("subject.restricted"))
        );
    }
    assert!(score(&desk, &json!({"entity_id": "a-2"}))["points"].is_number());
    assert_eq!(restrict(false)["restricted"], false);
    assert!(score(&desk, &json!({}))["points"].is_number());
}
