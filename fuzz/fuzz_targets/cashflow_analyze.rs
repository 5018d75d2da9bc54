//! Any bytes as a request of `cashflow.analyze`.
#![no_main]

use kapix_fuzz::{Answers, call};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|request: &[u8]| call(Answers::Ledger, "cashflow.analyze", request));
