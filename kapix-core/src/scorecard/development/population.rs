//! A card's points on the rows that it was developed on: the weights of its bins, mean and covariance of its points, and
//! the mean points at the cut-off.
//!
//! Without weights every sum is one of integers and exact. With weights sums run in an order that only the number of
//! rows decides, so the bytes are the same on any number of threads.

use super::super::body::{BinCounts, CharacteristicBody, CharacteristicCounts};
use crate::error::{Cause, Error, Result};
use crate::numeric::{Sum, sum};
use crate::parallel;

/// Rows from which means at the cut-off are taken at least (ARCHITECTURE.md, reasons).
const AT_CUTOFF_ROWS_MIN: usize = 100;
/// Jobs of the covariance: each holds a matrix of its own.
const COVARIANCE_JOBS: usize = 16;
/// Rows of one batch of points: 100 characteristics stay in a cache of 1 MiB.
const BLOCK: usize = 1024;
/// Products that are summed side by side, in four sums.
const LANES: usize = 4;

/// The rows that a card was developed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DevelopmentSample<'a> {
    /// 1 is bad, 0 is good.
    pub(crate) bad: &'a [u8],
    /// Slot of every row, by characteristic: attributes, special values, missing, unseen.
    pub(crate) slots: &'a [&'a [u16]],
    /// Weights, finite and above 0; `None`: 1 each.
    pub(crate) weight: Option<&'a [f64]>,
}

/// The points of a card, slot by slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlotPoints<'a> {
    /// Least total that is approved, where the card has cut-offs.
    pub(crate) approve: Option<i32>,
    /// Points of every applicant.
    pub(crate) base_points: i32,
    /// Points that double the odds, above 0.
    pub(crate) pdo: f64,
    /// Points of every slot, by characteristic.
    pub(crate) points: &'a [Vec<i32>],
}

/// The points of a card on its development rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Population {
    /// Weight of bad rows.
    pub(crate) bads: f64,
    /// Weights of the rows of every slot, by characteristic.
    pub(crate) counts: Vec<Vec<BinCounts>>,
    /// Weight of good rows.
    pub(crate) goods: f64,
    /// Mean points by characteristic.
    pub(crate) mean_points: Vec<f64>,
    /// Mean points by characteristic of the rows with totals in `[approve, approve + pdo/2)`, widened by pdo/2 until 100
    /// rows; `None` without cut-offs or with fewer rows than that at or above the cut-off.
    pub(crate) means_at_cutoff: Option<Vec<f64>>,
    /// Covariance of the points between characteristics (divisor: the weight of all rows), row by row.
    pub(crate) points_covariance: Vec<Vec<f64>>,
    /// Total of every row.
    pub(crate) totals: Vec<i32>,
}

impl Population {
    /// Returns the card's points on the sample, the same on any number of threads.
    ///
    /// Error `frame.shape` where a column has another length than `bad`, a slot has no points, or there are no rows.
    pub(crate) fn measure(
        sample: &DevelopmentSample<'_>,
        card: &SlotPoints<'_>,
        threads: usize,
    ) -> Result<Self> {
        check(sample, card)?;
        let counts = counts(sample, card.points, threads)?;
        let weigh = |pick: fn(&BinCounts) -> f64| sum(counts.first().into_iter().flatten().map(pick));
        let (goods, bads) = (weigh(|bin| bin.goods), weigh(|bin| bin.bads));
        let means = counts.iter().zip(card.points).map(|(bins, points)| {
            let sums =
                bins.iter().zip(points).map(|(bin, points)| (bin.goods + bin.bads) * f64::from(*points));
            sum(sums) / (goods + bads)
        });
        let mean_points: Vec<f64> = means.collect();
        let totals = totals(sample, card, threads)?;
        Ok(Self {
            points_covariance: covariance(sample, card.points, (&mean_points, goods + bads), threads)?,
            means_at_cutoff: means_at_cutoff(sample, card, &totals, threads)?,
            goods,
            bads,
            counts,
            mean_points,
            totals,
        })
    }

    /// Returns the weights of the bins of a characteristic as its card states them.
    pub(crate) fn counts_of(
        &self,
        position: usize,
        characteristic: &CharacteristicBody,
    ) -> CharacteristicCounts {
        let bins = self.counts.get(position).map_or(&[][..], Vec::as_slice);
        let (attributes, rest) =
            bins.split_at_checked(characteristic.attributes.len()).unwrap_or((bins, &[]));
        let (special, rest) = rest.split_at_checked(characteristic.special.len()).unwrap_or((rest, &[]));
        CharacteristicCounts {
            attributes: attributes.to_vec(),
            missing: characteristic.missing.as_ref().and_then(|_| rest.first().copied()),
            special: special.to_vec(),
            unseen: characteristic.unseen.as_ref().and_then(|_| rest.get(1).copied()),
        }
    }
}

