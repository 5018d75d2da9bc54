//! One walk over the ledger: sums by window, balances by day, flows by month.

use super::calendar::Months;
use super::definition::NullReason;
use super::parties::Parties;
use crate::domain::{AccountLedger, Ledger, Row};
use crate::time::Date;

/// Days of the window of most features.
pub(super) const RECENT_DAYS: usize = 90;

/// Days of the long window: the recent one and the equal one before it.
const LONG_DAYS: i32 = 180;

/// What the features of one applicant are computed from.
#[derive(Debug)]
pub(super) struct Facts {
    /// Some account has a row or a stated period.
    pub(super) seen: bool,
    /// The accounts have more than one currency.
    pub(super) mixed_currencies: bool,
    /// Rows of all accounts that moved money, of the latest stretches.
    pub(super) rows: u32,
    /// Covered days of the account with the longest history.
    pub(super) history_days: u32,
    /// Days from the last day to the day of `as_of`.
    pub(super) age_days: i32,
    /// Days up to and with the last day, from the first that every account covers.
    pub(super) reach_days: i32,
    /// Days from the latest row that moved money to the last day.
    pub(super) last_row_days: Option<i32>,
    /// Days from the latest income to the last day.
    pub(super) last_income_days: Option<i32>,
    /// Sums over the last 90 days.
    pub(super) recent: Flows,
    /// Income of the 90 days before the recent ones, in minor units.
    pub(super) income_before_minor: i128,
    /// Days of the recent window with a row that moved money; place 0 is the last day.
    pub(super) active: [bool; RECENT_DAYS],
    /// End-of-day balances in minor units, place 0 the last day; `None` when an account states no balance or
    /// covers no day.
    pub(super) balances_minor: Option<[i128; RECENT_DAYS]>,
    /// The complete months.
    pub(super) months: Months,
    /// Income of each complete month, in minor units, oldest first.
    pub(super) income_by_month_minor: [i128; Months::MAX],
    /// Credits less debits of each complete month, in minor units, oldest first.
    pub(super) net_by_month_minor: [i128; Months::MAX],
    /// The named counterparties.
    pub(super) parties: Parties,
}

/// Sums over a window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flows {
    /// Number of rows that moved money.
    pub(super) rows: u32,
    /// Number of credits that are no own transfers.
    pub(super) credits: u32,
    /// Number of debits that are no own transfers.
    pub(super) debits: u32,
    /// Sum of these credits in minor units.
    pub(super) inflow_minor: i128,
    /// Sum of these debits in minor units, above zero.
    pub(super) outflow_minor: i128,
    /// Sum of income in minor units.
    pub(super) income_minor: i128,
}

impl Facts {
    /// Returns the facts of a ledger; one pass over the rows of the last 180 days and of the complete months.
    pub(super) fn of(ledger: &Ledger) -> Self {
        let mut facts = Self::empty(ledger);
        facts.cover(ledger);
        for account in &ledger.accounts {
            facts.add_account(account);
        }
        facts
    }

    /// Returns nothing if the window of `days` days is covered, else why it is not.
    pub(super) fn window(&self, days: i32) -> Result<(), NullReason> {
        if !self.seen {
            return Err(NullReason::NoRows);
        }
        if self.reach_days < days {
            return Err(NullReason::WindowNotCovered);
        }
        Ok(())
    }

    /// Returns nothing if amounts of all accounts may be added up over `days` days, else why not.
    pub(super) fn money(&self, days: i32) -> Result<(), NullReason> {
        if self.seen && self.mixed_currencies {
            return Err(NullReason::MixedCurrencies);
        }
        self.window(days)
    }

    /// Returns the number of complete months if at least `least`, else why there are not.
    pub(super) fn complete_months(&self, least: usize) -> Result<usize, NullReason> {
        if !self.seen {
            return Err(NullReason::NoRows);
        }
        if self.months.count < least {
            return Err(NullReason::HistoryTooShort);
        }
        Ok(self.months.count)
    }

