//! Columns and texts that say whether rows took effect.

use super::{read, rows};
use crate::domain::TransactionStatus::{Failed, Pending, Posted};
use crate::statement::ReadingFindingKind;

/// Three rows without balances, the second of which has another value.
fn document(name: &str, usual: &str, other: &str) -> String {
    format!(
        "Date,Details,Amount,{name}\n2026-03-13,Pay,500.00,{usual}\n2026-03-14,Pay,60.00,{other}\n2026-03-15,Bus,-1.00,{usual}\n"
    )
}

/// Lines of rows of which it is open whether they took effect.
fn open(text: &str) -> Vec<u64> {
    let reading = read(text, "KES").unwrap_or_else(|error| panic!("{error}\n{text}"));
    let found = reading.findings.iter().filter(|it| it.kind == ReadingFindingKind::StateUnknown);
    found.flat_map(|it| it.lines.clone()).collect()
}

#[test]
fn rows_that_were_deleted_voided_or_held_are_no_income() {
    for (name, usual, other, status) in [
        ("Deleted", "no", "yes", Failed),
        ("Is Deleted", "false", "true", Failed),
        ("Is Void", "0", "1", Failed),
        ("Void", "", "x", Failed),
        ("Deleted At", "", "2026-03-20", Failed),
        ("Canceled", "N", "Y", Failed),
        ("Cancelled", "", "2026-03-20", Failed),
        ("Record Status", "ACTIVE", "DELETED", Failed),
        ("Active", "Y", "N", Pending),
        ("Cleared", "C", "", Pending),
        ("Cleared", "*", "", Pending),
        ("NSF", "", "Y", Failed),
        ("Hold", "N", "Y", Pending),
        ("Hold", "0.00", "yes", Pending),
        ("Is Held", "false", "true", Pending),
    ] {
        let statuses: Vec<_> =
            rows(&document(name, usual, other), "KES").iter().map(|row| row.status).collect();
        assert_eq!(statuses, [Posted, status, Posted], "{name}");
    }
}

#[test]
fn a_code_of_a_return_leaves_open_whether_a_row_took_effect() {
    for (name, usual, other) in [
        ("Return Code", "", "R01"),
        ("Return Code", "00", "R01"),
        ("Return Reason", "", "R01"),
        ("ACH Return Code", "", "R01"),
        ("Duplicate", "no", "yes"),
        ("Excluded", "false", "true"),
        ("Txn Status Code", "0", "1"),
        ("Response Code", "", "51"),
    ] {
        assert_eq!(open(&document(name, usual, other)), [3], "{name} {usual}");
        assert_eq!(open(&document(name, usual, usual)), [] as [u64; 0], "{name} {usual}");
    }
    assert_eq!(open(&document("Return Code", "R01", "R01")), [2, 3, 4]);
}

#[test]
fn the_text_of_money_in_that_took_no_effect_is_told_unless_balances_chain() {
    let document = |text: &str, amount: &str| {
        format!(
            "Date,Details,Amount\n2026-03-13,Pay,500.00\n2026-03-14,{text},{amount}\n2026-03-15,Bus,-1.00\n"
        )
    };
    for text in [
        "Insufficient funds",
        "FAILED: SALARY",
        "Salary (declined)",
        "SALARY - unsuccessful",
        "Pending: salary",
        "Uncleared cheque",
        "CHEQUE BOUNCED",
        "salary - on hold",
        "Provisional credit",
        "Cheque awaiting clearance",
    ] {
        assert_eq!(open(&document(text, "60.00")), [3], "{text}");
        // A debit counts as spent.
        assert_eq!(open(&document(text, "-60.00")), [] as [u64; 0], "{text}");
        let balances = format!(
            "Date,Details,Amount,Balance\n2026-03-13,Pay,500.00,500.00\n2026-03-14,{text},60.00,560.00\n2026-03-15,Bus,-1.00,559.00\n"
        );
        assert_eq!(open(&balances), [] as [u64; 0], "{text}");
        assert_eq!(open(&balances.replace("559.00", "499.00")), [3], "{text}");
    }
    for text in [
        "Reversal of failed transfer",
        "Refund: declined payment",
        "Salary",
        "Suspended Coffee Ltd",
        "Expo Ltd",
    ] {
        assert_eq!(open(&document(text, "60.00")), [] as [u64; 0], "{text}");
    }
}

