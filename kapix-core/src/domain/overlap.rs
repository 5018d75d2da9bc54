//! Overlap: rows that two uploads of one account, or two accounts, both hold.

use super::account::{Transaction, TransactionStatus};
use super::cases::Tally;
use super::finding::FindingKind;
use super::ledger::{AccountLedger, Row};
use super::shared::{Holder, Place, Same, copies_of_accounts, copies_of_uploads};
use super::uploads::Uploads;
use crate::money::Currency;
use crate::time::Date;
use std::collections::{BTreeMap, BTreeSet};

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
    holders.resize_with(uploads.len(), || Holder {
        currency: uploads.account().currency,
        opening_minor: None,
        stated_minor: 0,
        rows: Vec::new(),
    });
    for row in rows.iter() {
        let holder = holders.get_mut(uploads.place(row.input).0);
        if let Some((holder, transaction)) = holder.zip(uploads.transaction(row.input)) {
            holder.rows.push((*row, transaction));
        }
    }
    let span = |holder: &Holder<'_>| Some((holder.rows.first()?.0.date, holder.rows.last()?.0.date));
    let spans = Spans::of(holders.iter().filter_map(span));
    let (mut gone, mut alone) = (BTreeSet::new(), BTreeSet::new());
    let copies = copies_of_uploads(&holders);
    for row in superseded(&holders, &copies.pairs) {
        overlap.merged.row(row.input, row.date);
        gone.insert(row.input);
    }
    for (holder, found) in holders.iter().zip(copies.found) {
        let own = Spans::of(span(holder).into_iter());
        for ((row, _), same) in holder.rows.iter().zip(found) {
            if same == Same::Alone && row.amount_minor != 0 && spans.around(row.date) > own.around(row.date) {
                overlap.disputed.disputed(&[row.input], row.amount_minor, row.date, row.date);
                alone.insert(row.input);
            }
        }
    }
    rows.retain(|row| !gone.contains(&row.input));
    rows.iter_mut().filter(|row| alone.contains(&row.input)).for_each(|row| row.disputed = true);
    overlap
}

