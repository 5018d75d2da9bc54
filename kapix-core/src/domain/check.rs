//! What the rows of one account, and the accounts of one applicant, say against each other.

use super::account::{Transaction, TransactionStatus};
use super::cases::Tally;
use super::finding::{Finding, FindingKind};
use super::ledger::{AccountLedger, Row};
use super::uploads::Uploads;
use crate::time::{At, Date};
use core::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Days between two rows above which there is a gap.
const GAP_DAYS: i32 = 30;

/// Returns rows of a day that agree in time, amount, description, counterparty, id, status and stated balance.
///
/// A row is no duplicate where both rows state balances and the later one chains from the row before it: the
/// balance then says that both moved the money.
/// The others are marked as disputed: two equal fares of a day are common where a document states no time and no balance.
pub(super) fn likely_duplicates(rows: &mut [Row], uploads: &Uploads<'_>, opening: Option<i64>) -> Tally {
    let mut tally = Tally::new(FindingKind::LikelyDuplicate);
    let mut before = opening;
    let mut agreeing: Vec<(Row, &Transaction, bool)> = Vec::new();
    let mut found: Vec<(Row, Row)> = Vec::new();
    for day in rows.chunk_by(|a, b| a.date == b.date) {
        agreeing.clear();
        for row in day {
            let expected = before.map(|balance| balance.saturating_add(row.amount_minor));
            let tolerance = uploads.account().chain_tolerance_minor.unsigned_abs();
            let chains = expected.zip(row.balance_minor).is_some_and(|(e, b)| e.abs_diff(b) <= tolerance);
            before = row.balance_minor;
            if let Some(transaction) = uploads.transaction(row.input).filter(|_| day.len() > 1) {
                agreeing.push((*row, transaction, chains && transaction.balance_minor.is_some()));
            }
        }
        // Stable: rows that agree stay in ledger order.
        agreeing.sort_by(|a, b| compare(a.1, b.1));
        for same in agreeing.chunk_by(|a, b| compare(a.1, b.1).is_eq()) {
            if let Some(((first, ..), others)) = same.split_first() {
                found.extend(others.iter().filter(|other| !other.2).map(|other| (*first, other.0)));
            }
        }
    }
    found.sort_by_key(|(_, other)| (other.date, other.input));
    let others: BTreeSet<u32> = found.iter().map(|(_, other)| other.input).collect();
    for row in rows.iter_mut().filter(|row| others.contains(&row.input)) {
        row.disputed = true;
    }
    for (first, other) in found {
        let amounts = [first.amount_minor, other.amount_minor];
        tally.disputed_with(&[first.input, other.input], &amounts, other.amount_minor, other.date);
    }
    tally
}

/// Orders rows by what makes two of them the same; numbers first, so that text is rarely compared.
fn compare(a: &Transaction, b: &Transaction) -> Ordering {
    (a.amount_minor, a.balance_minor)
        .cmp(&(b.amount_minor, b.balance_minor))
        .then_with(|| is_pending(a).cmp(&is_pending(b)))
        .then_with(|| time(a.at).cmp(&time(b.at)))
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a.counterparty.cmp(&b.counterparty))
        .then_with(|| a.description.cmp(&b.description))
}

fn is_pending(row: &Transaction) -> bool {
    row.status == TransactionStatus::Pending
}

fn time(at: At) -> (Option<Date>, i64) {
    match at {
        At::Date(date) => (Some(date), 0),
        At::Instant(instant) => (None, instant.epoch_microseconds()),
    }
}

/// What two rows with one id are.
pub(super) struct OneId {
    /// Different rows.
    pub(super) shared: Tally,
    /// Perhaps one row on two days; the later ones are marked as disputed.
    pub(super) repeated: Tally,
}

