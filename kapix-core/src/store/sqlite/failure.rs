//! What SQLite says, as an error of the house: what was wrong, and never a value of a row.

use crate::error::{Cause, Error};
use rusqlite::ErrorCode;

/// Returns the error of a call to SQLite.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(super) fn failure(error: rusqlite::Error) -> Error {
    let Some(code) = error.sqlite_error_code() else {
        // A value of another type than the schema says, or a row that is not there.
        return Error::new(Cause::StoreCorrupt, "a row of the store is not of the form that its schema says");
    };
    let (cause, what) = match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            (Cause::StoreBusy, "another process holds the store; try again")
        }
        ErrorCode::DiskFull => (Cause::StoreFull, "the disk of the store is full"),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            (Cause::StoreCorrupt, "the file of the store is damaged, or no database")
        }
        ErrorCode::ReadOnly => (Cause::StoreUnavailable, "the store may only be read"),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            (Cause::StoreUnavailable, "the file of the store cannot be opened")
        }
        ErrorCode::SystemIoFailure => (Cause::StoreUnavailable, "the disk of the store gave an error"),
        _ => return Error::new(Cause::StoreUnavailable, format!("the store refused: {code:?}")),
    };
    Error::new(cause, what)
}
