//! Ledgers and accounts as the tests write them.

use crate::cashflow::{FeatureId, Features};
use crate::codes::AnswerCode;
use crate::domain::{AccountKind, AccountLedger, Ledger, Row, SourceKey};
use crate::money::Currency;
use crate::time::{Date, Instant, UtcOffset};
use std::collections::BTreeMap;

/// A row as the tests write it: date, amount, counterparty, income.
pub(super) type Entry<'a> = (&'a str, i64, Option<u32>, bool);

pub(super) fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// An account whose balances follow from the opening one, if any.
pub(super) fn account(covered: (&str, &str), opening_minor: Option<i64>, entries: &[Entry]) -> AccountLedger {
    let mut balance_minor = opening_minor;
    let rows = (0..).zip(entries).map(|(input, &(day, amount_minor, counterparty, income))| {
        balance_minor = balance_minor.map(|minor| minor + amount_minor);
        Row {
            input,
            date: date(day),
            amount_minor,
            balance_minor,
            counterparty,
            income,
            transfer: false,
            disputed: false,
        }
    });
    AccountLedger {
        source: SourceKey::Bank,
        index: 0,
        uploads: Vec::new(),
        kind: AccountKind::Current,
        currency: Currency::parse("KES").unwrap(),
        utc_offset: UtcOffset::default(),
        last_day: date(covered.1),
        covered: Some((date(covered.0), date(covered.1))),
        balance_disputed: false,
        rows: rows.collect(),
        opening_minor,
        days: 0,
        days_chained: 0,
    }
}

pub(super) fn ledger(mut accounts: Vec<AccountLedger>) -> Ledger {
    for (index, account) in accounts.iter_mut().enumerate() {
        account.index = index;
    }
    let currencies: Vec<Currency> = accounts.iter().map(|account| account.currency).collect();
    let currency = currencies.first().copied().filter(|first| currencies.iter().all(|other| other == first));
    // As `Ledger::build` does: one end for all accounts.
    let end = accounts.iter().filter_map(|account| Some(account.covered?.1)).max();
    let features_as_of = end.unwrap_or(date("2026-03-31"));
    let ending =
        accounts.iter().filter(|account| account.covered.is_some_and(|(_, to)| to == features_as_of));
    let as_of_day = ending.map(|account| account.last_day).min().unwrap_or(features_as_of);
    for account in &mut accounts {
        account.last_day = features_as_of;
    }
    Ledger {
        accounts,
        age_days: as_of_day.days_since(features_as_of),
        findings: Vec::new(),
        as_of: Instant::parse("2026-03-31T12:00:00Z").unwrap(),
        currency,
        end_is_given: false,
        features_as_of,
        other_reading: None,
    }
}

/// Every feature as a number, or as the name of its null reason. Checks that the reason is a declared one and
/// that a value is finite.
pub(super) fn answers(features: &Features) -> BTreeMap<&'static str, Result<f64, &'static str>> {
    let mut answers = BTreeMap::new();
    for id in FeatureId::all() {
        let feature = features.feature(id);
        let name = feature.definition.name;
        assert_eq!(feature.value, features.value(id));
        assert!(feature.value.is_none_or(f64::is_finite), "{name}");
        if let Some(reason) = feature.null_reason {
            assert!(feature.definition.nulls.contains(&reason), "{name}: {}", reason.as_str());
        }
        let answer = feature.value.ok_or_else(|| feature.null_reason.unwrap().as_str());
        answers.insert(name, answer);
    }
    answers
}
