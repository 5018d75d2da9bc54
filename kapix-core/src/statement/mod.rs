//! Documents with transactions: from the bytes of a file, or of an aggregator's answer, to accounts and their rows.
//!
//! A document is read by a [`Profile`]. Each part of it is stated in the request or found in the document; the answer
//! echoes the whole profile with its proof, and counts every row that was left out with its line and reason.

mod aggregator;
mod columns;
mod delimited;
mod other;
mod profile;
mod read;
mod reading;
mod request;

pub use aggregator::{AggregatorPreset, AmountUnit, aggregator_presets};
pub(crate) use columns::{RowColumns, Validity, Written};
pub use profile::{
    ColumnRole, DateOrder, DebitSign, DecimalMark, Encoding, Format, Profile, Quotes, Separator, Sign,
};
pub(crate) use read::read_on;
pub use read::{read, read_pages};
pub(crate) use reading::ColumnReading;
pub use reading::{
    AccountRead, Choice, LeftOutReason, LeftOutRow, LeftOutRows, Proof, Reading, ReadingFinding,
    ReadingFindingKind, TotalCheck, TotalKind,
};
pub use request::{Document, StatedAccount, TransactionsReadRequest};
