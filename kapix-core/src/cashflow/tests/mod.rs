//! Tests of the features: built ledgers, ledgers by hand, pandas, properties, null reasons, and the table itself.

mod built;
mod given;
mod hand;
mod known;
mod nulls;
mod pandas;
mod properties;
mod table;
