//! What each preset reads, in the forms that its provider publishes.

use super::given::{mono, plaid, reading, rows};
use crate::domain::{AccountKind, Direction, TransactionStatus};
use crate::error::Cause;
use crate::id::Id;
use crate::statement::aggregator::aggregator_presets;
use crate::statement::{Choice, ReadingFindingKind};
use serde_json::{Value, json};

fn preset(document: &Value) -> Option<String> {
    reading(std::slice::from_ref(document), &json!({"account": {"currency": "NGN"}})).unwrap().profile.preset
}

#[test]
fn every_preset_ships_with_pointers_that_parse() {
    let presets = aggregator_presets().unwrap();
    assert_eq!(presets.len(), 5);
    for (name, preset) in presets {
        preset.map(&crate::Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn mono_is_read_in_minor_units_by_type_in_its_three_envelopes() {
    let new = json!({"id": "a", "narration": "PG", "amount": 500, "type": "debit", "balance": 1500,
        "date": "2023-12-14T00:02:00.500Z", "category": "unknown"});
    let document =
        json!({"status": "successful", "data": [new], "meta": {"total": 1, "page": 1, "next": null}});
    let read = reading(std::slice::from_ref(&document), &json!({"account": {"currency": "NGN"}})).unwrap();
    assert_eq!(rows(&read), [("2023-12-14T00:02:00.500Z".to_owned(), -500, Some(1500))]);
    assert_eq!(read.accounts[0].account.transactions[0].category, None);
    assert_eq!(read.proof.choices["preset"], Choice::Found { line: 0 });
    assert_eq!(preset(&document).as_deref(), Some("mono"));
    // Without a currency in the document or the request nothing is guessed.
    let error = reading(&[document], &json!({})).unwrap_err();
    assert_eq!(
        (error.cause, &error.fields[..]),
        (Cause::StatementUnstated, &["/document/data/0/currency".to_owned()][..])
    );
    let row = mono("a", "2022-05-30T15:44:00.000Z", 300_009, "credit", 1_168_926);
    for old in [
        json!({"paging": {"total": 1}, "data": [row]}),
        json!({"data": {"paging": {}, "transactions": [row]}}),
        json!([row]),
    ] {
        let read = reading(&[old], &json!({})).unwrap();
        assert_eq!(rows(&read), [("2022-05-30T15:44:00Z".to_owned(), 300_009, Some(1_168_926))]);
        assert_eq!(read.accounts[0].account.transactions[0].direction, Some(Direction::Credit));
    }
}

#[test]
fn stitch_is_read_with_an_account_for_each_array() {
    let edge = |id: &str, quantity: &str, balance: &str| {
        json!({"node": {"id": id, "amount": {"quantity": quantity, "currency": "ZAR"},
            "runningBalance": {"quantity": balance, "currency": "ZAR"}, "description": "x", "date": "2026-03-01"}})
    };
    let account = |id: &str, edges: Value| json!({"id": id, "transactions": {"edges": edges, "pageInfo": {"hasNextPage": false}}});
    let document = json!({"data": {"user": {"bankAccounts": [
        account("one", json!([edge("a", "-12.50", "87.5"), edge("b", "100", "187.50")])),
        account("two", json!([edge("a", "3.00", "3.00")]))
    ]}}});
    let read = reading(&[document], &json!({})).unwrap();
    let ids: Vec<&str> = read.accounts.iter().map(|it| it.account.account_id.as_str()).collect();
    assert_eq!(ids, ["one", "two"]);
    assert_eq!(read.profile.preset.as_deref(), Some("stitch"));
    let amounts: Vec<i64> = rows(&read).iter().map(|(_, amount, _)| *amount).collect();
    assert_eq!(amounts, [-1250, 10_000, 300]);
    assert_eq!((read.proof.balances_chained, read.proof.balances_checked), (1, 1));
}

#[test]
fn accounts_without_an_id_keep_apart_by_their_array() {
    let edge = json!({"node": {"id": "a", "amount": {"quantity": 1, "currency": "ZAR"}, "description": "x", "date": "2026-03-01"}});
    let account = json!({"transactions": {"edges": [edge]}});
    let read =
        reading(&[json!({"data": {"user": {"bankAccounts": [account, account]}}})], &json!({})).unwrap();
    let ids: Vec<&str> = read.accounts.iter().map(|it| it.account.account_id.as_str()).collect();
    assert_eq!(ids, ["account-1", "account-2"]);
}

#[test]
fn plaid_turns_its_sign_and_keeps_the_link_to_the_pending_row() {
    let mut posted = plaid("P", "2026-03-03", 28.34);
    posted["pending_transaction_id"] = json!("Q");
    posted["personal_finance_category"] =
        json!({"primary": "TRANSFER_OUT", "detailed": "TRANSFER_OUT_SAVINGS"});
    posted["merchant_name"] = json!("Shop");
    let mut pending = plaid("Q", "2026-03-01", 28.34);
    pending["pending"] = json!(true);
    let mut wage = plaid("W", "2026-03-02", -1500.0);
    wage["personal_finance_category"] = json!({"primary": "INCOME", "detailed": "INCOME_WAGES"});
    let read = reading(
        &[json!({"added": [pending, wage, posted], "modified": [], "removed": [], "has_more": false})],
        &json!({}),
    )
    .unwrap();
    let account = &read.accounts[0].account;
    let of = |index: usize| &account.transactions[index];
    assert_eq!((of(0).amount_minor, of(0).status), (-2834, TransactionStatus::Pending));
    assert_eq!((of(1).amount_minor, of(1).category.as_deref()), (150_000, None));
    assert_eq!(of(2).pending_id.as_ref().map(Id::as_str), Some("Q"));
    assert_eq!(
        (of(2).category.as_deref(), of(2).counterparty.as_deref()),
        (Some("own_transfer"), Some("Shop"))
    );
    assert_eq!(account.account_id.as_str(), "A1");
}

#[test]
fn loans_are_found_by_the_detailed_or_the_primary_category() {
    let row = |primary: &str, detailed: &str| {
        let mut row = plaid(detailed, "2026-03-01", -10.0);
        row["personal_finance_category"] = json!({"primary": primary, "detailed": detailed});
        row
    };
    let added = [
        row("TRANSFER_IN", "TRANSFER_IN_CASH_ADVANCES_AND_LOANS"),
        row("LOAN_DISBURSEMENTS", "LOAN_DISBURSEMENTS_OTHER"),
        row("income", "gig"),
    ];
    let categories = |request: Value| -> Vec<Option<String>> {
        let read = reading(&[json!({"added": added})], &request).unwrap();
        read.accounts[0].account.transactions.iter().map(|row| row.category.clone()).collect()
    };
    assert_eq!(categories(json!({})), [Some("loan".to_owned()), Some("loan".to_owned()), None]);
    // A table of the request stands in place of that of the preset.
    let stated = json!({"profile": {"categories": {"Income": "salary"}}});
    assert_eq!(categories(stated), [None, None, Some("salary".to_owned())]);
}

#[test]
fn akiba_is_read_as_its_view_reads_it() {
    let document = json!({"transactions": [
        {"external_transaction_id": "x", "type": "debit", "amount": -255, "currency": "ZAR", "status": "Approved",
         "account_name": "bank", "account_number": "123", "balance": {"amount": 12105, "currency": "ZAR", "type": "ClosingAvailable"},
         "date_time": 1_774_672_448},
        {"external_transaction_id": "x", "type": "debit", "amount": "-100.5", "currency": "ZAR", "status": "Declined",
         "account_name": "bank", "account_number": "123", "date_time": 1_574_672_448_123_i64}
    ]});
    let read = reading(&[document], &json!({})).unwrap();
    assert_eq!(
        rows(&read),
        [
            ("2019-11-25T09:00:48.123Z".to_owned(), -10_050, None),
            ("2026-03-28T04:34:08Z".to_owned(), -25_500, Some(1_210_500)),
        ]
    );
    let account = &read.accounts[0].account;
    assert_eq!(account.account_id.as_str(), "123");
    assert_eq!(account.transactions[0].status, TransactionStatus::Failed);
    assert_eq!(read.findings[0].kind, ReadingFindingKind::NewestFirst);
}

#[test]
fn mpesa_is_read_in_nairobi_with_withdrawals_of_either_sign() {
    let row = |receipt: &str, time: &str, paid_in: Value, withdrawn: Value, balance: &str| {
        json!({"Receipt No.": receipt, "Completion Time": time, "Details": "d", "Transaction Status": "COMPLETED",
            "Paid In": paid_in, "Withdrawn": withdrawn, "Balance": balance})
    };
    let document = json!([
        row("UA1234567X", "2026-03-02 00:30:00", json!(""), json!("-23.00"), "1,177.00"),
        row("UA1234567X", "2026-03-02 00:30:00", json!("0.00"), json!("1,300.00"), "1,200.00"),
        row("UA1234567Y", "2026-03-01 08:00", json!("2,500.00"), Value::Null, "2,500.00"),
    ]);
    let read = reading(&[document], &json!({})).unwrap();
    assert_eq!(
        rows(&read),
        [
            ("2026-03-01T05:00:00Z".to_owned(), 250_000, Some(250_000)),
            ("2026-03-01T21:30:00Z".to_owned(), -130_000, Some(120_000)),
            ("2026-03-01T21:30:00Z".to_owned(), -2_300, Some(117_700)),
        ]
    );
    let account = &read.accounts[0].account;
    assert_eq!((account.kind, account.currency.as_str()), (AccountKind::MobileMoney, "KES"));
    assert_eq!(account.transactions[1].at.date(account.utc_offset).to_string(), "2026-03-02");
    assert_eq!((read.proof.balances_chained, read.proof.balances_checked), (2, 2));
    assert_eq!(read.profile.preset.as_deref(), Some("mpesa"));
}

#[test]
fn own_pointers_read_any_shape() {
    let document = json!({"page": {"lines": [
        {"ref": 7, "when": "2026-03-01", "money": {"out": "12.5"}, "note": "a/b", "a/b": {"~": "x"}, "kind": "IN"},
    ]}});
    let request = json!({"account": {"currency": "KES"}, "profile": {"pointers": {
        "rows": ["/page/lines"], "id": ["/ref"], "time": ["/when"], "amount": ["/money/out"], "type": ["/kind"],
        "types": {"in": "credit"}, "description": ["/missing", "/a~1b/~0"]
    }}});
    let read = reading(&[document], &request).unwrap();
    let row = &read.accounts[0].account.transactions[0];
    assert_eq!((row.amount_minor, row.description.as_deref()), (1250, Some("x")));
    assert_eq!(row.id.as_ref().map(Id::as_str), Some("7"));
}

#[test]
fn a_sign_that_balances_contradict_is_turned_unless_it_is_stated() {
    let row = |id: usize, amount: i64, balance: i64| json!({"id": id, "at": format!("2026-03-0{id}"), "amount": amount, "balance": balance});
    let document = json!({"rows": [row(1, 5, 100), row(2, 10, 90), row(3, -20, 110), row(4, 1, 109)]});
    let pointers = json!({"rows": ["/rows"], "id": ["/id"], "time": ["/at"], "amount": ["/amount"], "balance": ["/balance"]});
    let request = json!({"account": {"currency": "UGX"}, "profile": {"pointers": pointers}});
    let read = reading(std::slice::from_ref(&document), &request).unwrap();
    assert_eq!(rows(&read).iter().map(|row| row.1).collect::<Vec<_>>(), [-5, -10, 20, -1]);
    assert_eq!(read.findings[0].kind, ReadingFindingKind::SignFound);
    let stated =
        json!({"account": {"currency": "UGX"}, "profile": {"pointers": pointers, "sign": "credit_positive"}});
    let error = reading(&[document], &stated).unwrap_err();
    assert_eq!((error.cause, error.fields), (Cause::TransactionSign, vec!["/profile/sign".to_owned()]));
}

#[test]
fn what_a_provider_says_failed_is_no_money() {
    let mono = |status: &str, row: &str| {
        format!(
            r#"{{"status": "{status}", "data": [{{"id": "a", "narration": "Pay", "amount": 500, "type": "credit",
                "date": "2026-03-01", "currency": "KES"{row}}}]}}"#
        )
    };
    let read = |document: &str| {
        crate::statement::read(
            document.as_bytes(),
            &crate::statement::TransactionsReadRequest::default(),
            &crate::limits::Limits::default(),
        )
    };
    let row = read(&mono("successful", r#", "status": "failed""#)).unwrap();
    assert_eq!(row.accounts[0].account.transactions[0].status, TransactionStatus::Failed);
    let document = read(&mono("failed", "")).unwrap_err();
    assert_eq!(document.fields, ["/document/status"]);
    let plaid = r#"{"added": [{"transaction_id": "a", "account_id": "A", "date": "2026-03-01", "amount": 1,
        "iso_currency_code": null, "unofficial_currency_code": "BTC"}]}"#;
    let plaid = read(plaid).unwrap_err();
    assert_eq!(plaid.fields, ["/document/added/0/unofficial_currency_code"]);
}
