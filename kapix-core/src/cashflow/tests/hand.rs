//! Ledgers whose features were worked out on paper.

use super::given::{account, answers, ledger};
use crate::cashflow::{RowRanges, Selection, features};
use crate::domain::Ledger;

/// Half a year; the recent window is 2026-01-01..=2026-03-31, the 90 days before it begin on 2025-10-03.
fn half_year() -> Ledger {
    let rows = [
        ("2025-10-01", 100, Some(0), true),     // 0: balance 1,100
        ("2025-10-25", 3_000, Some(0), true),   // 1: 4,100
        ("2025-11-25", 3_000, Some(0), true),   // 2: 7,100
        ("2025-12-28", -6_800, Some(1), false), // 3: 300
        ("2026-01-25", 3_000, Some(0), true),   // 4: 3,300
        ("2026-01-25", -600, Some(1), false),   // 5: 2,700
        ("2026-02-14", -2_900, Some(2), false), // 6: -200
        ("2026-02-16", 1_500, Some(3), true),   // 7: 1,300
        ("2026-03-31", -100, None, false),      // 8: 1,200
    ];
    ledger(vec![account(("2025-10-01", "2026-03-31"), Some(1_000), &rows)])
}

#[test]
fn features_of_half_a_year_are_those_worked_out_on_paper() {
    // End-of-day balances: 24 days of 300 (1 to 24 January), 20 of 2,700 (to 13 February), 2 of -200, 43 of
    // 1,300 (16 February to 30 March), 1 of 1,200. Sum 117,900, sum of squares 222,150,000.
    // Debits 600 + 2,900 + 100 = 3,600, a third of it 1,200; credits 3,000 + 1,500 = 4,500.
    // Months, October to March: income 3,100 3,000 0 3,000 1,500 0; net 3,100 3,000 -6,800 2,400 -1,400 -100.
    let expected = [
        ("active_days_share_90d", 4.0 / 90.0), // 25 January, 14 and 16 February, 31 March
        ("balance_last_minor", 1_200.0),
        ("balance_mean_minor_90d", 1_310.0), // 117,900 / 90
        ("balance_min_minor_90d", -200.0),
        ("balance_min_to_outflow_ratio_90d", -1.0 / 6.0), // -200 / 1,200
        ("balance_outflow_days", 30.0),                   // 1,200 / (3,600 / 90)
        ("balance_trend_90d", 31.0 / 72.0), // ((29 x 1,300 + 1,200) - (24 x 300 + 6 x 2,700)) / 30 / 1,200
        ("balance_variability", 0.665_780_763_445_684), // sqrt((90 x 222,150,000 - 117,900^2) / 8,010) / 1,310
        ("counterparties_90d", 4.0),
        ("coverage_age_days", 0.0),
        ("credits_90d", 2.0),
        ("days_since_last_income", 43.0), // 12 days of February, 31 of March
        ("days_since_last_transaction", 0.0),
        ("debits_90d", 3.0),
        ("history_days", 182.0), // 31 + 30 + 31 + 31 + 28 + 31
        ("history_transactions", 9.0),
        ("income_mean_monthly_minor", 10_600.0 / 6.0),
        ("income_minor_90d", 4_500.0),
        ("income_months_share", 4.0 / 6.0),
        ("income_top_payer_share_180d", 6.0 / 7.0), // 9,000 of 10,500: the first row is older than 180 days
        ("income_trend", 0.75),                     // 4,500 / 6,000
        ("income_volatility", 0.844_642_614_550_920_4), // sqrt((6 x 29,860,000 - 10,600^2) / 30) / (10,600 / 6)
        ("inflow_minor_90d", 4_500.0),
        ("inflow_outflow_ratio_90d", 1.25),
        ("longest_gap_days_90d", 42.0),             // 17 February to 30 March
        ("low_balance_days_share_90d", 2.0 / 90.0), // below 120
        ("negative_balance_days_90d", 2.0),
        ("negative_net_months_share", 0.5),
        ("net_flow_minor_90d", 900.0),
        ("net_flow_to_inflow_90d", 0.2),
        ("outflow_minor_90d", 3_600.0),
        ("outflow_top_counterparty_share_90d", 29.0 / 36.0),
        ("transactions_90d", 5.0),
    ];
    let ledger = half_year();
    let answers = answers(&features(&ledger));
    assert_eq!(answers.len(), expected.len());
    for (name, value) in expected {
        let got = answers[name].unwrap();
        // 1e-14: the figures on paper went through one or two roundings of f64.
        assert!((got - value).abs() <= 1e-14 * value.abs().max(1.0), "{name}: {got} is not {value}");
    }
}

