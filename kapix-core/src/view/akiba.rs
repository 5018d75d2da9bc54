//! Transactions in the form of the Akiba API: signed amounts in major units, epoch seconds, a balance object.
//!
//! Rows are grouped into accounts by account number (or name) and currency, in the order in which they come. An
//! amount may be a JSON number or a decimal string. `date_time` is RFC 3339 or a number since 1970: seconds below 1e11
//! in magnitude, milliseconds from there on.

use super::origin::Origin;
use crate::domain::{
    Account, AccountKind, Data, Direction, Transaction, TransactionSource, TransactionStatus,
};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::json::Scalar;
use crate::limits::{self, Limits, WIRE_MAX};
use crate::money::{Currency, Money};
use crate::time::{At, Instant, UtcOffset};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Epoch numbers from here on are milliseconds: as seconds they would lie after the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// The transactions of one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AkibaRequest {
    /// Rows in the order of the document.
    pub transactions: Vec<AkibaTransaction>,
    /// Offset whose civil days are the accounts' days; default `Z`.
    #[serde(default)]
    pub utc_offset: UtcOffset,
}

/// One row.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AkibaTransaction {
    /// Bank or wallet.
    pub account_name: Option<String>,
    /// Number of the account; without it rows are grouped by name.
    pub account_number: Option<String>,
    /// Amount in major units, a debit below 0: a number, or a decimal string.
    pub amount: Scalar,
    /// Balance after the row.
    pub balance: Option<AkibaBalance>,
    /// Currency of the amount, ISO 4217.
    pub currency: Currency,
    /// RFC 3339, or a number since 1970-01-01T00:00:00Z: seconds below 1e11 in magnitude, milliseconds from there on.
    pub date_time: Scalar,
    /// Free text.
    pub description: Option<String>,
    /// Id of the row; a shared id is a warning, not a duplicate.
    pub external_transaction_id: Option<Id>,
    /// `Approved`, `Pending` or `Declined`.
    pub status: Option<AkibaStatus>,
    /// `credit` or `debit`; where given it must agree with the sign.
    #[serde(default, rename = "type")]
    pub direction: Option<Direction>,
}

/// A balance.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AkibaBalance {
    /// Balance in major units: a number, or a decimal string.
    pub amount: Scalar,
    /// Currency of the balance; must be the row's.
    pub currency: Currency,
    /// Which balance, such as `ClosingAvailable`; kept for the record.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// Whether a row took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum AkibaStatus {
    /// Booked.
    Approved,
    /// Reserved.
    Pending,
    /// Refused.
    Declined,
}

impl AkibaRequest {
    /// Returns the rows as accounts of the source `transaction_history`, and where each row stood; pointers of
    /// errors start at `/akiba`.
    pub(crate) fn data(&self, limits: &Limits) -> Result<(Data, Origin)> {
        limits::check("rows", limits.rows, self.transactions.len())
            .map_err(|error| error.at("/akiba/transactions"))?;
        let mut accounts: Vec<Account> = Vec::new();
        let mut origin = Origin { pointer: "/akiba/transactions", rows: Vec::new() };
        let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (number, transaction) in (0u32..).zip(&self.transactions) {
            let place = format!("/akiba/transactions/{number}");
            let name = transaction.account_number.as_ref().or(transaction.account_name.as_ref());
            let name = name.map_or("account", String::as_str);
            let native = transaction.native().map_err(|error| error.under(&place))?;
            let index = *known.entry((name, transaction.currency.as_str())).or_insert(accounts.len());
            if index == accounts.len() {
                limits::check("accounts", limits.accounts, accounts.len() + 1)
                    .map_err(|error| error.at(place.as_str()))?;
                let id = Id::parse(name).map_err(|error| error.at(format!("{place}/account_number")))?;
                accounts.push(self.account(id, transaction));
                origin.rows.push(Vec::new());
            }
            if let (Some(account), Some(rows)) = (accounts.get_mut(index), origin.rows.get_mut(index)) {
                account.transactions.push(native);
                rows.push(number);
            }
        }
        let source = TransactionSource { accounts, period: None, provider: None, retrieved_at: None };
        Ok((Data { transaction_history: Some(source), ..Data::default() }, origin))
    }

    fn account(&self, account_id: Id, first: &AkibaTransaction) -> Account {
        Account {
            account_id,
            chain_tolerance_minor: 0,
            closing_balance_minor: None,
            currency: first.currency,
            kind: AccountKind::Other,
            opening_balance_minor: None,
            period: None,
            provider: first.account_name.clone(),
            reading_doubts: None,
            transactions: Vec::new(),
            utc_offset: self.utc_offset,
        }
    }
}

impl AkibaTransaction {
    fn native(&self) -> Result<Transaction> {
        let balance = match &self.balance {
            None => None,
            Some(balance) if balance.currency != self.currency => {
                let message = "a balance must be in the currency of its row";
                return Err(Error::new(Cause::MoneyCurrencyMixed, message).at("/balance/currency"));
            }
            Some(balance) => {
                Some(minor(&balance.amount, self.currency).map_err(|error| error.at("/balance/amount"))?)
            }
        };
        Ok(Transaction {
            amount_minor: minor(&self.amount, self.currency).map_err(|error| error.at("/amount"))?,
            at: At::Instant(instant(&self.date_time).map_err(|error| error.at("/date_time"))?),
            balance_minor: balance,
            category: None,
            counterparty: None,
            description: self.description.clone(),
            id: self.external_transaction_id.clone(),
            pending_id: None,
            status: match self.status {
                None | Some(AkibaStatus::Approved) => TransactionStatus::Posted,
                Some(AkibaStatus::Pending) => TransactionStatus::Pending,
                Some(AkibaStatus::Declined) => TransactionStatus::Failed,
            },
            direction: self.direction,
        })
    }
}

fn minor(amount: &Scalar, currency: Currency) -> Result<i64> {
    let money = match amount {
        Scalar::Number(number) => Money::from_decimal_f64(*number, currency)?,
        Scalar::Text(text) => Money::from_decimal_str(text, currency)?,
        Scalar::Null | Scalar::Bool(_) => {
            return Err(Error::new(Cause::JsonShape, "an amount is a number or a decimal string"));
        }
    };
    Ok(money.minor)
}

fn instant(time: &Scalar) -> Result<Instant> {
    match time {
        Scalar::Text(text) => Instant::parse(text),
        Scalar::Number(number) if number.abs() < MILLISECONDS_FROM => {
            Instant::from_epoch_milliseconds(whole(number * 1000.0)?)
        }
        Scalar::Number(number) => Instant::from_epoch_milliseconds(whole(*number)?),
        Scalar::Null | Scalar::Bool(_) => {
            Err(Error::new(Cause::JsonShape, "date_time is epoch seconds, epoch milliseconds, or RFC 3339"))
        }
    }
}

/// Fractions of a millisecond are cut off.
fn whole(milliseconds: f64) -> Result<i64> {
    #[expect(clippy::cast_precision_loss, reason = "exact: 2^53 - 1")]
    if milliseconds.abs() > WIRE_MAX as f64 {
        return Err(Error::new(Cause::TimeRange, "date_time lies outside 1900-01-01..9999-12-31"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
    Ok(milliseconds as i64)
}
