//! The policies that ship as examples: they load beside the example cards, in YAML and as canonical JSON alike, their
//! cases pass, their tables have no fault, and each decides a whole application.
#![cfg(feature = "yaml")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use kapix_core::artefact::{EXAMPLE_POLICIES, EXPERT_CARDS};
use kapix_core::{Cause, Clock, Control, Desk, DeskOptions, Engine, EngineOptions, time::Instant};
use serde_json::{Value, json};

/// Each policy by its id.
const POLICIES: [(&str, &str); 3] = [
    ("instalment_loan_za", include_str!("../artefacts/instalment_loan_za.yaml")),
    ("nano_loan_ke", include_str!("../artefacts/nano_loan_ke.yaml")),
    ("sme_working_capital_ng", include_str!("../artefacts/sme_working_capital_ng.yaml")),
];

fn desk(documents: &[&str]) -> Desk {
    let clock = Clock::Fixed(Instant::parse("2026-06-30T12:00:00Z").unwrap());
    let options = DeskOptions { clock, envelope: false, record: false, ..DeskOptions::default() };
    let engine = Engine::load(documents, EngineOptions::default()).unwrap();
    Desk::new(engine, options)
}

fn shipped() -> Desk {
    desk(&[EXAMPLE_POLICIES, EXPERT_CARDS])
}

fn call(desk: &Desk, operation: &str, request: &Value) -> Value {
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(reply.status, 0, "{answer:#}");
    answer
}

