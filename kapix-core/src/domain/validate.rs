//! What the data of a request must keep before a ledger is built: limits, ranges, signs, single accounts.

use super::account::{Account, Direction, Period, Transaction};
use super::source::Data;
use crate::error::{Cause, Detail, Error, Result};
use crate::limits::WIRE_MAX;
use crate::limits::{self, Limits};
use std::collections::BTreeMap;

/// Largest `chain_tolerance_minor`: rounding is a few minor units, and a tolerance in the size of payments would
/// let any two balances chain.
const TOLERANCE_MAX: i64 = 1_000_000;

/// Findings that one error carries at most.
const DETAILS_MAX: usize = 100;

/// What is wrong with a request, up to [`DETAILS_MAX`] places.
pub(super) struct Problems(Vec<Detail>);

impl Problems {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn push(&mut self, cause: Cause, message: impl Into<String>, field: String) {
        if self.0.len() < DETAILS_MAX {
            self.0.push(Detail { cause, message: message.into(), field });
        }
    }

    pub(super) fn result(self) -> Result<()> {
        Error::from_details(self.0).map_or(Ok(()), Err)
    }
}

/// Returns an error with every place at which the data break a limit or a rule.
pub(crate) fn check(data: &Data, limits: &Limits) -> Result<()> {
    let accounts = data.transaction_sources().map(|(_, source)| source.accounts.len()).sum();
    limits::check("accounts", limits.accounts, accounts).map_err(|error| error.at("/data"))?;
    let rows = data.transaction_sources().flat_map(|(_, source)| &source.accounts);
    let rows = rows.map(|account| account.transactions.len()).sum();
    limits::check("rows", limits.rows.min(u64::from(u32::MAX)), rows).map_err(|error| error.at("/data"))?;
    let mut check = Check { limits, problems: Problems::new() };
    for (key, source) in data.flat_sources() {
        let pointer = format!("/data/{}", key.as_str());
        check.period(source.period, &pointer);
        check.text(source.provider.as_deref(), &pointer, "provider");
    }
    for (key, source) in data.transaction_sources() {
        let pointer = format!("/data/{}", key.as_str());
        check.period(source.period, &pointer);
        check.text(source.provider.as_deref(), &pointer, "provider");
        let mut first: BTreeMap<&str, &Account> = BTreeMap::new();
        for (index, account) in source.accounts.iter().enumerate() {
            let pointer = format!("{pointer}/accounts/{index}");
            let first = *first.entry(account.account_id.as_str()).or_insert(account);
            if (first.currency, first.kind, first.utc_offset)
                != (account.currency, account.kind, account.utc_offset)
            {
                let message = "uploads of one account_id must agree in currency, kind and utc_offset";
                let field = format!("{pointer}/account_id");
                check.problems.push(Cause::LedgerAccountDuplicate, message, field);
            }
            check.account(account, &pointer);
        }
    }
    check.problems.result()
}

struct Check<'a> {
    limits: &'a Limits,
    problems: Problems,
}

impl Check<'_> {
    fn account(&mut self, account: &Account, pointer: &str) {
        self.period(account.period, pointer);
        self.text(account.provider.as_deref(), pointer, "provider");
        let tolerance = account.chain_tolerance_minor;
        if !(0..=TOLERANCE_MAX).contains(&tolerance) {
            let message = format!("chain_tolerance_minor must be in 0..={TOLERANCE_MAX}; got `{tolerance}`");
            self.problems.push(Cause::ValueOutOfRange, message, format!("{pointer}/chain_tolerance_minor"));
        }
        self.amount(account.opening_balance_minor, "opening_balance_minor", || {
            format!("{pointer}/opening_balance_minor")
        });
        self.amount(account.closing_balance_minor, "closing_balance_minor", || {
            format!("{pointer}/closing_balance_minor")
        });
        for (row, transaction) in account.transactions.iter().enumerate() {
            self.row(transaction, pointer, row);
        }
    }

    fn row(&mut self, transaction: &Transaction, pointer: &str, row: usize) {
        let at = |field: &str| format!("{pointer}/transactions/{row}/{field}");
        self.amount(Some(transaction.amount_minor), "amount_minor", || at("amount_minor"));
        self.amount(transaction.balance_minor, "balance_minor", || at("balance_minor"));
        if let Some(message) = sign_problem(transaction.amount_minor, transaction.direction) {
            self.problems.push(Cause::TransactionSign, message, at("amount_minor"));
        }
        let texts = [
            ("category", &transaction.category),
            ("counterparty", &transaction.counterparty),
            ("description", &transaction.description),
        ];
        for (field, text) in texts {
            if let Some(message) = self.too_long(text.as_deref(), field) {
                self.problems.push(Cause::LimitExceeded, message, at(field));
            }
        }
    }

    fn amount(&mut self, amount: Option<i64>, field: &str, pointer: impl Fn() -> String) {
        if let Some(amount) = amount.filter(|&amount| !on_wire(amount)) {
            let message = format!("{field} must be within `+-{WIRE_MAX}` minor units; got `{amount}`");
            self.problems.push(Cause::MoneyOverflow, message, pointer());
        }
    }

    fn period(&mut self, period: Option<Period>, pointer: &str) {
        if let Some(Period { from, to }) = period.filter(|period| period.from > period.to) {
            let message = format!("a period must not end before it begins; got `{from}` to `{to}`");
            self.problems.push(Cause::ValueOutOfRange, message, format!("{pointer}/period"));
        }
    }

    fn text(&mut self, text: Option<&str>, pointer: &str, field: &str) {
        if let Some(message) = self.too_long(text, field) {
            self.problems.push(Cause::LimitExceeded, message, format!("{pointer}/{field}"));
        }
    }

    fn too_long(&self, text: Option<&str>, field: &str) -> Option<String> {
        let error = limits::check("string_bytes", self.limits.string_bytes, text?.len()).err()?;
        Some(format!("{field} is too long: {}", error.message))
    }
}

/// Returns what is wrong with the sign of an amount under its type; zero goes with both.
pub(super) fn sign_problem(amount_minor: i64, direction: Option<Direction>) -> Option<String> {
    match direction {
        Some(Direction::Credit) if amount_minor < 0 => {
            Some(format!("the amount of a credit must not be below zero; got `{amount_minor}`"))
        }
        Some(Direction::Debit) if amount_minor > 0 => {
            Some(format!("the amount of a debit must not be above zero; got `{amount_minor}`"))
        }
        _ => None,
    }
}

/// Returns whether the integer lies within +-(2^53 - 1).
pub(super) fn on_wire(amount: i64) -> bool {
    (-WIRE_MAX..=WIRE_MAX).contains(&amount)
}
