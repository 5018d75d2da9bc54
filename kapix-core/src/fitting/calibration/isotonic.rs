//! Isotonic regression of the outcome on the log-odds.

use super::cells::Cell;
use super::curve::{IsotonicCurve, Knot};

/// Neighbouring cells with one rate.
#[derive(Clone, Copy, Debug)]
struct Block {
    bads: f64,
    goods: f64,
    /// Sum of weight x value.
    moment: f64,
}

impl Block {
    fn of(cell: &Cell) -> Self {
        Self { bads: cell.bads, goods: cell.goods, moment: cell.size() * cell.value }
    }

    fn size(&self) -> f64 {
        self.goods + self.bads
    }

    fn joined(&self, other: &Self) -> Self {
        Self {
            bads: self.bads + other.bads,
            goods: self.goods + other.goods,
            moment: self.moment + other.moment,
        }
    }

    /// Returns whether the rate is at least that of the block on the right, so that the two are one block.
    fn pools_with(&self, right: &Self) -> bool {
        self.bads * right.size() >= right.bads * self.size()
    }

    /// Returns the mean of the outcomes; a block without goods or without bads gets 1/2 in both counts, so that no PD is
    /// 0 or 1: J. B. S. Haldane 1956, F. J. Anscombe 1956, as for empty cells of a bin.
    fn pd(&self) -> f64 {
        let is_empty = self.bads <= 0.0 || self.goods <= 0.0;
        if is_empty { (self.bads + 0.5) / (self.size() + 1.0) } else { self.bads / self.size() }
    }

    fn knot(&self) -> Knot {
        Knot { log_odds: self.moment / self.size(), pd: self.pd() }
    }
}

/// Returns the curve through the block centres of the isotonic least-squares fit, or `None` of fewer than two blocks:
/// then the rate does not rise with the log-odds.
///
/// The blocks are those of the pool-adjacent-violators algorithm, weighted, blocks of equal rate joined: R. E. Barlow,
/// D. J. Bartholomew, J. M. Bremner, H. D. Brunk, Statistical Inference under Order Restrictions, 1972, section 1.2.
/// Only the first block can be without bads and only the last without goods; where the half counts of such a block
/// bring it out of order it joins its neighbour. The knot of a block is its mean log-odds and its PD.
pub(super) fn fit(cells: &[Cell]) -> Option<IsotonicCurve> {
    let mut blocks = pool(cells);
    if let [first, second, ..] = blocks.as_slice()
        && first.pd() >= second.pd()
    {
        let joined = first.joined(second);
        blocks.splice(..2, [joined]);
    }
    if let [.., second, last] = blocks.as_slice()
        && second.pd() >= last.pd()
    {
        let joined = second.joined(last);
        blocks.truncate(blocks.len() - 2);
        blocks.push(joined);
    }
    let knots: Vec<Knot> = blocks.iter().map(Block::knot).collect();
    (knots.len() >= 2).then_some(IsotonicCurve { knots })
}

/// Returns the blocks, whose rates ascend strictly.
fn pool(cells: &[Cell]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for cell in cells {
        let mut block = Block::of(cell);
        while let Some(left) = blocks.pop_if(|left| left.pools_with(&block)) {
            block = left.joined(&block);
        }
        blocks.push(block);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::{fit, pool};
    use crate::fitting::calibration::cells::Cells;
    use proptest::prelude::{prop, prop_assert, proptest};

    /// The fitted rate of every cell by the max-min formula, Barlow et al. 1972, equation 1.9: the greatest over starts
    /// of the least over ends of the mean between.
    fn by_max_min(cells: &Cells) -> Vec<f64> {
        let list = &cells.by_value;
        let mean = |from: usize, to: usize| {
            let (mut bads, mut size) = (0.0, 0.0);
            for cell in &list[from..=to] {
                bads += cell.bads;
                size += cell.goods + cell.bads;
            }
            bads / size
        };
        let at = |index: usize| {
            let least =
                |from: usize| (index..list.len()).map(|to| mean(from, to)).fold(f64::INFINITY, f64::min);
            (0..=index).map(least).fold(0.0, f64::max)
        };
        (0..list.len()).map(at).collect()
    }

    proptest! {
        #[test]
        fn blocks_are_those_of_the_max_min_formula(
            rows in prop::collection::vec((0_u8..12, 0_u8..2, 0.2_f64..4.0), 1..40),
        ) {
            let values: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let bad: Vec<u8> = rows.iter().map(|row| row.1).collect();
            let weight: Vec<f64> = rows.iter().map(|row| row.2).collect();
            let cells = Cells::of(&values, &bad, Some(&weight)).unwrap();
            let want = by_max_min(&cells);
            let mut got = Vec::new();
            let mut index = 0;
            for block in pool(&cells.by_value) {
                let mut left = block.size();
                while left > 1e-9 {
                    left -= cells.by_value[index].size();
                    index += 1;
                    got.push(block.bads / block.size());
                }
            }
            prop_assert!(got.len() == want.len());
            // 1e-12: sums of up to 40 weights in another order.
            prop_assert!(got.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-12), "{got:?} {want:?}");
        }

        #[test]
        fn knots_are_a_sound_curve_and_keep_the_mean_but_for_the_ends(
            rows in prop::collection::vec((0_u8..12, 0_u8..2, 0.2_f64..4.0), 1..60),
        ) {
            let values: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let bad: Vec<u8> = rows.iter().map(|row| row.1).collect();
            let weight: Vec<f64> = rows.iter().map(|row| row.2).collect();
            if let Some(curve) = fit(&Cells::of(&values, &bad, Some(&weight)).unwrap().by_value) {
                prop_assert!(super::super::curve::CalibrationCurve::Isotonic(curve).fault().is_none());
            }
        }
    }

    /// scikit-learn 1.9.1, IsotonicRegression().fit(range(10), [0,0,1,0,0,1,1,0,1,1]).predict: 0, 0, 1/3 x 3, 2/3 x 3,
    /// 1, 1; the ends are the half counts of two rows each, 1/6 and 5/6.
    #[test]
    fn knots_are_block_centres_and_ends_have_half_counts() {
        let values: Vec<f64> = (0..10).map(f64::from).collect();
        let cells = Cells::of(&values, &[0, 0, 1, 0, 0, 1, 1, 0, 1, 1], None).unwrap();
        let curve = fit(&cells.by_value).unwrap();
        let want = [(0.5, 1.0 / 6.0), (3.0, 1.0 / 3.0), (6.0, 2.0 / 3.0), (8.5, 5.0 / 6.0)];
        assert_eq!(curve.knots.len(), want.len());
        for (knot, (log_odds, pd)) in curve.knots.iter().zip(want) {
            assert!((knot.log_odds - log_odds).abs() < 1e-15 && (knot.pd - pd).abs() < 1e-15);
        }
    }

    #[test]
    fn a_rate_that_falls_is_one_block_and_no_curve() {
        let cells = Cells::of(&[0.0, 1.0, 2.0], &[1, 0, 0], None).unwrap();
        assert_eq!(pool(&cells.by_value).len(), 1);
        assert!(fit(&cells.by_value).is_none());
        // One good row, then 1 bad of 5: 1/2 of 2 is above 1/5, so the two join.
        let joined = fit(&Cells::of(&[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0], &[0, 1, 0, 0, 0, 0, 1], None)
            .unwrap()
            .by_value);
        let knots = joined.unwrap().knots;
        assert!((knots[0].pd - 1.0 / 6.0).abs() < 1e-15 && (knots[1].pd - 0.75).abs() < 1e-15);
    }
}
