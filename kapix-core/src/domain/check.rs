//! What the rows of one account, and the accounts of one applicant, say against each other.

use super::cases::Tally;
use super::finding::{Finding, FindingKind};
use super::ledger::{AccountLedger, Row};
use crate::time::Date;

/// Days between two rows above which there is a gap.
const GAP_DAYS: i32 = 30;

/// Returns stretches of more than thirty days without a row, between rows and up to the last day.
pub(super) fn gaps(rows: &[Row], last_day: Date) -> Tally {
    let mut tally = Tally::new(FindingKind::Gap);
    for (before, after) in rows.iter().zip(rows.iter().skip(1)) {
        if after.date.days_since(before.date) > GAP_DAYS {
            tally.case(&[before.input, after.input], &[], before.date, after.date);
        }
    }
    if let Some(last) = rows.last().filter(|last| last_day.days_since(last.date) > GAP_DAYS) {
        tally.case(&[last.input], &[], last.date, last_day);
    }
    tally
}

/// Returns the rows that moved no money.
pub(super) fn zero_rows(rows: &[Row]) -> Tally {
    let mut tally = Tally::new(FindingKind::ZeroRows);
    for row in rows.iter().filter(|row| row.amount_minor == 0) {
        tally.row(row.input, row.date);
    }
    tally
}

/// Returns the rows that come after a row that the document has later.
pub(super) fn reordered(rows: &[Row]) -> Tally {
    let mut tally = Tally::new(FindingKind::Reordered);
    for (before, after) in rows.iter().zip(rows.iter().skip(1)) {
        if after.input < before.input {
            tally.row(after.input, after.date);
        }
    }
    tally
}

/// Returns the finding of an applicant whose accounts have more than one currency.
pub(super) fn mixed_currencies(accounts: &[AccountLedger]) -> Option<Finding> {
    let mut currencies: Vec<_> = accounts.iter().map(|ledger| ledger.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let kind = FindingKind::MixedCurrencies;
    let count = u64::try_from(currencies.len()).unwrap_or(u64::MAX);
    (count > 1).then(|| Finding::of_applicant(kind, count, None))
}
