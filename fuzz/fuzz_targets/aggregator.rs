//! Any bytes as the JSON of an aggregator, in one page and in two, under every preset and under none: what is read
//! counts every element, or is an error.
#![no_main]

use kapix_core::Limits;
use kapix_core::money::Currency;
use kapix_core::statement::{Format, TransactionsReadRequest, aggregator_presets, read_pages};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let limits = Limits { rows: 1_000, documents: 10, ..Limits::default() };
    let half = text.split_at(text.len() / 2);
    let names = aggregator_presets().expect("the presets that ship are read").into_keys().map(Some);
    for preset in names.chain([None]) {
        let mut request = TransactionsReadRequest::default();
        request.profile.format = Some(Format::Json);
        request.profile.preset = preset;
        request.account.currency = Currency::parse("KES").ok();
        for pages in [&[text][..], &[text, text], &[half.0, half.1]] {
            let Ok(reading) = read_pages(pages, &request, &limits) else { continue };
            for account in &reading.accounts {
                assert_eq!(account.account.transactions.len(), account.lines.len());
            }
        }
    }
});
