//! The SHA-256 of the rows of a development: it proves which rows were fitted, and holds none of them.

use super::candidates::Candidate;
use super::sample::{Part, row_index};
use crate::canonical::{Hash, Hasher};
use crate::domain::Column;
use crate::error::Result;
use crate::fitting::Run;
use crate::parallel;

/// Values between two checks for a cancellation.
const BLOCK: usize = 65_536;

/// Returns the SHA-256 over the SHA-256 of each column in the order of the names, then of outcomes and weights.
///
/// A column is its name, a zero byte, and for each row its number as eight little-endian bytes (the quiet NaN
/// 0x7ff8000000000000 when missing), or its text and a zero byte (one byte 255 when missing). Outcomes are the
/// bytes 0 and 1, or numbers; weights are numbers.
pub(super) fn of(candidates: &[Candidate<'_, '_>], part: &Part, run: &Run<'_>) -> Result<Hash> {
    let mut hashes: Vec<Option<Hash>> = vec![None; candidates.len()];
    parallel::run(hashes.iter_mut().zip(candidates), run.threads, |_, (slot, candidate)| {
        *slot = Some(column(candidate.name, candidate.column, part, run)?);
        Ok(())
    })?;
    let mut all = Hasher::new();
    for hash in hashes.into_iter().flatten() {
        all.update(hash.to_string().as_bytes());
    }
    all.update(&part.bad);
    for number in part.value.iter().chain(part.weight.iter().flatten()) {
        all.update(&number.to_le_bytes());
    }
    Ok(all.finish())
}

fn column(name: &str, column: &Column<'_>, part: &Part, run: &Run<'_>) -> Result<Hash> {
    let mut hasher = Hasher::new();
    hasher.update(name.as_bytes());
    hasher.update(&[0]);
    let mut bytes = Vec::with_capacity(8 * BLOCK.min(part.rows.len()));
    for rows in part.rows.chunks(BLOCK) {
        (run.check)()?;
        bytes.clear();
        column.write(rows.iter().map(|row| row_index(*row)), &mut bytes);
        hasher.update(&bytes);
    }
    Ok(hasher.finish())
}
