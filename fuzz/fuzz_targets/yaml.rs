//! Any bytes as a document in YAML: what loads is described, what does not is an error with a message.
#![no_main]

#[path = "../../kapix-core/tests/common/parsers.rs"]
#[expect(dead_code, reason = "each target runs one of them")]
mod parsers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| parsers::yaml(text));
