//! Panics that a binding catches and gives as errors, of which the host's stderr hears nothing.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::thread;

/// The name of the threads of a call.
pub(crate) const THREAD: &str = "kapix";

/// Returns what `work` returns, or `None` if it panics. From the first call on, the hook of the process for panics passes by
/// those of `work` and of the threads that it starts, and is called for all others as before.
///
/// ```
/// use kapix_core::caught::caught;
///
/// assert_eq!(caught(|| 1), Some(1));
/// assert_eq!(caught(|| [1].get(2).copied().unwrap()), None);
/// ```
pub fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    static SILENCED: Once = Once::new();
    thread_local!(static IS_CAUGHT: Cell<bool> = const { Cell::new(false) });
    SILENCED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let is_own = IS_CAUGHT.get() || thread::current().name() == Some(THREAD);
            (!is_own).then(|| others(panic));
        }));
    });
    let outer = IS_CAUGHT.replace(true);
    let answer = panic::catch_unwind(AssertUnwindSafe(work)).ok();
    IS_CAUGHT.set(outer);
    answer
}
