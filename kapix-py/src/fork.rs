//! Forks of the interpreter: gunicorn, Celery and `multiprocessing` fork while threads may be inside a call.

use std::sync::Once;

/// Makes every later fork of the process wait until no lock is held. `os.register_at_fork` would not do: other code in
/// Python runs between its handlers and the fork, and a thread that has the interpreter may then wait for the gate.
pub(crate) fn expect() {
    #[cfg(unix)]
    {
        static ASKED: Once = Once::new();
        type Handler = extern "C" fn();
        extern "C" fn before() {
            kapix_core::fork::before();
        }
        extern "C" fn after() {
            kapix_core::fork::after();
        }
        // SAFETY: the declaration is that of POSIX, and the function asks nothing of its arguments.
        unsafe extern "C" {
            safe fn pthread_atfork(prepare: Handler, parent: Handler, child: Handler) -> i32;
        }
        // It fails only without memory: forks are then those of any library.
        ASKED.call_once(|| _ = pthread_atfork(before, after, after));
    }
}
