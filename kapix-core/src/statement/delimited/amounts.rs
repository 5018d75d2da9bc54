//! Amounts as documents write them: marks of decimals and thousands, signs, brackets, DR and CR, marks of currencies.

use super::units::PENCE;
use crate::error::{Cause, Error, Result};
use crate::money::{Currency, Money};
use crate::statement::profile::DecimalMark;

/// Bytes of an amount, as for decimal text.
const BYTES_MAX: usize = 64;

/// Marks of currencies: the longer before those that are part of them.
const MARKS: &[Mark] = &[
    Mark { text: "KSHS", codes: &["KES"] },
    Mark { text: "KSH", codes: &["KES"] },
    Mark { text: "USHS", codes: &["UGX"] },
    Mark { text: "USH", codes: &["UGX"] },
    Mark { text: "TSHS", codes: &["TZS"] },
    Mark { text: "TSH", codes: &["TZS"] },
    Mark { text: "GH₵", codes: &["GHS"] },
    Mark { text: "GHC", codes: &["GHS"] },
    Mark { text: "FCFA", codes: &["XOF", "XAF"] },
    Mark { text: "CFA", codes: &["XOF", "XAF"] },
    Mark { text: "SHS", codes: &["KES", "SOS", "TZS", "UGX"] },
    Mark { text: "SH", codes: &["KES", "SOS", "TZS", "UGX"] },
    Mark { text: "RS", codes: &["INR", "LKR", "MUR", "NPR", "PKR", "SCR"] },
    Mark { text: "R$", codes: &["BRL"] },
    Mark { text: "US$", codes: &["USD"] },
    Mark { text: "₦", codes: &["NGN"] },
    Mark { text: "N", codes: &["NAD", "NGN"] },
    Mark { text: "₵", codes: &["GHS"] },
    Mark { text: "€", codes: &["EUR"] },
    Mark { text: "£", codes: &["EGP", "FKP", "GBP", "GIP", "LBP", "SDG", "SHP", "SSP", "SYP"] },
    Mark { text: "₹", codes: &["INR"] },
    Mark { text: "$", codes: DOLLARS },
    Mark { text: "R", codes: &["ZAR"] },
    Mark { text: "K", codes: &["LAK", "MMK", "MWK", "PGK", "ZMW"] },
    Mark { text: "¥", codes: &["CNY", "JPY"] },
];

/// Numbers of ISO 4217 that documents have in place of codes.
const NUMBERS: &[(&str, &str)] = &[
    ("036", "AUD"),
    ("072", "BWP"),
    ("124", "CAD"),
    ("156", "CNY"),
    ("230", "ETB"),
    ("356", "INR"),
    ("392", "JPY"),
    ("404", "KES"),
    ("454", "MWK"),
    ("504", "MAD"),
    ("566", "NGN"),
    ("646", "RWF"),
    ("682", "SAR"),
    ("710", "ZAR"),
    ("756", "CHF"),
    ("784", "AED"),
    ("800", "UGX"),
    ("818", "EGP"),
    ("826", "GBP"),
    ("834", "TZS"),
    ("840", "USD"),
    ("936", "GHS"),
    ("943", "MZN"),
    ("950", "XAF"),
    ("952", "XOF"),
    ("967", "ZMW"),
    ("973", "AOA"),
    ("978", "EUR"),
    ("986", "BRL"),
];

/// Words of several currencies, and their marks.
const WORDS: &[(&str, &str)] = &[
    ("dollar", "$"),
    ("dollars", "$"),
    ("peso", "$"),
    ("pesos", "$"),
    ("pound", "£"),
    ("pounds", "£"),
    ("rupee", "RS"),
    ("rupees", "RS"),
    ("shilling", "SH"),
    ("shillings", "SH"),
];

/// Dollars and pesos.
const DOLLARS: &[&str] = &[
    "ARS", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "CLP", "COP", "CUP", "CVE", "DOP", "FJD", "GYD",
    "HKD", "JMD", "KYD", "LRD", "MOP", "MXN", "NAD", "NIO", "NZD", "SBD", "SGD", "SRD", "TOP", "TTD", "TWD",
    "USD", "UYU", "WST", "XCD", "ZWG", "ZWL",
];

/// A mark of one currency, or of several.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) text: &'static str,
    codes: &'static [&'static str],
}

impl Mark {
    /// Returns whether amounts of a currency have the mark.
    pub(super) fn is_of(&self, currency: Currency) -> bool {
        self.codes.contains(&currency.as_str())
    }

    /// Returns the currency, where it is one.
    fn currency(&self) -> Option<Currency> {
        let [code] = self.codes else { return None };
        Currency::parse(code).ok()
    }

    /// Returns whether it is one of letters alone.
    pub(super) fn is_word(&self) -> bool {
        self.text.chars().all(char::is_alphabetic)
    }

