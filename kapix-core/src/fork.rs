//! `fork()` while other threads call.
//!
//! A child has only the thread that forked, and every lock as it stood: one that another thread held stays held for
//! ever. So whoever takes a lock that outlives a call holds a common gate meanwhile, beside all others who do, and a
//! process forks while it has the gate alone. Locks are held for microseconds, so a fork waits no longer.
//!
//! The C library and the Python package ask for this by themselves. A host in Rust that forks hands [`before`] and
//! [`after`] to `pthread_atfork`.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

static GATE: RwLock<()> = RwLock::new(());

/// What must be let go before a fork.
static OPEN: Mutex<Vec<Weak<dyn LetGo>>> = Mutex::new(Vec::new());

/// What a child must not inherit, such as a file whose locks are the process's.
pub(crate) trait LetGo: Send + Sync {
    /// Lets it go. No thread uses it meanwhile; it is opened again when it is needed next.
    fn let_go(&self);
}

/// Lets a thing go before each fork from now on, as long as it lives.
pub(crate) fn let_go_before(thing: Weak<dyn LetGo>) {
    let _held = hold();
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|it| it.strong_count() > 0);
    open.push(thing);
}

thread_local! {
    /// How often this thread holds the gate beside others: only the first time takes it, since one that forks may wait.
    static HELD: Cell<u32> = const { Cell::new(0) };
    /// The gate, while this thread forks.
    static ALONE: Cell<Option<ManuallyDrop<RwLockWriteGuard<'static, ()>>>> = const { Cell::new(None) };
}

/// While it lives, no thread that asked by [`before`] forks.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "held for its drop")] Option<RwLockReadGuard<'static, ()>>);

/// Returns what keeps the process from forking; held as long as a lock that outlives a call.
///
/// ```
/// let ledger = std::sync::Mutex::new(0);
/// let held = kapix_core::fork::hold();
/// *ledger.lock().unwrap() += 1;
/// drop(held);
/// ```
pub fn hold() -> Held {
    let depth = HELD.get();
    HELD.set(depth + 1);
    Held((depth == 0).then(|| GATE.read().unwrap_or_else(PoisonError::into_inner)))
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.set(HELD.get() - 1);
    }
}

/// Waits until no lock is held, and lets go what a child must not inherit. Called before a fork, by the thread that forks.
///
/// ```
/// kapix_core::fork::before();
/// // Here the process forks.
/// kapix_core::fork::after();
/// ```
pub fn before() {
    let alone = ALONE.take();
    let is_mine = alone.is_some() || HELD.get() > 0;
    let taken = || ManuallyDrop::new(GATE.write().unwrap_or_else(PoisonError::into_inner));
    ALONE.set(if is_mine { alone } else { Some(taken()) });
    // A thread that forks amid a call of its own keeps what that call uses.
    if !is_mine {
        // The gate is this thread's: what it drops here takes it no second time.
        HELD.set(1);
        let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().filter_map(Weak::upgrade).for_each(|it| it.let_go());
        drop(open);
        HELD.set(0);
    }
}

/// Lets the others go on. Called after a fork, in the parent and in the child; without [`before`] it does nothing.
///
/// ```
/// kapix_core::fork::after();
/// ```
pub fn after() {
    drop(ALONE.take().map(ManuallyDrop::into_inner));
}

#[cfg(test)]
mod tests {
    use super::{after, before, hold};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    #[test]
    fn a_fork_waits_for_locks_and_locks_wait_for_a_fork() {
        let forks = AtomicBool::new(false);
        std::thread::scope(|threads| {
            let held = hold();
            threads.spawn(|| {
                before();
                forks.store(true, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(30));
                forks.store(false, Ordering::SeqCst);
                after();
            });
            std::thread::sleep(Duration::from_millis(30));
            assert!(!forks.load(Ordering::SeqCst), "a lock is held");
            // A second lock under the first does not wait for the fork, which waits for the first.
            drop((hold(), held));
            let _later = hold();
            assert!(!forks.load(Ordering::SeqCst), "the fork goes on");
        });
    }
}
