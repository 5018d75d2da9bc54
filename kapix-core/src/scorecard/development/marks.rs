//! Marks beside the digits of a number as text: a person reads them, and `kind: numeric` does not.

use crate::domain::number_of;
use crate::money::Currency;

/// Signs of currencies.
const SIGNS: &str = "$€£¥₦₹₵₱₺₽₩₪₫฿₴₸₭₮₲₡";
/// Names of currencies that are no codes of ISO 4217.
const NAMES: [&str; 5] = ["KSH", "RS", "SH", "TSH", "USH"];

/// Returns what stands beside the digits of a number as text, such as `a percent sign`; `None` where the text without
/// marks is no number.
pub(super) fn mark_of(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let signless = text.strip_prefix(['-', '+']).unwrap_or(text).trim_start();
    if let Some(rest) = signless.strip_suffix('%') {
        return is_amount(rest.trim_end()).then_some("a percent sign");
    }
    if let Some(rest) = without_currency(signless) {
        return is_amount(rest).then_some("a currency");
    }
    if number_of(signless).is_some() || !is_amount(signless) {
        return None;
    }
    Some(if is_grouped(signless) { "thousands separators" } else { "a decimal comma" })
}

/// Returns a text without the currency before or behind it; `None` where none stands there.
fn without_currency(text: &str) -> Option<&str> {
    let is_sign = |letter: char| SIGNS.contains(letter);
    if let Some(rest) = text.strip_prefix(is_sign).or_else(|| text.strip_suffix(is_sign)) {
        return Some(rest.trim());
    }
    let is_name = |name: &str| {
        let name = name.trim_end_matches('.').to_ascii_uppercase();
        NAMES.contains(&name.as_str()) || Currency::parse(&name).is_ok()
    };
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || letter == '.';
    let amount = text.trim_start_matches(char::is_alphabetic).trim_start_matches('.');
    let before = text.get(..text.len() - amount.len()).filter(|name| is_name(name));
    let behind = text.trim_end_matches(is_letter);
    let after = text.get(behind.len()..).filter(|name| is_name(name));
    before.map(|_| amount.trim_start()).or(after.map(|_| behind.trim_end()))
}

/// Returns whether a text is a number, also with groups of thousands or a decimal comma.
fn is_amount(text: &str) -> bool {
    let is_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let decimal = || number_of(&text.replacen(',', ".", 1)).is_some();
    is_digit && (number_of(text).is_some() || is_grouped(text) || decimal())
}

/// Returns whether the digits of a number stand in groups of three, with a comma, a space or an apostrophe between them.
fn is_grouped(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = unsigned.split_once('.').map_or(unsigned, |(whole, _)| whole);
    let decimals = unsigned.split_once('.').map_or("", |(_, decimals)| decimals);
    let is_separator = |letter: char| matches!(letter, ',' | '\'' | '’') || letter.is_whitespace();
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(is_separator);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    (1..=3).contains(&first.len())
        && are_digits(first)
        && are_digits(decimals)
        && !rest.is_empty()
        && rest.iter().all(|group| group.len() == 3 && are_digits(group))
}

#[cfg(test)]
mod tests {
    use super::mark_of;

    #[test]
    fn the_mark_beside_the_digits_of_a_number_is_named() {
        for (text, mark) in [
            ("12%", "a percent sign"),
            (" -12.5 % ", "a percent sign"),
            ("KES 1,200.50", "a currency"),
            ("KSh.500", "a currency"),
            ("1 200 ZAR", "a currency"),
            ("-€5", "a currency"),
            ("₦ 1,000,000", "a currency"),
            ("1,200", "thousands separators"),
            ("-12'345.6", "thousands separators"),
            ("12 345", "thousands separators"),
            ("12,5", "a decimal comma"),
        ] {
            assert_eq!(mark_of(text), Some(mark), "{text}");
        }
        for text in [
            "", "%", "$", "KES", "12", "-1.5", "1e3", "a1", "K1", "XYZ 5", "1,2,3", "12 34", "Nairobi",
            "1-2", ",5,",
        ] {
            assert_eq!(mark_of(text), None, "{text}");
        }
    }
}
