//! The page of a decision tells the policy that took it, and checks take the text of a document.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{artefact, quiet};
use kapix_core::{Control, Desk, Engine, EngineOptions};
use serde_json::{Value, json};

/// A policy whose cut-off and the names of its rows are its version's.
fn policy(version: &str, cut: i64, hit: &str) -> String {
    let body = json!({
        "inputs": {"score": {"type": "integer", "min": 0, "max": 900}},
        "reasons": {"LOW": {"texts": {"en": "a low score"}}},
        "steps": [{"table": {"name": "rules", "hit": hit, "columns": ["score"], "rules": [
            {"id": format!("low_{version}"), "when": [format!("< {cut}")], "then": {"outcome": "decline", "reason": "LOW"}},
            {"id": format!("good_{version}"), "when": [">= 500"], "then": {"outcome": "approve"}}
        ]}}]
    });
    let mut document: Value = serde_json::from_str(&artefact("loans", version, &body)).unwrap();
    document["kind"] = json!("policy");
    document.to_string()
}

fn call(operation: &str, request: &Value) -> Value {
    let documents = [policy("1", 500, "first"), policy("2", 600, "first"), policy("3", 600, "unique")];
    let desk = Desk::new(Engine::load(&documents, EngineOptions::default()).unwrap(), quiet());
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

fn explained(policy: &str, decision: &Value) -> (Value, String) {
    let mut decision = decision.clone();
    decision["entity_id"] = json!("ent_1");
    decision["as_of"] = json!("2026-06-30T12:00:00Z");
    let answer = call("policy.explain", &json!({"policy": policy, "decision": decision}));
    let text = answer["text"].as_str().unwrap().to_owned();
    (answer, text)
}

#[test]
fn a_decision_of_a_split_is_told_by_the_policy_that_took_it() {
    let split = json!({"salt": "2026-q3", "challengers": [{"policy": "loans@2", "share": 1.0}]});
    let (answer, text) =
        explained("loans@1", &json!({"policy": "loans@1", "inputs": {"score": 550}, "split": split}));
    assert_eq!((&answer["outcome"], &answer["decided_by"]["version"]), (&json!("decline"), &json!("2")));
    let (decision, page) = text.split_once("## In short").unwrap();
    assert!(decision.contains("The split drew `loans@2`, not `loans@1`"), "{decision}");
    assert!(decision.contains("`rules.low_2`: `score` is 550, which is below 600"), "{decision}");
    assert!(!decision.contains("low_1") && page.contains("low_1") && !page.contains("low_2"), "{text}");
    // The champion's own decision needs no such words.
    let split = json!({"salt": "2026-q3", "challengers": [{"policy": "loans@2", "share": 1e-9}]});
    let (answer, text) =
        explained("loans@1", &json!({"policy": "loans@1", "inputs": {"score": 550}, "split": split}));
    assert_eq!((&answer["outcome"], answer.get("decided_by")), (&json!("approve"), None));
    assert!(!text.contains("The split drew"));
}

#[test]
fn rows_that_disagree_are_named() {
    let (answer, text) = explained("loans@3", &json!({"policy": "loans@3", "inputs": {"score": 550}}));
    assert_eq!(answer["outcome"], "refer");
    assert!(!text.contains("No row of a table matched."), "{text}");
    for row in ["rules.low_3", "rules.good_3"] {
        let said = "Rows that matched and did not decide, since rows of the table disagree";
        assert!(text.split_once(said).unwrap().1.contains(&format!("`{row}`: `score` is 550")), "{text}");
    }
    let (_, text) = explained("loans@2", &json!({"policy": "loans@2", "inputs": {}}));
    assert!(text.contains("No row of a table matched."), "{text}");
}

#[test]
fn both_versions_stand_under_their_names() {
    let answer = call("policy.explain", &json!({"policy": "loans@2", "against": "loans@1"}));
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("`loans@2` stands beside `loans@1`"), "{text}");
    assert!(text.contains("run whole, `loans@2` says **decline**, `loans@1` says **approve**"), "{text}");
    assert!(!text.contains("First version") && !text.contains("first version"), "{text}");
}

