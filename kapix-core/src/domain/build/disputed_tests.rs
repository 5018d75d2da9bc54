//! Rows that count once, rows that are in doubt, and the two readings of them.

use crate::domain::given::{account, ledger, with};
use crate::domain::{Finding, FindingKind, Ledger, Severity};
use serde_json::{Value, json};

fn row(at: &str, amount: i64, text: &str) -> Value {
    json!({"at": at, "amount_minor": amount, "description": text})
}

fn pending(at: &str, amount: i64, text: &str) -> Value {
    with(row(at, amount, text), "status", json!("pending"))
}

/// The sum of the rows of an account in the ledger.
fn sum(ledger: &Ledger, account: usize) -> i64 {
    ledger.accounts[account].rows.iter().map(|row| row.amount_minor).sum()
}

/// The sums of the first account as it is read cautiously, and the other way round.
fn sums(ledger: &Ledger) -> (i64, Option<i64>) {
    (sum(ledger, 0), ledger.other_reading.as_ref().map(|other| sum(other, 0)))
}

fn find(ledger: &Ledger, kind: FindingKind) -> Option<&Finding> {
    ledger.findings.iter().find(|found| found.kind == kind)
}

#[test]
fn a_pending_row_and_its_booked_one_count_once() {
    let pair = |waiting: Value, booked: Value| {
        let ledger = ledger(&json!([account("a", &[waiting, booked])]));
        (sums(&ledger), find(&ledger, FindingKind::PendingSettled).map(|found| found.rows.clone()))
    };
    let once = ((50, None), Some(vec![0, 1]));
    assert_eq!(pair(pending("2026-03-01", 50, "PENDING Acme 11"), row("2026-03-02", 50, "Acme 12")), once);
    assert_eq!(pair(pending("2026-03-01", 50, ""), row("2026-03-15", 50, "Acme")), once);
    assert_eq!(pair(pending("2026-03-01", 50, "Acme"), row("2026-03-01", 50, "posted acme")), once);
    // Too late, before, another amount, another text: the credit is no income until it is booked.
    let open = ((50, Some(100)), None);
    assert_eq!(pair(pending("2026-03-01", 50, "Acme"), row("2026-03-16", 50, "Acme")), open);
    assert_eq!(pair(pending("2026-03-02", 50, "Acme"), row("2026-03-01", 50, "Acme")), open);
    assert_eq!(pair(pending("2026-03-01", 50, "Acme"), row("2026-03-02", 50, "Other")), open);
    // A debit counts as spent.
    assert_eq!(
        pair(pending("2026-03-01", -30, "Shop"), row("2026-03-02", 50, "Acme")),
        ((20, Some(50)), None)
    );
    // The provider's link needs no equal amount.
    let booked = with(row("2026-03-15", -42, "Fuel"), "pending_id", json!("p1"));
    let held = with(pending("2026-03-01", -100, "Hold"), "id", json!("p1"));
    assert_eq!(pair(held, booked), ((-42, None), Some(vec![0, 1])));
}

#[test]
fn each_row_is_in_one_pair_and_the_nearest_are_paired_first() {
    let ledger = ledger(&json!([account(
        "a",
        &[
            pending("2026-03-01", 50, "Acme"),
            pending("2026-03-03", 50, "Acme"),
            row("2026-03-04", 50, "Acme"),
            row("2026-03-10", 50, "Acme"),
            pending("2026-03-11", 50, "Acme"),
        ]
    )]));
    assert_eq!(find(&ledger, FindingKind::PendingSettled).unwrap().rows, [0, 3, 1, 2]);
    assert_eq!(find(&ledger, FindingKind::PendingOpen).unwrap().rows, [4]);
    assert_eq!(sums(&ledger), (100, Some(150)));
}

