//! Many applicants at once, from borrowed columns, without an allocation per row.
//!
//! Rows go through in blocks that fit the first-level cache. A numeric characteristic adds, for each cut point, the
//! step in points where the value reaches it, and for NaN the step to the points of a missing input: comparisons and
//! additions only, which the compiler turns into vector instructions. Sums of points are integers below 2^53 and
//! therefore exact in f64.

mod details;
mod frame;
mod minimum;
mod scored;
mod status;

pub use details::ScoreInclude;
pub(crate) use frame::{columns_read, inputs_hash, score_frame};
pub use scored::ScoredRows;
pub use status::RowStatus;

use super::body::Decision;
use super::card::{Bins, Card, Characteristic};
use super::score::Input;
use crate::domain::{Column, Frame, Kind, Values};
use crate::error::{Cause, Error, Result};
use ndarray::{ArrayView1, Axis, Slice};

/// Rows of one block.
const BLOCK: usize = 512;
/// Rows whose totals stay in registers: four vectors of two numbers on the least x86-64 processor.
const LANES: usize = 8;

/// What a boolean is as text, by its bit.
const BOOLEANS: [&str; 2] = ["false", "true"];

/// Where an input fell, or why it has no points.
type Slot = core::result::Result<u16, Cause>;

/// Where the scores of a range of rows go; all slices have the length of the range.
#[derive(Debug)]
pub struct BatchOutput<'o> {
    /// Total points; 0 where the status is not `Scored`.
    pub points: &'o mut [i32],
    /// PD of a calibrated card, NaN otherwise and where the status is not `Scored`.
    pub pd: &'o mut [f64],
    /// 1 - PD, a rank unless calibrated; NaN where the status is not `Scored`.
    pub score: &'o mut [f64],
    /// Index in decline, refer, approve; -1 where the status is not `Scored`.
    pub decision: &'o mut [i8],
    /// Index in the card's bands; -1 where the status is not `Scored`.
    pub band: &'o mut [i32],
    /// A [`RowStatus`] as its number.
    pub status: &'o mut [i8],
}

impl Card {
    /// Scores rows `first..first + output length` of the frame.
    ///
    /// Errors before any row is scored: `frame.column_missing` and `frame.column_type`, at `/columns/NAME`.
    pub fn score_rows(&self, frame: &Frame<'_>, first: usize, output: &mut BatchOutput<'_>) -> Result<()> {
        let readers = self.readers(frame)?;
        self.score_with(&readers, first, output);
        Ok(())
    }

    fn score_with(&self, readers: &[Reader<'_, '_>], first: usize, output: &mut BatchOutput<'_>) {
        let mut work = Work::new();
        let mut numbers = [0.0; BLOCK];
        for (index, block) in output.reborrow().split(BLOCK).enumerate() {
            let rows = block.points.len();
            work.start(f64::from(self.body.base_points), rows);
            let numbers = numbers.get_mut(..rows).unwrap_or_default();
            for reader in readers {
                reader.add(first + index * BLOCK, numbers, &mut work);
            }
            self.write(&work, block);
        }
    }

    fn readers<'f, 'a>(&'f self, frame: &'f Frame<'a>) -> Result<Vec<Reader<'f, 'a>>> {
        let mut readers = Vec::with_capacity(self.characteristics.len());
        for characteristic in &self.characteristics {
            readers.push(Reader::new(characteristic, frame)?);
        }
        Ok(readers)
    }

    fn write(&self, work: &Work, output: BatchOutput<'_>) {
        let BatchOutput { points, pd, score, decision, band, status } = output;
        let left = points.iter_mut().zip(pd).zip(score.iter_mut().zip(decision));
        let right = band.iter_mut().zip(status);
        let found = work.totals.iter().zip(work.status.iter().zip(&work.refer));
        for ((left, right), (total, (own_status, refer))) in left.zip(right).zip(found) {
            let ((points, pd), (score, decision)) = left;
            let (band, status) = right;
            *status = *own_status;
            let outcome = if *own_status == 0 {
                #[expect(clippy::cast_possible_truncation, reason = "a proved card's totals fit i32")]
                {
                    *points = *total as i32;
                }
                self.outcome(*points)
            } else {
                *points = 0;
                Outcome::NONE
            };
            (*pd, *score, *band) = (outcome.pd, outcome.score, outcome.band);
            *decision = if *refer { outcome.decision.min(code(Decision::Refer)) } else { outcome.decision };
        }
    }

