//! A tree with its names and types: every part is checked and becomes code in one pass.

use super::hints;
use super::lexer;
use super::literal::Literal;
use super::parser;
use super::program::{Bound, Part, Program, Step, Values};
use super::scope::{Name, Scope, Symbols};
use super::slot::{Slot, Unknown, is_whole};
use super::syntax::{Node, NodeKind, Operator, Span, UnaryTest};
use super::types::Scalar;
use crate::error::{Cause, Error, Result};
use std::sync::Arc;

/// An expression whose names and types are known.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The text.
    pub text: Arc<str>,
    /// Type of its value.
    pub scalar: Scalar,
    /// The symbols that its value may have, of a text that is known to be one of some.
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
    pub(crate) fn constant(&self, symbols: &Symbols) -> Option<Slot> {
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

    pub(super) fn error(&self, cause: Cause, span: Span, message: &str) -> Error {
        Error::new(cause, format!("{message}, {}", lexer::place(self.text, span.start)))
    }

    pub(super) fn step(&mut self, step: Step) {
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
            NodeKind::Binary(operator, left, right) => {
                let left = self.emit(left)?;
                self.binary(*operator, &left, right, node.span)
            }
            NodeKind::Chain(first, links) => {
                let mut so_far = self.emit(first)?;
                for (operator, right) in links {
                    so_far = self.binary(*operator, &so_far, right, first.span.to(right.span))?;
                }
                Ok(so_far)
            }
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
                Ok(Checked { values: yes.either(&no), ..known(scalar) })
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
        let values =
            if let Literal::Text(text) = literal { Some([self.symbols.add(text)].into()) } else { None };
        let literal = matches!(literal, Literal::Number(_) | Literal::Text(_)).then_some(value);
        Checked { scalar, literal, values, span }
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

    pub(super) fn unknown(&self, name: &str, span: Span) -> Error {
        if let Some(why) = self.scope.why(name) {
            return self.error(Cause::ExpressionName, span, why);
        }
        if let Some(word) = hints::word(name) {
            return self.error(Cause::ExpressionName, span, &format!("`{name}` is written `{word}`"));
        }
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
    pub(super) fn number(&self, value: &Checked) -> Result<()> {
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

    /// Makes code that joins the value on the stack with a part.
    fn binary(&mut self, operator: Operator, left: &Checked, right: &Node, span: Span) -> Result<Checked> {
        let known = |scalar| Checked { scalar, literal: None, values: None, span };
        match operator {
            Operator::And | Operator::Or => {
                let right = self.emit(right)?;
                self.expect(left, Scalar::Boolean)?;
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
                self.compared(left, right, operator)?;
                Ok(known(Scalar::Boolean))
            }
            _ => {
                let right = self.emit(right)?;
                let scalar = self.arithmetic(operator, left, &right, span)?;
                Ok(known(scalar))
            }
        }
    }

    /// Makes code that compares the value on the stack with a part.
    pub(super) fn compared(&mut self, left: &Checked, right: &Node, operator: Operator) -> Result<Checked> {
        let right = self.emit(right).map_err(|error| match &right.kind {
            NodeKind::Name(name)
                if left.scalar == Scalar::Text
                    && error.cause == Cause::ExpressionName
                    && self.scope.why(name).is_none() =>
            {
                let message = format!("nothing is called `{name}`; {}", hints::quoted(name));
                self.error(Cause::ExpressionName, right.span, &message)
            }
            _ => error,
        })?;
        let joined = self.meet(left, &right, &format!("`{}` stands between", operator.as_str()))?;
        self.occurs(left, &right)?;
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
}

/// Returns how the results of a type are bounded.
pub(super) const fn bound(scalar: Scalar) -> Bound {
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
