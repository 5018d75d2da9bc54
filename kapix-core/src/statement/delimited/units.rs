//! Units in the names of columns of money: marks of several currencies, minor units, thousands. Amounts are read in units of the
//! currency, so that any other unit is refused.

use super::amounts::{self, Mark};
use super::hidden::SCALES;
use super::place;
use super::words::{self, folded};
use crate::error::{Cause, Error};
use crate::statement::profile::ColumnRole;

/// Words of minor units, folded.
const MINOR: &[&str] = &[
    "cent", "cents", "centime", "centimes", "centavo", "centavos", "kobo", "minor", "paisa", "paise",
    "pence", "pesewa", "pesewas", "senti", "subunit", "subunits",
];
/// Words of multiples in names of columns, beside those of lines.
const MULTIPLES: &[&str] =
    &["x1000", "1000", "1000s", "bn", "billion", "billions", "crore", "crores", "lakh", "lakhs"];
/// Words beside a unit.
const BESIDE: &[&str] = &["in", "of", "units", "unit", "en", "em", "x"];

/// A unit of amounts that is not that of their currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Cents and their kin.
    Minor,
    /// Thousands or millions.
    Scaled,
}

/// Returns the unit in a name such as `Amount (cents)` or `Balance KES '000`, and what the name means without it.
pub(super) fn of(name: &str) -> Option<(Unit, ColumnRole)> {
    let text = folded(name);
    let words: Vec<&str> = text.split(' ').collect();
    let unit = words.iter().skip(1).find_map(|word| match *word {
        word if MINOR.contains(&word) => Some(Unit::Minor),
        word if SCALES.contains(&word) || MULTIPLES.contains(&word) => Some(Unit::Scaled),
        _ => None,
    })?;
    let is_beside = |word: &str| {
        MINOR.contains(&word)
            || SCALES.contains(&word)
            || MULTIPLES.contains(&word)
            || BESIDE.contains(&word)
            || amounts::currency_of_cell(word).is_ok()
    };
    let rest: Vec<&str> = words.into_iter().filter(|word| !is_beside(word)).collect();
    let (column, _) = words::column(&rest.join(" "))?;
    let is_money =
        matches!(column, ColumnRole::Amount | ColumnRole::Balance | ColumnRole::Credit | ColumnRole::Debit);
    is_money.then_some((unit, column))
}

/// Returns the error of a column of amounts in another unit than that of the currency.
#[cold]
pub(super) fn refused(line: u64, name: &str, (unit, column): (Unit, ColumnRole)) -> Error {
    let what = match (unit, column) {
        (Unit::Scaled, _) => {
            "thousands or millions, which is not read: give the amounts in units of the currency"
        }
        (Unit::Minor, ColumnRole::Amount) => {
            "minor units: state it as `amount_minor` in `profile.columns`, where a credit is above zero"
        }
        (Unit::Minor, ColumnRole::Balance) => "minor units: state it as `balance_minor` in `profile.columns`",
        (Unit::Minor, _) => {
            "minor units, which is read of one column alone, `amount_minor`: give debits and credits in units of the currency"
        }
    };
    place(
        Cause::StatementForm,
        line,
        Some(column),
        &format!("the name `{name}` says that the column is in {what}"),
    )
}

/// Returns the mark of several currencies that ends a name, as that of `Amount ($)`.
pub(super) fn mark_behind(name: &str) -> Option<&'static Mark> {
    amounts::mark_of_several(last_word(name)?)
}

/// Returns the mark that ends a name or begins it, as that of `$ Amount`.
pub(super) fn mark_in(name: &str) -> Option<&'static Mark> {
    mark_behind(name).or_else(|| amounts::mark_of_several(first_mark(name)?))
}

/// Returns the first word of a name where it is no word but a mark.
pub(super) fn first_mark(name: &str) -> Option<&str> {
    let first = name.split_whitespace().next()?.trim_matches(['(', ')', '[', ']']);
    (!first.chars().any(char::is_alphanumeric)).then_some(first)
}

/// Returns the last word of a name, or the mark in its place.
pub(super) fn last_word(name: &str) -> Option<&str> {
    let ends =
        |char: char| !char.is_alphanumeric() && !matches!(char, '€' | '₦' | '₵' | '₹' | '$' | '£' | '¥');
    name.trim_end_matches(ends).rsplit(ends).next()
}
