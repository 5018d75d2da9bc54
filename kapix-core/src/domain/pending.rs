//! Pending rows and the booked rows that replace them.

use super::account::{Transaction, TransactionStatus};
use super::cases::Tally;
use super::finding::FindingKind;
use super::ledger::Row;
use super::texts;
use super::uploads::Uploads;
use crate::id::Id;
use crate::time::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Days within which a pending row is booked.
const BOOKED_WITHIN_DAYS: i32 = 14;

/// What became of the pending rows.
pub(super) struct Pending {
    /// Pairs, which count once.
    pub(super) settled: Tally,
    /// Those of them whose amounts differ.
    pub(super) differing: Tally,
    /// Rows without a booked one.
    pub(super) open: Tally,
}

/// A row with its words.
struct Entry<'a> {
    row: &'a Row,
    words: String,
    taken: bool,
}

/// Takes pending rows out whose booked row is there, and marks the others as disputed.
///
/// The provider's link comes first: one direction, and at most 14 days either way. Then a pair has one direction and amount, the booked row lies 0 to 14 days later, and
/// the texts are equal but for case, digits, punctuation and the words `pending` and `posted`, or one has none. The nearest
/// are paired first, and each row is in one pair.
pub(super) fn settle(uploads: &Uploads<'_>, rows: &mut Vec<Row>) -> Pending {
    let mut pending = Pending {
        settled: Tally::new(FindingKind::PendingSettled),
        differing: Tally::new(FindingKind::PendingAmountDiffers),
        open: Tally::new(FindingKind::PendingOpen),
    };
    let is_pending = |row: &Row| {
        uploads.transaction(row.input).is_some_and(|row| row.status == TransactionStatus::Pending)
    };
    if !rows.iter().any(is_pending) {
        return pending;
    }
    let (waiting, booked): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| is_pending(row));
    let mut pairs = linked(uploads, &waiting, &booked);
    let known: BTreeSet<u32> = pairs.iter().flat_map(|(one, other)| [one.input, other.input]).collect();
    let is_free = |row: &&&Row| !known.contains(&row.input);
    let free = [&waiting, &booked].map(|rows| rows.iter().filter(is_free).copied().collect());
    pairs.extend(nearest(uploads, free));
    pairs.sort_unstable_by_key(|(one, _)| one.input);
    for (one, other) in &pairs {
        let amounts = [one.amount_minor, other.amount_minor];
        let (from, to) = (one.date.min(other.date), one.date.max(other.date));
        pending.settled.case(&[one.input, other.input], &amounts, from, to);
        if one.amount_minor != other.amount_minor {
            pending.differing.case(&[one.input, other.input], &amounts, from, to);
        }
    }
    let gone: BTreeSet<u32> = pairs.iter().map(|(one, _)| one.input).collect();
    let left: BTreeSet<u32> = waiting.iter().map(|row| row.input).filter(|row| !gone.contains(row)).collect();
    rows.retain(|row| !gone.contains(&row.input));
    forget_repeated(rows, &left);
    for row in rows.iter_mut().filter(|row| left.contains(&row.input)) {
        row.disputed = true;
        pending.open.disputed(&[row.input], row.amount_minor, row.date, row.date);
    }
    pending
}

/// Forgets the balances of pending rows that repeat the one before: they do not hold the row yet. The row before stands on the other
/// side where a day has the newest first.
fn forget_repeated(rows: &mut [Row], left: &BTreeSet<u32>) {
    if left.is_empty() {
        return;
    }
    let mut repeated = repeating(rows.iter(), left, false);
    repeated.extend(repeating(rows.iter().rev(), left, true));
    rows.iter_mut().filter(|row| repeated.contains(&row.input)).for_each(|row| row.balance_minor = None);
}

