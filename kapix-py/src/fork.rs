//! Forks of the interpreter: gunicorn, Celery and `multiprocessing` fork while threads may be inside a call.

/// Waits until no call holds a lock; for `os.register_at_fork`.
#[pyo3::pyfunction]
pub(crate) fn before_fork() {
    kapix_core::fork::before();
}

/// Lets the calls go on, in the parent and in the child.
#[pyo3::pyfunction]
pub(crate) fn after_fork() {
    kapix_core::fork::after();
}
