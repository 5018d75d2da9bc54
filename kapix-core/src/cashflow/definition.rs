//! What a feature is: name, unit, window, formula, and the reasons for which it has no value.

use super::facts::Facts;
use super::selection::Selection;
use crate::canonical::Hash;
use serde::Serialize;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// Unit of a feature's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
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
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Why a feature has no value.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr, VariantArray, EnumMessage,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
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
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the wire name, for example `window_not_covered`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns one sentence on what the reason means.
    pub fn meaning(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
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
