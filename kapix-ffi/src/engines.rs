//! The open engines. A handle is the number of its engine in the shape of a pointer: numbers are given once, so a
//! handle that was closed, or never was one, names nothing.

use kapix_core::{Cause, Desk, Error, Result};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// An engine as C sees it; never read through.
pub(crate) enum Handle {}

static OPEN: RwLock<BTreeMap<usize, Arc<Desk>>> = RwLock::new(BTreeMap::new());

/// Begins above the lowest page: runtimes such as Go's stop at a pointer into it.
static NEXT: AtomicUsize = AtomicUsize::new(1 << 16);

/// Returns a handle for an engine, which is open from now on.
pub(crate) fn open(desk: Desk) -> *mut Handle {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    OPEN.write().unwrap_or_else(PoisonError::into_inner).insert(number, Arc::new(desk));
    core::ptr::without_provenance_mut(number)
}

/// Returns the engine of a handle; it lives as long as the call that holds it.
pub(crate) fn find(handle: *const Handle) -> Result<Arc<Desk>> {
    let found = OPEN.read().unwrap_or_else(PoisonError::into_inner).get(&handle.addr()).cloned();
    found.ok_or_else(|| Error::new(Cause::EngineClosed, "the handle is NULL, closed, or not of this library"))
}

/// Closes an engine if it is open and returns it, so that the last use ends outside the lock.
pub(crate) fn close(handle: *const Handle) -> Option<Arc<Desk>> {
    OPEN.write().unwrap_or_else(PoisonError::into_inner).remove(&handle.addr())
}
