//! A record whose values are cut once: for what the document shows, and for its row.

use super::amounts::{self, Written};
use super::dates::{self, Stamp};
use super::layout::Places;
use super::records::Record;
use super::words;
use crate::domain::{Direction, TransactionStatus};
use crate::statement::profile::ColumnRole;
use core::ops::Deref;

/// The columns of amounts in major units.
pub(super) const AMOUNTS: [ColumnRole; 4] =
    [ColumnRole::Amount, ColumnRole::Balance, ColumnRole::Debit, ColumnRole::Credit];

/// A record and the parts of its values.
pub(super) struct Cut<'r> {
    record: Record<'r>,
    /// Its day; `None` where the value is none.
    pub(super) stamp: Option<Stamp>,
    /// The direction that its type states.
    pub(super) direction: Option<Direction>,
    amounts: [Option<Written<'r>>; AMOUNTS.len()],
}

impl<'r> Cut<'r> {
    pub(super) fn new(record: Record<'r>, places: &Places) -> Self {
        let cell = |column| places.of(column).map(|place| record.cell(place)).unwrap_or_default();
        let [amount, balance, debit, credit] = AMOUNTS;
        // One after the other: an array that is mapped is moved more than once.
        let amounts = [
            amounts::cut(cell(amount)),
            amounts::cut(cell(balance)),
            amounts::cut(cell(debit)),
            amounts::cut(cell(credit)),
        ];
        let direction = places.side_form.direction(cell(ColumnRole::Type));
        let day = cell(ColumnRole::At);
        let stamp = if amounts::is_empty(day) { day_beside(record, places) } else { dates::cut(day) };
        Self { record, stamp, direction, amounts }
    }

    /// Returns the parts of an amount in major units; `None` where the value is none.
    pub(super) fn amount(&self, column: ColumnRole) -> Option<&Written<'r>> {
        let place = AMOUNTS.iter().position(|own| *own == column)?;
        self.amounts.get(place)?.as_ref()
    }

    /// Returns the amounts in major units that the record has, each with its column.
    pub(super) fn amounts(&self) -> impl Iterator<Item = (ColumnRole, &Written<'r>)> {
        AMOUNTS
            .into_iter()
            .zip(&self.amounts)
            .filter_map(|(column, written)| Some((column, written.as_ref()?)))
    }

    /// Returns whether the record is a transaction or an error, whatever stands before it: it has a day and an amount
    /// other than zero, and no value that names a balance or a total.
    pub(super) fn is_row(&self, places: &Places) -> bool {
        let states = |column| self.amount(column).is_some_and(|it| !it.is_zero());
        let has_amount = if let Some(place) = places.of(ColumnRole::AmountMinor) {
            self.cell(place).bytes().any(|byte| matches!(byte, b'1'..=b'9'))
        } else if places.has_one_amount() {
            states(ColumnRole::Amount)
        } else {
            states(ColumnRole::Debit) || states(ColumnRole::Credit)
        };
        self.stamp.is_some()
            && has_amount
            && self.cells().all(|cell| words::label(cell).or_else(|| words::whole_label(cell)).is_none())
    }
}

/// Returns the day of a row that is not booked yet, or never will be, from the column beside that of its booking.
fn day_beside(record: Record<'_>, places: &Places) -> Option<Stamp> {
    let day = record.cell(places.day_beside?);
    let status = words::status(record.cell(places.of(ColumnRole::Status)?));
    dates::cut(day).filter(|_| matches!(status, Some(TransactionStatus::Pending | TransactionStatus::Failed)))
}

impl<'r> Deref for Cut<'r> {
    type Target = Record<'r>;

    fn deref(&self) -> &Record<'r> {
        &self.record
    }
}
