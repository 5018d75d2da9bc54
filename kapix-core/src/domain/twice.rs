//! Rows of one account that may be one row told twice.

use super::account::{Transaction, TransactionStatus};
use super::cases::Tally;
use super::finding::FindingKind;
use super::ledger::Row;
use super::texts;
use super::uploads::Uploads;
use crate::time::{At, Date};
use std::collections::{BTreeMap, BTreeSet};

/// Returns for each row whether balances show that it moved its money: the stated balances around it differ by the sum of
/// the rows between them. So does the first balance that is stated, for its own row, where none is known before it.
fn proven(rows: &[Row], uploads: &Uploads<'_>) -> Vec<bool> {
    let tolerance = uploads.account().chain_tolerance_minor.unsigned_abs();
    let stated = |row: &Row| uploads.transaction(row.input).and_then(|row| row.balance_minor);
    let mut proven = vec![false; rows.len()];
    let (mut before, mut sum, mut start) = (uploads.opening_minor(), 0_i64, 0);
    for (place, row) in rows.iter().enumerate() {
        sum = sum.saturating_add(row.amount_minor);
        let Some(stated) = stated(row) else { continue };
        let chains = before.is_none_or(|before| before.saturating_add(sum).abs_diff(stated) <= tolerance);
        let first = if before.is_some() { start } else { place };
        if let Some(between) = proven.get_mut(first..=place) {
            between.fill(chains);
        }
        (before, sum, start) = (Some(stated), 0, place + 1);
    }
    proven
}

/// What two equal rows of a day agree in, and what one of them may leave out.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    row: Row,
    said: &'a Transaction,
    place: usize,
}

/// Numbers first, so that text is rarely compared.
type Numbers = (i64, Option<i64>, bool, (Option<Date>, i64));

fn numbers(said: &Transaction) -> Numbers {
    let time = match said.at {
        At::Date(date) => (Some(date), 0),
        At::Instant(instant) => (None, instant.epoch_microseconds()),
    };
    (said.amount_minor, said.balance_minor, said.status == TransactionStatus::Pending, time)
}

/// Returns rows of a day that agree in time, amount, text, status and stated balance, and in id and counterparty where both
/// state them.
///
/// A row is no duplicate where balances show that it moved the money.
/// The others are marked as disputed: two equal fares of a day are common where a document states no time and no balance.
pub(super) fn likely_duplicates(rows: &mut [Row], uploads: &Uploads<'_>) -> Tally {
    let mut tally = Tally::new(FindingKind::LikelyDuplicate);
    let mut found: Vec<(Row, Candidate<'_>)> = Vec::new();
    let mut alike: Vec<Candidate<'_>> = Vec::new();
    let mut start = 0;
    for day in rows.chunk_by(|a, b| a.date == b.date) {
        let places = start..;
        start += day.len();
        if day.len() < 2 {
            continue;
        }
        alike.clear();
        let candidate = |(place, row): (usize, &Row)| {
            Some(Candidate { row: *row, said: uploads.transaction(row.input)?, place })
        };
        alike.extend(places.zip(day).filter_map(candidate));
        // Stable: rows that agree stay in ledger order.
        alike.sort_by_key(|it| numbers(it.said));
        for same in alike.chunk_by(|a, b| numbers(a.said) == numbers(b.said)).filter(|it| it.len() > 1) {
            let mut by_text: BTreeMap<String, Vec<Candidate<'_>>> = BTreeMap::new();
            for it in same {
                by_text.entry(texts::folded(texts::text(it.said))).or_default().push(*it);
            }
            by_text.into_values().filter(|it| it.len() > 1).for_each(|it| duplicates(it, &mut found));
        }
    }
    if found.is_empty() {
        return tally;
    }
    let proven = proven(rows, uploads);
    found.retain(|(_, other)| proven.get(other.place) != Some(&true));
    found.sort_by_key(|(_, other)| (other.row.date, other.row.input));
    for (first, other) in found {
        if let Some(row) = rows.get_mut(other.place) {
            row.disputed = true;
        }
        let amounts = [first.amount_minor, other.row.amount_minor];
        let inputs = [first.input, other.row.input];
        tally.disputed_with(&inputs, &amounts, other.row.amount_minor, other.row.date);
    }
    tally
}

/// Adds the rows that agree with an earlier one in id and counterparty, or leave out what it states. Those that state both
/// come first, so that each row is compared with rows that state no less.
fn duplicates<'a>(mut rows: Vec<Candidate<'a>>, found: &mut Vec<(Row, Candidate<'a>)>) {
    let said = |it: &Candidate<'a>| {
        let name = it.said.counterparty.as_deref().map(texts::folded).filter(|name| !name.is_empty());
        (it.said.id.as_ref(), name)
    };
    // Stable: the rest stays in ledger order.
    rows.sort_by_key(|it| (it.said.id.is_none(), said(it).1.is_none()));
    let (mut whole, mut of_id, mut of_name) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let (mut unnamed, mut any) = (None, None);
    for it in rows {
        let (id, name) = said(&it);
        let same = match (id, &name) {
            (Some(id), Some(name)) => whole.get(&(id, name.clone())).copied(),
            (Some(id), None) => of_id.get(id).copied(),
            (None, Some(name)) => of_name.get(name).copied().or(unnamed),
            (None, None) => any,
        };
        if let Some(first) = same {
            found.push((first, it));
            continue;
        }
        any = any.or(Some(it.row));
        match &name {
            Some(name) => _ = of_name.entry(name.clone()).or_insert(it.row),
            None => unnamed = unnamed.or(Some(it.row)),
        }
        if let Some(id) = id {
            of_id.entry(id).or_insert(it.row);
            whole.extend(name.map(|name| ((id, name), it.row)));
        }
    }
}

