//! The values of a numeric column in order, with the outcomes of their rows.
//!
//! Rows are sorted by value and outcome, never by place, so that the order of the rows changes no bit of a sum.
//! Scratch is 8 bytes a row for an unweighted binary target, 16 with weights, 24 for a continuous one.

use super::bin_totals::BinTotals;
use super::radix;
use super::slots::plain_values;
use crate::domain::Column;
use crate::error::{Cause, Error, Result};
use crate::fitting::Target;

/// A numeric column, sorted.
#[derive(Clone, Debug)]
pub(super) struct Sorted {
    keys: Keys,
    /// Rows without a value.
    pub(super) missing: BinTotals,
    /// Rows of each special value.
    pub(super) special: Vec<BinTotals>,
    /// Weight of the rows with an ordinary value.
    pub(super) weight: f64,
}

/// Ordered keys of the values; numbers beside them are keys too.
#[derive(Clone, Debug)]
enum Keys {
    /// Values of good rows at the front and of bad rows at the back of one slice, so many of each.
    Counted { keys: Vec<u64>, goods: usize, bads: usize },
    /// Value and weight, of good rows and of bad rows.
    Weighted { goods: Vec<[u64; 2]>, bads: Vec<[u64; 2]> },
    /// Value, outcome and weight.
    Continuous(Vec<[u64; 3]>),
}

/// What lies between two neighbouring values.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gap {
    /// The values; `None` before the first and behind the last.
    pub(super) ends: Option<(f64, f64)>,
    /// Weight of the rows below.
    pub(super) below: f64,
}

impl Gap {
    /// Returns the one of two gaps whose weight below is nearest to `share` of `pieces` of all; of equals the first.
    pub(super) fn nearer([before, after]: [Self; 2], all: f64, share: u32, pieces: u32) -> Self {
        // Both distances are times the pieces: of counts they are exact.
        let (target, pieces) = (all * f64::from(share), f64::from(pieces));
        let is_before = target - before.below * pieces <= after.below * pieces - target;
        if is_before { before } else { after }
    }
}

impl Sorted {
    /// Returns the values of `rows` in order; a row that holds a special number stands apart.
    ///
    /// Error `frame.infinity`.
    #[expect(clippy::indexing_slicing, reason = "`bin` refuses rows that the column has not")]
    pub(super) fn new(
        column: &Column<'_>,
        rows: &[u32],
        target: Target<'_>,
        special: &[f64],
    ) -> Result<Self> {
        let mut sorted = Self {
            keys: Keys::of(target, rows.len()),
            missing: BinTotals::default(),
            special: vec![BinTotals::default(); special.len()],
            weight: 0.0,
        };
        match plain_values(column) {
            Some(values) => {
                sorted.read(rows, |row| values[row], target, special)?;
            }
            None => sorted.read(rows, |row| column.number(row).unwrap_or(f64::NAN), target, special)?,
        }
        sorted.keys.sort();
        sorted.weight = super::bin_totals::total(&sorted.parts(&[])).weight;
        Ok(sorted)
    }

    fn read(
        &mut self,
        rows: &[u32],
        value: impl Fn(usize) -> f64,
        target: Target<'_>,
        special: &[f64],
    ) -> Result<()> {
        for row in rows {
            let Ok(row) = usize::try_from(*row) else { continue };
            // Adding 0 makes -0 and 0 the same bits.
            let value = value(row) + 0.0;
            if !value.is_finite() {
                if value.is_nan() {
                    self.missing += BinTotals::of_row(target, row);
                    continue;
                }
                return Err(Error::new(Cause::FrameInfinity, format!("row `{row}` holds an infinity")));
            }
            match special.iter().position(|number| number.to_bits() == value.to_bits()) {
                Some(place) => {
                    if let Some(totals) = self.special.get_mut(place) {
                        *totals += BinTotals::of_row(target, row);
                    }
                }
                None => self.keys.push(key(value), target, row),
            }
        }
        Ok(())
    }

