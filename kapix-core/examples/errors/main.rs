//! Prints `docs/ERRORS.md` from the tables of the crate.

mod page;

use std::io::{Error, Write, stdout};

fn main() -> Result<(), Error> {
    stdout().write_all(page::page()?.as_bytes())
}
