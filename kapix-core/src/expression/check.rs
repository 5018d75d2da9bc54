//! A tree with its names and types: every part is checked and becomes code in one pass.

use super::functions::{self, Function};
use super::lexer;
use super::literal::Literal;
use super::parser;
use super::program::{Aggregate, Bound, Direction, Part, Program, Step, Values};
use super::scope::{Name, Scope, Symbols};
use super::slot::{Slot, Unknown, is_among, is_whole};
use super::syntax::{Node, NodeKind, Operator, Span, UnaryTest};
use super::types::Scalar;
use crate::error::{Cause, Error, Result};
use std::sync::Arc;

/// Decimals that a number may be rounded to, on either side of the point.
const DECIMALS_MAX: f64 = 15.0;

/// An expression whose names and types are known.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The text.
    pub text: Arc<str>,
    /// Type of its value.
    pub scalar: Scalar,
    /// The symbols that its value may have, where it is the name of a text with a list of them.
    pub values: Option<Arc<[u32]>>,
    /// Its code.
    pub program: Program,
}

/// What is known of a part that stands on the stack.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub(super) scalar: Scalar,
    /// The number, of a literal: it is whole minor units beside money, and days beside a span.
    pub(super) literal: Option<f64>,
    pub(super) values: Option<Arc<[u32]>>,
    pub(super) span: Span,
}

/// Makes code while it checks.
pub(super) struct Checker<'s> {
    pub(super) text: &'s str,
    pub(super) scope: &'s Scope,
    pub(super) symbols: &'s mut Symbols,
    /// What `item` or the subject of a cell is.
    pub(super) item: Option<Checked>,
    pub(super) program: Program,
}

impl Expression {
    /// Returns the expression in a text; an error has its line and column.
    ///
    /// ```
    /// use kapix_core::expression::{Expression, Name, Scalar, Scope, Symbols};
    /// use kapix_core::Cause;
    ///
    /// let (mut scope, mut symbols) = (Scope::default(), Symbols::default());
    /// scope.add("age", Name::One { slot: 0, scalar: Scalar::Integer, values: None });
    /// let adult = Expression::compile("age >= 18", &scope, &mut symbols)?;
    /// assert_eq!(adult.scalar, Scalar::Boolean);
    /// let error = Expression::compile("age >= \"18\"", &scope, &mut symbols).unwrap_err();
    /// assert_eq!(error.cause, Cause::ExpressionType);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn compile(text: &str, scope: &Scope, symbols: &mut Symbols) -> Result<Self> {
        let node = parser::expression(text)?;
        let mut checker = Checker { text, scope, symbols, item: None, program: Program::default() };
        let checked = checker.emit(&node)?;
        let program = checker.finish()?;
        Ok(Self { text: text.into(), scalar: checked.scalar, values: checked.values, program })
    }

    /// Returns the value of an expression that reads nothing.
    pub fn constant(&self, symbols: &Symbols) -> Option<Slot> {
        let is_constant = self.program.slots.is_empty() && self.program.lists.is_empty();
        is_constant.then(|| self.program.run(&Values { slots: &[], lists: &[], symbols, texts: &[] }))
    }
}

