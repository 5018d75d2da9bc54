//! Columns that other columns of a header make something else than their names say alone.

use super::amounts;
use super::layout::Places;
use super::records::Records;
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

/// Rows that are looked through for a value of a column.
const SEEN_MAX: usize = 1_000;

/// How the name of a column of amounts in a currency begins.
const AMOUNT_IN: &str = "amount in ";

/// Returns the names of a header without those of columns that hold no value, where another one for the same use does; `None` where
/// all names stay.
pub(super) fn without_empty(
    header: &[String],
    mut records: Records<'_>,
    stated: &BTreeMap<ColumnRole, String>,
) -> Option<Vec<String>> {
    let names: Vec<String> = header.iter().map(|name| words::name(name)).collect();
    let is_stated = |name: &String| stated.values().any(|own| words::name(own) == *name);
    let uses: Vec<Option<ColumnRole>> = names
        .iter()
        .map(|name| words::column(name).map(|(column, _)| column).filter(|_| !is_stated(name)))
        .collect();
    let is_again = |at: usize, own: ColumnRole| uses.iter().take(at).any(|other| *other == Some(own));
    if !uses.iter().enumerate().any(|(at, own)| own.is_some_and(|own| is_again(at, own))) {
        return None;
    }
    let mut is_filled = vec![false; header.len()];
    for _ in 0..SEEN_MAX {
        let Some(record) = records.next() else { break };
        for (filled, cell) in is_filled.iter_mut().zip(record.cells()) {
            *filled |= !amounts::is_empty(cell);
        }
    }
    let has_other =
        |own: ColumnRole| uses.iter().zip(&is_filled).any(|(other, filled)| *filled && *other == Some(own));
    let is_out = |at: usize| {
        let own = uses.get(at).copied().flatten();
        is_filled.get(at) == Some(&false) && own.is_some_and(has_other)
    };
    if !(0..header.len()).any(is_out) {
        return None;
    }
    let kept =
        header.iter().enumerate().map(|(at, name)| if is_out(at) { String::new() } else { name.clone() });
    Some(kept.collect())
}

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
