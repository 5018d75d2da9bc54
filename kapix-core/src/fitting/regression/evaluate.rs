//! The log-likelihood with its gradient and information: one pass over the rows.
#![expect(
    clippy::indexing_slicing,
    reason = "`Prepared` proves the lengths of all columns and slots; tiles and panels are sized here"
)]

use super::design::{Column, Prepared, Standardised};
use crate::error::Result;
use crate::fitting::Run;
use crate::numeric::{Sum, exp, ln_1p};
use crate::parallel;
use core::ops::Range;
use ndarray::Array2;

/// Rows whose columns are laid out together: two panels of 8 KiB fit the first-level cache.
const BLOCK: usize = 256;

/// Chunks of a pass: many for the threads to share, few enough that their partial sums stay small.
const CHUNKS_MAX: usize = 64;

/// Columns of a panel: four by four sums are the registers that every platform has.
const PANEL: usize = 4;

/// What a pass is to read.
#[derive(Clone, Copy)]
pub(super) struct Pass<'p, 'a> {
    pub(super) data: &'p Prepared<'a>,
    /// The columns of the model.
    pub(super) kept: &'p [usize],
    pub(super) run: &'p Run<'p>,
}

/// The sums of a pass, in the standardised columns with the intercept first.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pub(super) log_likelihood: f64,
    /// Of the log-likelihood by the coefficients.
    pub(super) gradient: Vec<f64>,
    /// X'WX, W = weight p(1 - p), if asked for.
    pub(super) information: Option<Array2<f64>>,
}

impl Pass<'_, '_> {
    /// Returns the sums at the coefficients `theta`, intercept first.
    pub(super) fn evaluate(&self, theta: &[f64], want_information: bool) -> Result<Sums> {
        let chunks = self.chunks();
        let mut parts: Vec<Option<Partial>> = vec![None; chunks.len()];
        parallel::run(parts.iter_mut().zip(&chunks), self.threads(), |_, (place, chunk)| {
            (self.run.check)()?;
            *place = Some(self.chunk(chunk, theta, want_information));
            Ok(())
        })?;
        let mut parts = parts.into_iter().flatten();
        let mut total = parts.next().unwrap_or_else(|| Partial::new(theta.len(), want_information));
        let mut log_likelihood = Sum::default();
        log_likelihood.add(total.log_likelihood);
        for part in parts {
            log_likelihood.add(part.log_likelihood);
            add(&mut total.gradient, &part.gradient);
            add(total.tiles.as_flattened_mut(), part.tiles.as_flattened());
        }
        let information = want_information.then(|| unpack(&total.tiles, theta.len()));
        Ok(Sums { log_likelihood: log_likelihood.value(), gradient: total.gradient, information })
    }

    /// Returns the least and the greatest of (2 bad - 1) x'd over the rows, the margins of a direction.
    pub(super) fn margins(&self, direction: &[f64]) -> Result<[f64; 2]> {
        let chunks = self.chunks();
        let mut parts = vec![[f64::INFINITY, f64::NEG_INFINITY]; chunks.len()];
        parallel::run(parts.iter_mut().zip(&chunks), self.threads(), |_, (place, chunk)| {
            (self.run.check)()?;
            for rows in blocks(chunk) {
                let mut x = vec![0.0; rows.len()];
                self.linear_predictor(&rows, direction, &mut x);
                for (x, &bad) in x.iter().zip(&self.data.bad[rows]) {
                    let margin = if bad == 1 { *x } else { -*x };
                    *place = [place[0].min(margin), place[1].max(margin)];
                }
            }
            Ok(())
        })?;
        Ok(parts
            .iter()
            .fold([f64::INFINITY, f64::NEG_INFINITY], |all, part| [all[0].min(part[0]), all[1].max(part[1])]))
    }

    /// Returns the threads worth starting: below some ten thousand values a pass is shorter than a start.
    fn threads(&self) -> usize {
        if self.data.rows() * (self.kept.len() + 4) < 100_000 { 1 } else { self.run.threads }
    }

    /// Returns the chunks of rows, whole blocks but the last, by the number of rows alone.
    fn chunks(&self) -> Vec<Range<usize>> {
        let rows = self.data.rows();
        let size = rows.div_ceil(CHUNKS_MAX).next_multiple_of(BLOCK).max(4 * BLOCK);
        (0..rows).step_by(size).map(|start| start..(start + size).min(rows)).collect()
    }

