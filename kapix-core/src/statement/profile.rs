//! The form of a document, each part stated or found.

use super::aggregator::AggregatorPreset;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strum::{IntoStaticStr, VariantArray};

/// The form of a document. In a request what is absent is found; in an answer what was used is filled in, so that it
/// can be stated for the next document of its kind.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Profile {
    /// Categories of Kapix by the provider's word, in place of the table of the preset. JSON only.
    pub categories: Option<BTreeMap<String, String>>,
    /// The name of each column in the header, by what it holds; without a header its number, from 1. A stated column
    /// goes before the table of names; the others are found by it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<ColumnRole, String>,
    /// Order of day, month and year in dates of digits that end with the year.
    pub date_order: Option<DateOrder>,
    /// Sign of the amounts in a column of debits.
    pub debit_sign: Option<DebitSign>,
    /// The mark before decimals; the others group thousands.
    pub decimal_mark: Option<DecimalMark>,
    /// Encoding of the characters.
    pub encoding: Option<Encoding>,
    /// What the document is.
    pub format: Option<Format>,
    /// Line of the header, from 1; 0 where there is none.
    pub header_line: Option<u64>,
    /// Where an aggregator's answer holds the parts of a transaction; in place of `preset`. JSON only.
    pub pointers: Option<Box<AggregatorPreset>>,
    /// The aggregator: `akiba`, `mono`, `mpesa`, `plaid` or `stitch`. JSON only.
    pub preset: Option<String>,
    /// Whether quotes enclose values.
    pub quotes: Option<Quotes>,
    /// What separates the values of a line.
    pub separator: Option<Separator>,
    /// What the sign of an amount means.
    pub sign: Option<Sign>,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Format {
    /// Lines of separated values.
    Delimited,
    /// JSON of an aggregator.
    Json,
}

/// What a column of a document holds.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ColumnRole {
    /// Id of the account of the row.
    Account,
    /// Amount in major units.
    Amount,
    /// Amount in minor units, a credit above zero.
    AmountMinor,
    /// Day, or day and time.
    At,
    /// Balance after the row in major units.
    Balance,
    /// Balance after the row in minor units.
    BalanceMinor,
    /// The provider's category.
    Category,
    /// The other side.
    Counterparty,
    /// Money in.
    Credit,
    /// Currency of the row, ISO 4217.
    Currency,
    /// Money out.
    Debit,
    /// Free text.
    Description,
    /// Id of the row.
    Id,
    /// What the account is.
    Kind,
    /// Id of the pending row that this row replaces.
    PendingId,
    /// Whether the row took effect.
    Status,
    /// Time of the day.
    Time,
    /// Whether the row is a credit or a debit.
    Type,
}

impl ColumnRole {
    /// Returns the name on the wire, for example `amount_minor`.
    ///
    /// ```
    /// use kapix_core::statement::ColumnRole;
    ///
    /// assert_eq!(ColumnRole::AmountMinor.as_str(), "amount_minor");
    /// ```
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Order of the parts of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum DateOrder {
    /// Year, month, day.
    Ymd,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Seconds since 1970-01-01T00:00:00Z.
    EpochSeconds,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    EpochMilliseconds,
}

/// Sign of the amounts in a column of debits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum DebitSign {
    /// Money out is written above zero.
    Positive,
    /// Money out is written below zero.
    Negative,
}

/// The mark before decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum DecimalMark {
    /// `1,234.50`.
    Point,
    /// `1.234,50`.
    Comma,
}

/// Encoding of the characters of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Encoding {
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, the low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, the high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Windows code page 1252.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// ISO 8859-1.
    #[serde(rename = "iso-8859-1")]
    Latin1,
}

/// Whether quotes enclose values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Quotes {
    /// As in RFC 4180.
    Double,
    /// A quote is a character like any other.
    None,
}

/// What separates the values of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Separator {
    /// `,`.
    Comma,
    /// `;`.
    Semicolon,
    /// A tab.
    Tab,
    /// `|`.
    Pipe,
}

/// What the sign of an amount means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Sign {
    /// Money in is above zero.
    CreditPositive,
    /// Money out is above zero.
    DebitPositive,
}
