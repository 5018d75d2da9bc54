//! The data of a request, source by source.

use super::account::{Account, Period};
use crate::json::Scalar;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strum::{IntoStaticStr, VariantArray};

/// A source of data that a request may name in `data_sources`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
pub enum SourceKey {
    /// What the applicant stated.
    Application,
    /// Bank accounts.
    Bank,
    /// A credit bureau's report.
    Bureau,
    /// The lender's own loans to the applicant.
    InternalLoans,
    /// Mobile money wallets.
    MobileMoney,
    /// Transactions of any other kind.
    TransactionHistory,
}

impl SourceKey {
    /// Every source, in the order of its wire name.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the wire name, for example `mobile_money`.
    ///
    /// ```
    /// use kapix_core::ledger::SourceKey;
    ///
    /// assert_eq!(SourceKey::MobileMoney.as_str(), "mobile_money");
    /// ```
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What the sources answered.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Data {
    /// What the applicant stated; read as `application.NAME`.
    pub application: Option<FlatSource>,
    /// Bank accounts.
    pub bank: Option<TransactionSource>,
    /// A bureau's report; read as `bureau.NAME`.
    pub bureau: Option<FlatSource>,
    /// The lender's own loans; read as `internal_loans.NAME`.
    pub internal_loans: Option<FlatSource>,
    /// Mobile money wallets.
    pub mobile_money: Option<TransactionSource>,
    /// Transactions of any other kind.
    pub transaction_history: Option<TransactionSource>,
}

impl Data {
    /// Returns the sources with accounts, in the order of their wire names.
    ///
    /// ```
    /// use kapix_core::ledger::{Data, SourceKey};
    ///
    /// let text = r#"{"bank": {"accounts": []}, "bureau": {"values": {"inquiries_6m": 2}}}"#;
    /// let data: Data = serde_json::from_str(text)?;
    /// let keys: Vec<SourceKey> = data.transaction_sources().map(|(key, _)| key).collect();
    /// assert_eq!(keys, [SourceKey::Bank]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn transaction_sources(&self) -> impl Iterator<Item = (SourceKey, &TransactionSource)> {
        [
            (SourceKey::Bank, self.bank.as_ref()),
            (SourceKey::MobileMoney, self.mobile_money.as_ref()),
            (SourceKey::TransactionHistory, self.transaction_history.as_ref()),
        ]
        .into_iter()
        .filter_map(|(key, source)| source.map(|source| (key, source)))
    }

    /// Returns the flat sources, in the order of their wire names.
    ///
    /// ```
    /// use kapix_core::ledger::{Data, SourceKey};
    ///
    /// let text = r#"{"bank": {"accounts": []}, "bureau": {"values": {"inquiries_6m": 2}}}"#;
    /// let data: Data = serde_json::from_str(text)?;
    /// let (key, bureau) = data.flat_sources().next().unwrap();
    /// assert_eq!((key, bureau.values.len()), (SourceKey::Bureau, 1));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn flat_sources(&self) -> impl Iterator<Item = (SourceKey, &FlatSource)> {
        [
            (SourceKey::Application, self.application.as_ref()),
            (SourceKey::Bureau, self.bureau.as_ref()),
            (SourceKey::InternalLoans, self.internal_loans.as_ref()),
        ]
        .into_iter()
        .filter_map(|(key, source)| source.map(|source| (key, source)))
    }

    /// Returns whether the source is present.
    ///
    /// ```
    /// use kapix_core::ledger::{Data, SourceKey};
    ///
    /// let text = r#"{"bank": {"accounts": []}, "bureau": {"values": {"inquiries_6m": 2}}}"#;
    /// let data: Data = serde_json::from_str(text)?;
    /// assert!(data.has(SourceKey::Bank) && !data.has(SourceKey::Application));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn has(&self, key: SourceKey) -> bool {
        self.transaction_sources().any(|(present, _)| present == key)
            || self.flat_sources().any(|(present, _)| present == key)
    }
}

/// A source that answers with accounts.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransactionSource {
    /// Accounts of the applicant at this source.
    pub accounts: Vec<Account>,
    /// Days that the source covers; an account's own period goes before it.
    pub period: Option<Period>,
    /// Who answered.
    pub provider: Option<String>,
    /// When the source was read.
    pub retrieved_at: Option<Instant>,
}

/// A source that answers with named values.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlatSource {
    /// The source was asked and holds no record of the applicant; this is not missing data.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub no_record: bool,
    /// Days that the values describe.
    pub period: Option<Period>,
    /// Who answered.
    pub provider: Option<String>,
    /// When the source was read.
    pub retrieved_at: Option<Instant>,
    /// Values by name.
    #[serde(default)]
    pub values: BTreeMap<String, Scalar>,
}

#[cfg(test)]
mod tests {
    use super::Data;

    #[test]
    fn the_wire_form_comes_back_with_its_defaults_left_out() {
        let text = r#"{"bank":{"accounts":[{"account_id":"a","currency":"KES","kind":"mobile_money",
            "transactions":[{"amount_minor":-5,"at":"2026-01-01","type":"debit"},
            {"amount_minor":9,"at":"2026-01-01T10:00:00+03:00","balance_minor":4,"status":"pending"}]}]},
            "bureau":{"no_record":true}}"#;
        let data: Data = serde_json::from_str(text).unwrap();
        let written = serde_json::to_string(&data).unwrap();
        assert_eq!(
            written,
            r#"{"bank":{"accounts":[{"account_id":"a","currency":"KES","kind":"mobile_money","transactions":[{"amount_minor":-5,"at":"2026-01-01","type":"debit"},{"amount_minor":9,"at":"2026-01-01T07:00:00Z","balance_minor":4,"status":"pending"}],"utc_offset":"Z"}]},"bureau":{"no_record":true,"values":{}}}"#
        );
        assert_eq!(serde_json::from_str::<Data>(&written).unwrap(), data);
        assert!(serde_json::from_str::<Data>(r#"{"bank":{"accounts":[],"owner":"x"}}"#).is_err());
        assert!(serde_json::from_str::<Data>(&text.replace("-5", "-5.5")).is_err());
    }
}
