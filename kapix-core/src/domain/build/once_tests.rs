//! Rows that two documents hold count once, whatever the order in which the documents come; rows in doubt hold nothing together.

use crate::domain::given::{account, ledger, row, with};
use crate::domain::{FindingKind, Ledger};
use serde_json::{Value, json};

fn count(ledger: &Ledger, kind: FindingKind) -> u64 {
    ledger.findings.iter().filter(|found| found.kind == kind).map(|found| found.count).sum()
}

fn named(at: &str, amount: i64, id: &str) -> Value {
    with(row(at, amount, None), "id", json!(id))
}

/// The amounts of each reading, by day.
fn readings(ledger: &Ledger) -> Vec<Vec<(String, i64)>> {
    let all = |ledger: &Ledger| {
        let rows = ledger.accounts.iter().flat_map(|account| &account.rows);
        rows.map(|row| (row.date.to_string(), row.amount_minor)).collect()
    };
    core::iter::once(ledger).chain(ledger.other_reading.as_deref()).map(all).collect()
}

/// The readings of uploads of one account, which are the same in every order.
fn of_uploads(uploads: &[Vec<Value>]) -> Vec<Vec<(String, i64)>> {
    let told = |uploads: &[Vec<Value>]| {
        let all: Vec<Value> = uploads.iter().map(|rows| account("a", rows)).collect();
        let mut ledger = ledger(&json!(all));
        assert_eq!(ledger.accounts.len(), 1);
        ledger.findings.retain(|found| found.kind != FindingKind::Reordered);
        let found: u64 = ledger.findings.iter().map(|found| found.count).sum();
        (readings(&ledger), found)
    };
    let first = told(uploads);
    let mut turned = uploads.to_vec();
    for _ in uploads {
        turned.rotate_left(1);
        assert_eq!(told(&turned), first);
        turned.reverse();
        assert_eq!(told(&turned), first);
        turned.reverse();
    }
    first.0
}

#[test]
fn a_row_that_one_upload_holds_twice_stays_twice_beside_one_of_any_size() {
    let fare = || named("2026-03-05", -522, "t");
    let twice = |readings: &[Vec<(String, i64)>]| readings[0].iter().filter(|row| row.1 == -522).count();
    let others = vec![named("2026-03-09", -9, "r"), named("2026-03-12", -4, "s")];
    let one: Vec<Value> = [vec![fare()], others.clone()].concat();
    let two = vec![fare(), fare()];
    let larger: Vec<Value> =
        [vec![named("2026-03-01", -3, "q"), named("2026-03-02", -4, "w")], two.clone()].concat();
    assert_eq!(twice(&of_uploads(&[two.clone(), one.clone()])), 2);
    assert_eq!(twice(&of_uploads(&[larger, one.clone()])), 2);
    // Two uploads hold it twice, and the largest of three once.
    assert_eq!(twice(&of_uploads(&[two.clone(), one, two])), 2);
}

#[test]
fn uploads_of_one_size_are_told_apart_by_what_they_say() {
    let pay = |category: &str| with(named("2026-03-05", 900, "p"), "category", json!(category));
    let income = |first: &str, second: &str| {
        let uploads = [account("a", &[pay(first)]), account("a", &[pay(second)])];
        let ledger = ledger(&json!(uploads));
        assert_eq!(ledger.accounts[0].rows.len(), 1);
        ledger.accounts[0].rows[0].income
    };
    assert_eq!(income("salary", "loan"), income("loan", "salary"));
    // One id on two days: the later day is in doubt, whichever upload comes first.
    let (early, late) = (vec![named("2026-03-01", 50, "x")], vec![named("2026-03-02", 50, "x")]);
    assert_eq!(of_uploads(&[late, early])[0], [("2026-03-01".to_owned(), 50)]);
}

