//! Expressions and cells as pieces of a sentence: what is tested becomes words, what is computed stays a formula.

use super::literal::Literal;
use super::parser;
use super::syntax::{Node, NodeKind, Operator, Span, UnaryTest};
use crate::error::Result;
use crate::time::Date;

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Words, with the spaces around them.
    Words(&'static str),
    /// A part of the text as it is written.
    Formula(String),
    /// A value that is written in the text.
    Value(Constant),
}

/// A value that is written in a text; a number has the type of what it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Number(f64),
    Text(String),
    Boolean(bool),
    Date(Date),
    Days(f64),
    Months(f64),
}

/// Returns what a cell asks of its column, as it stands behind `is`; `None` for `-`, which everything passes. Dates come
/// `before` and `after` others, all else lies `below` and `above`.
pub(crate) fn of_cell(text: &str, are_dates: bool) -> Result<Option<Vec<Piece>>> {
    let cell = parser::cell(text)?;
    Ok(cell.map(|(tests, negated)| {
        let mut writer = Writer { text, are_dates, pieces: Vec::new() };
        writer.tests(&tests, negated);
        writer.pieces
    }))
}

/// Returns an expression: conditions in words, all else as a formula.
pub(crate) fn of_expression(text: &str) -> Result<Vec<Piece>> {
    let node = parser::expression(text)?;
    let mut writer = Writer { text, are_dates: false, pieces: Vec::new() };
    writer.value(&node);
    Ok(writer.pieces)
}

struct Writer<'t> {
    text: &'t str,
    are_dates: bool,
    pieces: Vec<Piece>,
}

