//! Many applicants at once, from borrowed columns, without an allocation per row.
//!
//! Rows go through in blocks that fit the first-level cache, one characteristic after the other ([`reader`]). What the
//! totals decide is written once a block: PD, score, band and decision are looked up by the total.
//!
//! Sums of points are integers below 2^53 and therefore exact in f64, in any order. So a row has the same bits on every
//! processor, whatever instructions the reader uses.

mod details;
mod frame;
mod minimum;
mod reader;
mod scored;
mod status;

pub use details::ScoreInclude;
pub(crate) use frame::{Misnamed, inputs_hash, score_frame};
pub use scored::ScoredRows;
pub use status::RowStatus;

use super::body::Decision;
use super::card::{Card, Characteristic};
use super::missing::{self, Gaps, MissingRule};
use crate::domain::{Column, Frame};
use crate::error::{self, Cause, Error, Result};
use fearless_simd::Level;
use reader::Reader;

/// Rows of one block.
const BLOCK: usize = 512;
/// Rows whose totals stay in registers.
const LANES: usize = 8;

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
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::frame::{Column, Frame};
    /// use kapix_core::scorecard::ScoredRows;
    ///
    /// let unknown = [f64::NAN; 3];
    /// let columns = card.inputs().map(|(name, ..)| (name.to_owned(), Column::float(&unknown))).collect();
    /// let frame = Frame::new(columns, &Limits::default())?;
    /// let mut rows = ScoredRows::with_rows(3);
    /// card.score_rows(&frame, 0, &mut rows.output())?;
    /// assert_eq!(rows.points, [400; 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn score_rows(&self, frame: &Frame<'_>, first: usize, output: &mut BatchOutput<'_>) -> Result<()> {
        self.score_rows_at(Level::new(), frame, first, output)
    }

    /// Returns [`Self::score_rows`] by the instructions of a level.
    pub(super) fn score_rows_at(
        &self,
        level: Level,
        frame: &Frame<'_>,
        first: usize,
        output: &mut BatchOutput<'_>,
    ) -> Result<()> {
        let readers = self.readers(frame)?;
        self.score_with(level, &readers, first, output);
        Ok(())
    }

    fn score_with(
        &self,
        level: Level,
        readers: &[Reader<'_, '_>],
        first: usize,
        output: &mut BatchOutput<'_>,
    ) {
        let mut work = Work::new(&self.missing_rule);
        let mut numbers = [0.0; BLOCK];
        for (index, block) in output.reborrow().split(BLOCK).enumerate() {
            work.start(f64::from(self.body.base_points));
            let (numbers, _) = numbers.split_at_mut(block.points.len());
            for reader in readers {
                reader.add(level, first + index * BLOCK, numbers, &mut work);
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
        let left = points.iter_mut().zip(pd).zip(score.iter_mut().zip(decision.iter_mut()));
        let right = band.iter_mut().zip(status.iter_mut());
        let found = work.totals.as_flattened().iter().zip(work.status.iter().zip(&work.refer));
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
        if work.is_any_missing {
            self.refer_missing(work, (points, status), decision);
        }
    }

    /// Refers the rows of a block whose decision hangs on what is missing.
    #[cold]
    fn refer_missing(&self, work: &Work, (points, status): (&[i32], &[i8]), decision: &mut [i8]) {
        let words = self.missing_rule.words();
        let found = work.gaps.iter().zip(points.iter().zip(status).zip(decision)).enumerate();
        for (row, (gaps, ((points, status), decision))) in found {
            let bits = work.bits.get(row * words..(row + 1) * words).unwrap_or_default();
            if *status == 0 && self.missing_rule.refers(*points, gaps, bits) {
                *decision = code(Decision::Refer);
            }
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
            // A card without cut-offs decides nothing: every application is referred.
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

    /// Takes the score of a row away, whatever its status is.
    fn refuse_anyway(&mut self, row: usize, why: RowStatus) {
        if let Some(status) = self.status.get_mut(row) {
            *status = RowStatus::Scored as i8;
        }
        self.refuse(row, why);
    }

    /// Turns an approval into a referral.
    fn refer(&mut self, row: usize) {
        if let Some(decision) = self.decision.get_mut(row) {
            // A row without a score has no decision, and keeps none.
            if *decision >= 0 {
                *decision = code(Decision::Refer);
            }
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
    totals: [[f64; LANES]; BLOCK / LANES],
    status: [i8; BLOCK],
    refer: [bool; BLOCK],
    /// The missing inputs of each row.
    gaps: [Gaps; BLOCK],
    /// The same as sets, where a set may be exempt.
    bits: Vec<u64>,
    /// Words of one set.
    words: usize,
    is_any_missing: bool,
}

impl Work {
    fn new(rule: &MissingRule) -> Self {
        Self {
            totals: [[0.0; LANES]; BLOCK / LANES],
            status: [0; BLOCK],
            refer: [false; BLOCK],
            gaps: [Gaps::NONE; BLOCK],
            bits: vec![0; BLOCK * rule.words()],
            words: rule.words(),
            is_any_missing: false,
        }
    }

    fn start(&mut self, base: f64) {
        self.totals = [[base; LANES]; BLOCK / LANES];
        self.status = [0; BLOCK];
        self.refer = [false; BLOCK];
        if self.is_any_missing {
            self.gaps = [Gaps::NONE; BLOCK];
            self.bits.fill(0);
            self.is_any_missing = false;
        }
    }

    /// Adds the points of a slot, and marks what it does to the row beside.
    fn put(&mut self, row: usize, characteristic: &Characteristic, slot: Slot) {
        if let (Some(total), Ok(slot)) = (self.totals.as_flattened_mut().get_mut(row), slot) {
            *total += f64::from(characteristic.points_of(slot));
        }
        self.mark(row, characteristic, slot);
    }

    /// Marks a row whose slot refers the application or says that the input is missing, or that has no slot.
    fn mark(&mut self, row: usize, characteristic: &Characteristic, slot: Slot) {
        let (Some(status), Some(refer)) = (self.status.get_mut(row), self.refer.get_mut(row)) else { return };
        match slot {
            Ok(slot) => {
                *refer |= characteristic.refers(slot);
                if characteristic.is_missing(slot) {
                    self.miss(row, characteristic, slot);
                }
            }
            Err(cause) if *status == 0 => *status = RowStatus::of(cause) as i8,
            Err(_) => {}
        }
    }

    /// Adds a missing input to those of a row.
    fn miss(&mut self, row: usize, characteristic: &Characteristic, slot: u16) {
        self.is_any_missing = true;
        if let Some(gaps) = self.gaps.get_mut(row) {
            gaps.add(&characteristic.traits, characteristic.points_of(slot));
        }
        if let Some(bits) = self.bits.get_mut(row * self.words..(row + 1) * self.words) {
            missing::put(bits, characteristic.position);
        }
    }
}

fn wrong_type(name: &str, expected: &str, column: &Column<'_>) -> Error {
    let got = column.kind_name();
    Error::new(Cause::FrameColumnType, format!("the card expects {expected}; got {got}")).at(place(name))
}

/// Returns the JSON pointer to a column.
fn place(name: &str) -> String {
    format!("/columns/{}", error::escape_segment(name))
}
