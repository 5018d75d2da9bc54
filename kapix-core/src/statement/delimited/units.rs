//! Units of amounts, in the names of columns of money, in lines beside the rows and in a column of units: marks of several
//! currencies, minor units, thousands. Amounts are read in units of the currency, so that any other unit is refused.

use super::amounts::{self, Mark};
use super::cut::{AMOUNTS, Cut};
use super::layout::Layout;
use super::place;
use super::preamble::name_and_value;
use super::records::Record;
use super::words::{self, folded};
use crate::error::{Cause, Error, Result};
use crate::statement::profile::ColumnRole;

/// Words of minor units, folded.
const MINOR: &[&str] = &[
    "cent",
    "cents",
    "cts",
    "centavo",
    "centavos",
    "centime",
    "centimes",
    "centimos",
    "centesimi",
    "fils",
    "groszy",
    "halala",
    "halalas",
    "hundredths",
    "kobo",
    "millimes",
    "minor",
    "ngwee",
    "paisa",
    "paise",
    "pence",
    "pennies",
    "pesewa",
    "pesewas",
    "rappen",
    "sen",
    "senti",
    "subunit",
    "subunits",
    "tambala",
    "thebe",
];
/// Words of multiples, folded.
const SCALED: &[&str] = &[
    "000",
    "000s",
    "1000",
    "1000s",
    "bn",
    "billion",
    "billions",
    "crore",
    "crores",
    "hundreds",
    "keur",
    "kusd",
    "lac",
    "lacs",
    "lakh",
    "lakhs",
    "maelfu",
    "meur",
    "milhares",
    "milhoes",
    "miles",
    "mille",
    "milliers",
    "million",
    "millionen",
    "millions",
    "millones",
    "mio",
    "mn",
    "mrd",
    "tausend",
    "tausender",
    "teur",
    "thousand",
    "thousands",
    "tsd",
    "x1000",
];
/// What exchanges write for pence: `GBP` are pounds.
pub(super) const PENCE: &str = "GBp";
/// Words beside a unit.
const BESIDE: &[&str] = &["in", "of", "units", "unit", "en", "em", "x"];
/// Words before a unit in a line; and what is in it.
const BEFORE: &[&str] = &["in", "en", "em", "x", "are", "is", "as", "sind", "sont"];
const SUBJECTS: &[&str] = &[
    "amount", "amounts", "betrage", "betraege", "figure", "figures", "importes", "kiasi", "money",
    "montants", "montos", "unit", "units", "valeurs", "valores", "value", "values", "werte",
];
/// Names of lines whose value is a unit.
const NAMES: &[&str] = &[
    "amount unit",
    "amount units",
    "currency unit",
    "denomination",
    "einheit",
    "factor",
    "multiplier",
    "scale",
    "unidad",
    "unidade",
    "unit",
    "unit of amounts",
    "unite",
    "units",
];

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
    let is_pence = has_pence(name).then_some(Unit::Minor);
    let unit = is_pence.or_else(|| words.iter().skip(1).find_map(|word| unit(word)))?;
    let rest: Vec<&str> = words.into_iter().filter(|word| !is_beside(word)).collect();
    let (column, _) = words::column(&rest.join(" "))?;
    let is_money =
        matches!(column, ColumnRole::Amount | ColumnRole::Balance | ColumnRole::Credit | ColumnRole::Debit);
    is_money.then_some((unit, column))
}

fn unit(word: &str) -> Option<Unit> {
    let is_minor = MINOR.contains(&word);
    (is_minor || SCALED.contains(&word)).then_some(if is_minor { Unit::Minor } else { Unit::Scaled })
}

/// Returns whether a text has the code of pence beside that of pounds.
fn has_pence(text: &str) -> bool {
    text.split(|char: char| !char.is_alphabetic()).any(|word| word == PENCE)
}

/// Returns whether a word is a unit, or stands beside one.
fn is_beside(word: &str) -> bool {
    unit(word).is_some() || BESIDE.contains(&word) || amounts::currency_of_cell(word).is_ok()
}

