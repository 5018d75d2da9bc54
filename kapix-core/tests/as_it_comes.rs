//! Data as they come: old, cut short, sent twice, with stray rows. What changes a decision changes it to a referral.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/histories.rs"]
mod histories;

use histories::{History, gambler, overdrawn, salaried};
use kapix_core::{Cause, Control, Engine, EngineOptions, Error, Operation, Request, artefact::EXPERT_CARDS};
use kapix_core::{audit, time::Date};
use serde_json::{Value, json};

const LAST: &str = "2026-06-30";

fn call(request: &Value) -> Result<Value, Error> {
    let engine = Engine::load(&[EXPERT_CARDS], EngineOptions::default()).unwrap();
    let text = serde_json::to_vec(request).unwrap();
    let request = Request::read(Operation::CreditScore, &text, engine.limits())?;
    let reply = engine.run(&request, &Control::default())?;
    Ok(serde_json::from_slice(&audit::to_vec(&reply.response).unwrap()).unwrap())
}

fn score(request: &Value) -> Value {
    call(request).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The decision, or `none` where the data do not suffice.
fn decision(request: &Value) -> String {
    match call(request) {
        Ok(answer) => answer["decision"].as_str().unwrap().to_owned(),
        Err(error) => {
            assert_eq!(error.cause, Cause::DataInsufficient, "{error:?}");
            "none".to_owned()
        }
    }
}

fn codes(answer: &Value) -> Vec<&str> {
    answer["referral_reasons"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect()
}

fn kinds(answer: &Value) -> Vec<&str> {
    answer["findings"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect()
}

fn histories() -> [History; 3] {
    [salaried(), gambler(), overdrawn()]
}

fn account(request: &mut Value) -> &mut Value {
    &mut request["data"]["bank"]["accounts"][0]
}

fn rows(request: &mut Value) -> &mut Vec<Value> {
    account(request)["transactions"].as_array_mut().unwrap()
}

fn later(days: i32) -> String {
    format!("{}T20:59:59Z", Date::parse(LAST).unwrap().add_days(days).unwrap())
}

fn without(request: &mut Value, field: &str) {
    account(request).as_object_mut().unwrap().remove(field);
}

#[test]
fn the_same_data_decide_the_same_until_they_are_too_old() {
    for history in histories() {
        for entity_type in ["individual", "sme", "corporate"] {
            let mut request = history.request(entity_type, "KES");
            let fresh = score(&request);
            for days in 0..=60 {
                request["as_of"] = json!(later(days));
                let answer = score(&request);
                assert_eq!((&answer["points"], &answer["features_as_of"]), (&fresh["points"], &json!(LAST)));
                // The end of June is the end of a month: 31 days are allowed.
                if days <= 31 {
                    assert_eq!(answer["decision"], fresh["decision"], "{days} days");
                    assert!(!codes(&answer).contains(&"INPUT_STALE"));
                } else {
                    assert_eq!(answer["decision"], "refer", "{days} days");
                    assert!(codes(&answer).contains(&"INPUT_STALE"));
                }
                assert_eq!(kinds(&answer).contains(&"data_age"), days > 0);
            }
        }
    }
}

#[test]
fn a_week_is_the_age_of_data_whose_end_the_applicant_chose() {
    let mut request = salaried().request("individual", "KES");
    without(&mut request, "period");
    rows(&mut request).retain(|row| row["at"].as_str().unwrap() <= "2026-06-20");
    let at = |days: i32| format!("{}T20:59:59Z", Date::parse("2026-06-20").unwrap().add_days(days).unwrap());
    for days in 0..=60 {
        request["as_of"] = json!(at(days));
        let answer = score(&request);
        assert_eq!(answer["decision"], if days <= 7 { "approve" } else { "refer" }, "{days} days");
    }
    // A provider that was read on that day gives the end.
    request["data"]["bank"]["retrieved_at"] = json!("2026-06-20T18:00:00Z");
    for (days, expected) in [(8, "approve"), (31, "approve"), (32, "refer")] {
        request["as_of"] = json!(at(days));
        assert_eq!(score(&request)["decision"], expected, "{days} days");
    }
}

#[test]
fn rows_withheld_at_the_end_change_a_decision_to_a_referral_only() {
    for history in histories() {
        for has_period in [true, false] {
            for days in 1..=60 {
                let mut request = history.request("individual", "KES");
                if !has_period {
                    without(&mut request, "period");
                }
                let whole = decision(&request);
                let end = Date::parse(LAST).unwrap().add_days(-days).unwrap().to_string();
                rows(&mut request).retain(|row| row["at"].as_str().unwrap() <= end.as_str());
                let cut = call(&request);
                let Ok(cut) = cut else { continue };
                let age = cut["findings"].as_array().unwrap().iter().find(|it| it["kind"] == "data_age");
                let age = age.map_or(0, |it| it["count"].as_i64().unwrap());
                let at_month_end = cut["features_as_of"] == "2026-05-31";
                let most = if at_month_end { 31 } else { 7 };
                if age > most {
                    assert_eq!(cut["decision"], "refer", "{days} days");
                } else if whole != "approve" {
                    assert_ne!(cut["decision"], "approve", "{days} days");
                }
            }
        }
    }
}

/// A second account that sees little: two small payments a month.
fn second_account() -> Value {
    let rows: Vec<Value> = (0..18)
        .map(|at| {
            let day = Date::parse("2025-10-02").unwrap().add_days(at * 15).unwrap();
            json!({"at": day.to_string(), "amount_minor": -1_000, "balance_minor": 900_000 - 1_000 * i64::from(at)})
        })
        .collect();
    json!({"account_id": "second", "currency": "KES", "kind": "savings", "transactions": rows, "utc_offset": "+03:00"})
}

#[test]
fn an_account_that_is_cut_short_refers_and_moves_no_window() {
    let mut request = salaried().request("individual", "KES");
    let mut second = second_account();
    second["transactions"].as_array_mut().unwrap().push(json!({"at": LAST, "amount_minor": -500}));
    request["data"]["bank"]["accounts"].as_array_mut().unwrap().push(second.clone());
    assert_eq!(score(&request)["decision"], "approve");
    for days in 1..=60 {
        let end = Date::parse(LAST).unwrap().add_days(-days).unwrap();
        let mut cut = second.clone();
        let rows = cut["transactions"].as_array_mut().unwrap();
        rows.retain(|row| Date::parse(row["at"].as_str().unwrap()).unwrap() <= end);
        let own = Date::parse(rows.last().unwrap()["at"].as_str().unwrap()).unwrap();
        request["data"]["bank"]["accounts"][1] = cut;
        let answer = score(&request);
        let is_early = Date::parse(LAST).unwrap().days_since(own) > 7;
        assert_eq!(answer["features_as_of"], LAST);
        assert_eq!(kinds(&answer).contains(&"ends_early"), is_early, "{days} days");
        assert_eq!(answer["decision"], if is_early { "refer" } else { "approve" }, "{days} days");
    }
}

/// A salary that is nearly spent each month, by `market` a purchase.
fn spending(market: i64) -> Value {
    let mut request = salaried().request("individual", "KES");
    let mut balance = account(&mut request)["opening_balance_minor"].as_i64().unwrap();
    for row in rows(&mut request) {
        if row["counterparty"] == "market" {
            row["amount_minor"] = json!(market);
        }
        balance += row["amount_minor"].as_i64().unwrap();
        row["balance_minor"] = json!(balance);
    }
    request
}

#[test]
fn an_account_sent_twice_is_referred_where_the_decision_hangs_on_it() {
    let mut referred = 0;
    for market in [-200_000, -300_000, -340_000, -360_000, -400_000, -500_000] {
        let request = spending(market);
        let alone = score(&request);
        let all = request["data"]["bank"]["accounts"][0].clone();
        let whole = all["transactions"].as_array().unwrap().clone();
        let mut renamed = whole.clone();
        renamed[3]["description"] = json!("another text");
        for copy in [whole[..whole.len() - 1].to_vec(), whole[1..].to_vec(), renamed, whole.clone()] {
            let mut account = all.clone();
            account["account_id"] = json!("another");
            account["transactions"] = json!(copy);
            let mut request = request.clone();
            request["data"]["bank"]["accounts"].as_array_mut().unwrap().push(account);
            let answer = score(&request);
            let found =
                answer["findings"].as_array().unwrap().iter().find(|it| it["kind"] == "shared_rows").unwrap();
            assert_eq!((&found["share"], &found["severity"]), (&json!(1), &json!("disputed")));
            // Read cautiously, a copy never makes an applicant better; where the readings differ the case is referred.
            assert!(answer["points"].as_i64() <= alone["points"].as_i64());
            let is_referred = codes(&answer).contains(&"DATA_QUALITY");
            assert!(!is_referred || answer["decision"] == "refer");
            assert!(answer["decision"] == alone["decision"] || answer["decision"] != "approve");
            referred += usize::from(is_referred);
        }
    }
    assert!(referred > 0);
}

/// Accounts that an applicant could invent beside the true one, which has the balances that `all` states.
fn invented(all: &Value) -> Vec<Value> {
    const PLENTY: i64 = 100_000_000;
    let account = |kind: &str, more: Value| {
        let mut own = json!({"account_id": "invented", "kind": kind, "currency": "KES", "transactions": []});
        own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        own
    };
    let mut copy = all.clone();
    copy["account_id"] = json!("invented");
    for row in copy["transactions"].as_array_mut().unwrap() {
        row["balance_minor"] = json!(row["balance_minor"].as_i64().unwrap() + PLENTY);
    }
    without_ends(&mut copy);
    let later = json!([{"at": "2026-07-05", "amount_minor": 5, "balance_minor": PLENTY}]);
    let waits = json!([{"at": LAST, "amount_minor": PLENTY, "status": "pending"}]);
    let failed = json!([{"at": LAST, "amount_minor": PLENTY, "status": "failed"}]);
    let owed = json!([{"at": "2026-01-05", "amount_minor": -5, "balance_minor": PLENTY}, {"at": LAST, "amount_minor": -5}]);
    vec![
        copy,
        account("savings", json!({"opening_balance_minor": PLENTY})),
        account("savings", json!({"opening_balance_minor": PLENTY, "closing_balance_minor": 0})),
        account("savings", json!({"opening_balance_minor": PLENTY, "transactions": later})),
        account("savings", json!({"opening_balance_minor": PLENTY, "transactions": waits})),
        account("savings", json!({"opening_balance_minor": PLENTY, "transactions": failed})),
        account("loan", json!({"transactions": owed})),
        account("card", json!({"transactions": owed})),
    ]
}

fn without_ends(account: &mut Value) {
    for field in ["opening_balance_minor", "closing_balance_minor"] {
        account.as_object_mut().unwrap().remove(field);
    }
}

#[test]
fn an_account_that_is_invented_makes_no_approval_wherever_it_stands() {
    for history in [gambler(), overdrawn()] {
        let request = history.request("individual", "KES");
        let all = request["data"]["bank"]["accounts"][0].clone();
        assert_ne!(decision(&request), "approve");
        for account in invented(&all) {
            for accounts in [json!([all, account]), json!([account, all])] {
                let mut request = request.clone();
                request["data"]["bank"]["accounts"] = accounts;
                assert_ne!(decision(&request), "approve", "{account}");
            }
        }
    }
}

#[test]
fn pending_rows_beside_their_booked_ones_change_nothing() {
    let request = salaried().request("individual", "KES");
    let alone = score(&request);
    let mut with_pending = request.clone();
    let salaries: Vec<Value> =
        rows(&mut with_pending).iter().filter(|row| row["counterparty"] == "employer").cloned().collect();
    for (at, salary) in salaries.into_iter().enumerate() {
        let day = Date::parse(salary["at"].as_str().unwrap()).unwrap().add_days(-1).unwrap();
        let row = json!({
            "amount_minor": salary["amount_minor"], "at": day.to_string(), "counterparty": "employer",
            "id": format!("p{at}"), "status": "pending",
        });
        rows(&mut with_pending).push(row);
    }
    let answer = score(&with_pending);
    assert_eq!((&answer["points"], &answer["decision"]), (&alone["points"], &alone["decision"]));
    assert!(kinds(&answer).contains(&"pending_settled"));
}

#[test]
fn a_stray_date_opens_no_window() {
    let history = salaried().last_days(20);
    for stray in ["1970-01-01", "2025-06-15", "2026-03-01"] {
        let mut request = history.request("individual", "KES");
        without(&mut request, "period");
        assert_eq!(decision(&request), "none");
        rows(&mut request).insert(0, json!({"at": stray, "amount_minor": 0}));
        assert_eq!(decision(&request), "none", "{stray}");
        rows(&mut request)[0] = json!({"at": stray, "amount_minor": 100});
        assert_eq!(decision(&request), "none", "{stray}");
    }
}

#[test]
fn what_a_reading_doubts_is_referred() {
    let mut request = salaried().request("individual", "KES");
    assert_eq!(score(&request)["decision"], "approve");
    account(&mut request)["reading_doubts"] = json!(2);
    let answer = score(&request);
    assert_eq!(answer["decision"], "refer");
    assert!(kinds(&answer).contains(&"reading_doubts") && codes(&answer).contains(&"DATA_QUALITY"));
}

#[test]
fn a_period_alone_opens_a_week_before_the_first_row() {
    for days in [7, 8, 200] {
        // 88 days of rows, of which the card needs 90.
        let mut request = salaried().last_days(88).request("individual", "KES");
        without(&mut request, "opening_balance_minor");
        let first = Date::parse(rows(&mut request)[0]["at"].as_str().unwrap()).unwrap();
        account(&mut request)["period"]["from"] = json!(first.add_days(-days).unwrap().to_string());
        assert_eq!(decision(&request), if days <= 7 { "approve" } else { "none" }, "{days} days");
    }
}

#[test]
fn balance_checks_of_zero_count_for_nothing() {
    let mut request = salaried().request("individual", "KES");
    let alone = score(&request);
    let checks = (1..30).map(|day| json!({"at": format!("2026-06-{day:02}"), "amount_minor": 0}));
    rows(&mut request).extend(checks);
    let answer = score(&request);
    assert_eq!((&answer["points"], &answer["decision"]), (&alone["points"], &alone["decision"]));
    assert!(kinds(&answer).contains(&"zero_rows"));
    // Five rows that moved nothing are no history.
    let mut few = salaried().last_days(100).request("individual", "KES");
    rows(&mut few).retain(|row| row["at"] == LAST);
    for day in 1..9 {
        rows(&mut few).insert(0, json!({"at": format!("2026-06-{day:02}"), "amount_minor": 0}));
    }
    assert_eq!(decision(&few), "none");
}