#[test]
fn a_small_account_without_ids_that_is_another_s_counts_once() {
    let said = |at: &str, amount: i64, text: &str| with(row(at, amount, None), "description", json!(text));
    let rows = [
        said("2026-01-28", 90_000, "Acme salary"),
        said("2026-02-02", -5_000, "Rent"),
        said("2026-02-28", 90_000, "Acme salary"),
        said("2026-03-02", -5_000, "Rent"),
    ];
    let shared = |one: &[Value], other: &[Value]| {
        let ledger = ledger(&json!([account("a", one), account("b", other)]));
        assert_eq!(
            ledger.accounts.iter().any(|it| it.balance_disputed),
            count(&ledger, FindingKind::SharedRows) > 0
        );
        count(&ledger, FindingKind::SharedRows)
    };
    assert_eq!(shared(&rows, &rows), 4);
    assert_eq!(shared(&rows, &rows[1..]), 3);
    assert_eq!(shared(&rows[..1], &rows[..1]), 1);
    assert_eq!(shared(&rows, &rows[..2]), 2);
    // One row of four, or of three, is another.
    let with_other = |rows: &[Value]| [rows, &[said("2026-03-20", -77, "Bus")]].concat();
    assert_eq!(shared(&rows, &with_other(&rows[..3])), 3);
    assert_eq!(shared(&rows, &with_other(&rows[..2])), 2);
    assert_eq!(shared(&rows, &with_other(&rows[..1])), 0);
    // Two salaries of one amount are one amount.
    let salaries = [rows[0].clone(), rows[2].clone()];
    assert_eq!(shared(&rows, &with_other(&salaries)), 0);
    // What differs in a stated balance or an id is not the same row.
    let stated = |balance: i64| with(rows[1].clone(), "balance_minor", json!(balance));
    let one_id = |id: &str| with(rows[1].clone(), "id", json!(id));
    assert_eq!(shared(&[stated(7)], &[stated(8)]), 0);
    assert_eq!(shared(&[stated(7)], &[stated(7)]), 1);
    assert_eq!(shared(&[one_id("x")], &[one_id("y")]), 0);
    assert_eq!(shared(&[one_id("x")], &[rows[1].clone()]), 1);
}

#[test]
fn a_row_found_in_doubt_bridges_no_gap() {
    let from = |rows: &[Value]| {
        let ledger = ledger(&json!([account("a", rows)]));
        let told = [FindingKind::RepeatedId, FindingKind::LikelyDuplicate].map(|kind| count(&ledger, kind));
        (ledger.accounts[0].covered.unwrap().0.to_string(), told)
    };
    let recent: Vec<Value> = (1..=31).map(|day| row(&format!("2026-03-{day:02}"), -1, 757 - day)).collect();
    let told = |rows: &[Value]| from(&[rows, &recent].concat());
    let stated = with(named("2025-11-05", -234, "z"), "balance_minor", json!(757));
    // The second row of one id states the balance that leads over the gap.
    assert_eq!(told(&[named("2025-11-04", -234, "z"), stated.clone()]), ("2026-03-01".to_owned(), [1, 0]));
    assert_eq!(told(&[named("2025-11-04", -234, "y"), stated]), ("2025-11-04".to_owned(), [0, 0]));
    // It lies half-way between two rows that are 60 days apart.
    let half_way = |id: &str| [named("2025-12-31", -5, "z"), named("2026-01-30", -5, id)];
    assert_eq!(told(&half_way("z")), ("2026-03-01".to_owned(), [1, 0]));
    assert_eq!(told(&half_way("y")), ("2025-12-31".to_owned(), [0, 0]));
    // Two equal rows carry the balance to the other side, which proves both; else the second is in doubt.
    let fare = || row("2025-11-06", -50, None);
    let paid_twice = [row("2025-11-05", -1, 857), fare(), fare()];
    assert_eq!(told(&paid_twice), ("2025-11-05".to_owned(), [0, 0]));
    let once_told_twice = [row("2025-11-05", -1, 807), fare(), fare()];
    assert_eq!(told(&once_told_twice), ("2025-11-05".to_owned(), [0, 1]));
    let paid_once = [row("2025-11-05", -1, 807), fare()];
    assert_eq!(told(&paid_once), ("2025-11-05".to_owned(), [0, 0]));
}
