//! What the tests share.

use crate::domain::Transaction;
use crate::error::{Cause, Error, Result};
use crate::limits::Limits;
use crate::money::Currency;
use crate::statement::{self, Profile, Reading, StatedAccount, TransactionsReadRequest};

/// A request that states a currency, and nothing where it is empty.
pub(super) fn request(currency: &str, profile: Profile) -> TransactionsReadRequest {
    let currency = (!currency.is_empty()).then(|| Currency::parse(currency).unwrap());
    let account = StatedAccount { currency, ..StatedAccount::default() };
    TransactionsReadRequest { account, profile, ..TransactionsReadRequest::default() }
}

pub(super) fn read_bytes(document: &[u8], currency: &str) -> Result<Reading> {
    statement::read(document, &request(currency, Profile::default()), &Limits::default())
}

pub(super) fn read(document: &str, currency: &str) -> Result<Reading> {
    read_bytes(document.as_bytes(), currency)
}

pub(super) fn with(document: &str, profile: Profile) -> Result<Reading> {
    statement::read(document.as_bytes(), &request("KES", profile), &Limits::default())
}

/// The rows of the one account.
pub(super) fn rows(document: &str, currency: &str) -> Vec<Transaction> {
    let mut reading = read(document, currency).unwrap_or_else(|error| panic!("{error}\n{document}"));
    assert_eq!(reading.accounts.len(), 1);
    reading.accounts.remove(0).account.transactions
}

/// Days or instants, and amounts.
pub(super) fn brief(document: &str, currency: &str) -> Vec<(String, i64)> {
    rows(document, currency).iter().map(|row| (row.at.to_string(), row.amount_minor)).collect()
}

pub(super) fn refused(document: &str, currency: &str) -> (Cause, String) {
    let error = read(document, currency).map(|it| it.accounts).unwrap_err();
    assert_eq!(error.fields.len(), 1, "{error}");
    (error.cause, error.fields[0].clone())
}

pub(super) fn error(document: &str, currency: &str) -> Error {
    read(document, currency).map(|it| it.accounts).unwrap_err()
}
