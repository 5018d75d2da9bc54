//! Transfers between accounts of one applicant: both legs are in the request.

use super::cases::Tally;
use super::cover::Cover;
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
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Leg {
    account: usize,
    place: usize,
    text: TransferText,
    /// The caller's category says that it is one.
    is_marked: bool,
    /// It is a credit of a loan or card account.
    repays: bool,
    /// Whether it took effect is in doubt.
    is_disputed: bool,
    taken: bool,
}

type ByDay = BTreeMap<(Currency, i64, Date), Vec<Leg>>;

/// What was found between the accounts, one of each account.
pub(super) struct Transfers {
    /// The legs of transfers.
    pub(super) own: Vec<Tally>,
    /// Rows that would be legs if their texts agreed.
    pub(super) possible: Vec<Tally>,
}

/// Marks the legs of own transfers, and returns the legs of each account and what else may be some.
///
/// Two legs have equal amounts and opposite signs in two accounts, lie at most three days apart and their texts agree. The
/// nearest are paired first, and each row is in one pair. A row with another category is none: the caller's word goes
/// before. A debit in doubt is paired after those that are not, so that no credit counts as income while its debit is pending.
/// A payment into a loan or card account is no leg, and spent: a debt that is told must not make it smaller. What is left
/// without doubt is paired once more, whatever the texts say.
pub(super) fn mark(accounts: &mut [AccountLedger], uploads: &[Uploads<'_>], covers: &[Cover]) -> Transfers {
    let tallies = |kind: FindingKind| vec![Tally::new(kind); accounts.len()];
    let (own, possible) = (tallies(FindingKind::OwnTransfers), tallies(FindingKind::PossibleTransfers));
    let mut transfers = Transfers { own, possible };
    if accounts.len() < 2 {
        return transfers;
    }
    let mut credits = legs(accounts, (uploads, covers), |amount| amount > 0);
    let mut debits = legs(accounts, (uploads, covers), |amount| amount < 0);
    let is_sure = |one: &Leg, other: &Leg| !one.is_disputed && !other.is_disputed;
    let mut pairs = |agree: &dyn Fn(&Leg, &Leg) -> bool| pairs(&mut credits, &mut debits, agree);
    let mut own = pairs(&|one, other| is_sure(one, other) && agree(one, other));
    own.extend(pairs(&agree));
    own.sort_unstable();
    let possible = pairs(&is_sure);
    for (account, place) in own {
        let row = accounts.get_mut(account).and_then(|account| account.rows.get_mut(place));
        if let Some((row, tally)) = row.zip(transfers.own.get_mut(account)) {
            row.transfer = true;
            row.income = false;
            tally.case(&[row.input], &[row.amount_minor], row.date, row.date);
        }
    }
    for (account, place) in possible {
        let row = accounts.get(account).and_then(|account| account.rows.get(place));
        if let Some((row, tally)) = row.zip(transfers.possible.get_mut(account)) {
            tally.case(&[row.input], &[row.amount_minor], row.date, row.date);
        }
    }
    transfers
}

/// Returns the places of legs that are paired, the nearest first, in the order of the accounts, without payments of a debt.
fn pairs(credits: &mut ByDay, debits: &mut ByDay, agree: &dyn Fn(&Leg, &Leg) -> bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for days in 0..=LEGS_WITHIN_DAYS {
        for (&(currency, amount, date), ones) in &mut *credits {
            for step in [days, -days] {
                let Ok(day) = date.add_days(step) else { continue };
                if let Some(others) = debits.get_mut(&(currency, amount, day)) {
                    pair(ones, others, agree, &mut found);
                }
            }
        }
    }
    found.sort_unstable();
    found
}

/// Returns the rows of one sign that may be legs, by currency, amount above zero and day.
fn legs(
    accounts: &[AccountLedger],
    (uploads, covers): (&[Uploads<'_>], &[Cover]),
    sign: impl Fn(i64) -> bool,
) -> ByDay {
    let mut legs: ByDay = BTreeMap::new();
    for (account, (ledger, (uploads, cover))) in accounts.iter().zip(uploads.iter().zip(covers)).enumerate() {
        for (place, row) in ledger.rows.iter().enumerate() {
            let Some(transaction) = uploads.transaction(row.input) else { continue };
            let is_open = transaction.category.as_deref().is_none_or(|it| texts::names(it, OWN_TRANSFER));
            let is_isolated = cover.stretch.is_some_and(|first| row.date < first);
            // A credit in doubt is out of the cautious reading, so that it takes no debit out of the spending.
            let is_disputed = row.disputed && !is_isolated;
            let may_be = row.amount_minor < 0 || !is_disputed;
            if is_open && may_be && sign(row.amount_minor) {
                let text = TransferText::of(texts::text(transaction));
                let what = (ledger.currency, row.amount_minor.saturating_abs(), row.date);
                legs.entry(what).or_default().push(Leg {
                    account,
                    place,
                    text,
                    is_marked: transaction.category.is_some(),
                    repays: row.amount_minor > 0 && ledger.kind.is_owed(),
                    is_disputed,
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

/// Pairs legs of two days that agree, each with the first of at most [`COMPARED_MAX`] that are left.
fn pair(
    ones: &mut Vec<Leg>,
    others: &mut Vec<Leg>,
    agree: &dyn Fn(&Leg, &Leg) -> bool,
    found: &mut Vec<(usize, usize)>,
) {
    let mut later = others.iter_mut();
    let mut left: Vec<&mut Leg> = later.by_ref().take(COMPARED_MAX).collect();
    for one in ones.iter_mut() {
        if left.is_empty() {
            break;
        }
        if let Some(at) = left.iter().position(|other| other.account != one.account && agree(one, other)) {
            let other = left.remove(at);
            left.extend(later.next());
            one.taken = true;
            other.taken = true;
            if !one.repays && !other.repays {
                found.extend([(one.account, one.place), (other.account, other.place)]);
            }
        }
    }
    ones.retain(|leg| !leg.taken);
    others.retain(|leg| !leg.taken);
}
