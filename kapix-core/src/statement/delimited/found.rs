//! What records gave: accounts with their rows, and what stands between them. Parts of a document join to the whole.

use super::breaks::Break;
use super::fees::Fee;
use super::gaps::Gap;
use super::kinds::Owed;
use super::named::Named;
use super::place;
use super::sections::Section;
use super::state::States;
use super::totals::Stated;
use crate::domain::AccountKind;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::limits::{self, Limits};
use crate::money::Currency;
use crate::statement::columns::RowColumns;
use crate::statement::profile::ColumnRole;
use crate::statement::reading::{LeftOutReason, LeftOutRows};
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
    /// What columns say that the account is.
    pub(super) owed: Owed,
    /// Lines between rows that begin another part.
    pub(super) sections: Vec<Section>,
    /// The names of accounts in each column that is not read, by its place.
    pub(super) names: BTreeMap<usize, Named>,
    /// The first line of which a column that is not read says that it took no effect, and the place of the column.
    pub(super) no_effect: Option<(u64, usize)>,
    /// The first line of a row whose status or second currency refuses it unless the balances settle that, and the error.
    pub(super) unsettled: Option<(u64, Error)>,
    /// Lines that hold a day and an amount in another form than rows have.
    pub(super) in_another_form: Vec<u64>,
    /// Lines that hold an amount and became no row, and those of them that go on the text of the row above with a day and an
    /// amount alone.
    pub(super) hidden: Vec<u64>,
    pub(super) memos: Vec<u64>,
    /// Lines between rows that are none, and the last one behind the last row.
    pub(super) breaks: Vec<Break>,
    pub(super) open_break: Option<(u64, i32)>,
    /// What columns leave open of whether rows took effect.
    pub(super) states: States,
    /// The amounts beside debits and credits.
    pub(super) beside: Beside,
    /// The amounts beside the one that is read.
    pub(super) rivals: Beside,
}

/// Rows whose amounts in a column beside those that are read were compared with them.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) compared: u64,
    /// Rows with another amount there, and the first line of them.
    pub(super) against: u64,
    pub(super) first: Option<u64>,
}

impl Beside {
    /// Sees an amount beside that of a row.
    pub(super) fn see(&mut self, own: i64, beside: i64, line: u64) {
        self.compared += 1;
        if own.abs() != beside.abs() {
            self.against += 1;
            self.first.get_or_insert(line);
        }
    }

    fn join(&mut self, next: &Self) {
        self.compared += next.compared;
        self.against += next.against;
        self.first = self.first.or(next.first);
    }
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
    /// Whether its place says which end it is of, not its words.
    pub(super) is_by_place: bool,
    /// Whether a document with a column of accounts names none here.
    pub(super) is_unnamed: bool,
    pub(super) balance_minor: Option<i64>,
    pub(super) rows_before: usize,
}

impl Edge {
    /// Returns why its line is no row.
    pub(super) const fn reason(&self) -> LeftOutReason {
        match (self.balance_minor, self.is_opening) {
            (None, _) => LeftOutReason::NoAmount,
            (_, true) => LeftOutReason::OpeningBalance,
            (_, false) => LeftOutReason::ClosingBalance,
        }
    }
}

impl Building {
    /// Takes the ends that its lines without words of an end are of from their places, where the order of the rows is known.
    pub(super) fn place_edges(&mut self) {
        let (rows, newest_first) = (self.rows.len(), self.newest_first);
        for edge in self.edges.iter_mut().filter(|edge| edge.is_by_place) {
            let place = if newest_first { rows - edge.rows_before } else { edge.rows_before };
            edge.is_opening = place == 0;
        }
    }

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
        let moved = |place: usize| {
            self.rows.amounts.iter().take(place).map(|amount| i128::from(*amount)).sum::<i128>()
        };
        let at_place =
            |edge: &Edge| if self.newest_first { rows - edge.rows_before } else { edge.rows_before };
        // Without any other balance the first one of a day says where the others must be.
        let by_day = self.edges.iter().filter(|edge| edge.is_by_place).min_by_key(|edge| at_place(edge));
        let by_day = by_day
            .and_then(|edge| i64::try_from(i128::from(edge.balance_minor?) - moved(at_place(edge))).ok());
        let start = opening.map(|(_, balance)| balance).or(first).or(by_day);
        let sum = |place: usize| i64::try_from(i128::from(start?) + moved(place)).ok();
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

    /// Adds the rows behind, and returns their memory.
    fn join(&mut self, mut next: Self) -> RowColumns {
        let rows_before = self.rows.len();
        self.edges
            .extend(next.edges.iter().map(|it| Edge { rows_before: it.rows_before + rows_before, ..*it }));
        self.gaps.extend(next.gaps.iter().map(|it| Gap { rows_before: it.rows_before + rows_before, ..*it }));
        self.fees.extend(next.fees.into_iter().map(|it| it.behind(rows_before)));
        self.rows.append(&mut next.rows);
        next.rows
    }
}

