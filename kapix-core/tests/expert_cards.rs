//! The expert cards that ship: against their page, against their own promises, and on hand-made histories.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "common/histories.rs"]
mod histories;

use histories::{History, gambler, overdrawn, salaried};
use kapix_core::{Control, Engine, EngineOptions, Operation, Request, artefact::EXPERT_CARDS, numeric};
use serde_json::{Map, Value, json};

const PAGE: &str = include_str!("../docs/methods/expert_cards.md");
const ENTITY_TYPES: [&str; 3] = ["individual", "sme", "corporate"];

fn engine() -> Engine {
    Engine::load(&[EXPERT_CARDS], EngineOptions::default()).unwrap()
}

fn call(operation: Operation, request: &Value) -> Result<Value, kapix_core::Error> {
    let engine = engine();
    let text = serde_json::to_vec(request).unwrap();
    let request = Request::read(operation, &text, engine.limits())?;
    let reply = engine.run(&request, &Control::default())?;
    Ok(serde_json::from_slice(&kapix_core::audit::to_vec(&reply.response).unwrap()).unwrap())
}

fn score(request: &Value) -> Value {
    call(Operation::CreditScore, request).unwrap()
}

fn points(answer: &Value) -> i64 {
    answer["points"].as_i64().unwrap()
}

/// Bodies of the three cards, in the order of [`ENTITY_TYPES`].
fn bodies() -> Vec<Value> {
    let bundle: Value = serde_json::from_str(EXPERT_CARDS).unwrap();
    bundle["artefacts"].as_array().unwrap().iter().map(|artefact| artefact["body"].clone()).collect()
}

fn characteristics(body: &Value) -> &Vec<Value> {
    body["characteristics"].as_array().unwrap()
}

fn attribute_points(characteristic: &Value) -> Vec<i64> {
    characteristic["attributes"].as_array().unwrap().iter().map(|it| it["points"].as_i64().unwrap()).collect()
}

/// One number inside each attribute, ascending; lower bounds belong to their attribute.
fn inside(characteristic: &Value) -> Vec<f64> {
    let attributes = characteristic["attributes"].as_array().unwrap();
    let first = attributes[0]["upper"].as_f64().unwrap() - 0.001;
    let lowers = attributes.iter().skip(1).map(|it| it["lower"].as_f64().unwrap());
    std::iter::once(first).chain(lowers).collect()
}

/// An applicant by named inputs, each in the attribute with the most points.
fn best(body: &Value) -> Map<String, Value> {
    let mut features = Map::new();
    for (name, value) in [("history_days", 1000), ("history_transactions", 1000), ("coverage_age_days", 0)] {
        features.insert(name.to_owned(), value.into());
    }
    for characteristic in characteristics(body) {
        let points = attribute_points(characteristic);
        let most = points.iter().enumerate().max_by_key(|(_, points)| **points).unwrap().0;
        features.insert(
            characteristic["feature"].as_str().unwrap().to_owned(),
            inside(characteristic)[most].into(),
        );
    }
    features
}

fn named(entity_type: &str, features: &Map<String, Value>) -> Value {
    json!({
        "as_of": "2026-06-30T23:59:59+03:00",
        "entity_id": "applicant",
        "entity_type": entity_type,
        "features": features,
    })
}

#[test]
fn the_bundle_loads_and_routes_every_entity_type() {
    for (entity_type, body) in ENTITY_TYPES.iter().zip(bodies()) {
        let answer = score(&named(entity_type, &best(&body)));
        assert_eq!(answer["card"]["id"], format!("expert_{entity_type}"));
        assert_eq!(answer["decision"], "approve");
        assert_eq!(answer["points"], answer["points_range"]["max"]);
        assert_eq!(answer["pd"], Value::Null);
        assert_eq!(answer["null_reasons"]["/pd"], "pd_assumed");
        assert!((8..=14).contains(&characteristics(&body).len()));
    }
}

#[test]
fn an_expert_card_does_not_load_for_production() {
    let options = EngineOptions { production: true, ..EngineOptions::default() };
    let error = Engine::load(&[EXPERT_CARDS], options).unwrap_err();
    assert_eq!(error.cause.as_str(), "artefact.not_approved");
}

#[test]
fn no_input_is_an_amount_of_money() {
    for body in bodies() {
        for characteristic in characteristics(&body) {
            let definition =
                kapix_core::cashflow::definition(characteristic["feature"].as_str().unwrap()).unwrap();
            assert_ne!(definition.unit, kapix_core::cashflow::Unit::Minor, "{}", definition.name);
        }
    }
}

