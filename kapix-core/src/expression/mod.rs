//! The small language of policies: a subset of FEEL (OMG, Decision Model and Notation 1.5, chapter 10) that is typed,
//! total and bounded, and the S-FEEL cells of decision tables.
//!
//! A text is read once: [`Expression::compile`] lexes, parses, checks types against a [`Scope`] and makes straight-line
//! code over slots of one number each. The code has no jumps, so its cost is its length, known before it runs. A value
//! that is missing, and one that arithmetic could not give, are unknown ([`Slot`]) and stay so through everything that
//! depends on them; nothing is converted, and nothing reads a missing value as another one.

mod bounds;
mod calls;
mod cell;
mod check;
mod compute;
mod functions;
mod hints;
mod intervals;
mod lexer;
mod literal;
mod parser;
mod possible;
mod program;
mod scope;
mod slot;
mod syntax;
#[cfg(test)]
mod tests;
mod total;
mod types;
mod words;

pub(crate) use bounds::{EVERY, Range, Ranges};
pub use cell::{Cell, CellTest};
pub use check::Expression;
pub(crate) use hints::reads;
pub use intervals::{Grid, Intervals};
pub(crate) use program::Aggregate;
pub use program::{Lists, Program, Values};
pub use scope::{Name, Scope, Symbols};
pub use slot::{Slot, Unknown};
pub(crate) use slot::{is_among, is_whole, same};
pub use types::Scalar;
pub(crate) use words::{Constant, Piece, of_cell, of_expression};
