//! Speed of scoring beside limits and floors of the same run: `cargo run --release -p kapix-benches --bin speed`.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use kapix_benches::report::{Figure, heading};
use kapix_benches::timing::calibration_ns;
use kapix_benches::{batch, single};
use std::io;

const HELP: &str = "\
Measures one score and many, beside limits and floors of the same run.

usage: speed [--out FILE] [--only single|batch]

  --out FILE   write the figures as JSON too
  --only KIND  run one part

Figures are CPU time, the fastest of nine runs; `2 threads to 1` is wall time.
`times` is figure to target, or figure to what ran beside it: above 1 is slower. Points are compared with those
of a scorer in plain Rust before anything is measured.";

fn main() -> io::Result<()> {
    let (mut out, mut only) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => out = arguments.next(),
            "--only" => only = arguments.next(),
            "--help" | "-h" => {
                println!("{HELP}");
                return Ok(());
            }
            _ => return Err(io::Error::other("unknown argument; see --help")),
        }
    }
    let before = calibration_ns();
    println!("speed of kapix {}, CPU time, fastest of 9 runs", kapix_core::audit::ENGINE_VERSION);
    println!("calibration loop {before:.3} ns a step\n\n{}", heading());
    let mut figures = Vec::new();
    for (name, part) in [("single", single::figures as fn() -> _), ("batch", batch::figures)] {
        if only.as_deref().is_none_or(|only| only == name) {
            let found: Vec<Figure> = part()?;
            for line in found.iter().flat_map(Figure::lines) {
                println!("{line}");
            }
            figures.extend(found);
        }
    }
    let after = calibration_ns();
    println!("\ncalibration loop {after:.3} ns a step");
    if let Some(file) = out {
        let figures: Vec<_> = figures.iter().map(Figure::json).collect();
        let version = kapix_core::audit::ENGINE_VERSION;
        let all =
            serde_json::json!({"version": version, "calibration_ns": [before, after], "figures": figures});
        std::fs::write(file, serde_json::to_vec_pretty(&all)?)?;
    }
    Ok(())
}