#[test]
fn shares_of_matches_stand_beside_those_of_the_portfolio() {
    let hits = json!([{"table": "rules", "rule": "low_1", "rows": 20}, {"table": "rules", "rule": "good_1", "rows": 60}]);
    let page = |applications: Value| {
        let request = json!({"policy": "loans@1", "hits": hits, "applications": applications});
        call("policy.explain", &request)
    };
    let answer = page(json!(100));
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("| Of the matches | Of 100 applications |"), "{text}");
    assert!(text.contains("| 20 (25.0 %) | 20.0 % |"), "{text}");
    let answer = page(Value::Null);
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("| 20 (25.0 %) |") && !text.contains("Of 100"), "{text}");
    assert_eq!(page(json!(59))["error"]["fields"], json!(["/applications"]));
}

#[test]
fn a_check_takes_the_text_of_a_document() {
    let document = policy("9", 500, "first");
    let as_object: Value = serde_json::from_str(&document).unwrap();
    for operation in ["policy.check", "artefact.check"] {
        let answer = |artefact: &Value| call(operation, &json!({"artefact": artefact}));
        let expected = answer(&as_object);
        assert_eq!(expected["valid"], true);
        assert_eq!(answer(&json!(document))["tables"], expected["tables"]);
        assert_eq!(answer(&json!(document))["artefacts"], expected["artefacts"]);
        #[cfg(feature = "yaml")]
        {
            let yaml = "kapix: 1\nkind: policy\nid: p\nversion: '1'\nprovenance:\n  limitations: none\n  owner: me\n  population: all\n  purpose: to test\n  status: draft\nbody:\n  inputs:\n    age: {type: integer}\n  reasons: {}\n  steps:\n    - table:\n        name: t\n        hit: first\n        columns: [age]\n        rules:\n          - when: ['>= 18']\n            then: {outcome: approve}\n";
            assert_eq!(answer(&json!(yaml))["valid"], true, "{}", answer(&json!(yaml)));
            let wrong = answer(&json!(yaml.replace("columns: [age]", "columns: [ages]")));
            assert!(wrong["problems"][0]["message"].as_str().unwrap().contains("line 19"), "{wrong}");
        }
        assert_eq!(answer(&json!("{"))["valid"], false);
    }
}

#[test]
fn a_witness_runs_as_it_stands() {
    let mut document: Value = serde_json::from_str(&policy("8", 500, "unique")).unwrap();
    document["body"]["inputs"]["score"]["max_age_days"] = json!(30);
    document["body"]["steps"][0]["table"]["rules"][1]["when"] = json!(["> 500"]);
    let as_of = "2026-06-30T12:00:00Z";
    let desk = Desk::new(Engine::load(&[document.to_string()], EngineOptions::default()).unwrap(), quiet());
    let call = |operation: &str, request: Value| -> Value {
        let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
        serde_json::from_slice(&reply.body).unwrap()
    };
    let checked = call("policy.check", json!({"policy": "loans", "as_of": as_of}));
    let gap = &checked["tables"][0]["findings"][0];
    assert_eq!(gap["witness"], json!({"score": {"value": 500, "at": "2026-06-30"}}), "{checked}");
    let request = json!({"policy": "loans", "entity_id": "ent_1", "as_of": as_of, "inputs": gap["witness"]});
    let run = call("policy.run", request);
    assert_eq!(
        (&run["outcome"], &run["reasons"][0]["code"]),
        (&gap["outcome"], &json!("NO_ROW_MATCHED")),
        "{run}"
    );
}

#[test]
fn a_frame_that_is_wrong_is_told_at_its_member() {
    let told = |change: &dyn Fn(&mut Value)| {
        let mut artefact: Value = serde_json::from_str(&policy("1", 500, "first")).unwrap();
        change(&mut artefact);
        call("policy.check", &json!({"artefact": artefact}))["problems"].clone()
    };
    assert_eq!(told(&|_| {}), json!([]));
    let missing = told(&|it| drop(it.as_object_mut().unwrap().remove("kind")));
    assert_eq!(missing[0]["message"], "kind is missing: write `kind: policy`");
    assert_eq!((missing[0]["field"].as_str(), missing.as_array().map(Vec::len)), (Some("/kind"), Some(1)));
    let number = told(&|it| it["version"] = json!(1.0));
    assert_eq!(number[0]["message"], "version is a text: put the number in quotes, `\"1.0\"`");
}

