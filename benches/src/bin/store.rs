//! Decisions per second on a store at each durability, beside the disk's own rate of syncs in the same run; bytes of a decision;
//! proofs and appends of a log of 10^3 to 10^6 leaves.
//!
//! `cargo run --release -p kapix-benches --features store --bin store -- [SECONDS [FOLDER]]`
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(clippy::disallowed_methods, reason = "wall time is what it measures")]

use kapix_core::audit::{Hash, Node, Nodes, Peaks, inclusion_path, leaf_hash, verify_inclusion};
use kapix_core::store::Durability;
use kapix_core::{Clock, Control, Desk, DeskOptions, Engine, EngineOptions, artefact};
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().map_or(Ok(3), |it| it.parse())?;
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("kapix-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = measure(&folder, Duration::from_secs(seconds));
    std::fs::remove_dir_all(&folder)?;
    done?;
    logs()
}

fn measure(folder: &Path, time: Duration) -> Result<(), Box<dyn Error>> {
    println!(
        "decisions on record (decisions.run by values, policy nano_loan_ke), SQLite in {}",
        folder.display()
    );
    println!(
        "{:<10} {:>7} {:>12} {:>10} {:>10} {:>10}",
        "durability", "threads", "decisions/s", "syncs/s", "ratio", "bytes"
    );
    for (name, durability, threads) in [
        ("decision", Durability::Decision, 1),
        ("group", Durability::Group, 1),
        ("group", Durability::Group, 16),
        ("group", Durability::Group, 64),
        ("group", Durability::Group, 256),
        ("os", Durability::Os, 1),
        ("os", Durability::Os, 16),
        ("os", Durability::Os, 64),
    ] {
        // The disk's own rate, of as many bytes as a commit writes, before and after: it changes with what others do.
        let before = syncs(folder, time / 4)?;
        let (rate, bytes) = decisions(folder, durability, threads, time)?;
        let own = before.midpoint(syncs(folder, time / 4)?);
        println!("{name:<10} {threads:>7} {rate:>12.0} {own:>10.0} {:>10.2} {bytes:>10.0}", rate / own);
    }
    Ok(())
}

/// Returns how often a second the disk takes 16 KiB at the end of a file and says that they are there.
fn syncs(folder: &Path, time: Duration) -> Result<f64, Box<dyn Error>> {
    let path = folder.join("syncs");
    let mut file = File::create(&path)?;
    let (begin, mut number) = (Instant::now(), 0_u32);
    while begin.elapsed() < time {
        file.write_all(&[7; 16_384])?;
        file.sync_data()?;
        number += 1;
    }
    let rate = f64::from(number) / begin.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}

fn decisions(
    folder: &Path,
    durability: Durability,
    threads: u64,
    time: Duration,
) -> Result<(f64, f64), Box<dyn Error>> {
    let path = folder.join("store.db");
    let engine =
        Engine::load(&[artefact::EXPERT_CARDS, artefact::EXAMPLE_POLICIES], EngineOptions::default())?;
    let options = DeskOptions { clock: Clock::System, ..DeskOptions::default() };
    let desk = Desk::open(engine, options, &path, durability)?;
    let application = Application::read()?;
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let begin = Instant::now();
    let failed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let (desk, stop, done, application) = (&desk, &stop, &done, &application);
                scope.spawn(move || {
                    let mut number = 0_u64;
                    while !stop.load(Ordering::Relaxed) {
                        let request = application.of(thread, number);
                        let reply = desk.call("decisions.run", request.as_bytes(), &Control::default());
                        if reply.status != 0 {
                            return Some(String::from_utf8_lossy(&reply.body).into_owned());
                        }
                        number += 1;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    None
                })
            })
            .collect();
        std::thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        workers.into_iter().filter_map(|it| it.join().ok().flatten()).collect()
    });
    if let Some(error) = failed.first() {
        return Err(error.clone().into());
    }
    let elapsed = begin.elapsed().as_secs_f64();
    let number = done.load(Ordering::Relaxed);
    #[expect(clippy::cast_precision_loss, reason = "a count of a benchmark")]
    let number = number as f64;
    drop(desk);
    #[expect(clippy::cast_precision_loss, reason = "a size of a benchmark")]
    let size = std::fs::metadata(&path)?.len() as f64;
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("store.db{end}")));
    }
    Ok((number / elapsed, size / number))
}

