//! What a fit explains: the outcome of each row, and its weight.

/// The outcomes of the rows of a fit; slices have one entry a row.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// 1 is bad, 0 is good.
    Binary {
        /// 0 or 1.
        bad: &'a [u8],
        /// Weights, finite and above 0; `None`: 1 each.
        weight: Option<&'a [f64]>,
    },
    /// A finite number, such as a loss.
    Continuous {
        /// The outcome.
        value: &'a [f64],
        /// Weights, finite and above 0; `None`: 1 each.
        weight: Option<&'a [f64]>,
    },
}

impl Target<'_> {
    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Binary { bad, .. } => bad.len(),
            Self::Continuous { value, .. } => value.len(),
        }
    }

    /// Returns the weight of a row, 0 outside.
    pub fn weight(&self, row: usize) -> f64 {
        let (Self::Binary { weight, .. } | Self::Continuous { weight, .. }) = self;
        match weight {
            Some(weight) => weight.get(row).copied().unwrap_or_default(),
            None if row < self.rows() => 1.0,
            None => 0.0,
        }
    }
}