#[test]
fn a_missing_input_earns_the_least_and_never_improves_the_decision() {
    let rank =
        |decision: &Value| ["decline", "refer", "approve"].iter().position(|it| decision == it).unwrap();
    for (entity_type, body) in ENTITY_TYPES.iter().zip(bodies()) {
        let best = best(&body);
        for characteristic in characteristics(&body) {
            let feature = characteristic["feature"].as_str().unwrap();
            if feature == "history_days" {
                continue;
            }
            let mut features = best.clone();
            features.insert(feature.to_owned(), Value::Null);
            let missing = score(&named(entity_type, &features));
            for value in inside(characteristic) {
                features.insert(feature.to_owned(), value.into());
                let given = score(&named(entity_type, &features));
                assert!(points(&missing) <= points(&given), "{entity_type} {feature} {value}");
                assert!(
                    rank(&missing["decision"]) <= rank(&given["decision"]),
                    "{entity_type} {feature} {value}"
                );
            }
            let required = body["required"].as_array().unwrap().contains(&characteristic["feature"]);
            let refers = required || characteristic["missing"]["refer"] == true;
            assert_eq!(missing["decision"] == "refer", refers, "{entity_type} {feature}");
        }
    }
    for body in bodies() {
        for characteristic in characteristics(&body) {
            let least = attribute_points(characteristic).into_iter().min();
            assert_eq!(characteristic["missing"]["points"].as_i64(), least, "{}", characteristic["id"]);
        }
    }
}

#[test]
fn points_move_in_the_direction_that_methods_states() {
    for (entity_type, body) in ENTITY_TYPES.iter().zip(bodies()) {
        let best = best(&body);
        for characteristic in characteristics(&body) {
            let feature = characteristic["feature"].as_str().unwrap();
            let cells = row(entity_type, characteristic["id"].as_str().unwrap());
            let higher_is_safer = cells[4] == "higher";
            let totals: Vec<i64> = inside(characteristic)
                .into_iter()
                .map(|value| {
                    let mut features = best.clone();
                    features.insert(feature.to_owned(), value.into());
                    points(&score(&named(entity_type, &features)))
                })
                .collect();
            let strict =
                totals.windows(2).all(|pair| (pair[0] < pair[1]) == higher_is_safer && pair[0] != pair[1]);
            assert!(strict, "{entity_type} {feature} {totals:?}");
        }
    }
}

/// Cells of a characteristic in the chapter of its card.
fn row(entity_type: &str, id: &str) -> Vec<String> {
    let lines: Vec<&str> =
        chapter(entity_type).lines().filter(|line| line.starts_with(&format!("| `{id}` |"))).collect();
    assert_eq!(lines.len(), 1, "expert_cards.md must have one row of `{id}` under `expert_{entity_type}`");
    lines[0].trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn chapter(entity_type: &str) -> &'static str {
    let start =
        PAGE.find(&format!("`expert_{entity_type}`\n")).expect("expert_cards.md has a chapter of each card");
    let rest = &PAGE[start..];
    rest.split("\n### ").next().unwrap()
}

#[test]
fn the_page_shows_the_points_of_every_characteristic() {
    for (entity_type, body) in ENTITY_TYPES.iter().zip(bodies()) {
        for characteristic in characteristics(&body) {
            let points = attribute_points(characteristic);
            let (least, most) = (points.iter().min().unwrap(), points.iter().max().unwrap());
            let missing = &characteristic["missing"];
            let is_required = body["required"].as_array().unwrap().contains(&characteristic["feature"]);
            let refers = match (is_required, &missing["refer"]) {
                (true, _) => ", required",
                (false, Value::Bool(true)) => ", refers",
                _ => "",
            };
            let cells = row(entity_type, characteristic["id"].as_str().unwrap());
            assert_eq!(cells[1], format!("`{}`", characteristic["feature"].as_str().unwrap()));
            assert_eq!(cells[2], format!("{least} to {most}"), "{entity_type} {}", cells[0]);
            assert_eq!(cells[3], characteristic["neutral_points"].to_string(), "{entity_type} {}", cells[0]);
            assert_eq!(cells[5], format!("{}{refers}", missing["points"]), "{entity_type} {}", cells[0]);
            assert!(cells[6].len() > 20, "{entity_type} {}: say why", cells[0]);
        }
        let rows = chapter(entity_type).lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, characteristics(&body).len());
        let base = body["base_points"].as_i64().unwrap();
        let sum = |pick: fn(&Value) -> i64| base + characteristics(&body).iter().map(pick).sum::<i64>();
        let totals = format!(
            "Totals: {} to {}; {} with every characteristic neutral.",
            sum(|it| attribute_points(it).into_iter().min().unwrap()),
            sum(|it| attribute_points(it).into_iter().max().unwrap()),
            sum(|it| it["neutral_points"].as_i64().unwrap()),
        );
        assert!(chapter(entity_type).contains(&totals), "expert_cards.md must say: {totals}");
    }
}

#[test]
fn measured_ranges_follow_from_the_measured_auc() {
    let mut measured = 0;
    for characteristic in characteristics(&bodies()[0]) {
        let cells = row("individual", characteristic["id"].as_str().unwrap());
        let Some((_, rest)) = cells[6].split_once("Measured: AUC ") else { continue };
        let auc: f64 = format!("0{}", &rest[..4]).parse().unwrap();
        // The page: 40.4 sqrt 2 Phi^-1(AUC), rounded to 5; 80.8 / 2 is 1.40 x 2 x 20 / ln 2 / 2.
        let exact = 40.4 * std::f64::consts::SQRT_2 * numeric::normal_quantile(auc);
        let most = *attribute_points(characteristic).iter().max().unwrap();
        assert!((exact - f64::from(i32::try_from(most).unwrap())).abs() <= 2.5, "{} {exact}", cells[0]);
        measured += 1;
    }
    assert_eq!(measured, 6);
}

