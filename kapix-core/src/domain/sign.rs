//! Whether an account's amounts have the other sign.

use super::cases::Tally;
use super::finding::FindingKind;
use super::ledger::Row;
use super::uploads::Uploads;

/// Pairs of rows with balances that must say so.
const PAIRS_MIN: usize = 3;

/// Returns the account as one case if most balances do not chain, and nearly all do where amounts have the other sign.
///
/// `rows` are in ledger order, and `breaks` are its cases that do not chain. The rows of a day are tried in this order and
/// in its reverse.
pub(super) fn reversed(uploads: &Uploads<'_>, rows: &[Row], (tolerance, breaks): (i64, &Tally)) -> Tally {
    let mut tally = Tally::new(FindingKind::SignReversed);
    if breaks.is_empty() {
        return tally;
    }
    let mut backward: Vec<&Row> = Vec::with_capacity(rows.len());
    for day in rows.chunk_by(|a, b| a.date == b.date) {
        backward.extend(day.iter().rev());
    }
    let as_given =
        share(uploads, rows.iter(), 1, tolerance).max(share(uploads, backward.iter().copied(), 1, tolerance));
    let turned =
        share(uploads, rows.iter(), -1, tolerance).max(share(uploads, backward.into_iter(), -1, tolerance));
    if let (Some((given, _)), Some((other, pairs))) = (as_given, turned)
        && pairs >= PAIRS_MIN
        && given * 2 < pairs
        && other * 10 >= pairs * 9
        && let Some((first, last)) = rows.first().zip(rows.last())
    {
        tally.case(&[first.input], &[], first.date, last.date);
    }
    tally
}

/// Returns how many neighbours with stated balances chain, and how many there are that moved money; `None` without one.
fn share<'r>(
    uploads: &Uploads<'_>,
    rows: impl Iterator<Item = &'r Row>,
    sign: i64,
    tolerance: i64,
) -> Option<(usize, usize)> {
    let mut before: Option<i64> = None;
    let (mut chained, mut pairs) = (0, 0);
    for row in rows {
        let stated = uploads.transaction(row.input).and_then(|row| row.balance_minor);
        if let (Some(before), Some(stated)) = (before, stated)
            && row.amount_minor != 0
        {
            pairs += 1;
            let expected = before.saturating_add(row.amount_minor.saturating_mul(sign));
            chained += usize::from(expected.abs_diff(stated) <= tolerance.unsigned_abs());
        }
        before = stated;
    }
    (pairs > 0).then_some((chained, pairs))
}
