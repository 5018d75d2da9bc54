//! Answers of aggregators in JSON.

use super::reading::Reading;
use super::request::TransactionsReadRequest;
use crate::error::{Cause, Error, Result};
use crate::limits::Limits;

/// Returns the accounts of an aggregator's answer.
pub(crate) fn read(
    _document: &[u8],
    _request: &TransactionsReadRequest,
    _limits: &Limits,
) -> Result<Reading> {
    let message = "a document in JSON cannot be read yet";
    Err(Error::new(Cause::StatementForm, message).at("/document"))
}