    /// A letter behind digits means a multiple, as in `5k`.
    fn may_stand_behind(&self) -> bool {
        !matches!(self.text.as_bytes(), [letter] if letter.is_ascii_alphabetic())
    }
}

/// An amount cut into its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written<'c> {
    /// The sign that is written: a minus, brackets or DR; a plus or CR; or none.
    pub(super) negative: Option<bool>,
    /// Digits and the marks between them.
    pub(super) digits: &'c str,
    /// The currency whose code or mark stands beside.
    pub(super) currency: Option<Currency>,
    /// The mark beside.
    pub(super) mark: Option<&'static Mark>,
    /// The hundredths of a point, two digits behind it, and commas between all thousands or none: the form of most amounts.
    hundredths: Option<i64>,
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

/// The mark of decimals, and the other one.
const POINT: [u8; 2] = *b".,";
const COMMA: [u8; 2] = *b",.";

/// The currency of a code or a mark, and the mark.
type Beside = (Option<Currency>, Option<&'static Mark>);

/// Returns whether the value stands for no amount.
pub(super) fn is_empty(cell: &str) -> bool {
    matches!(cell, "" | "-" | "--" | "\u{2013}" | "\u{2014}")
}

/// Returns the parts of an amount; `None` where the value is none.
pub(super) fn cut(cell: &str) -> Option<Written<'_>> {
    if cell.is_empty() {
        return None;
    }
    let (negative, digits) = cell.strip_prefix('-').map_or((None, cell), |digits| (Some(true), digits));
    if let hundredths @ Some(_) = plain_minor(digits, POINT, 2) {
        return Some(Written { negative, digits, currency: None, mark: None, hundredths });
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')) {
        return written(negative, digits, Beside::default());
    }
    let (mut rest, mut negative, mut beside) = (cell, None, Beside::default());
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
            return written(negative, rest, beside);
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
            beside = (own.0.or(beside.0), own.1.or(beside.1));
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

fn written(negative: Option<bool>, digits: &str, (currency, mark): Beside) -> Option<Written<'_>> {
    let is_amount = digits.len() <= BYTES_MAX
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.chars().all(|char| char.is_ascii_digit() || matches!(char, '.' | ',') || groups(char));
    is_amount.then(|| Written { negative, digits, currency, mark, hundredths: plain_minor(digits, POINT, 2) })
}

/// Returns the text without the code or the mark of a currency at one of its ends, where a digit, a sign or a space is
/// next to it.
fn without_mark(text: &str) -> Option<(&str, Beside)> {
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
    };
    let code = ends(3).into_iter().flatten();
    let mut code = code.map(|(code, rest)| (rest, Currency::parse(code).ok()));
    let code = code.find_map(|(rest, currency)| Some((rest, (Some(currency?), None))));
    code.or_else(|| {
        MARKS.iter().find_map(|mark| {
            let [front, back] = ends(mark.text.len());
            let found = front.into_iter().chain(back.filter(|_| mark.may_stand_behind()));
            let (_, rest) = found.into_iter().find(|(own, _)| own.to_uppercase() == mark.text)?;
            Some((rest, (mark.currency(), Some(mark))))
        })
    })
}

/// Returns the currency that a value names: by its code, its name or its mark, where that is of one currency.
pub(super) fn currency_named(text: &str) -> Option<Currency> {
    Currency::of_name(text).or_else(|| currency_of_mark(text))
}

/// Returns the currency of a cell that holds nothing else, in letters of any case.
pub(super) fn currency_of_cell(text: &str) -> Result<Currency> {
    // The code of pence is no currency, and is not that of pounds.
    let code = if text == PENCE { text.to_owned() } else { text.to_uppercase() };
    currency_named(text).map_or_else(|| Currency::parse(&code), Ok)
}

/// Returns the currency of a number of ISO 4217.
pub(super) fn currency_of_number(text: &str) -> Option<Currency> {
    let (_, code) = NUMBERS.iter().find(|(number, _)| *number == text)?;
    Currency::parse(code).ok()
}

/// Returns the currency of a mark that stands alone and belongs to one currency.
fn currency_of_mark(text: &str) -> Option<Currency> {
    MARKS.iter().find(|mark| mark.text == text.to_uppercase())?.currency()
}

/// Returns the mark of a word that several currencies have, such as `Dollar`.
pub(super) fn mark_of_word(text: &str) -> Option<&'static Mark> {
    let (_, mark) = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text))?;
    MARKS.iter().find(|own| own.text == *mark)
}

/// Returns the mark that stands alone and belongs to several currencies.
pub(super) fn mark_of_several(text: &str) -> Option<&'static Mark> {
    MARKS.iter().find(|mark| mark.text == text.to_uppercase()).filter(|mark| mark.currency().is_none())
}

