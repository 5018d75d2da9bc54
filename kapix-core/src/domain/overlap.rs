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
    let spans = Spans::of(holders.iter().filter_map(span));
    let (mut gone, mut alone) = (BTreeSet::new(), BTreeSet::new());
    for (holder, found) in holders.iter().zip(copies(&holders, true)) {
        let own = Spans::of(span(holder).into_iter());
        for ((row, _), same) in holder.rows.iter().zip(found) {
            if same == Same::Copy {
                overlap.merged.row(row.input, row.date);
                gone.insert(row.input);
            } else if same == Same::Alone
                && row.amount_minor != 0
                && spans.around(row.date) > own.around(row.date)
            {
                overlap.disputed.disputed(&[row.input], row.amount_minor, row.date, row.date);
                alone.insert(row.input);
            }
        }
    }
    rows.retain(|row| !gone.contains(&row.input));
    rows.iter_mut().filter(|row| alone.contains(&row.input)).for_each(|row| row.disputed = true);
    overlap
}

/// The first and the last day of each upload, either in their order.
struct Spans {
    from: Vec<Date>,
    to: Vec<Date>,
}

impl Spans {
    fn of(spans: impl Iterator<Item = (Date, Date)>) -> Self {
        // A span of one day is around none.
        let (mut from, mut to): (Vec<Date>, Vec<Date>) = spans.filter(|(from, to)| from < to).unzip();
        from.sort_unstable();
        to.sort_unstable();
        Self { from, to }
    }

    /// Returns how many spans a day lies within, first and last days left out.
    fn around(&self, day: Date) -> usize {
        let begun = self.from.partition_point(|from| *from < day);
        let ended = self.to.partition_point(|to| *to <= day);
        begun.saturating_sub(ended)
    }
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