impl Checker<'_> {
    /// Returns the code.
    pub(super) fn finish(self) -> Result<Program> {
        let mut program = self.program;
        for numbers in [&mut program.slots, &mut program.lists] {
            numbers.sort_unstable();
            numbers.dedup();
        }
        if program.fits() {
            return Ok(program);
        }
        Err(Error::new(
            Cause::LimitExceeded,
            "an expression keeps too many values at one time: put parts of it into derived values",
        ))
    }

    pub(super) fn wrong(&self, span: Span, message: &str) -> Error {
        self.error(Cause::ExpressionType, span, message)
    }

    fn error(&self, cause: Cause, span: Span, message: &str) -> Error {
        Error::new(cause, format!("{message}, {}", lexer::place(self.text, span.start)))
    }

    fn step(&mut self, step: Step) {
        self.program.code.push(step);
    }

    /// Makes code that puts the value of a part on the stack, and returns what is known of it.
    pub(super) fn emit(&mut self, node: &Node) -> Result<Checked> {
        let known = |scalar| Checked { scalar, literal: None, values: None, span: node.span };
        match &node.kind {
            NodeKind::Literal(literal) => Ok(self.literal(literal, node.span)),
            NodeKind::Name(name) => self.name(name, node.span),
            NodeKind::Part(value, part) => {
                let value = self.emit(value)?;
                self.part(&value, part, node.span)
            }
            NodeKind::Negative(value) => {
                let value = self.emit(value)?;
                self.number(&value)?;
                self.step(Step::Negate);
                Ok(Checked { literal: value.literal.map(|it| -it), ..known(value.scalar) })
            }
            NodeKind::Binary(operator, left, right) => self.binary(*operator, left, right, node.span),
            NodeKind::Between(parts) => {
                let [value, low, high] = &**parts;
                let value = self.emit(value)?;
                self.step(Step::Copy(0));
                self.compared(&value, low, Operator::GreaterOrEqual)?;
                self.step(Step::Copy(1));
                self.compared(&value, high, Operator::LessOrEqual)?;
                self.step(Step::And);
                self.step(Step::DropBelow);
                Ok(known(Scalar::Boolean))
            }
            NodeKind::In(value, tests) => {
                let value = self.emit(value)?;
                self.tests(&value, tests)?;
                self.step(Step::DropBelow);
                Ok(known(Scalar::Boolean))
            }
            NodeKind::If(parts) => {
                let [condition, yes, no] = &**parts;
                let condition = self.emit(condition)?;
                self.expect(&condition, Scalar::Boolean)?;
                let (yes, no) = (self.emit(yes)?, self.emit(no)?);
                let scalar = self.meet(&yes, &no, "`then` and `else` have")?;
                self.step(Step::Choose);
                Ok(known(scalar))
            }
            NodeKind::Call(name, arguments) => self.call(name, arguments, node.span),
            NodeKind::Filter(..) => {
                let message =
                    "a list is no value: use it within `sum`, `count`, `min`, `max`, `mean`, `all` or `any`";
                Err(self.wrong(node.span, message))
            }
        }
    }

    fn literal(&mut self, literal: &Literal, span: Span) -> Checked {
        let (scalar, value) = match literal {
            Literal::Number(value) if is_whole(*value) => (Scalar::Integer, *value),
            Literal::Number(value) => (Scalar::Number, *value),
            Literal::Text(text) => (Scalar::Text, f64::from(self.symbols.add(text))),
            Literal::Boolean(value) => (Scalar::Boolean, f64::from(u8::from(*value))),
            Literal::Date(date) => (Scalar::Date, f64::from(date.epoch_days())),
            Literal::Days(days) => (Scalar::Days, *days),
            Literal::Months(months) => (Scalar::Months, *months),
        };
        self.step(Step::Constant(value));
        let literal = matches!(literal, Literal::Number(_) | Literal::Text(_)).then_some(value);
        Checked { scalar, literal, values: None, span }
    }

    fn name(&mut self, name: &str, span: Span) -> Result<Checked> {
        if let ("item", Some(item)) = (name, self.item.clone()) {
            self.step(Step::Item);
            return Ok(Checked { span, ..item });
        }
        match self.scope.get(name) {
            Some(Name::One { slot, scalar, values }) => {
                self.program.slots.push(*slot);
                self.step(Step::Load(*slot));
                return Ok(Checked { scalar: *scalar, literal: None, values: values.clone(), span });
            }
            Some(Name::List { .. }) => {
                let message = format!(
                    "`{name}` is a list: use it within `sum`, `count`, `min`, `max`, `mean`, `all` or `any`"
                );
                return Err(self.wrong(span, &message));
            }
            None => {}
        }
        // `opened.year` is a part of the value `opened`.
        if let Some((value, part)) = name.rsplit_once('.')
            && (self.scope.get(value).is_some() || value == "item")
        {
            let value = self.name(value, span)?;
            return self.part(&value, part, span);
        }
        Err(self.unknown(name, span))
    }

    fn unknown(&self, name: &str, span: Span) -> Error {
        let near = self.scope.near(name).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        self.error(Cause::ExpressionName, span, &format!("nothing is called `{name}`{near}"))
    }

    fn part(&mut self, value: &Checked, part: &str, span: Span) -> Result<Checked> {
        let part = match (value.scalar, part) {
            (Scalar::Date, "year") => Part::Year,
            (Scalar::Date, "month") => Part::Month,
            (Scalar::Date, "day") => Part::Day,
            (Scalar::Date, "weekday") => Part::Weekday,
            (Scalar::Days, "days") => Part::Days,
            (Scalar::Months, "years") => Part::Years,
            (Scalar::Months, "months") => Part::Months,
            (scalar, _) => {
                let parts = match scalar {
                    Scalar::Date => "`year`, `month`, `day` and `weekday`",
                    Scalar::Days => "`days`",
                    Scalar::Months => "`years` and `months`",
                    _ => "no parts",
                };
                return Err(self.wrong(span, &format!("{scalar} has {parts}")));
            }
        };
        self.step(Step::Part(part));
        Ok(Checked { scalar: Scalar::Integer, literal: None, values: None, span })
    }

    pub(super) fn expect(&self, value: &Checked, scalar: Scalar) -> Result<()> {
        if value.scalar == scalar {
            return Ok(());
        }
        Err(self.wrong(value.span, &format!("expected {scalar}, not {}", value.scalar)))
    }

    /// Returns an error unless the value is a number or an amount of something.
    fn number(&self, value: &Checked) -> Result<()> {
        if matches!(value.scalar, Scalar::Boolean | Scalar::Text | Scalar::Date) {
            return Err(self.wrong(value.span, &format!("expected a number, not {}", value.scalar)));
        }
        Ok(())
    }

    /// Returns the type of two values that are compared, added or chosen from.
    pub(super) fn meet(&self, left: &Checked, right: &Checked, what: &str) -> Result<Scalar> {
        if let Some(scalar) = left.scalar.joined(right.scalar) {
            return Ok(scalar);
        }
        for (literal, other) in [(left, right), (right, left)] {
            if let (Some(value), Scalar::Money(_) | Scalar::Amount(_)) = (literal.literal, other.scalar)
                && literal.scalar != Scalar::Text
            {
                if is_whole(value) {
                    return Ok(other.scalar);
                }
                let message = format!("a number beside {} must be whole minor units", other.scalar);
                return Err(self.wrong(literal.span, &message));
            }
        }
        let message = format!("{what} different types: {} and {}", left.scalar, right.scalar);
        Err(self.wrong(right.span, &message))
    }

    fn binary(&mut self, operator: Operator, left: &Node, right: &Node, span: Span) -> Result<Checked> {
        let left = self.emit(left)?;
        let known = |scalar| Checked { scalar, literal: None, values: None, span };
        match operator {
            Operator::And | Operator::Or => {
                let right = self.emit(right)?;
                self.expect(&left, Scalar::Boolean)?;
                self.expect(&right, Scalar::Boolean)?;
                self.step(if operator == Operator::And { Step::And } else { Step::Or });
                Ok(known(Scalar::Boolean))
            }
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                self.compared(&left, right, operator)?;
                Ok(known(Scalar::Boolean))
            }
            _ => {
                let right = self.emit(right)?;
                let scalar = self.arithmetic(operator, &left, &right, span)?;
                Ok(known(scalar))
            }
        }
    }

    /// Makes code that compares the value on the stack with a part.
    pub(super) fn compared(&mut self, left: &Checked, right: &Node, operator: Operator) -> Result<Checked> {
        let right = self.emit(right)?;
        let joined = self.meet(left, &right, &format!("`{}` stands between", operator.as_str()))?;
        self.occurs(left, &right)?;
        self.occurs(&right, left)?;
        let step = match operator {
            Operator::NotEqual => Step::NotEqual,
            Operator::Less => Step::Less,
            Operator::LessOrEqual => Step::LessOrEqual,
            Operator::Greater => Step::Greater,
            Operator::GreaterOrEqual => Step::GreaterOrEqual,
            _ => Step::Equal,
        };
        if !joined.is_ordered() && !matches!(step, Step::Equal | Step::NotEqual) {
            return Err(self.wrong(right.span, &format!("{joined} has no order")));
        }
        self.step(step);
        Ok(right)
    }

    /// Returns an error where a text is compared with one that it cannot be.
    fn occurs(&self, value: &Checked, literal: &Checked) -> Result<()> {
        let (Some(values), Some(number), Scalar::Text) = (&value.values, literal.literal, literal.scalar)
        else {
            return Ok(());
        };
        if is_among(number, values) {
            return Ok(());
        }
        let names: Vec<&str> = values.iter().filter_map(|it| self.symbols.text(*it)).collect();
        Err(self.wrong(literal.span, &format!("the text must be one of `{}`", names.join("`, `"))))
    }

    /// Makes code of the tests of the value on the stack, joined by `or`; the value stays below their result.
    pub(super) fn tests(&mut self, value: &Checked, tests: &[UnaryTest]) -> Result<()> {
        for (number, test) in tests.iter().enumerate() {
            let results = u8::from(number > 0);
            self.step(Step::Copy(results));
            match test {
                UnaryTest::Equal(node) => drop(self.compared(value, node, Operator::Equal)?),
                UnaryTest::Compare(operator, node) => drop(self.compared(value, node, *operator)?),
                UnaryTest::Range { low, low_closed, high, high_closed } => {
                    let lower = if *low_closed { Operator::GreaterOrEqual } else { Operator::Greater };
                    self.compared(value, low, lower)?;
                    self.step(Step::Copy(results + 1));
                    let upper = if *high_closed { Operator::LessOrEqual } else { Operator::Less };
                    self.compared(value, high, upper)?;
                    self.step(Step::And);
                }
            }
            if number > 0 {
                self.step(Step::Or);
            }
        }
        Ok(())
    }

    fn arithmetic(
        &mut self,
        operator: Operator,
        left: &Checked,
        right: &Checked,
        span: Span,
    ) -> Result<Scalar> {
        use Scalar::{Amount, Date, Days, Integer, Money, Months, Number};
        let (one, other) = (left.scalar, right.scalar);
        let (scalar, step) = match (operator, one, other) {
            (Operator::Add, Date, Days) | (Operator::Add, Days, Date) => (Date, Step::MoveDate),
            (Operator::Subtract, Date, Days) => {
                self.step(Step::Negate);
                (Date, Step::MoveDate)
            }
            (Operator::Subtract, Date, Date) => (Days, Step::Subtract(Bound::Whole)),
            (Operator::Add | Operator::Subtract, ..) if one != Date && other != Date => {
                self.number(left)?;
                self.number(right)?;
                let scalar = self.meet(left, right, &format!("`{}` stands between", operator.as_str()))?;
                let bound = bound(scalar);
                (scalar, if operator == Operator::Add { Step::Add(bound) } else { Step::Subtract(bound) })
            }
            (Operator::Multiply, Integer, Integer) => (Integer, Step::Multiply(Bound::Whole)),
            (Operator::Multiply, Integer | Number, Integer | Number) => {
                (Number, Step::Multiply(Bound::Finite))
            }
            (Operator::Multiply, whole @ (Money(_) | Days | Months), Integer)
            | (Operator::Multiply, Integer, whole @ (Money(_) | Days | Months)) => {
                (whole, Step::Multiply(Bound::Whole))
            }
            (Operator::Multiply, Money(it) | Amount(it), Integer | Number)
            | (Operator::Multiply, Integer | Number, Money(it) | Amount(it)) => {
                (Amount(it), Step::Multiply(Bound::Finite))
            }
            (Operator::Divide, Integer | Number, Integer | Number)
            | (Operator::Divide, Days, Days)
            | (Operator::Divide, Months, Months) => (Number, Step::Divide),
            (Operator::Divide, Money(it) | Amount(it), Integer | Number) => (Amount(it), Step::Divide),
            (Operator::Divide, Money(it) | Amount(it), Money(same) | Amount(same)) if it == same => {
                (Number, Step::Divide)
            }
            (Operator::Power, Integer | Number, Integer | Number) => (Number, Step::Power),
            _ => {
                let message = format!("`{}` cannot stand between {one} and {other}", operator.as_str());
                return Err(self.wrong(span, &message));
            }
        };
        self.step(step);
        Ok(scalar)
    }

    fn call(&mut self, name: &str, arguments: &[Node], span: Span) -> Result<Checked> {
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
                for argument in [text, part] {
                    let argument = self.emit(argument)?;
                    self.expect(&argument, Scalar::Text)?;
                }
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

    /// Returns number and type of a list, and the condition on its items.
    fn list<'n>(&mut self, node: &'n Node) -> Result<(u16, Scalar, Option<&'n Node>)> {
        let (named, condition) = match &node.kind {
            NodeKind::Filter(list, condition) => (&**list, Some(&**condition)),
            _ => (node, None),
        };
        let NodeKind::Name(name) = &named.kind else {
            return Err(self.wrong(named.span, "expected the name of a list"));
        };
        match self.scope.get(name) {
            Some(Name::List { list, scalar }) => {
                self.program.lists.push(*list);
                Ok((*list, *scalar, condition))
            }
            Some(Name::One { .. }) => Err(self.wrong(named.span, &format!("`{name}` is no list"))),
            None => Err(self.unknown(name, named.span)),
        }
    }

    fn aggregate(&mut self, aggregate: Aggregate, node: &Node) -> Result<Scalar> {
        let (list, scalar, condition) = self.list(node)?;
        let gives = match (aggregate, scalar) {
            (Aggregate::All | Aggregate::Any, Scalar::Boolean) => Scalar::Boolean,
            (Aggregate::Count, _) => Scalar::Integer,
            (Aggregate::Min | Aggregate::Max, it) if it.is_ordered() => it,
            (Aggregate::Mean, Scalar::Integer | Scalar::Number) => Scalar::Number,
            (Aggregate::Mean, Scalar::Money(it) | Scalar::Amount(it)) => Scalar::Amount(it),
            (Aggregate::Sum, it) if !matches!(it, Scalar::Boolean | Scalar::Text | Scalar::Date) => it,
            _ => return Err(self.wrong(node.span, &format!("the function does not take a list of {scalar}"))),
        };
        let condition = condition.map(|node| self.condition(node, scalar)).transpose()?;
        self.program.each_item += 1;
        self.step(Step::Aggregate { aggregate, list, scalar, condition: condition.map(Box::new) });
        Ok(gives)
    }

    /// Returns the code of a condition on the items of a list.
    fn condition(&mut self, node: &Node, scalar: Scalar) -> Result<Program> {
        let item = Some(Checked { scalar, literal: None, values: None, span: node.span });
        let outer = core::mem::replace(&mut self.item, item);
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
        let (number, scalar, condition) = self.list(list)?;
        if let Some(condition) = condition {
            return Err(self.wrong(condition.span, "`list contains` takes the name of a list"));
        }
        let value = self.emit(value)?;
        let item = Checked { scalar, literal: None, values: None, span: list.span };
        self.meet(&item, &value, "list and value have")?;
        self.program.each_item += 1;
        self.step(Step::ListContains(number));
        Ok(Scalar::Boolean)
    }
}

/// Returns how the results of a type are bounded.
const fn bound(scalar: Scalar) -> Bound {
    if scalar.is_whole() { Bound::Whole } else { Bound::Finite }
}

impl Unknown {
    /// Returns an error for a constant without a value.
    pub(super) fn refused(self, text: &str) -> Error {
        let why = if self.has(Self::DIVISION_BY_ZERO) { "it divides by zero" } else { "it has no value" };
        Error::new(
            Cause::ExpressionType,
            format!("a constant must have a value: {why}, {}", lexer::place(text, 0)),
        )
    }
}
