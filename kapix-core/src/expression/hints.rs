//! What a text was probably meant as: errors of syntax that say what to write instead.

use super::lexer::{self, Token};
use super::literal::Literal;
use super::parser;
use super::syntax::{Node, NodeKind, Operator, Span, UnaryTest};
use super::types::Scalar;
use crate::error::{Error, Result};
use crate::time::Date;
use std::collections::BTreeSet;

/// Signs of other languages, and what stands for them here.
pub(super) const FOREIGN: [(&str, &str); 11] = [
    ("==", "write `=`"),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("<>", "write `!=`"),
    ("=>", "write `>=`"),
    ("=<", "write `<=`"),
    ("\u{2265}", "write `>=`"),
    ("\u{2264}", "write `<=`"),
    ("'", "a text stands in double quotes"),
    ("\u{201c}", "a text stands in straight quotes"),
    ("%", "write a share as a number, `0.3`"),
];

/// Bytes of a text up to which is looked for what it was meant as: nobody writes a longer one by hand.
const MEANT_BYTES_MAX: usize = 4_096;

/// Bytes of a text that was probably meant as one without its quotes.
const NAME_BYTES_MAX: usize = 128;

/// Words of the language.
const WORDS: [&str; 9] = ["and", "or", "not", "if", "then", "else", "true", "false", "between"];

/// Returns the word of the language that another spelling means.
pub(super) fn word(name: &str) -> Option<&'static str> {
    WORDS.into_iter().find(|word| *word != name && word.eq_ignore_ascii_case(name))
}

/// Returns the error of an expression, with the word of the language that is not written in small letters.
pub(super) fn of_expression(text: &str, error: Error) -> Error {
    if text.len() > MEANT_BYTES_MAX {
        return error;
    }
    let tokens = lexer::tokens(text).unwrap_or_default();
    let found = tokens.iter().find_map(|(token, span)| match token {
        Token::Word(name) => Some((name, word(name)?, span)),
        _ => None,
    });
    let Some((name, word, span)) = found else { return error };
    lexer::wrong(text, span.start, &format!("`{name}` is written `{word}`"))
}

/// Returns the error of a cell, with what the cell was probably meant as.
pub(super) fn of_cell(text: &str, error: Error) -> Error {
    if text.len() > MEANT_BYTES_MAX {
        return error;
    }
    if text.trim().is_empty() {
        return lexer::wrong(text, 0, "the cell is empty: write `-` where every value passes");
    }
    let tokens = lexer::tokens(text).unwrap_or_default();
    let is_join = |it: &str| it.eq_ignore_ascii_case("and") || it.eq_ignore_ascii_case("or");
    let has_if = tokens.iter().any(|(token, _)| matches!(token, Token::Word(it) if it == "if"));
    let mut depth = 0_usize;
    let join = tokens.iter().find(|(token, _)| {
        match token {
            Token::Sign("(" | "[") => depth += 1,
            Token::Sign(")" | "]") => depth = depth.saturating_sub(1),
            _ => {}
        }
        // Within parentheses and a condition the words join truth values.
        depth == 0 && !has_if && matches!(token, Token::Word(it) if is_join(it))
    });
    match join {
        Some((Token::Word(word), span)) => {
            let message = joined(text, &word.to_lowercase(), *span);
            lexer::wrong(text, span.start, &message)
        }
        _ => of_expression(text, error),
    }
}

/// Returns what to write instead of two tests with `and` or `or` between them.
fn joined(text: &str, word: &str, span: Span) -> String {
    if word == "or" {
        return "tests of a cell are joined by a comma: write `A, B` for `A or B`".to_owned();
    }
    let before = text.get(..span.start).unwrap_or_default();
    let behind = text.get(span.end..).unwrap_or_default();
    let range = one(before).zip(one(behind)).and_then(|sides| match sides {
        ((low @ (Operator::Greater | Operator::GreaterOrEqual), from), (high, to))
        | ((high, to), (low @ (Operator::Greater | Operator::GreaterOrEqual), from))
            if matches!(high, Operator::Less | Operator::LessOrEqual) =>
        {
            let open = if low == Operator::Greater { '(' } else { '[' };
            let close = if high == Operator::Less { ')' } else { ']' };
            Some(format!("{open}{from}..{to}{close}"))
        }
        _ => None,
    });
    format!("a cell has no `and`: write a range, `{}`", range.as_deref().unwrap_or("[18..25)"))
}

