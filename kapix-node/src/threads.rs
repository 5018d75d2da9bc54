//! The threads of calls that leave the event loop alone. Node.js reads files and looks up names on the few threads of
//! libuv's pool, which a handful of developments would hold for minutes.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Calls at once on a machine of few cores; on others one a core. More wait for one of them to end: each takes threads of
/// its own where it has work for them, and the event loop needs a share of the cores too.
const CALLS_MIN: usize = 2;

type Call = Box<dyn FnOnce() + Send>;

/// Calls that wait, and how many threads work them off.
static QUEUE: Mutex<(VecDeque<Call>, usize)> = Mutex::new((VecDeque::new(), 0));

/// Runs a call on another thread, or on this one where no thread can start.
pub(crate) fn start(call: impl FnOnce() + Send + 'static) {
    let mut queue = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
    queue.0.push_back(Box::new(call));
    if queue.1 >= thread::available_parallelism().map_or(CALLS_MIN, |it| it.get().max(CALLS_MIN)) {
        return;
    }
    queue.1 += 1;
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
    let mut queue = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
    let call = queue.0.pop_front();
    queue.1 -= usize::from(call.is_none());
    call
}
