//! The outside world: the time of day, a stop watch, and random bytes. Nothing else of the core reads them.

use crate::error::{Cause, Error, Result};
use crate::time::Instant;

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

/// Returns random bytes of the operating system.
pub(super) fn entropy<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| Error::new(Cause::EntropyUnavailable, "the operating system gives no random bytes"))?;
    Ok(bytes)
}
