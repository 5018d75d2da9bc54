//! The effect of rounding to integers, on the development rows and at the worst.

use super::ScaledPoints;
use crate::error::{Cause, Error, Result};
use crate::numeric::Sum;
use crate::parallel;
use serde::Serialize;

/// Rows of one job: sums run by block and then over the blocks, so they are the same on any number of threads.
const BLOCK: usize = 8192;
/// An exact score that close below a cut-off is at it: the rounding of its sum, in points.
const NOISE: f64 = 1e-9;

/// The rows that a card was developed on.
#[derive(Clone, Copy, Debug)]
pub struct DevelopmentRows<'a> {
    /// Slot of every row, by characteristic.
    pub slots: &'a [&'a [u16]],
    /// Weights, above 0; `None`: 1 each.
    pub weight: Option<&'a [f64]>,
    /// Number of rows.
    pub rows: usize,
}

/// The effect of rounding to integers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoundingReport {
    /// Share of the rows, 0..=1, whose exact score and total lie on different sides of a cut-off; null without
    /// cut-offs.
    pub decisions_changed: Option<f64>,
    /// Greatest error of any total that the card can give, in points, at least 0.
    pub error_max: f64,
    /// Root of the mean squared error of the totals of the rows, in points.
    pub error_rms: f64,
    /// Greatest total.
    pub points_max: i64,
    /// Least total.
    pub points_min: i64,
    /// Neighbouring slots of a characteristic whose WoEs differ and whose points are the same.
    pub ties: u64,
}

/// Sums of one block.
#[derive(Clone, Copy, Default)]
struct Part {
    weight: f64,
    squares: f64,
    changed: f64,
}

impl ScaledPoints {
    /// Returns the effect of rounding; `cutoffs` are the totals at which a decision changes.
    ///
    /// Error `frame.shape` where a column has another length than the rows, or a slot has no points.
    ///
    /// ```
    /// # use core::f64::consts::LN_2;
    /// # use kapix_core::fitting::{DevelopmentRows, PointsModel, ScalingSettings, scale};
    /// # let model = PointsModel {
    /// #     intercept: -4_f64.ln(),
    /// #     coefficients: &[-1.0],
    /// #     woe: &[vec![0.0, LN_2, -LN_2]],
    /// #     population: &[vec![5.0, 3.0, 2.0]],
    /// # };
    /// # let (odds0, pdo, points0) = (Some(1.0), Some(10.0), Some(100.0));
    /// # let settings = ScalingSettings { odds0, pdo, points0, ..ScalingSettings::default() };
    /// // Totals of 120, 130 and 110 points, without rounding.
    /// let scaled = scale(&model, &settings)?;
    /// let rows = DevelopmentRows { slots: &[&[0, 1, 2, 0]], weight: None, rows: 4 };
    /// let report = scaled.report(&rows, &[120], 1)?;
    /// assert_eq!((report.points_min, report.points_max), (110, 130));
    /// assert_eq!((report.decisions_changed, report.ties), (Some(0.0), 0));
    /// assert!(report.error_max < 1e-9);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn report(
        &self,
        rows: &DevelopmentRows<'_>,
        cutoffs: &[i32],
        threads: usize,
    ) -> Result<RoundingReport> {
        self.check(rows)?;
        let mut parts = vec![Part::default(); rows.rows.div_ceil(BLOCK)];
        parallel::run(parts.iter_mut(), threads, |number, part| {
            *part = self.block(rows, cutoffs, number * BLOCK);
            Ok(())
        })?;
        let total = |value: fn(&Part) -> f64| crate::numeric::sum(parts.iter().map(value));
        let weight = total(|part| part.weight);
        let share = |sum: f64| if weight > 0.0 { sum / weight } else { 0.0 };
        let worst = |pick: fn(f64, f64) -> f64| {
            let mut sum = Sum::default();
            sum.add(self.base_error);
            self.errors
                .iter()
                .filter_map(|own| own.iter().copied().reduce(pick))
                .for_each(|error| sum.add(error));
            sum.value()
        };
        let extreme = |pick: fn(i64, i64) -> i64| -> i64 {
            let own = self.points.iter().filter_map(|own| own.iter().copied().map(i64::from).reduce(pick));
            own.sum::<i64>() + i64::from(self.base_points)
        };
        Ok(RoundingReport {
            decisions_changed: (!cutoffs.is_empty()).then(|| share(total(|part| part.changed))),
            error_max: worst(f64::max).abs().max(worst(f64::min).abs()),
            error_rms: crate::numeric::sqrt(share(total(|part| part.squares))),
            points_max: extreme(i64::max),
            points_min: extreme(i64::min),
            ties: self.ties,
        })
    }

    fn check(&self, rows: &DevelopmentRows<'_>) -> Result<()> {
        let mut lengths = rows.slots.iter().map(|slots| slots.len()).chain(rows.weight.map(<[f64]>::len));
        let covers = |(slots, points): (&&[u16], &Vec<i32>)| {
            slots.iter().max().is_none_or(|highest| usize::from(*highest) < points.len())
        };
        let fits = rows.slots.len() == self.points.len() && lengths.all(|length| length == rows.rows);
        if rows.rows == 0 || fits && rows.slots.iter().zip(&self.points).all(covers) {
            return Ok(());
        }
        Err(Error::new(Cause::FrameShape, "each row needs a slot of every characteristic, with points"))
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "blocks start within the rows, every column has that length, and every slot has points and an error"
    )]
    fn block(&self, rows: &DevelopmentRows<'_>, cutoffs: &[i32], start: usize) -> Part {
        let size = BLOCK.min(rows.rows.saturating_sub(start));
        let mut errors = vec![self.base_error; size];
        let mut totals = vec![i64::from(self.base_points); size];
        for (slots, (points, own)) in rows.slots.iter().zip(self.points.iter().zip(&self.errors)) {
            for ((error, total), slot) in errors.iter_mut().zip(&mut totals).zip(&slots[start..]) {
                let slot = usize::from(*slot);
                *error += own[slot];
                *total += i64::from(points[slot]);
            }
        }
        let mut part = Part::default();
        for (row, (error, total)) in errors.iter().zip(&totals).enumerate() {
            let weight = rows.weight.map_or(1.0, |weight| weight[start + row]);
            // Totals stay below 2^53: at most 1,000,000 points in each of at most 65,536 characteristics.
            #[expect(clippy::cast_precision_loss, reason = "totals are far below 2^53")]
            let exact = *total as f64 - error;
            let passes = |cutoff: i32| exact >= f64::from(cutoff) - NOISE;
            let changed = cutoffs.iter().any(|cutoff| passes(*cutoff) != (*total >= i64::from(*cutoff)));
            part.weight += weight;
            part.squares += weight * error * error;
            part.changed += if changed { weight } else { 0.0 };
        }
        part
    }
}