#[test]
fn one_id_on_two_days_is_one_payment_unless_balances_chain() {
    let two = |amounts: [i64; 2], balances: [Option<i64>; 2]| {
        let days = ["2026-03-01", "2026-03-02"];
        let rows = (0..2).map(|at| {
            let row = json!({"at": days[at], "amount_minor": amounts[at], "id": "X"});
            if let Some(balance) = balances[at] { with(row, "balance_minor", json!(balance)) } else { row }
        });
        let mut account = account("a", &rows.collect::<Vec<Value>>());
        account["opening_balance_minor"] = json!(0);
        let ledger = ledger(&json!([account]));
        let kinds =
            [FindingKind::RepeatedId, FindingKind::SharedId].map(|kind| find(&ledger, kind).is_some());
        (sums(&ledger), kinds)
    };
    assert_eq!(two([50, 50], [None, None]), ((50, Some(100)), [true, false]));
    assert_eq!(two([50, 50], [Some(50), Some(100)]), ((100, None), [false, true]));
    assert_eq!(two([-50, -50], [None, None]), ((-100, Some(-50)), [true, false]));
    // A payment and its charge, or a reversal under its receipt.
    assert_eq!(two([-50, -2], [None, None]), ((-52, None), [false, true]));
    assert_eq!(two([-50, 50], [None, None]), ((0, None), [false, true]));
}

fn history(days: u32, texts: &str) -> Vec<Value> {
    let rows = (1..=days).map(|day| {
        let amount = if day % 3 == 0 { 900 } else { -i64::from(day) };
        row(&format!("2026-03-{day:02}"), amount, texts)
    });
    rows.collect()
}

#[test]
fn rows_that_two_accounts_hold_are_disputed_in_the_smaller() {
    let stated = |rows: Vec<Value>| -> Vec<Value> {
        let mut balance = 1_000;
        let state = |row: Value| {
            balance += row["amount_minor"].as_i64().unwrap();
            with(row, "balance_minor", json!(balance))
        };
        rows.into_iter().map(state).collect()
    };
    let full = stated(history(12, "x"));
    let first = full[..11].to_vec();
    let last = full[1..].to_vec();
    let mut renamed = full.clone();
    renamed[4]["description"] = json!("another");
    for copy in [first, last, renamed] {
        let rows = copy.len();
        let ledger = ledger(&json!([account("a", &full), account("b", &copy)]));
        let found = find(&ledger, FindingKind::SharedRows).unwrap();
        // Of equally large accounts what their rows say decides.
        let copied = usize::from(rows < full.len());
        assert_eq!(found.pointer, format!("/data/bank/accounts/{copied}"));
        assert_eq!(found.share, Some(1.0));
        assert_eq!((found.count, found.severity), (rows.try_into().unwrap(), Severity::Disputed));
        let other = ledger.other_reading.as_ref().unwrap();
        let credits: i64 = other.accounts[copied].rows.iter().map(|row| row.amount_minor).sum();
        assert_eq!((found.cautious_minor, found.other_minor), (Some(sum(&ledger, copied)), Some(credits)));
        assert!(ledger.accounts[copied].rows.iter().all(|row| row.amount_minor < 0));
        assert!(ledger.accounts[copied].balance_disputed && !ledger.accounts[1 - copied].balance_disputed);
        assert!(!other.accounts[copied].balance_disputed);
    }
}

#[test]
fn without_balances_and_ids_rows_of_one_text_are_shared_as_half_or_all_of_the_account() {
    let count = |copy: Vec<Value>| {
        let ledger = ledger(&json!([account("a", &history(12, "Shop 1")), account("b", &copy)]));
        find(&ledger, FindingKind::SharedRows).map(|found| found.count)
    };
    assert_eq!(count(history(11, "shop 2")), Some(11));
    assert_eq!(count(history(5, "shop")), Some(5));
    assert_eq!(count(history(4, "shop")), Some(4));
    assert_eq!(count(history(11, "elsewhere")), Some(11), "days and amounts agree, three amounts and more");
    let with_others = |others: u32| {
        let mut rows = history(5, "shop");
        rows.extend((0..others).map(|at| row("2026-03-20", -7_000 - i64::from(at), "else")));
        rows
    };
    assert_eq!(count(with_others(5)), Some(5));
    assert_eq!(count(with_others(6)), None);
    let mut four = history(4, "shop");
    four.extend((0..2).map(|at| row("2026-03-20", -7_000 - at, "else")));
    assert_eq!(count(four), None);
}