    fn chunk(&self, chunk: &Range<usize>, theta: &[f64], want_information: bool) -> Partial {
        let mut partial = Partial::new(theta.len(), want_information);
        let mut panels = if want_information { Panels::new(theta.len()) } else { Panels::new(0) };
        let mut rest = vec![0.0; BLOCK];
        let mut curvature = vec![0.0; BLOCK];
        for rows in blocks(chunk) {
            let size = rows.len();
            let (rest, curvature) = (&mut rest[..size], &mut curvature[..size]);
            rest.fill(0.0);
            if let Some(offset) = &self.data.offset {
                rest.copy_from_slice(&offset[rows.clone()]);
            }
            self.linear_predictor(&rows, theta, rest);
            partial.log_likelihood += self.outcomes(&rows, rest, curvature);
            partial.gradient[0] += lanes(rest.iter().copied());
            for (place, &at) in partial.gradient[1..].iter_mut().zip(self.kept) {
                *place += self.data.columns[at].times(&rows, rest);
            }
            if want_information {
                panels.fill(self, &rows, curvature);
                panels.accumulate(&mut partial.tiles);
            }
        }
        partial
    }

    /// Adds x'theta of the rows to `eta`.
    fn linear_predictor(&self, rows: &Range<usize>, theta: &[f64], eta: &mut [f64]) {
        let mut table = Vec::new();
        for (&at, &slope) in self.kept.iter().zip(&theta[1..]) {
            let column = &self.data.columns[at];
            match &column.values {
                Standardised::Dense(x) => {
                    let slope = slope / column.scale;
                    for (eta, x) in eta.iter_mut().zip(&x[rows.clone()]) {
                        *eta += (x - column.mean) * slope;
                    }
                }
                Standardised::Coded { slots, table: z } => {
                    table.clear();
                    table.extend(z.iter().map(|z| z * slope));
                    for (eta, &slot) in eta.iter_mut().zip(&slots[rows.clone()]) {
                        *eta += table[usize::from(slot)];
                    }
                }
            }
        }
        for eta in eta {
            *eta += theta[0];
        }
    }

    /// Turns the linear predictors into weight (bad - p), writes weight p(1 - p) and returns the log-likelihood.
    fn outcomes(&self, rows: &Range<usize>, eta: &mut [f64], curvature: &mut [f64]) -> f64 {
        let weights = self.data.weight.as_ref().map(|weight| &weight[rows.clone()]);
        let mut log_likelihood = 0.0;
        let places = eta.iter_mut().zip(curvature).zip(&self.data.bad[rows.clone()]);
        for (row, ((eta, curvature), &bad)) in places.enumerate() {
            let x = *eta;
            let weight = weights.map_or(1.0, |weights| weights[row]);
            // e = exp(-abs(x)) never overflows; the smaller of p and 1 - p is e/(1 + e), without cancellation.
            let e = exp(-x.abs());
            let (larger, smaller) = (1.0 / (1.0 + e), e / (1.0 + e));
            let (bad_share, good_share) = if x < 0.0 { (smaller, larger) } else { (larger, smaller) };
            let against = if bad == 1 { (-x).max(0.0) } else { x.max(0.0) };
            log_likelihood -= weight * (against + ln_1p(e));
            *eta = weight * if bad == 1 { good_share } else { -bad_share };
            *curvature = weight * larger * smaller;
        }
        log_likelihood
    }
}

impl Column<'_> {
    /// Returns the sum of z times `factor` over the rows, in four lanes.
    fn times(&self, rows: &Range<usize>, factor: &[f64]) -> f64 {
        match &self.values {
            Standardised::Dense(x) => {
                let x = &x[rows.clone()];
                lanes(x.iter().zip(factor).map(|(x, factor)| (x - self.mean) * factor)) / self.scale
            }
            Standardised::Coded { slots, table } => {
                let slots = &slots[rows.clone()];
                lanes(slots.iter().zip(factor).map(|(&slot, factor)| table[usize::from(slot)] * factor))
            }
        }
    }

    /// Writes the z of the rows to every fourth place from `first` on.
    fn spread(&self, rows: &Range<usize>, panel: &mut [[f64; PANEL]], lane: usize) {
        match &self.values {
            Standardised::Dense(x) => {
                for (place, x) in panel.iter_mut().zip(&x[rows.clone()]) {
                    place[lane] = (x - self.mean) / self.scale;
                }
            }
            Standardised::Coded { slots, table } => {
                for (place, &slot) in panel.iter_mut().zip(&slots[rows.clone()]) {
                    place[lane] = table[usize::from(slot)];
                }
            }
        }
    }
}

