use crate::error::Error;
use crate::limits::Limits;
use crate::statement::{LeftOutReason, Reading, TransactionsReadRequest, read_pages};
use serde_json::{Value, json};

/// Reads documents under a request given as JSON.
pub(super) fn reading(documents: &[Value], request: &Value) -> Result<Reading, Error> {
    let request: TransactionsReadRequest = serde_json::from_value(request.clone()).unwrap();
    let texts: Vec<String> = documents.iter().map(ToString::to_string).collect();
    let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    read_pages(&bytes, &request, &Limits::default())
}

/// The rows of all accounts: day or instant, minor units, balance.
pub(super) fn rows(reading: &Reading) -> Vec<(String, i64, Option<i64>)> {
    let rows = reading.accounts.iter().flat_map(|it| &it.account.transactions);
    rows.map(|row| (row.at.to_string(), row.amount_minor, row.balance_minor)).collect()
}

/// How many rows were left out for a reason.
pub(super) fn left_out(reading: &Reading, reason: LeftOutReason) -> u64 {
    reading.left_out.counts.get(&reason).copied().unwrap_or_default()
}

pub(super) fn plaid(id: &str, date: &str, amount: f64) -> Value {
    json!({
        "transaction_id": id, "account_id": "A1", "date": date, "amount": amount, "iso_currency_code": "USD",
        "name": "row", "pending": false, "pending_transaction_id": null
    })
}

pub(super) fn mono(id: &str, date: &str, amount: i64, direction: &str, balance: i64) -> Value {
    json!({
        "_id": id, "type": direction, "amount": amount, "narration": "row", "date": date, "balance": balance,
        "currency": "NGN", "category": null
    })
}
