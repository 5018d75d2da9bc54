//! Values that are written in a text.

use crate::time::Date;

/// A value as it is written. A whole number beside money is minor units of it: a literal has no type of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    /// A number with the sign that its text has, and whether it is whole.
    Number(f64),
    Text(String),
    Boolean(bool),
    Date(Date),
    Days(f64),
    Months(f64),
}
