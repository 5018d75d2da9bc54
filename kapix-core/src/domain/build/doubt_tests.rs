//! Rows that are one row told twice in other words, and readings that prove no more than they can.

use crate::domain::given::{account, ledger, row, with};
use crate::domain::{Data, Finding, FindingKind, Ledger};
use crate::limits::Limits;
use crate::time::Instant;
use serde_json::{Value, json};

fn find(ledger: &Ledger, kind: FindingKind) -> Option<&Finding> {
    ledger.findings.iter().find(|found| found.kind == kind)
}

fn rows(ledger: &Ledger, kind: FindingKind) -> Vec<u32> {
    find(ledger, kind).map(|found| found.rows.clone()).unwrap_or_default()
}

fn credits(ledger: &Ledger) -> i64 {
    ledger.accounts[0].rows.iter().map(|row| row.amount_minor.max(0)).sum()
}

fn named(at: &str, amount: i64, id: &str, text: &str) -> Value {
    with(with(row(at, amount, None), "id", json!(id)), "description", json!(text))
}

fn said(at: &str, amount: i64, text: &str) -> Value {
    with(row(at, amount, None), "description", json!(text))
}

fn of(rows: &[Value]) -> Ledger {
    ledger(&json!([account("a", rows)]))
}

#[test]
fn one_id_and_amount_on_a_day_is_one_row_whatever_its_text() {
    let twice = [
        named("2026-03-01", 500, "X1", "Pay from 0712345678"),
        named("2026-03-01", 500, "X1", "Pay from ***"),
    ];
    let found = of(&twice);
    assert_eq!((rows(&found, FindingKind::RepeatedId), credits(&found)), (vec![0, 1], 500));
    // A payment and its charge are two, and so are two rows that balances prove.
    let charge = [named("2026-03-01", -500, "X1", "Paid"), named("2026-03-01", -10, "X1", "Charge")];
    assert_eq!(rows(&of(&charge), FindingKind::RepeatedId), Vec::<u32>::new());
    let proven = [
        with(twice[0].clone(), "balance_minor", json!(1500)),
        with(twice[1].clone(), "balance_minor", json!(2000)),
    ];
    assert_eq!((rows(&of(&proven), FindingKind::RepeatedId), credits(&of(&proven))), (vec![], 1000));
}

#[test]
fn every_row_of_an_id_is_compared_with_every_other() {
    let found = of(&[
        named("2026-03-01", -100, "X1", "Charge"),
        named("2026-03-01", 300, "X1", "Pay"),
        named("2026-03-09", 300, "X1", "Pay"),
    ]);
    assert_eq!(rows(&found, FindingKind::RepeatedId), [1, 2]);
    assert_eq!((rows(&found, FindingKind::SharedId), credits(&found)), (vec![0, 1], 300));
}

#[test]
fn spaces_case_and_what_one_row_leaves_out_hide_no_duplicate() {
    let first = said("2026-03-01", 500, "Salary March");
    for other in [
        said("2026-03-01", 500, "Salary March "),
        said("2026-03-01", 500, "Salary  March"),
        said("2026-03-01", 500, "SALARY MARCH"),
        with(first.clone(), "id", json!("x")),
        with(first.clone(), "counterparty", json!("Acme")),
    ] {
        let found = of(&[first.clone(), other.clone()]);
        assert!(find(&found, FindingKind::LikelyDuplicate).is_some(), "{other}");
        assert_eq!(credits(&found), 500, "{other}");
    }
    // Two ids, two payers and two references are two rows.
    let apart = |field: &str| {
        let [one, two] = ["1", "2"].map(|value| with(first.clone(), field, json!(value)));
        find(&of(&[one, two]), FindingKind::LikelyDuplicate).is_none()
    };
    assert!(apart("id") && apart("counterparty") && apart("description"));
}

#[test]
fn balances_around_equal_rows_prove_both() {
    let around = |last: i64| {
        of(&[
            row("2026-03-01", 500, 1500),
            said("2026-03-02", 200, "fare"),
            said("2026-03-02", 200, "fare"),
            row("2026-03-03", -100, last),
        ])
    };
    assert!(find(&around(1800), FindingKind::LikelyDuplicate).is_none());
    assert!(find(&around(1600), FindingKind::LikelyDuplicate).is_some());
}

#[test]
fn two_uploads_that_hold_the_same_rows_lose_none() {
    let upload = account(
        "a",
        &[
            row("2026-01-09", 10, None),
            row("2026-01-10", 500, 1510),
            row("2026-01-10", 500, None),
            row("2026-01-11", 10, None),
        ],
    );
    let found = ledger(&json!([upload, upload]));
    let amounts: Vec<i64> = found.accounts[0].rows.iter().map(|row| row.amount_minor).collect();
    assert_eq!(amounts, [10, 500, 500, 10]);
    assert!(find(&found, FindingKind::OverlapDisputed).is_none());
}

