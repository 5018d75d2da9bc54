//! CPU and wall time: the fastest of several short runs, so that a busy machine disturbs a figure little.

use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;

/// Runs of which the fastest counts.
const RUNS: u32 = 9;
/// Runs in wall time of which the fastest counts: other programs disturb it more.
const WALL_RUNS: u32 = 25;
/// CPU seconds that one run takes at least.
const RUN_SECONDS: f64 = 0.02;
/// Steps of the calibration loop.
const CALIBRATION_STEPS: u32 = 2_000_000;

/// Whose CPU time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This thread's.
    Thread,
    /// That of every thread of the process.
    Process,
}

/// Returns CPU seconds used so far.
pub fn cpu_seconds(whose: Whose) -> f64 {
    seconds(match whose {
        Whose::Thread => ClockId::ThreadCPUTime,
        Whose::Process => ClockId::ProcessCPUTime,
    })
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    let seconds = u32::try_from(time.tv_sec).unwrap_or(u32::MAX);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    f64::from(seconds) + 1e-9 * f64::from(nanoseconds)
}

/// Returns the CPU seconds of one call, the fastest of nine runs of at least 20 ms.
pub fn seconds_per_call<T>(mut call: impl FnMut() -> T) -> f64 {
    seconds_per_call_on(|| (), |()| call())
}

/// Returns the CPU seconds of one call that consumes what `make` made before the clock started.
pub fn seconds_per_call_on<I, T>(make: impl Fn() -> I, mut call: impl FnMut(I) -> T) -> f64 {
    let mut run = |calls: u32| -> f64 {
        let made: Vec<I> = (0..calls).map(|_| make()).collect();
        let start = cpu_seconds(Whose::Thread);
        for input in made {
            black_box(call(black_box(input)));
        }
        cpu_seconds(Whose::Thread) - start
    };
    let mut calls = 1;
    while run(calls) < RUN_SECONDS && calls < 1 << 24 {
        calls *= 2;
    }
    let best = (0..RUNS).map(|_| run(calls)).fold(f64::INFINITY, f64::min);
    best / f64::from(calls)
}

/// Returns the CPU seconds of all threads for one call, the fastest of nine.
pub fn seconds_of_process<T>(mut call: impl FnMut() -> T) -> f64 {
    let mut run = || {
        let start = cpu_seconds(Whose::Process);
        black_box(call());
        cpu_seconds(Whose::Process) - start
    };
    run();
    (0..RUNS).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// Returns the wall seconds of one call with each of two settings, the fastest of 25 by turns.
pub fn wall_seconds<S: Copy, T>(settings: [S; 2], mut call: impl FnMut(S) -> T) -> [f64; 2] {
    let mut best = [f64::INFINITY; 2];
    for _ in 0..WALL_RUNS {
        for (best, setting) in best.iter_mut().zip(settings) {
            let start = seconds(ClockId::Monotonic);
            black_box(call(setting));
            *best = best.min(seconds(ClockId::Monotonic) - start);
        }
    }
    best
}

/// Returns how many times as fast, in wall time, two threads are through a loop that touches no memory: what the machine
/// leaves to any program at this moment, at most 2.
pub fn times_of_two_threads() -> f64 {
    let [one, two] = wall_seconds([1, 2], |threads| {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(move || calibration_loop(8 * CALIBRATION_STEPS / threads));
            }
        });
    });
    one / two
}

fn calibration_loop(steps: u32) {
    let mut state = black_box(0x9E37_79B9_7F4A_7C15_u64);
    for _ in 0..steps {
        state = state.wrapping_mul(0xD120_0000_0000_0001 | 1).rotate_left(23);
    }
    black_box(state);
}

/// Returns the nanoseconds of one step of a fixed loop: a multiplication that waits for the one before it. Figures of
/// two runs compare only where these agree.
pub fn calibration_ns() -> f64 {
    let best = (0..3).map(|_| {
        let start = cpu_seconds(Whose::Thread);
        calibration_loop(CALIBRATION_STEPS);
        cpu_seconds(Whose::Thread) - start
    });
    1e9 * best.fold(f64::INFINITY, f64::min) / f64::from(CALIBRATION_STEPS)
}
