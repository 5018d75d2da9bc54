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
    /// Sum of the balances that its rows state; of equally large holders the one with the lowest keeps its rows.
    pub(super) stated_minor: i128,
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
    /// A larger holder, of equal ones the one with lower balances, has it and keeps it.
    Copy,
}

/// What the holders have in common.
pub(super) struct Copies {
    /// For each row of each holder, whether other holders have it.
    pub(super) found: Vec<Vec<Same>>,
    /// Copies, each with the row that is kept.
    pub(super) pairs: Vec<(Place, Place)>,
}

/// Returns, for each row of each holder, whether other holders have it.
///
/// Rows are the same in day, amount, currency and id, or balance; or in day, amount, currency and text, if `any_text` and one
/// of them states no balance, or if five rows and half of the holder's are.
pub(super) fn copies(holders: &[Holder<'_>], any_text: bool) -> Copies {
    let mut found: Vec<Vec<Same>> = holders.iter().map(|it| vec![Same::Alone; it.rows.len()]).collect();
    let by_id = entries(holders, &found, |row| Some(Key::Id(row.id.as_ref()?.as_str())));
    let by_id = pairs(holders, &by_id, |_| false);
    mark(&mut found, &by_id);
    let by_balance = entries(holders, &found, |row| row.balance_minor.map(Key::Balance));
    let by_balance = pairs(holders, &by_balance, |_| false);
    mark(&mut found, &by_balance);
    let by_text = entries(holders, &found, |row| Some(Key::Text(texts::words(texts::text(row)))));
    // Uploads of one account have one chain of balances: two that are stated and differ are two rows. A copy of an account
    // may have been given others.
    let mut by_text = pairs(holders, &by_text, |row| any_text && row.balance_minor.is_some());
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
    let pairs = [by_id, by_balance, by_text].concat();
    Copies { found, pairs }
}

/// A row: its holder, and its place there.
pub(super) type Place = (usize, usize);

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

/// Returns the rows that another holder has, as often as it has them; the largest holder keeps its own. Rows that are `exact`
/// are the same only as rows that are not. Each row is looked at once.
fn pairs(
    holders: &[Holder<'_>],
    entries: &[Entry<'_>],
    mut exact: impl FnMut(&Transaction) -> bool,
) -> Vec<(Place, Place)> {
    let rank = |at: usize| {
        let holder = holders.get(at);
        (holder.map(|it| core::cmp::Reverse(it.rows.len())), holder.map(|it| it.stated_minor), at)
    };
    let mut is_exact = |entry: &Entry<'_>| {
        let row = holders.get(entry.holder).and_then(|holder| holder.rows.get(entry.place));
        row.is_some_and(|(_, transaction)| exact(transaction))
    };
    let mut pairs = Vec::new();
    for alike in entries.chunk_by(|a, b| a.what == b.what).filter(|alike| alike.len() > 1) {
        let largest = alike.iter().map(|entry| entry.holder).min_by_key(|at| rank(*at));
        let (own, others): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) =
            alike.iter().partition(|entry| Some(entry.holder) == largest);
        if others.is_empty() {
            continue;
        }
        let (exact, free): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) = own.into_iter().partition(|it| is_exact(it));
        for of_one in others.chunk_by(|a, b| a.holder == b.holder) {
            let (mut exact, mut free) = (exact.iter().peekable(), free.iter().peekable());
            for copy in of_one {
                let exact_first =
                    exact.peek().is_some_and(|one| free.peek().is_none_or(|other| one.place < other.place));
                let kept = if is_exact(copy) || !exact_first { free.next() } else { exact.next() };
                pairs.extend(kept.map(|kept| ((copy.holder, copy.place), (kept.holder, kept.place))));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::{Holder, Key, entries, pairs};
    use crate::domain::Data;
    use crate::domain::ledger::Row;
    use crate::time::Date;
    use serde_json::json;

    #[test]
    fn each_row_of_a_thousand_holders_of_one_text_is_looked_at_once() {
        let row = |balance: Option<i64>| {
            let row = json!({"at": "2026-03-10", "amount_minor": -5, "balance_minor": balance});
            let account =
                json!({"account_id": "a", "kind": "current", "currency": "KES", "transactions": [row]});
            let data: Data = serde_json::from_value(json!({"bank": {"accounts": [account]}})).unwrap();
            data.bank.unwrap().accounts.remove(0)
        };
        let (with, without) = (row(Some(7)), row(None));
        let date = Date::parse("2026-03-10").unwrap();
        let holder = |rows: u32, every: u32| {
            let row = |input: u32| {
                let account = if input.is_multiple_of(every) { &with } else { &without };
                let row = Row {
                    input,
                    date,
                    amount_minor: -5,
                    balance_minor: None,
                    counterparty: None,
                    income: false,
                    transfer: false,
                    disputed: false,
                };
                (row, &account.transactions[0])
            };
            Holder { currency: with.currency, stated_minor: 0, rows: (0..rows).map(row).collect() }
        };
        let mut holders = vec![holder(3_000, 1)];
        holders.extend((0..999).map(|_| holder(3, 2)));
        let nothing: Vec<_> = holders.iter().map(|it| vec![super::Same::Alone; it.rows.len()]).collect();
        let all = entries(&holders, &nothing, |_| Some(Key::Text(String::new())));
        let mut looked_at = 0;
        let found = pairs(&holders, &all, |row| {
            looked_at += 1;
            row.balance_minor.is_some()
        });
        // Of three rows the one without a balance can be a row that states one.
        assert_eq!((found.len(), looked_at), (999, all.len()));
    }
}
