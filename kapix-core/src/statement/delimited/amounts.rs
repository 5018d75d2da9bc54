//! Amounts as documents write them: marks of decimals and thousands, signs, brackets, DR and CR, marks of currencies.

use crate::error::{Cause, Error, Result};
use crate::money::{Currency, Money};
use crate::statement::profile::DecimalMark;

/// Bytes of an amount, as for decimal text.
const BYTES_MAX: usize = 64;

/// Marks that name a currency, and marks that many currencies share.
const CURRENCY_MARKS: &[(&str, Option<&str>)] = &[
    ("KSHS", Some("KES")),
    ("KSH", Some("KES")),
    ("USHS", Some("UGX")),
    ("USH", Some("UGX")),
    ("TSHS", Some("TZS")),
    ("TSH", Some("TZS")),
    ("GH₵", Some("GHS")),
    ("GHC", Some("GHS")),
    ("FCFA", None),
    ("CFA", None),
    ("SHS", None),
    ("SH", None),
    ("RS", None),
    ("R$", Some("BRL")),
    ("US$", Some("USD")),
    ("₦", Some("NGN")),
    ("N", None),
    ("₵", Some("GHS")),
    ("€", Some("EUR")),
    ("£", None),
    ("₹", Some("INR")),
    ("$", None),
    ("R", None),
    ("K", None),
    ("¥", None),
];

/// An amount cut into its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written<'c> {
    /// The sign that is written: a minus, brackets or DR; a plus or CR; or none.
    pub(super) negative: Option<bool>,
    /// Digits and the marks between them.
    pub(super) digits: &'c str,
    /// The currency whose code or mark stands beside.
    pub(super) currency: Option<Currency>,
}

/// What a mark in an amount shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// It has no mark that could be of decimals.
    Nothing,
    /// The decimal mark is known.
    Decimal(DecimalMark),
    /// One mark with three digits after it.
    Open,
}

/// Returns whether the value stands for no amount.
pub(super) fn is_empty(cell: &str) -> bool {
    matches!(cell, "" | "-" | "--" | "\u{2013}" | "\u{2014}")
}

/// Returns the parts of an amount; `None` where the value is none.
pub(super) fn cut(cell: &str) -> Option<Written<'_>> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    match cell.strip_prefix('-') {
        Some(digits) if plain(digits) => return written(Some(true), digits, None),
        None if plain(cell) => return written(None, cell, None),
        _ => {}
    }
    let (mut rest, mut negative, mut currency) = (cell, None, None);
    let mut set = |sign: bool| negative.replace(sign).is_none();
    if let Some(inner) = rest.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        rest = inner;
        set(true);
    }
    loop {
        rest = rest.trim();
        let (first, last) = (rest.chars().next()?, rest.chars().next_back()?);
        let (after, before) = (rest.strip_prefix(first)?, rest.strip_suffix(last)?);
        if first.is_ascii_digit() && last.is_ascii_digit() || first == '.' && last.is_ascii_digit() {
            return written(negative, rest, currency);
        }
        let sign = |char| match char {
            '-' | '\u{2212}' | '\u{2013}' => Some(true),
            '+' => Some(false),
            _ => None,
        };
        if let Some(sign) = sign(first) {
            rest = set(sign).then_some(after)?;
        } else if let Some(sign) = sign(last) {
            rest = set(sign).then_some(before)?;
        } else if let Some((left, own)) = without_mark(rest) {
            rest = left;
            currency = own.or(currency);
        } else {
            let word = rest.rsplit(|char: char| char.is_ascii_digit() || char == ' ').next()?;
            let sign = match word.trim_end_matches('.').to_ascii_uppercase().as_str() {
                "DR" | "D" | "DB" => true,
                "CR" | "C" => false,
                _ => return None,
            };
            rest = set(sign).then(|| rest.strip_suffix(word))??;
        }
    }
}

fn written(negative: Option<bool>, digits: &str, currency: Option<Currency>) -> Option<Written<'_>> {
    let is_amount = digits.len() <= BYTES_MAX
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.chars().all(|char| char.is_ascii_digit() || matches!(char, '.' | ',') || groups(char));
    is_amount.then_some(Written { negative, digits, currency })
}

