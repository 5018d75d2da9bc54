//! `kapix_control`: what a C caller gives beside a long request.

use crate::abi::invalid;
use core::ffi::c_void;
use core::sync::atomic::{AtomicI32, Ordering};
use kapix_core::{CancelFlag, Control, Result};

/// `kapix_control` of the header.
#[repr(C)]
pub(crate) struct ControlArgument {
    size: usize,
    progress: Option<unsafe extern "C-unwind" fn(*mut c_void, u64, u64) -> i32>,
    context: *mut c_void,
    cancelled: *const AtomicI32,
    threads: u32,
}

// SAFETY: the header asks for a callback, a context and a flag that every thread may use; nothing here writes.
unsafe impl Sync for ControlArgument {}

impl ControlArgument {
    /// Returns what `work` returns under this control, or under none.
    pub(crate) fn run<T>(this: Option<&Self>, work: impl FnOnce(&Control<'_>) -> Result<T>) -> Result<T> {
        let Some(this) = this else { return work(&Control::default()) };
        if this.size < size_of::<Self>() || !this.cancelled.is_aligned() {
            return Err(invalid("the control is not of this library's size, or its flag is misaligned"));
        }
        let flag = CancelFlag::default();
        // SAFETY: the flag is aligned, and the header asks that it outlives the call and is written atomically.
        let cancelled = unsafe { this.cancelled.as_ref() };
        let is_cancelled = || cancelled.is_some_and(|cancelled| cancelled.load(Ordering::Relaxed) != 0);
        let note = |done, total| {
            // SAFETY: the header asks for a function of this type that may be called until the call returns.
            let asked = this.progress.is_some_and(|tell| unsafe { tell(this.context, done, total) } != 0);
            (asked || is_cancelled()).then(|| flag.cancel());
        };
        is_cancelled().then(|| flag.cancel());
        let threads = usize::try_from(this.threads).unwrap_or(usize::MAX);
        work(&Control { progress: Some(&note), cancelled: Some(flag.clone()), threads, draft: false })
    }
}