    /// Visits the distinct values from the least to the greatest with the rows that hold them.
    pub(super) fn each(&self, mut visit: impl FnMut(f64, BinTotals)) {
        match &self.keys {
            Keys::Counted { keys, goods, bads } => {
                let (mut goods, mut bads) = halves(keys, *goods, *bads);
                while let Some(least) = lesser(goods.first(), bads.first()) {
                    let good = take_run(&mut goods, |other| *other == least);
                    let bad = take_run(&mut bads, |other| *other == least);
                    visit(number(least), BinTotals::counted(length(good), length(bad)));
                }
            }
            Keys::Weighted { goods, bads } => {
                let (mut goods, mut bads) = (goods.as_slice(), bads.as_slice());
                let first = |run: &[[u64; 2]]| run.first().map(|[value, _]| *value);
                while let Some(least) = lesser(first(goods).as_ref(), first(bads).as_ref()) {
                    let mut totals = BinTotals::default();
                    for (run, bad) in [(&mut goods, false), (&mut bads, true)] {
                        for [_, weight] in take_run(run, |[value, _]| *value == least) {
                            totals += BinTotals::binary(bad, number(*weight));
                        }
                    }
                    visit(number(least), totals);
                }
            }
            Keys::Continuous(points) => {
                let mut points = points.as_slice();
                while let Some([least, ..]) = points.first().copied() {
                    let mut totals = BinTotals::default();
                    for [_, outcome, weight] in take_run(&mut points, |[value, ..]| *value == least) {
                        totals += BinTotals::continuous(number(*outcome), number(*weight));
                    }
                    visit(number(least), totals);
                }
            }
        }
    }

    /// Returns the gaps on both sides of the value where the weight reaches a share, where rows are counted.
    ///
    /// `share` is that of `pieces` equal ones and in 1..pieces.
    pub(super) fn gaps(&self, share: u32, pieces: u32) -> Option<[Gap; 2]> {
        let Keys::Counted { keys, goods, bads } = &self.keys else { return None };
        let (goods, bads) = halves(keys, *goods, *bads);
        let all = u64::from(length(goods)) + u64::from(length(bads));
        let rank = (all * u64::from(share)).div_ceil(u64::from(pieces)).max(1);
        let at = ranked(goods, bads, usize::try_from(rank).ok()?)?;
        let parts = [goods, bads].map(|half| half.split_at(half.partition_point(|value| *value < at)));
        let uppers = parts.map(|(_, upper)| upper.split_at(upper.partition_point(|value| *value == at)));
        let below = parts.map(|(lower, _)| length(lower));
        let same = uppers.map(|(same, _)| length(same));
        let counts = |[goods, bads]: [u32; 2]| f64::from(goods) + f64::from(bads);
        let least = parts.iter().filter_map(|(lower, _)| lower.last()).max();
        let next = uppers.iter().filter_map(|(_, upper)| upper.first()).min();
        Some([
            Gap { ends: least.map(|least| (number(*least), number(at))), below: counts(below) },
            Gap { ends: next.map(|next| (number(at), number(*next))), below: counts(below) + counts(same) },
        ])
    }

    /// Returns the rows between ascending cut points, one more part than cut points.
    pub(super) fn parts(&self, cuts: &[f64]) -> Vec<BinTotals> {
        if let Keys::Counted { keys, goods, bads } = &self.keys {
            let (mut goods, mut bads) = halves(keys, *goods, *bads);
            let mut parts: Vec<BinTotals> = Vec::with_capacity(cuts.len() + 1);
            for cut in cuts.iter().map(|cut| key(cut + 0.0)) {
                let good = cut_below(&mut goods, cut);
                let bad = cut_below(&mut bads, cut);
                parts.push(BinTotals::counted(length(good), length(bad)));
            }
            parts.push(BinTotals::counted(length(goods), length(bads)));
            return parts;
        }
        let mut parts = vec![BinTotals::default(); cuts.len() + 1];
        let mut place = 0;
        self.each(|value, totals| {
            while cuts.get(place).is_some_and(|cut| value >= *cut) {
                place += 1;
            }
            if let Some(part) = parts.get_mut(place) {
                *part += totals;
            }
        });
        parts
    }

    /// Returns the least and the greatest value.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let ends = |values: &[u64]| values.first().copied().zip(values.last().copied());
        let first = |values: &[[u64; 2]]| {
            values.first().map(|[value, _]| *value).zip(values.last().map(|[value, _]| *value))
        };
        let pairs = match &self.keys {
            Keys::Counted { keys, goods, bads } => {
                let (goods, bads) = halves(keys, *goods, *bads);
                [ends(goods), ends(bads)]
            }
            Keys::Weighted { goods, bads } => [first(goods), first(bads)],
            Keys::Continuous(points) => {
                let value = |[value, ..]: &[u64; 3]| *value;
                [points.first().map(value).zip(points.last().map(value)), None]
            }
        };
        let pairs = pairs.into_iter().flatten();
        let (low, high) = pairs.reduce(|(low, high), (least, most)| (low.min(least), high.max(most)))?;
        Some((number(low), number(high)))
    }
}

