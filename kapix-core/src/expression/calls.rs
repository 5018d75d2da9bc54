//! Functions and lists: their arguments are checked and become code.

use super::check::{Checked, Checker, bound};
use super::functions::{self, Function};
use super::literal::Literal;
use super::program::{Aggregate, Direction, Program, Step};
use super::scope::Name;
use super::slot::is_whole;
use super::syntax::{Node, NodeKind, Span};
use super::types::Scalar;
use crate::error::{Cause, Result};

/// Decimals that a number may be rounded to, on either side of the point.
const DECIMALS_MAX: f64 = 15.0;

impl Checker<'_> {
    pub(super) fn call(&mut self, name: &str, arguments: &[Node], span: Span) -> Result<Checked> {
        let Some((function, least, most)) = functions::named(name) else {
            let edits = |own: &&str| strsim::damerau_levenshtein(own, name);
            let near = functions::names().min_by_key(edits).filter(|own| edits(own) <= 2);
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(self.error(
                Cause::ExpressionName,
                span,
                &format!("no function is called `{name}`{near}"),
            ));
        };
        if arguments.len() < least || arguments.len() > most {
            let takes = if least == most { format!("`{least}`") } else { format!("`{least}` to `{most}`") };
            return Err(
                self.wrong(span, &format!("`{name}` takes {takes} arguments; got `{}`", arguments.len()))
            );
        }
        let scalar = match (function, arguments) {
            (Function::Aggregate(aggregate), [list]) if self.is_list(list) => {
                self.aggregate(aggregate, list)?
            }
            (Function::Aggregate(Aggregate::Min | Aggregate::Max), [first, others @ ..])
                if !others.is_empty() =>
            {
                self.extreme(function, first, others)?
            }
            (Function::Aggregate(_), [other, ..]) => {
                return Err(self.wrong(other.span, &format!("`{name}` takes a list")));
            }
            (Function::ListContains, [list, value]) => self.list_contains(list, value)?,
            (Function::Round(direction), [value, decimals @ ..]) => {
                self.round(direction, value, decimals.first())?
            }
            (Function::Not, [value]) => {
                self.applied(value, &[Scalar::Boolean], Step::Not, Some(Scalar::Boolean))?
            }
            (Function::TextLength, [value]) => {
                self.applied(value, &[Scalar::Text], Step::TextLength, Some(Scalar::Integer))?
            }
            _ => self.plain(function, name, arguments, span)?,
        };
        Ok(Checked { scalar, literal: None, values: None, span })
    }

    /// Makes code of a function whose arguments are values.
    fn plain(&mut self, function: Function, name: &str, arguments: &[Node], span: Span) -> Result<Scalar> {
        Ok(match (function, arguments) {
            (Function::Abs, [value]) => {
                let value = self.emit(value)?;
                self.number(&value)?;
                self.step(Step::Abs);
                value.scalar
            }
            (Function::Exp | Function::Ln | Function::Sqrt, [value]) => {
                let step = match function {
                    Function::Exp => Step::Exp,
                    Function::Ln => Step::Ln,
                    _ => Step::Sqrt,
                };
                self.applied(value, &[Scalar::Number, Scalar::Integer], step, Some(Scalar::Number))?
            }
            (Function::Modulo, [left, right]) => {
                let (left, right) = (self.emit(left)?, self.emit(right)?);
                let scalar = self.meet(&left, &right, "`modulo` takes two numbers, not")?;
                if !matches!(scalar, Scalar::Integer | Scalar::Number) {
                    return Err(self.wrong(left.span, &format!("expected a number, not {scalar}")));
                }
                self.step(Step::Modulo(bound(scalar)));
                scalar
            }
            (Function::TextTest(test), [text, part]) => {
                let (text, part) = (self.emit(text)?, self.emit(part)?);
                self.expect(&text, Scalar::Text)?;
                self.expect(&part, Scalar::Text)?;
                self.passes(test, &text, &part)?;
                self.step(Step::TextTest(test));
                Scalar::Boolean
            }
            (Function::MonthsBetween, [from, to]) => {
                for argument in [from, to] {
                    let argument = self.emit(argument)?;
                    self.expect(&argument, Scalar::Date)?;
                }
                self.step(Step::MonthsBetween);
                Scalar::Months
            }
            _ => return Err(self.wrong(span, &format!("`{name}` does not take these arguments"))),
        })
    }

    fn applied(
        &mut self,
        value: &Node,
        takes: &[Scalar],
        step: Step,
        gives: Option<Scalar>,
    ) -> Result<Scalar> {
        let value = self.emit(value)?;
        if !takes.contains(&value.scalar) {
            let wanted = takes.first().copied().unwrap_or(value.scalar);
            return Err(self.wrong(value.span, &format!("expected {wanted}, not {}", value.scalar)));
        }
        self.step(step);
        Ok(gives.unwrap_or(value.scalar))
    }

    /// Makes code of the least or the greatest of several values.
    fn extreme(&mut self, function: Function, first: &Node, others: &[Node]) -> Result<Scalar> {
        let mut so_far = self.emit(first)?;
        for other in others {
            let other = self.emit(other)?;
            let scalar = self.meet(&so_far, &other, "the values have")?;
            if !scalar.is_ordered() {
                return Err(self.wrong(other.span, &format!("{scalar} has no order")));
            }
            let is_min = function == Function::Aggregate(Aggregate::Min);
            self.step(if is_min { Step::Min } else { Step::Max });
            // Two literals stay one: both are minor units beside money.
            let literal = so_far.literal.and(other.literal);
            so_far = Checked { scalar, literal, values: None, span: so_far.span.to(other.span) };
        }
        Ok(so_far.scalar)
    }

    fn round(&mut self, direction: Direction, value: &Node, decimals: Option<&Node>) -> Result<Scalar> {
        let value = self.emit(value)?;
        let decimals = match decimals.map(|node| (&node.kind, node.span)) {
            None => 0.0,
            Some((NodeKind::Literal(Literal::Number(number)), _)) => *number,
            Some((NodeKind::Negative(node), span)) => match node.kind {
                NodeKind::Literal(Literal::Number(number)) => -number,
                _ => return Err(self.wrong(span, "the number of decimals must be written as a number")),
            },
            Some((_, span)) => {
                return Err(self.wrong(span, "the number of decimals must be written as a number"));
            }
        };
        if !is_whole(decimals) || decimals.abs() > DECIMALS_MAX {
            return Err(self.wrong(value.span, "the number of decimals must be whole, in `-15..=15`"));
        }
        let is_whole = decimals <= 0.0;
        let scalar = match value.scalar {
            Scalar::Number | Scalar::Integer if is_whole => Scalar::Integer,
            Scalar::Number | Scalar::Integer => Scalar::Number,
            Scalar::Money(it) | Scalar::Amount(it) if is_whole => Scalar::Money(it),
            Scalar::Money(it) | Scalar::Amount(it) => Scalar::Amount(it),
            other => return Err(self.wrong(value.span, &format!("expected a number, not {other}"))),
        };
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole, in -15..=15")]
        self.step(Step::Round(direction, decimals as i8, bound(scalar)));
        Ok(scalar)
    }

    fn is_list(&self, node: &Node) -> bool {
        match &node.kind {
            NodeKind::Name(name) => matches!(self.scope.get(name), Some(Name::List { .. })),
            NodeKind::Filter(..) => true,
            _ => false,
        }
    }

    /// Returns the number of a list, what an item is, and the condition on its items.
    fn list<'n>(&mut self, node: &'n Node) -> Result<(u16, Checked, Option<&'n Node>)> {
        let (named, condition) = match &node.kind {
            NodeKind::Filter(list, condition) => (&**list, Some(&**condition)),
            _ => (node, None),
        };
        let NodeKind::Name(name) = &named.kind else {
            return Err(self.wrong(named.span, "expected the name of a list"));
        };
        match self.scope.get(name) {
            Some(Name::List { list, scalar, values }) => {
                self.program.lists.push(*list);
                let values = values.clone();
                let item = Checked { scalar: *scalar, literal: None, values, span: named.span };
                Ok((*list, item, condition))
            }
            Some(Name::One { .. }) => Err(self.wrong(named.span, &format!("`{name}` is no list"))),
            None => Err(self.unknown(name, named.span)),
        }
    }

    fn aggregate(&mut self, aggregate: Aggregate, node: &Node) -> Result<Scalar> {
        let (list, item, condition) = self.list(node)?;
        let scalar = item.scalar;
        let gives = match (aggregate, scalar) {
            (Aggregate::All | Aggregate::Any, Scalar::Boolean) => Scalar::Boolean,
            (Aggregate::Count, _) => Scalar::Integer,
            (Aggregate::Min | Aggregate::Max, it) if it.is_ordered() => it,
            (Aggregate::Mean, Scalar::Integer | Scalar::Number) => Scalar::Number,
            (Aggregate::Mean, Scalar::Money(it) | Scalar::Amount(it)) => Scalar::Amount(it),
            (Aggregate::Sum, it) if !matches!(it, Scalar::Boolean | Scalar::Text | Scalar::Date) => it,
            _ => return Err(self.wrong(node.span, &format!("the function does not take a list of {scalar}"))),
        };
        let condition = condition.map(|node| self.condition(node, item)).transpose()?;
        self.program.each_item += 1;
        self.step(Step::Aggregate { aggregate, list, scalar, condition: condition.map(Box::new) });
        Ok(gives)
    }

    /// Returns the code of a condition on the items of a list.
    fn condition(&mut self, node: &Node, item: Checked) -> Result<Program> {
        let outer = self.item.replace(item);
        let code = core::mem::take(&mut self.program);
        let checked = self.emit(node)?;
        self.expect(&checked, Scalar::Boolean)?;
        let mut condition = core::mem::replace(&mut self.program, code);
        self.item = outer;
        if condition.each_item > 0 || !condition.lists.is_empty() {
            return Err(
                self.wrong(node.span, "a condition on the items of a list must not read another list")
            );
        }
        if !condition.fits() {
            return Err(self.wrong(node.span, "a condition keeps too many values at one time"));
        }
        self.program.each_item += condition.code.len();
        self.program.slots.append(&mut condition.slots);
        Ok(condition)
    }

    fn list_contains(&mut self, list: &Node, value: &Node) -> Result<Scalar> {
        let (number, item, condition) = self.list(list)?;
        if let Some(condition) = condition {
            return Err(self.wrong(condition.span, "`list contains` takes the name of a list"));
        }
        let value = self.emit(value)?;
        self.meet(&item, &value, "list and value have")?;
        self.occurs(&item, &value)?;
        self.program.each_item += 1;
        self.step(Step::ListContains(number));
        Ok(Scalar::Boolean)
    }
}
