//! Rows with the same value as one cell: sorted once. Every statistic of ranks and probabilities then
//! takes the cells in order.

use crate::error::{Cause, Error, Result};
use crate::numeric::{Sum, count};

/// The rows of one value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::fitting) struct Cell {
    /// Weight of the bad rows.
    pub(in crate::fitting) bads: f64,
    /// Sum of the squared weights of the bad rows.
    pub(in crate::fitting) bads_squared: f64,
    /// Weight of the good rows.
    pub(in crate::fitting) goods: f64,
    /// Sum of the squared weights of the good rows.
    pub(in crate::fitting) goods_squared: f64,
    /// The value that the rows share: a score, a PD or log-odds.
    pub(in crate::fitting) value: f64,
}

impl Cell {
    /// Returns the weight of the rows.
    pub(in crate::fitting) fn size(&self) -> f64 {
        self.goods + self.bads
    }
}

/// All rows by ascending value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::fitting) struct Cells {
    /// Number of bad rows.
    pub(in crate::fitting) bad_rows: u64,
    /// Weight of the bad rows.
    pub(in crate::fitting) bads: f64,
    /// By strictly ascending value.
    pub(in crate::fitting) by_value: Vec<Cell>,
    /// Number of good rows.
    pub(in crate::fitting) good_rows: u64,
    /// Weight of the good rows.
    pub(in crate::fitting) goods: f64,
    /// Whether the caller gave weights.
    pub(in crate::fitting) weighted: bool,
}

impl Cells {
    /// Returns the cells of rows with finite values; `bad` is 0 or 1, weights are above 0, and without them each row
    /// weighs 1. Rows of a value are added in their order, so the bits do not depend on the machine.
    ///
    /// Error `frame.shape` where the slices differ in length.
    #[expect(
        clippy::indexing_slicing,
        reason = "an order holds the rows of the values, and all slices are as long"
    )]
    pub(in crate::fitting) fn of(values: &[f64], bad: &[u8], weight: Option<&[f64]>) -> Result<Self> {
        if bad.len() != values.len() || weight.is_some_and(|weight| weight.len() != values.len()) {
            let message = format!("outcomes and weights must have one entry a row, `{}`", values.len());
            return Err(Error::new(Cause::FrameShape, message));
        }
        let mut cells: Vec<Cell> = Vec::new();
        let (mut bad_rows, mut good_rows) = (0, 0);
        for (_, row) in order(values) {
            let weight = weight.map_or(1.0, |weight| weight[row]);
            // Minus zero is the same value as zero.
            let value = values[row] + 0.0;
            if cells.last().is_none_or(|last| last.value < value) {
                cells.push(Cell { value, ..Cell::default() });
            }
            let Some(cell) = cells.last_mut() else { continue };
            if bad[row] == 0 {
                cell.goods += weight;
                cell.goods_squared += weight * weight;
                good_rows += 1;
            } else {
                cell.bads += weight;
                cell.bads_squared += weight * weight;
                bad_rows += 1;
            }
        }
        let goods = total(&cells, |cell| cell.goods);
        let bads = total(&cells, |cell| cell.bads);
        Ok(Self { bad_rows, bads, by_value: cells, good_rows, goods, weighted: weight.is_some() })
    }

    /// Returns the weight of all rows.
    pub(in crate::fitting) fn size(&self) -> f64 {
        self.goods + self.bads
    }

    /// Returns whether both outcomes occur.
    pub(in crate::fitting) fn has_both(&self) -> bool {
        self.bad_rows > 0 && self.good_rows > 0
    }

    /// Returns the cells with another value each; `map` rises strictly.
    pub(in crate::fitting) fn map(&self, map: impl Fn(f64) -> f64) -> Vec<Cell> {
        self.by_value.iter().map(|cell| Cell { value: map(cell.value), ..*cell }).collect()
    }

    /// Returns the ranges of cells of up to `wanted` groups of about equal weight by ascending value. A value stays in
    /// one group: the one in which the middle of its rows falls, group j of g for ranks of j/g up to (j + 1)/g of the
    /// weight. Empty groups are left out.
    pub(in crate::fitting) fn groups(&self, wanted: usize) -> Vec<&[Cell]> {
        let (size, wanted) = (self.size(), count(wanted));
        let (mut groups, mut start, mut group_end, mut below) = (Vec::new(), 0, 1.0, 0.0);
        for (index, cell) in self.by_value.iter().enumerate() {
            let middle = (below + cell.size() / 2.0) * wanted;
            below += cell.size();
            let begins = start;
            while middle >= group_end * size && group_end < wanted {
                start = index;
                group_end += 1.0;
            }
            groups.push(begins..start);
        }
        groups.push(start..self.by_value.len());
        groups
            .into_iter()
            .filter_map(|range| self.by_value.get(range))
            .filter(|cells| !cells.is_empty())
            .collect()
    }
}

