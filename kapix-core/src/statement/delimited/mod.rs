//! Delimited text: CSV and kin. Two passes: what the whole document shows, then its rows.

mod amounts;
mod balances;
mod dates;
mod encoding;
mod layout;
mod read;
mod records;
mod rows;
mod survey;
#[cfg(test)]
mod tests;
mod totals;
mod words;

use read::place;
pub(crate) use read::read;
