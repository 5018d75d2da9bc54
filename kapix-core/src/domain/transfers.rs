//! Transfers between accounts of one applicant: both legs are in the request.

use super::account::AccountKind;
use super::cases::Tally;
use super::cover::Cover;
use super::finding::FindingKind;
use super::ledger::{AccountLedger, Row};
use super::texts::{self, TransferText};
use super::uploads::Uploads;
use crate::money::Currency;
use crate::time::Date;
use std::collections::{BTreeMap, VecDeque};

/// Days between the legs of a transfer at most.
const LEGS_WITHIN_DAYS: i32 = 3;

/// Days from a purchase by a card to the payment that may be for it at most: a month of purchases and another to pay them.
const BOUGHT_WITHIN_DAYS: i32 = 62;

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
    /// A credit that may be the payment of a card, or a debit whose text names a card.
    of_card: bool,
    /// Whether it took effect is in doubt.
    is_disputed: bool,
    taken: bool,
}

/// The place of a row: its account, and the row there.
type Place = (usize, usize);

/// A credit and the debit that it is paired with.
type Pair = (Place, Place);

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
/// A payment into a loan account is no leg, and spent: a debt that is told must not make it smaller. One into a card account
/// is a leg as far as purchases by the card, which are spent, reach it. What is left without doubt is paired once more,
/// whatever the texts say.
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
    let sure = pairs(&|one, other| is_sure(one, other) && agree(one, other));
    let doubtful = pairs(&agree);
    let possible = pairs(&is_sure);
    let is_debt = |((account, _), _): &Pair| accounts.get(*account).is_some_and(|it| it.kind.is_owed());
    let (payments, sure): (Vec<Pair>, Vec<Pair>) = sure.into_iter().partition(is_debt);
    let of_debts = |pairs: Vec<Pair>| pairs.into_iter().filter(|pair| !is_debt(pair)).collect::<Vec<Pair>>();
    let (doubtful, possible) = (places(of_debts(doubtful)), places(of_debts(possible)));
    let mut own = places(sure);
    own.extend(doubtful);
    for (account, place) in &own {
        if let Some(row) = accounts.get_mut(*account).and_then(|account| account.rows.get_mut(*place)) {
            row.transfer = true;
            row.income = false;
        }
    }
    let paid = places(paid_purchases(accounts, payments));
    for (account, place) in &paid {
        if let Some(row) = accounts.get_mut(*account).and_then(|account| account.rows.get_mut(*place)) {
            row.transfer = true;
        }
    }
    own.extend(paid);
    own.sort_unstable();
    for (account, place) in own {
        let row = accounts.get(account).and_then(|account| account.rows.get(place));
        if let Some((row, tally)) = row.zip(transfers.own.get_mut(account)) {
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

/// Returns the payments into card accounts that purchases by the card reach: those of the two months until then that no earlier
/// payment has used up. So what a card bought counts once, when it was bought, and a payment for what is not told stays spent.
fn paid_purchases(accounts: &[AccountLedger], mut payments: Vec<Pair>) -> Vec<Pair> {
    let row = |(account, place): Place| accounts.get(account).and_then(|account| account.rows.get(place));
    let day = |(credit, debit): &Pair| row(*credit).map(|row| row.date).max(row(*debit).map(|row| row.date));
    payments
        .retain(|((account, _), _)| accounts.get(*account).is_some_and(|it| it.kind == AccountKind::Card));
    payments.sort_by_key(|pair| (pair.0.0, day(pair), *pair));
    let mut paid = Vec::new();
    for of_card in payments.chunk_by(|a, b| a.0.0 == b.0.0) {
        let Some(card) = of_card.first().and_then(|((account, _), _)| accounts.get(*account)) else {
            continue;
        };
        let is_purchase = |row: &&Row| row.amount_minor < 0 && !row.transfer && !row.disputed;
        let mut later = card.rows.iter().filter(is_purchase).peekable();
        // Purchases that no payment has used up, the oldest first; their sum is within 2^53.
        let mut bought: VecDeque<(Date, i64)> = VecDeque::new();
        let mut left_minor = 0_i64;
        for pair in of_card {
            let Some(day) = day(pair) else { continue };
            while let Some(row) = later.next_if(|row| row.date <= day) {
                bought.push_back((row.date, row.amount_minor.saturating_neg()));
                left_minor = left_minor.saturating_sub(row.amount_minor);
            }
            while let Some((_, old)) =
                bought.front().filter(|(date, _)| day.days_since(*date) > BOUGHT_WITHIN_DAYS)
            {
                left_minor = left_minor.saturating_sub(*old);
                bought.pop_front();
            }
            let mut amount = row(pair.0).map_or(i64::MAX, |credit| credit.amount_minor);
            if amount > left_minor {
                continue;
            }
            left_minor = left_minor.saturating_sub(amount);
            paid.push(*pair);
            while let Some((_, left)) = bought.front_mut().filter(|_| amount > 0) {
                let used = amount.min(*left);
                (*left, amount) = (*left - used, amount - used);
                if *left == 0 {
                    bought.pop_front();
                }
            }
        }
    }
    paid
}

/// Returns the rows of pairs.
fn places(pairs: Vec<Pair>) -> Vec<Place> {
    let mut places: Vec<Place> = pairs.into_iter().flat_map(|(credit, debit)| [credit, debit]).collect();
    places.sort_unstable();
    places
}

/// Returns the credits and debits that are paired, the nearest first.
fn pairs(credits: &mut ByDay, debits: &mut ByDay, agree: &dyn Fn(&Leg, &Leg) -> bool) -> Vec<Pair> {
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
    found
}

/// Returns the rows of one sign that may be legs, by currency, amount above zero and day.
fn legs(
    accounts: &[AccountLedger],
    (uploads, covers): (&[Uploads<'_>], &[Cover]),
    sign: impl Fn(i64) -> bool,
) -> ByDay {
    let mut legs: ByDay = BTreeMap::new();
    let has_card = accounts.iter().any(|ledger| ledger.kind == AccountKind::Card);
    for (account, (ledger, (uploads, cover))) in accounts.iter().zip(uploads.iter().zip(covers)).enumerate() {
        for (place, row) in ledger.rows.iter().enumerate() {
            let Some(transaction) = uploads.transaction(row.input) else { continue };
            let is_open = transaction.category.as_deref().is_none_or(|it| texts::names(it, OWN_TRANSFER));
            let is_isolated = cover.stretch.is_some_and(|first| row.date < first);
            // A credit in doubt is out of the cautious reading, so that it takes no debit out of the spending.
            let is_disputed = row.disputed && !is_isolated;
            let may_be = row.amount_minor < 0 || !is_disputed;
            if is_open && may_be && sign(row.amount_minor) {
                let said = texts::text(transaction);
                let text = TransferText::of(said);
                let pays_card = || text == TransferText::Empty || texts::names_payment(said);
                let of_card = if row.amount_minor > 0 {
                    ledger.kind == AccountKind::Card && pays_card()
                } else {
                    has_card && texts::names_card(said)
                };
                let what = (ledger.currency, row.amount_minor.saturating_abs(), row.date);
                legs.entry(what).or_default().push(Leg {
                    account,
                    place,
                    text,
                    is_marked: transaction.category.is_some(),
                    of_card,
                    is_disputed,
                    taken: false,
                });
            }
        }
    }
    legs
}

/// Returns whether two legs may be one transfer: their texts agree, or the caller's category marks one of them, or the credit
/// may be the payment of a card that the debit names.
fn agree(one: &Leg, other: &Leg) -> bool {
    one.is_marked || other.is_marked || one.of_card && other.of_card || one.text.agrees(&other.text)
}

/// Pairs legs of two days that agree, each with the first of at most [`COMPARED_MAX`] that are left.
fn pair(
    ones: &mut Vec<Leg>,
    others: &mut Vec<Leg>,
    agree: &dyn Fn(&Leg, &Leg) -> bool,
    found: &mut Vec<Pair>,
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
            found.push(((one.account, one.place), (other.account, other.place)));
        }
    }
    ones.retain(|leg| !leg.taken);
    others.retain(|leg| !leg.taken);
}
