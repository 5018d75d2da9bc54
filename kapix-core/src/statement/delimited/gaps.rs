//! Rows with a day and without an amount. Such a row moved nothing only where the balances that are stated before and
//! after it are one: an amount that is hidden would stand between them.

use super::found::Building;

/// A row without an amount, and the rows of its account before it.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) rows_before: usize,
    pub(super) balance_minor: Option<i64>,
}

impl Building {
    /// Returns how many rows without an amount may have moved money, under the balances at the ends.
    pub(super) fn gaps_open(&self, [opening, closing]: [Option<i64>; 2]) -> usize {
        let rows = self.rows.len();
        let is_open = |gap: &&Gap| {
            let place = if self.newest_first { rows - gap.rows_before } else { gap.rows_before };
            let before = place.checked_sub(1).map_or(opening, |last| self.rows.balance(last));
            let amount = self.rows.amounts.get(place);
            let after = match amount {
                Some(amount) => self.rows.balance(place).and_then(|balance| balance.checked_sub(*amount)),
                None => closing.or(gap.balance_minor),
            };
            let is_same = |own: Option<i64>| own.is_none() || own == before;
            before.is_none()
                || (after.is_none() && gap.balance_minor.is_none())
                || !is_same(after)
                || !is_same(gap.balance_minor)
        };
        self.gaps.iter().filter(is_open).count()
    }
}
