//! Any bytes as a request of `credit.score`, for named features, a ledger with a bureau, and a ledger alone.
#![no_main]

use kapix_fuzz::{Answers, call};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|request: &[u8]| {
    for card in [Answers::Loan, Answers::Flow, Answers::Developed, Answers::Ledger] {
        call(card, "credit.score", request);
    }
});
