//! Straight-line code: what an expression is after its names and types are known.

use super::compute::{in_calendar, months_between};
use super::scope::Symbols;
use super::slot::{Slot, Unknown, same};
use super::types::Scalar;
use crate::numeric;

/// Values that wait for an operator at one time.
const STACK_MAX: usize = 64;

/// Values of nearly all expressions; a stack of so many is made faster.
const STACK_FEW: usize = 8;

/// The lists of a run: the values of each, or why it is not known.
pub type Lists<'v> = &'v [Result<Vec<Slot>, Unknown>];

/// What a run reads.
#[derive(Clone, Copy, Debug)]
pub struct Values<'v> {
    /// One value each.
    pub slots: &'v [Slot],
    /// Lists.
    pub lists: Lists<'v>,
    /// The texts of the policy.
    pub symbols: &'v Symbols,
    /// The texts of this run, whose numbers follow those of the policy.
    pub texts: &'v [String],
}

/// Code of one expression. It has no jumps: its cost is known before it runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    pub(super) code: Vec<Step>,
    /// Slots that it reads, in ascending order.
    pub(super) slots: Vec<u16>,
    /// Lists that it reads, in ascending order.
    pub(super) lists: Vec<u16>,
    /// Steps within conditions on the items of lists.
    pub(super) each_item: usize,
    /// Whether more than a few values wait at one time.
    pub(super) is_deep: bool,
}

/// How a result is bounded: a whole number within +-(2^53 - 1), or a finite one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Whole,
    Finite,
}

/// Where a number between two is rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Ceiling,
    Down,
    Floor,
    HalfDown,
    HalfEven,
    HalfUp,
    Up,
}

/// What is found of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    All,
    Any,
    Count,
    Max,
    Mean,
    Min,
    Sum,
}

/// How two texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    Contains,
    EndsWith,
    StartsWith,
}

/// A part of a date or of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Day,
    Days,
    Month,
    Months,
    Weekday,
    Year,
    Years,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Constant(f64),
    Load(u16),
    /// The item that a condition is asked of.
    Item,
    Negate,
    Add(Bound),
    Subtract(Bound),
    Multiply(Bound),
    Divide,
    Power,
    Modulo(Bound),
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Another copy of the value that waits this far below.
    Copy(u8),
    /// The value on top without the one below.
    DropBelow,
    And,
    Or,
    Not,
    /// Of a condition and two values the first where it holds, else the second.
    Choose,
    Min,
    Max,
    Abs,
    Exp,
    Ln,
    Sqrt,
    /// To a number of decimals.
    Round(Direction, i8, Bound),
    /// The end of a date moved by days.
    MoveDate,
    MonthsBetween,
    Part(Part),
    TextLength,
    TextTest(TextTest),
    /// Of a list, the items where the condition holds.
    Aggregate {
        aggregate: Aggregate,
        list: u16,
        scalar: Scalar,
        condition: Option<Box<Program>>,
    },
    ListContains(u16),
}

impl Program {
    /// Returns the value for what a run reads.
    ///
    /// ```
    /// use kapix_core::expression::{Expression, Name, Scalar, Scope, Slot, Symbols, Values};
    ///
    /// let (mut scope, mut symbols) = (Scope::default(), Symbols::default());
    /// scope.add("income", Name::One { slot: 0, scalar: Scalar::Number, values: None });
    /// let expression = Expression::compile("0.3 * income", &scope, &mut symbols)?;
    /// let slots = [Slot::number(2_000.0)];
    /// let values = Values { slots: &slots, lists: &[], symbols: &symbols, texts: &[] };
    /// assert_eq!(expression.program.run(&values).value(), Some(600.0));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    #[inline]
    pub fn run(&self, values: &Values<'_>) -> Slot {
        self.run_with(values, Slot::without(Unknown::UNDEFINED))
    }

    /// Returns the slots that it reads, in ascending order.
    ///
    /// ```
    /// use kapix_core::expression::Program;
    ///
    /// assert!(Program::default().slots().is_empty());
    /// ```
    pub fn slots(&self) -> &[u16] {
        &self.slots
    }

    /// Returns the lists that it reads, in ascending order.
    ///
    /// ```
    /// use kapix_core::expression::Program;
    ///
    /// assert!(Program::default().lists().is_empty());
    /// ```
    pub fn lists(&self) -> &[u16] {
        &self.lists
    }

    /// Returns whether it only reads this slot.
    pub(crate) fn is_slot(&self, slot: u16) -> bool {
        matches!(self.code[..], [Step::Load(it)] if it == slot)
    }

