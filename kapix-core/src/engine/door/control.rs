//! What enters a call beside its request: progress, cancellation, threads, and whether a draft is wanted.

use crate::error::{Cause, Error, Result};
use crate::fitting::Run;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Called with the work done and the work in all; must be quick.
pub type Progress<'c> = &'c (dyn Fn(u64, u64) + Sync);

/// Set from any thread to stop a call at its next block.
#[derive(Clone, Debug, Default)]
pub struct CancelFlag(Arc<AtomicBool>);

impl CancelFlag {
    /// Stops the calls that carry the flag.
    ///
    /// ```
    /// use kapix_core::{CancelFlag, Cause, Control, Desk, Operation, Request, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), b"{}")?;
    /// let request = Request::read(Operation::EngineDescribe, b"{}", desk.engine().limits())?;
    /// let flag = CancelFlag::default();
    /// let control = Control { cancelled: Some(flag.clone()), ..Control::default() };
    ///
    /// flag.cancel();
    /// assert_eq!(desk.run(request, &control).map_err(|error| error.cause), Err(Cause::Cancelled));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether the calls are to stop.
    ///
    /// ```
    /// use kapix_core::CancelFlag;
    ///
    /// let flag = CancelFlag::default();
    /// let elsewhere = flag.clone();
    /// std::thread::spawn(move || elsewhere.cancel()).join().unwrap();
    /// assert!(flag.is_cancelled());
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What enters a call beside its request; none of it changes a result.
#[derive(Clone, Default)]
pub struct Control<'c> {
    /// Called with how far a long call is.
    pub progress: Option<Progress<'c>>,
    /// Stops a long call with CANCELLED.
    pub cancelled: Option<CancelFlag>,
    /// Threads of a long call; 0 takes all.
    pub threads: usize,
    /// Whether the reply carries the draft of a record; the Desk sets it.
    pub draft: bool,
}

impl core::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Control")
            .field("progress", &self.progress.is_some())
            .field("cancelled", &self.cancelled)
            .field("threads", &self.threads)
            .field("draft", &self.draft)
            .finish()
    }
}

impl Control<'_> {
    /// Runs a long computation of a lower layer.
    pub(in crate::engine) fn run<T>(&self, work: impl FnOnce(&Run<'_>) -> Result<T>) -> Result<T> {
        let check = || self.check();
        let progress = |done, total| self.progress.iter().for_each(|report| report(done, total));
        work(&Run { check: &check, progress: &progress, threads: self.threads })
    }

    /// Returns CANCELLED when the caller asked to stop.
    pub(in crate::engine) fn check(&self) -> Result<()> {
        if self.cancelled.as_ref().is_some_and(CancelFlag::is_cancelled) {
            return Err(Error::new(Cause::Cancelled, "the caller cancelled the operation"));
        }
        Ok(())
    }
}