/// The sums of one chunk.
#[derive(Clone)]
struct Partial {
    log_likelihood: f64,
    gradient: Vec<f64>,
    /// Four by four sums of the lower triangle of panels.
    tiles: Vec<[f64; PANEL * PANEL]>,
}

impl Partial {
    fn new(order: usize, want_information: bool) -> Self {
        let panels = if want_information { order.div_ceil(PANEL) } else { 0 };
        let tiles = vec![[0.0; PANEL * PANEL]; panels * (panels + 1) / 2];
        Self { log_likelihood: 0.0, gradient: vec![0.0; order], tiles }
    }
}

/// A block of rows laid out for products: four columns side by side, row after row.
struct Panels {
    order: usize,
    size: usize,
    plain: Vec<[f64; PANEL]>,
    weighted: Vec<[f64; PANEL]>,
}

impl Panels {
    fn new(order: usize) -> Self {
        let places = order.div_ceil(PANEL) * BLOCK;
        Self { order, size: 0, plain: vec![[0.0; PANEL]; places], weighted: vec![[0.0; PANEL]; places] }
    }

    /// Lays out the rows, and beside them the rows times `curvature`.
    fn fill(&mut self, pass: &Pass<'_, '_>, rows: &Range<usize>, curvature: &[f64]) {
        self.size = rows.len();
        for at in 0..self.order {
            let (first, lane) = (at / PANEL * BLOCK, at % PANEL);
            let panel = &mut self.plain[first..first + self.size];
            match at.checked_sub(1) {
                Some(column) => pass.data.columns[pass.kept[column]].spread(rows, panel, lane),
                None => panel.iter_mut().for_each(|place| place[lane] = 1.0),
            }
        }
        for (weighted, plain) in self.weighted.chunks_mut(BLOCK).zip(self.plain.chunks(BLOCK)) {
            for ((weighted, plain), &factor) in weighted.iter_mut().zip(plain).zip(curvature) {
                *weighted = plain.map(|z| z * factor);
            }
        }
    }

    /// Adds the products of the block: each sum runs over the rows in order.
    fn accumulate(&self, tiles: &mut [[f64; PANEL * PANEL]]) {
        let mut tiles = tiles.iter_mut();
        for (at, left) in self.weighted.chunks(BLOCK).enumerate() {
            for (right, tile) in self.plain.chunks(BLOCK).take(at + 1).zip(&mut tiles) {
                add(tile, product(&left[..self.size], &right[..self.size]).as_flattened());
            }
        }
    }
}

/// Returns the sums of left[i] right[j] over the rows.
fn product(left: &[[f64; PANEL]], right: &[[f64; PANEL]]) -> [[f64; PANEL]; PANEL] {
    let mut sums = [[0.0; PANEL]; PANEL];
    for (left, right) in left.iter().zip(right) {
        for (sums, left) in sums.iter_mut().zip(left) {
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum += left * right;
            }
        }
    }
    sums
}

/// Returns the symmetric matrix of the tiles.
fn unpack(tiles: &[[f64; PANEL * PANEL]], order: usize) -> Array2<f64> {
    let at = |(row, col): (usize, usize)| {
        let (row, col) = (row.max(col), row.min(col));
        let (i, j) = (row / PANEL, col / PANEL);
        tiles[i * (i + 1) / 2 + j][row % PANEL * PANEL + col % PANEL]
    };
    Array2::from_shape_fn((order, order), at)
}

fn add(total: &mut [f64], part: &[f64]) {
    for (total, part) in total.iter_mut().zip(part) {
        *total += part;
    }
}

/// Returns the sum in four lanes: terms 0, 4, 8, ... together, then the lanes in order.
fn lanes(terms: impl ExactSizeIterator<Item = f64>) -> f64 {
    let mut sums = [0.0; 4];
    for (at, term) in terms.enumerate() {
        sums[at % 4] += term;
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

fn blocks(chunk: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = chunk.end;
    chunk.clone().step_by(BLOCK).map(move |start| start..(start + BLOCK).min(end))
}
