//! Any bytes as the body of a policy: from document to load to run.
#![no_main]

#[path = "../../kapix-core/tests/common/parsers.rs"]
#[expect(dead_code, reason = "each target runs one of them")]
mod parsers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| parsers::policy(text));
