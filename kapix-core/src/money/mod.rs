//! Money is an integer of minor units with a currency: sums are exact, rounding is named, and no amount leaves
//! the range that every language reads exactly.
//!
//! Decimal amounts in major units exist only at the edge, in the views of other published interfaces; they enter
//! through [`Money::from_decimal_str`] and [`Money::from_decimal_f64`] exactly or not at all.

mod amount;
mod currency;
mod decimal;
mod iso4217;
mod rounding;

pub use crate::limits::WIRE_MAX;
pub use amount::Money;
pub use currency::Currency;
pub use rounding::Rounding;