impl Keys {
    fn of(target: Target<'_>, rows: usize) -> Self {
        match target {
            Target::Binary { weight: None, .. } => Self::Counted { keys: vec![0; rows], goods: 0, bads: 0 },
            Target::Binary { .. } => Self::Weighted { goods: Vec::new(), bads: Vec::new() },
            Target::Continuous { .. } => Self::Continuous(Vec::new()),
        }
    }

    #[inline]
    #[expect(
        clippy::indexing_slicing,
        reason = "`bin` refuses rows that the target has not, and there is a place for each of the others"
    )]
    fn push(&mut self, value: u64, target: Target<'_>, row: usize) {
        let is_bad = |bad: &[u8]| bad[row] == 1;
        let weight = || key(target.weight(row));
        match (self, target) {
            (Self::Counted { keys, goods, bads }, Target::Binary { bad, .. }) => {
                // Both ends are written and one is kept: a branch on the outcome would be guessed wrong often.
                let (is_bad, last) = (usize::from(is_bad(bad)), keys.len() - 1 - *bads);
                for place in [*goods, last] {
                    keys[place] = value;
                }
                *goods += 1 - is_bad;
                *bads += is_bad;
            }
            (Self::Weighted { goods, bads }, Target::Binary { bad, .. }) => {
                if is_bad(bad) { bads } else { goods }.push([value, weight()]);
            }
            (Self::Continuous(points), Target::Continuous { value: outcomes, .. }) => {
                points.push([value, key(outcomes[row]), weight()]);
            }
            _ => {}
        }
    }

    #[expect(clippy::indexing_slicing, reason = "every key is of a good or of a bad row")]
    fn sort(&mut self) {
        match self {
            Self::Counted { keys, goods, bads } => {
                let start = keys.len() - *bads;
                radix::sort(&mut keys[..*goods]);
                radix::sort(&mut keys[start..]);
            }
            Self::Weighted { goods, bads } => {
                goods.sort_unstable();
                bads.sort_unstable();
            }
            Self::Continuous(points) => points.sort_unstable(),
        }
    }
}

/// Returns the values of the good rows and of the bad rows.
#[expect(clippy::indexing_slicing, reason = "every key is of a good or of a bad row")]
fn halves(keys: &[u64], goods: usize, bads: usize) -> (&[u64], &[u64]) {
    (&keys[..goods], &keys[keys.len() - bads..])
}

/// Returns the number of the given rank in two ordered slices together, counted from 1.
fn ranked<'k>(mut a: &'k [u64], mut b: &'k [u64], mut rank: usize) -> Option<u64> {
    // The lesser of two numbers half a rank deep has fewer than `rank` numbers up to it: it and those before it go.
    while rank > 1 {
        let (in_a, in_b) = ((rank / 2).min(a.len()), (rank / 2).min(b.len()));
        let (last_a, last_b) = (a.get(in_a.wrapping_sub(1)), b.get(in_b.wrapping_sub(1)));
        match (last_a, last_b) {
            (Some(x), Some(y)) if x <= y => {
                a = a.get(in_a..)?;
                rank -= in_a;
            }
            (Some(_), Some(_)) => {
                b = b.get(in_b..)?;
                rank -= in_b;
            }
            (Some(_), None) => return a.get(rank - 1).copied(),
            (None, Some(_)) => return b.get(rank - 1).copied(),
            (None, None) => return None,
        }
    }
    lesser(a.first(), b.first())
}

/// Returns bits that order as the numbers do.
pub(super) fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// Returns the number of a key.
fn number(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

fn lesser(a: Option<&u64>, b: Option<&u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(*a.min(b)),
        (one, None) | (None, one) => one.copied(),
    }
}

/// Cuts the leading elements that hold off the slice.
fn take_run<'a, T>(slice: &mut &'a [T], holds: impl Fn(&T) -> bool) -> &'a [T] {
    let run = slice.iter().take_while(|element| holds(element)).count();
    let (run, rest) = slice.split_at(run);
    *slice = rest;
    run
}

/// Cuts the leading keys below `cut` off the sorted slice.
fn cut_below<'a>(slice: &mut &'a [u64], cut: u64) -> &'a [u64] {
    let (run, rest) = slice.split_at(slice.partition_point(|value| *value < cut));
    *slice = rest;
    run
}

/// Rows are numbered with 32 bits, so a run is no longer.
fn length(run: &[u64]) -> u32 {
    u32::try_from(run.len()).unwrap_or(u32::MAX)
}
