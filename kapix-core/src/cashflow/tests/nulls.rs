//! Every null reason is reached, and a missing figure never hides a present one.

use super::given::{Entry, account, answers, ledger};
use crate::cashflow::{Features, NullReason, Selection, features};
use crate::codes::AnswerCode;
use crate::domain::{AccountLedger, Ledger};
use crate::money::Currency;
use std::collections::BTreeSet;

const YEAR: (&str, &str) = ("2025-04-01", "2026-03-31");
const PAID: Entry = ("2026-02-25", 3_000, Some(0), true);
const SPENT: Entry = ("2026-03-02", -500, Some(1), false);

fn of(accounts: Vec<AccountLedger>) -> Ledger {
    ledger(accounts)
}

fn reason(ledger: &Ledger, name: &str) -> Option<NullReason> {
    features(ledger).get(name).unwrap().null_reason
}

#[test]
fn every_null_reason_is_reached() {
    let whole = account(YEAR, Some(1_000), &[PAID, SPENT]);
    let mut foreign = whole.clone();
    foreign.currency = Currency::parse("UGX").unwrap();
    let huge = 9_007_199_254_740_991; // 2^53 - 1: the largest amount on the wire
    let early = ("2025-11-01", 10, None, true);
    let unnamed = ("2026-02-25", 3_001, None, true);
    let cases = [
        (
            "income_volatility",
            of(vec![account(("2026-01-01", "2026-03-30"), None, &[PAID])]),
            NullReason::HistoryTooShort,
        ),
        ("income_volatility", of(vec![account(YEAR, None, &[SPENT])]), NullReason::MeanNotPositive),
        ("balance_variability", of(vec![account(YEAR, Some(0), &[])]), NullReason::MeanNotPositive),
        ("balance_last_minor", of(vec![whole.clone(), foreign]), NullReason::MixedCurrencies),
        (
            "inflow_minor_90d",
            of(vec![account(
                YEAR,
                None,
                &[("2026-02-25", huge, None, false), ("2026-02-25", 1, None, false)],
            )]),
            NullReason::MoneyOverflow,
        ),
        (
            "balance_last_minor",
            of(vec![whole.clone(), account(YEAR, None, &[SPENT])]),
            NullReason::NoBalances,
        ),
        ("counterparties_90d", of(vec![account(YEAR, None, &[unnamed])]), NullReason::NoCounterparties),
        (
            "income_top_payer_share_180d",
            of(vec![account(YEAR, None, &[PAID, unnamed])]),
            NullReason::NoCounterparties,
        ),
        ("income_trend", of(vec![whole.clone()]), NullReason::NoIncome),
        ("days_since_last_income", of(vec![account(YEAR, None, &[SPENT])]), NullReason::NoIncome),
        ("net_flow_to_inflow_90d", of(vec![account(YEAR, None, &[early, SPENT])]), NullReason::NoInflow),
        ("balance_outflow_days", of(vec![account(YEAR, Some(0), &[PAID])]), NullReason::NoOutflow),
        ("low_balance_days_share_90d", of(vec![account(YEAR, Some(0), &[PAID])]), NullReason::NoOutflow),
        ("history_days", of(vec![]), NullReason::NoRows),
        ("days_since_last_transaction", of(vec![account(YEAR, None, &[])]), NullReason::NoRows),
        (
            "credits_90d",
            of(vec![account(("2026-01-02", "2026-03-31"), None, &[PAID])]),
            NullReason::WindowNotCovered,
        ),
    ];
    let mut reached = BTreeSet::new();
    for (name, ledger, expected) in cases {
        assert_eq!(reason(&ledger, name), Some(expected), "{name}");
        answers(&features(&ledger));
        reached.insert(expected);
    }
    assert!(reached.iter().copied().eq(NullReason::all()), "{reached:?}");
}

#[test]
fn an_applicant_without_accounts_has_no_feature_and_no_rows() {
    let ledger = of(vec![]);
    let features = features(&ledger);
    assert!(answers(&features).values().all(|answer| *answer == Err("no_rows")));
    assert!(Selection::ALL.iter().all(|selection| features.rows(*selection).is_empty()));
}

#[test]
fn windows_end_where_the_data_end_and_the_age_is_told() {
    let ending = |to: &str| {
        let mut account = account(("2025-04-01", to), Some(1_000), &[PAID]);
        account.last_day = super::given::date("2026-03-31");
        of(vec![account])
    };
    let fresh = ending("2026-02-28");
    assert_eq!(reason(&fresh, "credits_90d"), None);
    assert_eq!(features(&fresh).get("coverage_age_days").unwrap().value, Some(31.0));
    assert_eq!(features(&fresh).get("days_since_last_income").unwrap().value, Some(3.0));
    assert_eq!(features(&ending("2026-03-31")).get("coverage_age_days").unwrap().value, Some(0.0));
}

#[test]
fn an_account_that_ends_early_moves_no_window_back() {
    let long = account(("2025-04-01", "2026-03-31"), Some(1_000), &[SPENT]);
    let early = account(("2025-04-01", "2026-02-28"), Some(1_000), &[PAID]);
    let ledger = of(vec![long, early]);
    let value = |name| features(&ledger).get(name).unwrap().value;
    assert_eq!((value("outflow_minor_90d"), value("inflow_minor_90d")), (Some(500.0), Some(3_000.0)));
    assert_eq!((value("coverage_age_days"), value("days_since_last_income")), (Some(0.0), Some(34.0)));
}

#[test]
fn the_shortest_statement_decides_what_is_covered_and_the_longest_the_history() {
    let long = account(YEAR, Some(1_000), &[PAID]);
    let short = account(("2026-02-01", "2026-03-31"), Some(1_000), &[SPENT]);
    let ledger = of(vec![long, short]);
    let value = |name| features(&ledger).get(name).unwrap().value;
    assert_eq!(reason(&ledger, "outflow_minor_90d"), Some(NullReason::WindowNotCovered));
    assert_eq!(value("history_days"), Some(365.0));
    assert_eq!(value("income_mean_monthly_minor"), Some(1_500.0)); // February and March
}

#[test]
fn counts_and_days_survive_mixed_currencies() {
    let mut foreign = account(YEAR, Some(1_000), &[PAID, SPENT]);
    foreign.currency = Currency::parse("UGX").unwrap();
    let ledger = of(vec![account(YEAR, Some(1_000), &[PAID, SPENT]), foreign]);
    let features: Features = features(&ledger);
    let answers = answers(&features);
    let counted = answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(name, _)| *name);
    let expected = [
        "active_days_share_90d",
        "counterparties_90d",
        "coverage_age_days",
        "credits_90d",
        "days_since_last_income",
        "days_since_last_transaction",
        "debits_90d",
        "history_days",
        "history_transactions",
        "income_months_share",
        "longest_gap_days_90d",
        "transactions_90d",
    ];
    assert!(counted.eq(expected));
    assert!(answers.values().all(|answer| answer.is_ok() || *answer == Err("mixed_currencies")));
}
