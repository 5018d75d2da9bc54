//! Any bytes as JSON: what is read has one canonical text, which reads back as the same.
#![no_main]

use kapix_core::{JsonValue, Limits, audit::to_vec};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let limits = Limits::default();
    let Ok(tree) = JsonValue::read_text(text, &limits) else { return };
    let canonical = to_vec(&tree).expect("what is read can be written");
    let again = JsonValue::read_text(&canonical, &limits).expect("canonical text is read");
    assert_eq!(again, tree);
    assert_eq!(to_vec(&again).expect("what is read can be written"), canonical);
});
