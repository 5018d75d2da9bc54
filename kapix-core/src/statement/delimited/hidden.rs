//! Rows of money that are written as none: all in one value, before the header, or inside a quote that opens in one row and
//! closes in another.

use super::amounts::{self, Evidence};
use super::dates::{self, Day};
use super::records::Record;
use super::words::{self, folded};
use crate::statement::profile::DateOrder;
use core::ops::RangeInclusive;

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
    "fee",
    "fees",
    "charge",
    "charges",
    "minimum",
    "maximum",
    "available",
    "opening",
    "closing",
    "points",
    "vat",
    "tax",
    "apr",
    "apy",
    "insured",
    "exchange",
    "kurs",
    "cours",
    "cambio",
    "page",
    "version",
    "due",
    "average",
    "count",
    "number",
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
    /// So it does, and holds nothing else.
    Memo,
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
        && (record.cells().any(is_two_rows)
            || record
                .cells()
                .flat_map(|cell| cell.lines().skip(1))
                .any(|line| held([line].into_iter()).is_some()))
}

/// Returns whether a value begins in one row and ends in another: an amount behind a separator in its first line, and a day before
/// one in its last.
fn is_two_rows(cell: &str) -> bool {
    let mut lines = cell.lines();
    let (Some(first), Some(last)) = (lines.next(), lines.next_back()) else { return false };
    let has_amount = first.split(MARKS).skip(1).any(|piece| money(piece.trim()).is_some());
    has_amount && last.contains(MARKS) && last.split(MARKS).any(|piece| is_day(piece.trim()))
}

fn held<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Holds> {
    let (mut pieces, mut day, mut amount, mut exact, mut named) = (0_usize, None, false, false, false);
    let (mut is_labelled, mut has_text) = (false, false);
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
            let between = rest.rsplit_once(char::is_whitespace).map_or("", |(between, _)| between);
            has_text |= !between.is_empty() && amounts::currency_named(between).is_none();
        } else {
            has_text = true;
            is_labelled |= words::whole_label(piece).is_some();
            named |= folded(piece).split(' ').any(|word| NAMES.contains(&word));
        }
        pieces += 1;
    }
    match (day?, amount) {
        (_, false) => None,
        _ if is_labelled => None,
        (0, true) => Some(if has_text { Holds::Row } else { Holds::Memo }),
        _ => (exact && !named).then_some(Holds::Money),
    }
}

/// Words before a day.
const BEFORE_DAYS: &[&str] =
    &["on", "at", "dated", "value", "val", "the", "le", "el", "em", "am", "den", "tarehe"];
/// Words of the longest value that may name a row: a longer one is a sentence.
const WORDS_MAX: usize = 6;
/// Digits of an amount without decimals and a sign that counts beside a day, or alone in a value.
const DIGITS: RangeInclusive<usize> = 3..=9;
/// Words before numbers that are no amounts.
const NUMBERED: &[&str] = &[
    "ref",
    "reference",
    "branch",
    "code",
    "tel",
    "telephone",
    "phone",
    "contact",
    "call",
    "fax",
    "id",
    "box",
    "no",
    "nr",
    "pin",
    "bic",
    "swift",
    "sort",
    "bank",
    "teller",
    "serial",
    "pages",
    "statement",
    "period",
    "printed",
    "rows",
    "records",
    "results",
    "items",
    "entries",
    "transactions",
    "customer",
    "client",
    "account",
    "card",
    "iban",
    "year",
    "form",
    "copyright",
];

/// Returns whether a record without a day in its column may be a row: words, and an amount with a sign or decimals, or one that
/// stands alone; or a day among words, and any amount.
pub(super) fn may_be_row(record: Record<'_>) -> bool {
    let (mut is_named, mut has_day, mut exact, mut alone, mut plain) = (false, false, false, false, false);
    for cell in record.cells().filter(|cell| !cell.is_empty()) {
        if cell.split_whitespace().count() > WORDS_MAX {
            return false;
        }
        let has_letters = cell.chars().any(char::is_alphabetic);
        for piece in cell.split(|char| has_letters && MARKS.contains(&char)).filter(|piece| !piece.is_empty())
        {
            let (text, amount) = match amount_beside(piece.trim()) {
                Some((text, is_exact)) => (text, Some(is_exact)),
                None => (piece.trim(), None),
            };
            exact |= amount == Some(true);
            let digits = piece.bytes().filter(u8::is_ascii_digit).count();
            plain |= amount.is_some() && DIGITS.contains(&digits);
            alone |= amount.is_some() && text.is_empty() && is_count(cell);
            if is_day_among_words(text) {
                has_day = true;
                continue;
            }
            let text = folded(text);
            let is_other = |word: &str| NAMES.contains(&word) || NUMBERED.contains(&word);
            if text.split(' ').any(is_other) || words::whole_label(&text).is_some() {
                return false;
            }
            is_named |= !is_rate(&text) && text.chars().any(char::is_alphabetic);
        }
    }
    is_named && (exact || alone || has_day && plain)
}

/// Returns whether a folded text is a currency and a number, as that of `USD 12.50 @ 129.00` before its rate.
fn is_rate(text: &str) -> bool {
    let is_part = |word: &str| {
        word == "x" || word.bytes().all(|it| it.is_ascii_digit()) || amounts::currency_of_cell(word).is_ok()
    };
    text.bytes().any(|it| it.is_ascii_digit()) && text.split(' ').all(is_part)
}

/// Returns whether a value is a number as an amount may be: no number of a telephone, and no year.
fn is_count(cell: &str) -> bool {
    let is_year = cell.len() == 4 && (cell.starts_with("19") || cell.starts_with("20"));
    DIGITS.contains(&cell.len()) && !cell.starts_with('0') && !is_year
}

/// Returns the words before the amount at the end of a value, or behind the one at its beginning, and whether the amount has a
/// sign or decimals.
fn amount_beside(cell: &str) -> Option<(&str, bool)> {
    let starts = cell.char_indices().filter(|(_, char)| char.is_whitespace()).map(|(at, _)| at);
    // The longest amount: `KES 4500.00 DR` before `DR`.
    let starts = [0].into_iter().chain(starts);
    let mut ends = starts.filter_map(|at| cell.split_at_checked(at));
    let behind = ends.find_map(|(words, amount)| Some((words.trim(), money(amount.trim())?)));
    behind.or_else(|| {
        let (amount, words) = cell.split_once(char::is_whitespace)?;
        let has_two_decimals = amount.rsplit(['.', ',']).next().is_some_and(|it| it.len() == 2);
        money(amount).filter(|is_exact| *is_exact && has_two_decimals).map(|is_exact| (words, is_exact))
    })
}

/// Returns whether a value is a day behind words such as `on`, or one without a year, as `2 June`.
fn is_day_among_words(text: &str) -> bool {
    let is_before = |word: &str| BEFORE_DAYS.contains(&word.to_ascii_lowercase().as_str());
    let mut rest = text.trim();
    while let Some((_, behind)) = rest.split_once(' ').filter(|(word, _)| is_before(word)) {
        rest = behind.trim_start();
    }
    !rest.is_empty() && (is_day(rest) || is_day(&format!("{rest} 2024")))
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
