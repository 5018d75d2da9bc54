//! Balances before and after a break in the rows.

use crate::cashflow::{FeatureId, NullReason, features};
use crate::domain::given::{account, ledger, row, with};
use crate::domain::{FindingKind, Ledger};
use crate::time::Date;
use serde_json::{Value, json};

/// Rows of 2025 and, after a break, of 2026; each with the balance after it, if it states one.
fn rows(before: Option<i64>, after: Option<i64>) -> Vec<Value> {
    let mut rows = Vec::new();
    for day in 1..=9 {
        rows.push(row(&format!("2025-10-0{day}"), -10, before.filter(|_| day == 5)));
    }
    for day in 1..=31 {
        rows.push(row(&format!("2025-12-{day:02}"), -10, after.filter(|_| day == 3)));
    }
    for (month, days) in [(1, 31), (2, 28), (3, 31)] {
        rows.extend((1..=days).map(|day| row(&format!("2026-{month:02}-{day:02}"), 5, None)));
    }
    rows
}

fn balances(ledger: &Ledger) -> [Option<i64>; 3] {
    let rows = &ledger.accounts[0].rows;
    [0, 9, rows.len() - 1].map(|at| rows[at].balance_minor)
}

fn last_balance(ledger: &Ledger) -> Result<f64, NullReason> {
    let id =
        FeatureId::all().find(|id| features(ledger).feature(*id).definition.name == "balance_last_minor");
    let feature = features(ledger).feature(id.unwrap());
    feature.value.ok_or_else(|| feature.null_reason.unwrap())
}

#[test]
fn no_balance_is_carried_over_a_break_that_nothing_proves() {
    let opened = |rows: &[Value]| with(account("a", rows), "opening_balance_minor", json!(1_000));
    let told = |account: Value| {
        let ledger = ledger(&json!([account]));
        (balances(&ledger), last_balance(&ledger))
    };
    let unknown = Err(NullReason::NoBalances);
    assert_eq!(told(opened(&rows(None, None))), ([Some(990), None, None], unknown));
    assert_eq!(told(opened(&rows(Some(950), None))), ([Some(990), None, None], unknown));
    // A row after the break states one: 7,000 on 3 December, 28 debits and 90 credits later 7,170.
    let stated = ([Some(990), Some(7_020), Some(7_170)], Ok(7_170.0));
    assert_eq!(told(opened(&rows(Some(950), Some(7_000)))), stated);
    assert_eq!(told(opened(&rows(None, Some(7_000)))), stated);
    // 1,000 less 40 debits, plus 90 credits: the closing balance shows that nothing is missing.
    let closed = |closing: i64| with(opened(&rows(None, None)), "closing_balance_minor", json!(closing));
    assert_eq!(told(closed(1_050)), ([Some(990), Some(900), Some(1_050)], Ok(1_050.0)));
    assert_eq!(told(closed(1_060)), ([Some(990), None, None], unknown));
    // Without a break, and where the balances on both sides chain.
    assert_eq!(told(opened(&rows(None, None)[9..])).1, Ok(1_140.0));
    assert_eq!(told(opened(&rows(Some(950), Some(880)))), ([Some(990), Some(900), Some(1_050)], Ok(1_050.0)));
}

#[test]
fn a_reading_carries_no_balance_over_a_break_either() {
    let told = |stated: Option<i64>| {
        let mut rows = rows(None, stated);
        rows.push(with(row("2026-03-30", 400, None), "status", json!("pending")));
        let ledger = ledger(&json!([with(account("a", &rows), "opening_balance_minor", json!(1_000))]));
        let other = ledger.other_reading.as_ref().unwrap();
        assert!(ledger.findings.iter().any(|found| found.kind == FindingKind::PendingOpen));
        [last_balance(&ledger), last_balance(other)]
    };
    assert_eq!(told(None), [Err(NullReason::NoBalances); 2]);
    assert_eq!(told(Some(7_000)), [Ok(7_170.0), Ok(7_570.0)]);
}

#[test]
fn a_balance_before_a_break_is_that_of_no_day_behind_it() {
    let last = |account: Value| {
        let ledger = ledger(&json!([account]));
        let id = FeatureId::all()
            .find(|id| features(&ledger).feature(*id).definition.name == "balance_min_minor_90d");
        let features = features(&ledger);
        assert_eq!(ledger.accounts[0].covered.unwrap().0.to_string(), "2026-01-01");
        features.feature(id.unwrap()).value
    };
    // The period covers 1 January to the first row of the latest stretch; 100 were there before it, and not 5.
    let rows = |before: i64| -> Vec<Value> {
        let recent = (0..84).map(|day| {
            let at = Date::parse("2026-01-07").unwrap().add_days(day).unwrap();
            row(&at.to_string(), 10, 110 + 10 * i64::from(day))
        });
        [row("2025-10-01", -10, before)].into_iter().chain(recent).collect()
    };
    let period = json!({"from": "2026-01-01", "to": "2026-03-31"});
    for before in [5, 100_000] {
        assert_eq!(
            last(with(account("a", &rows(before)), "period", period.clone())),
            Some(100.0),
            "{before}"
        );
    }
}

#[test]
fn a_pending_row_that_states_the_balance_before_it_breaks_no_chain() {
    let breaks = |rows: &[Value]| {
        let ledger = ledger(&json!([account("a", rows)]));
        ledger.findings.iter().any(|it| it.kind == FindingKind::ChainBreak)
    };
    let pending =
        |at: &str, amount: i64, balance: i64| with(row(at, amount, balance), "status", json!("pending"));
    let booked = [row("2026-03-01", 100, 100), row("2026-03-02", -10, 90)];
    for (debit, credit) in [(90, 90), (83, 90), (83, 133)] {
        let rows =
            [&booked[..], &[pending("2026-03-03", -7, debit), pending("2026-03-04", 50, credit)]].concat();
        assert!(!breaks(&rows), "{debit} {credit}");
    }
    // A booked row behind them, which holds neither, and the newest first within a day.
    let behind = [
        &booked[..],
        &[pending("2026-03-03", -7, 90), pending("2026-03-03", 50, 90), row("2026-03-04", -1, 89)],
    ];
    assert!(!breaks(&behind.concat()));
    let newest = [pending("2026-03-02", -7, 90), row("2026-03-02", -10, 90), row("2026-03-01", 100, 100)];
    assert!(!breaks(&newest));
    // Another balance, and a booked row that repeats the one before.
    assert!(breaks(&[&booked[..], &[pending("2026-03-03", -7, 85)]].concat()));
    assert!(breaks(&[&booked[..], &[row("2026-03-03", -7, 90)]].concat()));
}
