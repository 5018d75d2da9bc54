//! Properties over random ledgers.

use super::given::{account, answers, ledger};
use crate::cashflow::{Selection, Unit, definition, features};
use crate::domain::{AccountLedger, Ledger, Row};
use crate::time::Date;
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

const COVERED: (&str, &str) = ("2024-01-01", "2026-03-31");

/// Rows of an account: days before the last day, amount, counterparty, category says income.
type Rows = Vec<(i32, i64, Option<u32>, bool)>;

fn rows() -> impl Strategy<Value = Rows> {
    let age = 0..420_i32;
    let amount = -5_000..5_000_i64;
    prop::collection::vec((age, amount, prop::option::of(0..6_u32), any::<bool>()), 0..80)
}

fn build(mut rows: Rows, opening_minor: i64) -> AccountLedger {
    rows.sort_by_key(|row| -row.0);
    let mut account = account(COVERED, Some(opening_minor), &[]);
    for (input, (age, amount_minor, counterparty, income)) in (0..).zip(rows) {
        let date = account.last_day.add_days(-age).unwrap();
        // Every seventh amount is an own transfer; some are 0.
        let transfer = amount_minor % 7 == 1;
        let income = income && amount_minor > 0 && !transfer;
        account.rows.push(Row {
            input,
            date,
            amount_minor,
            balance_minor: None,
            counterparty,
            income,
            transfer,
            disputed: false,
        });
    }
    chain(&mut account);
    account
}

/// Writes the balances that follow from the opening one.
fn chain(account: &mut AccountLedger) {
    let mut balance_minor = account.opening_minor.unwrap();
    for row in &mut account.rows {
        balance_minor += row.amount_minor;
        row.balance_minor = Some(balance_minor);
    }
}

/// The amounts of a selection.
fn amounts(ledger: &Ledger, selection: Selection) -> Vec<i64> {
    let mut amounts = Vec::new();
    for ranges in features(ledger).rows(selection) {
        for (first, last) in ranges.rows {
            let rows = ledger.accounts[ranges.account].rows.iter();
            amounts
                .extend(rows.filter(|row| (first..=last).contains(&row.input)).map(|row| row.amount_minor));
        }
    }
    amounts
}

#[expect(clippy::cast_precision_loss, reason = "sums of the test stay below 10^6")]
fn float(whole: i64) -> f64 {
    whole as f64
}