/// Returns the compensated sum of one figure of the cells.
pub(in crate::fitting) fn total(cells: &[Cell], figure: impl Fn(&Cell) -> f64) -> f64 {
    let mut sum = Sum::default();
    for cell in cells {
        sum.add(figure(cell));
    }
    sum.value()
}

/// Returns key and row of every value, by ascending value and then by row.
pub(in crate::fitting) fn order(values: &[f64]) -> Vec<(u64, usize)> {
    let mut keyed: Vec<(u64, usize)> =
        values.iter().enumerate().map(|(row, value)| (sort_key(*value), row)).collect();
    keyed.sort_unstable();
    keyed
}

/// Returns an integer that ascends with the number; zero and minus zero share it.
fn sort_key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Cells, order};
    use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

    #[test]
    fn rows_of_one_value_are_one_cell() {
        let cells =
            Cells::of(&[2.0, -1.0, 0.0, -0.0, 2.0], &[1, 0, 1, 0, 1], Some(&[1.0, 2.0, 3.0, 4.0, 5.0]))
                .unwrap();
        let seen: Vec<(f64, f64, f64)> =
            cells.by_value.iter().map(|cell| (cell.value, cell.goods, cell.bads)).collect();
        assert_eq!(seen, [(-1.0, 2.0, 0.0), (0.0, 4.0, 3.0), (2.0, 0.0, 6.0)]);
        assert_eq!((cells.bad_rows, cells.good_rows), (3, 2));
        assert!((cells.bads - 9.0).abs() < 1e-15 && (cells.goods - 6.0).abs() < 1e-15);
        assert!((cells.by_value[2].bads_squared - 26.0).abs() < 1e-15);
    }

    #[test]
    fn groups_are_deciles_where_no_value_repeats_and_keep_ties_together() {
        let values: Vec<f64> = (0..20).map(f64::from).collect();
        let sizes =
            |cells: &Cells| -> Vec<usize> { cells.groups(10).iter().map(|group| group.len()).collect() };
        assert_eq!(sizes(&Cells::of(&values, &[0; 20], None).unwrap()), [2; 10]);
        // 12 of 20 rows share a value: their middle lies at 40 %, so they are group 4 of 0..=9.
        let mut tied = values.clone();
        for value in tied.iter_mut().take(14).skip(2) {
            *value = 5.0;
        }
        assert_eq!(sizes(&Cells::of(&tied, &[0; 20], None).unwrap()), [2, 1, 2, 2, 2]);
        assert_eq!(Cells::of(&[1.0; 5], &[0; 5], None).unwrap().groups(10).len(), 1);
        assert!(Cells::of(&[], &[], None).unwrap().groups(10).is_empty());
    }

    #[test]
    fn a_missing_outcome_or_weight_is_an_error() {
        let shape =
            |bad: &[u8], weight: Option<&[f64]>| Cells::of(&[1.0, 2.0], bad, weight).map_err(|it| it.cause);
        assert_eq!(shape(&[1], None).unwrap_err(), Cause::FrameShape);
        assert_eq!(shape(&[1, 0, 0], None).unwrap_err(), Cause::FrameShape);
        assert_eq!(shape(&[1, 0], Some(&[1.0])).unwrap_err(), Cause::FrameShape);
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_numbers(values in prop::collection::vec(-1e300_f64..1e300, 0..60)) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let got: Vec<f64> = order(&values).iter().map(|(_, row)| values[*row]).collect();
            prop_assert_eq!(got, sorted);
        }

        #[test]
        fn groups_partition_the_cells(
            rows in prop::collection::vec((0_u8..30, 0.1_f64..9.0), 1..80), wanted in 1_usize..15,
        ) {
            let values: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let weights: Vec<f64> = rows.iter().map(|row| row.1).collect();
            let cells = Cells::of(&values, &vec![1; rows.len()], Some(&weights)).unwrap();
            let groups = cells.groups(wanted);
            prop_assert!(groups.len() <= wanted);
            prop_assert_eq!(groups.concat(), cells.by_value);
        }
    }
}