#[test]
fn a_copy_with_other_balances_is_shared_too() {
    let stated = |start: i64| -> Vec<Value> {
        let mut balance = start;
        let rows = history(12, "Shop").into_iter().map(|row| {
            balance += row["amount_minor"].as_i64().unwrap();
            with(row, "balance_minor", json!(balance))
        });
        rows.collect()
    };
    let ledger = ledger(&json!([account("a", &stated(1_000)), account("b", &stated(7_000))]));
    assert_eq!(find(&ledger, FindingKind::SharedRows).map(|found| found.count), Some(12));
}

#[test]
fn a_closing_balance_that_contradicts_the_rows_refers() {
    let told = |closing: i64, at: &str| {
        let rows = [
            json!({"at": "2026-03-01", "amount_minor": 5, "balance_minor": 5}),
            json!({"at": at, "amount_minor": 5, "balance_minor": 10}),
        ];
        let mut account = account("a", &rows);
        account["closing_balance_minor"] = json!(closing);
        let ledger = ledger(&json!([account]));
        find(&ledger, FindingKind::ClosingBalanceMismatch).map(|found| found.amounts_minor.clone())
    };
    assert_eq!(told(10, "2026-03-02"), None);
    assert_eq!(told(11, "2026-03-02"), Some(vec![10, 11]));
    // A row after `as_of` is left out, so nothing is known of the end.
    assert_eq!(told(10, "2026-04-02"), None);
}

#[test]
fn a_pending_row_breaks_no_chain_whether_balances_hold_it_or_not() {
    let breaks = |after: i64| {
        let rows = [
            json!({"at": "2026-01-01", "amount_minor": 1_000, "balance_minor": 1_000}),
            json!({"at": "2026-01-03", "amount_minor": -100, "status": "pending"}),
            json!({"at": "2026-01-05", "amount_minor": -50, "balance_minor": after}),
        ];
        find(&ledger(&json!([account("a", &rows)])), FindingKind::ChainBreak).is_some()
    };
    assert_eq!([950, 850, 900].map(breaks), [false, false, true]);
}

#[test]
fn an_account_whose_rows_lie_after_its_period_still_bounds_the_windows() {
    let mut late = account("a", &[row("2026-03-10", -500, "x")]);
    late["period"] = json!({"from": "2026-01-01", "to": "2026-01-02"});
    let day = "2026-03-10".parse::<String>().unwrap();
    let covered = ledger(&json!([late])).accounts[0].covered.unwrap();
    assert_eq!((covered.0.to_string(), covered.1.to_string()), (day.clone(), day));
}

#[test]
fn uploads_of_one_account_are_one_account_and_rows_of_both_count_once() {
    let full = history(20, "Shop");
    let (first, second) = (full[..12].to_vec(), full[7..].to_vec());
    let one = ledger(&json!([account("a", &full)]));
    let two = ledger(&json!([account("a", &first), account("a", &second)]));
    assert_eq!(two.accounts.len(), 1);
    assert_eq!((sum(&two, 0), two.accounts[0].rows.len()), (sum(&one, 0), 20));
    assert!(two.other_reading.is_none());
    let merged = find(&two, FindingKind::OverlapMerged).unwrap();
    // The first upload is the smaller: its rows 7 to 11 are those of the second.
    assert_eq!((merged.pointer.as_str(), merged.count), ("/data/bank/accounts/0", 5));
    assert_eq!(merged.rows, [7, 8, 9, 10, 11]);
    assert_eq!(two.accounts[0].place(12), (1, 0));

    // One of the two lacks a row of the days that both cover.
    let mut cut = second;
    let gone = cut.remove(2);
    let disputed = ledger(&json!([account("a", &first), account("a", &cut)]));
    let found = find(&disputed, FindingKind::OverlapDisputed).unwrap();
    assert_eq!((found.pointer.as_str(), found.rows.as_slice()), ("/data/bank/accounts/0", &[9][..]));
    let amount = gone["amount_minor"].as_i64().unwrap();
    let (cautious, other) = sums(&disputed);
    assert_eq!((other.unwrap() - cautious).abs(), amount.abs());
}

