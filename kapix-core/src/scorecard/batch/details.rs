//! What a batch says of a row beside its score, on request: from the same slots as the points.

use super::minimum::MinimumColumns;
use super::{BatchOutput, Reader};
use crate::domain::{Codes, ResultColumn, ResultValues};
use crate::scorecard::card::Card;
use crate::scorecard::explain::REASONS_MAX;
use crate::scorecard::missing::MissingEffect;
use crate::scorecard::score::Slots;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Columns of `credit.score_batch` beside the score, each null where the row is not scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ScoreInclude {
    /// `data_completeness`: share of the card's characteristics whose input was observed, 0..=1.
    Completeness,
    /// `points.CHARACTERISTIC`: points of each characteristic; with the card's base points they sum to the total.
    PointsByCharacteristic,
    /// `reason_1` to `reason_4`: codes of the adverse reasons by the card's default method, the strongest first; null
    /// beyond the last.
    Reasons,
    /// `referral.DATA_QUALITY`, `referral.INPUT_STALE`, `referral.MISSING_INPUT` and `referral.NO_CUTOFFS`: whether this
    /// forbids the decision of the points; what forbids an approval is stated even where the points decline.
    ReferralCauses,
}

/// The columns of the causes, in the order of [`RowDetails::causes`]. Of data quality a batch knows the names of its
/// columns only, which [`RowDetails::doubt`] adds.
const CAUSES: [&str; 4] =
    ["referral.DATA_QUALITY", "referral.INPUT_STALE", "referral.MISSING_INPUT", "referral.NO_CUTOFFS"];

/// The columns that were asked for; a list without columns was not.
#[derive(Clone, Debug, Default)]
pub(super) struct RowDetails {
    completeness: Vec<Vec<f64>>,
    points: Vec<Vec<i32>>,
    reasons: Vec<Vec<i32>>,
    causes: Vec<Vec<bool>>,
}

/// The part of [`RowDetails`] that one job writes.
pub(super) struct DetailOutput<'o> {
    completeness: Vec<&'o mut [f64]>,
    points: Vec<&'o mut [i32]>,
    reasons: Vec<&'o mut [i32]>,
    causes: Vec<&'o mut [bool]>,
}

impl RowDetails {
    /// Returns the columns that are asked for, of so many rows.
    pub(super) fn new(card: &Card, include: &[ScoreInclude], rows: usize) -> Self {
        let count = |what, columns| if include.contains(&what) { columns } else { 0 };
        Self {
            completeness: columns(f64::NAN, rows, count(ScoreInclude::Completeness, 1)),
            points: columns(0, rows, count(ScoreInclude::PointsByCharacteristic, card.characteristics.len())),
            reasons: columns(-1, rows, count(ScoreInclude::Reasons, REASONS_MAX)),
            causes: columns(false, rows, count(ScoreInclude::ReferralCauses, CAUSES.len())),
        }
    }

    /// Marks the data of a row as doubtful, if the row is scored.
    pub(super) fn doubt(&mut self, row: usize, output: &BatchOutput<'_>) {
        if output.status.get(row) == Some(&0)
            && let Some(column) = self.causes.first_mut()
        {
            put(column, row, true);
        }
    }

