//! Two columns of amounts: which of them moved the account. Balances decide; without them the request must.

use super::fees;
use super::layout::{Layout, Places};
use super::words;
use crate::error::{Cause, Error, Result};
use crate::statement::profile::ColumnRole;
use crate::statement::reading::ColumnReading;

/// Words of a column of amounts.
const AMOUNTS: &[&str] =
    &["amount", "amt", "equivalent", "equiv", "betrag", "montant", "importe", "valor", "value"];
/// Words beside them of an amount that may be the one that moved the account.
const BESIDE: &[&str] = &[
    "account",
    "acct",
    "after",
    "base",
    "billed",
    "billing",
    "booked",
    "card",
    "cleared",
    "charges",
    "converted",
    "credited",
    "currency",
    "domestic",
    "fee",
    "fees",
    "final",
    "gross",
    "home",
    "in",
    "lcy",
    "ledger",
    "local",
    "net",
    "paid",
    "payment",
    "posted",
    "posting",
    "received",
    "settled",
    "settlement",
    "the",
    "tran",
    "trans",
    "transaction",
    "transfer",
    "trx",
    "txn",
];
/// Names of an amount by one word, beside another one; and beside one and a fee.
const ALONE: &[&str] = &[
    "gross",
    "net",
    "net settlement",
    "payout",
    "payout amount",
    "net payout",
    "net total",
    "settlement",
    "proceeds",
];
const WITH_FEE: &[&str] = &["total", "total amount", "amount total"];
/// Names of an amount that is that of the account, whatever stands beside: so many names of `amount` come first.
const SURE: usize = 4;

/// What a layout gave.
pub(super) struct Tried {
    pub(super) read: ColumnReading,
    /// Whether the balances show that the amounts are right.
    pub(super) is_proved: bool,
    /// Whether another column holds other amounts.
    pub(super) has_rivals: bool,
}

/// Returns the places of columns that may hold the amounts in place of the one that is read.
pub(super) fn of(header: &[String], places: &Places, is_stated: bool) -> Vec<usize> {
    let own = places.of(ColumnRole::Amount).and_then(|at| header.get(at));
    let Some(own) = own.filter(|_| places.has_one_amount() && !is_stated) else { return Vec::new() };
    if words::column(&words::name(own)).is_some_and(|(_, rank)| rank < SURE) {
        return Vec::new();
    }
    let is_used = |at: usize| places.used().any(|(_, place)| place == at);
    let rest = header.iter().enumerate().filter(|(at, _)| !is_used(*at));
    let has_fee = header.iter().any(|name| fees::is_name(name));
    let is_rival = |name: &str| {
        let name = words::name(name);
        is_amount(&name) || ALONE.contains(&&*name) || (has_fee && WITH_FEE.contains(&&*name))
    };
    rest.filter(|(_, name)| !fees::is_name(name) && is_rival(name)).map(|(at, _)| at).collect()
}

fn is_amount(name: &str) -> bool {
    let is_beside = |word: &str| {
        BESIDE.contains(&word) || super::amounts::currency_of_cell(word).is_ok() || AMOUNTS.contains(&word)
    };
    // A currency alone names one too.
    let has_amount = name.split(' ').any(|word| AMOUNTS.contains(&word)) || !name.contains(' ');
    has_amount && name.split(' ').all(is_beside) && !BESIDE.contains(&name)
}

/// Reads by the layout, or by one of the other columns where only its amounts are those of the balances.
pub(super) fn decide(layout: Layout, read: impl Fn(Layout) -> Result<Tried>) -> Result<ColumnReading> {
    let own = layout.places.of(ColumnRole::Amount).filter(|_| !layout.rivals.is_empty());
    let Some(own) = own else { return read(layout).map(|it| it.read) };
    let first = read(layout.clone());
    if first.as_ref().is_ok_and(|it| it.is_proved || !it.has_rivals) {
        return first.map(|it| it.read);
    }
    for rival in &layout.rivals {
        let mut other = layout.clone();
        other.places.set(ColumnRole::Amount, Some(*rival));
        other.rivals.iter_mut().filter(|at| *at == rival).for_each(|at| *at = own);
        if let Some(tried) = read(other).ok().filter(|it| it.is_proved) {
            return Ok(tried.read);
        }
    }
    first?;
    let names: Vec<String> = [own].iter().chain(&layout.rivals).map(|at| layout.name(*at)).collect();
    let message = format!(
        "the columns `{}` hold different amounts, and no balances show which moved the account; state the one in the currency \
         of the account as `amount` in `profile.columns`",
        names.join("`, `")
    );
    Err(Error::new(Cause::StatementUnstated, message).at("/profile/columns/amount"))
}