fn check(sample: &DevelopmentSample<'_>, card: &SlotPoints<'_>) -> Result<()> {
    let rows = sample.bad.len();
    let sizes = sample.slots.iter().map(|slots| slots.len()).chain(sample.weight.map(<[f64]>::len));
    let covered =
        sample.slots.iter().zip(card.points).all(|(slots, points)| {
            slots.iter().max().is_none_or(|highest| usize::from(*highest) < points.len())
        });
    let fits = rows > 0 && !sample.slots.is_empty() && sample.slots.len() == card.points.len();
    if fits && covered && sizes.into_iter().all(|size| size == rows) {
        Ok(())
    } else {
        Err(Error::new(
            Cause::FrameShape,
            "a development sample needs rows, and points for each of their slots",
        ))
    }
}

#[expect(clippy::indexing_slicing, reason = "`check` proves that each row has its weight")]
fn weight_of(sample: &DevelopmentSample<'_>, row: usize) -> f64 {
    sample.weight.map_or(1.0, |weight| weight[row])
}

/// Returns the weights of every slot; each characteristic is one job that runs over the rows in order.
#[expect(
    clippy::indexing_slicing,
    reason = "`check` proves that every column has a slot a row and every slot its points"
)]
fn counts(
    sample: &DevelopmentSample<'_>,
    points: &[Vec<i32>],
    threads: usize,
) -> Result<Vec<Vec<BinCounts>>> {
    let mut all: Vec<Vec<BinCounts>> =
        points.iter().map(|own| vec![BinCounts { bads: 0.0, goods: 0.0 }; own.len()]).collect();
    parallel::run(all.iter_mut().zip(sample.slots), threads, |_, (bins, slots)| {
        for (row, (slot, bad)) in slots.iter().zip(sample.bad).enumerate() {
            let bin = &mut bins[usize::from(*slot)];
            let side = if *bad == 0 { &mut bin.goods } else { &mut bin.bads };
            *side += weight_of(sample, row);
        }
        Ok(())
    })?;
    Ok(all)
}

#[expect(
    clippy::indexing_slicing,
    reason = "`check` proves that every column has a slot a row and every slot its points"
)]
fn totals(sample: &DevelopmentSample<'_>, card: &SlotPoints<'_>, threads: usize) -> Result<Vec<i32>> {
    let mut totals = vec![card.base_points; sample.bad.len()];
    parallel::run(totals.chunks_mut(16 * BLOCK), threads, |number, block| {
        for (slots, points) in sample.slots.iter().zip(card.points) {
            for (total, slot) in block.iter_mut().zip(&slots[number * 16 * BLOCK..]) {
                *total += points[usize::from(*slot)];
            }
        }
        Ok(())
    })?;
    Ok(totals)
}

#[expect(
    clippy::indexing_slicing,
    reason = "`check` proves that every column has a slot a row and every slot its points"
)]
fn means_at_cutoff(
    sample: &DevelopmentSample<'_>,
    card: &SlotPoints<'_>,
    totals: &[i32],
    threads: usize,
) -> Result<Option<Vec<f64>>> {
    let Some(approve) = card.approve else { return Ok(None) };
    let mut approved: Vec<i32> = totals.iter().copied().filter(|total| *total >= approve).collect();
    if approved.len() < AT_CUTOFF_ROWS_MIN {
        return Ok(None);
    }
    let (_, enough, _) = approved.select_nth_unstable(AT_CUTOFF_ROWS_MIN - 1);
    let step = card.pdo / 2.0;
    let above = f64::from(*enough) - f64::from(approve);
    // The first multiple of the step that lies above the total of the hundredth row.
    let width = ((above / step).floor() + 1.0) * step;
    let inside = |total: &i32| *total >= approve && f64::from(*total) - f64::from(approve) < width;
    let rows: Vec<usize> =
        totals.iter().enumerate().filter(|(_, total)| inside(total)).map(|(row, _)| row).collect();
    let weight = sum(rows.iter().map(|row| weight_of(sample, *row)));
    let mut means = vec![0.0; card.points.len()];
    let own = means.iter_mut().zip(sample.slots.iter().zip(card.points));
    parallel::run(own, threads, |_, (mean, (slots, points))| {
        let mut total = Sum::default();
        for row in &rows {
            total.add(weight_of(sample, *row) * f64::from(points[usize::from(slots[*row])]));
        }
        *mean = total.value() / weight;
        Ok(())
    })?;
    Ok(Some(means))
}

