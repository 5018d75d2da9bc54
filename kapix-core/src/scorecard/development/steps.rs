//! How far a development is: in every fit a step for each column that is binned, and one for the fit itself.

use crate::fitting::Run;
use std::sync::Mutex;

/// The steps of a development. They are told one after another, whatever thread takes them.
pub(super) struct Steps<'p> {
    run: &'p Run<'p>,
    columns: u64,
    total: u64,
    done: Mutex<u64>,
}

impl<'p> Steps<'p> {
    /// Returns the steps of a development of so many columns with so many folds beside the card.
    pub(super) fn new(run: &'p Run<'p>, columns: usize, folds: u8) -> Self {
        let columns = u64::try_from(columns).unwrap_or(u64::MAX);
        let total = columns.saturating_add(1).saturating_mul(u64::from(folds) + 1);
        Self { run, columns, total, done: Mutex::new(0) }
    }

    /// Takes note of a column that was binned.
    pub(super) fn bin(&self) {
        self.reach(|done| done + 1);
    }

    /// Takes note of the fit of a fold, after the bins of the card; a fold without a usable column ends here too.
    pub(super) fn fold(&self, fold: u8) {
        self.reach(|_| self.columns.saturating_add((self.columns + 1).saturating_mul(u64::from(fold) + 1)));
    }

    /// Takes note of the end.
    pub(super) fn end(&self) {
        self.reach(|_| self.total);
    }

    fn reach(&self, next: impl FnOnce(u64) -> u64) {
        let Ok(mut done) = self.done.lock() else { return };
        *done = next(*done).min(self.total);
        (self.run.progress)(*done, self.total);
    }
}
