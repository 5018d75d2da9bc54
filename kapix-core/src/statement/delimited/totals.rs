//! Totals that a document states, beside the sums of its rows.

use crate::statement::profile::ColumnRole;
use crate::statement::reading::{ReadingFinding, ReadingFindingKind, TotalCheck, TotalKind};

/// Totals that are listed at most: a document may have one a page.
const CHECKS_MAX: usize = 1_000;

/// The totals of a document, in its order, with the sums of the rows between them.
#[derive(Default)]
pub(super) struct Stated {
    totals: Vec<(Sums, Vec<StatedTotal>)>,
    /// Of the rows after the last total.
    rest: Sums,
}

/// An amount of a row of totals.
#[derive(Clone, Copy)]
pub(super) struct StatedTotal {
    pub(super) line: u64,
    pub(super) column: ColumnRole,
    pub(super) minor: i64,
}

/// What was compared.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) checks: Vec<TotalCheck>,
    wrong: Vec<u64>,
}

/// Sums of a million amounts of the wire fit i128.
#[derive(Clone, Copy, Default)]
struct Sums {
    credits: i128,
    debits: i128,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.credits += other.credits;
        self.debits += other.debits;
    }
}

impl Stated {
    /// Adds a row.
    pub(super) fn row(&mut self, amount_minor: i64) {
        let own = if amount_minor > 0 { &mut self.rest.credits } else { &mut self.rest.debits };
        *own += i128::from(amount_minor).abs();
    }

    /// Adds a row of totals, which ends the rows of a page.
    pub(super) fn total(&mut self, stated: Vec<StatedTotal>) {
        self.totals.push((core::mem::take(&mut self.rest), stated));
    }

    /// Adds the part of the document behind.
    pub(super) fn join(&mut self, mut next: Self) {
        let first = next.totals.first_mut().map_or(&mut next.rest, |(sums, _)| sums);
        first.add(core::mem::take(&mut self.rest));
        self.totals.append(&mut next.totals);
        self.rest = next.rest;
    }

    /// Compares each total with the sum of all rows before it, and with that of the rows since the total before.
    pub(super) fn compared(self) -> Totals {
        let (mut totals, mut all) = (Totals::default(), Sums::default());
        for (part, stated) in self.totals {
            all.add(part);
            for stated in stated {
                totals.check(stated, all, part);
            }
        }
        totals
    }
}

impl Totals {
    fn check(&mut self, total: StatedTotal, all: Sums, part: Sums) {
        let StatedTotal { line, column, minor: stated_minor } = total;
        let stated = i128::from(stated_minor);
        let of = |sums: Sums| match column {
            ColumnRole::Credit => [sums.credits, sums.credits, sums.credits],
            ColumnRole::Debit => [sums.debits, -sums.debits, sums.debits],
            // With a sign of either meaning, or without one.
            _ => [sums.credits - sums.debits, sums.debits - sums.credits, sums.credits + sums.debits],
        };
        let (all, part) = (of(all), of(part));
        let same = all.into_iter().chain(part).find(|sum| *sum == stated);
        let kind = match column {
            ColumnRole::Credit => TotalKind::Credits,
            ColumnRole::Debit => TotalKind::Debits,
            _ => TotalKind::Amounts,
        };
        let found = same.or(all.first().copied()).unwrap_or_default();
        if same.is_none() {
            self.wrong.push(line);
        }
        if self.checks.len() < CHECKS_MAX {
            let found_minor = i64::try_from(found).unwrap_or(i64::MAX);
            self.checks.push(TotalCheck { found_minor, kind, line, stated_minor });
        }
    }

    /// Keeps the comparison of a closing balance.
    pub(super) fn closing(&mut self, line: u64, found_minor: i64, stated_minor: i64) {
        if self.checks.len() < CHECKS_MAX {
            self.checks.push(TotalCheck { found_minor, kind: TotalKind::Closing, line, stated_minor });
        }
    }

    /// Returns the finding of totals that are no sum of the rows.
    pub(super) fn finding(&self) -> Option<ReadingFinding> {
        (!self.wrong.is_empty()).then(|| ReadingFindingKind::TotalMismatch.at(self.wrong.clone()))
    }
}
