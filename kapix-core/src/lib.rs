//! Kapix is a credit decision engine that you link, not call.
#![forbid(unsafe_code)]

mod canonical;
mod domain;
mod error;
mod id;
mod json;
mod limits;
mod money;
mod text;
mod time;

pub use canonical::{Hash, hash, hmac, hmac_verify, to_string, to_vec};
pub use domain::{
    Account, AccountKind, AccountLedger, Data, Direction, Finding, FindingKind, FlatSource, Ledger, Period,
    Row, Severity, SourceKey, Transaction, TransactionSource, TransactionStatus, transactions_from_csv,
};
pub use error::{Cause, Code, Detail, Error, Result};
pub use id::Id;
pub use json::Scalar;
pub use limits::Limits;
pub use money::{Currency, Money, Rounding, WIRE_MAX};
pub use time::{At, Date, Instant, UtcOffset, Window, complete_months};
