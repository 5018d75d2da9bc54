//! One account sent twice, in the forms that two documents of it take.

use crate::domain::given::{account, ledger, row as stated, with};
use crate::domain::{FindingKind, Ledger, Severity};
use crate::time::Date;
use serde_json::{Value, json};

/// Six months of a savings account, with ids and balances.
fn savings() -> Vec<Value> {
    let mut balance = 50_000;
    let days = (10..=12).map(|month| (2025, month)).chain((1..=3).map(|month| (2026, month)));
    let rows =
        days.flat_map(|(year, month)| [1, 15, 28].map(|day| (year, month, day))).map(|(year, month, day)| {
            balance += 1_000 + day;
            let row = stated(&format!("{year}-{month:02}-{day:02}"), 1_000 + day, balance);
            with(with(row, "description", json!("Interest")), "id", json!(format!("s{month}-{day}")))
        });
    rows.collect()
}

fn bare(rows: &[Value], text: impl Fn(usize) -> String) -> Vec<Value> {
    let of = |(place, row): (usize, &Value)| json!({"at": row["at"], "amount_minor": row["amount_minor"], "description": text(place)});
    rows.iter().enumerate().map(of).collect()
}

fn opened(id: &str, rows: &[Value], opening: i64) -> Value {
    with(account(id, rows), "opening_balance_minor", json!(opening))
}

#[test]
fn rows_without_a_text_are_not_one_text_and_all_matched_rows_are_counted() {
    let salaries = |first: i64| -> Vec<Value> {
        (1..=5_i64)
            .map(|week| stated(&format!("2026-03-{:02}", week * 6), 50_000, first + week * 7))
            .collect()
    };
    // Equal pay, no text, and balances that say that they are two accounts.
    assert_eq!(share(&account("a", &salaries(50_000)), &account("b", &salaries(850_000))), None);
    // Ten rows by their text, then six of one amount with another text.
    let rows = |text: &str| -> Vec<Value> {
        let own = (1..=10).map(|day| {
            with(stated(&format!("2026-03-{day:02}"), -100 - day, None), "description", json!("shop"))
        });
        let pay = (11..=16)
            .map(|day| with(stated(&format!("2026-03-{day}"), 900, None), "description", json!(text)));
        own.chain(pay).collect()
    };
    assert_eq!(share(&account("a", &rows("salary")), &account("b", &rows("fee"))), Some(1.0));
}

#[test]
fn rows_whose_balances_differ_by_one_number_are_of_one_account() {
    let rows = |opening: i64, last: i64| -> Vec<Value> {
        let mut balance = opening;
        let amounts = [500, -100, -200, -50, 700, last];
        let rows = amounts.iter().zip(2..).map(|(amount, day)| {
            balance += amount;
            stated(&format!("2026-03-{day:02}"), *amount, Some(balance))
        });
        rows.collect()
    };
    let one = account("a", &rows(1_000, -300));
    // A limit of 50 beside the balance: the whole account, and one with another last row.
    assert_eq!(share(&one, &account("b", &rows(6_000, -300))), Some(1.0));
    assert!(share(&one, &account("b", &rows(6_000, -301))).is_some_and(|share| share > 0.8));
    // Two members with equal pay have balances that go their own ways.
    let pay = |spent: i64| -> Vec<Value> {
        let mut balance = 7 * spent;
        let rows = (1..=6_i64).flat_map(|week| {
            let pair = [(50_000, 1), (-spent * week, 2)];
            pair.map(|(amount, day)| {
                balance += amount;
                stated(&format!("2026-02-{:02}", week * 4 - 3 + day), amount, Some(balance))
            })
        });
        rows.collect()
    };
    assert_eq!(share(&account("a", &pay(1_000)), &account("b", &pay(1_700))), None);
}

/// The share of the second account that is found in the first.
fn share(one: &Value, other: &Value) -> Option<f64> {
    let ledger = ledger(&json!([one, other]));
    let mut found = ledger.findings.iter().filter(|it| it.kind == FindingKind::SharedRows);
    let share = found.next().map(|found| found.share.unwrap());
    assert!(found.next().is_none());
    assert_eq!(share.is_some_and(|share| share >= 0.5), ledger.accounts.iter().any(|it| it.balance_disputed));
    share
}

fn earlier(at: &str, days: i32) -> String {
    Date::parse(at).unwrap().add_days(-days).unwrap().to_string()
}

fn letters(place: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(place).unwrap());
    format!("int {letter}")
}