/// A policy whose step asks the card `small` for what this call says, and decides on `s.points`.
fn asking(arguments: &Value, pointer: &str) -> Value {
    let body = json!({
        "inputs": {"age": {"type": "integer", "min": 0, "description": "Age in years."}, "idle": {"type": "money", "currency": "KES"}},
        "reasons": {
            "LOW": {"texts": {"en": "a low score", "sw": "alama ndogo"}}, "SPARE": {"texts": {"en": "never given"}}
        },
        "steps": [
            {"call": {"name": "s", "operation": "credit.score", "arguments": arguments, "results": {
                "points": {"pointer": pointer, "type": "integer"}
            }}},
            {"table": {"name": "rules", "hit": "first", "columns": ["s.points", "age"], "rules": [
                {"id": "low", "when": ["< 10", "-"], "then": {"outcome": "decline", "reason": "LOW"}},
                {"id": "good", "when": [">= 10", "> 17"], "then": {"outcome": "approve"}}
            ]}}
        ]
    });
    let mut document: Value = serde_json::from_str(&artefact("asks", "1", &body)).unwrap();
    document["kind"] = json!("policy");
    document
}

fn small_card() -> String {
    artefact("small", "1", &given::body(&[given::numeric("age", &[30.0], &[5, 50], 20)], 40, 10))
}

