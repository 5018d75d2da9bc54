//! Partial partitions compared: by value, then by fewer bins.

/// Values within this factor of each other are the same: rounding of some ten terms stays below it, and the partitions
/// that it joins differ by nothing that the data could show.
const TIE: f64 = 2e-14;

/// The value of a partial partition and its number of bins; 0 bins stand for no partition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score {
    pub(super) bins: u32,
    pub(super) value: f64,
}

impl Score {
    pub(super) const NONE: Self = Self { bins: 0, value: f64::NEG_INFINITY };

    /// Returns the score of one bin.
    pub(super) fn one(value: f64) -> Self {
        Self { bins: 1, value }
    }

    pub(super) fn is_some(self) -> bool {
        self.bins > 0
    }

    /// Returns the score with one more bin; of no partition, none.
    pub(super) fn with(self, value: f64) -> Self {
        if self.is_some() { Self { bins: self.bins + 1, value: self.value + value } } else { self }
    }

    /// Returns true if this score must replace the other: it is larger, or the same with fewer bins.
    pub(super) fn beats(self, other: Self) -> bool {
        if !self.is_some() || !other.is_some() {
            return self.is_some();
        }
        let tie = tie(self.value, other.value);
        self.value > other.value + tie || (self.value >= other.value - tie && self.bins < other.bins)
    }

    /// Returns true if no score of at most this value could replace the other.
    pub(super) fn is_hopeless_against(self, other: Self) -> bool {
        other.is_some() && self.value < other.value - tie(self.value, other.value)
    }
}

/// Returns the difference below which two values count as one.
pub(super) fn tie(first: f64, second: f64) -> f64 {
    TIE * first.abs().max(second.abs())
}
