//! The transactions behind the features: named selections of rows, shared by features.

use super::calendar::Months;
use super::facts::{Facts, RECENT_DAYS, is_of_history, recent_day};
use crate::domain::{AccountLedger, Ledger, Row};
use serde::Serialize;

macro_rules! selections {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $name:literal,)+) => {
        /// A named set of transactions. Features of one selection rest on the same rows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Selection { $($(#[doc = $meaning])+ #[serde(rename = $name)] $variant,)+ }

        impl Selection {
            /// Every selection, in the order of its wire name.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the wire name, for example `credits_90d`.
            ///
            /// ```
            /// use kapix_core::cashflow::Selection;
            ///
            /// assert_eq!(Selection::Income180.as_str(), "income_180d");
            /// ```
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $name,)+ } }

            /// Returns what the selection holds.
            ///
            /// ```
            /// use kapix_core::cashflow::Selection;
            ///
            /// assert_eq!(Selection::Debits90.meaning().trim(), "Debits of the last 90 days that are no own transfers.");
            /// ```
            pub const fn meaning(self) -> &'static str { match self { $(Self::$variant => concat!($($meaning),+),)+ } }
        }
    };
}

selections! {
    /// Credits of the last 90 days that are no own transfers.
    Credits90 = "credits_90d",
    /// Debits of the last 90 days that are no own transfers.
    Debits90 = "debits_90d",
    /// Rows that set the end-of-day balances of the last 90 days: the last row of each day and of the days before.
    EndOfDay90 = "end_of_day_90d",
    /// Rows of `end_of_day_90d` and `debits_90d`.
    EndOfDayAndDebits90 = "end_of_day_and_debits_90d",
    /// Rows of `credits_90d` and `debits_90d`.
    Flows90 = "flows_90d",
    /// Rows that moved money, of the latest stretch of each account.
    History = "history",
    /// Income of the last 180 days.
    Income180 = "income_180d",
    /// Income of the last 90 days.
    Income90 = "income_90d",
    /// Income of the complete months.
    IncomeCompleteMonths = "income_complete_months",
    /// The last row of each account.
    LastBalance = "last_balance",
    /// Rows of `last_balance` and `debits_90d`.
    LastBalanceAndDebits90 = "last_balance_and_debits_90d",
    /// The latest income.
    LastIncome = "last_income",
    /// The latest row that moved money.
    LastTransaction = "last_transaction",
    /// The row of each account that sets its balance on the day of the lowest end-of-day balance.
    LowestBalance90 = "lowest_balance_90d",
    /// Rows of `lowest_balance_90d` and `debits_90d`.
    LowestBalanceAndDebits90 = "lowest_balance_and_debits_90d",
    /// Rows of the last 90 days that moved money and name a counterparty.
    Named90 = "named_90d",
    /// Rows of the last 90 days that moved money.
    Transactions90 = "transactions_90d",
    /// Credits and debits of the complete months that are no own transfers.
    TransactionsCompleteMonths = "transactions_complete_months",
}

/// Rows of one account, as ranges of their numbers in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRanges {
    /// Place of the account in the ledger.
    pub account: usize,
    /// First and last row number of each range, ascending, both included.
    pub rows: Vec<(u32, u32)>,
}

/// One account, and what of the facts a selection needs.
struct Scope<'a> {
    account: &'a AccountLedger,
    months: Months,
    lowest_day: Option<usize>,
    last_row_days: Option<i32>,
    last_income_days: Option<i32>,
}

impl Selection {
    /// Returns the rows of the selection, account by account.
    pub(super) fn rows(self, ledger: &Ledger, facts: &Facts) -> Vec<RowRanges> {
        let mut selected = Vec::new();
        for (place, account) in ledger.accounts.iter().enumerate() {
            let scope = Scope {
                account,
                months: facts.months,
                lowest_day: facts.lowest_day(),
                last_row_days: facts.last_row_days,
                last_income_days: facts.last_income_days,
            };
            let mut inputs: Vec<u32> = (account.rows.iter().enumerate())
                .filter(|(row_place, row)| self.holds(&scope, *row_place, row))
                .map(|(_, row)| row.input)
                .collect();
            if !inputs.is_empty() {
                inputs.sort_unstable();
                selected.push(RowRanges { account: place, rows: ranges(&inputs) });
            }
        }
        selected
    }

    /// Returns whether the row at `place` of the account belongs to the selection.
    fn holds(self, scope: &Scope, place: usize, row: &Row) -> bool {
        let age = scope.age(row);
        let recent = recent_day(age).is_some();
        let moved = row.amount_minor != 0;
        let flow = recent && moved && !row.transfer;
        let debit = flow && row.amount_minor < 0;
        match self {
            Self::Credits90 => flow && row.amount_minor > 0,
            Self::Debits90 => debit,
            Self::EndOfDay90 => scope.sets_a_close(place, row),
            Self::EndOfDayAndDebits90 => debit || scope.sets_a_close(place, row),
            Self::Flows90 => flow,
            Self::History => is_of_history(scope.account, row),
            Self::Income180 => row.income && (0..180).contains(&age),
            Self::Income90 => row.income && recent,
            Self::IncomeCompleteMonths => row.income && scope.months.place(row.date).is_some(),
            Self::LastBalance => scope.next(place).is_none(),
            Self::LastBalanceAndDebits90 => debit || scope.next(place).is_none(),
            Self::LastIncome => {
                let mut later = scope.account.rows.iter().skip(place + 1);
                row.income && scope.last_income_days == Some(age) && !later.any(|row| row.income)
            }
            Self::LastTransaction => {
                let mut later = scope.account.rows.iter().skip(place + 1);
                moved && scope.last_row_days == Some(age) && !later.any(|row| row.amount_minor != 0)
            }
            Self::LowestBalance90 => scope.sets_the_lowest(place, row),
            Self::LowestBalanceAndDebits90 => debit || scope.sets_the_lowest(place, row),
            Self::Named90 => recent && moved && row.counterparty.is_some(),
            Self::Transactions90 => recent && moved,
            Self::TransactionsCompleteMonths => {
                moved && !row.transfer && scope.months.place(row.date).is_some()
            }
        }
    }
}

impl Scope<'_> {
    fn age(&self, row: &Row) -> i32 {
        self.account.last_day.days_since(row.date)
    }

    fn next(&self, place: usize) -> Option<&Row> {
        self.account.rows.get(place + 1)
    }

    /// Returns the first and last age of the days at whose end the row's balance stands; empty if first > last.
    fn stands(&self, place: usize, row: &Row) -> (i32, i32) {
        (self.next(place).map_or(0, |next| self.age(next) + 1), self.age(row))
    }

    /// Returns whether the row's balance stands at the end of a day of the recent window.
    fn sets_a_close(&self, place: usize, row: &Row) -> bool {
        let (first, last) = self.stands(place, row);
        first <= last && usize::try_from(first).is_ok_and(|first| first < RECENT_DAYS)
    }

    /// Returns whether the row's balance stands at the end of the day of the lowest balance.
    fn sets_the_lowest(&self, place: usize, row: &Row) -> bool {
        let (first, last) = self.stands(place, row);
        self.lowest_day
            .and_then(|day| i32::try_from(day).ok())
            .is_some_and(|day| (first..=last).contains(&day))
    }
}

/// Returns ascending numbers as ranges, both ends included.
fn ranges(inputs: &[u32]) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &input in inputs {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(input) => *last = input,
            _ => ranges.push((input, input)),
        }
    }
    ranges
}
