//! Transfers between accounts of one applicant, and payments of a debt.

use crate::domain::given::{account, ledger, with};
use crate::domain::{Finding, FindingKind, Ledger, Severity};
use serde_json::{Value, json};

fn row(at: &str, amount: i64, text: &str) -> Value {
    json!({"at": at, "amount_minor": amount, "description": text})
}

fn find(ledger: &Ledger, kind: FindingKind) -> Option<&Finding> {
    ledger.findings.iter().find(|found| found.kind == kind)
}

#[test]
fn many_transfers_of_one_day_are_all_paired() {
    let legs = |sign: i64| -> Vec<Value> {
        (0..300).map(|at| row("2026-03-11", sign * 500, &format!("transfer {at}"))).collect()
    };
    let ledger = ledger(&json!([account("a", &legs(-1)), account("b", &legs(1))]));
    let paired = ledger.findings.iter().filter(|found| found.kind == FindingKind::OwnTransfers);
    assert_eq!(paired.map(|found| found.count).sum::<u64>(), 600);
}

#[test]
fn transfers_between_own_accounts_are_neither_income_nor_spending() {
    let legs = |out: Value, back: Value| {
        let ledger = ledger(&json!([account("a", &[out]), account("b", &[back])]));
        let legs: Vec<bool> = ledger
            .accounts
            .iter()
            .map(|account| account.rows[0].transfer && !account.rows[0].income)
            .collect();
        assert_eq!(legs[0], legs[1]);
        legs[0]
    };
    let moved = |day: &str, text: &str| row(day, 500, text);
    let out = || row("2026-03-10", -500, "Transfer to savings 0012");
    assert!(legs(out(), moved("2026-03-10", "Transfer from current")));
    // The caller marks one leg; the other needs no words for it.
    assert!(legs(
        with(row("2026-03-10", -500, "x"), "category", json!("own_transfer")),
        moved("2026-03-10", "Deposit")
    ));
    assert!(legs(out(), moved("2026-03-13", "")));
    assert!(legs(out(), moved("2026-03-07", "own account")));
    assert!(!legs(out(), moved("2026-03-14", "Transfer from current")));
    assert!(!legs(out(), moved("2026-03-10", "Salary")));
    assert!(!legs(out(), row("2026-03-10", 501, "Transfer")));
    assert!(!legs(row("2026-03-10", -500, ""), moved("2026-03-10", "")));
    // The caller's category goes before.
    assert!(!legs(out(), with(moved("2026-03-10", "Transfer from current"), "category", json!("salary"))));
    let mut both = ledger(&json!([
        account("a", &[with(row("2026-03-10", -500, "x"), "category", json!("own_transfer"))]),
        account("b", &[moved("2026-03-10", "")]),
    ]));
    assert!(both.accounts.iter().all(|account| account.rows[0].transfer));
    assert_eq!(find(&both, FindingKind::OwnTransfers).unwrap().count, 1);
    both.findings.clear();
    // Two accounts are needed.
    let one = ledger(&json!([account("a", &[out(), moved("2026-03-10", "Transfer from current")])]));
    assert!(one.accounts[0].rows.iter().all(|row| !row.transfer));
}

#[test]
fn amounts_that_may_be_a_transfer_are_told_and_count() {
    let told = |out: Value, back: Value| {
        let ledger = ledger(&json!([account("a", &[out]), account("b", &[back])]));
        let incomes: Vec<bool> = ledger.accounts.iter().map(|account| account.rows[0].income).collect();
        assert_eq!(incomes, [false, true]);
        let found = ledger.findings.iter().filter(|found| found.kind == FindingKind::PossibleTransfers);
        found.map(|found| (found.count, found.amounts_minor[0], found.severity)).collect::<Vec<_>>()
    };
    let both = [(1, -500, Severity::Info), (1, 500, Severity::Info)];
    let out = || row("2026-03-10", -500, "Own brand shop");
    assert_eq!(told(out(), row("2026-03-13", 500, "Wallet refund")), both);
    assert_eq!(told(out(), row("2026-03-07", 500, "")), both);
    assert_eq!(told(out(), row("2026-03-14", 500, "Wallet refund")), []);
    assert_eq!(told(out(), row("2026-03-10", 501, "Wallet refund")), []);
    assert_eq!(told(out(), with(row("2026-03-10", 500, "x"), "category", json!("salary"))), []);
}

