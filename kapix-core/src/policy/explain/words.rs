//! Values, cells and rows in words.

use super::page::{Line, Span, code, line, words};
use crate::expression::{self, Constant, Piece, Scalar};
use crate::json_value::JsonValue;
use crate::money::Currency;
use crate::policy::load::Policy;
use crate::policy::table::Table;
use crate::policy::{HitPolicy, Outcome, RuleBody, ThenBody};
use crate::time::Date;

/// Numbers from here on have a comma between thousands: a year has none.
const GROUPED_MIN: f64 = 10_000.0;

/// Decimals of a currency at most.
const POWERS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];

/// Returns a number, its thousands apart.
pub(super) fn number(value: f64) -> String {
    let text = value.to_string();
    if value.abs() < GROUPED_MIN { text } else { grouped(&text) }
}

/// Returns the digits of a number, its thousands apart.
fn grouped(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// Returns a count of things, with its share.
pub(super) fn counted(count: u64, share: Option<f64>) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of rows are shown, and lie far below 2^53")]
    let text = number(count as f64);
    match share {
        Some(share) => format!("{text} ({:.1} %)", share * 100.0),
        None => text,
    }
}

/// Returns a count of things by their name: `1 row`, `2 rows`.
pub(super) fn many(count: usize, one: &str, more: &str) -> String {
    format!(
        "{} {}",
        counted(u64::try_from(count).unwrap_or(u64::MAX), None),
        if count == 1 { one } else { more }
    )
}

/// Returns an amount of minor units in its currency.
pub(super) fn money(minor: f64, currency: Currency) -> String {
    let exponent = usize::from(currency.exponent());
    let each = POWERS.get(exponent).copied().unwrap_or(1.0);
    let major = libm::trunc(minor / each);
    // A fraction of a minor unit, as a share of money has, keeps its digits.
    if !expression::is_whole(minor) {
        return format!("{currency} {} (minor units)", number(minor));
    }
    let rest = (minor - major * each).abs();
    let sign = if minor < 0.0 { "-" } else { "" };
    let whole = grouped(&major.abs().to_string());
    if exponent == 0 {
        format!("{currency} {sign}{whole}")
    } else {
        format!("{currency} {sign}{whole}.{rest:0exponent$}")
    }
}

/// Returns months as years and months.
fn months(count: f64) -> String {
    let (years, rest) = (libm::trunc(count / 12.0), libm::fmod(count, 12.0));
    match (expression::same(years, 0.0), expression::same(rest, 0.0)) {
        (true, _) => format!("{rest} months"),
        (false, true) => format!("{years} years"),
        (false, false) => format!("{years} years and {rest} months"),
    }
}

/// Returns a number of a type in words.
pub(super) fn value(scalar: Scalar, value: f64) -> Line {
    match scalar {
        Scalar::Boolean => words(if expression::same(value, 0.0) { "false" } else { "true" }),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "dates lie within the calendar; others are told as numbers"
        )]
        Scalar::Date if expression::is_whole(value) && value.abs() < 1e8 => {
            Date::from_epoch_days(value as i32)
                .map_or_else(|_| words(number(value)), |date| words(date.to_string()))
        }
        Scalar::Days => words(format!("{value} days")),
        Scalar::Months => words(months(value)),
        Scalar::Money(currency) | Scalar::Amount(currency) => words(money(value, currency)),
        _ => words(number(value)),
    }
}

/// Returns a value of the wire in words; a number has the type where one is known.
pub(super) fn json(scalar: Option<Scalar>, given: &JsonValue) -> Line {
    match given {
        JsonValue::Null => words("no value"),
        JsonValue::Bool(it) => words(if *it { "true" } else { "false" }),
        JsonValue::Number(it) => value(scalar.unwrap_or(Scalar::Number), *it),
        JsonValue::Text(text) if scalar == Some(Scalar::Date) => line().quote(text),
        JsonValue::Text(text) => line().words("“").quote(text).words("”"),
        JsonValue::Array(items) if items.is_empty() => words("an empty list"),
        JsonValue::Array(items) => {
            let shown = items.iter().take(20).map(|item| json(scalar, item));
            let more = items.len().saturating_sub(20);
            let list = words("[").joined(shown, ", ", ", ");
            if more > 0 { list.words(format!(", and {more} more]")) } else { list.words("]") }
        }
        JsonValue::Object(members) => match (members.get("value"), members.get("at")) {
            (Some(value), Some(JsonValue::Text(at))) => json(scalar, value).words(" of ").quote(at),
            (Some(value), _) => json(scalar, value),
            _ => words("an object"),
        },
    }
}

