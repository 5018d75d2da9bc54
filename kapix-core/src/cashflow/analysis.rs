//! The features as `cashflow.analyze` writes them.

use super::definition::{NullReason, Unit};
use super::feature::{Feature, Features};
use super::selection::Selection;
use crate::canonical::Hash;
use crate::domain::AccountLedger;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Features and the transactions behind them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Analysis {
    /// Features in the order of their names.
    pub features: Vec<FeatureEntry>,
    /// Rows of each selection that a feature names, account by account.
    pub selections: BTreeMap<&'static str, Vec<SelectedRows>>,
}

/// One feature of an analysis.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeatureEntry {
    /// Hash of the definition, which a card that uses the feature states.
    pub definition: Hash,
    /// Name of the feature.
    pub name: &'static str,
    /// Why the value is null.
    pub null_reason: Option<NullReason>,
    /// Name of the selection that holds its transactions.
    pub selection: Selection,
    /// Unit of the value.
    pub unit: Unit,
    /// Value, or null.
    #[serialize_always]
    pub value: Option<f64>,
    /// Days of the window; null for the whole history and for months.
    #[serialize_always]
    pub window_days: Option<u32>,
}

/// Selected rows of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SelectedRows {
    /// JSON pointer to the account in the request.
    pub pointer: String,
    /// Ranges of row numbers in the account's `transactions`, from 0, both ends included.
    pub rows: Vec<(u32, u32)>,
}

impl From<Feature> for FeatureEntry {
    fn from(feature: Feature) -> Self {
        Self {
            definition: feature.definition.hash(),
            name: feature.definition.name,
            null_reason: feature.null_reason,
            selection: feature.selection,
            unit: feature.definition.unit,
            value: feature.value,
            window_days: feature.definition.window_days,
        }
    }
}

impl Features<'_> {
    /// Returns all features with the rows of every selection that they name.
    ///
    /// ```
    /// use kapix_core::{Limits, cashflow::features, ledger::{Data, Ledger}, time::Instant};
    ///
    /// # let data: Data = serde_json::from_str(
    /// #     r#"{"bank": {"retrieved_at": "2026-03-31T09:00:00Z", "accounts": [{
    /// #         "account_id": "a-1", "kind": "current", "currency": "KES",
    /// #         "period": {"from": "2025-12-01", "to": "2026-03-31"},
    /// #         "transactions": [
    /// #             {"at": "2026-02-25", "amount_minor": 90000, "counterparty": "Employer"},
    /// #             {"at": "2026-03-02", "amount_minor": -30000}
    /// #         ]
    /// #     }]}}"#,
    /// # )?;
    /// // A salary of 900.00 on 25 February, 300.00 spent on 2 March, no balances.
    /// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
    /// let analysis = features(&ledger).analysis();
    /// let credits = analysis.features.iter().find(|it| it.name == "credits_90d").ok_or("a feature of the table")?;
    /// assert_eq!(credits.value, Some(1.0));
    /// assert_eq!(analysis.selections[credits.selection.as_str()][0].rows, [(0, 0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn analysis(&self) -> Analysis {
        let features: Vec<FeatureEntry> = self.iter().map(FeatureEntry::from).collect();
        let named: BTreeSet<Selection> = features.iter().map(|feature| feature.selection).collect();
        let selections = named.into_iter().map(|name| (name.as_str(), self.selected(name))).collect();
        Analysis { features, selections }
    }

    /// Returns the rows of a selection with pointers to their accounts.
    ///
    /// ```
    /// use kapix_core::{Limits, cashflow::{Selection, features}, ledger::{Data, Ledger}, time::Instant};
    ///
    /// # let data: Data = serde_json::from_str(
    /// #     r#"{"bank": {"retrieved_at": "2026-03-31T09:00:00Z", "accounts": [{
    /// #         "account_id": "a-1", "kind": "current", "currency": "KES",
    /// #         "period": {"from": "2025-12-01", "to": "2026-03-31"},
    /// #         "transactions": [
    /// #             {"at": "2026-02-25", "amount_minor": 90000, "counterparty": "Employer"},
    /// #             {"at": "2026-03-02", "amount_minor": -30000}
    /// #         ]
    /// #     }]}}"#,
    /// # )?;
    /// // A salary of 900.00 on 25 February, 300.00 spent on 2 March, no balances.
    /// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
    /// let selected = features(&ledger).selected(Selection::Debits90);
    /// assert_eq!((selected[0].pointer.as_str(), &selected[0].rows[..]), ("/data/bank/accounts/0", &[(1, 1)][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn selected(&self, selection: Selection) -> Vec<SelectedRows> {
        let accounts = &self.ledger().accounts;
        let mut selected: Vec<SelectedRows> = Vec::new();
        for ranges in self.rows(selection) {
            let Some(account) = accounts.get(ranges.account) else { continue };
            for (index, rows) in by_upload(account, &ranges.rows) {
                let pointer = format!("/data/{}/accounts/{index}", account.source.as_str());
                selected.push(SelectedRows { pointer, rows });
            }
        }
        selected
    }
}

/// Returns ranges of an account's rows by the upload that holds them.
fn by_upload(account: &AccountLedger, ranges: &[(u32, u32)]) -> Vec<(usize, Vec<(u32, u32)>)> {
    if account.uploads.is_empty() {
        return vec![(account.index, ranges.to_vec())];
    }
    let mut split: Vec<(usize, Vec<(u32, u32)>)> = Vec::new();
    for input in ranges.iter().flat_map(|(first, last)| *first..=*last) {
        let (index, row) = account.place(input);
        match split.last_mut() {
            Some((own, ranges)) if *own == index => match ranges.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(row) => *last = row,
                _ => ranges.push((row, row)),
            },
            _ => split.push((index, vec![(row, row)])),
        }
    }
    split
}