impl Writer<'_> {
    fn words(&mut self, words: &'static str) {
        self.pieces.push(Piece::Words(words));
    }

    fn formula(&mut self, span: Span) {
        let text = self.text.get(span.start..span.end).unwrap_or_default().trim();
        self.pieces.push(Piece::Formula(text.to_owned()));
    }

    /// Writes what is compared with: a constant as a value, all else as a formula.
    fn operand(&mut self, node: &Node) {
        match constant(node) {
            Some(constant) => self.pieces.push(Piece::Value(constant)),
            None => self.formula(node.span),
        }
    }

    fn tests(&mut self, tests: &[UnaryTest], negated: bool) {
        let are_values = tests.iter().all(|it| matches!(it, UnaryTest::Equal(_)));
        match (negated, are_values, tests) {
            (true, true, [_]) => self.words("not "),
            (true, true, _) => self.words("none of "),
            (true, false, _) => self.words("not ("),
            (false, ..) => {}
        }
        let last = tests.len() - usize::from(!tests.is_empty());
        for (number, test) in tests.iter().enumerate() {
            match number {
                0 => {}
                _ if are_values && (negated || number < last) => self.words(", "),
                _ => self.words(" or "),
            }
            self.test(test, tests.len() > 1);
        }
        if negated && !are_values {
            self.words(")");
        }
    }

    fn test(&mut self, test: &UnaryTest, is_one_of_several: bool) {
        match test {
            UnaryTest::Equal(node) => self.operand(node),
            UnaryTest::Compare(operator, node) => {
                let words = self.compared(*operator);
                self.words(words);
                self.operand(node);
            }
            UnaryTest::Range { low, low_closed, high, high_closed } => {
                if is_one_of_several {
                    self.words("(");
                }
                let lower = if *low_closed { Operator::GreaterOrEqual } else { Operator::Greater };
                let words = self.compared(lower);
                self.words(words);
                self.operand(low);
                self.words(" and ");
                let upper = if *high_closed { Operator::LessOrEqual } else { Operator::Less };
                let words = self.compared(upper);
                self.words(words);
                self.operand(high);
                if is_one_of_several {
                    self.words(")");
                }
            }
        }
    }

    const fn compared(&self, operator: Operator) -> &'static str {
        match (operator, self.are_dates) {
            (Operator::Less, false) => "below ",
            (Operator::LessOrEqual, false) => "at most ",
            (Operator::Greater, false) => "above ",
            (Operator::GreaterOrEqual, false) => "at least ",
            (Operator::Less, true) => "before ",
            (Operator::LessOrEqual, true) => "on or before ",
            (Operator::Greater, true) => "after ",
            (Operator::GreaterOrEqual, true) => "on or after ",
            (Operator::NotEqual, _) => "not ",
            _ => "",
        }
    }

    /// Writes a value: a choice by its condition, a condition in words, all else as a formula.
    fn value(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::If(parts) => {
                let [condition, yes, no] = &**parts;
                // A choice within a choice would read as one of the outer.
                if matches!(yes.kind, NodeKind::If(_)) {
                    self.formula(yes.span);
                } else {
                    self.value(yes);
                }
                self.words(" if ");
                self.condition(condition, false);
                self.words(", otherwise ");
                self.value(no);
            }
            NodeKind::Binary(operator, ..) if operator.binding() == Operator::Equal.binding() => {
                self.condition(node, false);
            }
            NodeKind::Between(_) | NodeKind::In(..) => self.condition(node, false),
            _ if joins(node).is_some() => self.condition(node, false),
            _ => self.formula(node.span),
        }
    }

    /// Writes a condition in words, in parentheses where it stands within another.
    fn condition(&mut self, node: &Node, is_within: bool) {
        match &node.kind {
            NodeKind::Chain(first, links) if joins(node).is_some() => {
                if is_within {
                    self.words("(");
                }
                self.condition(first, joins(node).is_some_and(|operator| !is_chain(operator, first)));
                for (operator, right) in links {
                    self.words(if *operator == Operator::And { " and " } else { " or " });
                    self.condition(right, !is_chain(*operator, right));
                }
                if is_within {
                    self.words(")");
                }
            }
            NodeKind::Binary(operator, left, right) if operator.binding() == Operator::Equal.binding() => {
                let are_dates = core::mem::replace(&mut self.are_dates, is_date(left) || is_date(right));
                self.operand(left);
                self.words(" is ");
                let words = self.compared(*operator);
                self.words(words);
                self.operand(right);
                self.are_dates = are_dates;
            }
            NodeKind::Between(_) | NodeKind::In(..) if is_within => {
                self.words("(");
                self.condition(node, false);
                self.words(")");
            }
            NodeKind::Between(parts) => {
                let [value, low, high] = &**parts;
                let are_dates = core::mem::replace(&mut self.are_dates, is_date(low) || is_date(high));
                self.operand(value);
                self.words(" is ");
                let words = self.compared(Operator::GreaterOrEqual);
                self.words(words);
                self.operand(low);
                self.words(" and ");
                let words = self.compared(Operator::LessOrEqual);
                self.words(words);
                self.operand(high);
                self.are_dates = are_dates;
            }
            NodeKind::In(value, tests) => {
                let is_time = tests.iter().flat_map(UnaryTest::nodes).any(is_date);
                let are_dates = core::mem::replace(&mut self.are_dates, is_time);
                self.operand(value);
                self.words(" is ");
                self.tests(tests, false);
                self.are_dates = are_dates;
            }
            _ => {
                self.formula(node.span);
                self.words(" is true");
            }
        }
    }
}

/// Returns the `and` or `or` of a chain of conditions.
fn joins(node: &Node) -> Option<Operator> {
    let NodeKind::Chain(_, links) = &node.kind else { return None };
    links.first().map(|(operator, _)| *operator).filter(|it| matches!(it, Operator::And | Operator::Or))
}

/// Returns whether a part reads right within a chain of an operator: it has no other `and` or `or` of its own.
fn is_chain(operator: Operator, node: &Node) -> bool {
    let is_other = joins(node).is_some_and(|own| own != operator);
    !is_other && !matches!(node.kind, NodeKind::Between(_) | NodeKind::In(..))
}

const fn is_date(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Literal(Literal::Date(_)))
}

