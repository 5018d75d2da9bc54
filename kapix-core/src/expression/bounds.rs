//! Between which numbers the value of a program lies, from those between which lie the values that it reads.
//!
//! Every step is bounded by itself, so the bounds hold and may be wider than they need to be: what a value has in common with
//! itself, as in `x - x`, is not seen. Sums, products and roundings of floats rise with their operands, so bounds that are computed
//! as the values are bound these exactly.

use super::program::{Aggregate, Program, Step};
use super::slot::same;

/// The least and the greatest number.
pub(crate) type Range = (f64, f64);

/// Every number.
pub(crate) const EVERY: Range = (f64::NEG_INFINITY, f64::INFINITY);

/// What a program reads.
pub(crate) struct Ranges<'r> {
    /// Of each slot.
    pub slots: &'r [Range],
    /// Of the items of each list, with the most items.
    pub lists: &'r [(Range, f64)],
    /// Of the subject of a cell.
    pub item: Range,
}

const TRUTH: Range = (0.0, 1.0);

impl Program {
    /// Returns between which numbers the value lies, wherever it is known.
    pub(crate) fn bounds(&self, of: &Ranges<'_>) -> Range {
        let mut stack = Stack(Vec::new());
        self.code.iter().for_each(|step| step.bound(&mut stack, of));
        stack.pop()
    }
}

struct Stack(Vec<Range>);

impl Stack {
    fn pop(&mut self) -> Range {
        self.0.pop().unwrap_or(EVERY)
    }

    fn two(&mut self, bound: impl FnOnce(Range, Range) -> Range) {
        let (right, left) = (self.pop(), self.pop());
        self.0.push(sound(bound(left, right)));
    }

    fn one(&mut self, bound: impl FnOnce(Range) -> Range) {
        let value = self.pop();
        self.0.push(sound(bound(value)));
    }
}

impl Step {
    fn bound(&self, stack: &mut Stack, of: &Ranges<'_>) {
        match self {
            Self::Constant(value) => stack.0.push((*value, *value)),
            Self::Load(slot) => stack.0.push(of.slots.get(usize::from(*slot)).copied().unwrap_or(EVERY)),
            Self::Item => stack.0.push(of.item),
            Self::Copy(below) => {
                let at = stack.0.len().checked_sub(1 + usize::from(*below));
                let value = at.and_then(|at| stack.0.get(at)).copied().unwrap_or(EVERY);
                stack.0.push(value);
            }
            Self::DropBelow => {
                let top = stack.pop();
                stack.pop();
                stack.0.push(top);
            }
            Self::Choose => {
                let (other, one, condition) = (stack.pop(), stack.pop(), stack.pop());
                stack.0.push(match condition {
                    (low, _) if low > 0.0 => one,
                    (_, high) if high <= 0.0 => other,
                    _ => (one.0.min(other.0), one.1.max(other.1)),
                });
            }
            Self::Aggregate { aggregate, list, .. } => {
                let (items, most) =
                    of.lists.get(usize::from(*list)).copied().unwrap_or((EVERY, f64::INFINITY));
                stack.0.push(aggregate.bounds(items, most));
            }
            Self::Negate => stack.one(|(low, high)| (-high, -low)),
            Self::Abs => stack.one(|(low, high)| {
                let least = if low <= 0.0 && high >= 0.0 { 0.0 } else { low.abs().min(high.abs()) };
                (least, low.abs().max(high.abs()))
            }),
            Self::Not => stack.one(|(low, high)| (truth(high <= 0.0), truth(low <= 0.0))),
            Self::Round(direction, decimals, _) => stack.one(|(low, high)| {
                let end = |it: f64| if it.is_finite() { direction.round(it, *decimals) } else { it };
                (end(low), end(high))
            }),
            Self::Exp | Self::Sqrt | Self::TextLength => stack.one(|_| (0.0, f64::INFINITY)),
            Self::ListContains(_) => stack.one(|_| TRUTH),
            Self::Ln | Self::Part(_) => stack.one(|_| EVERY),
            _ => self.bound_two(stack),
        }
    }

    fn bound_two(&self, stack: &mut Stack) {
        match self {
            Self::Add(_) => stack.two(|left, right| (left.0 + right.0, left.1 + right.1)),
            Self::Subtract(_) => stack.two(|left, right| (left.0 - right.1, left.1 - right.0)),
            Self::Multiply(_) => stack.two(|left, right| hull(left, right, product)),
            Self::Divide => stack.two(divided),
            Self::Min => stack.two(|left, right| (left.0.min(right.0), left.1.min(right.1))),
            Self::Max => stack.two(|left, right| (left.0.max(right.0), left.1.max(right.1))),
            Self::Less => stack.two(|left, right| (truth(left.1 < right.0), truth(left.0 < right.1))),
            Self::LessOrEqual => {
                stack.two(|left, right| (truth(left.1 <= right.0), truth(left.0 <= right.1)));
            }
            Self::Greater => stack.two(|left, right| (truth(left.0 > right.1), truth(left.1 > right.0))),
            Self::GreaterOrEqual => {
                stack.two(|left, right| (truth(left.0 >= right.1), truth(left.1 >= right.0)));
            }
            Self::Equal => stack.two(|left, right| (truth(are_one(left, right)), truth(meet(left, right)))),
            Self::NotEqual => {
                stack.two(|left, right| (truth(!meet(left, right)), truth(!are_one(left, right))));
            }
            Self::And => stack.two(|left, right| (left.0.min(right.0), left.1.min(right.1))),
            Self::Or => stack.two(|left, right| (left.0.max(right.0), left.1.max(right.1))),
            Self::TextTest(_) => stack.two(|_, _| TRUTH),
            Self::Power => stack.two(|left, _| if left.0 >= 0.0 { (0.0, f64::INFINITY) } else { EVERY }),
            Self::Modulo(_) => stack.two(|_, right| if right.0 > 0.0 { (0.0, right.1) } else { EVERY }),
            _ => stack.two(|_, _| EVERY),
        }
    }
}