/// Returns E\[d_i d_j\] - E\[d_i\] E\[d_j\] of the points minus the integers next to their means, so that little
/// cancels.
#[expect(clippy::indexing_slicing, reason = "there is a mean, a row and a column for each characteristic")]
fn covariance(
    sample: &DevelopmentSample<'_>,
    points: &[Vec<i32>],
    (means, weight): (&[f64], f64),
    threads: usize,
) -> Result<Vec<Vec<f64>>> {
    let n = points.len();
    let centred: Vec<Vec<f64>> = points
        .iter()
        .zip(means)
        .map(|(own, mean)| own.iter().map(|points| f64::from(*points) - mean.round()).collect())
        .collect();
    let rows = sample.bad.len();
    let share = rows.div_ceil(COVARIANCE_JOBS).next_multiple_of(BLOCK);
    let mut parts: Vec<Vec<f64>> = vec![Vec::new(); rows.div_ceil(share)];
    parallel::run(parts.iter_mut(), threads, |number, part| {
        *part = vec![0.0; n * n];
        let mut block = Block::new(n);
        for start in (number * share..rows.min((number + 1) * share)).step_by(BLOCK) {
            block.fill(sample, &centred, start);
            block.add_products(part);
        }
        Ok(())
    })?;
    let product = |i: usize, j: usize| sum(parts.iter().map(|part| part[i * n + j]));
    let rest = |i: usize| means[i] - means[i].round();
    let mut matrix = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in i..n {
            let value = product(i, j) / weight - rest(i) * rest(j);
            // A constant characteristic may fall below 0 by rounding.
            let value = if i == j { value.max(0.0) } else { value };
            for (row, column) in [(i, j), (j, i)] {
                matrix[row][column] = value;
            }
        }
    }
    Ok(matrix)
}

/// The centred points of some rows, characteristic by characteristic; rows that are not there are 0.
struct Block {
    points: Vec<f64>,
    /// The same times the weight, or nothing.
    weighted: Vec<f64>,
}

impl Block {
    fn new(characteristics: usize) -> Self {
        Self { points: vec![0.0; characteristics * BLOCK], weighted: Vec::new() }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "`check` proves that every column has a slot a row and every slot its points"
    )]
    fn fill(&mut self, sample: &DevelopmentSample<'_>, centred: &[Vec<f64>], start: usize) {
        for (own, (points, slots)) in self.points.chunks_mut(BLOCK).zip(centred.iter().zip(sample.slots)) {
            own.fill(0.0);
            for (value, slot) in own.iter_mut().zip(&slots[start..]) {
                *value = points[usize::from(*slot)];
            }
        }
        if let Some(weight) = sample.weight {
            let weight = &weight[start..];
            self.weighted.clone_from(&self.points);
            for own in self.weighted.chunks_mut(BLOCK) {
                own.iter_mut().zip(weight).for_each(|(value, weight)| *value *= weight);
            }
        }
    }

    /// Adds the upper triangle of the products to a matrix, two characteristics by two.
    #[expect(clippy::indexing_slicing, reason = "row and column are below the order of the matrix")]
    fn add_products(&self, part: &mut [f64]) {
        let weighted = if self.weighted.is_empty() { &self.points } else { &self.weighted };
        let left: Vec<&[f64]> = self.points.chunks(BLOCK).collect();
        let right: Vec<&[f64]> = weighted.chunks(BLOCK).collect();
        let n = left.len();
        for (i, rows) in left.chunks(2).enumerate() {
            for (j, columns) in right.chunks(2).enumerate().skip(i) {
                for (place, sum) in products(rows, columns).into_iter().enumerate() {
                    let (row, column) = (2 * i + place / 2, 2 * j + place % 2);
                    if row < n && column < n {
                        part[row * n + column] += sum;
                    }
                }
            }
        }
    }
}

/// Returns the sums of products of at most two characteristics with at most two, row by row.
fn products(rows: &[&[f64]], columns: &[&[f64]]) -> [f64; 4] {
    let ((a, b), (c, d)) = (pair(rows), pair(columns));
    let mut sums = [[0.0; LANES]; 4];
    for ((a, b), (c, d)) in a.iter().zip(b).zip(c.iter().zip(d)) {
        for (sums, (left, right)) in sums.iter_mut().zip([(a, c), (a, d), (b, c), (b, d)]) {
            for (sum, (left, right)) in sums.iter_mut().zip(left.iter().zip(right)) {
                *sum += left * right;
            }
        }
    }
    sums.map(|lanes| lanes.iter().sum())
}

/// Returns one or two characteristics as two.
fn pair<'v>(own: &[&'v [f64]]) -> (&'v [[f64; LANES]], &'v [[f64; LANES]]) {
    match own {
        [first, second] => (as_lanes(first), as_lanes(second)),
        [only] => (as_lanes(only), as_lanes(only)),
        _ => (&[], &[]),
    }
}

fn as_lanes(values: &[f64]) -> &[[f64; LANES]] {
    values.as_chunks().0
}
