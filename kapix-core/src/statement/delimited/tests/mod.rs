//! Layouts without a stated profile, rules one by one, hostile input, names, and the form of the wire.

mod beside;
mod certain;
mod chained;
mod common;
mod hidden;
mod hostile;
mod kinds;
mod layouts;
mod names;
mod open;
mod parts;
mod rules;
mod settled;
mod silent;
mod states;
mod units;
mod unseen;
mod whose;
mod wire;

use common::{brief, error, read, read_bytes, refused, request, rows, with};
