//! Rows that two accounts of an applicant, or two uploads of one account, both hold.

use super::account::Transaction;
use super::ledger::Row;
use super::texts;
use crate::money::Currency;
use crate::time::Date;

/// Rows that agree in day, amount and text before, without an id or a balance, they are called the same: fewer can agree
/// by chance.
const BY_TEXT_MIN: usize = 5;

/// What may hold the same rows: an account, or an upload.
pub(super) struct Holder<'a> {
    pub(super) currency: Currency,
    /// Its rows in the order of the ledger, each with its transaction.
    pub(super) rows: Vec<(Row, &'a Transaction)>,
}

/// By which rows are told to be the same, beside day, amount and currency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Id(&'a str),
    Balance(i64),
    Text(String),
}

/// One row of one holder.
struct Entry<'a> {
    what: (Currency, Date, i64, Key<'a>),
    holder: usize,
    place: usize,
}

/// Whether other holders have a row too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Same {
    /// No other holder has it.
    Alone,
    /// Another holder has it; this one keeps it.
    Kept,
    /// A larger holder, of equal ones an earlier, has it and keeps it.
    Copy,
}

/// Returns, for each row of each holder, whether other holders have it.
///
/// Rows are the same in day, amount, currency and id, or balance; or in day, amount, currency and text, if `any_text` and one
/// of them states no balance, or if five rows and half of the holder's are.
pub(super) fn copies(holders: &[Holder<'_>], any_text: bool) -> Vec<Vec<Same>> {
    let mut found: Vec<Vec<Same>> = holders.iter().map(|it| vec![Same::Alone; it.rows.len()]).collect();
    let by_id = entries(holders, &found, |row| Some(Key::Id(row.id.as_ref()?.as_str())));
    let by_id = pairs(holders, &by_id, |_, _| true);
    mark(&mut found, &by_id);
    let by_balance = entries(holders, &found, |row| row.balance_minor.map(Key::Balance));
    let by_balance = pairs(holders, &by_balance, |_, _| true);
    mark(&mut found, &by_balance);
    let by_text = entries(holders, &found, |row| Some(Key::Text(texts::words(texts::text(row)))));
    // Uploads of one account have one chain of balances: two that are stated and differ are two rows. A copy of an account
    // may have been given others.
    let mut by_text = pairs(holders, &by_text, |one, other| {
        !any_text || one.balance_minor.is_none() || other.balance_minor.is_none()
    });
    if !any_text {
        let mut counts = vec![0_usize; holders.len()];
        for ((copy, _), _) in &by_text {
            if let Some(count) = counts.get_mut(*copy) {
                *count += 1;
            }
        }
        let rows = |at: usize| holders.get(at).map_or(0, |holder| holder.rows.len());
        by_text.retain(|((copy, _), _)| {
            counts.get(*copy).is_some_and(|count| *count >= BY_TEXT_MIN && count * 2 >= rows(*copy))
        });
    }
    mark(&mut found, &by_text);
    found
}

/// A row: its holder, and its place there.
type Place = (usize, usize);

/// Marks pairs of a copy and the row that is kept.
fn mark(found: &mut [Vec<Same>], pairs: &[(Place, Place)]) {
    for (copy, kept) in pairs {
        for ((holder, place), same) in [(*copy, Same::Copy), (*kept, Same::Kept)] {
            if let Some(flag) = found.get_mut(holder).and_then(|rows| rows.get_mut(place)) {
                *flag = same;
            }
        }
    }
}

/// Returns the rows that moved money and are not yet known to be copies, in the order of what they are.
fn entries<'a>(
    holders: &'a [Holder<'a>],
    found: &[Vec<Same>],
    key: impl Fn(&'a Transaction) -> Option<Key<'a>>,
) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for (at, (holder, found)) in holders.iter().zip(found).enumerate() {
        for (place, ((row, transaction), same)) in holder.rows.iter().zip(found).enumerate() {
            let is_open = row.amount_minor != 0 && *same != Same::Copy;
            if let Some(key) = is_open.then(|| key(transaction)).flatten() {
                let what = (holder.currency, row.date, row.amount_minor, key);
                entries.push(Entry { what, holder: at, place });
            }
        }
    }
    entries.sort_by(|a, b| a.what.cmp(&b.what).then((a.holder, a.place).cmp(&(b.holder, b.place))));
    entries
}

/// Returns the rows that another holder has, as often as it has them; the largest holder keeps its own.
fn pairs(
    holders: &[Holder<'_>],
    entries: &[Entry<'_>],
    same: impl Fn(&Transaction, &Transaction) -> bool,
) -> Vec<(Place, Place)> {
    let size = |at: usize| holders.get(at).map_or(0, |holder| holder.rows.len());
    let transaction = |entry: &Entry<'_>| Some(holders.get(entry.holder)?.rows.get(entry.place)?.1);
    let mut pairs = Vec::new();
    for alike in entries.chunk_by(|a, b| a.what == b.what).filter(|alike| alike.len() > 1) {
        let largest = alike.iter().map(|entry| entry.holder).min_by_key(|at| (usize::MAX - size(*at), *at));
        let (own, others): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) =
            alike.iter().partition(|entry| Some(entry.holder) == largest);
        for of_one in others.chunk_by(|a, b| a.holder == b.holder) {
            let mut left = own.iter();
            for copy in of_one {
                let Some(one) = transaction(copy) else { continue };
                if let Some(kept) = left.find(|kept| transaction(kept).is_some_and(|kept| same(one, kept))) {
                    pairs.push(((copy.holder, copy.place), (kept.holder, kept.place)));
                }
            }
        }
    }
    pairs
}
