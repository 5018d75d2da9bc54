//! Builds the ledger of every Berka account: `cargo run --release -p kapix-benches --bin berka -- DIR`, where DIR
//! holds `trans_1993.asc.gz`.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints what it measures")]

use kapix_benches::berka;
use kapix_core::{Ledger, Limits};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Runs of which the fastest counts.
const RUNS: usize = 5;

fn main() -> io::Result<()> {
    let dir = std::env::args_os()
        .nth(1)
        .ok_or_else(|| io::Error::other("the directory of the data must be given"))?;
    let accounts = berka::accounts(&PathBuf::from(dir))?;
    let mut cases = Vec::with_capacity(accounts.len());
    for (_, account) in accounts {
        let as_of = berka::as_of(&account)?;
        cases.push((berka::applicant(account), as_of));
    }
    let limits = Limits::default();
    let mut best = Duration::MAX;
    let (mut rows, mut days, mut chained) = (0, 0, 0);
    for _ in 0..RUNS {
        (rows, days, chained) = (0, 0, 0);
        let start = Instant::now();
        for (data, as_of) in &cases {
            let ledger = Ledger::build(data, *as_of, &limits).map_err(io::Error::other)?;
            for account in &ledger.accounts {
                rows += account.rows.len();
                days += account.days;
                chained += account.days_chained;
            }
        }
        best = best.min(start.elapsed());
    }
    let count = u32::try_from(cases.len()).map_err(io::Error::other)?;
    println!("accounts             {count}");
    println!("rows                 {rows}");
    println!("account-days         {days}");
    println!("days that chain      {chained} ({:.4} %)", 100.0 * f64::from(chained) / f64::from(days));
    println!("microseconds/account {:.1}", 1e6 * best.as_secs_f64() / f64::from(count));
    Ok(())
}
