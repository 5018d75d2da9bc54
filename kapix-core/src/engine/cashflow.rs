//! `cashflow.analyze`: the features of one applicant, each with its transactions.

use super::control::Control;
use super::inputs;
use super::operation::Operation;
use super::record::Draft;
use super::registry::Registry;
use super::reply::Reply;
use super::request::{self, CashflowAnalyzeRequest};
use super::response::{AccountView, CashflowAnalyzeResponse, Response};
use crate::cashflow;
use crate::domain::{Ledger, Period};
use crate::error::{Cause, Error, Result};
use std::borrow::Cow;

/// Returns the features of one applicant.
pub(super) fn analyze(
    registry: &Registry,
    request: &CashflowAnalyzeRequest,
    control: &Control<'_>,
) -> Result<Reply> {
    let as_of = request::instant(request.as_of)?;
    let limits = registry.limits();
    let (data, origin) = match (&request.data, &request.akiba) {
        (Some(_), Some(_)) => {
            let message = "give `data` or `akiba`; each replaces the other";
            return Err(Error::new(Cause::DataExclusive, message).at("/akiba"));
        }
        (Some(data), None) => (Cow::Borrowed(data), None),
        (None, Some(akiba)) => {
            let (data, origin) = akiba.data(limits)?;
            (Cow::Owned(data), Some(origin))
        }
        (None, None) => return Err(Error::new(Cause::DataMissing, "an analysis needs `data`").at("/data")),
    };
    let ledger = inputs::ledger(&data, origin.as_ref(), as_of, limits)?;
    if ledger.accounts.is_empty() {
        return Err(Error::new(Cause::DataMissing, "an analysis needs at least `1` account").at("/data"));
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
        entity_id: request.entity_id.clone(),
        findings: ledger.findings,
        seed: request.seed,
    };
    let when = (as_of, request.seed);
    let draft = if control.draft {
        Some(Draft::new(Operation::CashflowAnalyze, when, request, &response, Vec::new())?)
    } else {
        None
    };
    Ok(Reply { response: Response::CashflowAnalyze(Box::new(response)), draft, events: Vec::new() })
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
