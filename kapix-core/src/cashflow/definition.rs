//! What a feature is: name, unit, window, formula, and the reasons for which it has no value.

use super::facts::Facts;
use super::selection::Selection;
use crate::canonical::Hash;
use serde::Serialize;

/// Unit of a feature's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Unit {
    /// A number of things.
    Count,
    /// Civil days.
    Days,
    /// Minor units of the currency of the accounts.
    Minor,
    /// A quotient of two figures of one unit; any sign.
    Ratio,
    /// A part of a whole, in 0..=1.
    Share,
}

impl Unit {
    /// Returns the wire name, for example `minor`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Days => "days",
            Self::Minor => "minor",
            Self::Ratio => "ratio",
            Self::Share => "share",
        }
    }
}

/// Why a feature has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum NullReason {
    /// Fewer complete calendar months than the feature needs.
    HistoryTooShort,
    /// The mean that the figure is divided by is zero or below.
    MeanNotPositive,
    /// The accounts have more than one currency.
    MixedCurrencies,
    /// A sum leaves +-(2^53 - 1) minor units.
    MoneyOverflow,
    /// An account states no balance.
    NoBalances,
    /// Named counterparties carry less than half of the amount, or no row names one.
    NoCounterparties,
    /// No income to compare with.
    NoIncome,
    /// No credits to compare with.
    NoInflow,
    /// No debits to compare with.
    NoOutflow,
    /// No account has a row or a stated period.
    NoRows,
    /// The data of an account do not cover the window.
    WindowNotCovered,
}

impl NullReason {
    /// Every reason, in the order of its wire name.
    pub const ALL: [Self; 11] = [
        Self::HistoryTooShort,
        Self::MeanNotPositive,
        Self::MixedCurrencies,
        Self::MoneyOverflow,
        Self::NoBalances,
        Self::NoCounterparties,
        Self::NoIncome,
        Self::NoInflow,
        Self::NoOutflow,
        Self::NoRows,
        Self::WindowNotCovered,
    ];

    /// Returns the wire name, for example `window_not_covered`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HistoryTooShort => "history_too_short",
            Self::MeanNotPositive => "mean_not_positive",
            Self::MixedCurrencies => "mixed_currencies",
            Self::MoneyOverflow => "money_overflow",
            Self::NoBalances => "no_balances",
            Self::NoCounterparties => "no_counterparties",
            Self::NoIncome => "no_income",
            Self::NoInflow => "no_inflow",
            Self::NoOutflow => "no_outflow",
            Self::NoRows => "no_rows",
            Self::WindowNotCovered => "window_not_covered",
        }
    }

    /// Returns one sentence on what the reason means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::HistoryTooShort => "Fewer complete calendar months than the feature needs.",
            Self::MeanNotPositive => "The mean that the figure is divided by is zero or below.",
            Self::MixedCurrencies => "The accounts have more than one currency.",
            Self::MoneyOverflow => "A sum leaves +-(2^53 - 1) minor units.",
            Self::NoBalances => "An account states no balance.",
            Self::NoCounterparties => {
                "Named counterparties carry less than half of the amount, or no row names one."
            }
            Self::NoIncome => "No income to compare with.",
            Self::NoInflow => "No credits to compare with.",
            Self::NoOutflow => "No debits to compare with.",
            Self::NoRows => "No account has a row or a stated period.",
            Self::WindowNotCovered => "The data of an account do not cover the window.",
        }
    }
}

/// A feature's value, or why it has none.
pub(super) type Value = Result<f64, NullReason>;

/// What one feature is. A change of its meaning raises `semantics`, and with it the hash.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Name: attribute, statistic, unit if money, window if days.
    pub name: &'static str,
    /// Unit of the value.
    pub unit: Unit,
    /// Civil days of the window up to and with the last day; `None` for the whole history and for months.
    pub window_days: Option<u32>,
    /// Version of the meaning, from 1.
    pub semantics: u32,
    /// Formula in one line.
    pub formula: &'static str,
    /// Every reason for which the value may be null.
    pub nulls: &'static [NullReason],
    /// The transactions behind the value.
    pub selection: Selection,
    /// Formula over the facts of a ledger.
    pub(super) value: fn(&Facts) -> Value,
}

impl Definition {
    /// Returns the SHA-256 of the canonical JSON `{"name", "semantics", "unit", "window"}`, `window` in days or
    /// null. A card keeps it and is refused when it differs.
    pub fn hash(&self) -> Hash {
        let window = self.window_days.map_or_else(|| "null".to_owned(), |days| days.to_string());
        let meaning = format!(
            r#"{{"name":"{}","semantics":{},"unit":"{}","window":{window}}}"#,
            self.name,
            self.semantics,
            self.unit.as_str()
        );
        Hash::of(meaning.as_bytes())
    }
}