    /// Returns the place of the lowest end-of-day balance, the latest if several are lowest.
    pub(super) fn lowest_day(&self) -> Option<usize> {
        let balances = self.balances_minor.as_ref()?;
        balances.iter().enumerate().min_by_key(|&(place, balance)| (*balance, place)).map(|(place, _)| place)
    }

    fn empty(ledger: &Ledger) -> Self {
        Self {
            seen: false,
            mixed_currencies: ledger.currency.is_none(),
            rows: 0,
            history_days: 0,
            age_days: ledger.age_days,
            reach_days: 0,
            last_row_days: None,
            last_income_days: None,
            recent: Flows::default(),
            income_before_minor: 0,
            active: [false; RECENT_DAYS],
            balances_minor: ledger.accounts.iter().any(|one| !one.kind.is_owed()).then_some([0; RECENT_DAYS]),
            months: Months::NONE,
            income_by_month_minor: [0; Months::MAX],
            net_by_month_minor: [0; Months::MAX],
            parties: Parties::default(),
        }
    }

    /// Fills in what is covered. A window or month counts only where every account with data covers its first day: a
    /// short statement of one account must not pass for low spending. One that ends early moves no window back; it is
    /// a finding that refers.
    fn cover(&mut self, ledger: &Ledger) {
        let mut latest: Option<Date> = None;
        for account in &ledger.accounts {
            let Some((from, to)) = account.covered else { continue };
            let days = u32::try_from(to.days_since(from) + 1).unwrap_or(0);
            self.history_days = self.history_days.max(days);
            latest = Some(latest.map_or(from, |latest| latest.max(from)));
        }
        if let Some(from) = latest {
            self.seen = true;
            self.reach_days = ledger.features_as_of.days_since(from) + 1;
            self.months = Months::complete(from, ledger.features_as_of);
        }
    }

    fn add_account(&mut self, account: &AccountLedger) {
        let history = account.rows.iter().filter(|row| is_of_history(account, row)).count();
        self.rows = self.rows.saturating_add(u32::try_from(history).unwrap_or(u32::MAX));
        let age = |row: &Row| account.last_day.days_since(row.date);
        let last = account.rows.iter().rev().find(|row| row.amount_minor != 0).map(age);
        self.last_row_days = earlier(self.last_row_days, last);
        self.last_income_days =
            earlier(self.last_income_days, account.rows.iter().rev().find(|row| row.income).map(age));

        let start = account.rows.partition_point(|row| {
            account.last_day.days_since(row.date) >= LONG_DAYS && self.months.is_after(row.date)
        });
        let (past, near) = account.rows.split_at(start);
        let mut closes = Closes::new(balance_before(account, past));
        let first = account.covered.map_or(Date::MIN, |(from, _)| from);
        for row in near {
            let age = account.last_day.days_since(row.date);
            if row.date >= first || account.rows.last().is_none_or(|last| last.date < first) {
                closes.add(row, age);
            }
            self.add_row(row, age);
        }
        if account.kind.is_owed() {
            return;
        }
        let most = if account.balance_disputed { Some(0) } else { None };
        // An opening balance without a covered day was true on no day that is known.
        let known = self.balances_minor.take().filter(|_| account.covered.is_some());
        self.balances_minor = known.and_then(|balances| closes.added_to(balances, most));
    }

