//! Draws of one seeded stream.

use crate::numeric::{Random, exp};
use core::num::NonZeroU64;

/// A stream of draws.
#[derive(Debug)]
pub(super) struct Dice(Random);

impl Dice {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(Random::new(seed, stream))
    }

    /// Returns a uniform number of (0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0.uniform()
    }

    /// Returns true with the probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.0.uniform() < p
    }

    /// Returns a uniform integer of `low..=high`, or `low` when `high` lies below it.
    pub(super) fn whole(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        let offset = NonZeroU64::new(width).map_or(0, |width| self.0.below(width));
        low.saturating_add(i64::try_from(offset).unwrap_or(0))
    }

    /// Returns one of the list, each with the same probability; the default of an empty list.
    pub(super) fn pick<T: Copy + Default>(&mut self, list: &[T]) -> T {
        let last = i64::try_from(list.len()).unwrap_or(0) - 1;
        let place = usize::try_from(self.whole(0, last)).unwrap_or(0);
        list.get(place).copied().unwrap_or_default()
    }

    /// Returns a place in `weights`, with a probability in proportion to the weight.
    pub(super) fn place(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        let chosen = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        chosen.unwrap_or(weights.len().saturating_sub(1))
    }

    /// Returns a log-normal factor with the median 1: `exp(sigma z)`.
    pub(super) fn factor(&mut self, sigma: f64) -> f64 {
        exp(sigma * self.0.normal())
    }

    /// Returns a letter or digit of an id. Vowels and letters that look like digits are left out, so that no id
    /// spells a word.
    pub(super) fn symbol(&mut self) -> char {
        symbol(self.whole(0, SYMBOLS - 1))
    }

    /// Returns a number of `digits` digits, the first not zero; up to 18.
    pub(super) fn number(&mut self, digits: u32) -> i64 {
        let low = 10_i64.pow(digits.clamp(1, 18) - 1);
        self.whole(low, 10 * low - 1)
    }
}

/// How many symbols ids are made of.
pub(super) const SYMBOLS: i64 = 30;

/// Returns the symbol at a place of 0..30.
pub(super) fn symbol(place: i64) -> char {
    let alphabet = b"0123456789BCDFGHJKLMNPQRSTVWXZ";
    let symbol = usize::try_from(place).ok().and_then(|place| alphabet.get(place));
    char::from(symbol.copied().unwrap_or(b'0'))
}

/// Returns `minor * factor` rounded to a multiple of `step`, at least one step.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "amounts of samples lie far below 2^53, and the quotient is rounded to a whole number of steps"
)]
pub(super) fn times(minor: i64, factor: f64, step: i64) -> i64 {
    let steps = (minor as f64 * factor / step as f64).round() as i64;
    steps.max(1) * step
}

/// Returns `minor / other`, 1 when the other is zero or below.
#[expect(clippy::cast_precision_loss, reason = "amounts of samples lie far below 2^53")]
pub(super) fn ratio(minor: i64, other: i64) -> f64 {
    if other > 0 { minor as f64 / other as f64 } else { 1.0 }
}
