//! Rows that two accounts of an applicant, or two uploads of one account, both hold.

mod pairing;

use self::pairing::{neighbours, pairs};
use super::account::Transaction;
use super::ledger::Row;
use super::texts;
use crate::money::Currency;
use crate::time::Date;
use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Rows that agree in day, amount and text, or in day and amount alone, before they are called the same without an id or a
/// balance: fewer can agree by chance, unless they are the whole account.
const BY_TEXT_MIN: usize = 5;

/// Different amounts among rows that agree in day and amount alone: two people with one salary have one.
const AMOUNTS_MIN: usize = 3;

/// What may hold the same rows: an account, or an upload.
pub(super) struct Holder<'a> {
    pub(super) currency: Currency,
    /// Balance before its first row, in minor units.
    pub(super) opening_minor: Option<i64>,
    /// Sum of the balances that its rows state; of equally large holders the one with the lowest keeps its rows.
    pub(super) stated_minor: i128,
    /// Its rows in the order of the ledger, each with its transaction.
    pub(super) rows: Vec<(Row, &'a Transaction)>,
}

impl Holder<'_> {
    /// Returns how many of its rows moved money.
    fn moved(&self) -> usize {
        self.rows.iter().filter(|(row, _)| row.amount_minor != 0).count()
    }

    /// Returns whether each balance is the one before and the amount, in nine of ten rows that follow a row with a balance.
    fn chains(&self) -> bool {
        let (mut steps, mut chained) = (0_usize, 0_usize);
        for pair in self.rows.windows(2) {
            let [(before, _), (row, _)] = pair else { continue };
            let Some((before, own)) = before.balance_minor.zip(row.balance_minor) else { continue };
            steps += 1;
            chained += usize::from(before.checked_add(row.amount_minor) == Some(own));
        }
        chained >= 2 && chained * 10 >= steps * 9
    }

    /// Returns what its rows say, which tells holders of one size apart: the later days first.
    fn content(&self) -> impl Iterator<Item = impl Ord + use<'_>> {
        self.rows.iter().map(|(row, said)| {
            let numbers = (Reverse(row.date), row.amount_minor, said.balance_minor, said.status as u8);
            (numbers, &said.id, &said.description, &said.counterparty, &said.category)
        })
    }
}

/// By which rows are told to be the same, beside day, amount and currency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Id(&'a str),
    Balance(i64),
    Text(String),
    Nothing,
}

/// One row of one holder. What it is ends with its day: groups of neighbouring days are neighbours.
struct Entry<'a> {
    what: (Currency, i64, Key<'a>, Date),
    holder: usize,
    place: usize,
}

impl Entry<'_> {
    const fn at(&self) -> Place {
        (self.holder, self.place)
    }
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

/// A row: its holder, and its place there.
pub(super) type Place = (usize, usize);

/// A copy and the row that is kept.
type Pair = (Place, Place);

/// Returns, for each row of each upload of one account, whether other uploads have it.
///
/// Rows are the same in day, amount and id, or balance; or in day, amount and text, if one of them states no balance.
pub(super) fn copies_of_uploads(holders: &[Holder<'_>]) -> Copies {
    let mut search = Search::new(holders, false);
    search.exactly();
    // One account has one chain of balances: two that are stated and differ are two rows.
    let by_text = search.alike(|row| Some(text_key(row)), |row| row.balance_minor.is_some());
    search.take(by_text);
    search.copies
}

/// Returns, for each row of each account, whether other accounts have it.
///
/// Rows are the same in amount, currency and id, or balance, at most a day apart: two documents may state days by two
/// offsets; or on any two days, from five rows, three amounts and half of the account on. So they are in text in place of those, from five rows and half of the account on, whatever their balances say; or
/// where they are the account, all rows but one at most, and nothing contradicts. Left out are debits whose amounts recur, as fees do, where the balances of both accounts chain and go their own ways. So they are in amount alone, if no stated balance contradicts, of five rows and three amounts, or where both accounts begin
/// with one balance, not 0; or in amount, with balances that all differ by one number.
pub(super) fn copies_of_accounts(holders: &[Holder<'_>]) -> Copies {
    let mut search = Search::new(holders, true);
    search.exactly();
    search.on_any_day();
    let mut by_text = search.alike(said_key, |_| false);
    search.leave_fees(&mut by_text);
    let counts = search.counts_with_known(&by_text);
    let whole = search.whole(&by_text, &counts);
    by_text.retain(|((copy, _), _)| {
        let count = counts.get(*copy).copied().unwrap_or_default();
        let is_whole = whole.get(*copy).is_some_and(|whole| *whole);
        is_whole || count >= BY_TEXT_MIN && search.is_half(*copy, count)
    });
    search.take(by_text);
    let mut by_amount = search.alike(|_| Some(Key::Nothing), |row| row.balance_minor.is_some());
    let enough = search.enough(&by_amount);
    by_amount.retain(|((copy, _), _)| enough.get(*copy).is_some_and(|enough| *enough));
    search.take(by_amount);
    let shifted = search.shifted();
    search.take(shifted);
    search.copies
}

/// The amount of two rows and how far their balances are apart, where both state one.
type Apart = Option<(i64, i64)>;

/// Returns whether amounts recur, each twice or more as a rule, and no difference of the balances is that of half of them.
fn are_fees(stated: &[Apart]) -> bool {
    let amounts: BTreeSet<i64> = stated.iter().flatten().map(|(amount, _)| *amount).collect();
    let mut apart: BTreeMap<i64, usize> = BTreeMap::new();
    for (_, own) in stated.iter().flatten() {
        *apart.entry(*own).or_default() += 1;
    }
    let most = apart.into_values().max().unwrap_or_default();
    stated.iter().all(Option::is_some) && amounts.len() * 2 < stated.len() && most * 2 < stated.len()
}

fn text_key(row: &Transaction) -> Key<'_> {
    Key::Text(texts::words(texts::text(row)))
}

/// Returns the words of a row as a key: two rows that say nothing say nothing of each other.
fn said_key(row: &Transaction) -> Option<Key<'_>> {
    Some(text_key(row)).filter(|key| *key != Key::Text(String::new()))
}