impl Written<'_> {
    /// Returns whether the amount is zero, whatever its marks mean.
    pub(super) fn is_zero(&self) -> bool {
        self.hundredths.map_or_else(
            || self.digits.bytes().all(|byte| !matches!(byte, b'1'..=b'9')),
            |hundredths| hundredths == 0,
        )
    }

    /// Returns what the marks show.
    pub(super) fn evidence(&self) -> Evidence {
        self.hundredths.map_or_else(|| evidence(self.digits), |_| Evidence::Decimal(DecimalMark::Point))
    }

    /// Returns the amount without its sign in minor units.
    pub(super) fn minor(&self, mark: DecimalMark, currency: Currency) -> Result<i64> {
        match self.hundredths {
            Some(hundredths) if mark == DecimalMark::Point && currency.exponent() == 2 => Ok(hundredths),
            _ => minor(self.digits, mark, currency),
        }
    }
}

fn evidence(digits: &str) -> Evidence {
    let (mut point, mut comma, mut point_is_last) = (0_usize, 0_usize, false);
    for byte in digits.bytes().filter(|byte| matches!(byte, b'.' | b',')) {
        point_is_last = byte == b'.';
        point += usize::from(point_is_last);
        comma += usize::from(!point_is_last);
    }
    let (mark, other) = if point_is_last {
        (DecimalMark::Point, DecimalMark::Comma)
    } else {
        (DecimalMark::Comma, DecimalMark::Point)
    };
    let count = match (point, comma) {
        (0, 0) => return Evidence::Nothing,
        (count, 0) | (0, count) => count,
        _ => return Evidence::Decimal(mark),
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

fn minor(digits: &str, mark: DecimalMark, currency: Currency) -> Result<i64> {
    let marks = match mark {
        DecimalMark::Point => POINT,
        DecimalMark::Comma => COMMA,
    };
    if let Some(minor) = plain_minor(digits, marks, currency.exponent()) {
        return Ok(minor);
    }
    let [decimal, other] = marks.map(char::from);
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

/// Returns the minor units of the form that most amounts have: 16 bytes at most, all decimals of the currency, and the other
/// mark between all thousands or none. `None` for any other form.
fn plain_minor(digits: &str, [decimal, other]: [u8; 2], exponent: u8) -> Option<i64> {
    let bytes = digits.as_bytes();
    let (whole, decimals) = bytes.split_at_checked(bytes.len().checked_sub(usize::from(exponent) + 1)?)?;
    let decimals = decimals.strip_prefix(&[decimal])?;
    if bytes.len() > 16 || whole.is_empty() || decimals.is_empty() {
        return None;
    }
    let add = |minor: i64, byte: &u8| byte.is_ascii_digit().then(|| minor * 10 + i64::from(byte - b'0'));
    // Sixteen digits stay below 2^63.
    let all = |digits: &[u8], minor: i64| {
        let step = |(minor, most): (i64, u8), byte: &u8| {
            let digit = byte.wrapping_sub(b'0');
            (minor.wrapping_mul(10).wrapping_add(i64::from(digit)), most.max(digit))
        };
        let (minor, most) = digits.iter().fold((minor, 0), step);
        (most < 10).then_some(minor)
    };
    let is_grouped = whole.len() > 4 && whole.get(whole.len() - 4) == Some(&other);
    let whole_minor = if is_grouped {
        whole.iter().enumerate().try_fold(0, |minor, (place, byte)| {
            let is_mark = place > 0 && (whole.len() - place).is_multiple_of(4);
            if is_mark { (*byte == other).then_some(minor) } else { add(minor, byte) }
        })
    } else {
        all(whole, 0)
    };
    all(decimals, whole_minor?)
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

#[cfg(test)]
mod tests {
    use super::{Written, cut, evidence, minor};
    use crate::money::Currency;
    use crate::statement::profile::DecimalMark;
    use proptest::prelude::{prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn the_form_of_most_amounts_is_read_as_any_other(cell in "-?[0-9]{0,7}([.,]?[0-9]{3}){0,4}[.,]?[0-9]{0,3}") {
            let Some(written) = cut(&cell) else { return Ok(()) };
            let general = Written { hundredths: None, ..written };
            prop_assert_eq!(written.evidence(), evidence(written.digits));
            prop_assert_eq!(written.is_zero(), general.is_zero());
            for mark in [DecimalMark::Point, DecimalMark::Comma] {
                for currency in ["KES", "JPY", "KWD"].map(|code| Currency::parse(code).unwrap()) {
                    let read = [written.minor(mark, currency), minor(general.digits, mark, currency)];
                    let [own, other] = read.map(|read| read.map_err(|error| error.message));
                    prop_assert_eq!(own, other, "{} {:?} {}", &cell, mark, currency);
                }
            }
        }
    }
}