/// The application of the loan story, as a decision on record: each with an applicant and a key of its own.
struct Application {
    before: String,
    after: String,
}

impl Application {
    fn read() -> Result<Self, Box<dyn Error>> {
        let text = include_str!("../../../examples/loan.json");
        let loan: serde_json::Value = serde_json::from_str(text)?;
        let mut inputs = loan.get("inputs").cloned().ok_or("no inputs")?;
        let applicant = serde_json::Value::from("APPLICANT");
        inputs.as_object_mut().ok_or("inputs are no object")?.insert("applicant_id".to_owned(), applicant);
        let request = serde_json::json!({
            "applicant": loan.get("applicant"), "as_of": loan.get("as_of"), "idempotency_key": "APPLICANT",
            "inputs": inputs, "policy_id": loan.get("policy"),
        });
        let text = request.to_string();
        let (before, after) = text.split_once("APPLICANT").ok_or("no applicant")?;
        Ok(Self { before: before.to_owned(), after: after.to_owned() })
    }

    fn of(&self, thread: u64, number: u64) -> String {
        let id = format!("a-{thread}-{number}");
        format!("{}{id}{}", self.before, self.after.replace("APPLICANT", &id))
    }
}

/// A log in memory.
#[derive(Debug, Default)]
struct Log(Vec<Vec<Hash>>);

impl Nodes for Log {
    fn node(&self, node: Node) -> kapix_core::Result<Hash> {
        let level = self.0.get(usize::from(node.level));
        let hash = level.and_then(|it| it.get(usize::try_from(node.index).ok()?)).copied();
        hash.ok_or_else(|| kapix_core::Error::new(kapix_core::Cause::AuditRange, "no such subtree"))
    }
}

fn logs() -> Result<(), Box<dyn Error>> {
    println!("\nthe log: append of a leaf, proof of one and its verification");
    println!(
        "{:>9} {:>12} {:>12} {:>12} {:>11}",
        "leaves", "append us", "prove us", "verify us", "path bytes"
    );
    for size in [1_000_u64, 10_000, 100_000, 1_000_000] {
        let (mut log, mut peaks) = (Log::default(), Peaks::default());
        let leaf = |number: u64| leaf_hash(&[&number.to_be_bytes()[..], &[0; 600]].concat());
        let begin = Instant::now();
        for number in 0..size {
            peaks.append(leaf(number), |node, hash| {
                let level = usize::from(node.level);
                if log.0.len() <= level {
                    log.0.push(Vec::new());
                }
                if let Some(level) = log.0.get_mut(level) {
                    level.push(hash);
                }
            })?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of a benchmark")]
        let append = begin.elapsed().as_secs_f64() * 1e6 / size as f64;
        let root = peaks.root();
        let (mut prove, mut verify, mut longest) = (0.0, 0.0, 0);
        for step in 0..1_000 {
            let index = step * 7_919 % size;
            let begin = Instant::now();
            let path = inclusion_path(&log, index, size)?;
            prove += begin.elapsed().as_secs_f64() * 1e3;
            let begin = Instant::now();
            if !verify_inclusion(&leaf(index), index, size, &path, &root) {
                return Err("a proof does not hold".into());
            }
            verify += begin.elapsed().as_secs_f64() * 1e3;
            longest = longest.max(32 * path.len());
        }
        println!("{size:>9} {append:>12.2} {prove:>12.2} {verify:>12.2} {longest:>11}");
    }
    Ok(())
}
