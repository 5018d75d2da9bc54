//! The open engines. A handle is the number of its engine in the shape of a pointer: numbers are given once, so a
//! handle that was closed, or never was one, names nothing.

use kapix_core::{Cause, Desk, Error, Result, fork};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once, PoisonError, RwLock};

/// An engine as C sees it; never read through.
pub(crate) enum Handle {}

static OPEN: RwLock<BTreeMap<usize, Arc<Desk>>> = RwLock::new(BTreeMap::new());

/// Begins above the lowest page: runtimes such as Go's stop at a pointer into it.
static NEXT: AtomicUsize = AtomicUsize::new(1 << 16);

/// Returns a handle for an engine, which is open from now on.
pub(crate) fn open(desk: Desk) -> *mut Handle {
    expect_forks();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let _held = fork::hold();
    OPEN.write().unwrap_or_else(PoisonError::into_inner).insert(number, Arc::new(desk));
    core::ptr::without_provenance_mut(number)
}

/// Returns the engine of a handle; it lives as long as the call that holds it.
pub(crate) fn find(handle: *const Handle) -> Result<Arc<Desk>> {
    let _held = fork::hold();
    let found = OPEN.read().unwrap_or_else(PoisonError::into_inner).get(&handle.addr()).cloned();
    found.ok_or_else(|| Error::new(Cause::EngineClosed, "the handle is NULL, closed, or not of this library"))
}

/// Closes an engine if it is open and returns it, so that the last use ends outside the lock.
pub(crate) fn close(handle: *const Handle) -> Option<Arc<Desk>> {
    let _held = fork::hold();
    OPEN.write().unwrap_or_else(PoisonError::into_inner).remove(&handle.addr())
}

/// Makes every later fork of the process wait until no lock of the library is held.
fn expect_forks() {
    #[cfg(unix)]
    {
        static ASKED: Once = Once::new();
        type Handler = extern "C" fn();
        extern "C" fn before() {
            fork::before();
        }
        extern "C" fn after() {
            fork::after();
        }
        // SAFETY: the declaration is that of POSIX, and the function asks nothing of its arguments.
        unsafe extern "C" {
            safe fn pthread_atfork(prepare: Handler, parent: Handler, child: Handler) -> i32;
        }
        // It fails only without memory: forks are then those of any library.
        ASKED.call_once(|| _ = pthread_atfork(before, after, after));
    }
}
