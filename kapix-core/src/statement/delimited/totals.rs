//! Totals that a document states, beside the sums of its rows.

use crate::statement::profile::ColumnRole;
use crate::statement::reading::{ReadingFinding, ReadingFindingKind, TotalCheck, TotalKind};

/// Totals that are listed at most: a document may have one a page.
const CHECKS_MAX: usize = 1_000;

/// The sums of the rows so far, and what was compared.
#[derive(Default)]
pub(super) struct Totals {
    all: Sums,
    /// Since the total before: of a page.
    part: Sums,
    pub(super) checks: Vec<TotalCheck>,
    wrong: Vec<u64>,
}

/// Sums of a million amounts of the wire fit i128.
#[derive(Clone, Copy, Default)]
struct Sums {
    credits: i128,
    debits: i128,
}

impl Totals {
    pub(super) fn add(&mut self, amount_minor: i64) {
        for sums in [&mut self.all, &mut self.part] {
            let own = if amount_minor > 0 { &mut sums.credits } else { &mut sums.debits };
            *own += i128::from(amount_minor).abs();
        }
    }

    /// Compares a total with the sum of all rows before it, and with that of the rows since the total before.
    pub(super) fn check(&mut self, line: u64, column: ColumnRole, stated_minor: i64) {
        let stated = i128::from(stated_minor);
        let of = |sums: Sums| match column {
            ColumnRole::Credit => [sums.credits, sums.credits, sums.credits],
            ColumnRole::Debit => [sums.debits, -sums.debits, sums.debits],
            // With a sign of either meaning, or without one.
            _ => [sums.credits - sums.debits, sums.debits - sums.credits, sums.credits + sums.debits],
        };
        let (all, part) = (of(self.all), of(self.part));
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

    /// Begins the sums of the next page.
    pub(super) fn end_part(&mut self) {
        self.part = Sums::default();
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
