//! Attributes of one characteristic: fine classes, the exact optimum over them, and the binning table.
//!
//! A numeric column is sorted once; its pre-bins are cells of counts, and from there on nothing depends on the
//! number of rows. Categories become cells by their bad rate. Missing and special values have bins of their own.
//! Every function is pure. The caller runs columns in parallel.

mod bin_totals;
mod column;
mod decimal;
mod fallback;
mod levels;
mod optimum;
mod options;
mod prebin;
mod radix;
mod settings;
mod slots;
mod sorted;
mod special;
mod statistics;
mod table;
#[cfg(test)]
mod tests;
mod tree;

pub use column::bin;
pub use column::{Binning, BinningFinding, BinningFindingKind, BinningStatus};
pub use options::{BinningOptions, PrebinningOptions};
pub use settings::{BinKind, BinRule, BinningSettings, PrebinningMethod, PrebinningSettings};
pub(crate) use special::{is_same_value, numbers as special_numbers, texts as special_texts};
pub use statistics::TableTest;
pub use table::{BinningRow, BinningTable, RowKind};