/// Returns the pending rows that moved money and state the last balance before them, in the order of the rows, of their own day or
/// of any.
fn repeating<'r>(rows: impl Iterator<Item = &'r Row>, left: &BTreeSet<u32>, of_day: bool) -> BTreeSet<u32> {
    let mut before: Option<(Date, i64)> = None;
    let mut repeated = BTreeSet::new();
    for row in rows {
        let Some(balance) = row.balance_minor else { continue };
        if !left.contains(&row.input) {
            before = Some((row.date, balance));
        } else if row.amount_minor != 0
            && before.is_some_and(|(date, own)| own == balance && (!of_day || date == row.date))
        {
            repeated.insert(row.input);
        }
    }
    repeated
}

/// Returns the pairs that the provider states: the booked row names a pending one of its direction, at most 14 days away.
fn linked(uploads: &Uploads<'_>, waiting: &[&Row], booked: &[&Row]) -> Vec<(Row, Row)> {
    let of = |row: &Row| uploads.transaction(row.input);
    let mut by_id: BTreeMap<(&Id, i64), Row> = BTreeMap::new();
    for row in waiting {
        if let Some(id) = of(row).and_then(|transaction| transaction.id.as_ref()) {
            by_id.entry((id, row.amount_minor.signum())).or_insert(**row);
        }
    }
    let link = |row: &&Row| {
        let pending = of(row).and_then(|transaction: &Transaction| transaction.pending_id.as_ref())?;
        let key = (pending, row.amount_minor.signum());
        let days = by_id.get(&key)?.date.days_since(row.date).abs();
        Some((if days <= BOOKED_WITHIN_DAYS { by_id.remove(&key) } else { None }?, **row))
    };
    booked.iter().filter_map(link).collect()
}

/// Returns the pairs of equal amounts, the nearest first.
fn nearest(uploads: &Uploads<'_>, rows: [Vec<&Row>; 2]) -> Vec<(Row, Row)> {
    let [mut waiting, mut booked] = rows.map(|rows| by_day(uploads, rows));
    let mut pairs = Vec::new();
    for days in 0..=BOOKED_WITHIN_DAYS {
        for (&(amount, date), ones) in &mut waiting {
            let Ok(day) = date.add_days(days) else { continue };
            let Some(others) = booked.get_mut(&(amount, day)) else { continue };
            pair(ones, others, |one, other| one == other, &mut pairs);
            pair(ones, others, |one, other| one.is_empty() || other.is_empty(), &mut pairs);
            ones.retain(|entry| !entry.taken);
            others.retain(|entry| !entry.taken);
        }
    }
    pairs
}

type ByDay<'a> = BTreeMap<(i64, Date), Vec<Entry<'a>>>;

/// Returns rows by amount and day, those of one day in the order of their words.
fn by_day<'a>(uploads: &Uploads<'_>, rows: Vec<&'a Row>) -> ByDay<'a> {
    let mut map: ByDay<'a> = BTreeMap::new();
    for row in rows {
        let description = uploads.transaction(row.input).and_then(|row| row.description.as_deref());
        let words = description.map(texts::words);
        let entry = Entry { row, words: words.unwrap_or_default(), taken: false };
        map.entry((row.amount_minor, row.date)).or_default().push(entry);
    }
    for entries in map.values_mut() {
        entries.sort_by(|a, b| a.words.cmp(&b.words).then(a.row.input.cmp(&b.row.input)));
    }
    map
}

/// Pairs rows of two days that agree. Both are in the order of their words and empty ones come first, so that one walk
/// over each finds what agrees.
fn pair(
    ones: &mut [Entry<'_>],
    others: &mut [Entry<'_>],
    agree: impl Fn(&str, &str) -> bool,
    pairs: &mut Vec<(Row, Row)>,
) {
    let mut rest = others.iter_mut().filter(|entry| !entry.taken).peekable();
    for one in ones.iter_mut().filter(|entry| !entry.taken) {
        while rest.peek().is_some_and(|other| other.words < one.words && !agree(&one.words, &other.words)) {
            rest.next();
        }
        if let Some(other) = rest.next_if(|other| agree(&one.words, &other.words)) {
            one.taken = true;
            other.taken = true;
            pairs.push((*one.row, *other.row));
        }
    }
}