    /// Returns everything that a total alone decides, from the table where the card has one.
    #[inline]
    fn outcome(&self, points: i32) -> Outcome {
        let place = usize::try_from(i64::from(points) - i64::from(self.points_min));
        match place.ok().and_then(|place| self.outcomes.get(place)) {
            Some(outcome) => *outcome,
            None => self.outcome_by_rule(points),
        }
    }

    /// Returns everything that a total alone decides.
    pub(super) fn outcome_by_rule(&self, points: i32) -> Outcome {
        let pd = self.pd(points);
        Outcome {
            pd: if self.is_calibrated() { pd } else { f64::NAN },
            score: 1.0 - pd,
            band: i32::try_from(self.band(points)).unwrap_or(i32::MAX),
            // A card without cut-offs decides nothing: every case refers.
            decision: code(self.decision(points).unwrap_or(Decision::Refer)),
        }
    }
}

/// What a total alone decides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pd: f64,
    score: f64,
    band: i32,
    decision: i8,
}

impl Outcome {
    const NONE: Self = Self { pd: f64::NAN, score: f64::NAN, band: -1, decision: -1 };
}

impl<'o> BatchOutput<'o> {
    fn reborrow(&mut self) -> BatchOutput<'_> {
        BatchOutput {
            points: self.points,
            pd: self.pd,
            score: self.score,
            decision: self.decision,
            band: self.band,
            status: self.status,
        }
    }

    /// Takes the score of a row away.
    fn refuse(&mut self, row: usize, why: RowStatus) {
        let cells = (self.points.get_mut(row), self.pd.get_mut(row), self.score.get_mut(row));
        if let (Some(points), Some(pd), Some(score)) = cells {
            (*points, *pd, *score) = (0, f64::NAN, f64::NAN);
        }
        let cells = (self.decision.get_mut(row), self.band.get_mut(row), self.status.get_mut(row));
        if let (Some(decision), Some(band), Some(status)) = cells
            && *status == 0
        {
            (*decision, *band, *status) = (-1, -1, why as i8);
        }
    }

    /// Turns an approval into a referral.
    fn refer(&mut self, row: usize) {
        if let Some(decision) = self.decision.get_mut(row) {
            *decision = (*decision).min(code(Decision::Refer));
        }
    }

    /// Returns the outputs of consecutive ranges of `rows` rows.
    fn split(self, rows: usize) -> impl Iterator<Item = BatchOutput<'o>> {
        let left =
            self.points.chunks_mut(rows).zip(self.pd.chunks_mut(rows)).zip(self.score.chunks_mut(rows));
        let right =
            self.decision.chunks_mut(rows).zip(self.band.chunks_mut(rows)).zip(self.status.chunks_mut(rows));
        left.zip(right).map(|(((points, pd), score), ((decision, band), status))| BatchOutput {
            points,
            pd,
            score,
            decision,
            band,
            status,
        })
    }
}

/// Returns the code of a decision; -1 is none.
const fn code(decision: Decision) -> i8 {
    match decision {
        Decision::Decline => 0,
        Decision::Refer => 1,
        Decision::Approve => 2,
    }
}

/// The state of one block.
struct Work {
    totals: [f64; BLOCK],
    status: [i8; BLOCK],
    refer: [bool; BLOCK],
}

impl Work {
    fn new() -> Self {
        Self { totals: [0.0; BLOCK], status: [0; BLOCK], refer: [false; BLOCK] }
    }

    fn start(&mut self, base: f64, rows: usize) {
        self.totals.iter_mut().take(rows).for_each(|total| *total = base);
        self.status = [0; BLOCK];
        self.refer = [false; BLOCK];
    }