    /// Returns the parts of consecutive ranges of `rows` rows, without end.
    pub(super) fn split(&mut self, rows: usize) -> impl Iterator<Item = DetailOutput<'_>> {
        let mut completeness = ranges(&mut self.completeness, rows);
        let mut points = ranges(&mut self.points, rows);
        let mut reasons = ranges(&mut self.reasons, rows);
        let mut causes = ranges(&mut self.causes, rows);
        core::iter::repeat_with(move || DetailOutput {
            completeness: completeness(),
            points: points(),
            reasons: reasons(),
            causes: causes(),
        })
    }

    /// Returns the columns; rows that are not valid are null.
    pub(super) fn into_columns(self, card: &Card, validity: Option<&Vec<u8>>) -> Vec<ResultColumn> {
        let mut columns = Vec::new();
        let mut add = |name: String, values| {
            columns.push(ResultColumn::new(name, values, validity.cloned()));
        };
        for codes in self.completeness {
            add("data_completeness".to_owned(), ResultValues::Float(codes));
        }
        for (cause, values) in CAUSES.into_iter().zip(self.causes) {
            add(cause.to_owned(), ResultValues::Bool(values));
        }
        for (characteristic, points) in card.characteristics.iter().zip(self.points) {
            add(format!("points.{}", characteristic.id), ResultValues::Integer32(points));
        }
        let names: Vec<Arc<str>> = card.body.reasons.keys().map(|code| Arc::from(code.as_str())).collect();
        for (place, codes) in (1..).zip(self.reasons) {
            let validity = Some(codes.chunks(8).map(present).collect()).filter(|_| codes.contains(&-1));
            let values = ResultValues::Dictionary { codes: Codes::Wide(codes), names: names.clone() };
            columns.push(ResultColumn::new(format!("reason_{place}"), values, validity));
        }
        columns
    }
}

/// Returns so many columns of a value; nothing is allocated for none.
fn columns<T: Copy>(value: T, rows: usize, count: usize) -> Vec<Vec<T>> {
    (0..count).map(|_| vec![value; rows]).collect()
}

/// Returns a bit for each code: whether there is one.
fn present(codes: &[i32]) -> u8 {
    codes.iter().enumerate().fold(0, |byte, (bit, code)| byte | u8::from(*code >= 0) << bit)
}

/// Returns what gives the next `rows` rows of each column.
fn ranges<'o, T>(columns: &'o mut [Vec<T>], rows: usize) -> impl FnMut() -> Vec<&'o mut [T]> {
    let mut parts: Vec<_> = columns.iter_mut().map(|column| column.chunks_mut(rows)).collect();
    move || parts.iter_mut().filter_map(Iterator::next).collect()
}

impl DetailOutput<'_> {
    fn is_empty(&self) -> bool {
        self.completeness.is_empty()
            && self.points.is_empty()
            && self.reasons.is_empty()
            && self.causes.is_empty()
    }

    /// Writes the rows from `first` on that are scored.
    pub(super) fn write(
        &mut self,
        card: &Card,
        (readers, minimum): (&[Reader<'_, '_>], &MinimumColumns<'_, '_>),
        first: usize,
        output: &BatchOutput<'_>,
    ) {
        if self.is_empty() {
            return;
        }
        let method = card.default_method();
        let mut slots = Slots { slots: Vec::with_capacity(readers.len()), points: 0 };
        let scored = output.status.iter().zip(output.points.iter()).enumerate();
        for (offset, (_, points)) in scored.filter(|(_, (status, _))| **status == 0) {
            let row = first + offset;
            slots.points = *points;
            slots.slots.clear();
            // A scored row has a slot in each characteristic.
            slots.slots.extend(readers.iter().filter_map(|reader| reader.slot(row).ok()));
            for column in &mut self.completeness {
                put(column, offset, card.data_completeness(&slots));
            }
            let parts = card.characteristics.iter().zip(&slots.slots);
            for (column, (characteristic, slot)) in self.points.iter_mut().zip(parts) {
                put(column, offset, characteristic.points_of(*slot));
            }
            if !self.reasons.is_empty() {
                for (column, code) in self.reasons.iter_mut().zip(card.adverse_codes(&slots, method)) {
                    put(column, offset, i32::from(code));
                }
            }
            if !self.causes.is_empty() {
                let missing = card.judge(&slots).effect != MissingEffect::None;
                let causes = [false, minimum.is_stale(row), missing, card.body.cutoffs.is_none()];
                for (column, holds) in self.causes.iter_mut().zip(causes) {
                    put(column, offset, holds);
                }
            }
        }
    }
}

fn put<T>(column: &mut [T], row: usize, value: T) {
    if let Some(cell) = column.get_mut(row) {
        *cell = value;
    }
}
