//! What an answer says to the applicant and to the lender where a figure cannot be, and what it refuses.

use crate::artefact::EXPERT_CARDS;
use crate::error::{Cause, Error};
use crate::{Control, Engine, EngineOptions, Limits, Operation, Request, Response};
use serde_json::{Value, json};

fn score(request: &Value) -> Result<Value, Error> {
    let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default()).unwrap();
    let request = Request::read(Operation::CreditScore, request.to_string().as_bytes(), &Limits::default())?;
    let answer = engine.run(&request, &Control::default())?;
    let Response::CreditScore(score) = answer.response else { panic!("another operation") };
    Ok(serde_json::to_value(&score).unwrap())
}

/// Daily purchases and a salary a month, each row with its balance; the first stands at `balance`.
fn request(mut balance: i64, audience: &str) -> Value {
    let mut rows = Vec::new();
    for month in 1..=6 {
        for day in [1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28] {
            let amount = if day == 28 { 50_000 } else { -5_000 };
            balance += amount;
            let at = format!("2026-{month:02}-{day:02}");
            rows.push(json!({"at": at, "amount_minor": amount, "balance_minor": balance, "description": at}));
        }
    }
    let account = json!({"account_id": "a", "kind": "current", "currency": "KES", "transactions": rows});
    json!({
        "entity_id": "a", "entity_type": "individual", "as_of": "2026-06-29T12:00:00Z", "audience": audience,
        "data": {"bank": {"accounts": [account]}}, "data_sources": ["bank"],
    })
}

fn reason<'a>(answer: &'a Value, list: &str, feature: &str) -> Option<&'a Value> {
    let reasons = answer["explanation"][list].as_array().unwrap();
    reasons.iter().find(|it| it["features"].as_array().unwrap().contains(&json!(feature)))
}

#[test]
fn an_overdrawn_account_is_told_so_and_asked_for_nothing() {
    let answer = score(&request(-900_000, "customer")).unwrap();
    let text = reason(&answer, "adverse_reasons", "balance_variability").map(|it| it["text"].clone());
    assert_eq!(text, Some(json!("On average of the last 90 days your account was empty or overdrawn.")));
    let reasons = answer["referral_reasons"].as_array().unwrap();
    let missing = reasons.iter().find(|it| it["code"] == "MISSING_INPUT").unwrap();
    assert_eq!(
        missing["message"],
        "`balance_variability`: a mean of zero or below has no spread. A person decides."
    );
}

#[test]
fn inputs_of_balances_are_brought_by_the_opening_balance() {
    let mut request = request(900_000, "customer");
    for row in request["data"]["bank"]["accounts"][0]["transactions"].as_array_mut().unwrap() {
        row.as_object_mut().unwrap().remove("balance_minor");
    }
    let answer = score(&request).unwrap();
    let reasons = answer["referral_reasons"].as_array().unwrap();
    let missing = reasons.iter().find(|it| it["code"] == "MISSING_INPUT").unwrap();
    let message = missing["message"].as_str().unwrap();
    assert!(message.contains("`balance_variability`") && !message.contains("Bring"), "{message}");
    assert!(
        message.ends_with(": State `opening_balance_minor`, or `balance_minor` of the rows."),
        "{message}"
    );
}

#[test]
fn a_missing_input_is_brought_by_its_name() {
    let features = json!({
        "entity_id": "a", "entity_type": "individual", "as_of": "2026-06-30T20:00:00Z",
        "features": {"history_days": 400, "history_transactions": 90, "coverage_age_days": 0},
    });
    let answer = score(&features).unwrap();
    let missing = &answer["referral_reasons"][0];
    let message = missing["message"].as_str().unwrap();
    assert!(message.starts_with("Bring `") && message.ends_with("`."), "{message}");
    for name in missing["inputs"].as_array().unwrap() {
        assert!(message.contains(name.as_str().unwrap()), "{name}");
    }
}

#[test]
fn what_no_ledger_gives_is_refused() {
    let refused = |name: &str, value: f64| {
        let features =
            json!({"history_days": 400, "history_transactions": 90, "coverage_age_days": 0, name: value});
        let request = json!({
            "entity_id": "a", "entity_type": "individual", "as_of": "2026-06-30T20:00:00Z", "features": features,
        });
        score(&request).err()
    };
    assert!(refused("balance_variability", 1.5).is_none());
    for name in ["balance_variability", "income_volatility"] {
        let error = refused(name, -0.5).unwrap();
        assert_eq!(error.cause, Cause::DataInputRange, "{name}");
        // The end of all numbers has 309 digits.
        assert_eq!(error.message, format!("input `{name}` must be at least `0`"));
    }
}

#[test]
fn rows_after_as_of_are_said_to_be_so() {
    let mut request = request(900_000, "customer");
    request["as_of"] = json!("2025-12-31T12:00:00Z");
    let error = score(&request).unwrap_err();
    let text = error.to_string() + &error.details.iter().map(|it| it.message.as_str()).collect::<String>();
    assert!(text.contains("for this card; every row lies after `as_of`"), "{text}");
}

#[test]
fn a_source_is_named_once() {
    let mut request = request(900_000, "customer");
    assert!(score(&request).is_ok());
    request["data_sources"] = json!(["bank", "bank"]);
    let error = score(&request).unwrap_err();
    assert_eq!((error.cause, error.fields[0].as_str()), (Cause::ValueOutOfRange, "/data_sources/1"));
}

#[test]
fn a_short_history_names_what_took_the_rows() {
    let mut request = request(900_000, "customer");
    let accounts = request["data"]["bank"]["accounts"].as_array_mut().unwrap();
    let mut other = accounts[0].clone();
    for (of, upload) in [("one", &mut accounts[0]), ("other", &mut other)] {
        for row in upload["transactions"].as_array_mut().unwrap() {
            row["description"] = json!(of);
            row.as_object_mut().unwrap().remove("balance_minor");
        }
    }
    accounts.push(other);
    let error = score(&request).unwrap_err();
    let text = error.to_string() + &error.details.iter().map(|it| it.message.as_str()).collect::<String>();
    assert!(text.contains("history_days must be at least"), "{text}");
    assert!(text.contains("; rows were left out or are in dispute: `overlap_disputed`"), "{text}");
}
