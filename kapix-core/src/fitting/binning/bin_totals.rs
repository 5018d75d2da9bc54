//! What the rows of one bin add up to.

use crate::fitting::Target;
use crate::fitting::optimal::{Counts, Moments};
use core::ops::AddAssign;

/// The rows, weights and outcomes of one bin, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct BinTotals {
    /// Number of rows.
    pub(super) rows: u64,
    /// Weight of all rows.
    pub(super) weight: f64,
    /// Weight of the good rows of a binary target.
    pub(super) goods: f64,
    /// Weighted sum of the outcomes: the weight of the bad rows of a binary target.
    pub(super) sum: f64,
    /// Weighted sum of the squares of a continuous outcome.
    pub(super) squares: f64,
}

impl BinTotals {
    /// Returns unweighted rows of a binary target.
    pub(super) fn counted(goods: u32, bads: u32) -> Self {
        let (rows, goods, bads) = (u64::from(goods) + u64::from(bads), f64::from(goods), f64::from(bads));
        Self { rows, weight: goods + bads, goods, sum: bads, squares: 0.0 }
    }

    /// Returns one row of a binary target.
    pub(super) fn binary(bad: bool, weight: f64) -> Self {
        let (goods, sum) = if bad { (0.0, weight) } else { (weight, 0.0) };
        Self { rows: 1, weight, goods, sum, squares: 0.0 }
    }

    /// Returns one row of a continuous target.
    pub(super) fn continuous(value: f64, weight: f64) -> Self {
        let sum = weight * value;
        Self { rows: 1, weight, goods: 0.0, sum, squares: sum * value }
    }

    /// Returns the row of a target, which has it.
    #[expect(clippy::indexing_slicing, reason = "`bin` refuses rows that the target has not")]
    pub(super) fn of_row(target: Target<'_>, row: usize) -> Self {
        let weight = target.weight(row);
        match target {
            Target::Binary { bad, .. } => Self::binary(bad[row] == 1, weight),
            Target::Continuous { value, .. } => Self::continuous(value[row], weight),
        }
    }

    /// Returns the cell of a binary target.
    pub(super) fn counts(&self) -> Counts {
        Counts { goods: self.goods, bads: self.sum }
    }

    /// Returns the cell of a continuous target.
    pub(super) fn moments(&self) -> Moments {
        Moments { weight: self.weight, sum: self.sum, sum_of_squares: self.squares }
    }

    /// Returns the bad rate, or the mean of a continuous target; `None` without rows.
    pub(super) fn rate(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.sum / self.weight)
    }
}

impl AddAssign for BinTotals {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.weight += other.weight;
        self.goods += other.goods;
        self.sum += other.sum;
        self.squares += other.squares;
    }
}

/// Returns the sum in the order given.
pub(super) fn total<'a>(bins: impl IntoIterator<Item = &'a BinTotals>) -> BinTotals {
    let mut total = BinTotals::default();
    for totals in bins {
        total += *totals;
    }
    total
}
