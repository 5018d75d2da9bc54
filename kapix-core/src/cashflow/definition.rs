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
    ///
    /// ```
    /// use kapix_core::cashflow::Unit;
    ///
    /// assert_eq!(Unit::Minor.as_str(), "minor");
    /// ```
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
    #[strum(
        message = "Bring a longer history: three complete months for a spread or a share, one for a mean."
    )]
    HistoryTooShort,
    /// The mean that the figure is divided by is zero or below.
    #[strum(message = "Nothing: a spread against such a mean says nothing.")]
    MeanNotPositive,
    /// The accounts have more than one currency.
    #[strum(message = "Send accounts of one currency; Kapix holds no exchange rates.")]
    MixedCurrencies,
    /// A sum leaves +-(2^53 - 1) minor units.
    #[strum(message = "Check that the amounts are in minor units.")]
    MoneyOverflow,
    /// An account states no balance, or none after a break in its rows, or covers no day.
    #[strum(message = "State `opening_balance_minor`, or `balance_minor` of the rows.")]
    NoBalances,
    /// No row names a counterparty. For a share, also: named counterparties carry less than half of the amount.
    #[strum(message = "State the `counterparty` of the rows.")]
    NoCounterparties,
    /// No income to compare with.
    #[strum(
        message = "Nothing where the applicant had none; otherwise check signs and categories of the credits."
    )]
    NoIncome,
    /// No credits to compare with.
    #[strum(message = "Nothing where the applicant had none; otherwise check the signs of the amounts.")]
    NoInflow,
    /// No debits to compare with.
    #[strum(message = "Nothing where the applicant had none; otherwise check the signs of the amounts.")]
    NoOutflow,
    /// No account has a row or a stated period.
    #[strum(message = "Send rows, or the `period` of an account that was quiet.")]
    NoRows,
    /// The data of an account do not cover the window.
    #[strum(message = "Bring data for the whole window; state the `period` of an account that was quiet.")]
    WindowNotCovered,
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

/// Amounts and ratios that no ledger makes negative.
const NOT_BELOW_ZERO: [&str; 8] = [
    "balance_variability",
    "income_mean_monthly_minor",
    "income_minor_90d",
    "income_trend",
    "income_volatility",
    "inflow_minor_90d",
    "inflow_outflow_ratio_90d",
    "outflow_minor_90d",
];

impl Definition {
    /// Returns the least and the greatest value that the unit, the window and the formula allow: a share lies within 0..=1,
    /// a number of days between 0 and its window, and a sum of income or a spread is not below 0. A card refuses others,
    /// whoever worked them out.
    ///
    /// ```
    /// use kapix_core::cashflow::definition;
    ///
    /// let days = definition("negative_balance_days_90d").map(|it| it.range());
    /// assert_eq!(days, Some((0.0, 90.0)));
    /// ```
    pub fn range(&self) -> (f64, f64) {
        if NOT_BELOW_ZERO.contains(&self.name) {
            return (0.0, f64::MAX);
        }
        match self.unit {
            // What is left of the credits is at most all of them.
            Unit::Ratio if self.name == "net_flow_to_inflow_90d" => (f64::MIN, 1.0),
            Unit::Count => (0.0, f64::MAX),
            // A balance in days of outflow may be overdrawn, and may last for longer than its window.
            Unit::Days if self.selection == Selection::LastBalanceAndDebits90 => (f64::MIN, f64::MAX),
            Unit::Days => (0.0, self.window_days.map_or(f64::MAX, f64::from)),
            Unit::Minor | Unit::Ratio => (f64::MIN, f64::MAX),
            Unit::Share => (0.0, 1.0),
        }
    }

    /// Returns the SHA-256 of the canonical JSON `{"name", "semantics", "unit", "window"}`, `window` in days or
    /// null. A card keeps it and is refused when it differs.
    ///
    /// ```
    /// use kapix_core::{audit::Hash, cashflow::definition};
    ///
    /// let meaning = br#"{"name":"history_days","semantics":2,"unit":"days","window":null}"#;
    /// assert_eq!(definition("history_days").map(|it| it.hash()), Some(Hash::of(meaning)));
    /// ```
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
