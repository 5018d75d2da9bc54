//! Writes the invented applicants of `examples/data/`.
//!
//! `cargo run -p kapix-core --example sample --features sample -- [--seed N] [--out DIR]`; without a seed the bytes
//! are those that the repository holds.

mod files;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("sample: {what}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the list of files is the output")]
fn run() -> Result<(), String> {
    let mut seed = files::SEED;
    let mut folder = PathBuf::from("examples/data");
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("`{option}` needs a value"))?;
        match option.as_str() {
            "--seed" => seed = value.parse().map_err(|_| "--seed must be an integer from 0".to_owned())?,
            "--out" => folder = PathBuf::from(value),
            _ => return Err(format!("unknown option `{option}`; there are --seed N and --out DIR")),
        }
    }
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(told)?;
    for file in files::files(seed).map_err(|error| error.to_string())? {
        fs::write(folder.join(&file.name), &file.text).map_err(told)?;
        println!("{:>9} bytes  {}", file.text.len(), file.name);
    }
    Ok(())
}
