//! Ledgers of tests, from accounts as a request states them.

use super::{Data, Ledger};
use crate::limits::Limits;
use crate::time::Instant;
use serde_json::{Value, json};

/// Returns the ledger of accounts of a bank at noon of 31 March 2026.
pub(crate) fn ledger(accounts: &Value) -> Ledger {
    let data: Data = serde_json::from_value(json!({"bank": {"accounts": accounts}})).unwrap();
    Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z").unwrap(), &Limits::default()).unwrap()
}

/// Returns a current account in shillings.
pub(crate) fn account(id: &str, rows: &[Value]) -> Value {
    json!({"account_id": id, "kind": "current", "currency": "KES", "transactions": rows})
}

/// Returns a row with the balance after it, if it states one.
pub(crate) fn row(at: &str, amount: i64, balance: impl Into<Option<i64>>) -> Value {
    json!({"at": at, "amount_minor": amount, "balance_minor": balance.into()})
}

/// Returns a value with one field changed.
pub(crate) fn with(mut value: Value, field: &str, to: Value) -> Value {
    value[field] = to;
    value
}