    /// Returns how many steps a run makes at most, with lists of this length.
    ///
    /// ```
    /// use kapix_core::expression::{Expression, Scope, Symbols};
    ///
    /// let expression = Expression::compile("1 + 2 * 3", &Scope::default(), &mut Symbols::default())?;
    /// assert_eq!(expression.program.steps(1_000), 5);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn steps(&self, items: usize) -> usize {
        self.code.len().saturating_add(self.each_item.saturating_mul(items))
    }

    /// Returns the value for what a run reads, where the subject of a cell or an item has this value.
    #[inline]
    pub(super) fn run_with(&self, values: &Values<'_>, item: Slot) -> Slot {
        match self.code[..] {
            // Most columns are an input or a derived value as it is.
            [Step::Load(slot)] => values.slot(slot),
            _ if self.is_deep => self.run_on::<STACK_MAX>(values, item),
            _ => self.run_on::<STACK_FEW>(values, item),
        }
    }

    #[inline(never)]
    fn run_on<const ROOM: usize>(&self, values: &Values<'_>, item: Slot) -> Slot {
        let mut stack = Stack { values: [Slot::boolean(false); ROOM], depth: 0 };
        for step in &self.code {
            step.run(&mut stack, values, item);
        }
        stack.pop()
    }

    /// Takes in how many values wait at one time, and returns whether there is room for them.
    pub(super) fn fits(&mut self) -> bool {
        let mut depth = 0_usize;
        let depths = self.code.iter().map(|step| {
            depth = (depth + 1).saturating_sub(step.takes());
            depth
        });
        let most = depths.max().unwrap_or_default();
        self.is_deep = most > STACK_FEW;
        most <= STACK_MAX
    }
}

struct Stack<const ROOM: usize> {
    values: [Slot; ROOM],
    depth: usize,
}

impl<const ROOM: usize> Stack<ROOM> {
    #[inline]
    fn push(&mut self, value: Slot) {
        if let Some(place) = self.values.get_mut(self.depth) {
            *place = value;
            self.depth += 1;
        }
    }

    #[inline]
    fn pop(&mut self) -> Slot {
        self.depth = self.depth.saturating_sub(1);
        self.values.get(self.depth).copied().unwrap_or_else(|| Slot::without(Unknown::UNDEFINED))
    }

    fn below(&self, by: u8) -> Slot {
        let at = self.depth.checked_sub(1 + usize::from(by));
        at.and_then(|at| self.values.get(at)).copied().unwrap_or_else(undefined)
    }

    /// Puts what `compute` makes of two known numbers, or their causes.
    #[inline]
    fn two(&mut self, compute: impl FnOnce(f64, f64) -> Slot) {
        let (right, left) = (self.pop(), self.pop());
        self.push(match (left.value(), right.value()) {
            (Some(left), Some(right)) => compute(left, right),
            _ => Slot::without(left.causes().with(right.causes())),
        });
    }

    #[inline]
    fn one(&mut self, compute: impl FnOnce(f64) -> Slot) {
        let value = self.pop();
        self.push(value.value().map_or(value, compute));
    }
}

impl Bound {
    #[inline]
    pub(super) fn of(self, value: f64) -> Slot {
        match self {
            Self::Whole => Slot::whole(value),
            Self::Finite => Slot::finite(value),
        }
    }
}

impl Step {
    /// Returns how many values it takes.
    const fn takes(&self) -> usize {
        match self {
            Self::Constant(_) | Self::Load(_) | Self::Item | Self::Copy(_) | Self::Aggregate { .. } => 0,
            Self::Negate
            | Self::Not
            | Self::Abs
            | Self::Exp
            | Self::Ln
            | Self::Sqrt
            | Self::Round(..)
            | Self::Part(_)
            | Self::TextLength
            | Self::ListContains(_) => 1,
            Self::Choose => 3,
            _ => 2,
        }
    }