/// Returns the rows that count once as another, in the order of the uploads. Of copies a booked one stays, of these one
/// that states its balance, of these the kept one.
fn superseded(holders: &[Holder<'_>], pairs: &[(Place, Place)]) -> Vec<Row> {
    let row = |(holder, place): Place| holders.get(holder).and_then(|holder| holder.rows.get(place));
    let worth = |(_, row): &(Row, &Transaction)| {
        (row.status != TransactionStatus::Pending, row.balance_minor.is_some())
    };
    // What stands for a kept row: a copy of a copy meets the row that took its place.
    let mut stands: BTreeMap<Place, Place> = BTreeMap::new();
    let mut gone = BTreeSet::new();
    for (copy, kept) in pairs {
        let [copy, kept] = [copy, kept].map(|place| {
            // As many steps as worths differ.
            core::iter::successors(Some(*place), |place| stands.get(place).copied()).last().unwrap_or(*place)
        });
        let is_better = row(copy).map(worth) > row(kept).map(worth);
        let (stays, goes) = if is_better { (copy, kept) } else { (kept, copy) };
        gone.insert(goes);
        stands.insert(goes, stays);
    }
    gone.into_iter().filter_map(|place| Some(row(place)?.0)).collect()
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

/// Rows that two accounts hold, by account.
pub(super) struct Shared {
    pub(super) rows: Vec<Tally>,
    /// Those of a copied account whose balances are not those of the other.
    pub(super) differing: Vec<Tally>,
    /// The balance of an account that moved no money, in minor units, where another account has the same.
    pub(super) balances: Vec<Option<i64>>,
}

/// Marks the rows of accounts that a larger account of the applicant holds too, and returns them by account.
pub(super) fn shared(accounts: &mut [AccountLedger], uploads: &[Uploads<'_>]) -> Shared {
    let moved = |ledger: &AccountLedger| ledger.rows.iter().filter(|row| row.amount_minor != 0).count();
    let tally = |ledger: &AccountLedger| Tally::new(FindingKind::SharedRows).of(moved(ledger));
    let mut shared = Shared {
        rows: accounts.iter().map(tally).collect(),
        differing: vec![Tally::new(FindingKind::ChainBreak); accounts.len()],
        balances: vec![None; accounts.len()],
    };
    if accounts.len() < 2 {
        return shared;
    }
    let holders: Vec<Holder<'_>> = accounts.iter().zip(uploads).map(|(one, of)| holder(one, of)).collect();
    let copies = copies_of_accounts(&holders);
    let contradictions = contradictions(&holders, &copies.pairs);
    drop(holders);
    for ((ledger, copied), tally) in accounts.iter_mut().zip(copies.found).zip(&mut shared.rows) {
        let count = copied.iter().filter(|same| **same == Same::Copy).count();
        for (row, _) in ledger.rows.iter_mut().zip(copied).filter(|(_, same)| *same == Same::Copy) {
            row.disputed = true;
            tally.disputed(&[row.input], row.amount_minor, row.date, row.date);
        }
        ledger.balance_disputed = count > 0 && count * 2 >= moved(ledger);
    }
    for (account, row, amounts) in contradictions {
        let is_copied = accounts.get(account).is_some_and(|ledger| ledger.balance_disputed);
        if let Some(tally) = shared.differing.get_mut(account).filter(|_| is_copied) {
            tally.case(&[row.input], &amounts, row.date, row.date);
        }
    }
    shared.balances = quiet(accounts);
    shared
}

/// Marks the accounts that moved no money and have the balance of another account, above zero, and returns these balances. Of
/// two of them the first keeps it.
fn quiet(accounts: &mut [AccountLedger]) -> Vec<Option<i64>> {
    let is_quiet = |ledger: &AccountLedger| ledger.rows.iter().all(|row| row.amount_minor == 0);
    let ends = |ledger: &AccountLedger| {
        [ledger.opening_minor, ledger.rows.last().and_then(|row| row.balance_minor)]
            .map(|end| end.filter(|it| *it > 0))
    };
    let cash = || accounts.iter().filter(|ledger| !ledger.kind.is_owed());
    let active = cash().filter(|ledger| !is_quiet(ledger));
    let mut known: BTreeSet<(Currency, i64)> = active
        .flat_map(|ledger| ends(ledger).into_iter().flatten().map(|end| (ledger.currency, end)))
        .collect();
    let mut found = Vec::with_capacity(accounts.len());
    for ledger in accounts.iter_mut() {
        let [opening, last] = ends(ledger);
        let balance = last.or(opening).filter(|_| is_quiet(ledger) && !ledger.kind.is_owed());
        let shared = balance.filter(|balance| !known.insert((ledger.currency, *balance)));
        ledger.balance_disputed |= shared.is_some();
        found.push(shared);
    }
    found
}

/// Returns copies that state another balance than the row that is kept: their account, and both balances.
fn contradictions(holders: &[Holder<'_>], pairs: &[(Place, Place)]) -> Vec<(usize, Row, [i64; 2])> {
    let row = |(holder, place): Place| holders.get(holder).and_then(|holder| holder.rows.get(place));
    let of_pair = |(copy, kept): &(Place, Place)| {
        let (one, other) = row(*copy).zip(row(*kept))?;
        let (own, kept) = one.1.balance_minor.zip(other.1.balance_minor)?;
        (own != kept).then_some((copy.0, one.0, [kept, own]))
    };
    let mut found: Vec<(usize, Row, [i64; 2])> = pairs.iter().filter_map(of_pair).collect();
    found.sort_by_key(|(account, row, _)| (*account, row.input));
    found
}

fn holder<'a>(ledger: &AccountLedger, uploads: &Uploads<'a>) -> Holder<'a> {
    let rows = ledger.rows.iter().filter_map(|row| Some((*row, uploads.transaction(row.input)?)));
    let rows: Vec<(Row, &Transaction)> = rows.collect();
    let stated_minor = rows.iter().filter_map(|(_, row)| row.balance_minor).map(i128::from).sum();
    Holder { currency: ledger.currency, opening_minor: ledger.opening_minor, stated_minor, rows }
}