/// Returns the comparison of a text and what it compares with, where that is all.
fn one(text: &str) -> Option<(Operator, &str)> {
    let (tests, false) = parser::tests_of(text).ok()?? else { return None };
    match &tests[..] {
        [UnaryTest::Compare(operator, node)] => Some((*operator, text.get(node.span.start..node.span.end)?)),
        _ => None,
    }
}

/// Returns an error where a test is a sum of two written numbers: `18-25` is no range.
pub(super) fn refuse_sums(text: &str, tests: &[UnaryTest]) -> Result<()> {
    let sum = tests.iter().find_map(|test| match test {
        UnaryTest::Equal(node) => Some((sum_of(node)?, node.span)),
        _ => None,
    });
    let Some(((left, operator, right), span)) = sum else { return Ok(()) };
    let of = |span: Span| text.get(span.start..span.end).unwrap_or_default();
    let (low, high) = (of(left), of(right));
    let message = match operator {
        Operator::Subtract => {
            format!("`{low}-{high}` is a subtraction: write `[{low}..{high}]` for a range, or the number")
        }
        _ => "a cell is no sum of two numbers: write the number".to_owned(),
    };
    Err(lexer::wrong(text, span.start, &message))
}

fn sum_of(node: &Node) -> Option<(Span, Operator, Span)> {
    let is_number = |kind: &NodeKind| match kind {
        NodeKind::Literal(Literal::Number(_)) => true,
        NodeKind::Negative(inner) => matches!(inner.kind, NodeKind::Literal(Literal::Number(_))),
        _ => false,
    };
    let NodeKind::Chain(first, links) = &node.kind else { return None };
    let [(operator, second)] = &links[..] else { return None };
    (is_number(&first.kind) && is_number(&second.kind)).then_some((first.span, *operator, second.span))
}

/// Returns the error of a cell of a column of this type, with the form of a date that stands there alone.
pub(super) fn of_date(text: &str, scalar: Scalar, error: Error) -> Error {
    let date = text.trim().trim_start_matches(['<', '>', '=']).trim();
    if scalar != Scalar::Date || Date::parse(date).is_err() {
        return error;
    }
    lexer::wrong(text, 0, &format!("a date is written `date(\"{date}\")`"))
}

/// Returns the error of a cell of a column of this type, with the quotes that a text needs.
pub(super) fn of_column(text: &str, scalar: Scalar, error: Error) -> Error {
    let bare = text.trim();
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, ' ' | '_' | '-' | '.' | '/' | '&');
    let is_text =
        bare.len() <= NAME_BYTES_MAX && bare.starts_with(char::is_alphanumeric) && bare.chars().all(is_part);
    if scalar == Scalar::Text && is_text {
        return lexer::wrong(text, 0, &quoted(bare));
    }
    error
}

/// Returns what to write for a text without quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("a text stands in quotes: write `\"{text}\"`, in YAML `'\"{text}\"'`")
}

/// Returns whether a text reads one of these names.
pub(crate) fn reads(text: &str, names: &BTreeSet<String>) -> bool {
    if names.is_empty() {
        return false;
    }
    let mut name = String::new();
    lexer::tokens(text).unwrap_or_default().iter().any(|(token, _)| {
        match token {
            Token::Word(word) if name.ends_with('.') => name.push_str(word),
            Token::Word(word) => name.clone_from(word),
            Token::Sign(".") => name.push('.'),
            _ => name.clear(),
        }
        names.contains(&name)
    })
}