#[test]
fn rows_of_neighbouring_days_with_one_id_or_balance_are_shared() {
    let rows = savings();
    let one = opened("s", &rows, 50_000);
    let moved = |to: fn(&str) -> String, fields: &[&str]| -> Vec<Value> {
        let mut rows = rows.clone();
        for row in &mut rows {
            row["at"] = json!(to(row["at"].as_str().unwrap()));
            for field in fields {
                row.as_object_mut().unwrap().remove(*field);
            }
        }
        rows
    };
    let before = |at: &str| earlier(at, 1);
    let zone = |at: &str| format!("{}T21:00:00Z", earlier(at, 1));
    let two_before = |at: &str| earlier(at, 2);
    assert_eq!(share(&one, &opened("t", &moved(zone, &[]), 50_000)), Some(1.0));
    assert_eq!(share(&one, &opened("t", &moved(before, &["id"]), 50_000)), Some(1.0));
    assert_eq!(share(&one, &opened("t", &moved(before, &["balance_minor"]), 1)), Some(1.0));
    // By the text, and by nothing but the amounts.
    assert_eq!(share(&one, &opened("t", &moved(before, &["id", "balance_minor"]), 1)), Some(1.0));
    let fields = ["id", "balance_minor", "description"];
    assert_eq!(share(&one, &opened("t", &moved(before, &fields), 1)), Some(1.0));
    // By the days of booking and of the value: ids, or balances, in half of five rows or more.
    assert_eq!(share(&one, &opened("t", &moved(two_before, &[]), 1)), Some(1.0));
    assert_eq!(share(&one, &opened("t", &moved(two_before, &["id"]), 1)), Some(1.0));
    assert_eq!(share(&one, &opened("t", &moved(two_before, &["balance_minor"]), 1)), Some(1.0));
    assert_eq!(share(&one, &opened("t", &moved(two_before, &[])[..4], 1)), None);
    assert_eq!(share(&one, &opened("t", &moved(two_before, &["id", "balance_minor"]), 1)), None);
}

#[test]
fn accounts_that_agree_in_days_and_amounts_wholesale_are_one() {
    let rows = savings();
    let one = opened("s", &rows, 50_000);
    let copy = bare(&rows, letters);
    assert_eq!(share(&one, &account("t", &copy)), Some(1.0));
    assert_eq!(share(&one, &account("t", &copy[..5])), Some(1.0));
    assert_eq!(share(&one, &account("t", &copy[..4])), None);
    // One balance before the first row needs no five rows.
    assert_eq!(share(&one, &opened("t", &copy[..4], 50_000)), Some(1.0));
    assert_eq!(share(&one, &opened("t", &copy[..4], 0)), None);
    // A balance that is stated and differs contradicts.
    let other_balances: Vec<Value> = copy
        .iter()
        .enumerate()
        .map(|(place, row)| with(row.clone(), "balance_minor", json!(7 * place)))
        .collect();
    assert_eq!(share(&one, &opened("t", &other_balances, 50_000)), None);
    // Half of the account.
    let more = |count: usize| -> Vec<Value> {
        let others = (3..).take(count).map(|day| stated(&format!("2026-02-{day:02}"), -77 - day, None));
        copy[..6].iter().cloned().chain(others).collect()
    };
    assert_eq!(share(&one, &account("t", &more(6))), Some(0.5));
    assert_eq!(share(&one, &account("t", &more(7))), None);
}

#[test]
fn rows_of_one_id_count_towards_the_half_of_those_of_one_text() {
    let rows = savings();
    let other = |ids: usize| -> Vec<Value> {
        let row = |(place, row): (usize, &Value)| {
            let balance = row["balance_minor"].as_i64().unwrap() + 400_000;
            let row = with(row.clone(), "balance_minor", json!(balance));
            if place < ids { row } else { with(row, "id", json!(null)) }
        };
        rows[..7].iter().enumerate().map(row).collect()
    };
    for ids in 0..=7 {
        assert_eq!(share(&account("s", &rows), &account("t", &other(ids))), Some(1.0), "{ids}");
    }
}

