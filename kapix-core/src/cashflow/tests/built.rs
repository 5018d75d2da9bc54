//! Ledgers built from a request: the order of its rows, categories, failed rows and names.

use super::given::answers;
use crate::cashflow::{RowRanges, Selection, features};
use crate::domain::{Data, Ledger};
use crate::limits::Limits;
use crate::time::Instant;
use serde_json::{Value, json};

fn build(transactions: &[Value]) -> Ledger {
    let account = json!({
        "account_id": "a-1", "kind": "mobile_money", "currency": "KES", "opening_balance_minor": 1_000,
        "period": {"from": "2025-09-01", "to": "2026-03-31"}, "transactions": transactions,
    });
    let data: Data = serde_json::from_value(json!({"mobile_money": {"accounts": [account]}})).unwrap();
    Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z").unwrap(), &Limits::default()).unwrap()
}

fn rows() -> Vec<Value> {
    vec![
        json!({"at": "2026-01-05", "amount_minor": 5_000, "balance_minor": 6_000, "counterparty": "Employer"}),
        json!({"at": "2026-01-06", "amount_minor": 700, "balance_minor": 6_700, "category": "own_transfer"}),
        json!({"at": "2026-01-06", "amount_minor": -200, "balance_minor": 6_500, "counterparty": "Shop"}),
        json!({"at": "2026-02-01", "amount_minor": -999, "status": "failed"}),
        json!({"at": "2026-02-05", "amount_minor": 5_000, "balance_minor": 11_500, "counterparty": " EMPLOYER"}),
        json!({"at": "2026-02-09", "amount_minor": -1_500, "balance_minor": 10_000, "counterparty": "Landlord"}),
        json!({"at": "2026-03-31T11:00:00Z", "amount_minor": 40, "balance_minor": 10_040, "category": "loan"}),
        json!({"at": "2026-03-31T13:00:00Z", "amount_minor": -40, "balance_minor": 10_000}),
    ]
}

#[test]
fn transfers_loans_failed_and_later_rows_are_not_income_or_spending() {
    let ledger = build(&rows());
    let answers = answers(&features(&ledger));
    for (name, value) in [
        ("balance_last_minor", 10_040.0),
        ("counterparties_90d", 3.0), // the employer's two spellings are one
        ("credits_90d", 3.0),
        ("transactions_90d", 6.0),
        ("debits_90d", 2.0),
        ("history_transactions", 6.0),
        ("income_minor_90d", 10_000.0),
        ("income_top_payer_share_180d", 1.0),
        ("inflow_minor_90d", 10_040.0),
        ("outflow_minor_90d", 1_700.0),
    ] {
        assert_eq!(answers[name], Ok(value), "{name}");
    }
}

#[test]
fn rows_in_another_order_give_the_same_features_and_name_the_same_transactions() {
    let (forward, mut reversed) = (rows(), rows());
    reversed.reverse();
    let (one, two) = (build(&forward), build(&reversed));
    assert_eq!(answers(&features(&one)), answers(&features(&two)));
    let ranges = |rows: &[(u32, u32)]| [RowRanges { account: 0, rows: rows.to_vec() }];
    assert_eq!(features(&one).rows(Selection::Income90), ranges(&[(0, 0), (4, 4)]));
    assert_eq!(features(&two).rows(Selection::Income90), ranges(&[(3, 3), (7, 7)]));
}