proptest! {
    #[test]
    fn splitting_an_account_in_two_changes_nothing(rows in rows(), sides in any::<u128>(), opening in -9_000..9_000_i64) {
        let whole = build(rows, opening);
        let (mut left, mut right) = (whole.clone(), whole.clone());
        left.rows.retain(|row| sides >> (row.input % 128) & 1 == 0);
        right.rows.retain(|row| sides >> (row.input % 128) & 1 == 1);
        right.opening_minor = Some(0);
        chain(&mut left);
        chain(&mut right);
        let (one, two) = (ledger(vec![whole]), ledger(vec![left, right]));
        prop_assert_eq!(answers(&features(&one)), answers(&features(&two)));
    }

    #[test]
    fn larger_units_scale_money_and_leave_the_rest(rows in rows(), opening in -9_000..9_000_i64, k in 1..1_000_i64) {
        let base = build(rows, opening);
        let mut scaled = base.clone();
        scaled.opening_minor = Some(opening * k);
        scaled.rows.iter_mut().for_each(|row| row.amount_minor *= k);
        chain(&mut scaled);
        let (base, scaled) = (ledger(vec![base]), ledger(vec![scaled]));
        let (base, scaled) = (answers(&features(&base)), answers(&features(&scaled)));
        for (name, value) in base {
            let factor = if definition(name).unwrap().unit == Unit::Minor { float(k) } else { 1.0 };
            match (value, scaled[name]) {
                // 1e-12: a trend subtracts two rounded means.
                (Ok(one), Ok(two)) => prop_assert!((one * factor - two).abs() <= 1e-12 * two.abs().max(factor), "{name}"),
                (one, two) => prop_assert_eq!(one, two, "{}", name),
            }
        }
    }

    #[test]
    fn every_value_lies_within_what_its_unit_allows(rows in rows(), opening in -9_000..9_000_i64) {
        let ledger = ledger(vec![build(rows, opening)]);
        for (name, value) in answers(&features(&ledger)) {
            let (least, most) = definition(name).unwrap().range();
            prop_assert!(value.is_err() || value.is_ok_and(|value| (least..=most).contains(&value)), "{name} {value:?}");
        }
    }

    #[test]
    fn the_order_of_the_input_changes_row_numbers_only(rows in rows(), opening in -9_000..9_000_i64) {
        let base = build(rows, opening);
        let mut renumbered = base.clone();
        let last = u32::try_from(base.rows.len()).unwrap();
        renumbered.rows.iter_mut().for_each(|row| row.input = last - 1 - row.input);
        let (base, renumbered) = (ledger(vec![base]), ledger(vec![renumbered]));
        prop_assert_eq!(answers(&features(&base)), answers(&features(&renumbered)));
        for &selection in Selection::ALL {
            let mut other = amounts(&renumbered, selection);
            other.sort_unstable();
            let mut own = amounts(&base, selection);
            own.sort_unstable();
            prop_assert_eq!(own, other);
        }
    }

    #[test]
    fn a_row_before_every_window_changes_nothing_but_the_history(rows in rows(), opening in -9_000..9_000_i64, age in 430..800_i32) {
        let base = build(rows, opening);
        let mut longer = base.clone();
        longer.opening_minor = Some(opening + 777);
        let date = base.last_day.add_days(-age).unwrap();
        let old = Row { input: 9_999, date, amount_minor: -777, balance_minor: None, counterparty: Some(5), income: false, transfer: false, disputed: false };
        longer.rows.insert(0, old);
        chain(&mut longer);
        let (short, long) = (ledger(vec![base]), ledger(vec![longer]));
        let (short, mut long) = (answers(&features(&short)), answers(&features(&long)));
        prop_assert_eq!(long["history_transactions"], short["history_transactions"].map(|rows| rows + 1.0));
        for name in ["history_transactions", "days_since_last_transaction"] {
            long.insert(name, short[name]);
        }
        prop_assert_eq!(short, long);
    }

    #[test]
    fn a_debit_today_moves_what_it_must_and_nothing_the_other_way(rows in rows(), amount in 1..5_000_i64) {
        let base = build(rows, 10_000);
        let mut more = base.clone();
        let date: Date = base.last_day;
        more.rows.push(Row { input: 9_999, date, amount_minor: -amount, balance_minor: None, counterparty: None, income: false, transfer: false, disputed: false });
        chain(&mut more);
        let (base, more) = (ledger(vec![base]), ledger(vec![more]));
        let (base, more) = (answers(&features(&base)), answers(&features(&more)));
        let step = |name: &str| more[name].unwrap() - base[name].unwrap();
        for (name, expected) in [
            ("balance_last_minor", -float(amount)),
            ("net_flow_minor_90d", -float(amount)),
            ("outflow_minor_90d", float(amount)),
            ("debits_90d", 1.0),
            ("transactions_90d", 1.0),
            ("history_transactions", 1.0),
            ("income_minor_90d", 0.0),
            ("credits_90d", 0.0),
        ] {
            prop_assert!((step(name) - expected).abs() < 0.5, "{name}"); // whole numbers
        }
        for name in ["balance_min_minor_90d", "balance_mean_minor_90d", "longest_gap_days_90d"] {
            prop_assert!(step(name) <= 0.0, "{name}");
        }
        for name in ["active_days_share_90d", "low_balance_days_share_90d", "negative_net_months_share"] {
            if base[name].is_ok() {
                prop_assert!(step(name) >= 0.0, "{name}");
            }
        }
    }

    #[test]
    fn the_rows_of_a_selection_add_up_to_the_feature(first in rows(), second in rows()) {
        let ledger = ledger(vec![build(first, 5_000), build(second, -5_000)]);
        let answers = answers(&features(&ledger));
        let sum = |selection| float(amounts(&ledger, selection).iter().sum());
        let count = |selection| float(i64::try_from(amounts(&ledger, selection).len()).unwrap());
        prop_assert_eq!(answers["inflow_minor_90d"], Ok(sum(Selection::Credits90)));
        prop_assert_eq!(answers["outflow_minor_90d"], Ok(-sum(Selection::Debits90)));
        prop_assert_eq!(answers["net_flow_minor_90d"], Ok(sum(Selection::Flows90)));
        prop_assert_eq!(answers["credits_90d"], Ok(count(Selection::Credits90)));
        prop_assert_eq!(answers["debits_90d"], Ok(count(Selection::Debits90)));
        prop_assert_eq!(answers["income_minor_90d"], Ok(sum(Selection::Income90)));
        prop_assert_eq!(answers["transactions_90d"], Ok(count(Selection::Transactions90)));
        prop_assert_eq!(answers["history_transactions"], Ok(count(Selection::History)));
        let months = answers["income_mean_monthly_minor"].unwrap() * 12.0;
        prop_assert!((months - sum(Selection::IncomeCompleteMonths)).abs() < 1e-6, "a mean of twelve months");
        // Each account's row at the lowest balance states a part of it; without one the opening balance stands.
        let lowest: i64 = (ledger.accounts.iter().enumerate())
            .map(|(place, account)| {
                let chosen = features(&ledger).rows(Selection::LowestBalance90);
                let input = chosen.iter().find(|ranges| ranges.account == place).map(|ranges| ranges.rows[0].0);
                let row = input.and_then(|input| account.rows.iter().find(|row| row.input == input));
                row.map_or(account.opening_minor.unwrap(), |row| row.balance_minor.unwrap())
            })
            .sum();
        prop_assert_eq!(answers["balance_min_minor_90d"], Ok(float(lowest)));
    }
}
