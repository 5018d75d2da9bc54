//! Signs that only some amounts of money out have: one text stands beside amounts with a minus and without one.

use super::found::Building;
use super::words::folded;
use std::collections::BTreeMap;

/// Rows of an account that are looked at.
const ROWS_MAX: usize = 10_000;
/// Rows of one text that say something of it, and the part of them with the rarer sign: fewer are refunds.
const ROWS_MIN: usize = 4;
const PART: usize = 10;
/// Texts with both signs before they say something of the document: one may be `Transfer`.
const TEXTS_MIN: usize = 2;

/// Returns the first line of an account of which most texts that recur have amounts of both signs.
pub(super) fn line(accounts: &[Building]) -> Option<u64> {
    accounts.iter().find(|account| is_mixed(account))?.rows.lines.first().copied()
}

fn is_mixed(account: &Building) -> bool {
    let rows = &account.rows;
    let mut texts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for (row, amount) in rows.amounts.iter().enumerate().take(ROWS_MAX).filter(|(_, amount)| **amount != 0) {
        let Some(text) = rows.description.get(row).or_else(|| rows.counterparty.get(row)) else { continue };
        let words: String =
            folded(text).chars().filter(|char| char.is_alphabetic() || *char == ' ').collect();
        let [below, above] = texts.entry(words.trim().to_owned()).or_default();
        *(if *amount < 0 { below } else { above }) += 1;
    }
    let many = texts.values().filter(|[below, above]| below + above >= ROWS_MIN);
    let (mut both, mut all) = (0, 0);
    for [below, above] in many {
        all += 1;
        both += usize::from(below.min(above) * PART >= below + above);
    }
    both >= TEXTS_MIN && both * 2 > all
}
