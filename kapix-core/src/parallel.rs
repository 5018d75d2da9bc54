//! Independent jobs on several threads.
//!
//! Threads live for one call only: a pool would be missing in a forked worker (gunicorn, Celery) and would have to
//! be found out and made again there. Starting one costs about 20 microseconds, so callers ask for threads only
//! when the jobs are longer. The caller's thread is one of them. Results never depend on the number of threads: jobs
//! are independent and the first error by job number is returned.

use crate::caught::THREAD;
use crate::error::Result;
use std::thread::Builder;

/// The most threads of one call, whatever it asks for: ten times the cores of a large machine.
const THREADS_MAX: usize = 1_024;

/// Runs every job and returns the error of the lowest job number. `threads` 0 takes all of the machine; there are never
/// more than jobs, nor than the system gives, and none starts after an error, so that a cancelled call ends.
pub(crate) fn run<J: Send>(
    jobs: impl Iterator<Item = J> + Send,
    threads: usize,
    work: impl Fn(usize, J) -> Result<()> + Sync,
) -> Result<()> {
    let most = jobs.size_hint().1.unwrap_or(THREADS_MAX).min(THREADS_MAX);
    let threads = if cfg!(feature = "parallel") { available(threads).min(most) } else { 1 };
    let queue = std::sync::Mutex::new(jobs.enumerate());
    let first_error = std::sync::Mutex::new(None);
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let work_off = || {
        while let Some((number, job)) = next() {
            let Err(error) = work(number, job) else { continue };
            if let Ok(mut first) = first_error.lock()
                && first.as_ref().is_none_or(|(other, _)| number < *other)
            {
                *first = Some((number, error));
            }
            return;
        }
    };
    std::thread::scope(|scope| {
        let has_failed = || first_error.lock().is_ok_and(|first| first.is_some());
        for _ in 1..threads {
            if has_failed() || Builder::new().name(THREAD.into()).spawn_scoped(scope, work_off).is_err() {
                break;
            }
        }
        work_off();
    });
    match first_error.into_inner() {
        Ok(Some((_, error))) => Err(error),
        _ => Ok(()),
    }
}

fn available(threads: usize) -> usize {
    match threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::error::{Cause, Error};
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn no_call_starts_more_threads_than_jobs_or_than_1024() {
        for (jobs, most) in [(3, 3), (5_000, 1_024)] {
            let threads = Mutex::new(Vec::new());
            let note = |_, _| {
                let own = std::thread::current().id();
                let mut threads = threads.lock().unwrap();
                (!threads.contains(&own)).then(|| threads.push(own));
                Ok(())
            };
            run(0..jobs, usize::MAX, note).unwrap();
            let started = threads.into_inner().unwrap().len();
            assert!(started <= most, "{started} threads for {jobs} jobs");
        }
    }

    #[test]
    fn a_cancelled_call_starts_no_further_thread() {
        let asked = AtomicU64::new(0);
        let cancelled = |_, _| {
            asked.fetch_add(1, Ordering::Relaxed);
            Err(Error::new(Cause::Cancelled, "cancelled"))
        };
        run(0..u64::MAX, usize::MAX, cancelled).unwrap_err();
        // Every thread that started asked once.
        assert!(asked.into_inner() <= 1_024);
    }

    #[test]
    fn every_job_runs_once_on_any_number_of_threads() {
        for threads in [0, 1, 2, 7] {
            let sum = AtomicU64::new(0);
            run(0..1000u64, threads, |number, job| {
                assert_eq!(number as u64, job);
                sum.fetch_add(job, Ordering::Relaxed);
                Ok(())
            })
            .unwrap();
            assert_eq!(sum.into_inner(), 499_500);
        }
    }

    #[test]
    fn the_first_error_by_number_is_returned() {
        for threads in [1, 3] {
            let failing = |number, _| match number {
                3 | 4 => Err(Error::new(Cause::Cancelled, format!("{number}"))),
                _ => Ok(()),
            };
            let error = run(0..5, threads, failing).unwrap_err();
            assert_eq!(error.message, "3");
        }
    }
}
