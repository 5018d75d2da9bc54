//! The rows of a frame, scored in jobs on several threads.

use super::details::{RowDetails, ScoreInclude};
use super::minimum::{self, MinimumColumns};
use super::reader::Reader;
use super::scored::ScoredRows;
use super::status::RowStatus;
use crate::canonical::Hash;
use crate::domain::{FindingKind, Frame, ResultColumns};
use crate::error::Result;
use crate::fitting::Run;
use crate::parallel;
use crate::scorecard::body::Minimum;
use crate::scorecard::card::Card;
use crate::scorecard::score::Input;
use fearless_simd::Level;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows of one job: about half a millisecond of work, so that threads end together.
const JOB_ROWS: usize = 16_384;

/// The scores of a frame, with what was asked for beside them.
pub(crate) struct FrameScores {
    /// The scores.
    pub(crate) rows: ScoredRows,
    details: RowDetails,
}

/// Scores every row of a frame under a minimum of history; a row that cannot be scored has its status.
///
/// Errors before any row is scored: `frame.column_missing` and `frame.column_type`, at `/columns/NAME`.
pub(crate) fn score_frame(
    card: &Card,
    frame: &Frame<'_>,
    minimum: Option<Minimum>,
    include: &[ScoreInclude],
    run: &Run<'_>,
) -> Result<FrameScores> {
    let rows = frame.rows();
    let readers = card.readers(frame)?;
    let minimum = MinimumColumns::find(minimum, frame)?;
    let mut scores =
        FrameScores { rows: ScoredRows::with_rows(rows), details: RowDetails::new(card, include, rows) };
    let (level, total, done) = (Level::new(), count(rows), AtomicU64::new(0));
    let threads = if rows > 2 * JOB_ROWS { run.threads.min(rows.div_ceil(JOB_ROWS)) } else { 1 };
    let jobs = scores.rows.output().split(JOB_ROWS).zip(scores.details.split(JOB_ROWS));
    parallel::run(jobs, threads, |number, (mut output, mut details)| {
        (run.check)()?;
        let first = number * JOB_ROWS;
        card.score_with(level, &readers, first, &mut output);
        minimum.apply(first, &mut output);
        details.write(card, (&readers, &minimum), first, &output);
        let own = count(output.points.len());
        (run.progress)(done.fetch_add(own, Ordering::Relaxed) + own, total);
        Ok(())
    })?;
    Ok(scores)
}

/// An input for which another column was probably meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Misnamed<'n> {
    /// Name of the input.
    pub(crate) input: &'n str,
    /// Whether rows without the input are refused; otherwise they are referred, unless the card accepts that.
    pub(crate) is_refused: bool,
}

impl FrameScores {
    /// Refuses or refers the rows that lack an input for which another column was probably meant, and returns the
    /// number of these rows for each.
    pub(crate) fn doubt(
        &mut self,
        card: &Card,
        frame: &Frame<'_>,
        misnamed: &[Misnamed<'_>],
    ) -> Result<Vec<u64>> {
        let accepts = card.body.accepts.contains(&FindingKind::MisspeltInput);
        let mut counts = Vec::with_capacity(misnamed.len());
        for Misnamed { input, is_refused } in misnamed {
            let mut found = 0;
            let characteristic = card.characteristics.iter().find(|own| *own.feature == **input);
            let Some(characteristic) = characteristic else { continue };
            let reader = Reader::new(characteristic, frame)?;
            let mut output = self.rows.output();
            for row in 0..frame.rows() {
                if reader.slot(row) != characteristic.slot(Input::Missing) {
                    continue;
                }
                found += 1;
                if *is_refused {
                    output.refuse_anyway(row, RowStatus::InputUnknown);
                } else if !accepts {
                    output.refer(row);
                    self.details.doubt(row, &output);
                }
            }
            counts.push(found);
        }
        Ok(counts)
    }

    /// Returns the scores as result columns, then those that were asked for.
    pub(crate) fn into_columns(self, card: &Card) -> ResultColumns {
        let validity = self.rows.validity();
        let details = self.details.into_columns(card, validity.as_ref());
        let mut columns = self.rows.into_valid_columns(card, validity);
        columns.extend(details);
        columns
    }
}

/// Returns the names of the columns that a batch with a card may read, in their order.
fn columns_read(card: &Card) -> BTreeSet<&str> {
    card.inputs().map(|(name, _, _)| name).chain(minimum::NAMES).collect()
}

impl Card {
    /// Returns whether a batch with the card may read a column of this name.
    pub(crate) fn reads_column(&self, name: &str) -> bool {
        self.reads(name) || minimum::NAMES.contains(&name)
    }
}

/// Returns the SHA-256 over the columns that a card reads, in the order of their names.
pub(crate) fn inputs_hash(card: &Card, frame: &Frame<'_>) -> Hash {
    frame.hash(columns_read(card).into_iter())
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
