//! `cashflow.analyze`: the features of one applicant, each with its transactions.

use super::credit_score::{check_sources, ledger};
use super::{Call, Done, Interrupt, Operate, columns_as_rows, entity, instant, recorded};
use crate::cashflow::{self, Analysis};
use crate::domain::{Data, Finding, Frame, Ledger, Period, SourceKey};
use crate::error::{self, Cause, Error};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::money::Currency;
use crate::time::{Date, Instant, UtcOffset};
use crate::view::akiba::AkibaRequest;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Asks for the cash-flow features of one applicant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CashflowAnalyzeRequest {
    /// Transactions in the form of the Akiba API; replaces `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub akiba: Option<AkibaRequest>,
    /// The instant up to which rows count; the engine's clock fills it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// What the sources answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// Sources that the analysis rests on; default all of `data`. Without `data` they are read from what `entity.put`
    /// keeps under `entity_id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_sources: Vec<SourceKey>,
    /// Your id of the applicant; opaque, up to 128 bytes.
    pub entity_id: Id,
    /// The same key and request give the stored answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Id>,
    /// Seed of simulations; features use none and echo it.
    #[serde(default)]
    pub seed: i64,
}

/// The cash-flow features of one applicant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CashflowAnalyzeResponse {
    /// Accounts, their coverage and how far their balances chain.
    pub accounts: Vec<AccountView>,
    /// Features and the rows behind them.
    pub analysis: Analysis,
    /// The instant up to which rows count.
    pub as_of: Instant,
    /// The one currency of all accounts; null when they differ.
    pub currency: Option<Currency>,
    /// Your id of the applicant.
    pub entity_id: Id,
    /// The last civil day of every window, of months and of balances: the latest covered day of any account.
    pub features_as_of: Date,
    /// What the ledger says of the data.
    pub findings: Vec<Finding>,
    /// The request's seed.
    pub seed: i64,
}

/// One account of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountView {
    /// Days with rows.
    pub days: u32,
    /// Days whose stated balances chain from the close of the day before.
    pub days_chained: u32,
    /// First and last day covered.
    pub covered: Option<Period>,
    /// JSON pointer to the account in the request.
    pub pointer: String,
    /// Rows that count.
    pub rows: u64,
}

impl Operate for CashflowAnalyzeRequest {
    const NAME: &'static str = "cashflow.analyze";
    const TAKES_ROWS: bool = true;
    const JUDGES: bool = true;
    const APPLICANT: &'static [&'static str] = &["akiba", "data", "data_sources"];
    const ANSWERS: &'static [&'static str] =
        &["accounts", "analysis", "as_of", "currency", "entity_id", "features_as_of", "findings", "seed"];
    type Response = CashflowAnalyzeResponse;
    recorded!();

    fn subject(&self) -> Option<&str> {
        Some(self.entity_id.as_str())
    }

    /// Doubtful rows and old data refer, as they do under a card: a policy makes no second reading of them.
    fn refers(answer: &JsonValue) -> bool {
        is_doubtful(answer) || age_days(answer).is_none_or(|(days, days_max)| days > days_max)
    }

    fn completed(&self, call: &Call<'_, '_>) -> Result<Option<Self>, Interrupt> {
        if self.data.is_some() || self.akiba.is_some() || self.data_sources.is_empty() {
            return Ok(None);
        }
        let data = entity::named(call, &self.entity_id, &self.data_sources)?;
        Ok(data.map(|data| Self { data: Some(data), ..self.clone() }))
    }

    fn absorb(&mut self, frame: &Frame<'_>, limits: &Limits) -> error::Result<bool> {
        columns_as_rows::fill(self.data.as_mut(), frame, limits).map(|()| true)
    }

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<CashflowAnalyzeResponse>, Interrupt> {
        let as_of = instant(self.as_of)?;
        let (data, origin) = match (&self.data, &self.akiba) {
            (Some(_), Some(_)) => {
                let message = "give `data` or `akiba`; each replaces the other";
                return Err(Error::new(Cause::DataExclusive, message).at("/akiba").into());
            }
            (Some(data), None) => {
                if !self.data_sources.is_empty() {
                    check_sources(data, &self.data_sources)?;
                }
                (Cow::Borrowed(data), None)
            }
            (None, Some(akiba)) => {
                let (data, origin) = akiba.data(call.limits())?;
                (Cow::Owned(data), Some(origin))
            }
            (None, None) => {
                return Err(Error::new(Cause::DataMissing, "an analysis needs `data`").at("/data").into());
            }
        };
        let ledger = ledger(&data, origin.as_ref(), as_of, call.limits())?;
        if ledger.accounts.is_empty() {
            let message = "an analysis needs at least `1` account";
            return Err(Error::new(Cause::DataMissing, message).at("/data").into());
        }
        let mut analysis = cashflow::features(&ledger).analysis();
        let mut accounts = accounts(&ledger);
        if let Some(origin) = &origin {
            for selected in analysis.selections.values_mut() {
                *selected = origin.selected(selected);
            }
            for account in &mut accounts {
                account.pointer = origin.field("");
            }
        }
        let response = CashflowAnalyzeResponse {
            accounts,
            analysis,
            as_of,
            currency: ledger.currency,
            entity_id: self.entity_id.clone(),
            features_as_of: ledger.features_as_of,
            findings: ledger.findings,
            seed: self.seed,
        };
        Ok(Done::new(response, Vec::new()))
    }
}

fn accounts(ledger: &Ledger) -> Vec<AccountView> {
    let views = ledger.accounts.iter().map(|account| AccountView {
        days: account.days,
        days_chained: account.days_chained,
        covered: account.covered.map(|(from, to)| Period { from, to }),
        pointer: format!("/data/{}/accounts/{}", account.source.as_str(), account.index),
        rows: u64::try_from(account.rows.len()).unwrap_or(u64::MAX),
    });
    views.collect()
}

/// Returns whether a finding refers, or disputes rows.
fn is_doubtful(answer: &JsonValue) -> bool {
    let Some(JsonValue::Array(findings)) = answer.member("findings") else { return true };
    findings.iter().any(|it| it.member("severity").and_then(JsonValue::as_str) != Some("info"))
}

/// Returns the days between the end of the data and the instant of the request, and how many there may be: 31 where the
/// data end with a month, which the applicant did not choose, else 7.
fn age_days(answer: &JsonValue) -> Option<(i32, i32)> {
    let text = |name| answer.member(name).and_then(JsonValue::as_str);
    let end = Date::parse(text("features_as_of")?).ok()?;
    let as_of = Instant::parse(text("as_of")?).ok()?.date_at(UtcOffset::UTC);
    Some((as_of.days_since(end), if end == end.last_of_month() { 31 } else { 7 }))
}
