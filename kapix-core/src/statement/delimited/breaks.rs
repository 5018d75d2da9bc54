//! Lines between rows behind which the days begin anew: the rows behind may be of another account, or still to come.

use super::found::Building;
use crate::statement::reading::{ReadingFinding, ReadingFindingKind};
use crate::time::UtcOffset;

/// Days that the rows behind an empty line, or behind text of the row above, may go back: they stand between any rows.
pub(super) const DAYS_OF_TEXTS: i32 = 3;

/// A line between rows that is none, and the rows before it.
#[derive(Clone, Copy)]
pub(super) struct Break {
    pub(super) line: u64,
    pub(super) rows_before: usize,
    /// Days that the rows behind may go back.
    pub(super) days: i32,
}

/// Returns the finding of lines behind which the days go back further than they do between other rows. The rows are in the
/// order of the document.
pub(super) fn check(account: &Building, breaks: &[Break]) -> Option<ReadingFinding> {
    if breaks.is_empty() {
        return None;
    }
    let days: Vec<i32> = account.rows.at.iter().map(|at| at.date(UtcOffset::UTC).epoch_days()).collect();
    let steps = || days.windows(2).map(|pair| pair.last().unwrap_or(&0) - pair.first().unwrap_or(&0));
    let (up, down) = (steps().filter(|step| *step > 0).count(), steps().filter(|step| *step < 0).count());
    let back = |step: i32| if down > up { step } else { -step };
    let mut places = breaks.iter().map(|it| it.rows_before).peekable();
    let between = (1_usize..).zip(steps()).filter(|(row, _)| {
        while places.next_if(|place| *place < *row).is_some() {}
        places.peek() != Some(row)
    });
    let usual = between.map(|(_, step)| back(step)).max().unwrap_or_default().max(0);
    let goes_back = |it: &&Break| {
        let Some(before) = it.rows_before.checked_sub(1) else { return false };
        let (Some(before), Some(after)) = (days.get(before), days.get(it.rows_before)) else { return false };
        back(after - before) > usual.max(it.days)
    };
    let lines: Vec<u64> = breaks.iter().filter(goes_back).map(|it| it.line).collect();
    (!lines.is_empty()).then(|| ReadingFindingKind::SectionDoubtful.at(lines))
}
