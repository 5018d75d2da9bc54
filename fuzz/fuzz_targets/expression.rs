//! Any text as an expression and cells: it compiles and runs, or is refused, within its limits.
#![no_main]

#[path = "../../kapix-core/tests/common/parsers.rs"]
#[expect(dead_code, reason = "each target runs one of them")]
mod parsers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| parsers::expression(text));
