//! Any bytes as CSV: what is read is a ledger or an error.
#![no_main]

use kapix_core::{Limits, ledger::transactions_from_csv, money::Currency};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    for currency in ["KES", "UGX", "KWD"] {
        let currency = Currency::parse(currency).expect("a currency of ISO 4217");
        let _ = transactions_from_csv(text, currency, &Limits::default());
    }
});
