//! Amounts of a row as whole minor units: from the text that the document has, never through a float.

use super::document::{Form, Node};
use super::preset::AmountUnit;
use crate::error::{Cause, Error, Result};
use crate::money::{Currency, Money};
use std::borrow::Cow;

/// The largest exponent of a JSON number that is written out: beyond it no amount of the wire is left.
const EXPONENT_MAX: i32 = 40;

/// Returns the amount of a value, or `None` where it is empty text.
pub(super) fn minor(node: Node<'_>, unit: AmountUnit, currency: Currency) -> Result<Option<i64>> {
    let text = match node.form() {
        Form::Number => number(node.word()?.unwrap_or_default())?,
        Form::Text => match text(&node.text()?.unwrap_or_default())? {
            Some(text) => Cow::Owned(text),
            None => return Ok(None),
        },
        form => {
            let message = format!("an amount must be a number or a decimal string; got {}", form.name());
            return Err(Error::new(Cause::JsonShape, message));
        }
    };
    match unit {
        AmountUnit::Major => Ok(Some(Money::from_decimal_str(&text, currency)?.minor)),
        AmountUnit::Minor => whole(&text, currency).map(Some),
    }
}

/// Returns an amount of minor units; a fraction of one is refused.
fn whole(text: &str, currency: Currency) -> Result<i64> {
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.bytes().any(|byte| byte != b'0') {
        let message = "an amount in minor units must be whole; is the unit `major`?";
        return Err(Error::new(Cause::MoneyPrecision, message));
    }
    let minor: i64 = digits.parse().map_err(|_| {
        let message = format!("an amount in minor units must be an integer; got `{}` bytes", text.len());
        Error::new(Cause::MoneySyntax, message)
    })?;
    Ok(Money::new(minor, currency)?.minor)
}

/// Returns the digits of a JSON number without an exponent, and without zeros at the end of its fraction: the point of
/// JSON is a decimal mark whatever the zeros.
fn number(literal: Cow<'_, str>) -> Result<Cow<'_, str>> {
    let Some((digits, exponent)) = literal.split_once(['e', 'E']) else {
        let Some((whole, fraction)) = literal.split_once('.') else { return Ok(literal) };
        let fraction = fraction.trim_end_matches('0');
        let text = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
        return Ok(Cow::Owned(text));
    };
    let exponent: i32 = exponent.parse().unwrap_or(EXPONENT_MAX + 1);
    if exponent.abs() > EXPONENT_MAX {
        let message = format!("the exponent of an amount must be within `+-{EXPONENT_MAX}`");
        return Err(Error::new(Cause::MoneySyntax, message));
    }
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut all = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).unwrap_or(i32::MAX).saturating_add(exponent);
    let length = i32::try_from(all.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if point <= 0 {
        all = format!("{}{all}", zeros(1 - point));
    } else if point > length {
        all.push_str(&zeros(point - length));
    }
    let (whole, fraction) = all.split_at(usize::try_from(point.max(1)).unwrap_or_default().min(all.len()));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Ok(Cow::Owned(format!("{sign}{whole}{point}{fraction}")))
}

/// Returns the digits of an amount as text: commas that group three digits are taken out, and nothing else is guessed.
fn text(text: &str) -> Result<Option<String>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if !text.contains(',') {
        return Ok(Some(text.to_owned()));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let unsigned = whole.trim_start_matches(['-', '+']);
    let mut groups = unsigned.split(',');
    let first = groups.next().unwrap_or_default();
    let is_grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    // One group alone, `1,234`, may be a decimal comma.
    let is_certain = is_grouped && (text.contains('.') || unsigned.matches(',').count() > 1);
    if !is_certain || fraction.contains(',') {
        let message =
            "whether `,` groups thousands or marks decimals cannot be told; send the amount as a number";
        return Err(Error::new(Cause::MoneyPrecision, message));
    }
    Ok(Some(text.replace(',', "")))
}