#[test]
fn the_order_of_uploads_that_begin_on_one_day_says_nothing_of_the_opening_balance() {
    let rows: Vec<Value> = (1..=9).map(|day| row(&format!("2026-03-0{day}"), 100 + day, None)).collect();
    let whole = account("a", &rows);
    let opened = with(account("a", &rows[..4]), "opening_balance_minor", json!(1000));
    let last = |all: Value| ledger(&all).accounts[0].rows.last().and_then(|row| row.balance_minor);
    assert_eq!(last(json!([whole, opened])), Some(1945));
    assert_eq!(last(json!([opened, whole])), Some(1945));
}

#[test]
fn balances_that_bridge_an_earlier_gap_keep_its_rows_together() {
    // Three rows, a gap that balances bridge, two rows, and a break.
    let found = of(&[
        row("2025-06-01", 100, 100),
        row("2025-06-02", 100, 200),
        row("2025-06-03", 100, 300),
        row("2025-09-01", 100, 400),
        row("2025-09-02", 100, 500),
        row("2026-03-01", 7, None),
    ]);
    assert_eq!(rows(&found, FindingKind::IsolatedRows), Vec::<u32>::new());
    let parted = of(&[
        row("2025-06-01", 100, 100),
        row("2025-06-03", 100, 200),
        row("2025-09-01", 100, 350),
        row("2025-09-02", 100, 450),
        row("2026-03-01", 7, None),
    ]);
    assert_eq!(rows(&parted, FindingKind::IsolatedRows), [0, 1, 2, 3]);
}

#[test]
fn a_debit_in_doubt_is_left_out_of_the_balances_before_the_first_stated_one_too() {
    let rows = |amount: i64| {
        let waiting = with(row("2026-03-10", amount, None), "status", json!("pending"));
        of(&[
            row("2026-02-10", -500, None),
            row("2026-03-01", -500, None),
            waiting,
            row("2026-03-20", 300, None),
            row("2026-03-25", -200, 5300),
        ])
    };
    let balances = |ledger: &Ledger| -> Vec<Option<i64>> {
        ledger.accounts[0].rows.iter().map(|row| row.balance_minor).collect()
    };
    let debit = rows(-100);
    // The stated balance leaves the debit out, so the days before it hold 5200.
    assert_eq!(balances(&debit), [5700, 5200, 5100, 5400, 5200].map(Some));
    assert_eq!(balances(debit.other_reading.as_ref().unwrap()), [5800, 5300, 5600, 5400].map(Some));
    let credit = rows(100);
    assert_eq!(balances(&credit), [5600, 5100, 5400, 5200].map(Some));
    assert_eq!(balances(credit.other_reading.as_ref().unwrap()), [5700, 5200, 5300, 5600, 5400].map(Some));
}

fn read(rows: &[Value], retrieved_at: Option<&str>, as_of: &str) -> Ledger {
    let mut bank = json!({"accounts": [account("a", rows)]});
    if let Some(retrieved_at) = retrieved_at {
        bank["retrieved_at"] = json!(retrieved_at);
    }
    let data: Data = serde_json::from_value(json!({ "bank": bank })).unwrap();
    Ledger::build(&data, Instant::parse(as_of).unwrap(), &Limits::default()).unwrap()
}

#[test]
fn a_reading_before_the_last_row_gives_no_end() {
    let rows: Vec<Value> = (10..=27).map(|day| row(&format!("2026-03-{day}"), 100, None)).collect();
    let end = |read_at: Option<&str>| {
        let ledger = read(&rows, read_at, "2026-04-11T12:00:00Z");
        (ledger.features_as_of.to_string(), ledger.end_is_given, ledger.accounts[0].covered)
    };
    let without = end(None);
    assert_eq!((without.0.as_str(), without.1), ("2026-03-27", false));
    assert_eq!(end(Some("2026-03-24T12:00:00Z")), without);
    assert!(end(Some("2026-03-27T12:00:00Z")).1);
    let found = read(&rows, Some("2026-03-24T12:00:00Z"), "2026-04-11T12:00:00Z");
    assert!(find(&found, FindingKind::FutureDate).is_some());
}

#[test]
fn a_reading_long_after_the_last_row_of_an_account_in_use_proves_nothing() {
    let rows = |days: &[u32]| -> Vec<Value> {
        days.iter().map(|day| row(&format!("2026-01-{day:02}"), 100, None)).collect()
    };
    let end = |days: &[u32], read_at: &str| {
        read(&rows(days), Some(&format!("{read_at}T12:00:00Z")), "2026-06-30T12:00:00Z")
            .features_as_of
            .to_string()
    };
    let often: Vec<u32> = (10..=20).collect();
    // 45 days after the last row, and 46.
    assert_eq!(end(&often, "2026-03-06"), "2026-03-06");
    assert_eq!(end(&often, "2026-03-07"), "2026-01-20");
    // An account that seldom moves may be quiet for longer.
    assert_eq!(end(&[1, 5, 9, 20], "2026-03-07"), "2026-03-07");
}