/// Returns the text without the code or the mark of a currency at one of its ends, where a digit, a sign or a space is
/// next to it.
fn without_mark(text: &str) -> Option<(&str, Option<Currency>)> {
    let goes = |rest: &str, at_end: bool| {
        let next =
            if at_end { rest.chars().next_back() } else { rest.trim_start_matches('.').chars().next() };
        next.is_some_and(|next| {
            next.is_ascii_digit() || matches!(next, ' ' | '\u{a0}' | '-' | '+' | '.' | '/')
        })
    };
    let front =
        |length: usize| text.get(..length).zip(text.get(length..)).filter(|(_, rest)| goes(rest, false));
    let back = |length: usize| {
        let tail = text.len().checked_sub(length)?;
        text.get(tail..).zip(text.get(..tail)).filter(|(_, rest)| goes(rest, true))
    };
    let ends = |length: usize| {
        [front(length).map(|(mark, rest)| (mark, rest.trim_start_matches('.'))), back(length)]
            .into_iter()
            .flatten()
    };
    let code = ends(3).find_map(|(code, rest)| Some((rest, Some(Currency::parse(code).ok()?))));
    code.or_else(|| {
        CURRENCY_MARKS.iter().find_map(|(mark, code)| {
            let (_, rest) = ends(mark.len()).find(|(own, _)| own.to_uppercase() == *mark)?;
            Some((rest, code.and_then(|code| Currency::parse(code).ok())))
        })
    })
}

/// Returns what the marks of an amount show.
pub(super) fn evidence(digits: &str) -> Evidence {
    let point = digits.bytes().filter(|byte| *byte == b'.').count();
    let comma = digits.bytes().filter(|byte| *byte == b',').count();
    let (mark, other, count) = match (digits.rfind('.'), digits.rfind(',')) {
        (None, None) => return Evidence::Nothing,
        (Some(point), Some(comma)) if point > comma => return Evidence::Decimal(DecimalMark::Point),
        (Some(_), Some(_)) => return Evidence::Decimal(DecimalMark::Comma),
        (Some(_), None) => (DecimalMark::Point, DecimalMark::Comma, point),
        (None, Some(_)) => (DecimalMark::Comma, DecimalMark::Point, comma),
    };
    // A mark that occurs twice groups thousands.
    if count > 1 {
        return Evidence::Decimal(other);
    }
    let (whole, decimals) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let grouped = whole.contains(|char: char| !char.is_ascii_digit());
    if decimals.len() == 3 && !grouped && (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
        return Evidence::Open;
    }
    Evidence::Decimal(mark)
}

/// Returns the amount without its sign in minor units.
pub(super) fn minor(digits: &str, mark: DecimalMark, currency: Currency) -> Result<i64> {
    let (decimal, other) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    if decimal == '.'
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !digits.starts_with('.')
    {
        // The file as a whole shows that the point is of decimals: an amount such as 12.000 is still no amount of cents.
        return Ok(Money::from_decimal_str(digits, currency)?.minor);
    }
    let (whole, decimals) = digits.split_once(decimal).unwrap_or((digits, "0"));
    let mut plain = String::with_capacity(digits.len() + 2);
    plain.push_str(if whole.is_empty() { "0" } else { "" });
    if let Some(group) = whole.chars().find(|char| *char == other || groups(*char)) {
        if !is_grouped(whole.split(group)) {
            let message = "thousands must be in groups of three digits, or of two before the last three";
            return Err(Error::new(Cause::MoneySyntax, message));
        }
        plain.extend(whole.split(group));
    } else {
        plain.push_str(whole);
    }
    plain.push('.');
    plain.push_str(decimals);
    Ok(Money::from_decimal_str(&plain, currency)?.minor)
}

/// Returns whether a character between digits can only group thousands.
fn groups(char: char) -> bool {
    matches!(char, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}')
}

/// Returns whether thousands are grouped as 1,234,567 or, in India, as 12,34,567.
fn is_grouped<'g>(mut rest: impl DoubleEndedIterator<Item = &'g str> + Clone) -> bool {
    let (first, last) = (rest.next().map_or(0, str::len), rest.next_back().map_or(0, str::len));
    let of = |length: usize, first_max: usize| {
        (1..=first_max).contains(&first) && rest.clone().all(|group| group.len() == length)
    };
    last == 3 && (of(3, 3) || of(2, 2))
}
