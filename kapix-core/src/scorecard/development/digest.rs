//! The SHA-256 of the rows of a development: what was fitted can be proved, not copied.

use super::candidates::Candidate;
use super::sample::{Part, row_index};
use crate::canonical::{Hash, Hasher};
use crate::domain::{Column, Values};
use crate::error::Result;
use crate::fitting::Run;
use crate::parallel;

/// Values between two looks at the wish to cancel.
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
        if let (Values::Float(values), None) = (&column.values, &column.validity) {
            let number = |row: &u32| values.get(row_index(*row)).copied().unwrap_or(f64::NAN);
            bytes.extend(rows.iter().flat_map(|row| number_bytes(number(row))));
            hasher.update(&bytes);
            continue;
        }
        for row in rows {
            let row = row_index(*row);
            match (column.number(row), column.text(row)) {
                (Some(number), _) => bytes.extend_from_slice(&number_bytes(number)),
                (None, Some(text)) => {
                    bytes.extend_from_slice(text.as_bytes());
                    bytes.push(0);
                }
                (None, None) if column.is_text() => bytes.push(255),
                (None, None) => bytes.extend_from_slice(&number_bytes(f64::NAN)),
            }
        }
        hasher.update(&bytes);
    }
    Ok(hasher.finish())
}

/// Returns a number as eight little-endian bytes; one quiet NaN stands for all.
fn number_bytes(number: f64) -> [u8; 8] {
    if number.is_nan() { 0x7ff8_0000_0000_0000_u64.to_le_bytes() } else { (number + 0.0).to_le_bytes() }
}
