//! Cases of one kind, gathered into one finding.

use super::finding::{Finding, FindingKind};
use crate::time::Date;

/// Row numbers that a finding shows at most.
const ROWS_MAX: usize = 20;

/// The cases of one kind in one account.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    kind: FindingKind,
    count: u64,
    rows: Vec<u32>,
    amounts_minor: Vec<i64>,
    days: Option<(Date, Date)>,
}

impl Tally {
    pub(super) const fn new(kind: FindingKind) -> Self {
        Self { kind, count: 0, rows: Vec::new(), amounts_minor: Vec::new(), days: None }
    }

    /// Counts a case of one row.
    pub(super) fn row(&mut self, row: u32, date: Date) {
        self.case(&[row], &[], date, date);
    }

    /// Counts a case. Its rows and amounts are kept until the finding has as many as it shows.
    pub(super) fn case(&mut self, rows: &[u32], amounts_minor: &[i64], from: Date, to: Date) {
        self.count += 1;
        if self.rows.len() + rows.len() <= ROWS_MAX {
            self.rows.extend_from_slice(rows);
            self.amounts_minor.extend_from_slice(amounts_minor);
        }
        let (first, last) = self.days.unwrap_or((from, to));
        self.days = Some((first.min(from), last.max(to)));
    }

    /// Returns the finding, or `None` without a case.
    pub(super) fn finding(self, pointer: &str) -> Option<Finding> {
        (self.count > 0).then(|| Finding {
            amounts_minor: self.amounts_minor,
            count: self.count,
            from: self.days.map(|(first, _)| first),
            kind: self.kind,
            pointer: pointer.to_owned(),
            rows: self.rows,
            severity: self.kind.severity(),
            to: self.days.map(|(_, last)| last),
        })
    }
}