#[test]
fn their_cases_pass_and_their_tables_have_no_fault() {
    let desk = shipped();
    for (id, _) in POLICIES {
        let answer = call(&desk, "policy.check", &json!({ "policy": id }));
        let failed: Vec<&Value> =
            answer["tests"].as_array().unwrap().iter().filter(|it| it["passed"] != true).collect();
        assert!(failed.is_empty(), "{id}: {failed:#?}");
        assert_eq!(answer["valid"], true, "{id}");
        assert_eq!(answer["jurisdiction"], json!([]), "{id}");
        for table in answer["tables"].as_array().unwrap() {
            assert_eq!(table["whole"], true, "{id}: {}", table["table"]);
            assert_eq!(table.get("not_analysed"), None, "{id}: {}", table["table"]);
            let kinds: Vec<&str> =
                table["findings"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
            // Where no knock-out matches, the tables behind decide.
            let intended: &[&str] = if table["table"] == "knock_outs" { &["gap"] } else { &[] };
            assert_eq!(kinds, intended, "{id}: {table:#}");
        }
    }
}

#[test]
fn every_reason_has_a_text_in_three_languages_and_every_input_a_range_or_its_texts() {
    for (id, text) in POLICIES {
        let json = canonical(text);
        for (code, reason) in json["body"]["reasons"].as_object().unwrap() {
            for language in ["en", "sw", "fr"] {
                assert!(reason["texts"][language].is_string(), "{id}: {code} has no text in {language}");
            }
        }
        for (name, input) in json["body"]["inputs"].as_object().unwrap() {
            let is_numeric = ["integer", "money", "number"].contains(&input["type"].as_str().unwrap());
            let is_closed =
                input.get("min").is_some() && (input.get("max").is_some() || input["list"] == true);
            assert!(
                !is_numeric || is_closed && (input.get("unit").is_some() || input["type"] == "money"),
                "{id}: {name}"
            );
            assert!(input["type"] != "text" || input["values"].is_array(), "{id}: {name}");
        }
    }
}

/// The canonical JSON of a document, read by the library alone.
fn canonical(text: &str) -> Value {
    let desk = desk(&[text]);
    let answer = call(&desk, "engine.describe", &json!({}));
    assert_eq!(answer["artefacts"].as_array().unwrap().len(), 1);
    serde_saphyr::from_str(text).unwrap()
}

#[test]
fn yaml_and_json_of_one_policy_have_one_hash() {
    for (id, text) in POLICIES {
        let json = canonical(text);
        let hash = |text: &str| {
            let answer = call(&desk(&[text]), "engine.describe", &json!({}));
            answer["artefacts"][0]["sha256"].as_str().unwrap().to_owned()
        };
        assert_eq!(hash(text), hash(&json.to_string()), "{id}");
        assert_eq!(hash(text), hash(&serde_json::to_string_pretty(&json).unwrap()), "{id}");
        assert_eq!(json["id"], id);
    }
    // Cards too.
    let cards: Value = serde_json::from_str(EXPERT_CARDS).unwrap();
    let yaml = format!(
        "# cards\nkapix: 1\nkind: bundle\nid: expert\nversion: \"1.0.0\"\nroutes: {}\nartefacts: {}\n",
        cards["routes"], cards["artefacts"]
    );
    let hashes = |text: &str| call(&desk(&[text]), "engine.describe", &json!({}))["artefacts"].clone();
    assert_eq!(hashes(&yaml), hashes(EXPERT_CARDS));
}

#[test]
fn mistakes_in_yaml_are_told_with_line_and_column() {
    let (_, text) = POLICIES[1];
    let line = |part: &str| text.lines().position(|line| line.contains(part)).unwrap() + 1;
    let load = |text: &str| Engine::load(&[text], EngineOptions::default()).unwrap_err();
    for (from, to, cause, at) in [
        (
            "share, account.points, bureau_score]",
            "shar, account.points, bureau_score]",
            Cause::ExpressionName,
            "columns: [share",
        ),
        ("\"> 0.25\", \"< 560\", \"-\"", "\"> 0.25\", \"< x560\", \"-\"", Cause::ExpressionName, "\"< 560\""),
        ("window_s: 86400", "window_s: 1d", Cause::JsonShape, "window_s"),
        ("window_s: 86400", "windows: 86400", Cause::JsonUnknownField, "window_s"),
        ("four_eyes: true", "four_eyes: yes", Cause::JsonShape, "four_eyes"),
        ("valid_days: 3", "valid_days: 03", Cause::YamlLeftOut, "valid_days"),
        ("valid_days: 3", "valid_days:", Cause::YamlLeftOut, "valid_days"),
        ("valid_days: 3", "valid_days: *three", Cause::YamlLeftOut, "valid_days"),
        ("valid_days: 3", "above_limit: refer", Cause::JsonDuplicateKey, "valid_days"),
    ] {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        let error = load(&text.replace(from, to));
        assert_eq!(error.cause, cause, "{error}");
        assert!(error.message.contains(&format!("(line {}, column ", line(at))), "{to}: {error}");
        assert!(error.fields[0].starts_with("/body"), "{to}: {error}");
    }
    // In one text of several documents, lines are those of the text.
    let both = format!("{EXPERT_CARDS}\n---\n{text}").replace("[share, ", "[shar, ");
    let error = load(&both);
    let line = both.lines().position(|line| line.contains("[shar, ")).unwrap() + 1;
    assert!(error.fields[0].starts_with("/1/body/steps/3"), "{error}");
    assert!(error.message.contains(&format!("(line {line}, column ")), "{error}");
}

/// Features at which each characteristic of the example card has its best bin.
fn features() -> Value {
    json!({
        "coverage_age_days": 2, "history_days": 366, "history_transactions": 120, "balance_min_to_outflow_ratio_90d": 2,
        "balance_variability": 0.075, "low_balance_days_share_90d": 0, "negative_balance_days_90d": 0,
        "balance_outflow_days": 61, "balance_trend_90d": 1.5, "income_months_share": 1, "income_volatility": 0.05,
        "days_since_last_income": 17, "inflow_outflow_ratio_90d": 2.05, "negative_net_months_share": 0.1,
        "active_days_share_90d": 1, "income_trend": 1.5, "longest_gap_days_90d": 1, "income_top_payer_share_180d": 0.1,
        "credits_90d": 200
    })
}

#[test]
fn each_decides_an_application_with_the_example_card_and_offers_less_where_too_much_is_asked() {
    let desk = shipped();
    for (id, text) in POLICIES {
        let json = canonical(text);
        let case = json["body"]["tests"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["expect"]["outcome"] == "approve")
            .unwrap();
        let entity_type = if id.starts_with("sme") { "sme" } else { "individual" };
        let run = |inputs: &Value, language: &str| {
            let request = json!({
                "policy": id, "entity_id": "a-1", "inputs": inputs, "language": language, "as_of": case["as_of"],
                "applicant": {"entity_type": entity_type, "features": features()}
            });
            call(&desk, "policy.run", &request)
        };
        let answer = run(&case["inputs"], "en");
        assert_eq!(answer["outcome"], "approve", "{id}: {answer:#}");
        assert_eq!(answer["approved_amount_minor"], case["inputs"]["requested"]);
        let mut much = case["inputs"].clone();
        let amount = much["requested"].as_i64().unwrap();
        much["requested"] = json!(amount * 3);
        let answer = run(&much, "sw");
        assert_ne!(answer["outcome"], "approve", "{id}");
        let offered =
            answer["counter_offer"]["amount_minor"].as_i64().unwrap_or_else(|| panic!("{id}: {answer:#}"));
        much["requested"] = json!(offered);
        assert_eq!(
            run(&much, "en")["outcome"],
            "approve",
            "{id}: the counter-offer is granted where it is asked for"
        );
        let step = json["body"]["offer"]["counter_offer"]["step"].as_i64().unwrap();
        if offered + step < amount * 3 {
            much["requested"] = json!(offered + step);
            assert_ne!(run(&much, "en")["outcome"], "approve", "{id}: it is the largest");
        }
    }
    // Without the cards the step is refused, and a person decides.
    let alone = Engine::load(&[POLICIES[1].1], EngineOptions::default()).unwrap();
    let alone = Desk::new(alone, DeskOptions { record: false, ..DeskOptions::default() });
    let case = &canonical(POLICIES[1].1)["body"]["tests"][0];
    let request = json!({"policy": "nano_loan_ke", "entity_id": "a-1", "inputs": case["inputs"], "as_of": case["as_of"]});
    let answer = call(&alone, "policy.run", &request);
    assert_eq!(
        (&answer["outcome"], &answer["reasons"][0]["code"]),
        (&json!("refer"), &json!("STEP_REFUSED"))
    );
}
