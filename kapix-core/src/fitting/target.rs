//! The target of a fit: the outcome of each row, and its weight.

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
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Binary { bad, .. } => bad.len(),
            Self::Continuous { value, .. } => value.len(),
        }
    }

    /// Returns the weights; `None`: 1 each.
    pub(crate) fn weights(&self) -> Option<&[f64]> {
        let (Self::Binary { weight, .. } | Self::Continuous { weight, .. }) = self;
        *weight
    }

    /// Returns the weight of a row that exists.
    #[expect(clippy::indexing_slicing, reason = "every fit proves that each row has its weight")]
    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights().map_or(1.0, |weights| weights[row])
    }
}
