//! Any bytes as a request of `scorecard.develop` with its rows as JSON columns.
#![no_main]

use kapix_fuzz::{Answers, call};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|request: &[u8]| call(Answers::Developed, "scorecard.develop", request));