/// Finds rows that carry the id of an earlier row of the ledger and differ from it.
///
/// Two of them on two days with one amount are one payment told twice, unless the balances chain through both.
pub(super) fn one_id(rows: &mut [Row], uploads: &Uploads<'_>, opening: Option<i64>) -> OneId {
    let mut digests: Vec<(u64, u32, u32)> = Vec::with_capacity(rows.len());
    let with_id = |row: &Row| uploads.transaction(row.input).and_then(|transaction| transaction.id.as_ref());
    let rows_with_id =
        rows.iter().zip(0_u32..).filter_map(|(row, place)| Some((with_id(row)?, row.input, place)));
    // By place and not by number: the order of the document, or of the uploads, does not say which row is in doubt.
    digests.extend(rows_with_id.map(|(id, input, place)| (digest(id.as_str()), place, input)));
    digests.sort_unstable();
    let mut found = Vec::new();
    for alike in digests.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let row = |&(.., input): &(u64, u32, u32)| Some((uploads.transaction(input)?, input));
        let mut alike: Vec<(&Transaction, u32)> = alike.iter().filter_map(row).collect();
        // Stable: rows with one id stay in ledger order.
        alike.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        for same in alike.chunk_by(|a, b| a.0.id == b.0.id) {
            if let Some((first, others)) = same.split_first() {
                let differing = others.iter().filter(|other| compare(first.0, other.0).is_ne());
                found.extend(differing.map(|other| (other.1, *first, *other)));
            }
        }
    }
    let mut of_id =
        OneId { shared: Tally::new(FindingKind::SharedId), repeated: Tally::new(FindingKind::RepeatedId) };
    if found.is_empty() {
        return of_id;
    }
    found.sort_unstable_by_key(|(input, ..)| *input);
    let places: BTreeMap<u32, usize> =
        rows.iter().enumerate().map(|(place, row)| (row.input, place)).collect();
    let chains = |rows: &[Row], input: u32| {
        places.get(&input).is_some_and(|place| chains(rows, *place, uploads, opening))
    };
    for (_, first, other) in found {
        let offset = uploads.account().utc_offset;
        let [one, two] = [first.0, other.0].map(|transaction| transaction.at.date(offset));
        let is_one_payment = one != two
            && first.0.amount_minor == other.0.amount_minor
            && !(chains(rows, first.1) && chains(rows, other.1));
        if !is_one_payment {
            let rows = [first.1.min(other.1), first.1.max(other.1)];
            of_id.shared.case(&rows, &[], one.min(two), one.max(two));
            continue;
        }
        of_id.repeated.disputed(&[first.1, other.1], other.0.amount_minor, one.min(two), one.max(two));
        if let Some(row) = places.get(&other.1).and_then(|place| rows.get_mut(*place)) {
            row.disputed = true;
        }
    }
    of_id
}

/// Returns whether a row states a balance that follows from the balance before it.
fn chains(rows: &[Row], place: usize, uploads: &Uploads<'_>, opening: Option<i64>) -> bool {
    let before = match place.checked_sub(1) {
        Some(before) => rows.get(before).and_then(|row| row.balance_minor),
        None => opening,
    };
    let tolerance = uploads.account().chain_tolerance_minor.unsigned_abs();
    let Some(row) = rows.get(place) else { return false };
    let stated = uploads.transaction(row.input).and_then(|row| row.balance_minor);
    if place == 0 && before.is_none() {
        // No balance is known before the first row: nothing contradicts what it states.
        return stated.is_some();
    }
    before
        .map(|before| before.saturating_add(row.amount_minor))
        .zip(stated)
        .is_some_and(|(expected, stated)| expected.abs_diff(stated) <= tolerance)
}

/// Returns a hash by which ids are sorted before their text is compared: eight bytes at a time, multiplied by the
/// prime of FNV-1a. Equal ids have equal hashes; beyond that it moves only the speed.
fn digest(id: &str) -> u64 {
    id.as_bytes().chunks(8).fold(0xcbf2_9ce4_8422_2325, |hash, chunk| {
        let word = chunk.iter().fold(0_u64, |word, &byte| (word << 8) | u64::from(byte));
        (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29)
    })
}

/// Returns stretches of more than thirty days without a row, between rows and up to the last day.
pub(super) fn gaps(rows: &[Row], last_day: Date) -> Tally {
    let mut tally = Tally::new(FindingKind::Gap);
    for (before, after) in rows.iter().zip(rows.iter().skip(1)) {
        if after.date.days_since(before.date) > GAP_DAYS {
            tally.case(&[before.input, after.input], &[], before.date, after.date);
        }
    }
    if let Some(last) = rows.last().filter(|last| last_day.days_since(last.date) > GAP_DAYS) {
        tally.case(&[last.input], &[], last.date, last_day);
    }
    tally
}

/// Returns the rows that moved no money.
pub(super) fn zero_rows(rows: &[Row]) -> Tally {
    let mut tally = Tally::new(FindingKind::ZeroRows);
    for row in rows.iter().filter(|row| row.amount_minor == 0) {
        tally.row(row.input, row.date);
    }
    tally
}

/// Returns the rows that come after a row that the document has later.
pub(super) fn reordered(rows: &[Row]) -> Tally {
    let mut tally = Tally::new(FindingKind::Reordered);
    for (before, after) in rows.iter().zip(rows.iter().skip(1)) {
        if after.input < before.input {
            tally.row(after.input, after.date);
        }
    }
    tally
}

/// Returns the finding of an applicant whose accounts have more than one currency.
pub(super) fn mixed_currencies(accounts: &[AccountLedger]) -> Option<Finding> {
    let mut currencies: Vec<_> = accounts.iter().map(|ledger| ledger.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let kind = FindingKind::MixedCurrencies;
    let count = u64::try_from(currencies.len()).unwrap_or(u64::MAX);
    (count > 1).then(|| Finding::of_applicant(kind, count, None))
}
