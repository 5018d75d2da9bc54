//! Overlap: rows that two uploads of one account, or two accounts, both hold.

use super::cases::Tally;
use super::finding::FindingKind;
use super::ledger::{AccountLedger, Row};
use super::shared::{Holder, Same, copies};
use super::uploads::Uploads;
use crate::time::Date;
use std::collections::BTreeSet;

/// What became of the rows of several uploads.
pub(super) struct Overlap {
    /// Rows that count once.
    pub(super) merged: Tally,
    /// Rows of days that two uploads cover, which one of them lacks.
    pub(super) disputed: Tally,
}

/// Takes rows out that a larger upload of the account holds too, and marks those as disputed that another upload should
/// hold: rows between the first and the last day of both, these days left out since a file may begin or end within one.
pub(super) fn merge(uploads: &Uploads<'_>, rows: &mut Vec<Row>) -> Overlap {
    let mut overlap = Overlap {
        merged: Tally::new(FindingKind::OverlapMerged),
        disputed: Tally::new(FindingKind::OverlapDisputed),
    };
    if uploads.len() < 2 {
        return overlap;
    }
    let mut holders: Vec<Holder<'_>> = Vec::with_capacity(uploads.len());
    holders.resize_with(uploads.len(), || Holder { currency: uploads.account().currency, rows: Vec::new() });
    for row in rows.iter() {
        let holder = holders.get_mut(uploads.place(row.input).0);
        if let Some((holder, transaction)) = holder.zip(uploads.transaction(row.input)) {
            holder.rows.push((*row, transaction));
        }
    }
    let span = |holder: &Holder<'_>| Some((holder.rows.first()?.0.date, holder.rows.last()?.0.date));
    let spans: Vec<Option<(Date, Date)>> = holders.iter().map(span).collect();
    let (mut gone, mut alone) = (BTreeSet::new(), BTreeSet::new());
    for (at, (holder, found)) in holders.iter().zip(copies(&holders, true)).enumerate() {
        for ((row, _), same) in holder.rows.iter().zip(found) {
            let covers = |(other, span): (usize, &Option<(Date, Date)>)| {
                other != at && span.is_some_and(|(from, to)| from < row.date && row.date < to)
            };
            if same == Same::Copy {
                overlap.merged.row(row.input, row.date);
                gone.insert(row.input);
            } else if same == Same::Alone && row.amount_minor != 0 && spans.iter().enumerate().any(covers) {
                overlap.disputed.disputed(&[row.input], row.amount_minor, row.date, row.date);
                alone.insert(row.input);
            }
        }
    }
    rows.retain(|row| !gone.contains(&row.input));
    rows.iter_mut().filter(|row| alone.contains(&row.input)).for_each(|row| row.disputed = true);
    overlap
}

/// Marks the rows of accounts that a larger account of the applicant holds too, and returns them by account.
pub(super) fn shared(accounts: &mut [AccountLedger], uploads: &[Uploads<'_>]) -> Vec<Tally> {
    let tally = |ledger: &AccountLedger| Tally::new(FindingKind::SharedRows).of(ledger.rows.len());
    let mut tallies: Vec<Tally> = accounts.iter().map(tally).collect();
    if accounts.len() < 2 {
        return tallies;
    }
    let holders: Vec<Holder<'_>> = accounts.iter().zip(uploads).map(|(one, of)| holder(one, of)).collect();
    let copied = copies(&holders, false);
    drop(holders);
    for ((ledger, copied), tally) in accounts.iter_mut().zip(copied).zip(&mut tallies) {
        let count = copied.iter().filter(|same| **same == Same::Copy).count();
        for (row, _) in ledger.rows.iter_mut().zip(copied).filter(|(_, same)| *same == Same::Copy) {
            row.disputed = true;
            tally.disputed(&[row.input], row.amount_minor, row.date, row.date);
        }
        ledger.balance_disputed = count > 0 && count * 2 >= ledger.rows.len();
    }
    tallies
}

fn holder<'a>(ledger: &AccountLedger, uploads: &Uploads<'a>) -> Holder<'a> {
    let rows = ledger.rows.iter().filter_map(|row| Some((*row, uploads.transaction(row.input)?)));
    Holder { currency: ledger.currency, rows: rows.collect() }
}
