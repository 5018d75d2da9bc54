//! One characteristic over a column: numbers by vectors of eight, dictionary codes by a table.
//!
//! For each cut point a number adds the step in points where it reaches it, for each special value the difference where
//! it is that value, and for NaN the step to the points of a missing input: comparisons and additions only. Eight rows
//! that hold an infinity or a number out of range go one by one, as a single applicant does.
//!
//! `fearless_simd` compiles the same code for SSE2, SSE4.2, AVX2 and AVX-512 (NEON on ARM) and takes the widest that the
//! processor has. Columns that are f64 in order and have no bitmap are read where they lie; others become f64 in order
//! first, a block at a time, NaN where a row is missing.

use super::{LANES, Slot, Work, place, wrong_type};
use crate::domain::{Column, Frame, Kind, Values};
use crate::error::{Cause, Error, Result};
use crate::json::AMBIGUOUS_MIN;
use crate::scorecard::card::{Bins, Characteristic};
use crate::scorecard::score::Input;
use fearless_simd::{Level, Simd, dispatch, f64x8, prelude::*};
use ndarray::{ArrayView1, Axis, Slice};

/// What a boolean is as text, by its bit.
const BOOLEANS: [&str; 2] = ["false", "true"];

/// One characteristic and the column that feeds it.
pub(super) struct Reader<'f, 'a> {
    characteristic: &'f Characteristic,
    column: &'f Column<'a>,
    /// Points of the first attribute.
    first: f64,
    /// Each cut point with the step in points where a value reaches it.
    steps: Vec<(f64, f64)>,
    /// Each special number with its points minus those of the attribute that it lies in.
    special: Vec<(f64, f64)>,
    /// Points of a missing input minus those of the first attribute, where NaN falls as it reaches no cut point.
    missing: f64,
    /// Each dictionary code, after what stands for the negative ones.
    codes: Vec<Code>,
}

/// What a dictionary code means.
#[derive(Clone, Copy)]
struct Code {
    slot: Slot,
    /// The points, where they are all that the code does to a row.
    points: Option<f64>,
}

impl<'f, 'a> Reader<'f, 'a> {
    /// Errors: `frame.column_missing` and `frame.column_type`, at `/columns/NAME`.
    pub(super) fn new(characteristic: &'f Characteristic, frame: &'f Frame<'a>) -> Result<Self> {
        let name = &*characteristic.feature;
        let column = frame.column(name).ok_or_else(|| {
            Error::new(Cause::FrameColumnMissing, "the card needs this column").at(place(name))
        })?;
        let mut reader = Self {
            characteristic,
            column,
            first: 0.0,
            steps: Vec::new(),
            special: Vec::new(),
            missing: 0.0,
            codes: Vec::new(),
        };
        match (&characteristic.bins, column.kind()) {
            (Bins::Numeric { cuts, special }, Kind::Numbers) => reader.take_steps(cuts, special),
            (bins, Kind::Text) if reads_text(bins, characteristic, column) => match &column.values {
                Values::Dictionary { categories, .. } => reader.take_codes(categories),
                Values::Bool { .. } => reader.take_codes(&BOOLEANS),
                _ => {}
            },
            (Bins::Categorical { numbers, .. }, Kind::Numbers) if !numbers.is_empty() => {}
            // A column without any value says nothing of its type.
            _ if column.is_void() => reader.take_codes(&[]),
            (Bins::Numeric { .. }, _) => return Err(wrong_type(name, "numbers", column)),
            (Bins::Categorical { .. }, _) => return Err(wrong_type(name, "text by dictionary", column)),
        }
        Ok(reader)
    }

