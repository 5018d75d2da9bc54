//! Cases of one kind, gathered into findings.

use super::finding::{Finding, FindingKind};
use super::uploads::Uploads;
use crate::time::Date;
use std::collections::BTreeMap;

/// Row numbers that a finding shows at most.
const ROWS_MAX: usize = 20;

/// The cases of one kind in one account.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    kind: FindingKind,
    cases: Vec<Case>,
    rows: Vec<u32>,
    amounts_minor: Vec<i64>,
    /// Rows that a share is taken of.
    whole: Option<usize>,
}

/// A case: the row that is told of, and the days concerned.
#[derive(Clone, Copy, Debug)]
struct Case {
    row: u32,
    /// Of a disputed row.
    amount_minor: Option<i64>,
    from: Date,
    to: Date,
}

impl Tally {
    pub(super) const fn new(kind: FindingKind) -> Self {
        Self { kind, cases: Vec::new(), rows: Vec::new(), amounts_minor: Vec::new(), whole: None }
    }

    /// States the number of rows that the finding's share is taken of.
    pub(super) fn of(mut self, rows: usize) -> Self {
        self.whole = Some(rows);
        self
    }

    /// Returns whether there is no case.
    pub(super) fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Returns the rows that its cases are told of.
    pub(super) fn told(&self) -> impl Iterator<Item = u32> + '_ {
        self.cases.iter().map(|case| case.row)
    }

    /// Counts a case of one row.
    pub(super) fn row(&mut self, row: u32, date: Date) {
        self.case(&[row], &[], date, date);
    }

    /// Counts a disputed row, and its amount to the sums of both readings.
    pub(super) fn disputed(&mut self, rows: &[u32], amount_minor: i64, from: Date, to: Date) {
        self.case(rows, &[], from, to);
        self.weigh(amount_minor);
    }

    /// Counts a disputed row of one day, with the amounts of its rows.
    pub(super) fn disputed_with(
        &mut self,
        rows: &[u32],
        amounts_minor: &[i64],
        amount_minor: i64,
        date: Date,
    ) {
        self.case(rows, amounts_minor, date, date);
        self.weigh(amount_minor);
    }

    fn weigh(&mut self, amount_minor: i64) {
        if let Some(case) = self.cases.last_mut() {
            case.amount_minor = Some(amount_minor);
        }
    }

    /// Counts a case; its last row is the one that is told of. Rows and amounts are kept until the finding has as many
    /// as it shows.
    pub(super) fn case(&mut self, rows: &[u32], amounts_minor: &[i64], from: Date, to: Date) {
        let Some(&row) = rows.last() else { return };
        self.cases.push(Case { row, amount_minor: None, from, to });
        if self.rows.len() + rows.len() <= ROWS_MAX {
            self.rows.extend_from_slice(rows);
            self.amounts_minor.extend_from_slice(amounts_minor);
        }
    }

    /// Returns the findings, one for each upload that has a case.
    pub(super) fn findings(&self, uploads: &Uploads<'_>) -> Vec<Finding> {
        let mut of: BTreeMap<usize, Vec<&Case>> = BTreeMap::new();
        for case in &self.cases {
            of.entry(uploads.place(case.row).0).or_default().push(case);
        }
        of.into_iter().map(|(upload, cases)| self.of_upload(uploads, (upload, &cases))).collect()
    }

    fn of_upload(&self, uploads: &Uploads<'_>, (upload, cases): (usize, &[&Case])) -> Finding {
        let count = cases.len();
        let per_row = self.amounts_minor.len().checked_div(self.rows.len()).unwrap_or_default();
        let mut rows = Vec::new();
        let mut amounts_minor = Vec::new();
        for (place, &input) in self.rows.iter().enumerate() {
            let (own, row) = uploads.place(input);
            if own == upload {
                rows.push(row);
                amounts_minor.extend(self.amounts_minor.iter().skip(place * per_row).take(per_row));
            }
        }
        let kind = self.kind;
        let disputed: Option<Vec<i64>> = cases.iter().map(|case| case.amount_minor).collect();
        let sum = |of: fn(i64) -> i64| {
            disputed.as_ref().map(|amounts| amounts.iter().fold(0_i64, |sum, it| sum.saturating_add(of(*it))))
        };
        Finding {
            amounts_minor,
            cautious_minor: sum(|amount| amount.min(0)),
            count: u64::try_from(count).unwrap_or(u64::MAX),
            from: cases.iter().map(|case| case.from).min(),
            kind,
            other_minor: sum(|amount| amount.max(0)),
            pointer: uploads.pointer(upload).to_owned(),
            rows,
            severity: kind.severity(),
            share: self.whole.map(|whole| share(count, whole)),
            to: cases.iter().map(|case| case.to).max(),
        }
    }
}

/// Returns a part of a whole, both below 2^32.
fn share(part: usize, whole: usize) -> f64 {
    let number = |rows: usize| f64::from(u32::try_from(rows).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}
