//! Lines of balances and totals: what they state, in their columns or beside their words.

use super::amounts;
use super::cut::{AMOUNTS, Cut};
use super::found::Edge;
use super::preamble::named_amount;
use super::rows::Rows;
use super::totals::StatedTotal;
use super::words::{self, Label};
use crate::domain::Direction;
use crate::error::Result;
use crate::money::Currency;
use crate::statement::profile::{ColumnRole, Sign};
use crate::statement::reading::LeftOutReason;

impl Rows<'_> {
    /// Keeps a balance at an end of the document.
    pub(super) fn edge(&mut self, record: &Cut<'_>, label: Label, currency: Currency) -> Result<()> {
        let columns = [ColumnRole::Balance, ColumnRole::BalanceMinor, ColumnRole::Credit, ColumnRole::Amount];
        // Where a sign or a type turns amounts, what an amount says of a balance is open.
        let turns = self.choices.sign.0 == Sign::DebitPositive || record.direction == Some(Direction::Debit);
        let mut balance = None;
        for column in columns {
            if balance.is_none() && !(turns && column == ColumnRole::Amount) {
                balance = self.money_if_any(record, column, currency)?;
            }
        }
        let balance = self.balance_of(record, balance)?;
        let balance_minor = balance.or_else(|| self.beside_words(record, currency).map(|(_, minor)| minor));
        let line = record.line;
        let is_unnamed =
            self.layout.places.has(ColumnRole::Account) && self.cell(record, ColumnRole::Account).is_empty();
        let account = self.account(record, currency)?;
        let rows_before = account.rows.len();
        let is_by_place = label == Label::Balance;
        let is_opening = if is_by_place { rows_before == 0 } else { label == Label::Opening };
        let edge = Edge { line, is_opening, is_by_place, is_unnamed, balance_minor, rows_before };
        account.edges.push(edge);
        self.found.left_out.push(line, edge.reason());
        Ok(())
    }

    /// Keeps a row of totals.
    pub(super) fn total(&mut self, record: &Cut<'_>, currency: Currency) -> Result<()> {
        let mut stated = Vec::new();
        for column in [ColumnRole::Amount, ColumnRole::Credit, ColumnRole::Debit] {
            if let Some(minor) = self.money_if_any(record, column, currency)? {
                stated.push(StatedTotal { line: record.line, column, minor });
            }
        }
        if stated.is_empty() {
            let beside = self.beside_words(record, currency);
            stated.extend(beside.map(|(column, minor)| StatedTotal { line: record.line, column, minor }));
        }
        let reason = if stated.is_empty() { LeftOutReason::NoAmount } else { LeftOutReason::Total };
        self.found.totals.total(stated);
        self.found.left_out.push(record.line, reason);
        Ok(())
    }

    /// Returns the amount beside the words of a line whose columns have none, and what the words say that it is of:
    /// `Total money in: 99.00`.
    fn beside_words(&self, record: &Cut<'_>, currency: Currency) -> Option<(ColumnRole, i64)> {
        if record.stamp.is_some() || AMOUNTS.iter().any(|column| record.amount(*column).is_some()) {
            return None;
        }
        let cells: Vec<&str> = record.cells().filter(|cell| !cell.is_empty()).collect();
        let text = cells.join(" ");
        let (words, value) = named_amount(&text)?;
        let column = words::side_of_total(words)?;
        let written = amounts::cut(value)?;
        let is_other = written.currency.is_some_and(|own| own != currency);
        if is_other || written.mark.is_some_and(|mark| !mark.is_of(currency)) {
            return None;
        }
        let minor = written.minor(self.choices.decimal_mark.0, currency).ok()?;
        Some((column, if written.negative == Some(true) { -minor } else { minor }))
    }
}