#[test]
fn a_row_of_zero_that_two_uploads_hold_counts_once() {
    let row = |at: &str, amount: i64, balance: i64| json!({"at": at, "amount_minor": amount, "balance_minor": balance});
    let rows = [row("2026-03-01", 100, 1_100), row("2026-03-02", 0, 1_100), row("2026-03-02", 50, 1_150)];
    let two = ledger(&json!([account("a", &rows), account("a", &rows[1..])]));
    assert_eq!(two.accounts[0].rows.last().unwrap().balance_minor, Some(1_150));
    assert_eq!(two.accounts[0].rows.len(), 3);
    for kind in [FindingKind::ChainBreak, FindingKind::LikelyDuplicate, FindingKind::OverlapDisputed] {
        assert!(find(&two, kind).is_none(), "{kind:?}");
    }
}

#[test]
fn amounts_with_the_other_sign_are_told_where_balances_show_it() {
    let rows = |sign: i64, days: u32| {
        let mut balance = 1_000;
        let rows = (1..=days).map(|day| {
            let amount = if day % 4 == 0 { 700 } else { -i64::from(day) * 10 };
            balance += amount;
            json!({"at": format!("2026-03-{day:02}"), "amount_minor": sign * amount, "balance_minor": balance})
        });
        rows.collect::<Vec<Value>>()
    };
    let told =
        |rows: Vec<Value>| find(&ledger(&json!([account("a", &rows)])), FindingKind::SignReversed).is_some();
    assert!(told(rows(-1, 20)));
    assert!(!told(rows(1, 20)));
    assert!(!told(rows(-1, 3)), "two pairs are too few");
    let mut newest_first = rows(-1, 20);
    newest_first.reverse();
    assert!(told(newest_first));
}

#[test]
fn many_equal_rows_are_compared_in_time() {
    let mut rows = Vec::new();
    for _ in 0..20_000 {
        rows.push(pending("2026-03-10", 500, "Acme"));
        rows.push(row("2026-03-11", 500, "Transfer Acme"));
    }
    let out: Vec<Value> = (0..20_000).map(|_| row("2026-03-11", -500, "nobody")).collect();
    let ledger = ledger(&json!([account("a", &rows), account("b", &out)]));
    assert_eq!(find(&ledger, FindingKind::PendingOpen).unwrap().count, 20_000);
}

#[test]
fn a_pending_row_moves_no_balance_of_the_cautious_reading_that_holds_it() {
    // The balances after a pending row hold it, leave it out, or contradict it both ways.
    let balances = |amount: i64, after: i64, opening: Option<i64>| {
        let rows = [
            json!({"at": "2026-01-03", "amount_minor": amount, "status": "pending"}),
            json!({"at": "2026-01-05", "amount_minor": -50, "balance_minor": after}),
            json!({"at": "2026-01-06", "amount_minor": -10}),
        ];
        let mut account = account("a", &rows);
        account["opening_balance_minor"] = json!(opening);
        let ledger = ledger(&json!([account]));
        let last = |ledger: &Ledger| ledger.accounts[0].rows.last().unwrap().balance_minor.unwrap();
        (last(&ledger), last(ledger.other_reading.as_ref().unwrap()))
    };
    assert_eq!(balances(500, 1_450, Some(1_000)), (940, 1_440));
    assert_eq!(balances(500, 950, Some(1_000)), (940, 1_440));
    assert_eq!(balances(-500, 450, Some(1_000)), (440, 940));
    assert_eq!(balances(-500, 950, Some(1_000)), (440, 940));
    assert_eq!(balances(500, 7_000, Some(1_000)), (6_490, 7_490));
    assert_eq!(balances(-500, 7_000, Some(1_000)), (6_490, 7_490));
    assert_eq!(balances(500, 7_000, None), (6_490, 7_490));
}