    fn take_steps(&mut self, cuts: &[f64], special: &[(f64, u16)]) {
        let characteristic = self.characteristic;
        let points = |slot: u16| f64::from(characteristic.points_of(slot));
        self.first = points(0);
        self.missing = characteristic.missing_slot.map_or(0.0, points) - self.first;
        let pairs = characteristic.points.windows(2).zip(cuts);
        self.steps = pairs
            .map(|(pair, cut)| match pair {
                [below, above] => (*cut, f64::from(*above) - f64::from(*below)),
                _ => (*cut, 0.0),
            })
            .collect();
        self.special = special
            .iter()
            .map(|(value, slot)| {
                let inside = cuts.iter().map(|cut| u16::from(value >= cut)).sum();
                (*value, points(*slot) - points(inside))
            })
            .collect();
    }

    fn take_codes(&mut self, categories: &[&str]) {
        let characteristic = self.characteristic;
        let missing = characteristic.slot(Input::Missing);
        let slots = categories.iter().map(|text| characteristic.slot_of_text(text));
        let points = |slot: Slot| {
            let slot =
                slot.ok().filter(|slot| !(characteristic.refers(*slot) || characteristic.is_missing(*slot)));
            slot.map(|slot| f64::from(characteristic.points_of(slot)))
        };
        self.codes =
            core::iter::once(missing).chain(slots).map(|slot| Code { slot, points: points(slot) }).collect();
    }

    /// Adds the points of the rows from `start` on; `numbers` has their length and is written to.
    pub(super) fn add(&self, level: Level, start: usize, numbers: &mut [f64], work: &mut Work) {
        match &self.column.values {
            Values::Float(_) | Values::Integer(_) | Values::Integer32(_) => {
                dispatch!(level, simd => self.add_column(simd, start, numbers, work));
            }
            Values::Dictionary { codes, .. } => {
                self.add_codes(&part(codes, start, numbers.len()), start, work);
            }
            _ => {
                for row in 0..numbers.len() {
                    work.put(row, self.characteristic, self.slot(start + row));
                }
            }
        }
    }

    #[expect(clippy::inline_always, reason = "only what is inlined is compiled for the level")]
    #[inline(always)]
    fn add_column<S: Simd>(&self, simd: S, start: usize, numbers: &mut [f64], work: &mut Work) {
        let lying = match (&self.column.values, &self.column.validity) {
            (Values::Float(values), None) => part(values, start, numbers.len()).to_slice(),
            _ => None,
        };
        let values = if let Some(values) = lying {
            values
        } else {
            // An integer beyond 2^53 rounds here; no cut point of a card lies between its neighbours.
            self.column.read_numbers(start, numbers);
            numbers
        };
        if matches!(self.characteristic.bins, Bins::Categorical { .. }) {
            return self.place(0, values, work);
        }
        if self.add_numbers(simd, values, work) || !self.characteristic.missing_special.is_empty() {
            self.mark_missing(values, work);
        }
    }

    /// Returns the ends of the numbers that are read by vectors: in range, and none that several integers share.
    fn plain(&self) -> (f64, f64) {
        let (low, high) = self.characteristic.range;
        let most = AMBIGUOUS_MIN - 1.0;
        (low.max(-most), high.min(most))
    }

    /// Marks the rows whose input is missing, but those that were placed one by one: they are marked.
    #[cold]
    fn mark_missing(&self, values: &[f64], work: &mut Work) {
        let (low, high) = self.plain();
        let is_outside = |value: &f64| *value < low || *value > high;
        for (index, eight) in values.as_chunks::<LANES>().0.iter().enumerate() {
            if eight.iter().any(is_outside) {
                continue;
            }
            for (row, value) in (index * LANES..).zip(eight) {
                if value.is_nan() || !self.characteristic.missing_special.is_empty() {
                    work.mark(row, self.characteristic, self.characteristic.slot_of_number(*value));
                }
            }
        }
    }

