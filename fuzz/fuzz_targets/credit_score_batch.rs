//! Any bytes as a request of `credit.score_batch`.
#![no_main]

use kapix_fuzz::{Answers, call};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|request: &[u8]| {
    for card in [Answers::Loan, Answers::Flow, Answers::Developed] {
        call(card, "credit.score_batch", request);
    }
});
