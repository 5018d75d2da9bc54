//! The outside world: the time of day, a stop watch, and random bytes. Nothing else of the core reads them.

use crate::error::{Cause, Error, Result};
use crate::time::Instant;
use std::cell::RefCell;

/// Where recorded time, and an absent `as_of`, come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Always the same instant: for tests and vectors.
    Fixed(Instant),
    /// No clock: `as_of` must be in every request, and records carry its value.
    None,
}

impl Clock {
    /// Returns the present instant, or `None` without a clock.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub(super) fn now(self) -> Option<Instant> {
        match self {
            Self::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
                Instant::from_epoch_microseconds(i64::try_from(since.as_micros()).ok()?).ok()
            }
            Self::Fixed(instant) => Some(instant),
            Self::None => None,
        }
    }
}

/// Measures how long a call takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct StopWatch(std::time::Instant);

impl StopWatch {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub(super) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Returns the milliseconds since the start, to a thousandth.
    pub(super) fn milliseconds(self) -> f64 {
        let micros = u32::try_from(self.0.elapsed().as_micros()).unwrap_or(u32::MAX);
        f64::from(micros) / 1000.0
    }
}

/// Random bytes of the operating system that no call has taken yet; a draw of them costs as much as a small decision.
struct Drawn {
    bytes: [u8; DRAWN_BYTES],
    taken: usize,
    /// The process that drew them: a child of a fork has the bytes of its parent, and draws its own.
    process: u32,
}

/// What the ids and salts of some calls need.
const DRAWN_BYTES: usize = 576;

thread_local!(static DRAWN: RefCell<Drawn> =
    const { RefCell::new(Drawn { bytes: [0; DRAWN_BYTES], taken: DRAWN_BYTES, process: 0 }) });

/// Returns random bytes of the operating system, which no other call gets.
pub(super) fn entropy<const N: usize>() -> Result<[u8; N]> {
    let none = || Error::new(Cause::EntropyUnavailable, "the operating system gives no random bytes");
    DRAWN.with_borrow_mut(|drawn| {
        let process = std::process::id();
        if drawn.process != process || drawn.taken + N > DRAWN_BYTES {
            drawn.taken = DRAWN_BYTES;
            getrandom::fill(&mut drawn.bytes).map_err(|_| none())?;
            (drawn.taken, drawn.process) = (0, process);
        }
        let mut own = [0; N];
        let bytes = drawn.bytes.get_mut(drawn.taken..drawn.taken + N).ok_or_else(none)?;
        own.copy_from_slice(bytes);
        // A salt stands nowhere but in its record.
        bytes.fill(0);
        drawn.taken += N;
        Ok(own)
    })
}

#[cfg(test)]
mod tests {
    use super::entropy;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_calls_get_the_same_bytes() {
        let draw = || (0..200).map(|_| entropy::<36>().unwrap()).collect::<BTreeSet<_>>();
        let drawn = std::thread::scope(|threads| {
            let threads: Vec<_> = (0..4).map(|_| threads.spawn(draw)).collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>()
        });
        let all: BTreeSet<_> = drawn.iter().flatten().collect();
        assert_eq!(all.len(), 800);
        assert!(all.iter().all(|bytes| bytes.iter().any(|byte| *byte != 0)));
    }
}