impl Aggregate {
    /// Returns the bounds of what is found of a list; of no items the least is not known, and the sum is 0.
    fn bounds(self, (low, high): Range, most: f64) -> Range {
        match self {
            Self::All | Self::Any => TRUTH,
            Self::Count => (0.0, most),
            Self::Min | Self::Max => (low, high),
            Self::Sum | Self::Mean => (
                if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY },
                if high <= 0.0 { 0.0 } else { f64::INFINITY },
            ),
        }
    }
}

const fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

fn meet(left: Range, right: Range) -> bool {
    left.0 <= right.1 && right.0 <= left.1
}

/// Returns whether both are the same single number.
fn are_one(left: Range, right: Range) -> bool {
    left.0 >= right.1 && left.1 <= right.0
}

/// A number times one that lies beyond all others is 0 where it is 0: what is computed is finite.
fn product(left: f64, right: f64) -> f64 {
    let product = left * right;
    if product.is_nan() { 0.0 } else { product }
}

/// Returns the bounds of an operation that is monotone in each operand.
fn hull(left: Range, right: Range, of: fn(f64, f64) -> f64) -> Range {
    let ends = [of(left.0, right.0), of(left.0, right.1), of(left.1, right.0), of(left.1, right.1)];
    ends.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |all, end| (all.0.min(end), all.1.max(end)))
}

/// Returns the bounds of a quotient; 0 divides nothing, so that by 0 alone no value is known.
fn divided(left: Range, right: Range) -> Range {
    match right {
        (low, high) if low < 0.0 && high > 0.0 || same(low, 0.0) && same(high, 0.0) => EVERY,
        (low, high) if low < 0.0 => {
            let (low, high) = divided_by_positive(left, (-high, -low));
            (-high, -low)
        }
        _ => divided_by_positive(left, right),
    }
}

/// Returns the bounds of a quotient whose divisor is not below 0.
fn divided_by_positive(left: Range, right: Range) -> Range {
    // Towards the divisors that are the least and the greatest, of which 0 is none.
    let by = |value: f64, divisor: f64| match (value, divisor) {
        (value, 0.0) if value > 0.0 => f64::INFINITY,
        (value, 0.0) if value < 0.0 => f64::NEG_INFINITY,
        (_, 0.0) => 0.0,
        (value, divisor) if value.is_infinite() && divisor.is_infinite() => 0.0,
        (value, divisor) => value / divisor,
    };
    hull(left, (right.0.max(0.0), right.1), by)
}

/// Returns a range, every number where one of its ends is none.
fn sound((low, high): Range) -> Range {
    if low.is_nan() || high.is_nan() { EVERY } else { (low, high) }
}

#[cfg(test)]
mod tests {
    use super::{EVERY, Ranges};
    use crate::expression::{Expression, Name, Scalar, Scope, Slot, Symbols, Values};
    use proptest::prelude::*;

    /// Formulas over two numbers, with every kind of step that is bounded.
    const FORMULAS: [&str; 16] = [
        "x + y",
        "x - y",
        "x * y",
        "x / y",
        "-x",
        "abs(x)",
        "min(x, y)",
        "max(x, 2)",
        "floor(x / 3)",
        "if x > y then x else y * 2",
        "if x >= 0 and y < 2 or x = y then 1 else 0",
        "modulo(x, 3)",
        "x ** 2",
        "round half up(x * y, 1)",
        "if x between 1 and 3 then 5 else y",
        "if not(x != y) then x else -y",
    ];

    proptest! {
        #[test]
        fn values_lie_within_their_bounds(
            formula in 0..FORMULAS.len(), x in -4.0..4.0_f64, y in -4.0..4.0_f64,
            below in prop::array::uniform2(0.0..3.0_f64), above in prop::array::uniform2(0.0..3.0_f64),
        ) {
            let (mut scope, mut symbols) = (Scope::default(), Symbols::default());
            for (slot, name) in [(0, "x"), (1, "y")] {
                scope.add(name, Name::One { slot, scalar: Scalar::Number, values: None });
            }
            let program = Expression::compile(FORMULAS[formula], &scope, &mut symbols).unwrap().program;
            let ranges = [(x - below[0], x + above[0]), (y - below[1], y + above[1])];
            let (low, high) = program.bounds(&Ranges { slots: &ranges, lists: &[], item: EVERY });
            let slots = [Slot::number(x), Slot::number(y)];
            let value = program.run(&Values { slots: &slots, lists: &[], symbols: &symbols, texts: &[] }).value();
            if let Some(value) = value {
                prop_assert!(low <= value && value <= high, "{} in {}..{}: {}", FORMULAS[formula], low, high, value);
            }
        }
    }

