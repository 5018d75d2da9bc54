//! Rows of money that are written as none: all in one value, before the header, or inside a quote that opens in one row and
//! closes in another.

use super::amounts::{self, Evidence};
use super::dates::{self, Day};
use super::records::Record;
use super::words::{self, folded};
use crate::statement::profile::DateOrder;

/// Marks that separate values in another document, or in a row that was quoted again.
const MARKS: [char; 4] = [',', ';', '\t', '|'];
/// Words of lines that name a day and an amount and are no rows.
const NAMES: &[&str] = &[
    "balance",
    "saldo",
    "solde",
    "kontostand",
    "salio",
    "total",
    "totals",
    "summe",
    "limit",
    "overdraft",
    "interest",
    "rate",
    "fees",
    "charges",
    "minimum",
    "taux",
    "zins",
    "plafond",
    "limite",
];

/// What a line holds that became no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// It begins with a day, and an amount follows: a row in another form.
    Row,
    /// It names a day and an amount that has a sign or decimals.
    Money,
}

/// Returns what a record holds that became no row.
pub(super) fn of(record: Record<'_>) -> Option<Holds> {
    held(record.cells())
}

/// Returns whether a value of several lines has one that is a row by itself.
pub(super) fn is_in_quotes(record: Record<'_>) -> bool {
    record.has_line_ends
        && record.cells().flat_map(|cell| cell.lines().skip(1)).any(|line| held([line].into_iter()).is_some())
}

fn held<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Holds> {
    let (mut pieces, mut day, mut amount, mut exact, mut named) = (0_usize, None, false, false, false);
    let mut is_labelled = false;
    for piece in texts.flat_map(|text| text.split(MARKS)) {
        let piece = piece.trim_matches(|char: char| char.is_whitespace() || matches!(char, '"' | '\'' | '='));
        if piece.is_empty() {
            continue;
        }
        if day.is_none() && is_day(piece) {
            day = Some(pieces);
        } else if let Some(is_exact) = money(piece) {
            amount = true;
            exact |= is_exact;
        } else if let (None, Some((first, rest))) = (day, piece.split_once(char::is_whitespace))
            && is_day(first)
            && money(rest.rsplit(char::is_whitespace).next().unwrap_or_default()) == Some(true)
        {
            (day, amount, exact) = (Some(pieces), true, true);
        } else {
            is_labelled |= words::whole_label(piece).is_some();
            named |= folded(piece).split(' ').any(|word| NAMES.contains(&word));
        }
        pieces += 1;
    }
    match (day?, amount) {
        (_, false) => None,
        _ if is_labelled => None,
        (0, true) => Some(Holds::Row),
        _ => (exact && !named).then_some(Holds::Money),
    }
}

fn is_day(text: &str) -> bool {
    let Some(stamp) = dates::cut(text) else { return false };
    let orders = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd];
    !matches!(stamp.day, Day::Seconds(_) | Day::Milliseconds(_))
        && orders.iter().any(|order| stamp.date(*order).is_some())
}

/// Returns whether an amount other than zero has a sign or decimals; `None` for what is no amount, or a day too.
fn money(text: &str) -> Option<bool> {
    let written = amounts::cut(text).filter(|it| !it.is_zero() && !is_day(text))?;
    Some(
        written.negative.is_some()
            || written.currency.is_some()
            || matches!(written.evidence(), Evidence::Decimal(_)),
    )
}

/// Words of amounts that stand for more than they are.
const SCALES: &[&str] = &[
    "thousand",
    "thousands",
    "million",
    "millions",
    "milliers",
    "mille",
    "tausend",
    "millionen",
    "mio",
    "milhares",
    "milhoes",
    "miles",
    "millones",
    "maelfu",
    "000",
    "000s",
    "mn",
];

/// Returns whether a line says that amounts are in thousands or millions, as `Amounts in thousands of KES` and `KES '000`.
pub(super) fn is_scaled(record: Record<'_>) -> bool {
    let mut cells = record.cells().filter(|cell| !cell.is_empty());
    let Some(first) = cells.next() else { return false };
    let text = folded(&cells.fold(first.to_owned(), |text, cell| text + " " + cell));
    let words: Vec<&str> = text.split(' ').collect();
    let ends = |at: usize| at + 1 == words.len();
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
        let is_in = matches!(before, "in" | "en" | "em" | "x")
            || matches!(before, "amount" | "amounts" | "figures" | "values" | "montants" | "betrage")
            || amounts::currency_of_cell(before).is_ok();
        let is_of = words.get(at + 1).is_some_and(|next| matches!(*next, "of" | "de" | "d"));
        // `Account 000 123` is a number.
        let is_number = word.starts_with('0') && !ends(at);
        SCALES.contains(word) && ((is_in && !is_number) || (is_of && !word.starts_with('0')))
    })
}
