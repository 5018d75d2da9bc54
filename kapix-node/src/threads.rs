//! The threads of calls that leave the event loop alone. Node.js reads files and looks up names on the few threads of
//! libuv's pool, which a handful of developments would hold for minutes.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Calls at once; more wait for one of them to end. Each takes threads of its own where it has work for them.
const CALLS_MAX: usize = 64;

type Call = Box<dyn FnOnce() + Send>;

/// Calls that wait, and the threads that work them off.
struct Queue {
    waiting: VecDeque<Call>,
    threads: usize,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { waiting: VecDeque::new(), threads: 0 });

/// Runs a call on another thread, or on this one where no thread can start.
pub(crate) fn start(call: impl FnOnce() + Send + 'static) {
    let mut queue = held();
    queue.waiting.push_back(Box::new(call));
    if queue.threads == CALLS_MAX {
        return;
    }
    queue.threads += 1;
    drop(queue);
    if thread::Builder::new().name("kapix".to_owned()).spawn(work_off).is_err() {
        work_off();
    }
}

fn work_off() {
    while let Some(call) = next() {
        call();
    }
}

/// Returns the next call; without one the thread ends.
fn next() -> Option<Call> {
    let mut queue = held();
    let call = queue.waiting.pop_front();
    if call.is_none() {
        queue.threads -= 1;
    }
    call
}

fn held() -> MutexGuard<'static, Queue> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}