/// What the rows of both accounts are in a reading: their amounts, and whether each is income and a leg.
fn readings(ledger: &Ledger) -> Vec<Vec<(i64, bool, bool)>> {
    let all = |ledger: &Ledger| {
        let rows = ledger.accounts.iter().flat_map(|account| &account.rows);
        rows.map(|row| (row.amount_minor, row.income, row.transfer)).collect()
    };
    core::iter::once(ledger).chain(ledger.other_reading.as_deref()).map(all).collect()
}

#[test]
fn a_credit_whose_other_leg_is_in_doubt_is_no_income() {
    let out = |text: &str| with(row("2026-03-10", -500, text), "status", json!("pending"));
    let back = |day: &str| row(day, 500, "Transfer from current");
    let told =
        |out: Value, back: Value| readings(&ledger(&json!([account("a", &[out]), account("b", &[back])])));
    let leg = [(-500, false, true), (500, false, true)];
    let out_pending = || out("Transfer to savings");
    assert_eq!(told(out_pending(), back("2026-03-10")), [leg.to_vec(), leg[1..].to_vec()]);
    assert_eq!(told(out_pending(), back("2026-03-13")), [leg.to_vec(), leg[1..].to_vec()]);
    let marked = with(out("x"), "category", json!("own_transfer"));
    assert_eq!(told(marked, back("2026-03-10")), [leg.to_vec(), leg[1..].to_vec()]);
    // Too late, and another text: income, in both readings.
    for (out, day) in [(out_pending(), "2026-03-14"), (out("Shop"), "2026-03-10")] {
        let (spent, income) = ((-500, false, false), (500, true, false));
        assert_eq!(told(out, back(day)), [vec![spent, income], vec![income]]);
    }
    // A pending credit takes no debit out of the spending.
    let waiting = with(back("2026-03-10"), "status", json!("pending"));
    let paid = row("2026-03-10", -500, "Transfer to savings");
    assert_eq!(
        told(paid, waiting),
        [vec![(-500, false, false)], vec![(-500, false, false), (500, true, false)]]
    );
    // A debit without doubt goes before one that lies nearer.
    let two = [row("2026-03-08", -500, "Transfer to savings"), out_pending()];
    let ledger = ledger(&json!([account("a", &two), account("b", &[back("2026-03-10")])]));
    assert_eq!(readings(&ledger)[0][..2], [(-500, false, true), (-500, false, false)]);
}

#[test]
fn a_payment_into_a_loan_is_spent_and_a_drawdown_is_no_income() {
    let told = |kind: &str, text: &str, sign: i64| {
        let current = account("a", &[row("2026-03-10", -500 * sign, text)]);
        let debt = with(account("b", &[row("2026-03-11", 500 * sign, text)]), "kind", json!(kind));
        let ledger = ledger(&json!([current, debt]));
        let told = [FindingKind::OwnTransfers, FindingKind::PossibleTransfers];
        (readings(&ledger).remove(0), told.map(|kind| find(&ledger, kind).is_some()))
    };
    for kind in ["loan", "card"] {
        for text in ["Loan repayment", "Transfer 12", ""] {
            let spent = vec![(-500, false, false), (500, false, true)];
            assert_eq!(told(kind, text, 1), (spent, [false, false]), "{kind} {text}");
        }
        let drawn = vec![(500, false, true), (-500, false, true)];
        assert_eq!(told(kind, "Loan disbursed", -1), (drawn, [true, false]));
    }
    assert_eq!(told("savings", "Transfer 12", 1).0, [(-500, false, true), (500, false, true)]);
}

/// What the rows of both accounts count as: whether each is a leg, and the number of legs that are told.
fn card(paid: &[Value], of_card: &[Value]) -> (Vec<bool>, u64) {
    let debt = with(account("b", of_card), "kind", json!("card"));
    let ledger = ledger(&json!([account("a", paid), debt]));
    let told = ledger.findings.iter().filter(|found| found.kind == FindingKind::OwnTransfers);
    let debits = ledger.accounts.iter().flat_map(|account| &account.rows).filter(|row| row.amount_minor < 0);
    (debits.map(|row| row.transfer).collect(), told.map(|found| found.count).sum())
}