impl Found {
    /// Adds what the part of the document behind gave, and returns memory of its rows. Parts are of documents with one account.
    pub(super) fn join(&mut self, next: Self, limits: &Limits) -> Result<RowColumns> {
        let mut spare = RowColumns::default();
        let room = limits.rows.saturating_sub(u64::try_from(self.rows).unwrap_or(u64::MAX));
        self.left_out.join(next.left_out);
        let rows = self.rows;
        self.hidden.extend(next.hidden);
        self.memos.extend(next.memos);
        self.in_another_form.extend(next.in_another_form);
        self.states.join(next.states);
        self.owed.join(&next.owed);
        self.beside.join(&next.beside);
        self.rivals.join(&next.rivals);
        if next.rows > 0
            && let Some((line, days)) = self.open_break.take()
        {
            self.breaks.push(Break { line, rows_before: rows, days });
        }
        let breaks = next.breaks.into_iter().filter(|it| it.rows_before > 0);
        self.breaks.extend(breaks.map(|it| Break { rows_before: it.rows_before + rows, ..it }));
        next.open_break.into_iter().for_each(|(line, days)| self.open_break(line, days));
        let behind = next.sections.into_iter();
        self.sections.extend(behind.map(|it| Section { rows_before: it.rows_before + rows, ..it }));
        self.totals.join(next.totals);
        let is_first = self.accounts.is_empty();
        for (at, names) in next.names {
            self.names.entry(at).or_default().join(names);
        }
        self.no_effect = self.no_effect.or(next.no_effect);
        self.unsettled = self.unsettled.take().or(next.unsettled);
        for account in next.accounts {
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            let own = self.accounts.first().filter(|_| !is_first);
            if let (Some(own), Some(line)) = (own, account.rows.lines.first())
                && own.currency != account.currency
            {
                return Err(in_another_currency(*line, account.currency, own.currency));
            }
            if let Some(line) = account.rows.lines.get(room) {
                limits::check("rows", limits.rows, self.rows + room + 1)
                    .map_err(|error| place(error.cause, *line, None, &error.message))?;
            }
            self.rows += account.rows.len();
            match self.accounts.first_mut() {
                Some(own) if !is_first => spare = own.join(account),
                _ => self.accounts.push(account),
            }
        }
        Ok(spare)
    }

    /// Keeps a line that is no row, behind which the next row may begin another part: of several the one that says it best.
    pub(super) fn open_break(&mut self, line: u64, days: i32) {
        if self.open_break.is_none_or(|(_, own)| days < own) {
            self.open_break = Some((line, days));
        }
    }

    /// Returns line and error of a document whose amounts are not those of the debits and credits beside them.
    pub(super) fn beside_against(&self) -> Option<(u64, Error)> {
        let Beside { compared, against, first } = self.beside;
        let line = first.filter(|_| against * 2 > compared)?;
        let message = "the amount is another one than the debit or the credit of the row, as in most rows; state in \
            `profile.columns` either `amount`, and `type` where it says the side, or `debit` and `credit`";
        Some((line, place(Cause::TransactionCsv, line, Some(ColumnRole::Amount), message)))
    }

    /// Returns the first line with a second name in a column of names, and the place of the column.
    pub(super) fn named_again(&self) -> Option<(u64, usize)> {
        self.names.iter().filter_map(|(at, names)| Some((*names.further().first()?, *at))).min()
    }

    /// Returns the lines at which another account may begin: the first ones of further names, and titles of accounts.
    pub(super) fn beginnings(&self) -> Vec<u64> {
        let titles = self.sections.iter().filter(|it| it.is_of_account()).map(|it| it.line);
        self.names.values().flat_map(Named::further).chain(titles).collect()
    }

    /// Leaves balances without an account in a document of several: whose they are stays open.
    pub(super) fn leave_unnamed(&mut self) {
        if self.accounts.len() < 2 {
            return;
        }
        for edge in self.accounts.iter_mut().flat_map(|it| it.edges.extract_if(.., |edge| edge.is_unnamed)) {
            self.left_out.change(edge.line, edge.reason(), LeftOutReason::UnplacedBalance);
        }
    }

    /// Returns the error of a document without transactions, if it is one.
    pub(super) fn check(&self) -> Result<()> {
        if self.rows > 0 {
            return Ok(());
        }
        if let Some(line) = self.in_another_form.first() {
            return Err(in_another_form(*line));
        }
        let lines: u64 = self.left_out.counts.values().sum();
        let message = format!("no row of the document is a transaction; `{lines}` lines were left out");
        Err(Error::new(Cause::StatementEmpty, message).at("/document"))
    }
}

/// Returns the error of a line that holds a day and an amount in another form than rows have.
#[cold]
pub(super) fn in_another_form(line: u64) -> Error {
    let message = "the line holds a day and an amount, and is no row of values: it is in quotes, has another separator than the \
        header, or holds formulas, which are never evaluated; write each value plainly in its column";
    place(Cause::TransactionCsv, line, None, message)
}

/// Returns the error of a row in another currency than the rows of its account before.
#[cold]
pub(super) fn in_another_currency(line: u64, currency: Currency, before: Currency) -> Error {
    let message = format!("the row is in {currency}; the rows of its account before are in {before}");
    place(Cause::MoneyCurrencyMixed, line, Some(ColumnRole::Currency), &message)
}