#[test]
fn selections_name_the_rows_behind_the_features() {
    let expected: [(Selection, &[(u32, u32)]); 18] = [
        (Selection::Credits90, &[(4, 4), (7, 7)]),
        (Selection::Debits90, &[(5, 6), (8, 8)]),
        (Selection::EndOfDay90, &[(3, 3), (5, 8)]), // row 3 is carried into January; row 4 is not the last of its day
        (Selection::EndOfDayAndDebits90, &[(3, 3), (5, 8)]),
        (Selection::Flows90, &[(4, 8)]),
        (Selection::History, &[(0, 8)]),
        (Selection::Income180, &[(1, 2), (4, 4), (7, 7)]),
        (Selection::Income90, &[(4, 4), (7, 7)]),
        (Selection::IncomeCompleteMonths, &[(0, 2), (4, 4), (7, 7)]),
        (Selection::LastBalance, &[(8, 8)]),
        (Selection::LastBalanceAndDebits90, &[(5, 6), (8, 8)]),
        (Selection::LastIncome, &[(7, 7)]),
        (Selection::LastTransaction, &[(8, 8)]),
        (Selection::LowestBalance90, &[(6, 6)]),
        (Selection::LowestBalanceAndDebits90, &[(5, 6), (8, 8)]),
        (Selection::Named90, &[(4, 7)]),
        (Selection::Transactions90, &[(4, 8)]),
        (Selection::TransactionsCompleteMonths, &[(0, 8)]),
    ];
    let ledger = half_year();
    let features = features(&ledger);
    assert_eq!(expected.map(|(selection, _)| selection), Selection::ALL);
    for (selection, rows) in expected {
        let ranges = RowRanges { account: 0, rows: rows.to_vec() };
        assert_eq!(features.rows(selection), [ranges], "{}", selection.as_str());
    }
}

#[test]
fn the_first_day_of_a_window_counts_and_the_day_before_does_not() {
    // 2026-01-01 is the first of 90 days, 2025-10-03 the first of 180.
    let rows = [
        ("2025-10-02", 1, None, true),
        ("2025-10-03", 20, None, true),
        ("2025-12-31", 300, None, true),
        ("2026-01-01", 4_000, None, true),
    ];
    let ledger = ledger(vec![account(("2025-09-15", "2026-03-31"), None, &rows)]);
    let answers = answers(&features(&ledger));
    assert_eq!(answers["income_minor_90d"], Ok(4_000.0));
    assert_eq!(answers["income_trend"], Ok(12.5)); // 4,000 / (20 + 300)
}

#[test]
fn the_days_of_all_accounts_end_on_one_day() {
    // The first account ends a day before the second. On 23 March one holds 100 and the other 20.
    let first = [("2026-03-22", -90, None, false), ("2026-03-23", 90, None, true)];
    let second = [("2026-03-23", -80, None, false), ("2026-03-24", 80, None, true)];
    let ledger = ledger(vec![
        account(("2025-12-01", "2026-03-31"), Some(100), &first),
        account(("2025-12-01", "2026-04-01"), Some(100), &second),
    ]);
    let features = features(&ledger);
    // 22 March: 10 and 100.
    assert_eq!(features.get("balance_min_minor_90d").unwrap().value, Some(110.0));
    assert_eq!(features.get("active_days_share_90d").unwrap().value, Some(3.0 / 90.0));
    assert_eq!(features.get("days_since_last_transaction").unwrap().value, Some(8.0));
    assert_eq!(features.rows(Selection::LowestBalance90), [RowRanges { account: 0, rows: vec![(0, 0)] }]);
}

#[test]
fn monthly_features_take_the_last_twelve_complete_months() {
    // 14 complete months, January 2025 to February 2026; the first two have the income that must not count.
    let mut rows = vec![("2025-01-10", 9_999, None, true), ("2025-02-10", 9_999, None, true)];
    rows.extend([("2025-03-10", 1_200, None, true), ("2026-02-10", 1_200, None, true)]);
    rows.push(("2026-03-10", 9_999, None, true)); // March 2026 is not complete
    let ledger = ledger(vec![account(("2024-12-02", "2026-03-30"), None, &rows)]);
    let answers = answers(&features(&ledger));
    assert_eq!(answers["income_mean_monthly_minor"], Ok(200.0)); // 2,400 / 12
    assert_eq!(answers["income_months_share"], Ok(2.0 / 12.0));
}

#[test]
fn balances_are_those_of_the_rows_and_unknown_where_the_last_has_none() {
    let rows = [("2025-11-20", 50, None, false), ("2026-03-30", -30, None, false)];
    let mut account = account(("2025-11-01", "2026-03-31"), Some(100), &rows);
    let known = answers(&features(&ledger(vec![account.clone()])));
    assert_eq!(known["balance_last_minor"], Ok(120.0));
    assert_eq!(known["balance_mean_minor_90d"], Ok((88.0 * 150.0 + 2.0 * 120.0) / 90.0));
    account.rows[1].balance_minor = None;
    let unknown = answers(&features(&ledger(vec![account])));
    assert_eq!(unknown["balance_last_minor"], Err("no_balances"));
    assert_eq!(unknown["balance_mean_minor_90d"], Err("no_balances"));
}