    #[inline]
    fn run<const ROOM: usize>(&self, stack: &mut Stack<ROOM>, values: &Values<'_>, item: Slot) {
        match self {
            Self::Constant(value) => stack.push(Slot::number(*value)),
            Self::Load(slot) => stack.push(values.slot(*slot)),
            Self::Item => stack.push(item),
            Self::Negate => stack.one(|value| Slot::finite(-value)),
            Self::Add(bound) => stack.two(|left, right| bound.of(left + right)),
            Self::Subtract(bound) => stack.two(|left, right| bound.of(left - right)),
            Self::Multiply(bound) => stack.two(|left, right| bound.of(left * right)),
            Self::Divide => stack.two(divided),
            Self::Power => stack.two(|left, right| Slot::finite(numeric::pow(left, right))),
            Self::Modulo(bound) => stack.two(|left, right| modulo(left, right, *bound)),
            Self::Equal => stack.two(|left, right| Slot::boolean(same(left, right))),
            Self::NotEqual => stack.two(|left, right| Slot::boolean(!same(left, right))),
            Self::Less => stack.two(|left, right| Slot::boolean(left < right)),
            Self::LessOrEqual => stack.two(|left, right| Slot::boolean(left <= right)),
            Self::Greater => stack.two(|left, right| Slot::boolean(left > right)),
            Self::GreaterOrEqual => stack.two(|left, right| Slot::boolean(left >= right)),
            Self::Copy(below) => stack.push(stack.below(*below)),
            Self::DropBelow => {
                let top = stack.pop();
                stack.pop();
                stack.push(top);
            }
            Self::And => both(stack, false),
            Self::Or => both(stack, true),
            Self::Not => stack.one(|value| Slot::boolean(value == 0.0)),
            Self::Choose => choose(stack),
            Self::Min => stack.two(|left, right| Slot::number(if right < left { right } else { left })),
            Self::Max => stack.two(|left, right| Slot::number(if right > left { right } else { left })),
            Self::Abs => stack.one(|value| Slot::number(value.abs())),
            Self::Exp => stack.one(|value| Slot::finite(numeric::exp(value))),
            Self::Ln => stack.one(|value| {
                if value > 0.0 { Slot::finite(numeric::ln(value)) } else { Slot::without(Unknown::UNDEFINED) }
            }),
            Self::Sqrt => stack.one(|value| Slot::number(numeric::sqrt(value))),
            Self::Round(direction, decimals, bound) => {
                stack.one(|value| bound.of(direction.round(value, *decimals)));
            }
            Self::MoveDate => stack.two(|date, days| in_calendar(date + days)),
            Self::MonthsBetween => stack.two(months_between),
            Self::Part(part) => stack.one(|value| part.of(value)),
            Self::TextLength => stack.one(|text| values.text(text).map_or_else(undefined, length)),
            Self::TextTest(test) => stack.two(|text, part| {
                let texts = values.text(text).zip(values.text(part));
                texts.map_or_else(undefined, |(text, part)| Slot::boolean(test.holds(text, part)))
            }),
            Self::Aggregate { aggregate, list, scalar, condition } => {
                let found = values.list(*list).map(|items| {
                    aggregate.of(items, *scalar, |item| {
                        condition.as_ref().map_or(Slot::boolean(true), |it| it.run_with(values, item))
                    })
                });
                stack.push(found.unwrap_or_else(Slot::without));
            }
            Self::ListContains(list) => {
                let value = stack.pop();
                let found = values.list(*list).map(|items| {
                    let equal = |item: &Slot| match (item.value(), value.value()) {
                        (Some(item), Some(value)) => Slot::boolean(same(item, value)),
                        _ => Slot::without(item.causes().with(value.causes())),
                    };
                    items
                        .iter()
                        .map(equal)
                        .fold(Slot::boolean(false), |left, right| joined(left, right, true))
                });
                stack.push(found.unwrap_or_else(Slot::without));
            }
        }
    }
}

impl<'v> Values<'v> {
    #[inline]
    fn slot(&self, slot: u16) -> Slot {
        self.slots.get(usize::from(slot)).copied().unwrap_or_else(undefined)
    }

    fn list(&self, list: u16) -> Result<&'v [Slot], Unknown> {
        let list = self.lists.get(usize::from(list)).ok_or(Unknown::UNDEFINED)?;
        list.as_deref().map_err(|unknown| *unknown)
    }

    /// Returns the text of a number, of the policy or of this run.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers of texts are whole")]
    fn text(&self, number: f64) -> Option<&'v str> {
        let number = number as u32;
        let of_run = usize::try_from(number).ok()?.checked_sub(self.symbols.count());
        of_run.map_or_else(|| self.symbols.text(number), |at| self.texts.get(at).map(String::as_str))
    }
}

pub(super) fn undefined() -> Slot {
    Slot::without(Unknown::UNDEFINED)
}

#[expect(clippy::cast_precision_loss, reason = "a text has fewer than 2^53 characters")]
fn length(text: &str) -> Slot {
    Slot::number(text.chars().count() as f64)
}

#[inline]
fn divided(left: f64, right: f64) -> Slot {
    if right == 0.0 { Slot::without(Unknown::DIVISION_BY_ZERO) } else { Slot::finite(left / right) }
}

/// Returns the remainder that has the sign of the divisor, as FEEL's `modulo` (section 10.3.4.5).
fn modulo(left: f64, right: f64, bound: Bound) -> Slot {
    if right == 0.0 {
        return Slot::without(Unknown::DIVISION_BY_ZERO);
    }
    let rest = left % right;
    bound.of(if rest != 0.0 && (rest < 0.0) != (right < 0.0) { rest + right } else { rest })
}

/// Puts the conjunction of two values, or their disjunction: known where one of them decides.
#[inline]
fn both<const ROOM: usize>(stack: &mut Stack<ROOM>, is_or: bool) {
    let (right, left) = (stack.pop(), stack.pop());
    stack.push(joined(left, right, is_or));
}

#[inline]
pub(super) fn joined(left: Slot, right: Slot, is_or: bool) -> Slot {
    let decides = if is_or { 1.0 } else { 0.0 };
    let decided = [left, right].into_iter().any(|it| it.value().is_some_and(|it| same(it, decides)));
    if decided {
        return Slot::boolean(is_or);
    }
    let causes = left.causes().with(right.causes());
    if causes.is_empty() { Slot::boolean(!is_or) } else { Slot::without(causes) }
}

fn choose<const ROOM: usize>(stack: &mut Stack<ROOM>) {
    let (no, yes, condition) = (stack.pop(), stack.pop(), stack.pop());
    stack.push(match condition.value() {
        Some(value) => {
            if value == 0.0 {
                no
            } else {
                yes
            }
        }
        None => Slot::without(condition.causes()),
    });
}