#[test]
fn a_note_of_a_row_that_gives_money_back_is_its_category() {
    for (name, value) in [
        ("Notes", "Reversal of salary"),
        ("Notes", "refund"),
        ("Comment", "Salary reversal"),
        ("Category", "Refund"),
        ("Category", "Credit reversal"),
        ("Info", "ESTORNO"),
    ] {
        let text = format!(
            "Date,Details,Amount,{name}\n2026-03-13,Acme,500.00,\n2026-03-14,Acme,-500.00,{value}\n2026-03-15,Bus,-1.00,\n"
        );
        let categories: Vec<_> = rows(&text, "KES").into_iter().map(|row| row.category).collect();
        assert_eq!(categories, [None, Some("reversal".to_owned()), None], "{name} {value}");
    }
    let other =
        "Date,Details,Amount,Notes\n2026-03-13,Acme,500.00,the refund desk called\n2026-03-14,x,-1.00,Rent\n";
    assert!(rows(other, "KES").iter().all(|row| row.category.is_none()));
}

/// Three rows whose balances chain, the second of which has another value.
fn chained(name: &str, usual: &str, other: &str, amount: &str) -> String {
    let last = if amount.starts_with('-') { ["440.00", "439.00"] } else { ["560.00", "559.00"] };
    format!(
        "Date,Details,Amount,Balance,{name}\n2026-03-13,Pay,500.00,500.00,{usual}\n2026-03-14,Pay,{amount},{},{other}\n\
         2026-03-15,Bus,-1.00,{},{usual}\n",
        last[0], last[1]
    )
}

#[test]
fn a_credit_that_was_undone_later_is_told_though_balances_chain() {
    for (name, usual, other) in [
        ("Status", "Completed", "Reversed"),
        ("Status", "Completed", "Refunded"),
        ("Return Code", "", "R01"),
        ("Category", "Food", "Reversed"),
        ("Is Refund", "No", "Yes"),
        ("Refund", "N", "Y"),
        ("Refunded", "false", "true"),
        ("Reversal Ref", "", "TX99"),
        ("Amount Refunded", "0.00", "60.00"),
        ("Chargeback Amount", "0", "60.00"),
    ] {
        assert_eq!(open(&chained(name, usual, other, "60.00")), [3], "{name}");
        assert_eq!(open(&chained(name, usual, other, "-60.00")), [] as [u64; 0], "{name}");
        assert_eq!(open(&chained(name, usual, usual, "60.00")), [] as [u64; 0], "{name}");
    }
    let captured = rows(&document("Captured", "true", "false"), "KES");
    assert_eq!(captured[1].status, Pending);
}

#[test]
fn words_of_states_that_were_not_known_are_read() {
    for (name, usual, other, status) in [
        ("Status", "Confirmed", "Unconfirmed", Pending),
        ("Status", "Cleared", "Not cleared", Pending),
        ("Status", "OK", "NOK", Failed),
        ("Status", "Completed", "Timeout", Failed),
        ("Status", "Posted", "Draft", Pending),
        ("Status", "Gebucht", "Nicht gebucht", Pending),
        ("Exec Status", "Completed", "Failed", Failed),
        ("Buchungszustand", "gebucht", "vorgemerkt", Pending),
    ] {
        let statuses: Vec<_> =
            rows(&document(name, usual, other), "KES").iter().map(|row| row.status).collect();
        assert_eq!(statuses, [Posted, status, Posted], "{name} {other}");
    }
    let usual = "The service request is processed successfully.";
    assert_eq!(open(&document("Result Desc", usual, "The balance is insufficient")), [3]);
    assert_eq!(open(&document("Result Desc", usual, usual)), [] as [u64; 0]);
    for text in ["SALARY NOT PAID", "RTD CHQ DEPOSIT", "EFT REJECT", "TIMED OUT SALARY"] {
        let text = document("Info", "", "").replace("14,Pay", &format!("14,{text}"));
        assert_eq!(open(&text), [3], "{text}");
    }
    // A draft of a bank is a payment.
    assert_eq!(rows(&document("Category", "Food", "Draft"), "KES")[1].status, Posted);
}