/// What two rows with one id are.
pub(super) struct OneId {
    /// Different rows.
    pub(super) shared: Tally,
    /// Perhaps one row; the later ones are marked as disputed.
    pub(super) repeated: Tally,
}

/// A row of an id: its place in the ledger, itself, and whether balances show that it moved its money.
type OfId = (usize, Row, bool);

/// Finds rows that carry the id of an earlier row of the ledger; likely duplicates are told of already.
///
/// Two of them with one amount are one payment told twice, unless the balances show that both moved it.
pub(super) fn one_id(rows: &mut [Row], uploads: &Uploads<'_>, duplicates: &Tally) -> OneId {
    let mut digests: Vec<(u64, usize)> = Vec::with_capacity(rows.len());
    let with_id = |row: &Row| uploads.transaction(row.input).and_then(|transaction| transaction.id.as_ref());
    let rows_with_id = rows.iter().enumerate().filter_map(|(place, row)| Some((with_id(row)?, place)));
    // By place and not by number: the order of the document, or of the uploads, does not say which row is in doubt.
    digests.extend(rows_with_id.map(|(id, place)| (digest(id.as_str()), place)));
    digests.sort_unstable();
    let mut of_id =
        OneId { shared: Tally::new(FindingKind::SharedId), repeated: Tally::new(FindingKind::RepeatedId) };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for alike in digests.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let mut by_id: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (_, place) in alike {
            by_id.entry(rows.get(*place).and_then(with_id)).or_default().push(*place);
        }
        groups.extend(by_id.into_values().filter(|it| it.len() > 1));
    }
    if groups.is_empty() {
        return of_id;
    }
    let proven = proven(rows, uploads);
    let told: BTreeSet<u32> = duplicates.told().collect();
    let mut found = Vec::new();
    for group in groups {
        let row = |place: usize| Some((place, *rows.get(place)?, *proven.get(place)?));
        let group: Vec<OfId> = group.into_iter().filter_map(row).collect();
        pairs_of_id(group.into_iter().filter(|it| !told.contains(&it.1.input)), &mut found);
    }
    found.sort_unstable_by_key(|(_, other, _)| other.1.input);
    for (first, other, is_one_payment) in found {
        let (one, two) = (first.1, other.1);
        if !is_one_payment {
            let inputs = [one.input.min(two.input), one.input.max(two.input)];
            of_id.shared.case(&inputs, &[], one.date.min(two.date), one.date.max(two.date));
            continue;
        }
        of_id.repeated.disputed(&[one.input, two.input], two.amount_minor, one.date, two.date);
        if let Some(row) = rows.get_mut(other.0) {
            row.disputed = true;
        }
    }
    of_id
}

/// Adds each row of one id with an earlier one: the first of its amount that it may repeat, else the first of the id.
fn pairs_of_id(group: impl Iterator<Item = OfId>, found: &mut Vec<(OfId, OfId, bool)>) {
    let mut first: Option<OfId> = None;
    // Of each amount the first row, and the first that no balances prove.
    let mut by_amount: BTreeMap<i64, (OfId, Option<OfId>)> = BTreeMap::new();
    for it in group {
        let open = Some(it).filter(|it| !it.2);
        let known = by_amount.get(&it.1.amount_minor).copied();
        let repeats = known.and_then(|(one, unproven)| if it.2 { unproven } else { Some(one) });
        match repeats.or(first) {
            Some(other) => found.push((other, it, repeats.is_some())),
            None => first = Some(it),
        }
        let of_amount = by_amount.entry(it.1.amount_minor).or_insert((it, open));
        of_amount.1 = of_amount.1.or(open);
    }
}

/// Returns a hash by which ids are sorted before their text is compared: eight bytes at a time, multiplied by the
/// prime of FNV-1a. Equal ids have equal hashes; beyond that it moves only the speed.
fn digest(id: &str) -> u64 {
    id.as_bytes().chunks(8).fold(0xcbf2_9ce4_8422_2325, |hash, chunk| {
        let word = chunk.iter().fold(0_u64, |word, &byte| (word << 8) | u64::from(byte));
        (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29)
    })
}
