//! The functions of the language, by name.

use super::program::{Aggregate, Direction, TextTest};

/// Words of the longest name.
pub(super) const WORDS_MAX: usize = 4;

/// What a function is, before its arguments are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Aggregate(Aggregate),
    Exp,
    ListContains,
    Ln,
    Modulo,
    MonthsBetween,
    Not,
    Round(Direction),
    Sqrt,
    TextLength,
    TextTest(TextTest),
}

/// Name, function, and the fewest and most arguments.
const TABLE: [(&str, Function, usize, usize); 26] = [
    ("abs", Function::Abs, 1, 1),
    ("all", Function::Aggregate(Aggregate::All), 1, 1),
    ("any", Function::Aggregate(Aggregate::Any), 1, 1),
    ("ceiling", Function::Round(Direction::Ceiling), 1, 2),
    ("contains", Function::TextTest(TextTest::Contains), 2, 2),
    ("count", Function::Aggregate(Aggregate::Count), 1, 1),
    ("decimal", Function::Round(Direction::HalfEven), 2, 2),
    ("ends with", Function::TextTest(TextTest::EndsWith), 2, 2),
    ("exp", Function::Exp, 1, 1),
    ("floor", Function::Round(Direction::Floor), 1, 2),
    ("list contains", Function::ListContains, 2, 2),
    ("log", Function::Ln, 1, 1),
    ("max", Function::Aggregate(Aggregate::Max), 1, 64),
    ("mean", Function::Aggregate(Aggregate::Mean), 1, 1),
    ("min", Function::Aggregate(Aggregate::Min), 1, 64),
    ("modulo", Function::Modulo, 2, 2),
    ("not", Function::Not, 1, 1),
    ("round down", Function::Round(Direction::Down), 2, 2),
    ("round half down", Function::Round(Direction::HalfDown), 2, 2),
    ("round half up", Function::Round(Direction::HalfUp), 2, 2),
    ("round up", Function::Round(Direction::Up), 2, 2),
    ("sqrt", Function::Sqrt, 1, 1),
    ("starts with", Function::TextTest(TextTest::StartsWith), 2, 2),
    ("string length", Function::TextLength, 1, 1),
    ("sum", Function::Aggregate(Aggregate::Sum), 1, 1),
    ("years and months duration", Function::MonthsBetween, 2, 2),
];

/// Returns a function with the fewest and most arguments that it takes.
pub(super) fn named(name: &str) -> Option<(Function, usize, usize)> {
    let row = TABLE.iter().find(|(own, ..)| *own == name)?;
    Some((row.1, row.2, row.3))
}

/// Returns the names of all functions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|row| row.0)
}