/// The search for copies, key by key: the surest first.
struct Search<'a> {
    holders: &'a [Holder<'a>],
    /// Place of each holder in the order in which they keep their rows.
    ranks: Vec<usize>,
    /// Rows of neighbouring days may be the same.
    is_loose: bool,
    /// So may rows of any two days.
    is_undated: bool,
    copies: Copies,
}

impl<'a> Search<'a> {
    fn new(holders: &'a [Holder<'a>], is_loose: bool) -> Self {
        let found = holders.iter().map(|it| vec![Same::Alone; it.rows.len()]).collect();
        Self {
            holders,
            ranks: ranks(holders, is_loose),
            is_loose,
            is_undated: false,
            copies: Copies { found, pairs: Vec::new() },
        }
    }

    /// Takes the rows of one id, then those of one balance.
    fn exactly(&mut self) {
        let by_id = self.alike(|row| Some(Key::Id(row.id.as_ref()?.as_str())), |_| false);
        self.take(by_id);
        let by_balance = self.alike(|row| row.balance_minor.map(Key::Balance), |_| false);
        self.take(by_balance);
    }

    /// Takes the rows of one id, then those of one balance, on any two days, where with what is known they are too many for
    /// chance: a document may state the day of booking, another that of the value.
    fn on_any_day(&mut self) {
        self.is_undated = true;
        let id = |row: &'a Transaction| Some(Key::Id(row.id.as_ref()?.as_str()));
        let balance = |row: &'a Transaction| row.balance_minor.map(Key::Balance);
        let keys: [&dyn Fn(&'a Transaction) -> Option<Key<'a>>; 2] = [&id, &balance];
        for key in keys {
            let mut pairs = self.alike(key, |_| false);
            let enough = self.many(&pairs);
            pairs.retain(|((copy, _), _)| enough.get(*copy).is_some_and(|enough| *enough));
            self.take(pairs);
        }
        self.is_undated = false;
    }

    /// Returns for each holder whether its copies, with some more pairs, are five, of three amounts, and half of its rows.
    fn many(&self, pairs: &[Pair]) -> Vec<bool> {
        let counts = self.counts_with_known(pairs);
        let mut amounts = vec![BTreeSet::new(); self.holders.len()];
        for ((copy, place), _) in self.copies.pairs.iter().chain(pairs) {
            let row = self.holders.get(*copy).and_then(|holder| holder.rows.get(*place));
            if let Some((amounts, (row, _))) = amounts.get_mut(*copy).zip(row) {
                amounts.insert(row.amount_minor);
            }
        }
        let all = counts.iter().zip(amounts).enumerate();
        all.map(|(at, (count, amounts))| {
            self.is_half(at, *count) && *count >= BY_TEXT_MIN && amounts.len() >= AMOUNTS_MIN
        })
        .collect()
    }

    /// Returns the rows that agree in a key: those of one day, then those of neighbouring days.
    fn alike(
        &self,
        key: impl Fn(&'a Transaction) -> Option<Key<'a>>,
        mut exact: impl FnMut(&Transaction) -> bool,
    ) -> Vec<Pair> {
        let mut entries = entries(self.holders, &self.copies.found, (key, self.is_loose));
        if self.is_undated {
            for entry in &mut entries {
                entry.what.3 = Date::MAX;
            }
            entries.sort_by(|a, b| a.what.cmp(&b.what).then(a.at().cmp(&b.at())));
        }
        let known = self.copies.pairs.iter();
        // A row stands for one row of each other holder, by whatever key.
        let mut taken: BTreeSet<(Place, usize)> = known.map(|(copy, kept)| (*kept, copy.0)).collect();
        let holders = (self.holders, &*self.ranks);
        let mut pairs = pairs(holders, &entries, &mut exact, &taken);
        if self.is_loose && !self.is_undated {
            taken.extend(pairs.iter().map(|(copy, kept)| (*kept, copy.0)));
            neighbours(holders, &entries, (&mut exact, taken), &mut pairs);
        }
        pairs
    }

    /// Returns the rows of one day and amount whose balances differ by one number, that of most of them: one account as a bank
    /// states it with and without its limit. They must be too many for chance.
    fn shifted(&self) -> Vec<Pair> {
        let said = |(holder, place): Place| self.holders.get(holder)?.rows.get(place)?.1.balance_minor;
        let apart = |(copy, kept): &Pair| said(*copy)?.checked_sub(said(*kept)?);
        let mut pairs = self.alike(|row| row.balance_minor.map(|_| Key::Nothing), |_| false);
        let mut counts: BTreeMap<(usize, usize, Option<i64>), usize> = BTreeMap::new();
        for pair in &pairs {
            *counts.entry((pair.0.0, pair.1.0, apart(pair))).or_default() += 1;
        }
        let mut most: BTreeMap<(usize, usize), (usize, Option<i64>)> = BTreeMap::new();
        for ((copy, kept, apart), count) in counts {
            let own = most.entry((copy, kept)).or_default();
            *own = (*own).max((count, apart));
        }
        pairs.retain(|pair| most.get(&(pair.0.0, pair.1.0)).is_some_and(|most| most.1 == apart(pair)));
        let enough = self.many(&pairs);
        pairs.retain(|((copy, _), _)| enough.get(*copy).is_some_and(|enough| *enough));
        pairs
    }

    /// Takes out the debits of two accounts whose balances chain, each by itself, and differ by no one number, where their amounts
    /// recur: fees of one bank are equal and fall on equal days. Credits stay: pay that is shown twice is no fee.
    fn leave_fees(&self, pairs: &mut Vec<Pair>) {
        let row = |(holder, place): Place| self.holders.get(holder)?.rows.get(place).map(|(row, _)| row);
        let is_debit = |place: Place| row(place).is_some_and(|row| row.amount_minor < 0);
        let mut of_two: BTreeMap<(usize, usize), Vec<Apart>> = BTreeMap::new();
        for (copy, kept) in pairs.iter().filter(|(copy, _)| is_debit(*copy)) {
            let balances = row(*copy).zip(row(*kept));
            let stated = balances.and_then(|(copy, kept)| {
                Some((copy.amount_minor, copy.balance_minor?.checked_sub(kept.balance_minor?)?))
            });
            of_two.entry((copy.0, kept.0)).or_default().push(stated);
        }
        let known: BTreeSet<(usize, usize)> =
            self.copies.pairs.iter().map(|(copy, kept)| (copy.0, kept.0)).collect();
        let chains: Vec<bool> = self.holders.iter().map(Holder::chains).collect();
        let does_chain = |at: usize| chains.get(at).is_some_and(|it| *it);
        of_two.retain(|(copy, kept), stated| {
            does_chain(*copy) && does_chain(*kept) && !known.contains(&(*copy, *kept)) && are_fees(stated)
        });
        pairs.retain(|(copy, kept)| !is_debit(*copy) || !of_two.contains_key(&(copy.0, kept.0)));
    }

    /// Marks pairs.
    fn take(&mut self, pairs: Vec<Pair>) {
        for (copy, kept) in &pairs {
            for ((holder, place), same) in [(*copy, Same::Copy), (*kept, Same::Kept)] {
                let flag = self.copies.found.get_mut(holder).and_then(|rows| rows.get_mut(place));
                // A copy of one account stays one where it is what another has a copy of.
                if let Some(flag) = flag.filter(|flag| **flag != Same::Copy) {
                    *flag = same;
                }
            }
        }
        self.copies.pairs.extend(pairs);
    }

    /// Returns how many copies each holder has with some more pairs: those that are known are of the same account.
    fn counts_with_known(&self, pairs: &[Pair]) -> Vec<usize> {
        let known = |found: &Vec<Same>| found.iter().filter(|same| **same == Same::Copy).count();
        let mut counts: Vec<usize> = self.copies.found.iter().map(known).collect();
        for ((copy, _), _) in pairs {
            if let Some(count) = counts.get_mut(*copy) {
                *count += 1;
            }
        }
        counts
    }

    /// Returns for each holder whether its rows that agree in day, amount and text, with the copies that are known, are all
    /// that it has; or all but one, with two amounts or more among them. No id and no balance of theirs may differ.
    fn whole(&self, pairs: &[Pair], counts: &[usize]) -> Vec<bool> {
        let mut amounts = vec![BTreeSet::new(); self.holders.len()];
        let mut differ = vec![false; self.holders.len()];
        let said = |(holder, place): Place| Some(self.holders.get(holder)?.rows.get(place)?.1);
        for (copy, kept) in self.copies.pairs.iter().chain(pairs) {
            let Some((one, other)) = said(*copy).zip(said(*kept)) else { continue };
            let of_id = one.id.as_ref().zip(other.id.as_ref()).is_some_and(|(one, other)| one != other);
            let of_balance =
                one.balance_minor.zip(other.balance_minor).is_some_and(|(one, other)| one != other);
            if let Some((amounts, differ)) = amounts.get_mut(copy.0).zip(differ.get_mut(copy.0)) {
                amounts.insert(one.amount_minor);
                *differ |= of_id || of_balance;
            }
        }
        let all = self.holders.iter().zip(counts).zip(amounts.iter().zip(differ));
        all.map(|((holder, count), (amounts, differ))| {
            let others = holder.moved().saturating_sub(*count);
            !differ && *count > 0 && (others == 0 || others == 1 && amounts.len() > 1)
        })
        .collect()
    }

    fn is_half(&self, holder: usize, count: usize) -> bool {
        self.holders.get(holder).is_some_and(|holder| count * 2 >= holder.moved())
    }

    /// Returns for each holder whether its rows that agree in day and amount alone, with the copies that are known, are too
    /// many for chance.
    fn enough(&self, pairs: &[Pair]) -> Vec<bool> {
        let counts = self.counts_with_known(pairs);
        let mut begin_alike = vec![false; self.holders.len()];
        let opening = |at: usize| self.holders.get(at)?.opening_minor.filter(|minor| *minor != 0);
        for ((copy, _), (kept, _)) in pairs {
            if let Some(alike) = begin_alike.get_mut(*copy) {
                *alike |= opening(*copy).is_some() && opening(*copy) == opening(*kept);
            }
        }
        let all = self.many(pairs).into_iter().zip(begin_alike).zip(counts).enumerate();
        all.map(|(at, ((are_many, begin_alike), count))| are_many || begin_alike && self.is_half(at, count))
            .collect()
    }
}

/// Returns the rows that are not yet known to be copies, in the order of what they are; of two accounts those that moved
/// money.
fn entries<'a>(
    holders: &'a [Holder<'a>],
    found: &[Vec<Same>],
    (key, moved_alone): (impl Fn(&'a Transaction) -> Option<Key<'a>>, bool),
) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for (at, (holder, found)) in holders.iter().zip(found).enumerate() {
        for (place, ((row, transaction), same)) in holder.rows.iter().zip(found).enumerate() {
            let is_open = (row.amount_minor != 0 || !moved_alone) && *same != Same::Copy;
            if let Some(key) = is_open.then(|| key(transaction)).flatten() {
                let what = (holder.currency, row.amount_minor, key, row.date);
                entries.push(Entry { what, holder: at, place });
            }
        }
    }
    entries.sort_by(|a, b| a.what.cmp(&b.what).then(a.at().cmp(&b.at())));
    entries
}

/// Returns the place of each holder in the order in which they keep their rows: the largest first, of equal ones that with
/// the lowest balances, of these the upload that begins first, of these by what their rows say, so that the order of the
/// request says nothing.
fn ranks(holders: &[Holder<'_>], is_loose: bool) -> Vec<usize> {
    let mut order: Vec<(usize, &Holder<'_>)> = holders.iter().enumerate().collect();
    order.sort_by(|(at, one), (other_at, other)| {
        let begins = |it: &Holder<'_>| it.rows.first().filter(|_| !is_loose).map(|(row, _)| row.date);
        let size = |it: &Holder<'_>| (Reverse(it.rows.len()), it.stated_minor, begins(it));
        let content = || one.content().cmp(other.content());
        size(one).cmp(&size(other)).then_with(content).then(at.cmp(other_at))
    });
    let mut ranks = vec![0; holders.len()];
    for (rank, (at, _)) in order.into_iter().enumerate() {
        if let Some(slot) = ranks.get_mut(at) {
            *slot = rank;
        }
    }
    ranks
}