    #[test]
    fn a_share_of_amounts_is_not_negative() {
        let (mut scope, mut symbols) = (Scope::default(), Symbols::default());
        for (slot, name) in [(0, "amount"), (1, "income")] {
            scope.add(name, Name::One { slot, scalar: Scalar::Number, values: None });
        }
        let program = Expression::compile("amount / income", &scope, &mut symbols).unwrap().program;
        let bounds =
            |amount, income| program.bounds(&Ranges { slots: &[amount, income], lists: &[], item: EVERY });
        let open = (0.0, f64::INFINITY);
        assert_eq!(bounds(open, open), open);
        assert_eq!(bounds((1.0, 4.0), (2.0, 8.0)), (0.125, 2.0));
        assert_eq!(bounds((1.0, 4.0), (-8.0, 0.0)), (f64::NEG_INFINITY, -0.125));
        assert_eq!(bounds((1.0, 4.0), (-8.0, 1.0)), EVERY);
    }

    /// Bounds of an input that may have one value only, none, or any.
    const ENDS: [f64; 8] = [f64::NEG_INFINITY, -3.0, -1.0, -0.0, 0.0, 1.0, 2.5, f64::INFINITY];

    fn range() -> impl Strategy<Value = (f64, f64)> {
        (0..ENDS.len(), 0..ENDS.len()).prop_map(|(one, other)| {
            let (one, other) = (ENDS[one], ENDS[other]);
            if one.is_infinite() && one.to_bits() == other.to_bits() {
                EVERY
            } else {
                (one.min(other), one.max(other))
            }
        })
    }

    fn formula() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec!["x", "y", "0", "(-0)", "1", "2.5"]).prop_map(str::to_owned);
        leaf.prop_recursive(5, 24, 3, |inner| {
            let two = prop::sample::select(vec!["+", "-", "*", "/", "/", "**"]);
            let function = prop::sample::select(vec!["min", "max", "modulo"]);
            let one = prop::sample::select(vec!["-", "abs", "floor", "exp", "sqrt", "log"]);
            let compares = prop::sample::select(vec!["<", "<=", "=", "!="]);
            prop_oneof![
                (inner.clone(), two, inner.clone()).prop_map(|(a, sign, b)| format!("(({a}) {sign} ({b}))")),
                (function, inner.clone(), inner.clone()).prop_map(|(it, a, b)| format!("{it}({a}, {b})")),
                (one, inner.clone()).prop_map(|(it, a)| format!("{it}({a})")),
                (inner.clone(), compares, inner.clone(), inner.clone(), inner)
                    .prop_map(|(a, sign, b, c, d)| format!("(if {a} {sign} {b} then {c} else {d})")),
            ]
        })
    }

    proptest! {
        #[test]
        fn bounds_of_any_formula_end_and_hold(
            formula in formula(), ranges in prop::array::uniform2(range()), at in prop::array::uniform2(0.0..=1.0_f64),
        ) {
            let (mut scope, mut symbols) = (Scope::default(), Symbols::default());
            for (slot, name) in [(0, "x"), (1, "y")] {
                scope.add(name, Name::One { slot, scalar: Scalar::Number, values: None });
            }
            let program = Expression::compile(&formula, &scope, &mut symbols).unwrap().program;
            let (low, high) = program.bounds(&Ranges { slots: &ranges, lists: &[], item: EVERY });
            let inside = |(low, high): (f64, f64), at: f64| {
                let (low, high) = (low.max(-1e6), high.min(1e6));
                (low + (high - low) * at).clamp(low, high)
            };
            let slots = [inside(ranges[0], at[0]), inside(ranges[1], at[1])].map(Slot::number);
            let value = program.run(&Values { slots: &slots, lists: &[], symbols: &symbols, texts: &[] }).value();
            if let Some(value) = value {
                prop_assert!(low <= value && value <= high, "{} over {:?} in {}..{}: {}", formula, ranges, low, high, value);
            }
        }
    }

    #[test]
    fn nothing_is_divided_by_zero_alone() {
        let (mut scope, mut symbols) = (Scope::default(), Symbols::default());
        scope.add("x", Name::One { slot: 0, scalar: Scalar::Number, values: None });
        for text in ["1 / 0", "x / 0", "5 / x", "5 / -x", "0 / x"] {
            let program = Expression::compile(text, &scope, &mut symbols).unwrap().program;
            for zero in [(0.0, 0.0), (-0.0, -0.0), (-0.0, 0.0), (0.0, -0.0)] {
                let bounds = program.bounds(&Ranges { slots: &[zero], lists: &[], item: EVERY });
                assert_eq!(bounds, EVERY, "{text}");
            }
        }
    }
}
