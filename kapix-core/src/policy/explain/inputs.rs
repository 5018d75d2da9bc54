//! The inputs in words: what each is, what it may be, and what becomes of an application that lacks it.

use super::page::{Block, Grid, Line, Page, Tone, code, line, words};
use super::words::{json, many, money, number};
use crate::expression::Scalar;
use crate::money::Currency;
use crate::policy::load::Policy;
use crate::policy::{Ground, InputBody, InputType, OnMissing, PolicyBody};

/// Inputs that are shown, and texts of one.
const SHOWN_MAX: usize = 500;
const TEXTS_MAX: usize = 30;

impl Policy {
    pub(super) fn explain_inputs(&self, page: &mut Page) {
        page.heading(words("Inputs"));
        let body = &self.body;
        if body.inputs.is_empty() {
            page.text(words("It reads no inputs."));
            return;
        }
        let head = ["Input", "What it is", "Values", "Where it is missing or too old"];
        let unread = self.unread_inputs();
        let rows = body.inputs.iter().take(SHOWN_MAX).map(|(name, input)| {
            let missing = if unread.contains(&**name) {
                words("Nothing: no rule reads it.")
            } else {
                missing(body, input)
            };
            (Tone::Plain, vec![code(name), about(input), values(body, input), missing])
        });
        page.table(Grid {
            caption: words("Inputs of the policy"),
            head: head.map(words).to_vec(),
            rows: rows.collect(),
        });
        if body.inputs.len() > SHOWN_MAX {
            page.text(words(format!("{} more inputs are not shown.", body.inputs.len() - SHOWN_MAX)));
        }
        page.add(Block::List(vec![
            words("A value of another type is refused with an error: nothing is converted."),
            words("A value outside its range or its list, and one that is said to be of another applicant, is unknown, whatever the last column says: where it could change the result, the application is referred with ")
                .code("INPUT_OUT_OF_RANGE").words(" or ").code("INPUT_MISMATCH").words("."),
            words("A value dated in the future counts as missing. Where an input has an age limit, a value without a date counts as too old."),
            words("What is computed of an unknown value is unknown, unless the known part decides it alone. Where an unknown value could change nothing, the decision stands."),
        ]));
    }
}

/// Returns the type of values in words.
pub(super) fn kind(kind: InputType, currency: Option<Currency>, is_list: bool) -> String {
    let money = currency.map_or_else(|| "amount".to_owned(), |it| format!("amount in {it}"));
    let (one, more) = match kind {
        InputType::Boolean => ("true or false".to_owned(), "truth values".to_owned()),
        InputType::Date => ("a date".to_owned(), "dates".to_owned()),
        InputType::Integer => ("a whole number".to_owned(), "whole numbers".to_owned()),
        InputType::Money => (format!("an {money}"), money.replacen("amount", "amounts", 1)),
        InputType::Number => ("a number".to_owned(), "numbers".to_owned()),
        InputType::Text => ("a text".to_owned(), "texts".to_owned()),
    };
    if is_list { format!("a list of {more}") } else { one }
}

/// Returns all that is said of an input.
pub(super) fn said(body: &PolicyBody, input: &InputBody) -> Line {
    let about = about(input);
    let said = values(body, input).words("; where it is missing: ").line(missing(body, input));
    if about == words("–") { said } else { said.words(" ").line(about) }
}

fn about(input: &InputBody) -> Line {
    let mut parts = Vec::new();
    if let Some(description) = &input.description {
        parts.push(line().quote(description.trim_end_matches('.')).words("."));
    }
    match input.ground {
        Ground::BureauScore => parts.push(words("A score that a credit bureau made.")),
        Ground::OwnScore => parts.push(words("A score that the lender made.")),
        Ground::Other => {}
    }
    if input.protected {
        parts.push(words("Protected: no rule can read it; it is for the figures of groups only."));
    } else if !input.movable {
        parts.push(words("The applicant cannot change it."));
    }
    if parts.is_empty() { words("–") } else { line().joined(parts, " ", " ") }
}

/// Returns the values that an input may have.
fn values(body: &PolicyBody, input: &InputBody) -> Line {
    let currency = input.currency.or(body.currency);
    let said = kind(input.kind, currency.filter(|_| input.kind == InputType::Money), input.list);
    let mut said = if input.list {
        let most = usize::try_from(input.max_items.unwrap_or(1_000)).unwrap_or(usize::MAX);
        words(format!("{said}, at most {}", many(most, "item", "items")))
    } else {
        words(said)
    };
    let shown = |value: f64| match (input.kind, currency) {
        (InputType::Money, Some(currency)) => money(value, currency),
        _ => number(value),
    };
    let each = if input.list { ", each " } else { ", " };
    let range = match (input.min, input.max) {
        (Some(min), Some(max)) => Some(format!("from {} to {}", shown(min), shown(max))),
        (Some(min), None) => Some(format!("at least {}", shown(min))),
        (None, Some(max)) => Some(format!("at most {}", shown(max))),
        (None, None) => None,
    };
    if let Some(range) = range {
        said = said.words(format!("{each}{range}"));
    }
    if let Some(unit) = &input.unit {
        said = said.words(", in ").quote(unit);
    }
    if let Some(all) = &input.values {
        let texts = all.iter().take(TEXTS_MAX).map(|text| line().words("“").quote(text).words("”"));
        said = said.words(if input.list { ", each one of " } else { ", one of " }).joined(texts, ", ", ", ");
        if all.len() > TEXTS_MAX {
            said = said.words(format!(" and {} more", all.len() - TEXTS_MAX));
        }
    }
    if let Some(days) = input.max_age_days {
        let days = many(usize::try_from(days).unwrap_or(usize::MAX), "day", "days");
        said = said.words(format!("; at most {days} old"));
    }
    said
}

/// Returns what becomes of an application where a missing input could change the result.
fn missing(body: &PolicyBody, input: &InputBody) -> Line {
    if input.protected {
        return words("Nothing: no rule reads it.");
    }
    let refers = |said: Line| {
        let said = said.code("MISSING_INPUT");
        if input.max_age_days.is_some() {
            said.words(" or ").code("INPUT_STALE").words(".")
        } else {
            said.words(".")
        }
    };
    match &input.on_missing {
        OnMissing::Refer => {
            refers(words("Where it could change the result, the application is referred with "))
        }
        OnMissing::Decline(reason) => words("Where it could change the result, the application is declined with ")
            .code(reason)
            .words("; it is referred where another unknown value, which does not ask for a decline, could change the result of the same step too."),
        OnMissing::Value(value) => {
            let currency = input.currency.or(body.currency);
            let scalar = match (input.kind, currency) {
                (InputType::Money, Some(currency)) => Some(Scalar::Money(currency)),
                (InputType::Date, _) => Some(Scalar::Date),
                _ => None,
            };
            words("The value ").line(json(scalar, value)).words(" is taken instead, and the answer lists it as assumed.")
        }
        OnMissing::Skip => refers(
            words("A row that hangs only on inputs like this does not match. Elsewhere, where it could change the result, the application is referred with "),
        ),
    }
}
