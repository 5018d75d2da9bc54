//! Any bytes as a request of `artefact.check`, and of `engine.describe`.
#![no_main]

use kapix_fuzz::{Answers, call};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|request: &[u8]| {
    call(Answers::Loan, "artefact.check", request);
    call(Answers::Loan, "engine.describe", request);
});
