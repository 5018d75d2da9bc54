//! Rows that took no effect, kinds and currencies of accounts as answers state them.

use super::given::{plaid, reading, rows};
use crate::domain::AccountKind;
use crate::domain::TransactionStatus::{Failed, Pending, Posted};
use crate::error::Cause;
use crate::statement::{Reading, ReadingFindingKind};
use serde_json::{Value, json};

fn open(read: &Reading) -> Vec<u64> {
    let found = read.findings.iter().filter(|it| it.kind == ReadingFindingKind::StateUnknown);
    found.flat_map(|it| it.lines.clone()).collect()
}

/// A row of M-PESA with one more member.
fn mpesa(receipt: &str, name: &str, value: &str, details: &str) -> Value {
    json!({"Receipt No.": receipt, "Completion Time": "2026-03-01 10:00:00", "Details": details, name: value,
        "Paid In": "500.00", "Withdrawn": "", "Balance": ""})
}

#[test]
fn a_status_under_any_of_its_names_is_read() {
    for name in ["Transaction Status", "TransactionStatus", "Status ", " Status", "status"] {
        let read = reading(&[json!([mpesa("A", name, "Failed", "Pay")])], &json!({})).unwrap();
        assert_eq!(read.accounts[0].account.transactions[0].status, Failed, "{name}");
    }
    let edge = |status: &str, pending: bool| {
        json!({"node": {"id": "a", "amount": {"quantity": "5.00", "currency": "ZAR"}, "description": "x",
            "date": "2026-03-01", "status": status, "pending": pending}})
    };
    for (status, pending, expected) in [
        ("FAILED", true, Failed),
        ("FAILED", false, Failed),
        ("COMPLETED", true, Pending),
        ("COMPLETED", false, Posted),
    ] {
        let document =
            json!({"data": {"node": {"id": "A", "transactions": {"edges": [edge(status, pending)]}}}});
        let read = reading(&[document], &json!({})).unwrap();
        assert_eq!(read.accounts[0].account.transactions[0].status, expected, "{status} {pending}");
    }
}

#[test]
fn a_row_without_a_status_beside_others_and_a_text_of_a_failed_credit_are_told() {
    let document = |other: Value| {
        let mut second = mpesa("B", "Status", "", "Pay");
        second["Status"] = other;
        json!([mpesa("A", "Status", "Completed", "Pay"), second])
    };
    for other in [json!(""), json!(null), json!(" ")] {
        assert_eq!(open(&reading(&[document(other.clone())], &json!({})).unwrap()), [1], "{other}");
    }
    assert_eq!(open(&reading(&[document(json!("Completed"))], &json!({})).unwrap()), [] as [u64; 0]);
    let text = json!([
        mpesa("A", "Status", "Completed", "FAILED: SALARY"),
        mpesa("B", "Status", "Completed", "Pay")
    ]);
    assert_eq!(open(&reading(&[text], &json!({})).unwrap()), [0]);
}

#[test]
fn a_currency_that_contradicts_and_an_answer_with_errors_are_refused() {
    let document = json!([mpesa("A", "Currency", "TZS", "Pay")]);
    let refused =
        reading(&[document], &json!({"account": {"currency": "KES"}})).map(|it| rows(&it)).unwrap_err();
    assert_eq!(refused.cause, Cause::MoneyCurrencyMixed);
    let edge = json!({"node": {"id": "a", "amount": {"quantity": "5.00", "currency": "ZAR"}, "description": "x", "date": "2026-03-01"}});
    let answer = |errors: Value| {
        let document =
            json!({"data": {"node": {"id": "A", "transactions": {"edges": [edge]}}}, "errors": errors});
        reading(&[document], &json!({})).map(|it| rows(&it))
    };
    let refused = answer(json!([{"message": "timed out"}])).unwrap_err();
    assert_eq!((refused.cause, &*refused.fields[0]), (Cause::StatementForm, "/document/errors"));
    assert!(answer(json!([])).is_ok() && answer(json!(null)).is_ok());
}

#[test]
fn a_listed_card_is_one_whatever_its_issuer_and_contradicts_a_stated_kind() {
    let document = |kind: &str, subtype: &str| {
        json!({"accounts": [{"account_id": "A1", "type": kind, "subtype": subtype}],
            "added": [plaid("a", "2026-03-01", 1.0)], "modified": [], "removed": [], "has_more": false})
    };
    let kind = |kind: &str, subtype: &str| {
        reading(&[document(kind, subtype)], &json!({})).unwrap().accounts[0].account.kind
    };
    assert_eq!(kind("credit", "paypal"), AccountKind::Card);
    assert_eq!(kind("depository", "paypal"), AccountKind::Current);
    let stated =
        |own: &str| reading(&[document("credit", "credit card")], &json!({"account": {"kind": own}}));
    assert_eq!(stated("current").map(|it| rows(&it)).unwrap_err().fields, ["/account/kind"]);
    assert!(stated("card").is_ok());
}
