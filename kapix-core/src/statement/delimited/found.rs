//! What records gave: accounts with their rows, and what stands between them. Parts of a document join to the whole.

use super::fees::Fee;
use super::flags::named_again;
use super::gaps::Gap;
use super::place;
use super::sections::Section;
use super::totals::Stated;
use crate::domain::AccountKind;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::limits::{self, Limits};
use crate::money::Currency;
use crate::statement::columns::RowColumns;
use crate::statement::profile::ColumnRole;
use crate::statement::reading::LeftOutRows;
use std::collections::BTreeMap;

/// What the records gave so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) accounts: Vec<Building>,
    pub(super) places: BTreeMap<String, usize>,
    pub(super) last: usize,
    pub(super) rows: usize,
    pub(super) left_out: LeftOutRows,
    pub(super) totals: Stated,
    /// Lines between rows that begin another part.
    pub(super) sections: Vec<Section>,
    /// The name of the account in a column that is not read, and the first line that has it.
    pub(super) named: Option<(String, u64)>,
}

/// An account while its rows are read.
pub(super) struct Building {
    pub(super) id: Id,
    pub(super) currency: Currency,
    pub(super) kind: Option<AccountKind>,
    pub(super) rows: RowColumns,
    pub(super) edges: Vec<Edge>,
    /// Rows with a day and without an amount.
    pub(super) gaps: Vec<Gap>,
    /// Fees beside the amounts of rows.
    pub(super) fees: Vec<Fee>,
    /// Whether the rows were turned round.
    pub(super) newest_first: bool,
}

/// A line of a balance at an end of a document, and the rows of its account before it.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) line: u64,
    pub(super) is_opening: bool,
    pub(super) balance_minor: Option<i64>,
    pub(super) rows_before: usize,
}

impl Building {
    /// Returns line and balance of the opening balance before the first row, and of the closing one after the last.
    pub(super) fn ends(&self) -> [Option<(u64, i64)>; 2] {
        let (mut opening, mut closing): (Option<Edge>, Option<Edge>) = (None, None);
        for edge in &self.edges {
            let stated = edge.balance_minor.map(|_| *edge);
            if edge.is_opening {
                opening = opening.filter(|it| it.rows_before == 0).or(stated);
            } else {
                closing = stated.or(closing);
            }
        }
        let rows = self.rows.len();
        let at = |edge: &Edge| if self.newest_first { rows - edge.rows_before } else { edge.rows_before };
        let of = |edge: Option<Edge>, place: usize| {
            edge.filter(|edge| at(edge) == place).and_then(|edge| Some((edge.line, edge.balance_minor?)))
        };
        [of(opening, 0), of(closing, rows)]
    }

    /// Returns the lines between rows, or of a second opening balance, whose balance is not the one that stands there.
    pub(super) fn edges_against(&self) -> Vec<u64> {
        let rows = self.rows.len();
        let balance = |place: usize| self.rows.balance(place.checked_sub(1)?);
        let first = self.rows.moves().next().and_then(|(amount, balance)| balance?.checked_sub(amount));
        let [opening, closing] = self.ends();
        let start = opening.map(|(_, balance)| balance).or(first);
        let sum = |place: usize| {
            let moved = self.rows.amounts.iter().take(place).map(|amount| i128::from(*amount)).sum::<i128>();
            i64::try_from(i128::from(start?) + moved).ok()
        };
        let at = |place: usize| if place == 0 { start } else { balance(place).or_else(|| sum(place)) };
        let is_against = |edge: &&Edge| {
            let place = if self.newest_first { rows - edge.rows_before } else { edge.rows_before };
            // The summary of a statement may name both ends in one place.
            let expected = match (edge.is_opening, place == 0 || place == rows) {
                (true, true) => start,
                (false, true) => at(rows),
                (_, false) => at(place),
            };
            // The ends themselves are compared elsewhere.
            let is_end = [opening, closing].into_iter().flatten().any(|(line, _)| line == edge.line);
            !is_end && edge.balance_minor.is_some_and(|balance| Some(balance) != expected)
        };
        self.edges.iter().filter(is_against).map(|edge| edge.line).collect()
    }

    fn join(&mut self, next: Self) {
        let rows_before = self.rows.len();
        self.edges
            .extend(next.edges.iter().map(|it| Edge { rows_before: it.rows_before + rows_before, ..*it }));
        self.gaps.extend(next.gaps.iter().map(|it| Gap { rows_before: it.rows_before + rows_before, ..*it }));
        self.fees.extend(next.fees.into_iter().map(|it| it.behind(rows_before)));
        self.rows.append(next.rows);
    }
}

impl Found {
    /// Adds what the part of the document behind gave. Parts are of documents with one account.
    pub(super) fn join(&mut self, next: Self, limits: &Limits) -> Result<()> {
        let room = limits.rows.saturating_sub(u64::try_from(self.rows).unwrap_or(u64::MAX));
        self.left_out.join(next.left_out);
        let rows = self.rows;
        let behind = next.sections.into_iter();
        self.sections.extend(behind.map(|it| Section { rows_before: it.rows_before + rows, ..it }));
        self.totals.join(next.totals);
        let is_first = self.accounts.is_empty();
        let other =
            next.named.as_ref().zip(self.named.as_ref()).filter(|((own, _), (known, _))| own != known);
        let clash = other.map(|((_, line), _)| *line);
        self.named = self.named.take().or(next.named);
        for account in next.accounts {
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            let is_before = |line: &u64| clash.is_none_or(|clash| *line < clash);
            let own = self.accounts.first().filter(|_| !is_first);
            if let (Some(own), Some(line)) = (own, account.rows.lines.first())
                && own.currency != account.currency
                && is_before(line)
            {
                return Err(in_another_currency(*line, account.currency, own.currency));
            }
            if let Some(line) = account.rows.lines.get(room).filter(|line| is_before(line)) {
                limits::check("rows", limits.rows, self.rows + room + 1)
                    .map_err(|error| place(error.cause, *line, None, &error.message))?;
            }
            self.rows += account.rows.len();
            match self.accounts.first_mut() {
                Some(own) if !is_first => own.join(account),
                _ => self.accounts.push(account),
            }
        }
        clash.map_or(Ok(()), |line| Err(named_again(line)))
    }

    /// Returns the error of a document without transactions, if it is one.
    pub(super) fn check(&self) -> Result<()> {
        if self.rows > 0 {
            return Ok(());
        }
        let lines: u64 = self.left_out.counts.values().sum();
        let message = format!("no row of the document is a transaction; `{lines}` lines were left out");
        Err(Error::new(Cause::StatementEmpty, message).at("/document"))
    }
}

/// Returns the error of a row in another currency than the rows of its account before.
#[cold]
pub(super) fn in_another_currency(line: u64, currency: Currency, before: Currency) -> Error {
    let message = format!("the row is in {currency}; the rows of its account before are in {before}");
    place(Cause::MoneyCurrencyMixed, line, Some(ColumnRole::Currency), &message)
}