#[test]
fn a_pending_row_that_states_the_balance_with_it_is_taken_out_of_those_after_it() {
    let rows = [
        json!({"at": "2026-01-01", "amount_minor": 1_000, "balance_minor": 1_000}),
        json!({"at": "2026-01-03", "amount_minor": 900, "balance_minor": 1_900, "status": "pending"}),
        json!({"at": "2026-01-05", "amount_minor": -100, "balance_minor": 1_800}),
        json!({"at": "2026-01-09", "amount_minor": -100, "balance_minor": 1_700}),
    ];
    let ledger = ledger(&json!([account("a", &rows)]));
    let balances = |ledger: &Ledger| -> Vec<Option<i64>> {
        ledger.accounts[0].rows.iter().map(|row| row.balance_minor).collect()
    };
    assert_eq!(balances(&ledger), [Some(1_000), Some(900), Some(800)]);
    let other = ledger.other_reading.as_ref().unwrap();
    assert_eq!(balances(other), [Some(1_000), Some(1_900), Some(1_800), Some(1_700)]);
}

#[test]
fn a_link_of_another_direction_or_time_joins_nothing() {
    let linked = |held: Value, amount: i64, day: &str| {
        let booked = with(row(day, amount, "Fuel"), "pending_id", json!("p1"));
        let ledger = ledger(&json!([account("a", &[with(held, "id", json!("p1")), booked])]));
        let told = |kind| find(&ledger, kind).map(|found| found.amounts_minor.clone());
        let is_open = find(&ledger, FindingKind::PendingOpen).is_some();
        (sums(&ledger), told(FindingKind::PendingAmountDiffers), is_open)
    };
    let hold = |day: &str| pending(day, -100, "Hold");
    let joined = ((-42, None), Some(vec![-100, -42]), false);
    assert_eq!(linked(hold("2026-03-06"), -42, "2026-03-20"), joined);
    assert_eq!(linked(hold("2026-03-20"), -42, "2026-03-06"), joined);
    assert_eq!(linked(hold("2026-03-06"), -100, "2026-03-20"), ((-100, None), None, false));
    // Fifteen days, and money out for money in: no row is dropped, and the pending one is in doubt.
    assert_eq!(linked(hold("2026-03-05"), -42, "2026-03-20"), ((-142, Some(-42)), None, true));
    assert_eq!(linked(hold("2026-03-20"), -42, "2026-03-05"), ((-142, Some(-42)), None, true));
    assert_eq!(linked(hold("2026-03-19"), 42, "2026-03-20"), ((-58, Some(42)), None, true));
    assert_eq!(linked(pending("2026-03-19", 900, "In"), -42, "2026-03-20"), ((-42, Some(858)), None, true));
}

#[test]
fn isolated_rows_are_those_that_moved_money() {
    let mut rows = vec![row("2025-06-01", 0, "check"), row("2025-06-02", -500, "Transfer to savings")];
    rows.extend((0..9).map(|day| row(&format!("2025-06-1{day}"), 0, "check")));
    rows.extend(history(20, "Shop"));
    let leg = row("2025-06-03", 500, "Transfer from current");
    let ledger = ledger(&json!([account("a", &rows), account("b", &[leg, row("2025-06-04", -1, "x")])]));
    let found = find(&ledger, FindingKind::IsolatedRows).unwrap();
    assert_eq!((found.count, found.rows.as_slice()), (1, &[1][..]));
    // The other account has its leg, so it is a transfer.
    assert_eq!(find(&ledger, FindingKind::OwnTransfers).unwrap().rows, [1]);
    assert!(!ledger.accounts[1].rows[0].income);
}