/// Calls a Desk that has the small card and these documents.
fn beside(documents: &[Value], operation: &str, request: &Value) -> Value {
    let documents: Vec<String> = documents.iter().map(Value::to_string).chain([small_card()]).collect();
    let desk = Desk::new(Engine::load(&documents, EngineOptions::default()).unwrap(), quiet());
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

#[test]
fn a_step_gives_what_the_request_has_and_reads_what_the_answer_has() {
    let wrong = |arguments: Value, pointer: &str| {
        let answer = beside(&[], "policy.check", &json!({"artefact": asking(&arguments, pointer)}));
        let problems = answer["problems"].as_array().unwrap().clone();
        problems.iter().map(|it| format!("{} {}", it["field"], it["message"])).collect::<Vec<_>>()
    };
    assert_eq!(wrong(json!({"entity_type": "individual", "card": "small"}), "/points"), Vec::<String>::new());
    let misspelt = wrong(json!({"entity_tipe": "individual"}), "/pionts");
    assert_eq!(misspelt.len(), 2, "{misspelt:?}");
    assert!(
        misspelt[0].contains("arguments/entity_tipe") && misspelt[0].contains("did you mean `entity_type`?")
    );
    assert!(misspelt[1].contains("results/points/pointer") && misspelt[1].contains("did you mean `points`?"));
    assert!(
        wrong(json!({"entity_type": "person"}), "/points")[0].contains("`individual`, `sme` or `corporate`")
    );
    // Every member of an answer can be read.
    let request = json!({"entity_id": "ent_1", "entity_type": "individual", "features": {"age": 40}});
    let answer = beside(&[], "credit.score", &request);
    for member in answer.as_object().unwrap().keys() {
        assert_eq!(wrong(json!({}), &format!("/{member}")), Vec::<String>::new(), "{member}");
    }
}

#[test]
fn a_check_remarks_on_what_nothing_reads_gives_or_answers() {
    let remarks = |arguments: Value| {
        let answer = beside(&[], "policy.check", &json!({"artefact": asking(&arguments, "/points")}));
        assert_eq!(answer["valid"], true, "{answer}");
        let told = |it: &Value| format!("{} {}", it["code"].as_str().unwrap(), it["field"].as_str().unwrap());
        (answer["remarks"].as_array().unwrap().iter().map(told).collect::<Vec<_>>(), answer["inputs"].clone())
    };
    let odd = [
        "unread_input /body/inputs/idle",
        "unused_reason /body/reasons/SPARE",
        "language_missing /body/reasons/SPARE/texts",
    ];
    let (told, inputs) = remarks(json!({"entity_type": "individual", "card": "small"}));
    assert_eq!(told, odd);
    assert_eq!(
        inputs[0],
        json!({"description": "Age in years.", "list": false, "min": 0, "name": "age", "on_missing": "refer",
        "protected": false, "read": true, "type": "integer"})
    );
    assert_eq!((&inputs[1]["currency"], &inputs[1]["read"]), (&json!("KES"), &json!(false)));
    for (arguments, field) in [
        (json!({"entity_type": "individual", "card": "smal"}), "card"),
        (json!({"entity_type": "sme"}), "entity_type"),
        (json!({"entity_type": "sme", "card": "small"}), "entity_type"),
    ] {
        let unknown = format!("artefact_not_loaded /body/steps/0/call/arguments/{field}");
        assert_eq!(remarks(arguments).0.last(), Some(&unknown));
    }
    let mut never = asking(&json!({}), "/points");
    never["body"]["steps"][1]["table"]["rules"].as_array_mut().unwrap().pop();
    let answer = beside(&[], "policy.check", &json!({"artefact": never}));
    assert_eq!((&answer["remarks"][0]["code"], &answer["valid"]), (&json!("nothing_approves"), &json!(true)));
}

#[test]
fn a_step_without_a_result_says_why() {
    let run = |pointer: &str, applicant: Value| {
        let policy = asking(&json!({"entity_type": "individual"}), pointer);
        let request =
            json!({"policy": "asks", "entity_id": "ent_1", "inputs": {"age": 40}, "applicant": applicant});
        let page = beside(
            core::slice::from_ref(&policy),
            "policy.explain",
            &json!({"policy": "asks", "decision": request}),
        );
        (
            beside(&[policy], "policy.run", &request)["steps"][0].clone(),
            page["text"].as_str().unwrap().to_owned(),
        )
    };
    let (step, page) = run("/explanation/nothing", json!({"features": {"age": 40}}));
    assert_eq!((&step["missing"], step.get("error")), (&json!(["/explanation/nothing"]), None));
    assert!(page.contains("gave no result: its answer does not have /explanation/nothing"), "{page}");
    let (step, page) = run("/points", json!({}));
    let cause = step["error"]["cause"].as_str().unwrap();
    assert!(step.get("missing").is_none() && page.contains(&format!("gave no result: {cause}: ")), "{page}");
    assert!(run("/points", json!({"features": {"age": 40}})).0.get("missing").is_none());
}

#[test]
fn a_page_of_a_decision_has_its_instant_from_the_clock_or_the_decision() {
    let page = |decision: &Value| {
        let answer = call("policy.explain", &json!({"policy": "loans@1", "decision": decision}));
        answer["text"].as_str().map_or_else(|| panic!("{answer}"), str::to_owned)
    };
    let decision =
        json!({"policy": "loans@1", "entity_id": "ent_1", "inputs": {"score": 550, "colour": "red"}});
    let text = page(&decision);
    assert!(text.contains("Decided at 2026-03-31T12:00:00Z (UTC)"), "{text}");
    assert!(text.contains("Sent and not read: `colour`"), "{text}");
    let mut dated = decision;
    dated["as_of"] = json!("2026-06-30T12:00:00+03:00");
    assert!(page(&dated).contains("Decided at 2026-06-30T09:00:00Z (UTC)"));
}

#[test]
fn a_page_says_which_inputs_nothing_reads_and_which_languages_changed() {
    let (first, mut second) = (asking(&json!({}), "/points"), asking(&json!({}), "/points"));
    second["version"] = json!("2");
    second["body"]["reasons"]["LOW"]["texts"]["sw"] = json!("alama chache");
    let request = json!({"policy": "asks@1", "against": "asks@2"});
    let answer = beside(&[first, second], "policy.explain", &request);
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("It reads 1 input, states 1 more that nothing reads, and takes 2 steps"), "{text}");
    let row = text.lines().find(|line| line.starts_with("| `idle`")).unwrap();
    assert!(row.contains("Nothing: no rule reads it.") && !row.contains("MISSING_INPUT"), "{row}");
    assert!(text.contains("in `sw`: alama ndogo") && text.contains("in `sw`: alama chache"), "{text}");
}
