//! Hand-made account histories of nine months that end on 2026-06-30, in minor units.

use kapix_core::time::Date;
use serde_json::{Value, json};

/// One account: its opening balance and its rows.
pub(crate) struct History {
    first: Date,
    opening_minor: i64,
    rows: Vec<(Date, i64, &'static str)>,
}

fn last() -> Date {
    Date::from_ymd(2026, 6, 30).unwrap()
}

/// A salary of 80,000.00 on the 28th, rent of 25,000.00 on the 1st, 2,000.00 of food every other day.
pub(crate) fn salaried() -> History {
    build(6_000_000, |day, _| {
        let mut rows = Vec::new();
        if day.day() == 1 {
            rows.push((-2_500_000, "landlord"));
        }
        if day.epoch_days() % 2 == 0 {
            rows.push((-200_000, "market"));
        }
        if day.day() == 28 {
            rows.push((8_000_000, "employer"));
        }
        rows
    })
}

/// Money from odd jobs every ninth day, a different sum each time, gone within two days.
pub(crate) fn gambler() -> History {
    build(20_000, |day, balance| match day.epoch_days().rem_euclid(9) {
        0 => vec![(500_000 + 700_000 * i64::from(day.epoch_days().rem_euclid(5)), "odd job")],
        1 => vec![(-balance * 7 / 10, "betting")],
        2 => vec![(1_000 - balance, "betting")],
        _ => Vec::new(),
    })
}

/// A salary of 40,000.00 and payments of 45,000.00 a month, from an account that is empty at the start.
pub(crate) fn overdrawn() -> History {
    build(0, |day, _| {
        let mut rows = Vec::new();
        if day.day() == 28 {
            rows.push((4_000_000, "employer"));
        }
        if day.epoch_days() % 2 == 0 {
            rows.push((-300_000, "market"));
        }
        rows
    })
}

fn build(opening_minor: i64, rule: impl Fn(Date, i64) -> Vec<(i64, &'static str)>) -> History {
    let first = Date::from_ymd(2025, 10, 1).unwrap();
    let mut rows = Vec::new();
    let mut balance = opening_minor;
    for offset in 0..=last().days_since(first) {
        let day = first.add_days(offset).unwrap();
        for (amount, party) in rule(day, balance) {
            balance += amount;
            rows.push((day, amount, party));
        }
    }
    History { first, opening_minor, rows }
}

impl History {
    /// Returns the last days of the history.
    pub(crate) fn last_days(mut self, days: i32) -> Self {
        self.first = last().add_days(1 - days).unwrap();
        let before: i64 = self.rows.iter().filter(|row| row.0 < self.first).map(|row| row.1).sum();
        self.opening_minor += before;
        self.rows.retain(|row| row.0 >= self.first);
        self
    }

    /// Returns the history with every amount multiplied.
    pub(crate) fn scaled(&self, factor: i64) -> Self {
        let rows = self.rows.iter().map(|(day, amount, party)| (*day, amount * factor, *party)).collect();
        Self { first: self.first, opening_minor: self.opening_minor * factor, rows }
    }

    /// Returns a request for the score of the history.
    pub(crate) fn request(&self, entity_type: &str, currency: &str) -> Value {
        let mut balance = self.opening_minor;
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|(day, amount, party)| {
                balance += amount;
                json!({
                    "amount_minor": amount, "at": day.to_string(), "balance_minor": balance, "counterparty": party,
                })
            })
            .collect();
        json!({
            "as_of": "2026-06-30T23:59:59+03:00",
            "data": { "bank": { "accounts": [{
                "account_id": "account",
                "currency": currency,
                "kind": "current",
                "opening_balance_minor": self.opening_minor,
                "period": { "from": self.first.to_string(), "to": last().to_string() },
                "transactions": rows,
                "utc_offset": "+03:00",
            }]}},
            "data_sources": ["bank"],
            "entity_id": "applicant",
            "entity_type": entity_type,
        })
    }
}
