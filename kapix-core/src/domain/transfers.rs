//! Transfers between accounts of one applicant: both legs are in the request.

use super::cases::Tally;
use super::finding::FindingKind;
use super::ledger::AccountLedger;
use super::texts::{self, TransferText};
use super::uploads::Uploads;
use crate::money::Currency;
use crate::time::Date;
use std::collections::BTreeMap;

/// Days between the legs of a transfer at most.
const LEGS_WITHIN_DAYS: i32 = 3;

/// Legs of one amount and day that one leg is compared with at most.
const COMPARED_MAX: usize = 64;

/// The category by which a caller marks a leg.
pub(super) const OWN_TRANSFER: &str = "own_transfer";

/// A row that may be a leg.
struct Leg {
    account: usize,
    place: usize,
    text: TransferText,
    /// The caller's category says that it is one.
    is_marked: bool,
    taken: bool,
}

type ByDay = BTreeMap<(Currency, i64, Date), Vec<Leg>>;

/// Marks the legs of own transfers, and returns the legs of each account.
///
/// Two legs have equal amounts and opposite signs in two accounts, lie at most three days apart and their texts agree. The
/// nearest are paired first, and each row is in one pair. A row with another category is none: the caller's word goes
/// before.
pub(super) fn mark(accounts: &mut [AccountLedger], uploads: &[Uploads<'_>]) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = accounts.iter().map(|_| Tally::new(FindingKind::OwnTransfers)).collect();
    if accounts.len() < 2 {
        return tallies;
    }
    let mut credits = legs(accounts, uploads, |amount| amount > 0);
    let mut debits = legs(accounts, uploads, |amount| amount < 0);
    let mut found = Vec::new();
    for days in 0..=LEGS_WITHIN_DAYS {
        for (&(currency, amount, date), ones) in &mut credits {
            for step in [days, -days] {
                let Ok(day) = date.add_days(step) else { continue };
                if let Some(others) = debits.get_mut(&(currency, amount, day)) {
                    pair(ones, others, &mut found);
                }
            }
        }
    }
    found.sort_unstable();
    for (account, place) in found {
        let row = accounts.get_mut(account).and_then(|account| account.rows.get_mut(place));
        if let Some((row, tally)) = row.zip(tallies.get_mut(account)) {
            row.transfer = true;
            row.income = false;
            tally.case(&[row.input], &[row.amount_minor], row.date, row.date);
        }
    }
    tallies
}

/// Returns the rows of one sign that may be legs, by currency, amount above zero and day.
fn legs(accounts: &[AccountLedger], uploads: &[Uploads<'_>], sign: impl Fn(i64) -> bool) -> ByDay {
    let mut legs: ByDay = BTreeMap::new();
    for (account, (ledger, uploads)) in accounts.iter().zip(uploads).enumerate() {
        for (place, row) in ledger.rows.iter().enumerate() {
            let Some(transaction) = uploads.transaction(row.input) else { continue };
            let is_open = transaction.category.as_deref().is_none_or(|category| category == OWN_TRANSFER);
            if is_open && !row.disputed && sign(row.amount_minor) {
                let text = TransferText::of(texts::text(transaction));
                let what = (ledger.currency, row.amount_minor.saturating_abs(), row.date);
                legs.entry(what).or_default().push(Leg {
                    account,
                    place,
                    text,
                    is_marked: row.transfer,
                    taken: false,
                });
            }
        }
    }
    legs
}

/// Returns whether two legs may be one transfer: their texts agree, or the caller's category marks one of them.
fn agree(one: &Leg, other: &Leg) -> bool {
    one.is_marked || other.is_marked || one.text.agrees(&other.text)
}

/// Pairs legs of two days that agree.
fn pair(ones: &mut Vec<Leg>, others: &mut Vec<Leg>, found: &mut Vec<(usize, usize)>) {
    for one in ones.iter_mut() {
        let other = others
            .iter_mut()
            .filter(|other| !other.taken)
            .take(COMPARED_MAX)
            .find(|other| other.account != one.account && agree(one, other));
        if let Some(other) = other {
            one.taken = true;
            other.taken = true;
            found.extend([(one.account, one.place), (other.account, other.place)]);
        }
    }
    ones.retain(|leg| !leg.taken);
    others.retain(|leg| !leg.taken);
}
