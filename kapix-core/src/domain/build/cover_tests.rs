//! Which days are covered, where the data end, and what counts as history.

use crate::domain::{Data, FindingKind, Ledger};
use crate::limits::Limits;
use crate::time::{Date, Instant};
use serde_json::{Value, json};

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn ledger(bank: &Value, as_of: &str) -> Ledger {
    let data: Data = serde_json::from_value(json!({ "bank": bank })).unwrap();
    Ledger::build(&data, Instant::parse(as_of).unwrap(), &Limits::default()).unwrap()
}

/// An account with the given rows (day, amount, balance) and further fields.
fn account(id: &str, rows: &[(&str, i64, Option<i64>)], more: Value) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|(at, amount, balance)| {
            let mut row = json!({"at": at, "amount_minor": amount});
            if let Some(balance) = balance {
                row["balance_minor"] = json!(balance);
            }
            row
        })
        .collect();
    let mut account = json!({"account_id": id, "kind": "current", "currency": "KES", "transactions": rows});
    let Value::Object(more) = more else { panic!("fields") };
    account.as_object_mut().unwrap().extend(more);
    account
}

fn covered(bank: &Value, as_of: &str) -> (Date, Date) {
    ledger(bank, as_of).accounts[0].covered.unwrap()
}

fn found(ledger: &Ledger, kind: FindingKind) -> Vec<(String, u64)> {
    let found = ledger.findings.iter().filter(|found| found.kind == kind);
    found.map(|found| (found.pointer.clone(), found.count)).collect()
}

const ROWS: [(&str, i64, Option<i64>); 2] = [("2026-01-10", 100, Some(600)), ("2026-02-01", -50, Some(550))];
const QUARTER: (&str, &str) = ("2026-01-01", "2026-03-31");

fn quarter() -> Value {
    json!({"from": QUARTER.0, "to": QUARTER.1})
}

#[test]
fn days_after_the_last_row_are_covered_only_if_that_is_proved() {
    let end = |more: Value, source: Value| {
        let mut bank = json!({"accounts": [account("a", &ROWS, more)]});
        let Value::Object(source) = source else { panic!("fields") };
        bank.as_object_mut().unwrap().extend(source);
        covered(&bank, "2026-04-05T12:00:00Z").1
    };
    assert_eq!(end(json!({}), json!({})), date("2026-02-01"));
    assert_eq!(end(json!({"period": quarter()}), json!({})), date("2026-02-08"));
    assert_eq!(
        end(json!({"period": quarter(), "closing_balance_minor": 550}), json!({})),
        date("2026-03-31")
    );
    // A closing balance that is another proves nothing, and without a period it has no day.
    assert_eq!(
        end(json!({"period": quarter(), "closing_balance_minor": 551}), json!({})),
        date("2026-02-08")
    );
    assert_eq!(end(json!({"closing_balance_minor": 550}), json!({})), date("2026-02-01"));
    let read = json!({"retrieved_at": "2026-04-02T08:00:00Z"});
    assert_eq!(end(json!({}), read.clone()), date("2026-04-02"));
    assert_eq!(end(json!({"period": quarter()}), read), date("2026-03-31"));
    // Nobody can read what is later.
    assert_eq!(end(json!({}), json!({"retrieved_at": "2026-06-01T08:00:00Z"})), date("2026-04-05"));
}

#[test]
fn days_before_the_first_row_are_covered_where_the_opening_balance_leads_to_it() {
    let begin = |more: Value| {
        let bank = json!({"accounts": [account("a", &ROWS, more)]});
        covered(&bank, "2026-04-05T12:00:00Z").0
    };
    let period = |from: &str| json!({"from": from, "to": "2026-02-05"});
    assert_eq!(begin(json!({})), date("2026-01-10"));
    assert_eq!(begin(json!({"period": period("2026-01-03")})), date("2026-01-03")); // 7 days
    assert_eq!(begin(json!({"period": period("2026-01-02")})), date("2026-01-10"));
    let opened = json!({"period": period("2025-01-01"), "opening_balance_minor": 500});
    assert_eq!(begin(opened), date("2025-01-01"));
    // A provider that says when it was read answers for its period, gaps within it included.
    let read = json!({
        "accounts": [account("a", &[("2026-01-10", 100, None), ("2026-03-20", -50, None)], json!({}))],
        "period": {"from": "2025-06-01", "to": "2026-03-31"}, "retrieved_at": "2026-04-01T08:00:00Z",
    });
    assert_eq!(covered(&read, "2026-04-05T12:00:00Z").0, date("2025-06-01"));
    let elsewhere = json!({"period": period("2025-01-01"), "opening_balance_minor": 501});
    assert_eq!(begin(elsewhere), date("2026-01-10"));
}

#[test]
fn an_account_without_a_row_is_covered_as_far_as_it_is_proved() {
    let cover = |more: Value, source: Value| {
        let mut bank = json!({"accounts": [account("a", &[], more)]});
        bank.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        ledger(&bank, "2026-04-05T12:00:00Z").accounts[0].covered
    };
    assert_eq!(cover(json!({}), json!({})), None);
    let days = |to: &str| Some((date("2026-01-01"), date(to)));
    assert_eq!(cover(json!({"period": quarter()}), json!({})), days("2026-01-07"));
    let quiet = json!({"period": quarter(), "opening_balance_minor": 5, "closing_balance_minor": 5});
    assert_eq!(cover(quiet, json!({})), days("2026-03-31"));
    let read = json!({"retrieved_at": "2026-02-02T08:00:00Z"});
    assert_eq!(cover(json!({"period": quarter()}), read), days("2026-02-02"));
}