#[test]
fn reasons_are_specific_and_differ() {
    for body in bodies() {
        let reasons = body["reasons"].as_object().unwrap();
        let mut texts: Vec<&str> = reasons
            .values()
            // What is missing may be the same of several inputs.
            .flat_map(|it| it.as_object().unwrap().iter().filter(|(name, _)| *name != "missing"))
            .map(|(_, it)| it.as_str().unwrap())
            .collect();
        let count = texts.len();
        assert!(texts.iter().all(|text| text.ends_with('.') && !text.to_lowercase().contains("score")));
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), count);
        assert_eq!(reasons.len(), characteristics(&body).len());
    }
}

#[test]
fn histories_get_the_points_and_decisions_that_a_person_would_expect() {
    let (salaried, gambler, overdrawn) = (salaried(), gambler(), overdrawn());
    let answers =
        [&salaried, &gambler, &overdrawn].map(|history| score(&history.request("individual", "KES")));
    let totals = answers.each_ref().map(points);
    assert!(totals[0] > totals[1] && totals[1] > totals[2], "{totals:?}");
    assert_eq!(answers.each_ref().map(|it| it["decision"].clone()), ["approve", "decline", "decline"]);
    let code = |answer: &Value, rank: usize| answer["explanation"]["adverse_reasons"][rank]["code"].clone();
    assert_eq!(answers[0]["explanation"]["counterfactual"], Value::Null);
    assert_eq!([code(&answers[1], 0), code(&answers[1], 1)], ["BALANCE_SWINGS", "DAYS_NEAR_ZERO"]);
    assert_eq!(code(&answers[2], 0), "LOWEST_BALANCE");
}

#[test]
fn a_thin_file_is_insufficient_data_with_both_figures() {
    let thin = salaried().last_days(60);
    let error = call(Operation::CreditScore, &thin.request("individual", "KES")).unwrap_err();
    assert_eq!((error.code().as_str(), error.cause.as_str()), ("INSUFFICIENT_DATA", "data.insufficient"));
    assert!(error.message.contains("`90`") && error.message.contains("`60`"), "{}", error.message);
}

#[test]
fn old_data_turn_an_approval_into_a_referral() {
    let mut request = salaried().request("individual", "KES");
    request["as_of"] = "2026-08-10T23:59:59+03:00".into();
    let answer = score(&request);
    let codes: Vec<&Value> =
        answer["referral_reasons"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert!(codes.iter().any(|code| **code == "INPUT_STALE"), "{codes:?}");
    assert_ne!(answer["decision"], "approve");
}

#[test]
fn a_total_is_the_base_and_the_points_of_its_explanation() {
    for history in [salaried(), gambler(), overdrawn()] {
        for entity_type in ENTITY_TYPES {
            let answer = score(&history.request(entity_type, "KES"));
            let explanation = &answer["explanation"];
            let parts = explanation["characteristics"].as_array().unwrap().iter();
            let sum: i64 = parts.map(|it| it["points"].as_i64().unwrap()).sum();
            assert_eq!(points(&answer), explanation["base_points"].as_i64().unwrap() + sum);
        }
    }
}

#[test]
fn neither_scale_nor_currency_changes_the_points() {
    let shape = |history: &History, currency: &str| {
        ENTITY_TYPES.map(|entity_type| {
            let answer = score(&history.request(entity_type, currency));
            let parts = answer["explanation"]["characteristics"].as_array().unwrap();
            let parts: Vec<Value> = parts.iter().map(|it| it["points"].clone()).collect();
            (answer["points"].clone(), answer["decision"].clone(), parts)
        })
    };
    for history in [salaried(), gambler(), overdrawn()] {
        let expected = shape(&history, "KES");
        assert_eq!(shape(&history.scaled(1000), "KES"), expected);
        for currency in ["NGN", "ZAR", "USD", "UGX"] {
            assert_eq!(shape(&history, currency), expected, "{currency}");
        }
    }
}

#[test]
fn columns_get_the_points_of_single_scores() {
    for (entity_type, body) in ENTITY_TYPES.iter().zip(bodies()) {
        let features = best(&body);
        let single = score(&named(entity_type, &features));
        let columns: Map<String, Value> =
            features.into_iter().map(|(name, value)| (name, json!([value]))).collect();
        let request = json!({
            "as_of": "2026-06-30T23:59:59+03:00", "columns": columns, "entity_type": entity_type,
        });
        let batch = call(Operation::CreditScoreBatch, &request).unwrap();
        assert_eq!(batch["columns"]["points"][0], single["points"]);
        assert_eq!(batch["columns"]["decision"][0], single["decision"]);
    }
}