fn constant(node: &Node) -> Option<Constant> {
    match &node.kind {
        NodeKind::Literal(literal) => Some(match literal {
            Literal::Number(value) => Constant::Number(*value),
            Literal::Text(text) => Constant::Text(text.clone()),
            Literal::Boolean(value) => Constant::Boolean(*value),
            Literal::Date(date) => Constant::Date(*date),
            Literal::Days(days) => Constant::Days(*days),
            Literal::Months(months) => Constant::Months(*months),
        }),
        NodeKind::Negative(inner) => match constant(inner)? {
            Constant::Number(value) => Some(Constant::Number(-value)),
            Constant::Days(value) => Some(Constant::Days(-value)),
            Constant::Months(value) => Some(Constant::Months(-value)),
            Constant::Text(_) | Constant::Boolean(_) | Constant::Date(_) => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Constant, Piece, of_cell, of_expression};

    fn said(pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Words(words) => (*words).to_owned(),
            Piece::Formula(text) => format!("`{text}`"),
            Piece::Value(Constant::Number(value)) => value.to_string(),
            Piece::Value(Constant::Text(text)) => format!("{text:?}"),
            Piece::Value(Constant::Boolean(value)) => value.to_string(),
            Piece::Value(Constant::Date(date)) => date.to_string(),
            Piece::Value(Constant::Days(days)) => format!("{days} days"),
            Piece::Value(Constant::Months(months)) => format!("{months} months"),
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn cells_are_said_in_words() {
        for (cell, words) in [
            ("< 18", "below 18"),
            ("<= 18", "at most 18"),
            ("[500..580)", "at least 500 and below 580"),
            ("(0..1]", "above 0 and at most 1"),
            ("5", "5"),
            ("-5", "-5"),
            ("\"A\"", "\"A\""),
            ("\"A\", \"B\"", "\"A\" or \"B\""),
            ("\"A\", \"B\", \"C\"", "\"A\", \"B\" or \"C\""),
            ("not(\"A\")", "not \"A\""),
            ("not(\"A\", \"B\")", "none of \"A\", \"B\""),
            ("not([1..2])", "not (at least 1 and at most 2)"),
            ("< 3, [5..6]", "below 3 or (at least 5 and at most 6)"),
            ("> income * 0.3", "above `income * 0.3`"),
            ("[(a + b)..c]", "at least `(a + b)` and at most `c`"),
            ("true", "true"),
            ("> duration(\"P30D\")", "above 30 days"),
        ] {
            assert_eq!(said(&of_cell(cell, false).unwrap().unwrap()), words, "{cell}");
        }
        let after = of_cell(">= date(\"2026-01-31\")", true).unwrap().unwrap();
        assert_eq!(said(&after), "on or after 2026-01-31");
        assert_eq!(of_cell("-", false).unwrap(), None);
        assert!(of_cell("< ", false).is_err());
    }

    #[test]
    fn conditions_are_said_in_words_and_sums_stay_formulas() {
        for (expression, words) in [
            ("amount / income", "`amount / income`"),
            ("age < 18", "`age` is below 18"),
            ("age != 18", "`age` is not 18"),
            ("a = 1 or b = 2 and c = 3", "`a` is 1 or (`b` is 2 and `c` is 3)"),
            ("a = 1 and b = 2 and late", "`a` is 1 and `b` is 2 and `late` is true"),
            ("age between 18 and 65", "`age` is at least 18 and at most 65"),
            ("town in (\"A\", \"B\")", "`town` is \"A\" or \"B\""),
            ("town in (\"A\", \"B\") and a = 1", "(`town` is \"A\" or \"B\") and `a` is 1"),
            ("opened > date(\"2026-01-31\")", "`opened` is after 2026-01-31"),
            ("if age < 18 then 0 else amount * 2", "`0` if `age` is below 18, otherwise `amount * 2`"),
            ("count(late[item > 30])", "`count(late[item > 30])`"),
            (
                "if a then b else if c then d else e",
                "`b` if `a` is true, otherwise `d` if `c` is true, otherwise `e`",
            ),
        ] {
            assert_eq!(said(&of_expression(expression).unwrap()), words, "{expression}");
        }
    }
}