    fn add_row(&mut self, row: &Row, age: i32) {
        if row.amount_minor == 0 {
            return;
        }
        let amount = if row.transfer { 0 } else { i128::from(row.amount_minor) };
        let income = if row.income { amount } else { 0 };
        if let Some(month) = self.months.place(row.date) {
            if let Some(sum) = self.net_by_month_minor.get_mut(month) {
                *sum += amount;
            }
            if let Some(sum) = self.income_by_month_minor.get_mut(month) {
                *sum += income;
            }
        }
        if !(0..LONG_DAYS).contains(&age) {
            return;
        }
        let day = recent_day(age);
        self.parties.add(row, day.is_some());
        let Some(day) = day else {
            self.income_before_minor += income;
            return;
        };
        if let Some(active) = self.active.get_mut(day) {
            *active = true;
        }
        self.recent.rows += 1;
        self.recent.income_minor += income;
        if amount > 0 {
            self.recent.credits += 1;
            self.recent.inflow_minor += amount;
        } else if amount < 0 {
            self.recent.debits += 1;
            self.recent.outflow_minor -= amount;
        }
    }
}

/// End-of-day balances of one account over the recent window, in minor units.
struct Closes {
    /// Balance after the latest row so far; `None` when nobody knows.
    running: Option<i128>,
    /// Balance before the recent window.
    before: Option<i128>,
    /// Balance after the last row of each day with rows, place 0 the last day.
    by_day: [Option<i128>; RECENT_DAYS],
}

impl Closes {
    fn new(before: Option<i128>) -> Self {
        Self { running: before, before, by_day: [None; RECENT_DAYS] }
    }

    /// Takes the next row of the ledger, `age` days before the last day.
    fn add(&mut self, row: &Row, age: i32) {
        self.running = row.balance_minor.map(i128::from);
        match recent_day(age).and_then(|day| self.by_day.get_mut(day)) {
            Some(close) => *close = self.running,
            None => self.before = self.running,
        }
    }

    /// Returns the balances of the other accounts with these, carried forward and each at most `most`, added; `None` if
    /// that after the last row is not known. From where one is known on all are.
    fn added_to(
        &self,
        mut balances_minor: [i128; RECENT_DAYS],
        most: Option<i128>,
    ) -> Option<[i128; RECENT_DAYS]> {
        self.running?;
        let mut carried = self.before.or_else(|| self.by_day.iter().rev().find_map(|close| *close))?;
        for (close, balance) in self.by_day.iter().zip(&mut balances_minor).rev() {
            carried = close.unwrap_or(carried);
            *balance += most.map_or(carried, |most| carried.min(most));
        }
        Some(balances_minor)
    }
}

/// Returns the account's balance after `past`, its first rows. Those before its cover say nothing of the days in it: there
/// it is the balance before the first row that is covered.
fn balance_before(account: &AccountLedger, past: &[Row]) -> Option<i128> {
    let derived = |row: &Row| row.balance_minor.map(|minor| i128::from(minor) - i128::from(row.amount_minor));
    let opening = || account.opening_minor.map(i128::from).or_else(|| account.rows.first().and_then(derived));
    let is_covered = |row: &&Row| account.covered.is_none_or(|(from, _)| row.date >= from);
    let is_earlier = |row: &Row| !is_covered(&row);
    match account.rows.iter().find(is_covered) {
        Some(first) if account.rows.first().is_some_and(is_earlier) && past.last().is_none_or(is_earlier) => {
            derived(first)
        }
        _ => past.last().map_or_else(opening, |row| row.balance_minor.map(i128::from)),
    }
}

/// Returns whether a row counts for the least history: it moved money, and lies in the latest stretch.
pub(super) fn is_of_history(account: &AccountLedger, row: &Row) -> bool {
    row.amount_minor != 0 && account.covered.is_some_and(|(from, _)| row.date >= from)
}

/// Returns the place of a day in the recent window, or `None` if it lies outside.
pub(super) fn recent_day(age: i32) -> Option<usize> {
    usize::try_from(age).ok().filter(|day| *day < RECENT_DAYS)
}

/// Returns the smaller of two ages.
fn earlier(known: Option<i32>, other: Option<i32>) -> Option<i32> {
    match (known, other) {
        (Some(known), Some(other)) => Some(known.min(other)),
        (known, other) => known.or(other),
    }
}
