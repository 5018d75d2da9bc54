//! Any bytes as a delimited document: what is read are accounts or an error.
#![no_main]

use kapix_core::statement::{self, Format, Profile, StatedAccount, TransactionsReadRequest};
use kapix_core::{Limits, money::Currency};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| {
    for currency in ["KES", "UGX", "KWD"] {
        let currency = Some(Currency::parse(currency).expect("a currency of ISO 4217"));
        let account = StatedAccount { currency, ..StatedAccount::default() };
        let profile = Profile { format: Some(Format::Delimited), ..Profile::default() };
        let request = TransactionsReadRequest { account, profile, ..TransactionsReadRequest::default() };
        let _ = statement::read(document, &request, &Limits::default());
    }
});