#[test]
fn equal_fees_of_two_accounts_are_no_shared_rows() {
    let history = |first: i64, fees: &[i64], more: &[(u32, i64, &str)]| -> Vec<Value> {
        let mut balance = first;
        let months = (10..=12).map(|month| (2025, month)).chain((1..=3).map(|month| (2026, month)));
        let mut rows = Vec::new();
        for (year, month) in months {
            let own = more.iter().map(|(day, amount, text)| (*day, *amount + i64::from(month), *text));
            for (day, amount, text) in own.chain(fees.iter().map(|fee| (28, *fee, "LEDGER FEE"))) {
                balance += amount;
                let row = stated(&format!("{year}-{month:02}-{day:02}"), amount, balance);
                rows.push(with(row, "description", json!(text)));
            }
        }
        rows
    };
    let current = [(1, 90_000, "Salary"), (3, -41_000, "Rent"), (9, -2_500, "Shop")];
    let found = |one: &[Value], other: &[Value]| {
        let ledger = ledger(&json!([account("cur", one), account("sav", other)]));
        let told = ledger
            .findings
            .iter()
            .filter(|it| matches!(it.kind, FindingKind::SharedRows | FindingKind::ChainBreak));
        told.count()
    };
    for fees in [&[-250][..], &[-250, -50], &[-250, -50, -10]] {
        let own = history(12_000, fees, &current);
        for more in [&[][..], &[(15, 300, "Interest")]] {
            assert_eq!(found(&own, &history(700_000, fees, more)), 0, "{fees:?} {more:?}");
        }
        // Pay that both show is no fee.
        assert!(found(&own, &history(700_000, &[], &[(1, 90_000, "Salary")])) > 0, "{fees:?}");
        // The account itself, whole or in part, is found, also with its balances of another number.
        assert_eq!(share(&account("cur", &own), &account("sav", &own)), Some(1.0));
        assert_eq!(
            share(&account("cur", &own), &account("sav", &history(99_000, fees, &current))),
            Some(1.0)
        );
        // So is a copy with income added, and the balances worked out anew.
        let more: Vec<(u32, i64, &str)> = [&current[..], &[(20, 35_000, "Sales")]].concat();
        assert!(share(&account("cur", &own), &account("sav", &history(12_000, fees, &more))).is_some());
    }
}

#[test]
fn two_members_with_one_salary_are_two() {
    let member = |id: &str, rent: i64, text: &str| {
        let rows = (1..=3).flat_map(|month| {
            let salary =
                with(stated(&format!("2026-{month:02}-27"), 80_000, None), "description", json!(text));
            let spent =
                (1..=4).map(move |day| stated(&format!("2026-{month:02}-{day:02}"), -rent - day, None));
            [salary].into_iter().chain(spent)
        });
        account(id, &rows.collect::<Vec<Value>>())
    };
    assert_eq!(share(&member("a", 100, "Salary"), &member("b", 900, "Salary")), None);
    // Accounts of nothing but one salary, from two employers.
    let salaries = |id: &str, text: &str| {
        let rows = ["2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
            .map(|month| with(stated(&format!("{month}-27"), 80_000, None), "description", json!(text)));
        account(id, &rows)
    };
    assert_eq!(share(&salaries("a", "Acme salary"), &salaries("b", "County pay")), None);
}

#[test]
fn a_quiet_account_that_has_the_balance_of_another_counts_once() {
    let period = json!({"from": "2026-01-01", "to": "2026-03-31"});
    let quiet = |id: &str, balance: i64| {
        let account = with(opened(id, &[], balance), "period", period.clone());
        with(account, "closing_balance_minor", json!(balance))
    };
    let told = |accounts: &Value| {
        let ledger: Ledger = ledger(accounts);
        let found: Vec<(String, Vec<i64>)> = ledger
            .findings
            .iter()
            .filter(|it| it.kind == FindingKind::SharedBalance)
            .map(|it| (it.pointer.clone(), it.amounts_minor.clone()))
            .collect();
        assert_eq!(ledger.other_reading.is_some(), !found.is_empty());
        let counted = |ledger: &Ledger| ledger.accounts.iter().filter(|it| !it.balance_disputed).count();
        assert!(ledger.other_reading.as_ref().is_none_or(|other| counted(other) == ledger.accounts.len()));
        assert_eq!(counted(&ledger), ledger.accounts.len() - found.len());
        found
    };
    let second = vec![("/data/bank/accounts/1".to_owned(), vec![50_000])];
    assert_eq!(told(&json!([quiet("s", 50_000), quiet("t", 50_000)])), second);
    // The opening or the last balance of an account with rows, in whatever order they come.
    assert_eq!(told(&json!([opened("s", &savings(), 50_000), quiet("t", 50_000)])), second);
    let rows = savings();
    let last = rows.last().unwrap()["balance_minor"].as_i64().unwrap();
    let first = vec![("/data/bank/accounts/0".to_owned(), vec![last])];
    assert_eq!(told(&json!([quiet("t", last), account("s", &rows)])), first);
    for (one, other) in [(50_000, 50_001), (0, 0), (-5, -5)] {
        assert!(told(&json!([quiet("s", one), quiet("t", other)])).is_empty());
    }
    let dollars = with(quiet("t", 50_000), "currency", json!("USD"));
    assert!(told(&json!([quiet("s", 50_000), dollars])).is_empty());
    let debt = with(quiet("t", 50_000), "kind", json!("loan"));
    assert!(told(&json!([quiet("s", 50_000), debt])).is_empty());
    assert_eq!(FindingKind::SharedBalance.severity(), Severity::Disputed);
}
