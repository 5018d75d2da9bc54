//! Layouts without a stated profile, rules one by one, hostile input, and the form of the wire.

mod hostile;
mod layouts;
mod rules;
mod wire;

use crate::domain::Transaction;
use crate::error::{Cause, Error, Result};
use crate::limits::Limits;
use crate::money::Currency;
use crate::statement::{self, Profile, Reading, StatedAccount, TransactionsReadRequest};

/// A request that states a currency, and nothing where it is empty.
fn request(currency: &str, profile: Profile) -> TransactionsReadRequest {
    let currency = (!currency.is_empty()).then(|| Currency::parse(currency).unwrap());
    let account = StatedAccount { currency, ..StatedAccount::default() };
    TransactionsReadRequest { account, profile, ..TransactionsReadRequest::default() }
}

fn read_bytes(document: &[u8], currency: &str) -> Result<Reading> {
    statement::read(document, &request(currency, Profile::default()), &Limits::default())
}

fn read(document: &str, currency: &str) -> Result<Reading> {
    read_bytes(document.as_bytes(), currency)
}

fn with(document: &str, profile: Profile) -> Result<Reading> {
    statement::read(document.as_bytes(), &request("KES", profile), &Limits::default())
}

/// The rows of the one account.
fn rows(document: &str, currency: &str) -> Vec<Transaction> {
    let mut reading = read(document, currency).unwrap_or_else(|error| panic!("{error}\n{document}"));
    assert_eq!(reading.accounts.len(), 1);
    reading.accounts.remove(0).account.transactions
}

/// Days or instants, and amounts.
fn brief(document: &str, currency: &str) -> Vec<(String, i64)> {
    rows(document, currency).iter().map(|row| (row.at.to_string(), row.amount_minor)).collect()
}

fn refused(document: &str, currency: &str) -> (Cause, String) {
    let error = read(document, currency).map(|it| it.accounts).unwrap_err();
    assert_eq!(error.fields.len(), 1, "{error}");
    (error.cause, error.fields[0].clone())
}

fn error(document: &str, currency: &str) -> Error {
    read(document, currency).map(|it| it.accounts).unwrap_err()
}