    /// Adds the points of a slot, and marks what it does to the row beside.
    fn put(&mut self, row: usize, characteristic: &Characteristic, slot: Slot) {
        if let (Some(total), Ok(slot)) = (self.totals.get_mut(row), slot) {
            *total += f64::from(characteristic.points_of(slot));
        }
        self.mark(row, characteristic, slot);
    }

    /// Marks a row that refers by its slot, or that has none.
    fn mark(&mut self, row: usize, characteristic: &Characteristic, slot: Slot) {
        let (Some(status), Some(refer)) = (self.status.get_mut(row), self.refer.get_mut(row)) else { return };
        match slot {
            Ok(slot) => *refer |= characteristic.refers(slot),
            Err(cause) if *status == 0 => *status = RowStatus::of(cause) as i8,
            Err(_) => {}
        }
    }
}

/// One characteristic and the column that feeds it.
struct Reader<'f, 'a> {
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
    /// Slot of each dictionary code.
    codes: Vec<Slot>,
}

impl<'f, 'a> Reader<'f, 'a> {
    fn new(characteristic: &'f Characteristic, frame: &'f Frame<'a>) -> Result<Self> {
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
            (Bins::Categorical { .. }, Kind::Text) => {
                let slot = |text: &&str| characteristic.slot_of_text(text);
                reader.codes = match &column.values {
                    Values::Dictionary { categories, .. } => categories.iter().map(slot).collect(),
                    Values::Bool { .. } => BOOLEANS.iter().map(slot).collect(),
                    _ => Vec::new(),
                };
            }
            (Bins::Categorical { numbers, .. }, Kind::Numbers) if !numbers.is_empty() => {}
            // A column without any value says nothing of its type.
            _ if column.is_void() => {}
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

    /// Adds the points of a block of rows, whose numbers go through `block`.
    fn add(&self, start: usize, block: &mut [f64], work: &mut Work) {
        let (axis, range) = (Axis(0), Slice::from(start..start + block.len()));
        match &self.column.values {
            Values::Float(values) => {
                let values = values.slice_axis(axis, range);
                match values.as_slice() {
                    // One copy in order lets the processor fetch ahead; it pays although the values are there.
                    Some(values) => block.copy_from_slice(values),
                    None => block.iter_mut().zip(values).for_each(|(own, value)| *own = *value),
                }
            }
            Values::Integer(values) => {
                let values = values.slice_axis(axis, range);
                // An integer beyond 2^53 rounds here; no cut point of a card lies between its neighbours.
                #[expect(clippy::cast_precision_loss, reason = "only its place among the cut points counts")]
                block.iter_mut().zip(values).for_each(|(own, value)| *own = *value as f64);
            }
            Values::Integer32(values) => {
                let values = values.slice_axis(axis, range);
                block.iter_mut().zip(values).for_each(|(own, value)| *own = f64::from(*value));
            }
            Values::Dictionary { codes, .. } => {
                return self.add_codes(&codes.slice_axis(axis, range), start, work);
            }
            _ => {
                for row in 0..block.len() {
                    work.put(row, self.characteristic, self.slot(start + row));
                }
                return;
            }
        }
        if let Some(validity) = &self.column.validity {
            for (index, eight) in block.chunks_mut(8).enumerate() {
                let valid = validity.eight(start + 8 * index);
                for (bit, own) in eight.iter_mut().enumerate() {
                    *own = if valid >> bit & 1 == 1 { *own } else { f64::NAN };
                }
            }
        }
        self.add_numbers(block, work);
    }

    fn add_numbers(&self, block: &[f64], work: &mut Work) {
        if matches!(self.characteristic.bins, Bins::Categorical { .. }) {
            for (row, value) in block.iter().enumerate() {
                work.put(row, self.characteristic, self.characteristic.slot_of_number(*value));
            }
            return;
        }
        let (lanes, rest) = block.as_chunks::<LANES>();
        for (index, values) in lanes.iter().enumerate() {
            self.add_few(index * LANES, values, work);
        }
        for (index, value) in rest.iter().enumerate() {
            self.add_few(lanes.len() * LANES + index, core::array::from_ref(value), work);
        }
        if self.characteristic.missing_slot.is_none() || self.characteristic.missing_refers {
            let missing = self.characteristic.slot(Input::Missing);
            for (row, _) in block.iter().enumerate().filter(|(_, value)| value.is_nan()) {
                work.mark(row, self.characteristic, missing);
            }
        }
    }

    /// Adds the points of a few rows from `row` on: by additions alone where every value is in range or NaN.
    #[inline]
    fn add_few<const N: usize>(&self, row: usize, values: &[f64; N], work: &mut Work) {
        let (low, high) = self.characteristic.range;
        // NaN is neither below nor above; an infinity is above or below every range.
        #[expect(clippy::needless_bitwise_bool, reason = "without branches the loop is vector instructions")]
        let is_outside = values.iter().fold(false, |outside, x| outside | (*x < low) | (*x > high));
        match work.totals.get_mut(row..).and_then(<[f64]>::first_chunk_mut) {
            Some(totals) if !is_outside => self.add_lanes(totals, values),
            _ => {
                for (row, value) in (row..).zip(values) {
                    work.put(row, self.characteristic, self.characteristic.slot_of_number(*value));
                }
            }
        }
    }

    /// Adds the points of a few rows in range or NaN, whose totals stay in registers meanwhile.
    #[inline]
    fn add_lanes<const N: usize>(&self, totals: &mut [f64; N], values: &[f64; N]) {
        let mut own = [self.first; N];
        let mut add = |reached: fn(f64, f64) -> bool, value: f64, step: f64| {
            for (own, x) in own.iter_mut().zip(values) {
                *own += if reached(*x, value) { step } else { 0.0 };
            }
        };
        for (cut, step) in &self.steps {
            add(|x, cut| x >= cut, *cut, *step);
        }
        for (value, step) in &self.special {
            #[expect(clippy::float_cmp, reason = "a special value is that number and no other")]
            add(|x, value| x == value, *value, *step);
        }
        add(|x, _| x.is_nan(), 0.0, self.missing);
        for (total, own) in totals.iter_mut().zip(own) {
            *total += own;
        }
    }

    fn add_codes(&self, codes: &ArrayView1<'_, i32>, start: usize, work: &mut Work) {
        let missing = self.characteristic.slot(Input::Missing);
        for (row, code) in codes.iter().enumerate() {
            let valid = self.column.is_valid(start + row);
            work.put(
                row,
                self.characteristic,
                if valid { self.slot_of_code(*code, missing) } else { missing },
            );
        }
    }

    fn slot_of_code(&self, code: i32, missing: Slot) -> Slot {
        match usize::try_from(code) {
            Ok(code) => self.codes.get(code).copied().unwrap_or(Err(Cause::DataInputUnseen)),
            Err(_) => missing,
        }
    }

    /// Returns the slot of one row.
    fn slot(&self, row: usize) -> Slot {
        let missing = self.characteristic.slot(Input::Missing);
        if !self.column.is_valid(row) {
            return missing;
        }
        match &self.column.values {
            Values::Float(_) | Values::Integer(_) | Values::Integer32(_) => {
                self.characteristic.slot_of_number(self.column.number(row).unwrap_or(f64::NAN))
            }
            Values::Dictionary { codes, .. } => {
                codes.get(row).map_or(missing, |code| self.slot_of_code(*code, missing))
            }
            Values::Bool { bits, .. } => self.slot_of_code(i32::from(bits.is_set(row)), missing),
            Values::Text(texts) => texts.get(row).map_or(missing, |it| self.characteristic.slot_of_text(it)),
            // A column of another type is read only when no row holds a value.
            Values::Date(_) | Values::Instant(_) | Values::Binary(_) | Values::Other { .. } => missing,
        }
    }
}

fn wrong_type(name: &str, expected: &str, column: &Column<'_>) -> Error {
    let got = column.kind_name();
    Error::new(Cause::FrameColumnType, format!("the card expects {expected}; got {got}")).at(place(name))
}

/// Returns the JSON pointer to a column.
fn place(name: &str) -> String {
    format!("/columns/{}", name.replace('~', "~0").replace('/', "~1"))
}
