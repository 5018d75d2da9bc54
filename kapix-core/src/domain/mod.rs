//! The applicant as the engine sees one: accounts and their transactions, flat sources, and the ledger that
//! puts the rows in an order in which balances chain.
//!
//! Wire types (`account`, `source`) are read strictly. [`Ledger`] is what every feature reads.

mod account;
#[cfg(feature = "arrow")]
pub mod arrow;
mod balances;
mod build;
mod cases;
mod check;
mod columns;
mod cover;
mod ends;
mod finding;
mod frame;
#[cfg(test)]
pub(crate) mod given;
mod ledger;
mod order;
mod overlap;
mod packed;
mod pending;
mod readings;
mod reversals;
mod search;
mod shared;
mod sign;
mod source;
mod texts;
mod transfers;
mod twice;
mod uploads;
mod validate;

pub use account::{Account, AccountKind, Direction, Period, Transaction, TransactionStatus};
pub use columns::{Codes, ResultColumn, ResultColumns, ResultValues};
pub use finding::{Finding, FindingKind, Severity};
pub use frame::{Bitmap, Column, Frame, Offsets, Slices, Truths, Values};
pub(crate) use frame::{Kind, MISSING_TEXTS, is_missing_text, number_of, short};
pub use ledger::{AccountLedger, Ledger, Row};
pub use packed::Texts;
pub use source::{Data, FlatSource, SourceKey, TransactionSource};
pub(crate) use validate::check as check_data;
