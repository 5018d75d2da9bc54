//! Requests made in code: an account of 1,000 transactions with a balance after each, and 20 named values.

use crate::cards::{CHARACTERISTICS, Inputs, feature, numbers};
use serde_json::{Value, json};

/// Transactions of the account.
pub const TRANSACTIONS: usize = 1_000;
/// The instant that is scored.
const AS_OF: &str = "2026-06-30T20:00:00Z";
/// Transactions of one day.
const ROWS_OF_A_DAY: usize = 6;

/// Returns a request that names the inputs of the card; `missing` of them are null.
pub fn named_request(missing: usize) -> Value {
    let values = numbers(7, 20, 1000).zip(0..CHARACTERISTICS).enumerate();
    let features: serde_json::Map<String, Value> = values
        .map(|(place, (value, index))| {
            let value = if place < missing { Value::Null } else { json!(f64::from(value) + 0.25) };
            (feature(Inputs::Numbers, index), value)
        })
        .collect();
    json!({"as_of": AS_OF, "entity_id": "applicant-1", "entity_type": "individual", "features": features})
}

/// Returns a request with one mobile money account of 1,000 transactions in the 167 days before `as_of`.
pub fn account_request() -> Value {
    let mut balance = 2_500_000;
    let drawn = numbers(11, TRANSACTIONS, 100_000).enumerate();
    let transactions: Vec<Value> = drawn
        .map(|(place, drawn)| {
            let is_salary = place % 180 == 0;
            let is_credit = is_salary || drawn % 5 < 2;
            let size = if is_salary { 6_000_000 } else { i64::from(drawn) + 1_000 };
            let amount = if is_credit { size } else { -size.min(balance) };
            balance += amount;
            json!({
                "id": format!("tx-{place:04}"),
                "at": instant(place),
                "amount_minor": amount,
                "balance_minor": balance,
                "counterparty": format!("party {}", if is_salary { 0 } else { drawn % 40 }),
                "description": "PAYMENT BY PHONE",
            })
        })
        .collect();
    json!({
        "as_of": AS_OF,
        "entity_id": "applicant-1",
        "entity_type": "individual",
        "data_sources": ["mobile_money"],
        "data": {"mobile_money": {"accounts": [{
            "account_id": "wallet-1", "kind": "mobile_money", "currency": "KES", "utc_offset": "+03:00",
            "opening_balance_minor": 2_500_000, "period": {"from": "2026-01-01", "to": "2026-06-30"},
            "transactions": transactions
        }]}}
    })
}

/// Six transactions a day from 2026-01-15 on.
fn instant(place: usize) -> String {
    const MONTH_DAYS: [usize; 6] = [31, 28, 31, 30, 31, 30];
    let mut day = 14 + place / ROWS_OF_A_DAY;
    let mut month = 1;
    for days in MONTH_DAYS {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    let hour = 6 + 2 * (place % ROWS_OF_A_DAY);
    format!("2026-{month:02}-{:02}T{hour:02}:{:02}:00+03:00", day + 1, place % 60)
}
