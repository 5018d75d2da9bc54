//! How much one analysis may look at: a count of operations on boxes that all tables share, and never a clock, so that the
//! answer is the same everywhere.

use crate::error::{Error, Result};
use crate::fitting::Run;

/// Operations on boxes of one analysis, at most: a few seconds.
pub(in crate::policy) const STEPS_MAX: usize = 100_000_000;

/// Steps of the runs that look for applicants, at most: about a thousand searches to their own ends.
const SEARCHED_MAX: usize = 3_000_000_000;

/// Operations between two looks at whether the caller cancelled.
const LOOK: usize = 1 << 16;

/// The operations that are left.
pub(in crate::policy) struct Steps<'r> {
    left: usize,
    /// Steps of runs that are left for the search of applicants.
    searched: usize,
    /// Operations until the next look.
    look: usize,
    run: &'r Run<'r>,
    stopped: Option<Error>,
}

impl<'r> Steps<'r> {
    /// Returns so many operations.
    pub(in crate::policy) const fn new(run: &'r Run<'r>, most: usize) -> Self {
        Self { left: most, searched: SEARCHED_MAX, look: LOOK, run, stopped: None }
    }

    /// Takes operations, and returns whether there were as many.
    pub(in crate::policy) fn spend(&mut self, count: usize) -> bool {
        if count > self.left {
            self.left = 0;
            return false;
        }
        self.left -= count;
        self.work(count);
        self.left > 0
    }

    /// Takes steps of a run that looks for an applicant, and returns whether there were as many.
    pub(in crate::policy) fn search(&mut self, count: usize) -> bool {
        self.searched = self.searched.saturating_sub(count);
        self.work(count);
        self.searched > 0
    }

    /// Looks at whether the caller cancelled after so much work; with that nothing is left.
    fn work(&mut self, count: usize) {
        self.look = self.look.saturating_sub(count);
        if self.look > 0 {
            return;
        }
        self.look = LOOK;
        if let Err(error) = (self.run.check)() {
            self.stopped = Some(error);
            (self.left, self.searched) = (0, 0);
        }
    }

    /// Returns whether no search for an applicant is left.
    pub(in crate::policy) const fn are_searched(&self) -> bool {
        self.searched == 0
    }

    /// Returns whether no operation is left.
    pub(in crate::policy) const fn are_spent(&self) -> bool {
        self.left == 0
    }

    /// Returns the operations that are left.
    #[cfg(test)]
    pub(in crate::policy) const fn left(&self) -> usize {
        self.left
    }

    /// Returns CANCELLED where the caller asked to stop.
    pub(in crate::policy) fn check(&mut self) -> Result<()> {
        match self.stopped.take() {
            Some(error) => Err(error),
            None => (self.run.check)(),
        }
    }

    /// Tells how far the work is, and returns CANCELLED where the caller asked to stop.
    pub(in crate::policy) fn at(&mut self, done: usize, total: usize) -> Result<()> {
        self.check()?;
        let count = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
        (self.run.progress)(count(done), count(total));
        Ok(())
    }
}