#[test]
fn a_card_that_is_paid_in_full_counts_once() {
    let bought = |day: &str, amount: i64| row(day, -amount, "Shop 12");
    let bill = |day: &str, amount: i64| row(day, -amount, "CARD PAYMENT 4111");
    let thanks = |day: &str, amount: i64| row(day, amount, "Payment received - thank you");
    let two = [bought("2026-02-03", 300), bought("2026-02-20", 200)];
    let with_bill = |rows: &[Value]| card(&[bill("2026-03-01", 500)], &[&two, rows].concat());
    assert_eq!(with_bill(&[thanks("2026-03-02", 500)]), (vec![true, false, false], 2));
    assert_eq!(with_bill(&[row("2026-03-01", 500, "")]), (vec![true, false, false], 2));
    // Money back from a shop, another amount, and too late.
    assert_eq!(with_bill(&[row("2026-03-01", 500, "Refund payment")]), (vec![false; 3], 0));
    assert_eq!(with_bill(&[thanks("2026-03-02", 501)]), (vec![false; 3], 0));
    assert_eq!(with_bill(&[thanks("2026-03-05", 500)]), (vec![false; 3], 0));
    // A shop that the current account paid.
    let shop =
        card(&[row("2026-03-01", -500, "Groceries")], &[&two[..], &[thanks("2026-03-01", 500)]].concat());
    assert_eq!(shop, (vec![false; 3], 0));
    let shop =
        card(&[row("2026-03-01", -500, "Visa purchase")], &[&two[..], &[thanks("2026-03-01", 500)]].concat());
    assert_eq!(shop, (vec![false; 3], 0));
    // One text on both sides.
    let same =
        card(&[row("2026-03-01", -500, "Bill 1")], &[&two[..], &[row("2026-03-01", 500, "Bill 2")]].concat());
    assert_eq!(same, (vec![true, false, false], 2));
}

#[test]
fn a_payment_of_a_card_beyond_its_purchases_stays_spent() {
    let bought = |day: &str, amount: i64| row(day, -amount, "Shop 12");
    let bill = |day: &str| row(day, -500, "CARD PAYMENT 4111");
    let thanks = |day: &str| row(day, 500, "Payment received");
    let paid = |bought: &[Value]| card(&[bill("2026-03-01")], &[bought, &[thanks("2026-03-01")]].concat()).0;
    assert_eq!(paid(&[]), [false]);
    assert_eq!(paid(&[bought("2026-02-20", 499)]), [false; 2]);
    assert_eq!(paid(&[bought("2026-03-02", 500)]), [false; 2]);
    assert_eq!(paid(&[bought("2026-02-20", 500)]), [true, false]);
    // What one payment has used up pays no second one.
    let two = |bought: &[Value]| {
        let bills = [bill("2026-02-10"), bill("2026-03-10")];
        card(&bills, &[bought, &[thanks("2026-02-10"), thanks("2026-03-10")]].concat()).0[..2].to_vec()
    };
    assert_eq!(two(&[bought("2026-02-01", 900)]), [true, false]);
    assert_eq!(two(&[bought("2026-02-01", 400), bought("2026-02-20", 100)]), [false, true]);
    assert_eq!(two(&[bought("2026-02-01", 500), bought("2026-02-20", 500)]), [true, true]);
    // An old debt that is paid off is spent when it is paid.
    let since = |day: &str| paid(&[bought(day, 500), bought("2026-01-25", 1)])[0];
    assert!(since("2025-12-29") && !since("2025-12-28"));
    let old = [bought("2025-12-01", 500), bought("2026-01-05", 1), bought("2026-02-20", 499)];
    assert_eq!(two(&old), [false, false]);
    // A row in doubt is no purchase.
    let pending = with(bought("2026-02-20", 500), "status", json!("pending"));
    assert_eq!(paid(&[pending]), [false; 2]);
}
