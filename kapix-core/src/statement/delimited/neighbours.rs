//! Columns that other columns of a header make something else than their names say alone.

use super::layout::Places;
use super::words;
use crate::statement::profile::ColumnRole;
use std::collections::BTreeMap;

/// Names of a column of accounts that may be those of the other side.
const NUMBERS: &[&str] = &[
    "account no",
    "account number",
    "acc no",
    "acct no",
    "a c no",
    "iban",
    "konto",
    "kontonummer",
    "numero de compte",
    "numero de cuenta",
    "nambari ya akaunti",
];

/// How the name of a column of amounts in a currency begins.
const AMOUNT_IN: &str = "amount in ";

/// A number of an account behind the column of the other side is that of the other side.
pub(super) fn leave_account_of_other(
    names: &[String],
    stated: &BTreeMap<ColumnRole, String>,
    places: &mut Places,
) {
    let is_other = |name: &String| matches!(words::column(name), Some((ColumnRole::Counterparty, _)));
    let other = names.iter().position(is_other).or(places.of(ColumnRole::Counterparty));
    if let (Some(account), Some(other)) = (places.of(ColumnRole::Account), other)
        && other < account
        && !stated.contains_key(&ColumnRole::Account)
        && names.get(account).is_some_and(|name| NUMBERS.contains(&&**name))
    {
        places.set(ColumnRole::Account, None);
    }
}

/// `Amount in KES` is an amount, not money in, where no column is of money out.
pub(super) fn take_amount_in(names: &[String], stated: &BTreeMap<ColumnRole, String>, places: &mut Places) {
    let Some(at) = places.of(ColumnRole::Credit) else { return };
    let is_amount = names.get(at).is_some_and(|name| name.starts_with(AMOUNT_IN));
    if !is_amount || places.has(ColumnRole::Debit) || stated.contains_key(&ColumnRole::Credit) {
        return;
    }
    places.set(ColumnRole::Credit, None);
    if !places.has(ColumnRole::Amount) {
        places.set(ColumnRole::Amount, Some(at));
    }
}

/// Returns the surest column of days beside the one that is read.
pub(super) fn day_beside(names: &[String], places: &Places) -> Option<usize> {
    let own = places.of(ColumnRole::At)?;
    let days = names.iter().enumerate().filter(|(at, _)| *at != own);
    let days = days.filter_map(|(at, name)| match words::column(name)? {
        (ColumnRole::At, rank) => Some((rank, at)),
        _ => None,
    });
    days.min().map(|(_, at)| at)
}