#[test]
fn one_end_holds_for_all_accounts_and_an_early_one_is_told() {
    let bank = |first: &str, second: &str| {
        json!({"accounts": [
            account("a", &[("2026-01-01", 5, None), (first, 5, None)], json!({})),
            account("b", &[("2026-01-01", 7, None), (second, 7, None)], json!({})),
        ]})
    };
    let early = |first: &str, second: &str| {
        let ledger = ledger(&bank(first, second), "2026-03-05T12:00:00Z");
        assert_eq!(ledger.features_as_of, date(first).max(date(second)));
        assert!(ledger.accounts.iter().all(|account| account.last_day == ledger.features_as_of));
        found(&ledger, FindingKind::EndsEarly)
    };
    assert_eq!(early("2026-02-08", "2026-02-01"), []);
    assert_eq!(early("2026-02-09", "2026-02-01"), [("/data/bank/accounts/1".to_owned(), 8)]);
    assert_eq!(early("2026-01-10", "2026-02-01"), [("/data/bank/accounts/0".to_owned(), 22)]);
}

#[test]
fn the_end_is_given_by_a_reading_or_by_a_month() {
    let given = |rows: &[(&str, i64, Option<i64>)], source: Value| {
        let mut bank = json!({"accounts": [account("a", rows, json!({}))]});
        bank.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        let ledger = ledger(&bank, "2026-04-05T12:00:00Z");
        (ledger.end_is_given, ledger.age_days)
    };
    assert_eq!(given(&[("2026-03-30", 1, None)], json!({})), (false, 6));
    assert_eq!(given(&[("2026-03-31", 1, None)], json!({})), (true, 5));
    assert_eq!(given(&[("2026-03-02", 1, None)], json!({"retrieved_at": "2026-03-30T01:00:00Z"})), (true, 6));
    // A period that ends before the reading was chosen.
    let period = json!({"from": "2026-03-01", "to": "2026-03-20"});
    let source = json!({"retrieved_at": "2026-03-30T01:00:00Z", "period": period});
    assert_eq!(given(&[("2026-03-02", 1, None)], source), (false, 16));
}

#[test]
fn history_is_the_latest_stretch() {
    let stretch = |rows: &[(&str, i64, Option<i64>)], more: Value| {
        let ledger = ledger(&json!({"accounts": [account("a", rows, more)]}), "2026-03-31T12:00:00Z");
        (ledger.accounts[0].covered.unwrap().0, found(&ledger, FindingKind::IsolatedRows).len())
    };
    // 45 days apart, and 46.
    let near = [("2026-01-01", 5, None), ("2026-02-15", 5, None)];
    assert_eq!(stretch(&near, json!({})), (date("2026-01-01"), 0));
    let far = [("2025-12-31", 5, None), ("2026-02-15", 5, None)];
    assert_eq!(stretch(&far, json!({})), (date("2026-02-15"), 1));
    // Balances on both sides chain across the gap, and do not.
    let chained = [("2025-01-01", 5, Some(5)), ("2026-02-15", 5, None), ("2026-02-16", 1, Some(11))];
    assert_eq!(stretch(&chained, json!({})), (date("2025-01-01"), 0));
    let broken = [("2025-01-01", 5, Some(5)), ("2026-02-15", 5, Some(11))];
    assert_eq!(stretch(&broken, json!({})), (date("2026-02-15"), 1));
    // A row of 0 without a balance proves nothing, even after an opening balance that leads on.
    let stray = [("1970-01-01", 0, None), ("2026-02-15", 5, Some(105))];
    assert_eq!(stretch(&stray, json!({"opening_balance_minor": 100})), (date("2026-02-15"), 0));
    // Rows of 0 without a balance bridge no gap and prove no day; with balances that chain they do.
    let checks =
        [("2025-12-01", 5, None), ("2026-01-05", 0, None), ("2026-02-15", 5, None), ("2026-03-30", 0, None)];
    assert_eq!(stretch(&checks, json!({})), (date("2026-02-15"), 1));
    let proved = [("2025-12-01", 5, Some(5)), ("2026-01-05", 0, Some(5)), ("2026-02-15", 5, Some(10))];
    assert_eq!(stretch(&proved, json!({})), (date("2025-12-01"), 0));
    let ledger = ledger(&json!({"accounts": [account("a", &checks, json!({}))]}), "2026-03-31T12:00:00Z");
    assert_eq!(ledger.features_as_of, date("2026-02-15"));
    // Five rows are a history of their own, that has ended.
    let days = ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04", "2025-01-05"];
    let mut earlier: Vec<_> = days.iter().map(|day| (*day, 1, None)).collect();
    earlier.push(("2026-02-15", 5, None));
    assert_eq!(stretch(&earlier, json!({})), (date("2026-02-15"), 0));
}
