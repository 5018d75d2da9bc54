//! The problem of the partition, and its solution.

use serde::{Deserialize, Serialize};

/// Most pre-bins of a problem. The possible bins take about 80 bytes n^2/2, the states 16 bytes n^2/2 times phases (2 for
/// peak and valley, else 1), and that once for each number of bins where a limit on it binds: at most 200 MB.
pub(crate) const PRE_BINS_MAX: usize = 500;
/// Most pre-bins of a concave or convex problem, whose states are the n^3/6 pairs of neighbouring bins of 24 bytes: at
/// most 200 MB.
pub(crate) const CURVED_PRE_BINS_MAX: usize = 100;
/// Largest limit on the number of bins that may bind: at or above the number of pre-bins `bins_max` limits nothing.
pub(crate) const BINS_LIMIT: usize = 50;

/// The shape of the bad rates (or means) of the bins along ascending values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Trend {
    /// Any shape.
    None,
    /// No rate is below the one before.
    Ascending,
    /// No rate is above the one before.
    Descending,
    /// Ascending, then descending; either part may be empty.
    Peak,
    /// Descending, then ascending; either part may be empty.
    Valley,
    /// Of three consecutive bins r1, r2, r3 the second difference r3 - 2 r2 + r1 is at most 0.
    Concave,
    /// Of three consecutive bins r1, r2, r3 the second difference r3 - 2 r2 + r1 is at least 0.
    Convex,
    /// The one of ascending, descending, peak and valley whose optimum has the smallest Bayesian information
    /// criterion.
    Auto,
}

/// What the partition of a binary target maximises, a sum over bins. With p = g/G and q = b/B, the bin's shares of all goods
/// and all bads (in a bin with g = 0 or b = 0, and only there, 1/2 is added to both):
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Objective {
    /// Information value (p - q) ln(p/q), in nats: the divergence J of H. Jeffreys, 1946.
    Iv,
    /// Jensen-Shannon divergence (p ln(p/m) + q ln(q/m))/2, m = (p + q)/2, in nats, at most ln 2: J. Lin, Divergence
    /// measures based on the Shannon entropy, IEEE Transactions on Information Theory 37(1), 1991.
    JensenShannon,
    /// Squared Hellinger distance (sqrt p - sqrt q)^2/2, at most 1.
    Hellinger,
    /// Binomial log-likelihood g ln(g/n) + b ln(b/n), n = g + b, in nats, without the 1/2: at the bin's own rate.
    LogLikelihood,
}

/// The test of two neighbouring bins for the same bad rate. Means of a continuous target have one test: Welch's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PValueTest {
    /// Two proportions with their pooled variance, two-sided by the normal distribution.
    ZTest,
    /// Pearson's chi-square with one degree of freedom, without continuity correction: the square of the z-test, so the
    /// same p-value.
    ChiSquare,
    /// Fisher's exact test, two-sided.
    Fisher,
}

/// Rows of a pre-bin or a bin by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    /// Weight of the goods, finite and at least 0.
    pub(crate) goods: f64,
    /// Weight of the bads, finite and at least 0.
    pub(crate) bads: f64,
}

/// Moments of a continuous target in a pre-bin or a bin, all finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Moments {
    /// Sum of the weights w, at least 0.
    pub(crate) weight: f64,
    /// Sum of w y.
    pub(crate) sum: f64,
    /// Sum of w y^2.
    pub(crate) sum_of_squares: f64,
}

/// The pre-bins along ascending values, with what is maximised.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cells<'a> {
    Binary {
        cells: &'a [Counts],
        objective: Objective,
        /// All rows of the sample: at least the sum of the cells, more with missing and special values; both above 0.
        totals: Counts,
    },
    /// The objective is the reduction of the weighted sum of squares, the sum over bins of W (m - M)^2 with W and m the
    /// weight and mean of the bin, M the mean of all cells.
    Continuous { cells: &'a [Moments] },
}

/// A partition to be found; at most [`PRE_BINS_MAX`] pre-bins, [`CURVED_PRE_BINS_MAX`] for a concave or convex trend.
#[derive(Clone, Debug)]
pub(crate) struct Problem<'a> {
    pub(crate) cells: Cells<'a>,
    pub(crate) constraints: Constraints,
    /// Whether the cut after a pre-bin must stay; empty or shorter than the cells: the rest need not.
    pub(crate) fixed: &'a [bool],
    pub(crate) trend: Trend,
}

/// Limits on the bins. Sizes are weights, so rows when the sample has none; a weight within a factor of 1e-12 of its limit
/// meets it. A bin without weight is never allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Constraints {
    /// Least weight of bads of a bin; no meaning for a continuous target.
    pub(crate) bads_min: f64,
    /// Most bins; when below the number of pre-bins it must be at most [`BINS_LIMIT`].
    pub(crate) bins_max: usize,
    /// Fewest bins, at most [`BINS_LIMIT`].
    pub(crate) bins_min: usize,
    /// Least weight of goods of a bin; no meaning for a continuous target.
    pub(crate) goods_min: f64,
    /// Largest p-value of two neighbours, 0..=1.
    pub(crate) p_value_max: Option<f64>,
    /// The test of the p-value; no meaning for a continuous target.
    pub(crate) p_value_test: PValueTest,
    /// Least difference of the rates (or means) of two neighbours, at least 0.
    pub(crate) rate_difference_min: f64,
    /// Largest weight of a bin.
    pub(crate) size_max: f64,
    /// Least weight of a bin.
    pub(crate) size_min: f64,
}

impl Default for Constraints {
    /// Returns no limit at all.
    fn default() -> Self {
        Self {
            bads_min: 0.0,
            bins_max: usize::MAX,
            bins_min: 1,
            goods_min: 0.0,
            p_value_max: None,
            p_value_test: PValueTest::ZTest,
            rate_difference_min: 0.0,
            size_max: f64::INFINITY,
            size_min: 0.0,
        }
    }
}

/// The best partition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Solution {
    /// Index of the last pre-bin of each bin, ascending; the last one is the last pre-bin.
    pub(crate) ends: Vec<usize>,
    /// The trend asked for, or the one that [`Trend::Auto`] chose.
    pub(crate) trend: Trend,
    /// The objective.
    pub(crate) value: f64,
}
