//! Which row of a smaller holder is which of a larger one, among rows that agree in a key.

use super::{Entry, Holder, Pair, Place};
use crate::domain::account::Transaction;
use std::collections::BTreeSet;

/// Holders, and the rank of each.
type Ranked<'h, 'a> = (&'h [Holder<'a>], &'h [usize]);

fn rank((_, ranks): Ranked<'_, '_>, entry: &Entry<'_>) -> usize {
    ranks.get(entry.holder).copied().unwrap_or(usize::MAX)
}

/// Returns the rows of one day that another holder has, as often as it has them; the holder of the best rank keeps its own.
/// Rows that are `exact` are the same only as rows that are not. Each row is looked at once.
pub(super) fn pairs(
    holders: Ranked<'_, '_>,
    entries: &[Entry<'_>],
    exact: &mut impl FnMut(&Transaction) -> bool,
    taken: &BTreeSet<(Place, usize)>,
) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for alike in entries.chunk_by(|a, b| a.what == b.what).filter(|alike| alike.len() > 1) {
        let is_of_one = alike.iter().all(|entry| alike.first().is_some_and(|it| it.holder == entry.holder));
        if is_of_one {
            continue;
        }
        let mut alike: Vec<&Entry<'_>> = alike.iter().collect();
        // Stable: the rows of one holder stay in their order.
        alike.sort_by_key(|entry| rank(holders, entry));
        let mut kept = KeptRows::default();
        for of_one in alike.chunk_by(|a, b| a.holder == b.holder) {
            let left = kept.pair(holders.0, of_one, (exact, taken), &mut pairs);
            for (place, is_exact) in left {
                kept.add(place, is_exact);
            }
        }
    }
    pairs
}

/// Adds the rows of neighbouring days that another holder has and that are in no pair yet.
pub(super) fn neighbours(
    holders: Ranked<'_, '_>,
    entries: &[Entry<'_>],
    (exact, mut taken): (&mut impl FnMut(&Transaction) -> bool, BTreeSet<(Place, usize)>),
    pairs: &mut Vec<Pair>,
) {
    let mut gone: BTreeSet<Place> = pairs.iter().map(|(copy, _)| *copy).collect();
    let mut days = entries.chunk_by(|a, b| a.what == b.what).peekable();
    while let Some((day, next)) = days.next().zip(days.peek()) {
        let [one, other] = [day, next].map(|of| of.first());
        let are_neighbours = one.zip(other).is_some_and(|(one, other)| {
            let (of_one, of_other) = (&one.what, &other.what);
            (of_one.0, of_one.1, &of_one.2) == (of_other.0, of_other.1, &of_other.2)
                && of_other.3.days_since(of_one.3) == 1
        });
        let are_two =
            one.zip(other).is_some_and(|(one, _)| day.iter().chain(*next).any(|it| it.holder != one.holder));
        if !are_neighbours || !are_two {
            continue;
        }
        let open = |entry: &&Entry<'_>| !gone.contains(&entry.at());
        let all = day.iter().chain(*next).filter(open);
        let largest = all.min_by_key(|entry| rank(holders, entry)).map(|entry| entry.holder);
        let is_own = |entry: &&Entry<'_>| Some(entry.holder) == largest;
        let before = pairs.len();
        let [(own_day, others_day), (own_next, others_next)]: [(Vec<&Entry<'_>>, Vec<&Entry<'_>>); 2] =
            [day, *next].map(|of| of.iter().filter(open).partition(is_own));
        for (own, others) in [(own_next, others_day), (own_day, others_next)] {
            let mut kept = KeptRows::default();
            kept.keep(holders.0, &own, exact);
            for of_one in others.chunk_by(|a, b| a.holder == b.holder) {
                kept.pair(holders.0, of_one, (exact, &taken), pairs);
            }
        }
        for (copy, kept) in pairs.iter().skip(before) {
            gone.insert(*copy);
            taken.insert((*kept, copy.0));
        }
    }
}

/// Rows of one kind that stand for those of further holders.
#[derive(Default)]
struct KeptRows {
    /// Those that are the same only as a row that is not exact, and the others: each with its number among all.
    exact: Vec<(usize, Place)>,
    free: Vec<(usize, Place)>,
}

impl KeptRows {
    fn keep(
        &mut self,
        holders: &[Holder<'_>],
        rows: &[&Entry<'_>],
        exact: &mut impl FnMut(&Transaction) -> bool,
    ) {
        for entry in rows {
            let is_exact = is_exact(holders, entry, exact);
            self.add(entry.at(), is_exact);
        }
    }

    fn add(&mut self, place: Place, is_exact: bool) {
        let number = self.exact.len() + self.free.len();
        if is_exact { &mut self.exact } else { &mut self.free }.push((number, place));
    }

    /// Pairs the rows of a further holder, in their order, each with the first that is left and not `taken` by one of that
    /// holder already, and returns the others.
    fn pair(
        &self,
        holders: &[Holder<'_>],
        of_one: &[&Entry<'_>],
        (exact, taken): (&mut impl FnMut(&Transaction) -> bool, &BTreeSet<(Place, usize)>),
        pairs: &mut Vec<Pair>,
    ) -> Vec<(Place, bool)> {
        let mut left = Vec::new();
        let mut exact_rows = self.exact.iter().peekable();
        let mut free_rows = self.free.iter().peekable();
        for copy in of_one {
            let is_left = |(_, place): &&(usize, Place)| !taken.contains(&(*place, copy.holder));
            while exact_rows.next_if(|it| !is_left(it)).is_some() {}
            while free_rows.next_if(|it| !is_left(it)).is_some() {}
            let is_exact = is_exact(holders, copy, exact);
            let exact_first =
                exact_rows.peek().is_some_and(|one| free_rows.peek().is_none_or(|other| one.0 < other.0));
            let kept = if is_exact || !exact_first { free_rows.next() } else { exact_rows.next() };
            match kept {
                Some((_, kept)) => pairs.push((copy.at(), *kept)),
                None => left.push((copy.at(), is_exact)),
            }
        }
        left
    }
}

fn is_exact(holders: &[Holder<'_>], entry: &Entry<'_>, exact: &mut impl FnMut(&Transaction) -> bool) -> bool {
    let row = holders.get(entry.holder).and_then(|holder| holder.rows.get(entry.place));
    row.is_some_and(|(_, transaction)| exact(transaction))
}

#[cfg(test)]
mod tests {
    use super::pairs;
    use crate::domain::Data;
    use crate::domain::ledger::Row;
    use crate::domain::shared::{Holder, Key, Same, entries, ranks};
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
            Holder {
                currency: with.currency,
                opening_minor: None,
                stated_minor: 0,
                rows: (0..rows).map(row).collect(),
            }
        };
        let mut holders = vec![holder(3_000, 1)];
        holders.extend((0..999).map(|_| holder(3, 2)));
        let nothing: Vec<_> = holders.iter().map(|it| vec![Same::Alone; it.rows.len()]).collect();
        let all =
            entries(&holders, &nothing, (|_: &super::Transaction| Some(Key::Text(String::new())), true));
        let mut looked_at = 0;
        let found = pairs(
            (&holders, &ranks(&holders, true)),
            &all,
            &mut |row: &super::Transaction| {
                looked_at += 1;
                row.balance_minor.is_some()
            },
            &super::BTreeSet::new(),
        );
        // Of three rows the one without a balance can be a row that states one.
        assert_eq!((found.len(), looked_at), (999, all.len()));
    }
}
