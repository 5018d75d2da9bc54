//! What enters a long fit beside its data.

use crate::error::Result;

/// Cancellation, progress and threads of a long fit; none of it changes a result.
#[derive(Clone, Copy)]
pub struct Run<'c> {
    /// Returns CANCELLED when the caller asked to stop; called between blocks of work.
    pub check: &'c (dyn Fn() -> Result<()> + Sync),
    /// Called with the work done and the work in all.
    pub progress: &'c (dyn Fn(u64, u64) + Sync),
    /// Threads; 0 takes all.
    pub threads: usize,
}

impl core::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Run").field("threads", &self.threads).finish_non_exhaustive()
    }
}
