//! Delimited text: CSV and kin.

use super::reading::Reading;
use super::request::TransactionsReadRequest;
use crate::error::{Cause, Error, Result};
use crate::limits::Limits;

/// Returns the accounts of a delimited text.
pub(crate) fn read(
    _document: &[u8],
    _request: &TransactionsReadRequest,
    _limits: &Limits,
) -> Result<Reading> {
    let message = "a delimited document cannot be read yet";
    Err(Error::new(Cause::StatementForm, message).at("/document"))
}