/// Returns pieces of a sentence as a line.
fn pieces(scalar: Scalar, pieces: Vec<Piece>) -> Line {
    let mut out = line();
    for piece in pieces {
        out = match piece {
            Piece::Words(words) => out.words(words),
            Piece::Formula(text) => out.code(&text),
            Piece::Value(Constant::Number(it)) => out.line(value(scalar, it)),
            Piece::Value(Constant::Text(text)) => out.words("“").quote(&text).words("”"),
            Piece::Value(Constant::Boolean(it)) => out.words(if it { "true" } else { "false" }),
            Piece::Value(Constant::Date(date)) => out.words(date.to_string()),
            Piece::Value(Constant::Days(days)) => out.line(value(Scalar::Days, days)),
            Piece::Value(Constant::Months(months)) => out.line(value(Scalar::Months, months)),
        };
    }
    out
}

/// Returns what a cell asks of a column of this type, as it stands behind `is`; `None` where everything passes.
pub(super) fn cell(scalar: Scalar, text: &str) -> Option<Line> {
    match expression::of_cell(text, scalar == Scalar::Date) {
        Ok(None) => None,
        Ok(Some(said)) => Some(pieces(scalar, said)),
        // Cells of a region are written for people, with escapes that the language does not have.
        Err(_) => Some(words("one that passes ").code(text)),
    }
}

/// Returns an expression: conditions in words, all else as a formula.
pub(super) fn expression(text: &str) -> Line {
    expression::of_expression(text).map_or_else(|_| code(text), |said| pieces(Scalar::Number, said))
}

impl Policy {
    /// Returns the type of a named value: of an input, a computed value, a result of a step or an output.
    pub(super) fn scalar_of(&self, name: &str) -> Option<Scalar> {
        self.slots.iter().chain(&self.lists).find(|info| &*info.name == name).map(|info| info.scalar)
    }
}

/// Returns what a row asks, column by column, as conditions; none where it asks nothing.
pub(super) fn conditions(table: &Table, rule: &RuleBody) -> Vec<Line> {
    let cells = table.columns.iter().zip(&rule.when);
    let said = cells.filter_map(|(column, text)| {
        let asked = cell(column.scalar, text)?;
        Some(code(&column.text).words(" is ").line(asked))
    });
    said.collect()
}

/// Returns a row as a sentence.
pub(super) fn row(table: &Table, number: usize, rule: &RuleBody) -> Line {
    let asked = conditions(table, rule);
    let is_later = number > 0 && table.body.hit == HitPolicy::First;
    let start = match (asked.is_empty(), is_later) {
        (true, true) => words("Otherwise"),
        (true, false) => words("Always"),
        (false, later) => {
            let start = words(if later { "Otherwise, if " } else { "If " });
            start.joined(asked, ", ", " and ")
        }
    };
    start.words(": ").line(then(table, &rule.then)).words(".")
}

/// Returns what a row of a table gives.
pub(super) fn then(table: &Table, then: &ThenBody) -> Line {
    let mut parts = Vec::new();
    if let Some(outcome) = then.outcome {
        let mut part = line().outcome(outcome);
        if let Some(reason) = &then.reason {
            part = part.words(" with ").code(reason);
        }
        if let Some(queue) = &then.queue {
            part = part.words(" to the queue ").code(queue);
        }
        parts.push(part);
    }
    for (name, value) in &then.outputs {
        parts.push(output(name, value, scalar_of_output(table, name)));
    }
    if parts.is_empty() { words("nothing") } else { line().joined(parts, ", ", ", ") }
}

/// Returns the type of an output.
pub(super) fn scalar_of_output(table: &Table, name: &str) -> Option<Scalar> {
    let place = table.body.outputs.keys().position(|own| own == name)?;
    table.outputs.get(place).map(|it| it.scalar)
}

/// Returns the value of an output of a type: a text is an expression.
pub(super) fn output(name: &str, value: &JsonValue, scalar: Option<Scalar>) -> Line {
    let name = code(name).words(" = ");
    match (value, scalar) {
        (JsonValue::Text(text), _) => name.code(text),
        (JsonValue::Number(it), None) => name.words(number(*it)),
        (other, scalar) => name.line(json(scalar, other)),
    }
}

/// Returns what becomes of an application.
pub(super) const fn becomes(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approve => "approved",
        Outcome::Refer => "referred to a person",
        Outcome::Decline => "declined",
    }
}

/// Returns names as code, with commas between them and a word before the last.
pub(super) fn names<'n>(names: impl IntoIterator<Item = &'n str>, last: &str) -> Line {
    line().joined(names.into_iter().map(code), ", ", last)
}

/// Returns whether a line says nothing.
pub(super) fn or_dash(said: Line) -> Line {
    if said.is_empty() || matches!(&*said.0, [Span::Words(text)] if text.is_empty()) {
        words("–")
    } else {
        said
    }
}
