//! The cells of decision tables: S-FEEL unary tests (OMG, DMN 1.5, section 9.4). A test of constants is a set of
//! numbers or texts, which analysis can reason about; any other is code.

use super::check::{Checked, Checker, Expression};
use super::hints;
use super::intervals::{Grid, Intervals};
use super::parser;
use super::program::{Program, Step, Values};
use super::scope::{Scope, Symbols};
use super::slot::{Slot, is_among};
use super::syntax::{Node, Operator, Span, UnaryTest};
use super::types::Scalar;
use crate::error::Result;
use std::sync::Arc;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The text.
    pub text: Arc<str>,
    /// What passes.
    pub test: CellTest,
}

/// What passes a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum CellTest {
    /// Everything, a missing value too.
    Any,
    /// Numbers, dates, spans and booleans of a set.
    Intervals(Intervals),
    /// These texts, in ascending order of their symbols, or all others.
    Texts {
        /// The symbols.
        symbols: Box<[u32]>,
        /// Whether all others pass.
        others: bool,
    },
    /// What the code says of the value.
    Program(Program),
}

impl Cell {
    /// Returns the cell in a text, for the values of a column.
    ///
    /// ```
    /// use kapix_core::expression::{Cell, Expression, Name, Scalar, Scope, Slot, Symbols, Values};
    ///
    /// let (mut scope, mut symbols) = (Scope::default(), Symbols::default());
    /// scope.add("score", Name::One { slot: 0, scalar: Scalar::Number, values: None });
    /// let column = Expression::compile("score", &scope, &mut symbols)?;
    /// let cell = Cell::compile("[580..640), 700", &column, &scope, &mut symbols)?;
    /// let values = Values { slots: &[], lists: &[], symbols: &symbols, texts: &[] };
    /// let passes = |score| cell.passes(Slot::number(score), &values).value() == Some(1.0);
    /// assert!(passes(580.0) && !passes(640.0) && passes(700.0));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn compile(text: &str, column: &Expression, scope: &Scope, symbols: &mut Symbols) -> Result<Self> {
        Self::read(text, column, scope, symbols).map_err(|error| hints::of_date(text, column.scalar, error))
    }

    fn read(text: &str, column: &Expression, scope: &Scope, symbols: &mut Symbols) -> Result<Self> {
        let parsed = parser::cell(text).map_err(|error| hints::of_column(text, column.scalar, error))?;
        let Some((tests, negated)) = parsed else {
            return Ok(Self { text: text.into(), test: CellTest::Any });
        };
        let subject = Checked {
            scalar: column.scalar,
            literal: None,
            values: column.values.clone(),
            span: Span { start: 0, end: text.len() },
        };
        let item = Some(subject.clone());
        let mut checker = Checker { text, scope, symbols, item, program: Program::default() };
        checker.program.code.push(Step::Item);
        checker.tests(&subject, &tests)?;
        checker.program.code.push(Step::DropBelow);
        if negated {
            checker.program.code.push(Step::Not);
        }
        let program = checker.finish()?;
        let constant = program.slots.is_empty() && program.lists.is_empty();
        let set =
            if constant { constants(text, (&tests, negated), column.scalar, scope, symbols)? } else { None };
        Ok(Self { text: text.into(), test: set.unwrap_or(CellTest::Program(program)) })
    }

    /// Returns whether a value passes: `1`, `0`, or unknown.
    ///
    /// ```
    /// use kapix_core::expression::{Cell, CellTest, Slot, Symbols, Unknown, Values};
    ///
    /// let any = Cell { text: "-".into(), test: CellTest::Any };
    /// let values = Values { slots: &[], lists: &[], symbols: &Symbols::default(), texts: &[] };
    /// assert_eq!(any.passes(Slot::without(Unknown::MISSING), &values).value(), Some(1.0));
    /// ```
    #[inline]
    pub fn passes(&self, value: Slot, values: &Values<'_>) -> Slot {
        match &self.test {
            CellTest::Any => Slot::boolean(true),
            CellTest::Intervals(set) => {
                let passes = set.contains(value.raw());
                if !passes && value.unknown().is_some() { value } else { Slot::boolean(passes) }
            }
            CellTest::Texts { symbols, others } => match value.value() {
                Some(number) => Slot::boolean(is_among(number, symbols) != *others),
                None => value,
            },
            CellTest::Program(program) => program.run_with(values, value),
        }
    }
}

/// Returns the set that passes tests of constants.
fn constants(
    text: &str,
    (tests, negated): (&[UnaryTest], bool),
    scalar: Scalar,
    scope: &Scope,
    symbols: &mut Symbols,
) -> Result<Option<CellTest>> {
    let grid = if scalar.is_whole() { Grid::Whole } else { Grid::Floats };
    let mut value = |node| -> Result<f64> {
        let mut checker = Checker { text, scope, symbols, item: None, program: Program::default() };
        checker.emit(node)?;
        let program = checker.finish()?;
        let slot = program.run(&Values { slots: &[], lists: &[], symbols, texts: &[] });
        slot.value().ok_or_else(|| slot.causes().refused(text))
    };
    let (mut set, mut texts) = (Intervals::default(), Vec::new());
    for test in tests {
        // What reads the value itself is no constant.
        if test.nodes().any(Node::reads_item) {
            return Ok(None);
        }
        let (low, high) = match test {
            UnaryTest::Equal(node) => {
                let value = value(node)?;
                (value, value)
            }
            UnaryTest::Compare(operator, node) => {
                let value = value(node)?;
                match operator {
                    Operator::Less => (f64::NEG_INFINITY, grid.below(value)),
                    Operator::LessOrEqual => (f64::NEG_INFINITY, value),
                    Operator::Greater => (grid.above(value), f64::INFINITY),
                    _ => (value, f64::INFINITY),
                }
            }
            UnaryTest::Range { low, low_closed, high, high_closed } => {
                let (low, high) = (value(low)?, value(high)?);
                (
                    if *low_closed { low } else { grid.above(low) },
                    if *high_closed { high } else { grid.below(high) },
                )
            }
        };
        texts.push(low);
        set = set.or(&Intervals::between(low, high, grid), grid);
    }
    if scalar == Scalar::Text {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "numbers of texts are whole"
        )]
        let mut symbols: Vec<u32> = texts.into_iter().map(|it| it as u32).collect();
        symbols.sort_unstable();
        symbols.dedup();
        return Ok(Some(CellTest::Texts { symbols: symbols.into(), others: negated }));
    }
    Ok(Some(CellTest::Intervals(if negated { set.complement(grid) } else { set })))
}