/// Returns the unit that is all of a value, as that of `cents` and `KES '000`.
pub(super) fn of_value(text: &str) -> Option<Unit> {
    if text == PENCE {
        return Some(Unit::Minor);
    }
    let folded = folded(text);
    let has_letters = text.chars().any(|char| !char.is_ascii_digit());
    let is_unit = has_letters && folded.split(' ').all(is_beside);
    folded.split(' ').find_map(unit).filter(|_| is_unit)
}

/// Returns the unit that a line says amounts are in, as `Amounts in thousands of KES`, `Unit,cents` and `KES '000`.
pub(super) fn of_line(record: Record<'_>) -> Option<Unit> {
    if let Some((name, value)) = name_and_value(record)
        && NAMES.contains(&&*words::name(name))
    {
        return ungrouped(value).split(' ').find_map(unit);
    }
    let cells: Vec<&str> = record.cells().filter(|cell| !cell.is_empty()).collect();
    let line = cells.join(" ");
    if has_pence(&line) {
        return Some(Unit::Minor);
    }
    let text = ungrouped(&line);
    let words: Vec<&str> = text.split(' ').collect();
    let is_of_amounts = words.iter().any(|word| SUBJECTS.contains(word));
    let of = |at: usize, word: &str| {
        let unit = unit(word)?;
        let behind = words.get(at + 1).copied().unwrap_or_default();
        let before = |by: usize| at.checked_sub(by).and_then(|at| words.get(at)).copied().unwrap_or_default();
        let is_in = |by: usize| BEFORE.contains(&before(by)) || SUBJECTS.contains(&before(by));
        let is_of_currency = amounts::currency_of_cell(before(1)).is_ok();
        let is_said = is_in(1) || is_of_currency || (is_in(2) && is_of_amounts && unit == Unit::Minor);
        let is_of = matches!(behind, "of" | "de" | "d");
        let says = match word {
            // `Account 000 123` is a number.
            _ if word.starts_with('0') => is_said && behind.is_empty(),
            "1000" => is_said && is_of_amounts,
            "minor" => is_said && BESIDE.contains(&behind),
            _ => is_said || is_of,
        };
        says.then_some(unit)
    };
    words.iter().enumerate().find_map(|(at, word)| of(at, word)).or_else(|| of_value(&line))
}

/// Returns a text folded, with `1,000` as one word.
fn ungrouped(text: &str) -> String {
    folded(&text.replace("1,000", "1000").replace("1.000", "1000"))
}

impl Layout {
    /// Refuses a line, or a value of a row, that says that the amounts are in another unit than that of the currency.
    pub(super) fn refuse_unit(&self, line: u64, unit: Option<Unit>) -> Result<()> {
        let is_minor = self.places.has(ColumnRole::AmountMinor) && !self.places.has(ColumnRole::Balance);
        let message = match unit {
            None => return Ok(()),
            Some(Unit::Minor) if is_minor => return Ok(()),
            Some(Unit::Minor) => {
                "the line says that amounts are in minor units: state their column as `amount_minor`, where a credit is above \
                 zero, and that of balances as `balance_minor` in `profile.columns`; else give them in units of the currency, \
                 without this line"
            }
            Some(Unit::Scaled) => {
                "the line says that amounts are in thousands or millions, which is not read: give them in units of the currency, \
                 without this line"
            }
        };
        Err(place(Cause::StatementForm, line, None, message))
    }

    /// Refuses a row without a day that says so: a line at the foot, or a row of units under the header.
    pub(super) fn refuse_units(&self, record: &Cut<'_>) -> Result<()> {
        let mut money = self.places.used().filter(|(column, _)| AMOUNTS.contains(column));
        let of_column = money.find_map(|(_, at)| of_value(record.cell(at)));
        // Behind an empty value the text of a row may go on.
        let first = record.cells().find(|cell| !cell.is_empty()).map(folded).unwrap_or_default();
        let first = first.split(' ').next().unwrap_or_default();
        let is_line = record.cells().next().is_some_and(|cell| !cell.is_empty())
            || first == "all"
            || SUBJECTS.contains(&first);
        self.refuse_unit(record.line, of_column.or_else(|| of_line(**record).filter(|_| is_line)))
    }
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
