//! What the rows of one account, and the accounts of one applicant, say against each other.

use super::account::{Account, Transaction};
use super::cases::Tally;
use super::finding::{Finding, FindingKind};
use super::ledger::{AccountLedger, Row};
use super::order::index;
use crate::time::{At, Date};
use core::cmp::Ordering;

/// Days between two rows above which there is a gap.
const GAP_DAYS: i32 = 30;

/// Rows that two accounts share at least before they are called the same: fewer can agree by chance.
const SHARED_ROWS_MIN: usize = 5;

/// Returns rows of a day that agree in time, amount, description, counterparty, id and stated balance.
///
/// A row is no duplicate where both rows state balances and the later one chains from the row before it: the
/// balance then says that both moved the money.
pub(super) fn likely_duplicates(ledger: &AccountLedger, account: &Account) -> Tally {
    let mut tally = Tally::new(FindingKind::LikelyDuplicate);
    let mut before = ledger.opening_minor;
    let mut agreeing: Vec<(&Row, &Transaction, bool)> = Vec::new();
    let mut found: Vec<(&Row, &Row)> = Vec::new();
    for day in ledger.rows.chunk_by(|a, b| a.date == b.date) {
        agreeing.clear();
        for row in day {
            let expected = before.map(|balance| balance.saturating_add(row.amount_minor));
            let tolerance = account.chain_tolerance_minor.unsigned_abs();
            let chains = expected.zip(row.balance_minor).is_some_and(|(e, b)| e.abs_diff(b) <= tolerance);
            before = row.balance_minor;
            if let Some(transaction) = transaction(account, row).filter(|_| day.len() > 1) {
                agreeing.push((row, transaction, chains && transaction.balance_minor.is_some()));
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
    for (first, other) in found {
        let amounts = [first.amount_minor, other.amount_minor];
        tally.case(&[first.input, other.input], &amounts, other.date, other.date);
    }
    tally
}

/// Orders rows by what makes two of them the same; numbers first, so that text is rarely compared.
fn compare(a: &Transaction, b: &Transaction) -> Ordering {
    (a.amount_minor, a.balance_minor)
        .cmp(&(b.amount_minor, b.balance_minor))
        .then_with(|| time(a.at).cmp(&time(b.at)))
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a.counterparty.cmp(&b.counterparty))
        .then_with(|| a.description.cmp(&b.description))
}

fn time(at: At) -> (Option<Date>, i64) {
    match at {
        At::Date(date) => (Some(date), 0),
        At::Instant(instant) => (None, instant.epoch_microseconds()),
    }
}

/// Returns rows that carry the id of an earlier row of the document and differ from it.
pub(super) fn shared_ids(rows: &[Row], account: &Account) -> Tally {
    let mut digests: Vec<(u64, u32)> = Vec::with_capacity(rows.len());
    let with_id = |row: &Row| transaction(account, row).and_then(|transaction| transaction.id.as_ref());
    digests.extend(rows.iter().filter_map(|row| Some((digest(with_id(row)?.as_str()), row.input))));
    digests.sort_unstable();
    let mut found = Vec::new();
    for alike in digests.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let row = |&(_, input): &(u64, u32)| Some((account.transactions.get(index(input))?, input));
        let mut alike: Vec<(&Transaction, u32)> = alike.iter().filter_map(row).collect();
        // Stable: rows with one id stay in the order of the document.
        alike.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        for same in alike.chunk_by(|a, b| a.0.id == b.0.id) {
            if let Some((first, others)) = same.split_first() {
                let differing = others.iter().filter(|other| compare(first.0, other.0).is_ne());
                found.extend(differing.map(|other| (other.1, *first, *other)));
            }
        }
    }
    found.sort_unstable_by_key(|(input, ..)| *input);
    let mut tally = Tally::new(FindingKind::SharedId);
    for (_, first, other) in found {
        let [one, two] = [first.0, other.0].map(|transaction| transaction.at.date(account.utc_offset));
        tally.case(&[first.1, other.1], &[], one.min(two), one.max(two));
    }
    tally
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

/// Returns, for each account, how many other accounts hold the same rows: date, amount, balance and currency.
pub(super) fn shared_rows(accounts: &[AccountLedger]) -> Vec<u64> {
    let outline = |ledger: &AccountLedger| {
        let sum = ledger.rows.iter().fold(0_i64, |sum, row| sum.wrapping_add(row.amount_minor));
        let first = ledger.rows.first().map(|row| row.date);
        (ledger.currency, ledger.rows.len(), first, ledger.rows.last().map(|row| row.date), sum)
    };
    let mut outlines: Vec<_> =
        accounts.iter().enumerate().map(|(at, ledger)| (outline(ledger), at)).collect();
    outlines.retain(|((_, rows, ..), _)| *rows >= SHARED_ROWS_MIN);
    outlines.sort_unstable();
    let mut shared = vec![0; accounts.len()];
    for alike in outlines.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let mut contents: Vec<_> = alike
            .iter()
            .filter_map(|&(_, at)| accounts.get(at).map(|ledger| (contents(ledger), at)))
            .collect();
        contents.sort_unstable();
        for same in contents.chunk_by(|a, b| a.0 == b.0) {
            let others = u64::try_from(same.len()).unwrap_or(u64::MAX) - 1;
            for &(_, at) in same {
                if let Some(count) = shared.get_mut(at) {
                    *count = others;
                }
            }
        }
    }
    shared
}

/// Returns what two accounts must agree in, whatever order their days have.
fn contents(ledger: &AccountLedger) -> Vec<(Date, i64, Option<i64>)> {
    let mut rows: Vec<_> =
        ledger.rows.iter().map(|row| (row.date, row.amount_minor, row.balance_minor)).collect();
    rows.sort_unstable();
    rows
}

/// Returns the finding of an account whose rows other accounts hold too.
pub(super) fn shared_rows_finding(ledger: &AccountLedger, others: u64, pointer: &str) -> Option<Finding> {
    let kind = FindingKind::SharedRows;
    (others > 0).then(|| Finding {
        amounts_minor: Vec::new(),
        count: others,
        from: ledger.rows.first().map(|row| row.date),
        kind,
        pointer: pointer.to_owned(),
        rows: Vec::new(),
        severity: kind.severity(),
        to: ledger.rows.last().map(|row| row.date),
    })
}

/// Returns the finding of an applicant whose accounts have more than one currency.
pub(super) fn mixed_currencies(accounts: &[AccountLedger]) -> Option<Finding> {
    let mut currencies: Vec<_> = accounts.iter().map(|ledger| ledger.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let kind = FindingKind::MixedCurrencies;
    (currencies.len() > 1).then(|| Finding {
        amounts_minor: Vec::new(),
        count: u64::try_from(currencies.len()).unwrap_or(u64::MAX),
        from: None,
        kind,
        pointer: "/data".to_owned(),
        rows: Vec::new(),
        severity: kind.severity(),
        to: None,
    })
}

/// Returns the transaction that a row was made of.
fn transaction<'a>(account: &'a Account, row: &Row) -> Option<&'a Transaction> {
    account.transactions.get(index(row.input))
}
