//! What must not raise a decision: rows in doubt, ends that contradict, words in other case.

use crate::domain::given::{account, ledger, row, with};
use crate::domain::{FindingKind, Ledger};
use serde_json::{Value, json};

fn count(ledger: &Ledger, kind: FindingKind) -> u64 {
    ledger.findings.iter().filter(|found| found.kind == kind).map(|found| found.count).sum()
}

#[test]
fn a_row_in_doubt_bridges_no_gap_and_begins_no_stretch() {
    let pending =
        |at: &str, amount: i64, balance: i64| with(row(at, amount, balance), "status", json!("pending"));
    let recent = |rows: &mut Vec<Value>| {
        rows.extend((1..=31).map(|day| row(&format!("2026-03-{day:02}"), 10, 1_000 + 10 * day)));
    };
    let from =
        |rows: &[Value]| ledger(&json!([account("a", rows)])).accounts[0].covered.unwrap().0.to_string();
    let mut bridged = vec![row("2025-10-01", 100, 100), pending("2025-12-10", 900, 1_000)];
    recent(&mut bridged);
    assert_eq!(from(&bridged), "2026-03-01");
    let mut chained = vec![row("2025-10-01", 100, 1_000)];
    recent(&mut chained);
    assert_eq!(from(&chained), "2025-10-01");

    let mut lone = vec![pending("2025-10-01", -100, 1_000)];
    recent(&mut lone);
    let lone = ledger(&json!([with(account("a", &lone), "opening_balance_minor", json!(1_000))]));
    assert_eq!(count(&lone, FindingKind::IsolatedRows), 0);
    assert_eq!(count(&lone, FindingKind::PendingOpen), 1);
}

#[test]
fn a_pending_and_a_booked_row_are_no_duplicates() {
    let pay = row("2026-03-10", 500, None);
    let pending = with(pay.clone(), "status", json!("pending"));
    let ledger = ledger(&json!([account("a", &[pending.clone(), pending, pay])]));
    assert_eq!(count(&ledger, FindingKind::LikelyDuplicate), 0);
    assert_eq!(ledger.accounts[0].rows.iter().filter(|row| row.income).count(), 1);
}

#[test]
fn the_category_of_a_row_has_no_case_and_no_spaces() {
    let income = |word: &str| {
        let row = with(row("2026-03-10", 500, None), "category", json!(word));
        ledger(&json!([account("a", &[row])])).accounts[0].rows[0].income
    };
    for word in
        ["Loan", "LOAN", " loan", "Own Transfer", "own-transfer", "OWN_TRANSFER", "Reversal", "reversal "]
    {
        assert!(!income(word), "{word}");
    }
    assert!(income("loans officer") && income("salary"));
}

#[test]
fn the_ends_of_each_upload_and_each_seam_are_compared() {
    let told = |first: (Option<i64>, Option<i64>), second: (Option<i64>, Option<i64>), stated: bool| {
        let rows = |from: u32| -> Vec<Value> {
            let balance = |day: u32| stated.then(|| 100 + 10 * i64::from(day));
            (from..from + 10).map(|day| row(&format!("2026-03-{day:02}"), 10, balance(day))).collect()
        };
        let upload = |from: u32, (opening, closing): (Option<i64>, Option<i64>)| {
            let account = with(account("a", &rows(from)), "opening_balance_minor", json!(opening));
            with(account, "closing_balance_minor", json!(closing))
        };
        let one = ledger(&json!([upload(1, first), upload(11, second)]));
        let other = ledger(&json!([upload(11, second), upload(1, first)]));
        let kinds = [FindingKind::OpeningBalanceMismatch, FindingKind::ClosingBalanceMismatch];
        let counts = kinds.map(|kind| count(&one, kind));
        assert_eq!(counts, kinds.map(|kind| count(&other, kind)));
        counts
    };
    for stated in [true, false] {
        assert_eq!(told((Some(100), Some(200)), (Some(200), Some(300)), stated), [0, 0], "{stated}");
        assert_eq!(told((Some(100), Some(999)), (Some(200), Some(300)), stated), [0, 1], "{stated}");
        assert_eq!(told((Some(100), Some(200)), (Some(999), None), stated), [1, 0], "{stated}");
    }
    assert_eq!(told((None, Some(200)), (None, Some(301)), true), [0, 1]);
}

#[test]
fn a_closing_balance_is_that_of_all_rows_of_the_document() {
    let told = |last: Value, closing: i64| {
        let rows = [row("2026-03-01", 5, 5), row("2026-03-02", 5, 10), last];
        count(
            &ledger(&json!([with(account("a", &rows), "closing_balance_minor", json!(closing))])),
            FindingKind::ClosingBalanceMismatch,
        )
    };
    assert_eq!(told(row("2026-04-02", 0, None), 10), 0);
    assert_eq!(told(row("2026-04-02", 0, None), 11), 1);
    assert_eq!(told(row("2026-04-02", 7, None), 17), 0);
    assert_eq!(told(row("2026-04-02", 7, None), 10), 1);
}

#[test]
fn ends_that_differ_without_a_row_between_them_contradict() {
    let told = |closing: i64| {
        let account = with(account("a", &[]), "opening_balance_minor", json!(1_000));
        let account = with(account, "period", json!({"from": "2026-01-01", "to": "2026-03-31"}));
        let ledger = ledger(&json!([with(account, "closing_balance_minor", json!(closing))]));
        count(&ledger, FindingKind::ClosingBalanceMismatch)
    };
    assert_eq!([1_000, 4].map(told), [0, 1]);
}

#[test]
fn a_copy_with_other_balances_refers_and_the_order_of_accounts_changes_nothing() {
    let rows = |more: i64| -> Vec<Value> {
        let row = |day: i32| row(&format!("2026-03-{day:02}"), -10, more - 10 * i64::from(day));
        (1..=20).map(|day| with(row(day), "description", json!("Shop"))).collect()
    };
    let both = |first: i64, second: i64| {
        let ledger = ledger(&json!([account("a", &rows(first)), account("b", &rows(second))]));
        let kept = ledger.accounts.iter().find(|account| !account.balance_disputed).unwrap();
        (count(&ledger, FindingKind::ChainBreak), kept.rows.last().unwrap().balance_minor)
    };
    assert_eq!(both(0, 100_000_000), (20, Some(-200)));
    assert_eq!(both(100_000_000, 0), (20, Some(-200)));
    assert_eq!(both(0, 0), (0, Some(-200)));
}

#[test]
fn of_the_copies_of_a_row_the_booked_one_and_its_balance_stay() {
    let kept = |first: &[Value], second: &[Value]| {
        let ledger = ledger(&json!([account("a", first), account("a", second)]));
        assert_eq!(count(&ledger, FindingKind::PendingOpen), 0);
        let rows = &ledger.accounts[0].rows;
        (rows.len(), rows.iter().filter(|row| row.disputed).count(), rows[0].balance_minor)
    };
    let bare = row("2026-03-20", 5, None);
    let stated = row("2026-03-20", 5, 105);
    let pending = with(bare.clone(), "status", json!("pending"));
    for (one, other) in [(&bare, &stated), (&pending, &stated)] {
        let (one, other) = ([one.clone()], [other.clone()]);
        assert_eq!(kept(&one, &other), (1, 0, Some(105)));
        assert_eq!(kept(&other, &one), (1, 0, Some(105)));
    }
}
