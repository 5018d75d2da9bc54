//! Development of a large card: `cargo run --release -p kapix-benches --bin develop -- --rows 1000000 --columns 100`.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use kapix_benches::population::Population;
use kapix_benches::timing::{Whose, calibration_ns, cpu_seconds};
use kapix_core::{
    Control, Engine, EngineOptions, Limits, Request,
    frame::{Column, Frame},
    operations::ScorecardDevelopRequest,
};
use std::io;
use std::time::Instant;

const HELP: &str = "\
Develops a card from made columns and prints time and memory.

usage: develop [--rows N] [--columns N] [--seed N] [--threads N] [--stage card|binning] [--special N] [--repeats N]
               [--binning JSON]

  --rows N      default 1000000
  --columns N   columns of numbers beside the outcome, default 100
  --seed N      default 1
  --threads N   default 2
  --stage S     how far, default card
  --special N   codes -9, -8, .. that each column holds and the request names, default 0
  --binning JSON  settings of the binning, beside the special values
  --repeats N   runs; the fastest counts, default 1

Memory is the peak of the resident set of the process, frame included, over the size of the frame.";

/// What is asked for.
struct Settings {
    rows: usize,
    columns: usize,
    seed: u64,
    threads: usize,
    special: u32,
    repeats: u32,
    stage: String,
    binning: serde_json::Map<String, serde_json::Value>,
}

impl Settings {
    fn read() -> io::Result<Option<Self>> {
        let stage = "card".to_owned();
        let mut settings = Self {
            rows: 1_000_000,
            columns: 100,
            seed: 1,
            threads: 2,
            special: 0,
            repeats: 1,
            stage,
            binning: serde_json::Map::new(),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().unwrap_or_default();
            let number = || value.parse().map_err(|_| io::Error::other("not a number; see --help"));
            match name.as_str() {
                "--rows" => settings.rows = number()?,
                "--columns" => settings.columns = number()?,
                "--threads" => settings.threads = number()?,
                "--seed" => settings.seed = value.parse().map_err(io::Error::other)?,
                "--special" => settings.special = value.parse().map_err(io::Error::other)?,
                "--repeats" => settings.repeats = value.parse().map_err(io::Error::other)?,
                "--binning" => settings.binning = serde_json::from_str(&value)?,
                "--stage" => settings.stage = value,
                "--help" | "-h" => return Ok(None),
                _ => return Err(io::Error::other("unknown argument; see --help")),
            }
        }
        Ok(Some(settings))
    }

    fn request(&self) -> io::Result<ScorecardDevelopRequest> {
        let special: Vec<f64> = Population::special_codes(self.special).collect();
        let mut binning = self.binning.clone();
        binning.insert("special_values".to_owned(), serde_json::json!(special));
        let request = serde_json::json!({
            "as_of": "2026-06-30T00:00:00Z", "target": "bad", "stage": self.stage, "binning": binning
        });
        serde_json::from_value(request).map_err(io::Error::other)
    }
}

#[expect(clippy::disallowed_methods, reason = "wall time is what it measures")]
fn main() -> io::Result<()> {
    let Some(settings) = Settings::read()? else {
        println!("{HELP}");
        return Ok(());
    };
    println!("calibration loop {:.3} ns a step", calibration_ns());
    let population = Population::new(settings.rows, settings.columns, settings.seed, settings.special);
    let before = resident_peak()?;
    let names = (0..settings.columns).map(|column| format!("x{column:03}"));
    let columns = names.zip(population.columns()).map(|(name, values)| (name, Column::float(values)));
    let all = columns.chain([("bad".to_owned(), Column::float(&population.bad))]).collect();
    let limits = Limits::default();
    let frame = Frame::new(all, &limits).map_err(io::Error::other)?;
    let engine = Engine::load::<&[u8]>(&[], EngineOptions::default()).map_err(io::Error::other)?;
    let request = Request::ScorecardDevelop(Box::new(settings.request()?));
    let control = Control { threads: settings.threads, ..Control::default() };
    let (mut wall, mut cpu) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..settings.repeats {
        let (start, start_cpu) = (Instant::now(), cpu_seconds(Whose::Process));
        let reply = engine.run_columns(&request, &frame, &control).map_err(io::Error::other)?;
        let bytes = serde_json::to_vec(&reply.response)?;
        cpu = cpu.min(cpu_seconds(Whose::Process) - start_cpu);
        wall = wall.min(start.elapsed().as_secs_f64());
        if settings.repeats == 1 {
            summarise(&bytes)?;
        }
    }
    let frame_bytes = 8.0 * population.values_of(settings.columns + 1);
    println!("{} rows x {} columns, {} threads", settings.rows, settings.columns, settings.threads);
    println!("wall {wall:.3} s, CPU {cpu:.4} s");
    let peak = resident_peak()?;
    println!(
        "peak {:.0} MB, {:.3} times the frame of {:.0} MB (before: {:.0} MB)",
        peak / 1e6,
        peak / frame_bytes,
        frame_bytes / 1e6,
        before / 1e6
    );
    Ok(())
}

fn summarise(bytes: &[u8]) -> io::Result<()> {
    let response: serde_json::Value = serde_json::from_slice(bytes)?;
    let chosen = response.pointer("/selection/chosen").and_then(serde_json::Value::as_array).map(Vec::len);
    let auc = response.pointer("/validation/hold_out/auc/value");
    println!("response {} bytes, {chosen:?} characteristics chosen, hold-out AUC {auc:?}", bytes.len());
    Ok(())
}

/// Returns the most bytes that the process had in memory so far, as Linux tells.
fn resident_peak() -> io::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kilobytes.map(|own| 1024.0 * own).ok_or_else(|| io::Error::other("no VmHWM"))
}