    /// Adds the points of numbers and returns whether one is NaN.
    #[expect(clippy::inline_always, reason = "only what is inlined is compiled for the level")]
    #[inline(always)]
    fn add_numbers<S: Simd>(&self, simd: S, values: &[f64], work: &mut Work) -> bool {
        let splat = |value| f64x8::splat(simd, value);
        let (low, high) = self.plain();
        let (low, high, first, missing) = (splat(low), splat(high), splat(self.first), splat(self.missing));
        let none = splat(0.0);
        let mut unknown = none;
        let (eights, rest) = values.as_chunks::<LANES>();
        for (index, eight) in eights.iter().enumerate() {
            let x = f64x8::from_slice(simd, eight);
            // NaN is neither below nor above; an infinity is above or below every range.
            let is_outside = (x.simd_lt(low) | x.simd_gt(high)).any_true();
            let Some(totals) = work.totals.get_mut(index).filter(|_| !is_outside) else {
                self.place(index * LANES, eight, work);
                continue;
            };
            let mut own = first;
            for (cut, step) in &self.steps {
                own += x.simd_ge(splat(*cut)).select(splat(*step), none);
            }
            for (value, step) in &self.special {
                own += x.simd_eq(splat(*value)).select(splat(*step), none);
            }
            own += x.is_nan().select(missing, none);
            // The sum of what is finite and NaN is NaN; that of 0 x a finite number stays 0.
            unknown += x * none;
            *totals = (f64x8::from_slice(simd, totals) + own).into();
        }
        self.place(eights.len() * LANES, rest, work);
        unknown.is_nan().any_true()
    }

    /// Adds the points of rows from `row` on, one by one.
    fn place(&self, row: usize, values: &[f64], work: &mut Work) {
        for (row, value) in (row..).zip(values) {
            work.put(row, self.characteristic, self.characteristic.slot_of_number(*value));
        }
    }

    fn add_codes(&self, codes: &ArrayView1<'_, i32>, start: usize, work: &mut Work) {
        for (row, code) in codes.iter().enumerate() {
            let is_valid = self.column.is_valid(start + row);
            let found = self.code(if is_valid { *code } else { -1 });
            match (found.points, work.totals.as_flattened_mut().get_mut(row)) {
                (Some(points), Some(total)) => *total += points,
                _ => work.put(row, self.characteristic, found.slot),
            }
        }
    }

    /// Returns what a code means; a negative one is missing.
    fn code(&self, code: i32) -> Code {
        const UNSEEN: Code = Code { slot: Err(Cause::DataInputUnseen), points: None };
        let place = usize::try_from(i64::from(code).max(-1) + 1).ok();
        place.and_then(|place| self.codes.get(place)).copied().unwrap_or(UNSEEN)
    }

    /// Returns the slot of one row.
    pub(super) fn slot(&self, row: usize) -> Slot {
        let missing = self.characteristic.slot(Input::Missing);
        if !self.column.is_valid(row) {
            return missing;
        }
        match &self.column.values {
            Values::Float(_) | Values::Integer(_) | Values::Integer32(_) => {
                self.characteristic.slot_of_number(self.column.number(row).unwrap_or(f64::NAN))
            }
            Values::Dictionary { codes, .. } => codes.get(row).map_or(missing, |code| self.code(*code).slot),
            Values::Bool { bits, .. } => self.code(i32::from(bits.is_set(row))).slot,
            Values::Text(texts) => texts.get(row).map_or(missing, |it| self.characteristic.slot_of_text(it)),
            // A column of another type is read only when no row holds a value.
            Values::Date(_) | Values::Instant(_) | Values::Binary(_) | Values::Other { .. } => missing,
        }
    }
}

/// Returns whether text feeds a characteristic: categories, and numbers where the card reads them from text.
fn reads_text(bins: &Bins, characteristic: &Characteristic, column: &Column<'_>) -> bool {
    let is_boolean = matches!(column.values, Values::Bool { .. });
    matches!(bins, Bins::Categorical { .. }) || characteristic.texts.are_numbers && !is_boolean
}

/// Returns the values of `rows` rows from `start` on.
fn part<'v, T>(values: &'v ArrayView1<'_, T>, start: usize, rows: usize) -> ArrayView1<'v, T> {
    values.slice_axis(Axis(0), Slice::from(start..start + rows))
}
