//! Runs every vector of a folder by the JSON door: `cargo run -p kapix-core --example vectors -- DIR`.
//!
//! With `--write-digest` it writes `DIR/DIGEST`; without, it compares with it where it exists. The exit code is 0 when
//! every vector and the digest agree, else 1.

#[path = "../../tests/vectors/run.rs"]
mod run;

use run::{DIGEST, Vector, read_folder};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Write, stdout};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Error> {
    let (flags, folders): (Vec<String>, Vec<String>) =
        env::args().skip(1).partition(|it| it.starts_with("--"));
    let writes = flags.iter().any(|flag| flag == "--write-digest");
    let ([folder], true) = (folders.as_slice(), flags.len() == usize::from(writes)) else {
        return Err(Error::new(ErrorKind::InvalidInput, "usage: vectors DIR [--write-digest]"));
    };
    let folder = PathBuf::from(folder);
    let vectors = read_folder(&folder).map_err(Error::other)?;
    let mut digest = String::new();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for vector in &vectors {
        let reply = vector.reply();
        digest.push_str(&vector.digest_line(&reply));
        let differences = vector.differences(&reply);
        let (all, good) = counts.entry(&vector.document.operation).or_default();
        *all += 1;
        *good += usize::from(differences.is_empty());
        report(vector, &differences)?;
    }
    for (operation, (all, good)) in &counts {
        writeln!(stdout(), "{operation}: {good} of {all}")?;
    }
    let failed = counts.values().any(|(all, good)| all != good);
    let moved = if writes {
        fs::write(folder.join(DIGEST), &digest)?;
        0
    } else {
        moved(&folder, &digest)?
    };
    writeln!(stdout(), "{} vectors, {moved} answers differ from {DIGEST}", vectors.len())?;
    if failed || moved > 0 || vectors.is_empty() {
        return Err(Error::other("the vectors do not agree"));
    }
    Ok(())
}

fn report(vector: &Vector, differences: &[String]) -> Result<(), Error> {
    if differences.is_empty() {
        return Ok(());
    }
    writeln!(stdout(), "{}: {}", vector.path, vector.document.name)?;
    for difference in differences {
        writeln!(stdout(), "  {difference}")?;
    }
    Ok(())
}

/// Returns how many lines of the digest are not those of the committed one; 0 where none is committed.
fn moved(folder: &Path, digest: &str) -> Result<usize, Error> {
    let place = folder.join(DIGEST);
    if !place.exists() {
        return Ok(0);
    }
    let committed = fs::read_to_string(place)?;
    let differing =
        |of: &str, other: &str| of.lines().filter(|line| other.lines().all(|it| it != *line)).count();
    Ok(differing(digest, &committed).max(differing(&committed, digest)))
}
