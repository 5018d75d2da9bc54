//! Prints `docs/ERRORS.md`, or with the argument `codes` the page `docs/CODES.md`, from the tables of the crate.

mod codes;
mod errors;

use std::io::{Error, Write, stdout};

fn main() -> Result<(), Error> {
    let page = match std::env::args().nth(1).as_deref() {
        Some("codes") => codes::page(),
        _ => errors::page()?,
    };
    stdout().write_all(page.as_bytes())
}
