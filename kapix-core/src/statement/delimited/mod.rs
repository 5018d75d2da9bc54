//! Delimited text: CSV and kin. One walk reads the rows as a sample shows them and sees what the whole
//! document shows; where that is something else, a second walk reads the rows again.

mod accounts;
mod amounts;
mod balances;
mod breaks;
mod cut;
mod dates;
mod days;
mod effect;
mod encoding;
mod ends;
mod fees;
mod flags;
mod found;
mod gaps;
mod hidden;
mod ids;
mod kinds;
mod labels;
mod layout;
mod mixed;
mod named;
mod names;
mod neighbours;
mod parts;
mod preamble;
mod read;
mod records;
mod rivals;
mod rows;
mod sections;
mod sides;
mod state;
mod survey;
#[cfg(test)]
mod tests;
mod totals;
mod units;
mod walk;
mod whole;
mod words;

pub(crate) use effect::tells_of_money_in;
use read::place;
pub(crate) use read::read;
pub(crate) use words::kind as kind_of_word;
